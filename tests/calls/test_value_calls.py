"""What calls through function values lead to, told at the line of the call."""

# A mark stands on the line of its call, however long that gets.
# ruff: noqa: E501

from textwrap import dedent

import pytest

CASES = [
    pytest.param(
        """
        struct Line { handler: fn() }
        struct Table { rows: [*const usize; 4], address: usize }
        fn timer() {}
        fn stop() -> ! { loop {} }
        fn count() -> u32 { 1 }
        unsafe fn raw() {}
        extern "C" fn entry() {}
        unsafe extern "C" fn start() -> ! { loop {} }
        extern "C" fn system_call() {}
        fn install() -> Line { Line { handler: timer } }
        fn tables() -> Table {
            Table { rows: [system_call as *const usize; 4], address: timer_too as fn() as usize }
        }
        fn timer_too() {}
        struct Others { a: fn() -> !, b: fn() -> u32, c: unsafe fn(), d: extern "C" fn(), e: unsafe extern "C" fn() -> ! }
        fn others() -> Others { Others { a: stop, b: count, c: raw, d: entry, e: start } }
        fn interrupt(line: &Line) { (line.handler)(); } //~ candidates k::timer
        fn never(others: &Others) { (others.a)(); } //~ candidates k::stop
        fn number(others: &Others) { (others.b)(); } //~ candidates k::count
        fn unsafely(others: &Others) { unsafe { (others.c)() } } //~ candidates k::raw, k::timer
        fn foreign(others: &Others) { (others.d)(); } //~ candidates k::entry
        fn both(others: &Others) { unsafe { (others.e)() } } //~ candidates k::start
        """,
        id="of what a type lets in, and addresses for data are none",
    ),
    pytest.param(
        """
        struct Frame; struct Packet; struct Generic<T>(T);
        trait Sink { fn put(&self); }
        struct Table {
            frame: fn(&Frame), written: fn(&mut Frame), packet: fn(Packet), bytes: fn(&[u8]),
            byte: fn(u8), word: fn(usize), pointer: fn(*const u8), object: fn(&dyn Sink), pair: fn((u8, u8)),
        }
        fn frame(_: &Frame) {} fn written(_: &mut Frame) {} fn packet(_: Packet) {} fn bytes(_: &[u8]) {}
        fn byte(_: u8) {} fn word(_: usize) {} fn pointer(_: *const i8) {} fn object(_: &dyn Sink) {}
        fn pair(_: (u8, u8)) {} fn any<T>(_: &T) {}
        fn make() -> Table {
            Table { frame, written, packet, bytes, byte, word, pointer: pointer as _, object, pair }
        }
        fn anything() -> [fn(&Frame); 1] { [any::<Frame>] }
        fn whatever() -> [fn(&u16); 1] { [any] }
        fn go(t: &Table) {
            (t.frame)(&Frame); //~ candidates k::any, k::frame
            (t.written)(&mut Frame); //~ candidates k::written
            (t.packet)(Packet); //~ candidates k::packet
            (t.bytes)(&[1]); //~ candidates k::any, k::bytes
            (t.byte)(1); //~ candidates k::byte
            (t.word)(1); //~ candidates k::word
            (t.pointer)(core::ptr::null()); //~ candidates k::pointer
            (t.object)(todo!()); //~ candidates k::any, k::object
            (t.pair)((1, 2)); //~ candidates k::pair
        }
        """,
        id="parameters",
    ),
    pytest.param(
        """
        #[cfg(target_arch = "x86_64")] pub struct X86Frame;
        #[cfg(target_arch = "x86_64")] use X86Frame as Frame;
        #[cfg(target_arch = "aarch64")] pub struct ArmFrame;
        #[cfg(target_arch = "aarch64")] use ArmFrame as Frame;
        #[cfg(target_pointer_width = "64")] type Word = u64;
        #[cfg(target_pointer_width = "32")] type Word = u32;
        pub struct Plain;
        struct Table { frame: fn(&Frame), word: fn(Word), plain: fn(&Plain) }
        #[cfg(target_arch = "x86_64")] fn on_x86(_: &X86Frame) {}
        #[cfg(target_arch = "aarch64")] fn on_arm(_: &ArmFrame) {}
        fn wide(_: u64) {} fn narrow(_: u32) {} fn truth(_: bool) {} fn plain(_: &Plain) {}
        #[cfg(target_arch = "x86_64")] static X86: [fn(&X86Frame); 1] = [on_x86];
        #[cfg(target_arch = "aarch64")] static ARM: [fn(&ArmFrame); 1] = [on_arm];
        static PLAIN: [fn(&Plain); 1] = [plain];
        static WIDE: fn(u64) = wide;
        static NARROW: fn(u32) = narrow;
        static TRUTH: fn(bool) = truth;
        fn go(t: &Table) {
            (t.frame)(todo!()); //~ candidates k::on_arm, k::on_x86, k::plain
            (t.word)(1); //~ candidates k::narrow, k::wide
            (t.plain)(&Plain); //~ candidates k::on_arm, k::on_x86, k::plain
        }
        """,
        id="a type that is another in each build agrees with all of them",
    ),
    pytest.param(
        """
        type Task = unsafe extern "C" fn(usize);
        unsafe extern "C" fn trampoline(_: usize, _: usize) {}
        extern "C" fn callback(_: usize) {}
        fn ours(_: usize) {}
        static ADDRESS: usize = callback as usize;
        static OURS: usize = ours as usize;
        fn direct() {
            let call = unsafe { core::mem::transmute::<*const (), unsafe extern "C" fn(u64, u64)>(trampoline as *const ()) }; //~ external core::mem::transmute
            unsafe { call(1, 2) } //~ candidates k::trampoline
        }
        fn declared() {
            let task: Task = unsafe { core::mem::transmute(ADDRESS) }; //~ external core::mem::transmute
            unsafe { task(1) } //~ candidates k::callback
        }
        fn stored(list: &[Task]) {
            for one in list { unsafe { one(1) } } //~ candidates k::callback
        }
        fn plain(list: &[fn(usize)]) {
            for one in list { one(1) } //~ unknown one
        }
        """,
        id="what is made of an address may be whatever has its convention",
    ),
    pytest.param(
        """
        struct Frame; struct Packet;
        struct Table { a: fn(&Frame), b: fn(usize), c: fn(Frame), d: fn(*const Frame), e: fn(Packet), f: fn(&mut [u8]) }
        fn lent(_: &Frame) {} fn word(_: usize) {} fn moved(_: Frame) {} fn pointer(_: *const Frame) {}
        fn packet(_: Packet) {} fn bytes(_: &mut [u8]) {}
        fn make() -> Table { Table { a: lent, b: word, c: moved, d: pointer, e: packet, f: bytes } }
        fn references(frame: &Frame) { let f = outside::one(); f(frame) } //~ unknown outside::one ; candidates k::bytes, k::lent, k::pointer
        fn values(frame: Frame) { let f = outside::one(); f(frame) } //~ unknown outside::one ; candidates k::moved
        fn numbers() { let f = outside::one(); f(1) } //~ unknown outside::one ; candidates k::word
        fn anything() { let f = outside::one(); f(outside::one()) } //~ unknown outside::one ; candidates k::bytes, k::lent, k::moved, k::packet, k::pointer, k::word
        """,
        id="what is called of an unknown type takes the arguments that it is given",
    ),
    pytest.param(
        """
        extern "C" fn first() {} extern "C" fn second() {}
        static ADDRESSES: [usize; 2] = [first as usize, second as usize];
        fn walk() {
            let list = ADDRESSES.as_ptr() as *const extern "C" fn();
            unsafe { (*list)() } //~ candidates k::first, k::second
        }
        """,
        id="read through a pointer to function pointers",
    ),
    pytest.param(
        """
        struct Event { by_pointer: fn(u32), by_object: Box<dyn Fn(u32)> }
        fn named(_: u32) {}
        fn make(level: u32) -> Event {
            let other = level;
            Event { by_pointer: |n| at(n), by_object: Box::new(move |n| both(n, other)) } //~ exact k::at ; exact k::both
        }
        fn too() -> Event { Event { by_pointer: named, by_object: Box::new(named) } }
        fn at(_: u32) {} fn both(_: u32, _: u32) {}
        fn go(event: &Event) {
            (event.by_pointer)(1); //~ candidates k::make::{closure}, k::named
            (event.by_object)(1); //~ candidates k::make::{closure}, k::make::{closure}, k::named
        }
        """,
        id="a closure that captures something is no function pointer",
    ),
    pytest.param(
        """
        use std::collections::VecDeque;
        struct Hooks { queue: VecDeque<fn(u8)>, boxed: Vec<Box<dyn Fn(u16)>>, pair: (u8, fn(u32)) }
        fn queued(_: u8) {} fn boxed(_: u16) {} fn paired(_: u32) {} fn given(_: u8) {}
        impl Hooks {
            fn fill(&mut self) {
                self.queue.push_back(queued);
                self.boxed.push(Box::new(boxed));
                self.pair = (1, paired);
                [1_u8].iter().copied().for_each(given);
            }
            fn run(&self) {
                for one in self.queue.iter() { one(1) } //~ candidates k::queued
                for one in &self.boxed { one(1) } //~ candidates k::boxed
                (self.pair.1)(1); //~ candidates k::paired
            }
        }
        """,
        id="given to a container they are stored, given to an iterator they are not",
    ),
    pytest.param(
        """
        fn outer(f: impl Fn(u8)) { middle(f) } //~ exact k::middle
        fn middle<F: Fn(u8)>(f: F) { let g = &f; inner(g) } //~ exact k::inner
        fn inner(f: &dyn Fn(u8)) { f(1) } //~ candidates k::go::{closure}, k::named
        fn named(_: u8) {}
        fn stranger(_: u8) {}
        static STRANGER: fn(u8) = stranger;
        fn nobody(f: impl Fn(u8)) { f(1) } //~ unknown f
        fn lent(f: &mut dyn FnMut(u8)) { f(1) } //~ unknown f
        fn any(f: fn(u8)) { f(1) } //~ candidates k::at, k::named, k::stranger
        fn shadowed(f: fn(u8)) { let f = STRANGER; f(1) } //~ candidates k::at, k::named, k::stranger
        fn go() {
            outer(|n| at(n)); //~ exact k::outer ; exact k::at
            outer(named); //~ exact k::outer
            any(named); //~ exact k::any
            any(STRANGER); //~ exact k::any
            shadowed(at); //~ exact k::shadowed
        }
        fn at(_: u8) {}
        """,
        id="what a parameter holds is followed through calls",
    ),
    pytest.param(
        """
        struct Line<F> { handler: F }
        impl<F: Fn(u8) -> u8> Line<F> {
            fn new(handler: F) -> Self { Line { handler } }
            fn fire(&self) { (self.handler)(1); } //~ candidates k::generic, k::pointer
        }
        struct Slot { hook: Option<fn(u8) -> u8> }
        impl Slot {
            fn set(&mut self, hook: fn(u8) -> u8) { self.hook = Some(hook); }
            fn fire(&self) { if let Some(hook) = self.hook { hook(1); } } //~ candidates k::pointer
        }
        fn generic(n: u8) -> u8 { n }
        fn pointer(n: u8) -> u8 { n }
        fn other(n: u8) -> u16 { 0 }
        fn go(slot: &mut Slot) {
            Line::new(generic); //~ exact k::Line::new
            slot.set(pointer); //~ exact k::Slot::set
        }
        """,
        id="what a parameter holds and keeps is called from where it is kept",
    ),
    pytest.param(
        """
        type Handler = Box<dyn Fn(&Reason)>;
        struct Reason; struct Record;
        static SINK: fn(&Record) = sink;
        fn sink(_: &Record) {}
        fn set(handler: Handler) { drop(handler); }
        fn go() { set(Box::new(|reason| {})); } //~ exact k::set
        fn log(out: fn(&Record)) { out(&Record); } //~ candidates k::sink
        """,
        id="what is wanted of the box tells of the closure in it",
    ),
]


@pytest.mark.parametrize("fixture", CASES)
def test_calls_through_values_lead_to(check, fixture):
    check(dedented(fixture))


def dedented(fixture):
    """The fixture without the indentation of this file."""
    return dedent(fixture).strip("\n")
