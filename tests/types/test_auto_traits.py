"""Auto traits of written types: a table of what the Rust Reference and core's documentation say."""

from functools import cache

import pytest

from soundcheck.calls.linking import read_links
from soundcheck.commands.policy import open_profiles, open_theory
from soundcheck.crates.stubs import is_stub
from soundcheck.input import Input
from soundcheck.model import build_model
from soundcheck.source import SourceFile
from soundcheck.syntax.reading import parse
from soundcheck.types.auto_traits import SEND, SYNC, AutoTraits

MANIFEST = b"""
[package]
name = "k"
edition = "2024"
[dependencies]
hermit-sync = "0.1"
lock_api = "0.4"
spin = "0.9"
unheard_of = "1"
"""

DECLARED = """
extern crate alloc;
use alloc::{boxed::Box, collections::{BTreeMap, VecDeque}, rc::Rc, string::String};
use alloc::{sync::Arc, sync::Weak, vec::Vec};
use core::cell::{Cell, LazyCell, OnceCell, Ref, RefCell, RefMut, SyncUnsafeCell, UnsafeCell};
use core::marker::PhantomData;
use core::mem::{ManuallyDrop, MaybeUninit};
use core::num::NonZero;
use core::pin::Pin;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64};
use core::task::{Context, Waker};

pub trait Plain {}
pub trait Movable: Send {}
pub trait Shared: Movable + Sync {}
pub trait Holder { type Held: Send; type Other; }

pub struct Unit;
pub struct Number(u64);
pub struct Raw { at: *mut u8 }
pub struct Deep { inner: Option<Box<Raw>> }
pub struct Wrapper<T>(T);
pub struct Slot<T> { value: UnsafeCell<Option<T>> }
pub struct Lent<'a, T>(&'a T);
pub struct LentMut<'a, T>(&'a mut T);
pub struct Node { next: Option<Box<Node>>, value: u8 }
pub struct RawNode { next: Option<Box<RawNode>>, value: *const u8 }
pub enum Either { One(u8), Two { at: *const u8 } }
pub enum Never {}
pub union Bits { a: u32, b: f32 }

pub struct Vouched(*mut u8);
unsafe impl Send for Vouched {}
pub struct Denied(u8);
impl !Send for Denied {}
pub struct Bounded<T>(*mut T);
unsafe impl<T: Send> Send for Bounded<T> {}
unsafe impl<T> Sync for Bounded<T> where T: Shared {}
pub struct Special<T>(T);
unsafe impl Send for Special<u8> {}
pub struct Sometimes(*mut u8);
#[cfg(feature = "smp")]
unsafe impl Send for Sometimes {}
pub struct Either2(u8);
#[cfg(feature = "smp")]
impl !Send for Either2 {}
pub struct Marked { at: u8, _not: PhantomData<*mut ()> }
#[cfg(target_arch = "x86_64")]
pub struct Twin(u8);
#[cfg(target_arch = "aarch64")]
pub struct Twin(*mut u8);
pub struct SometimesRaw { #[cfg(feature = "smp")] at: *mut u8, len: usize }
pub struct Strange(unheard_of::Thing);
pub struct IsHolder;
impl Holder for IsHolder { type Held = u8; type Other = *mut u8; }
pub struct Projected { other: <IsHolder as Holder>::Other, held: <IsHolder as Holder>::Held }
vendor_flags! { pub struct Flags: u32 { const A = 1; } }
"""

ROWS = [
    ("u64", "yes", "yes"),
    ("()", "yes", "yes"),
    ("!", "yes", "yes"),
    ("str", "yes", "yes"),
    ("&'static str", "yes", "yes"),
    ("(u8, *mut u8)", "no", "no"),
    ("(u8, Cell<u8>)", "yes", "no"),
    ("[u8; 4]", "yes", "yes"),
    ("[*const u8; 4]", "no", "no"),
    ("&'static [u8]", "yes", "yes"),
    ("&'static Cell<u8>", "no", "no"),
    ("&'static mut Cell<u8>", "yes", "no"),
    ("&'static *const u8", "no", "no"),
    ("fn(*mut u8) -> *mut u8", "yes", "yes"),
    ('unsafe extern "C" fn(*mut u8)', "yes", "yes"),
    ("*mut u8", "no", "no"),
    ("*const u8", "no", "no"),
    ("Box<dyn Plain>", "no", "no"),
    ("Box<dyn Plain + Send>", "yes", "no"),
    ("Box<dyn Plain + Send + Sync>", "yes", "yes"),
    ("Box<dyn Movable>", "yes", "no"),
    ("Box<dyn Shared>", "yes", "yes"),
    ("&'static dyn Movable", "no", "no"),
    ("&'static dyn Shared", "yes", "yes"),
    ("Box<dyn unheard_of::Trait>", "unknown", "unknown"),
    ("unheard_of::Thing", "unknown", "unknown"),
    # core
    ("Cell<u8>", "yes", "no"),
    ("RefCell<u8>", "yes", "no"),
    ("UnsafeCell<u8>", "yes", "no"),
    ("UnsafeCell<*mut u8>", "no", "no"),
    ("SyncUnsafeCell<u8>", "yes", "yes"),
    ("SyncUnsafeCell<Cell<u8>>", "yes", "no"),
    ("OnceCell<u8>", "yes", "no"),
    ("LazyCell<u8>", "yes", "no"),
    ("Ref<'static, u8>", "no", "no"),
    ("RefMut<'static, u8>", "no", "no"),
    ("NonNull<u8>", "no", "no"),
    ("Option<NonNull<u8>>", "no", "no"),
    ("AtomicU64", "yes", "yes"),
    ("AtomicBool", "yes", "yes"),
    ("AtomicPtr<u8>", "yes", "yes"),
    ("AtomicPtr<Cell<*mut u8>>", "yes", "yes"),
    ("PhantomData<u8>", "yes", "yes"),
    ("PhantomData<*mut ()>", "no", "no"),
    ("PhantomData<Cell<()>>", "yes", "no"),
    ("PhantomData<&'static Cell<()>>", "no", "no"),
    ("PhantomData<fn() -> *mut ()>", "yes", "yes"),
    ("core::marker::PhantomPinned", "yes", "yes"),
    ("ManuallyDrop<u8>", "yes", "yes"),
    ("ManuallyDrop<*mut u8>", "no", "no"),
    ("MaybeUninit<u8>", "yes", "yes"),
    ("MaybeUninit<Cell<u8>>", "yes", "no"),
    ("MaybeUninit<[*mut u8; 3]>", "no", "no"),
    ("NonZero<u32>", "yes", "yes"),
    ("Pin<Box<u8>>", "yes", "yes"),
    ("Pin<Box<dyn core::future::Future<Output = ()>>>", "no", "no"),
    ("Pin<Box<dyn core::future::Future<Output = ()> + Send>>", "yes", "no"),
    ("core::time::Duration", "yes", "yes"),
    ("core::alloc::Layout", "yes", "yes"),
    ("core::any::TypeId", "yes", "yes"),
    ("core::ops::Range<usize>", "yes", "yes"),
    ("core::ops::Range<*const u8>", "no", "no"),
    ("Result<u8, core::fmt::Error>", "yes", "yes"),
    ("core::fmt::Arguments<'static>", "no", "no"),
    ("core::slice::Iter<'static, u8>", "yes", "yes"),
    ("core::slice::Iter<'static, Cell<u8>>", "no", "no"),
    ("Waker", "yes", "yes"),
    ("core::task::RawWaker", "no", "no"),
    ("Context<'static>", "no", "no"),
    ("core::panic::Location<'static>", "yes", "yes"),
    ("core::ffi::c_void", "yes", "yes"),
    # alloc and std
    ("Box<u8>", "yes", "yes"),
    ("Box<Cell<u8>>", "yes", "no"),
    ("Vec<u8>", "yes", "yes"),
    ("Vec<*mut u8>", "no", "no"),
    ("String", "yes", "yes"),
    ("Rc<u8>", "no", "no"),
    ("alloc::rc::Weak<u8>", "no", "no"),
    ("Arc<u8>", "yes", "yes"),
    ("Arc<Cell<u8>>", "no", "no"),
    ("Arc<*mut u8>", "no", "no"),
    ("Weak<u8>", "yes", "yes"),
    ("BTreeMap<u8, Cell<u8>>", "yes", "no"),
    ("BTreeMap<u8, Arc<u8>>", "yes", "yes"),
    ("VecDeque<u8>", "yes", "yes"),
    ("std::sync::Mutex<Cell<u8>>", "yes", "yes"),
    ("std::sync::Mutex<*mut u8>", "no", "no"),
    ("std::sync::MutexGuard<'static, u8>", "no", "yes"),
    ("std::sync::MutexGuard<'static, Cell<u8>>", "no", "no"),
    ("std::sync::RwLock<Cell<u8>>", "yes", "no"),
    ("std::sync::OnceLock<u8>", "yes", "yes"),
    ("std::sync::mpsc::Sender<u8>", "yes", "yes"),
    ("std::sync::mpsc::Receiver<u8>", "yes", "no"),
    ("std::time::Instant", "yes", "yes"),
    # crates that kernels share
    ("spin::Mutex<Cell<u8>>", "yes", "yes"),
    ("spin::Mutex<*mut u8>", "no", "no"),
    ("spin::Once<Cell<u8>>", "yes", "no"),
    ("spin::Lazy<u8>", "yes", "yes"),
    ("lock_api::GuardNoSend", "no", "yes"),
    ("lock_api::GuardSend", "yes", "yes"),
    ("lock_api::MutexGuard<'static, hermit_sync::RawTicketMutex, u8>", "yes", "yes"),
    ("hermit_sync::TicketMutex<u8>", "yes", "yes"),
    ("hermit_sync::InterruptTicketMutex<Cell<u8>>", "yes", "yes"),
    ("hermit_sync::InterruptTicketMutexGuard<'static, u8>", "no", "yes"),
    ("hermit_sync::InterruptTicketMutexGuard<'static, Cell<u8>>", "no", "no"),
    # the crate's own
    ("Unit", "yes", "yes"),
    ("Number", "yes", "yes"),
    ("Raw", "no", "no"),
    ("Deep", "no", "no"),
    ("Wrapper<u8>", "yes", "yes"),
    ("Wrapper<Rc<u8>>", "no", "no"),
    ("Slot<u8>", "yes", "no"),
    ("Lent<'static, Cell<u8>>", "no", "no"),
    ("LentMut<'static, Cell<u8>>", "yes", "no"),
    ("Node", "yes", "yes"),
    ("RawNode", "no", "no"),
    ("Either", "no", "no"),
    ("Never", "yes", "yes"),
    ("Bits", "yes", "yes"),
    ("Vouched", "yes", "no"),
    ("&'static Vouched", "no", "no"),
    ("Denied", "no", "yes"),
    ("Bounded<u8>", "yes", "yes"),
    ("Bounded<Cell<u8>>", "yes", "no"),
    ("Bounded<*mut u8>", "no", "no"),
    ("Special<u8>", "yes", "yes"),
    ("Special<u16>", "no", "yes"),
    ("Marked", "no", "no"),
    ("Sometimes", "unknown", "no"),
    ("Either2", "unknown", "yes"),
    ("Twin", "unknown", "unknown"),
    ("SometimesRaw", "unknown", "unknown"),
    ("Strange", "unknown", "unknown"),
    ("Projected", "no", "no"),
    ("<IsHolder as Holder>::Held", "yes", "yes"),
    ("Flags", "yes", "yes"),
]

# For every type that the bounds let in: the bounds of `T`, the type, and both answers.
GENERIC = [
    ("", "T", "no", "no"),
    ("Send", "T", "yes", "no"),
    ("Send + Sync", "T", "yes", "yes"),
    ("Movable", "T", "yes", "no"),
    ("Shared", "Option<T>", "yes", "yes"),
    ("Plain", "T", "no", "no"),
    ("?Sized", "Box<T>", "no", "no"),
    ("unheard_of::Trait", "T", "unknown", "unknown"),
    ("unheard_of::Trait + Send", "T", "yes", "unknown"),
    ("Send", "&'static T", "no", "no"),
    ("Sync", "&'static T", "yes", "yes"),
    ("Send", "Slot<T>", "yes", "no"),
    ("Send", "spin::Mutex<T>", "yes", "yes"),
    ("Sync", "spin::Mutex<T>", "no", "no"),
    ("Send", "&'static spin::Mutex<T>", "yes", "yes"),
    ("Send", "Arc<T>", "no", "no"),
    ("Send", "*const T", "no", "no"),
    ("", "PhantomData<T>", "no", "no"),
    ("", "PhantomData<fn(T)>", "yes", "yes"),
    ("", "AtomicPtr<T>", "yes", "yes"),
    ("Holder", "T::Held", "yes", "unknown"),
    ("Holder", "T::Other", "unknown", "unknown"),
]


def _parse(files, queries):
    return {file.path: parse(file, queries) for file in files}


def _link(world, facts, files):
    del facts
    return [read_links(world, targets) for path, targets in files if not is_stub(path)]


# What a type would be without its impls, and with parameters at their best.
WITHOUT_IMPLS = [
    ("Vouched", "no", "no"),
    ("Denied", "yes", "yes"),
    ("Bounded", "no", "no"),
    ("Wrapper", "no", "no"),
    ("Node", "yes", "yes"),
    ("Marked", "no", "no"),
]
AT_BEST = [
    ("Vouched", "yes", "no"),
    ("Wrapper", "yes", "yes"),
    ("Slot", "yes", "no"),
    ("Lent", "yes", "yes"),
    ("Special", "unknown", "yes"),
]


def _methods_of(text):
    source = Input(
        (SourceFile("src/lib.rs", text.encode()),), (SourceFile("Cargo.toml", MANIFEST),)
    )
    return build_model(source, open_profiles(), open_theory(), _parse, _link).world.methods


@cache
def _world():
    """The world of all rows, built once."""
    text = DECLARED
    text += "".join(f"pub type Row{at} = {row[0]};\n" for at, row in enumerate(ROWS))
    for at, (bounds, ty, _, _) in enumerate(GENERIC):
        text += f"pub struct Generic{at}<T: {bounds}>({ty});\n"
    return _methods_of(text)


@cache
def _answers():
    """Both verdicts of each row."""
    methods = _world()
    declared, autos = methods.declared, AutoTraits(methods)
    found = {}
    for target in methods.defs:
        if target.name.startswith("Row"):
            ty, bounds = declared.type_of_def(target, ()), {}
        elif target.name.startswith("Generic"):
            ty = declared.fields_of(target)["0"]
            bounds = declared.context_of(target).bounds
        else:
            continue
        ty = methods.normalize(ty, bounds)
        found[target.name] = (autos.is_send(ty, bounds).value, autos.is_sync(ty, bounds).value)
    return found


@pytest.mark.parametrize(
    ("row", "expected"),
    [pytest.param(at, row[1:], id=row[0]) for at, row in enumerate(ROWS)],
)
def test_a_type_is_send_and_sync_as_declared(row, expected):
    assert _answers()[f"Row{row}"] == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [pytest.param(at, row[2:], id=f"{row[1]} of {row[0]}") for at, row in enumerate(GENERIC)],
)
def test_a_generic_type_is_what_its_bounds_promise(row, expected):
    assert _answers()[f"Generic{row}"] == expected


def _named(name):
    (found,) = (one for one in _world().defs if one.path == f"k::{name}" and one.kind != "impl")
    return found


@pytest.mark.parametrize(
    ("name", "expected"), [pytest.param(row[0], row[1:], id=row[0]) for row in WITHOUT_IMPLS]
)
def test_without_its_impls_a_type_is_what_its_fields_are(name, expected):
    autos, target = AutoTraits(_world()), _named(name)
    found = tuple(autos.by_fields(trait, target).value for trait in (SEND, SYNC))
    assert found == expected


@pytest.mark.parametrize(
    ("name", "expected"), [pytest.param(row[0], row[1:], id=row[0]) for row in AT_BEST]
)
def test_parameters_may_be_given_more_than_a_type_demands(name, expected):
    autos, target = AutoTraits(_world()), _named(name)
    given = {"T": (SEND, SYNC)}
    found = tuple(autos.given(trait, target, given).value for trait in (SEND, SYNC))
    assert found == expected


# As generated code has them: a type of one name for each target, made of others like it.
ARCHITECTURES = ("x86_64", "aarch64", "arm", "riscv32", "riscv64", "mips", "sparc64", "hexagon")


@pytest.mark.parametrize(
    ("pointing", "expected"),
    [
        pytest.param((), "yes", id="all of them are"),
        pytest.param(ARCHITECTURES, "no", id="none is"),
        pytest.param(("mips",), "unknown", id="not on one target"),
    ],
)
def test_twins_of_twins_are_asked_once(pointing, expected):
    """Each of the twins would ask all the others again, and each of those in turn, for ever."""
    text = ""
    for arch in ARCHITECTURES:
        text += f'#[cfg(target_arch = "{arch}")] pub mod on_{arch} {{\n'
        for depth in range(12):
            text += f"pub struct Part{depth} {{ a: Part{depth + 1}, b: [Part{depth + 1}; 2] }}\n"
        text += f"pub struct Part12({'*mut u8' if arch in pointing else 'u8'});\n}}\n"
    methods = _methods_of(text)
    (outermost,) = (one for one in methods.defs if one.path == "k::on_arm::Part0")

    assert AutoTraits(methods).given(SEND, outermost, {}).value == expected
