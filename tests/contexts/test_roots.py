"""Where contexts begin: each way in which a profile can tell it, alone."""

import pytest

CASES = [
    pytest.param(
        """
        extern "riscv-interrupt-m" fn tick() {}
        #[cfg(test)]
        extern "riscv-interrupt-m" fn tested() {}
        extern "C" fn not_this() {}
        fn nor_this() {}
        """,
        'abis = ["riscv-interrupt-m"]',
        ["tick"],
        id="abi",
    ),
    pytest.param(
        """
        #[gate] fn uart() {}
        #[arch::gate(vector = 3)] fn timer() {}
        #[other] fn not_this() {}
        struct Pic;
        impl Pic { #[gate] fn handle(&self) {} }
        """,
        'attributes = ["gate"]',
        ["Pic::handle", "timer", "uart"],
        id="attribute",
    ),
    pytest.param(
        """
        #[no_mangle] extern "C" fn trap_entry() {}
        #[unsafe(no_mangle)] extern "C" fn irq_1() {}
        #[export_name = "irq_2"] extern "C" fn second() {}
        #[unsafe(export_name = "irq_3")] extern "C" fn third() {}
        #[no_mangle] extern "C" fn not_this() {}
        fn irq_4() {}
        extern "C" { fn irq_5(); }
        """,
        'symbols = ["trap_entry", "irq_?"]',
        ["irq_1", "second", "third", "trap_entry"],
        id="symbol",
    ),
    pytest.param(
        """
        mod arch { pub mod x86 { pub fn trap() {} } pub mod arm { pub fn trap() {} } }
        mod other { pub fn trap() {} }
        fn trap_not_this() {}
        """,
        'functions = ["arch::*::trap"]',
        ["arch::arm::trap", "arch::x86::trap"],
        id="function",
    ),
    pytest.param(
        """
        trait Handler { fn handle(&self) {} fn name(&self) -> u32 { 0 } fn wanted(&self); }
        trait Other { fn handle(&self); }
        struct A; struct B; struct C;
        impl Handler for A { fn handle(&self) {} fn wanted(&self) {} }
        impl Handler for B { fn wanted(&self) {} }
        impl Other for B { fn handle(&self) {} }
        impl C { fn handle(&self) {} }
        """,
        'methods = ["Handler::handle"]',
        ["A::handle", "Handler::handle"],
        id="method of a trait",
    ),
    pytest.param(
        """
        struct Idt;
        impl Idt { fn set(&mut self, n: u8, f: fn()) {} fn get(&self, f: fn()) {} }
        fn one() {} fn two() {} fn not_this() {}
        fn attach(n: u8, f: impl Fn() + 'static) {}
        fn init(idt: &mut Idt) {
            idt.set(1, one);
            Idt::set(idt, 2, two);
            idt.get(not_this);
            attach(3, || {});
            attach(4, move || one());
        }
        """,
        'arguments = ["Idt::set", "attach"]',
        ["init::{closure}", "init::{closure}", "one", "two"],
        id="argument",
    ),
    pytest.param(
        """
        trait Transport { fn on_event(&mut self, f: Box<dyn Fn()>); }
        struct Line; struct Pci(Line); struct Mmio(Vec<Box<dyn Fn()>>);
        impl Line { fn attach(&self, f: Box<dyn Fn()>) {} }
        impl Transport for Pci { fn on_event(&mut self, f: Box<dyn Fn()>) { self.0.attach(f) } }
        impl Transport for Mmio { fn on_event(&mut self, f: Box<dyn Fn()>) { self.0.push(f) } }
        fn attach_boxed(line: &Line, f: impl Fn() + 'static) { line.attach(Box::new(f)) }
        fn run(f: impl Fn()) { f() }
        fn poll() {} fn reset() {} fn not_this() {}
        fn init(line: &Line, transport: &mut dyn Transport) {
            let handler = move || poll();
            transport.on_event(Box::new(handler));
            attach_boxed(line, reset);
            run(not_this);
        }
        """,
        'arguments = ["Line::attach"]',
        ["init::{closure}", "reset"],
        id="argument that is given on",
    ),
    pytest.param(
        """
        macro_rules! handler {
            ($name:ident, $body:block) => { pub extern "C" fn $name() { $body } };
        }
        macro_rules! plain { ($name:ident) => { pub fn $name() {} }; }
        handler!(keyboard, { after(); });
        plain!(not_this);
        outside::gates!(start);
        outside::gates! { inner::begin }
        mod inner { pub fn begin() {} }
        outside::other!(nor_this);
        fn after() {} fn start() {}
        fn general(n: u8) {} fn nor_this(n: u8) {}
        fn init(table: &mut u32) {
            outside::gates!(table, general, 32..);
            outside::other!(nor_this);
        }
        """,
        'macros = ["handler", "gates"]',
        ["general", "inner::begin", "keyboard", "start"],
        id="macro that makes it, or is given it",
    ),
    pytest.param(
        """
        fn one() {} fn two() {} fn not_this() {} fn plain() {}
        fn fill(table: &mut [usize]) {
            table[0] = one as usize;
            table[1] = two as *const () as usize;
            plain();
        }
        fn elsewhere() -> usize { not_this as usize }
        """,
        'casts = ["fill"]',
        ["one", "two"],
        id="cast",
    ),
    pytest.param(
        """
        struct Vector { handler: fn(), spare: Option<fn()> }
        fn one() {} fn two() {} fn three() {} fn four() {} fn not_this() {}
        static VECTORS: [fn(); 2] = [one, two];
        static TABLE: Vector = Vector { handler: three, spare: Some(four) };
        static OTHER: fn() = not_this;
        """,
        'statics = ["VECTORS", "TABLE"]',
        ["four", "one", "three", "two"],
        id="static",
    ),
    pytest.param(
        """
        struct Handlers(Vec<fn()>);
        impl Handlers { fn add(&mut self, f: fn()) {} }
        fn one() {} fn two() {} fn not_this() {}
        fn init(handlers: &mut Handlers, names: &mut Vec<fn()>) {
            handlers.add(one);
            handlers.0.push(two);
            names.push(not_this);
        }
        """,
        'types = ["Handlers"]',
        ["one"],
        id="type",
    ),
    pytest.param(
        """
        extern "riscv-interrupt-s" fn page_fault() {}
        extern "riscv-interrupt-s" fn divide() {}
        extern "riscv-interrupt-s" fn timer() {}
        fn page_fault_too() {}
        """,
        'abis = ["riscv-interrupt-s"]\nonly = ["*fault*", "div*"]',
        ["divide", "page_fault"],
        id="only those of some names",
    ),
    pytest.param(
        """
        #[cfg(test)] #[gate] fn in_a_test() {}
        #[gate] fn twice() {}
        mod inner { #[gate] pub fn twice() {} }
        fn caller() { twice(); inner::twice(); }
        """,
        'attributes = ["gate"]',
        ["inner::twice", "twice"],
        id="one root a body",
    ),
]


@pytest.mark.parametrize(("fixture", "form", "roots"), CASES)
def test_roots_by_each_form(contexts_of, fixture, form, roots):
    facts = f'[[entry]]\ncontext = "nmi"\nwhy = "a test says so"\n{form}\n'
    contexts = contexts_of(fixture, facts=facts)

    told = sorted(
        contexts.definition(root.body).path.removeprefix("k::")
        + ("::{closure}" if root.body.closure >= 0 else "")
        for root in contexts.roots
        if root.entry.context == "nmi"
    )
    assert told == roots


def test_of_several_entries_the_first_counts(contexts_of):
    facts = """
[[entry]]
context = "nmi"
why = "it is named so"
abis = ["riscv-interrupt-m"]
only = ["nmi*"]
[[entry]]
context = "bottom-half"
why = "it is one of these"
abis = ["riscv-interrupt-m"]
"""
    fixture = """
    extern "riscv-interrupt-m" fn nmi_watchdog() {}
    extern "riscv-interrupt-m" fn timer() {}
    """
    contexts = contexts_of(fixture, facts=facts)

    told = {contexts.definition(root.body).name: root.entry.context for root in contexts.roots}
    assert told == {"nmi_watchdog": "nmi", "timer": "bottom-half"}


def test_what_a_declaration_says_counts_whoever_is_given_the_body(contexts_of):
    facts = """
[[entry]]
context = "exception"
why = "its name says so"
functions = ["*_fault"]
[[entry]]
context = "interrupt"
why = "it is registered"
arguments = ["attach"]
"""
    fixture = """
    fn attach(f: fn()) {}
    fn page_fault() {}
    fn timer() {}
    fn init() { attach(page_fault); attach(timer); }
    """
    contexts = contexts_of(fixture, facts=facts)

    told = {contexts.definition(root.body).name: root.entry.context for root in contexts.roots}
    assert told == {"page_fault": "exception", "timer": "interrupt"}
