"""What runs through code outside the workspace: what its caller gives it, and the allocator."""

import pytest

from soundcheck.calls.names import Names

PROGRAM = """
use core::alloc::{GlobalAlloc, Layout};
use core::fmt;
use core::task::{Context, Poll};
struct Heap;
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 { grab() }
    unsafe fn dealloc(&self, _: *mut u8, _: Layout) { release() }
}
fn grab() -> *mut u8 { core::ptr::null_mut() }
fn release() {}

#[derive(PartialEq)]
struct Made;
impl Default for Made { fn default() -> Self { make() } }
impl Clone for Made { fn clone(&self) -> Self { copy() } }
impl Iterator for Made { type Item = u8; fn next(&mut self) -> Option<u8> { step() } }
impl fmt::Write for Made { fn write_str(&mut self, _: &str) -> fmt::Result { put() } }
fn make() -> Made { Made }
fn copy() -> Made { Made }
fn step() -> Option<u8> { None }
fn put() -> fmt::Result { Ok(()) }

static HOOK: fn(&u8) -> bool = stored;
fn stored(_: &u8) -> bool { false }
fn hooked() { HOOK(&1); }

fn defaulted(n: Option<u8>) { n.unwrap_or_default(); }
fn counted() { for _ in 0..3 {} }
fn cloned(n: &[u8]) { n.to_vec(); }
fn summed(n: &[u8]) -> u8 { n.iter().sum() }
fn printed() { format!("{}", 1); }
fn boxed() { Box::new(1); }
fn freed(_: Box<u8>) {}
fn first(n: Option<u8>) { n.map(|n| one(n)); }
fn second(n: Option<u8>) { n.map(two); }
fn both(n: Option<u8>) { first(n); second(n); }
fn kept(n: &mut Vec<u8>) { n.retain(|n| keep(n)); }
fn sorted(n: &mut Vec<u8>) { n.sort_by_key(|n| key(n)); }
fn run(f: impl Fn()) { f() }
fn third() { run(|| three()) }
fn written(to: &mut Made) { to.write_fmt(format_args!("{}", 1)); }
fn marked(to: &mut Made) { writeln!(to, "{}", 1); }
fn shared(to: &mut dyn fmt::Write) { to.write_fmt(format_args!("{}", 1)); }
fn handed(to: &mut Made) { fmt::write(to, format_args!("{}", 1)); }
fn doubled(n: &Vec<Made>) -> Vec<Made> { n.clone() }
fn doubled_any<T: Clone>(n: &Vec<T>) -> Vec<T> { n.clone() }
fn stepped(n: Made) { n.take(2).count(); }
fn chosen(n: Option<Made>) -> Made { n.unwrap_or_default() }
fn shown(f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{}", 1) }
struct Near;
impl Near { async fn go(&self, _: u8) { three() } }
struct Far;
impl Far { async fn go(&self, _: u8) { step(); } }
enum Way { Near(Near), Far(Far) }
impl Way {
    delegate! {
        to match self { Way::Near(way) => way, Way::Far(way) => way } { async fn go(&self, n: u8); }
    }
}
async fn delegated(way: &Way) { way.go(1).await }
struct Engine;
impl Engine { fn poll(&mut self, _: u8) { three() } }
fn polled(engine: &mut Engine) { engine.poll(1); }
fn boxed_poll(engine: &mut Box<Engine>) { engine.poll(1); }
fn pinned(sleep: core::pin::Pin<&mut Sleep>, cx: &mut Context<'_>) { let _ = sleep.poll(cx); }
struct Sleep;
impl core::future::Future for Sleep {
    type Output = ();
    fn poll(self: core::pin::Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        step();
        Poll::Ready(())
    }
}
fn one(_: u8) {}
fn two(_: u8) {}
fn three() {}
fn keep(_: &u8) -> bool { true }
fn key(n: &u8) -> u8 { *n }
"""


@pytest.mark.parametrize(
    ("start", "goal"),
    [
        pytest.param("boxed", "grab", id="allocation"),
        pytest.param("freed", "release", id="drop glue that frees"),
        pytest.param("cloned", "grab", id="a container that grows"),
        pytest.param("first", "one", id="a closure"),
        pytest.param("second", "two", id="a function"),
        pytest.param("both", "two", id="a function, a call away"),
        pytest.param("kept", "keep", id="a closure of a loop outside"),
        pytest.param("sorted", "key", id="a closure that is called in a closure outside"),
        pytest.param("third", "three", id="a closure for a function of the workspace"),
        pytest.param("hooked", "stored", id="a function value in a static"),
        pytest.param("written", "put", id="what a trait's own method calls"),
        pytest.param("marked", "put", id="what a macro calls on its argument"),
        pytest.param("shared", "put", id="a trait object"),
        pytest.param("handed", "put", id="an argument's method"),
        pytest.param("doubled", "copy", id="a vector's elements"),
        pytest.param("stepped", "step", id="the iterator in an iterator"),
        pytest.param("chosen", "make", id="a default"),
        pytest.param("delegated", "three", id="what a macro delegates to"),
        pytest.param("delegated", "step", id="what a macro delegates to in another arm"),
        pytest.param("polled", "three", id="a method that is named like that of references"),
        pytest.param("boxed_poll", "three", id="a method that only pins have otherwise"),
        pytest.param("pinned", "step", id="a method that pins have"),
    ],
)
def test_what_is_given_is_reached(whole_model_of, start, goal):
    assert _reaches(whole_model_of(PROGRAM), start, goal)


@pytest.mark.parametrize(
    ("start", "goal"),
    [
        pytest.param("defaulted", "make", id="a default of another type"),
        pytest.param("counted", "copy", id="the clone of another type"),
        pytest.param("counted", "grab", id="what clones of other types allocate"),
        pytest.param("cloned", "copy", id="a vector of other elements"),
        pytest.param("delegated", "put", id="what is delegated by another name"),
        pytest.param("summed", "step", id="an iterator of another type"),
        pytest.param("printed", "put", id="a writer of another type"),
        pytest.param("doubled_any", "copy", id="elements of any type"),
        pytest.param("shown", "put", id="a writer of the library's"),
        pytest.param("first", "two", id="a function given elsewhere"),
        pytest.param("second", "one", id="a closure given elsewhere"),
        pytest.param("kept", "stored", id="a function value stored elsewhere"),
        pytest.param("sorted", "keep", id="another method's closure"),
    ],
)
def test_what_others_give_is_not(whole_model_of, start, goal):
    assert not _reaches(whole_model_of(PROGRAM), start, goal)


def _reaches(model, start, goal):
    names = Names(model.world)
    (begin,), (end,) = names.find(f"k::{start}"), names.find(f"k::{goal}")
    return end in model.graph.reach([begin])
