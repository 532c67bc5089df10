"""A trace held against a call graph: a program, and the calls seen of it.

Calls are written ``caller > callee``, with what stands between them outside the program in the
middle; the answer is what they cost in the graph, or that it lacks them.
"""

from functools import cache

import pytest

from soundcheck.calls.linking import read_links
from soundcheck.commands.policy import open_profiles, open_theory
from soundcheck.input import Input
from soundcheck.model import build_model
from soundcheck.source import SourceFile
from soundcheck.syntax.reading import parse
from soundcheck.traces.trace import Executed, Frame, Thread, trace_of
from soundcheck.witness import hear

MANIFEST = SourceFile("Cargo.toml", b'[package]\nname = "k"\nedition = "2021"\n')
ALLOCATOR = """
    use core::alloc::{GlobalAlloc, Layout};
    pub struct Heap;
    unsafe impl GlobalAlloc for Heap {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 { give() }
        unsafe fn dealloc(&self, _: *mut u8, _: Layout) { take() }
    }
    #[global_allocator] static HEAP: Heap = Heap;
    pub fn give() -> *mut u8 { loop {} }
    pub fn take() {}
"""


@pytest.fixture(scope="module")
def model_of():
    profiles, theory = open_profiles(), open_theory()
    parse_once = cache(parse)

    def build(text):
        source = Input(
            files=(SourceFile("src/lib.rs", text.encode()),),
            manifests=(MANIFEST,),
            links=(),
            vendored=frozenset(),
            reported=frozenset({"src/lib.rs"}),
            gaps=(),
        )

        def parse_all(files, queries):
            return {one.path: parse_once(one, queries) for one in files}

        def link(world, *rest):
            return [read_links(world, targets) for _, targets in rest[-1]]

        return build_model(source, profiles, theory, parse_all, link)

    return build


def heard(model, *stacks, known=None):
    """What is heard of stacks, each run once: ``a > b > c``."""
    threads = []
    for number, stack in enumerate(stacks):
        names = [name.strip() for name in stack.split(" > ")]
        frames = tuple(Frame(name, i - 1, 1, i) for i, name in enumerate(names))
        threads.append(Thread(number, frames, len(names), len(names), 0))
    trace = trace_of(threads, (), known)
    return hear(trace, model.world, model.graph, model.program.facts)


def costs(testimony):
    return [
        (call.caller, call.callee, call.cost if call.links else None) for call in testimony.calls
    ]


CALLS = [
    pytest.param("fn a() { b() } fn b() {}", "k::a > k::b", 1, id="straight"),
    pytest.param("fn a() { c() } fn c() { b() } fn b() {}", "k::a > k::b", 2, id="inlined"),
    pytest.param("fn a() {} fn b() { a() }", "k::a > k::b", None, id="the-other-way"),
    pytest.param("fn a() {} fn b() {}", "k::a > k::b", None, id="none"),
    pytest.param("fn a() { a() }", "k::a > k::a", 1, id="recursion"),
    pytest.param("fn a() {}", "k::a > k::a", None, id="no-recursion"),
    pytest.param("fn a() { c() } fn c() { a() }", "k::a > k::a", 2, id="recursion-through-another"),
    pytest.param("fn a() { b() } fn b() {}", "k::a > core::f > k::b", 1, id="seen-through"),
    pytest.param(
        "fn a() { 0 } #[no_mangle] extern fn sys_b() {} fn c() { sys_b() }",
        "k::c > sys_b",
        1,
        id="symbol",
    ),
    pytest.param(
        '#[export_name = "go"] extern fn b() {} fn a() { b() }', "k::a > go", 1, id="export-name"
    ),
    pytest.param(
        "mod m { extern { fn sys_b(); } pub fn a() { unsafe { sys_b() } } }"
        "#[no_mangle] extern fn sys_b() {}",
        "k::m::a > sys_b",
        1,
        id="foreign-declaration-of-our-own",
    ),
    pytest.param(
        'fn a() { unsafe { core::arch::asm!("call sys_b\\n\\tret") } }'
        "#[no_mangle] extern fn sys_b() {}",
        "k::a > sys_b",
        1,
        id="named-by-assembly",
    ),
    pytest.param(
        'fn a() { unsafe { core::arch::asm!("call {}", sym b) } } fn b() {}',
        "k::a > k::b",
        1,
        id="operand-of-assembly",
    ),
    pytest.param(
        'fn a() { unsafe { core::arch::asm!("nop // sys_b", ".globl sys_b", "sys_b:") } }'
        "#[no_mangle] extern fn sys_b() {}",
        "k::a > sys_b",
        None,
        id="comments-and-directives-of-assembly",
    ),
    pytest.param(
        "struct S; impl Drop for S { fn drop(&mut self) { b() } } fn a() { let s = S; } fn b() {}",
        "k::a > k::b",
        1,
        id="drop-glue-is-free",
    ),
    pytest.param(
        "fn a(x: Option<u8>) { x.map(|_| b()); } fn b() {}",
        "k::a > k::b",
        3,
        id="closure-passed-to-a-function-outside",
    ),
    pytest.param(
        "fn a(x: Option<u8>) { x.map(|y| y); } fn c(x: Option<u8>) { x.map(|_| b()); } fn b() {}",
        "k::a > k::b",
        None,
        id="closure-passed-by-somebody-else",
    ),
    pytest.param(
        "fn a(x: Option<u8>) { x.map(|_| b()); } fn b() {}",
        "k::a::{{closure}} > k::b",
        1,
        id="from-a-closure",
    ),
    pytest.param(
        "#[cfg(smp)] fn a() {} #[cfg(not(smp))] fn a() { b() } fn b() {}",
        "k::a > k::b",
        1,
        id="twins",
    ),
    pytest.param(
        "fn a(p: *mut u8) { unsafe { p.write_bytes(0, 9) } }"
        "#[no_mangle] unsafe extern fn memset(s: *mut u8, c: i32, n: usize) -> *mut u8 { s }",
        "k::a > memset",
        3,
        id="memory-set",
    ),
    pytest.param(
        "".join(f"fn f{n}() {{ f{n + 1}() }}" for n in range(8)) + "fn f8() {}",
        "k::f0 > k::f8",
        8,
        id="eight-calls",
    ),
    pytest.param(
        "".join(f"fn f{n}() {{ f{n + 1}() }}" for n in range(9)) + "fn f9() {}",
        "k::f0 > k::f9",
        None,
        id="nine-calls",
    ),
    pytest.param(
        "trait T { fn go(&self); } fn b() {} fn a(t: &dyn T) { t.go() }"
        + "".join(f"struct S{n}; impl T for S{n} {{ fn go(&self) {{ b() }} }}" for n in range(6)),
        "k::a > k::b",
        None,
        id="six-candidates",
    ),
    pytest.param(
        "trait T { fn go(&self); } fn b() {} fn a(t: &dyn T) { t.go() }"
        + "".join(f"struct S{n}; impl T for S{n} {{ fn go(&self) {{ b() }} }}" for n in range(5)),
        "k::a > k::b",
        2,
        id="five-candidates",
    ),
]


@pytest.mark.parametrize(("text", "stack", "cost"), CALLS)
def test_calls(model_of, text, stack, cost):
    (call,) = heard(model_of(text), stack).calls
    assert (call.cost if call.links else None) == cost


def test_the_hop_into_the_allocator_is_free(model_of):
    model = model_of(
        "extern crate alloc;"
        + ALLOCATOR
        + """
        pub fn a(l: Layout) { unsafe { ::alloc::alloc::alloc(l); } }
    """
    )
    # The call of the crate's function, and that from the method to what it calls.
    assert costs(heard(model, "k::a > k::give")) == [("k::a", "k::give", 2)]


def test_instances_are_one_function(model_of):
    model = model_of("fn a<T>() { b() } fn b() {}")
    found = heard(model, "k::a::<u8> > k::b", "k::a::<u16> > k::b")
    assert [(call.caller, call.count) for call in found.calls] == [("k::a", 2)]
    assert [(one.name, one.count) for one in found.functions] == [("k::a", 2), ("k::b", 2)]


def test_folded_functions_may_each_be_meant(model_of):
    model = model_of("fn a() { c() } fn b() {} fn c() {}")
    known = {"k::b": Executed(0, aliases=("k::c",))}
    assert costs(heard(model, "k::a > k::b", known=known)) == [("k::a", "k::b", 1)]
    assert costs(heard(model, "k::a > k::b")) == [("k::a", "k::b", None)]


def test_functions_nobody_knows(model_of):
    found = heard(model_of("fn a() {}"), "main > k::a > k::gone > core::fmt::write > std::f")
    assert found.unmatched == {"k::gone": 1, "main": 1}
    assert found.outside == {"core": 1, "std": 1}
    assert found.calls == ()


def test_methods_of_traits(model_of):
    model = model_of("struct S; trait T { fn m(&self) { b() } } impl T for S {} fn b() {}")
    assert costs(heard(model, "<k::S as k::T>::m > k::b")) == [("k::T::m", "k::b", 1)]


SITES = [
    pytest.param("fn a() { unsafe {} }", [("k::a", "block")], id="block"),
    pytest.param("unsafe fn a() {}", [("k::a", "function")], id="function"),
    pytest.param("fn a() {} fn b() { unsafe {} }", [], id="not-executed"),
    pytest.param("fn a() { fn b() { unsafe {} } }", [], id="nested-and-not-executed"),
    pytest.param("unsafe trait T {} fn a() {}", [], id="outside-functions"),
]


@pytest.mark.parametrize(("text", "sites"), SITES)
def test_sites(model_of, text, sites):
    found = heard(model_of(text), "k::a").sites
    assert [(one.item, one.site.kind) for one in found] == sites
