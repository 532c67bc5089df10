"""What assembly names: which functions, from where, and what Rust reaches through it.

A line told is ``path:line: how symbol in routine: resolution functions``.
"""

import pytest

NAMED = [
    pytest.param(
        """
//- /src/lib.rs
#[no_mangle] extern "C" fn start() {}
#[unsafe(no_mangle)] extern "C" fn trap() {}
#[export_name = "tick"] extern "C" fn on_tick() {}
#[unsafe(export_name = "tock")] extern "C" fn on_tock() {}
extern "C" fn start_too() {}
//- /boot.S
_start:
    call start
    la t0, trap
table:
    .quad tick, tock
    .quad start_too, on_tick
""",
        [
            "boot.S:2: call start in _start: exact k::start",
            "boot.S:3: la trap in _start: exact k::trap",
            "boot.S:5: .quad tick in table: exact k::on_tick",
            "boot.S:5: .quad tock in table: exact k::on_tock",
        ],
        id="exported-functions",
    ),
    pytest.param(
        """
//- /src/lib.rs
#[no_mangle] static start: u8 = 0;
#[no_mangle] extern "C" fn mem() {}
extern "C" { fn other(); }
//- /boot.S
.globl start, mem
    call start  // call mem
    call other
mem:
    ret
    jmp mem
""",
        [],
        id="statics-declarations-and-what-assembly-defines-itself",
    ),
    pytest.param(
        """
//- /src/lib.rs
core::arch::global_asm!(
    ".globl _start",
    "_start:\\n\\tcall start",
    r#"
    jmp {also}
    jmp {}
    "#,
    sym crate::inner::then,
    also = sym self::inner::stop,
    SIZE = const 3,
);
#[no_mangle] extern "C" fn start() {}
mod inner { pub extern "C" fn then() {} pub extern "C" fn stop() {} }
""",
        [
            "src/lib.rs:3: call start in _start: exact k::start",
            "src/lib.rs:5: jmp stop in _start: exact k::inner::stop",
            "src/lib.rs:6: jmp then in _start: exact k::inner::then",
        ],
        id="global-asm-and-its-operands",
    ),
    pytest.param(
        """
//- /src/lib.rs
#[cfg(target_arch = "x86_64")] mod x86;
#[cfg(target_arch = "riscv64")] mod riscv;
//- /src/x86/mod.rs
core::arch::global_asm!(include_str!("trap.S"), N = const 8);
#[no_mangle] extern "C" fn trap() {}
//- /src/x86/trap.S
entry: call trap
//- /src/riscv/mod.rs
#[no_mangle] extern "C" fn trap() {}
//- /src/riscv/asm/trap.S
entry: call trap
//- /src/trap.S
entry: call trap
""",
        [
            "src/riscv/asm/trap.S:1: call trap in entry: exact k::riscv::trap",
            "src/trap.S:1: call trap in entry: candidates k::riscv::trap, k::x86::trap",
            "src/x86/trap.S:1: call trap in entry: exact k::x86::trap",
        ],
        id="configurations-by-what-includes-it-and-by-folders",
    ),
    pytest.param(
        """
//- /a/Cargo.toml
[package]
name = "a"
//- /a/src/main.rs
#[no_mangle] extern "C" fn start() {}
//- /a/boot.S
_start: call start
//- /b/Cargo.toml
[package]
name = "b"
//- /b/src/main.rs
#[no_mangle] extern "C" fn start() {}
//- /b/boot.S
_start: call start
//- /boot.S
_start: call start
""",
        [
            "a/boot.S:1: call start in _start: exact a::start",
            "b/boot.S:1: call start in _start: exact b::start",
            "boot.S:1: call start in _start: candidates a::start, b::start",
        ],
        id="a-package-s-own-goes-first",
    ),
    pytest.param(
        """
//- /src/lib.rs
core::arch::global_asm!(include_str!("macros.S"), include_str!("entries.S"));
#[no_mangle] extern "C" fn handle_page() {}
#[no_mangle] extern "C" fn handle_debug() {}
#[no_mangle] extern "C" fn finish() {}
//- /src/macros.S
.macro entry name
entry_\\name:
    call handle_\\name
    jmp finish
.endm
//- /src/entries.S
entry page
entry debug
""",
        [
            "src/entries.S:1: call handle_page in entry_page: exact k::handle_page",
            "src/entries.S:2: call handle_debug in entry_debug: exact k::handle_debug",
            "src/macros.S:4: jmp finish in entry_page: exact k::finish",
        ],
        id="macros-of-a-unit",
    ),
    pytest.param(
        """
//- /src/lib.rs
#[no_mangle] extern "C" fn save() {}
//- /src/regs.S
.macro keep what
    call \\what
.endm
//- /src/trap.S
.include "regs.S"
trap: keep save
//- /trap.asm
%include "src/regs.S"
other: keep save
""",
        [
            "src/trap.S:2: call save in trap: exact k::save",
            "trap.asm:2: call save in other: exact k::save",
        ],
        id="files-that-assembly-includes",
    ),
    pytest.param(
        """
//- /src/lib.rs
#[no_mangle] extern "C" fn irq_1() {}
#[no_mangle] extern "C" fn irq_2() {}
#[no_mangle] extern "C" fn fiq_1() {}
//- /trap.S
.rept 2
    call irq_\\n
.endr
""",
        [
            "trap.S:2: call irq_1 in : candidates k::irq_1",
            "trap.S:2: call irq_2 in : candidates k::irq_2",
        ],
        id="names-that-only-a-loop-knows",
    ),
    pytest.param(
        """
//- /src/lib.rs
#[no_mangle] extern "C" fn fail() {}
//- /a.S
f: jmp fail
//- /b.S
.globl fail
fail: jmp fail
""",
        ["a.S:1: jmp fail in f: candidates k::fail"],
        id="a-name-that-assembly-has-too",
    ),
    pytest.param(
        """
//- /src/lib.rs
fn boot() { unsafe { core::arch::asm!("call start") } }
macro_rules! jump { () => { core::arch::global_asm!("jmp start"); } }
#[no_mangle] extern "C" fn start() {}
""",
        [],
        id="assembly-in-bodies-has-callers-of-its-own",
    ),
]


def told(model):
    defs = model.world.defmap.defs
    return [
        f"{call.at.path}:{call.at.line}: {call.how} {call.symbol} in {call.routine}: "
        f"{call.resolution} {', '.join(sorted(defs[one.owner].path for one in call.callees))}"
        for call in model.graph.assembly
    ]


@pytest.mark.parametrize(("fixture", "expected"), NAMED)
def test_what_assembly_names(model_of, fixture, expected):
    assert told(model_of(fixture.lstrip())) == expected


THROUGH = [
    pytest.param(
        """
//- /src/lib.rs
fn schedule() {
    unsafe { switch_to() } //~ exact k::switch_to
}
extern "C" {
    fn switch_to(); //~ exact assembly k::set_stack ; exact assembly k::finish
}
#[no_mangle] extern "C" fn set_stack() {}
#[no_mangle] extern "C" fn finish() {}
#[no_mangle] extern "C" fn never() {}
//- /switch.S
switch_to:
    call set_stack
done:
    jmp out
other:
    call never
out:
    jmp finish
""",
        id="a-routine-and-what-it-goes-on-to",
    ),
    pytest.param(
        """
//- /src/lib.rs
fn schedule() {
    unsafe { wait() } //~ exact k::wait
    unsafe { other() } //~ external k::other
    unsafe { our_own() } //~ exact k::defined
}
extern "C" {
    fn wait(); //~ nothing
    fn other(); //~ nothing
    #[link_name = "done"] fn our_own(); //~ nothing
}
#[export_name = "done"] extern "C" fn defined() {}
//- /switch.S
wait: hlt
ret
done: ret
""",
        id="routines-that-call-nothing-of-ours",
    ),
    pytest.param(
        """
//- /src/lib.rs
extern "C" {
    fn entry(); //~ exact assembly k::handle
}
#[no_mangle] extern "C" fn handle() {}
//- /entry.S
entry: jmp common
//- /common.S
common: call handle
""",
        id="through-another-file",
    ),
    pytest.param(
        """
//- /src/lib.rs
#[cfg(target_arch = "x86_64")] mod x86;
#[cfg(target_arch = "riscv64")] mod riscv;
//- /src/x86/mod.rs
core::arch::global_asm!("entry: call handle");
extern "C" {
    fn entry(); //~ exact assembly k::x86::handle
}
#[no_mangle] extern "C" fn handle() {}
fn start() {
    unsafe { entry() } //~ exact k::x86::entry
}
//- /src/riscv/mod.rs
core::arch::global_asm!("entry: call handle");
extern "C" {
    fn entry(); //~ exact assembly k::riscv::handle
}
#[no_mangle] extern "C" fn handle() {}
fn start() {
    unsafe { entry() } //~ exact k::riscv::entry
}
""",
        id="configurations",
    ),
]


@pytest.mark.parametrize("fixture", THROUGH)
def test_what_rust_reaches_through_assembly(check, fixture):
    check(fixture.lstrip())


def gaps(model, kind):
    return [(gap.at.path, gap.at.line, gap.what) for gap in model.gaps if gap.kind == kind]


def test_a_file_that_is_not_there(model_of):
    model = model_of('core::arch::global_asm!(include_str!("gen.S"));\nfn f() {}')

    assert gaps(model, "unresolved-include") == [
        ("src/lib.rs", 1, "`include_str!` finds no assembly at `src/gen.S`")
    ]


def test_files_that_include_each_other(model_of):
    files = "".join(f'//- /a{n}.S\n.include "a{n + 1}.S"\ncall f\n' for n in range(300))
    rust = '//- /src/lib.rs\n#[no_mangle] extern "C" fn f() {}\n'
    model = model_of(rust + files + '//- /a300.S\n.include "a0.S"\n')

    assert len(model.graph.assembly) == 300


def test_a_name_that_may_be_too_many(model_of):
    functions = "".join(f'#[no_mangle] extern "C" fn irq_{n}() {{}}\n' for n in range(9))
    model = model_of(f"//- /src/lib.rs\n{functions}//- /a.S\n.rept 9\ncall irq_\\n\n.endr\n")

    assert model.graph.assembly == ()
    assert gaps(model, "assembly-symbol") == [
        ("a.S", 2, "`irq_*` may be any of 9 exported functions")
    ]
