# ruff: noqa: E501
"""Each way in which unsafe code leans on something, leaking and encapsulated."""

import pytest

LOCAL = [
    pytest.param(
        """
        pub fn id() -> u32 {
            unsafe { (0xfee0_0020 as *const u32).read_volatile() } //~ encapsulated
        }
        """,
        id="a constant",
    ),
    pytest.param(
        """
        pub fn first(table: &[u32; 4]) -> u32 {
            let start = table.as_ptr();
            unsafe { *start } //~ encapsulated: type table
        }
        """,
        id="a reference vouches for itself",
    ),
    pytest.param(
        """
        pub fn slot(table: &[u32; 16], index: usize) -> u32 {
            assert!(index < 16);
            unsafe { *table.get_unchecked(index) } //~ encapsulated
        }
        """,
        id="a number that was checked",
    ),
    pytest.param(
        """
        pub fn slot(index: usize) -> u32 {
            let at = 0xfee0_0000 + (index % 16) * 4;
            unsafe { *(at as *const u32) } //~ encapsulated
        }
        """,
        id="a number that was cut down",
    ),
    pytest.param(
        """
        pub fn fill(to: &mut u32, value: u32) {
            let to: *mut u32 = to;
            unsafe { to.write(value) } //~ encapsulated: type to
        }
        """,
        id="what is stored may be anything",
    ),
]

PARAMETERS = [
    pytest.param(
        """
        pub fn read(addr: usize) -> u32 {
            unsafe { *(addr as *const u32) } //~ leaks: parameter addr
        }
        """,
        id="an address",
    ),
    pytest.param(
        """
        pub fn read(table: &[u32], index: usize) -> u32 {
            unsafe { *table.get_unchecked(index) } //~ leaks: parameter index
        }
        """,
        id="an index",
    ),
    pytest.param(
        """
        fn read(addr: usize) -> u32 {
            unsafe { *(addr as *const u32) } //~ leaks: parameter addr; reads id, other
        }
        pub fn id() -> u32 { read(0xfee0_0020) }
        pub fn other(addr: usize) -> u32 { read(addr) }
        pub fn unrelated() {}
        """,
        id="callers have to be read",
    ),
    pytest.param(
        """
        /// # Safety
        /// `addr` is a register.
        pub unsafe fn read(addr: usize) -> u32 {
            unsafe { *(addr as *const u32) } //~ declared: parameter addr; reads nothing
        }
        pub fn id() -> u32 {
            unsafe { read(0xfee0_0020) } //~ encapsulated
        }
        """,
        id="a contract asks for it",
    ),
    pytest.param(
        """
        #[safety::requires(ValidPtr)]
        pub fn read(addr: *const u32) -> u32 {
            unsafe { *addr } //~ declared: parameter addr
        }
        """,
        id="a tag asks for it",
    ),
    pytest.param(
        """
        pub unsafe trait Frame {
            fn read(&self, addr: usize) -> u32;
        }
        pub struct Page;
        unsafe impl Frame for Page {
            fn read(&self, addr: usize) -> u32 {
                unsafe { *(addr as *const u32) } //~ declared: parameter addr
            }
        }
        """,
        id="an unsafe trait asks for it",
    ),
]

FIELDS = [
    pytest.param(
        """
        mod ring {
            pub struct Ring { base: *mut u8 }
            impl Ring {
                pub fn first(&self) -> u8 {
                    unsafe { *self.base } //~ encapsulated: private field ring::Ring::base; reads ring::Ring::new, ring::Ring::move_to
                }
                pub fn new() -> Self { Self { base: 0x1000 as *mut u8 } }
                pub fn move_to(&mut self, page: &mut [u8; 64]) { self.base = page.as_mut_ptr(); }
                pub fn is_here(&self) -> bool { !self.base.is_null() }
            }
        }
        """,
        id="a private field: those who write to it",
    ),
    pytest.param(
        """
        mod ring {
            pub struct Ring { base: usize }
            impl Ring {
                pub fn new(base: usize) -> Self { Self { base } }
                pub fn first(&self) -> u8 {
                    unsafe { *(self.base as *const u8) } //~ encapsulated: private field ring::Ring::base; reads ring::Ring::new, boot
                }
            }
        }
        fn boot() -> ring::Ring { ring::Ring::new(0x1000) }
        """,
        id="a private field and who calls its constructor",
    ),
    pytest.param(
        """
        mod ring {
            pub struct Ring { base: usize }
            impl Ring {
                /// # Safety
                /// `base` is mapped.
                pub unsafe fn new(base: usize) -> Self { Self { base } }
                pub fn first(&self) -> u8 {
                    unsafe { *(self.base as *const u8) } //~ encapsulated: private field ring::Ring::base; reads ring::Ring::new
                }
            }
        }
        fn boot() -> ring::Ring {
            unsafe { ring::Ring::new(0x1000) } //~ encapsulated
        }
        """,
        id="a private field whose constructor has a contract",
    ),
    pytest.param(
        """
        pub mod ring {
            pub struct Ring { pub base: *mut u8 }
            impl Ring {
                pub fn first(&self) -> u8 {
                    unsafe { *self.base } //~ leaks: visible field ring::Ring::base; reads elsewhere
                }
            }
        }
        pub fn elsewhere(ring: &mut ring::Ring) { ring.base = core::ptr::null_mut(); }
        """,
        id="a visible field",
    ),
    pytest.param(
        """
        mod ring {
            pub(super) struct Ring { pub(self) base: *mut u8 }
            impl Ring {
                pub fn first(&self) -> u8 {
                    unsafe { *self.base } //~ encapsulated: private field ring::Ring::base
                }
            }
        }
        """,
        id="pub(self) is private",
    ),
]

CONTEXT = [
    pytest.param(
        """
        static mut TICKS: u64 = 0;
        pub fn tick() {
            unsafe { TICKS += 1 } //~ context: static TICKS
        }
        """,
        id="a static mut",
    ),
    pytest.param(
        """
        use core::sync::atomic::{AtomicUsize, Ordering};
        static BASE: AtomicUsize = AtomicUsize::new(0);
        pub fn read() -> u32 {
            let base = BASE.load(Ordering::Relaxed);
            unsafe { *(base as *const u32) } //~ context: outside core::sync::atomic::Atomic::load, static BASE
        }
        """,
        id="what a global holds",
    ),
    pytest.param(
        """
        pub fn core() -> &'static u32 {
            let base: usize;
            unsafe { core::arch::asm!("mov {}, gs:0", out(reg) base) }; //~ context: register asm
            unsafe { &*(base as *const u32) } //~ context: register asm
        }
        """,
        id="a register",
    ),
    pytest.param(
        """
        pub unsafe fn install() {}
        pub fn boot() {
            unsafe { install() } //~ context: state install
        }
        """,
        id="when it is done",
    ),
    pytest.param(
        """
        pub struct BootToken(());
        pub unsafe fn install() {}
        pub fn boot(_: &BootToken) {
            unsafe { install() } //~ declared: state install
        }
        """,
        id="a token says when",
    ),
    pytest.param(
        """
        pub struct Table { entries: *const *const u32 }
        impl Table {
            pub fn first(&self) -> u32 {
                let entry = unsafe { *self.entries }; //~ encapsulated: private field Table::entries
                unsafe { *entry } //~ context: memory self.entries
            }
        }
        """,
        id="what memory holds",
    ),
    pytest.param(
        """
        pub struct Entry { len: usize, name: [u8; 4] }
        pub fn name(buffer: &[u8]) -> &[u8] {
            let entry = unsafe { &*(buffer.as_ptr() as *const Entry) }; //~ encapsulated: type buffer
            unsafe { core::slice::from_raw_parts(entry.name.as_ptr(), entry.len) } //~ context: memory …
        }
        """,
        id="a length in what memory holds",
    ),
]

OTHERS = [
    pytest.param(
        """
        pub struct Stack { top: usize }
        impl Stack {
            #[cfg(target_arch = "x86_64")]
            pub fn start() -> Self { Self { top: 0x1000 } }
            #[cfg(target_arch = "aarch64")]
            pub fn start() -> Self { Self { top: 0x2000 } }
            #[cfg(target_arch = "aarch64")]
            pub fn last(&self) -> u8 {
                unsafe { *(self.top as *const u8) } //~ encapsulated: private field Stack::top; reads Stack::start#2
            }
        }
        """,
        id="configurations that exclude each other",
    ),
    pytest.param(
        """
        fn read(addr: usize) -> u32 {
            unsafe { *(addr as *const u32) } //~ leaks: parameter addr; reads nothing
        }
        #[cfg(test)]
        mod tests {
            #[test]
            fn reads() { super::read(&raw const X as usize); }
        }
        """,
        id="what tests pass says nothing",
    ),
    pytest.param(
        """
        pub trait Boot { fn base(&self) -> usize; }
        pub struct Uefi;
        impl Boot for Uefi { fn base(&self) -> usize { 0x1000 } }
        pub fn read(boot: &dyn Boot) -> u32 {
            unsafe { *(boot.base() as *const u32) } //~ leaks: trait Boot::base, type boot; reads Uefi::base
        }
        """,
        id="a safe trait",
    ),
    pytest.param(
        """
        pub unsafe trait Boot { fn base(&self) -> usize; }
        pub fn read(boot: &dyn Boot) -> u32 {
            unsafe { *(boot.base() as *const u32) } //~ encapsulated: trait Boot::base, type boot
        }
        """,
        id="an unsafe trait",
    ),
    pytest.param(
        """
        fn base() -> usize { 0x1000 }
        pub fn read() -> u32 {
            unsafe { *(base() as *const u32) } //~ encapsulated: call base; reads base
        }
        """,
        id="what a function gives",
    ),
    pytest.param(
        """
        static mut BASE: usize = 0;
        fn base() -> usize {
            unsafe { BASE } //~ context: static BASE
        }
        pub fn read() -> u32 {
            unsafe { *(base() as *const u32) } //~ context: call base, static BASE; reads base
        }
        """,
        id="what a function gives leans on something",
    ),
    pytest.param(
        """
        pub struct Local(*mut u32);
        unsafe impl Send for Local {} //~ encapsulated: impl Local
        impl Local { pub fn get(&self) -> *mut u32 { self.0 } }
        """,
        id="an unsafe impl",
    ),
    pytest.param(
        """
        pub fn each(bases: &[usize]) {
            nobody_knows(|base| unsafe { *(base as *mut u32) = 0 }); //~ unknown: unknown base
        }
        """,
        id="a closure whose caller nobody knows",
    ),
]


@pytest.mark.parametrize("row", range(len(LOCAL)), ids=[one.id for one in LOCAL])
def test_what_stays_in_a_function(check, row):
    check(LOCAL, row)


@pytest.mark.parametrize("row", range(len(PARAMETERS)), ids=[one.id for one in PARAMETERS])
def test_parameters(check, row):
    check(PARAMETERS, row)


@pytest.mark.parametrize("row", range(len(FIELDS)), ids=[one.id for one in FIELDS])
def test_fields(check, row):
    check(FIELDS, row)


@pytest.mark.parametrize("row", range(len(CONTEXT)), ids=[one.id for one in CONTEXT])
def test_context(check, row):
    check(CONTEXT, row)


@pytest.mark.parametrize("row", range(len(OTHERS)), ids=[one.id for one in OTHERS])
def test_traits_calls_and_impls(check, row):
    check(OTHERS, row)
