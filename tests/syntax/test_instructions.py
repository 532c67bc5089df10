"""Instructions of templates, in the order of Intel's operands, and patterns that match them."""

import pytest

from soundcheck.source import SourceFile
from soundcheck.syntax.inline_assembly import assembly_calls, read_assembly
from soundcheck.syntax.instructions import (
    instructions_of,
    match_of,
    may_hold,
    placeholders,
    read_patterns,
    value_of,
)
from soundcheck.syntax.lowering import lower
from soundcheck.syntax.parser import read_file


def call_of(call):
    code = f"fn f() {{ {call} }}"
    tree = lower(read_file(SourceFile("a.rs", code.encode())))
    (found,) = assembly_calls(tree.items[0])
    return found


def assembly_of(call):
    return read_assembly(call_of(call))


def texts_of(call):
    return [one.text for one in instructions_of(assembly_of(call))]


INSTRUCTIONS = [
    pytest.param('asm!("cli")', ["cli"], id="one"),
    pytest.param('asm!("STI; HLT")', ["sti", "hlt"], id="semicolon"),
    pytest.param('asm!("sti", "hlt")', ["sti", "hlt"], id="templates"),
    pytest.param('asm!("\n  sti\n\n  hlt\n")', ["sti", "hlt"], id="lines"),
    pytest.param('asm!("mov cr3,  {0}", in(reg) a)', ["mov cr3, {0}"], id="number"),
    pytest.param('asm!("mov cr3, {}", "mov {}, 1", in(reg) a, out(reg) b)',
                 ["mov cr3, {0}", "mov {1}, 1"], id="counted"),
    pytest.param('asm!("mov {a:e}, {b}", b = in(reg) c, a = out(reg) d)',
                 ["mov {1}, {0}"], id="named"),
    pytest.param('asm!("mov {c}, 1", a = in(reg) b)', ["mov {?}, 1"], id="unknown-name"),
    pytest.param('asm!("ldmia r0!, {{r4-r11, lr}}")', ["ldmia r0!, {r4-r11, lr}"], id="braces"),
    pytest.param('asm!("ldr x0, [x1, #8]")', ["ldr x0, [x1, #8]"], id="brackets"),
    pytest.param('asm!("lw t0, 8(sp)")', ["lw t0, 8(sp)"], id="parentheses"),
    pytest.param('asm!("2: jnz 2b; a_b: nop")', ["jnz 2b", "nop"], id="labels"),
    pytest.param('asm!("lock xadd [{}], {}", in(reg) a, in(reg) b)', ["xadd [{0}], {1}"],
                 id="prefix"),
    pytest.param('asm!(".option push", "csrw satp, zero", ".word 3")', ["csrw satp, zero"],
                 id="directives"),
    pytest.param('asm!("nop // sti", "nop # cli", "/* hlt\n cli */ nop", "nop @ cpsid")',
                 ["nop", "nop", "nop", "nop"], id="comments"),
    pytest.param('asm!("msr daifset, #2")', ["msr daifset, #2"], id="immediate"),
    pytest.param('asm!("msr daifset, #{m}", m = const 3)', ["msr daifset, #{0}"],
                 id="immediate-operand"),
    pytest.param('asm!("sfence.vma")', ["sfence.vma"], id="dot"),
    pytest.param('asm!("// only a remark")', [], id="remark"),
    pytest.param('asm!(push!(), "sti")', ["sti"], id="unknown-text"),
    pytest.param('asm!("mov %rax, %cr3", options(att_syntax))', ["mov cr3, rax"], id="att"),
    pytest.param('asm!("mov $1, {}", "mov %rax, {}", out(reg) a, out(reg) b, options(att_syntax))',
                 ["mov {0}, 1", "mov {1}, rax"], id="att-immediate"),
    pytest.param('llvm_asm!("mov $0, %cr3" :: "r"(a))', ["mov cr3, {0}"], id="old-att"),
    pytest.param('llvm_asm!("mov ${0:e}, $$3" : "=r"(a) ::: "intel")', ["mov {0}, $3"],
                 id="old-intel"),
    pytest.param('llvm_asm!("csrw satp, $0" :: "r"(a))', ["csrw satp, {0}"], id="old-riscv"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "expected"), INSTRUCTIONS)
def test_instructions(call, expected):
    assert texts_of(call) == expected


MATCHES = [
    pytest.param("cli", "cli", True, id="mnemonic"),
    pytest.param("clix", "cli", False, id="longer"),
    pytest.param("cli", "cli*", True, id="prefix"),
    pytest.param("clflushopt [rax]", "clflush*", True, id="longer-prefix"),
    pytest.param("nop", "cli", False, id="another"),
    pytest.param("mov cr3, rax", "mov cr3", True, id="destination"),
    pytest.param("mov rax, cr3", "mov cr3", False, id="source"),
    pytest.param("csrrw x0, satp, t0", "csrrw _ satp", True, id="second"),
    pytest.param("csrrw satp", "csrrw _ satp", False, id="too-few"),
    pytest.param("msr daifclr, #2", "msr daifclr 2", True, id="number"),
    pytest.param("msr daifclr, #0b10", "msr daifclr 2", True, id="binary"),
    pytest.param("msr daifclr, #8", "msr daifclr 2", False, id="another-number"),
    pytest.param("csrsi sstatus, 1 << 1", "csrsi sstatus 2", True, id="shift"),
    pytest.param("csrsi sstatus, (1 << 1)", "csrsi sstatus 2", True, id="shift-in-brackets"),
    pytest.param("msr daifclr, x0", "msr daifclr 2", False, id="no-number"),
    pytest.param("csrw pmpaddr3, t0", "csrw pmpaddr*", True, id="operand-prefix"),
    pytest.param("mov %cr3, %rax", "mov cr3", True, id="percent"),
]


@pytest.mark.parametrize(("text", "pattern", "expected"), MATCHES)
def test_match(text, pattern, expected):
    assembly = assembly_of(f'asm!("{text}")')
    (instruction,) = instructions_of(assembly)

    found = match_of(assembly, instruction, read_patterns((pattern,)))

    assert (found is not None) is expected


HELD = [
    pytest.param('asm!("CLI")', "cli", id="capitals"),
    pytest.param('asm!("csrw pmpaddr3, {}", in(reg) a)', "csrw pmpaddr*", id="prefix"),
    pytest.param('asm!("msr daifclr, {}", const 0b10)', "msr daifclr 2", id="number"),
    pytest.param('asm!("nop", "mov rax, cr3")', "mov _ cr3", id="second"),
    pytest.param('asm!(concat!("c", "li"))', "cli", id="put-together"),
    pytest.param(r'asm!("c\x6ci")', "cli", id="sign-by-number"),
    pytest.param('asm!("c\\\n  li")', "cli", id="over-lines"),
    pytest.param('llvm_asm!("cli" :::: "volatile")', "cli", id="old"),
]


@pytest.mark.parametrize(("call", "pattern"), HELD)
def test_what_matches_is_never_passed_over(call, pattern):
    assembly, patterns = assembly_of(call), read_patterns((pattern,))

    assert any(match_of(assembly, one, patterns) for one in instructions_of(assembly))
    assert may_hold(call_of(call).text, patterns)


@pytest.mark.parametrize(
    ("call", "pattern"),
    [
        pytest.param('asm!("nop\\n")', "cli", id="another"),
        pytest.param('asm!("mov rax, cr4")', "mov _ cr3", id="another-operand"),
        pytest.param('asm!("")', "cli", id="nothing"),
    ],
)
def test_what_has_none_of_the_words_is_passed_over(call, pattern):
    assert not may_hold(call_of(call).text, read_patterns(("hlt", pattern)))


def test_match_is_the_first():
    assembly = assembly_of('asm!("mov cr3, rax")')
    (instruction,) = instructions_of(assembly)
    patterns = read_patterns(("mov cr0", "mov cr3", "mov"))

    assert match_of(assembly, instruction, patterns) is patterns[1]


VALUES = [
    pytest.param('asm!("a #{0}", const 0b11)', "#{0}", 3, id="const"),
    pytest.param('asm!("a {0}", in(reg) 2u64)', "{0}", 2, id="in"),
    pytest.param('asm!("a {0}", out(reg) b)', "{0}", None, id="out"),
    pytest.param('asm!("a {0}", in(reg) b)', "{0}", None, id="name"),
    pytest.param('asm!("a {0}", const 1 << 8)', "{0}", 256, id="shift"),
    pytest.param('asm!("a {0}", const 1 << 900)', "{0}", None, id="shifted-away"),
    pytest.param('asm!("a")', "{7}", None, id="no-operand"),
    pytest.param('asm!("a")', "0x10", 16, id="literal"),
    pytest.param('asm!("a")', "rax", None, id="register"),
]


@pytest.mark.parametrize(("call", "operand", "expected"), VALUES)
def test_value(call, operand, expected):
    assert value_of(assembly_of(call), operand) == expected


def test_placeholders():
    assert list(placeholders("mov {2}, [{0} + {1}*4] {?}")) == [2, 0, 1]


def test_places():
    call = 'asm!("sti; hlt", "a\\nb", concat!("c"))'
    data = f"fn f() {{ {call} }}".encode()

    found = [data[one.start : one.end].decode() for one in instructions_of(assembly_of(call))]

    assert found == ["sti", "hlt", '"a\\nb"', '"a\\nb"', 'concat!("c")']
