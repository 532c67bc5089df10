"""Assembly of several dialects: what stands behind each label, and what goes on to the next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundcheck.syntax.assembly import Piece, read_routines, words_of

GNU = [
    pytest.param("f: call g\nret", ["f: call g."], id="one-routine"),
    pytest.param("f:\nmov rax, rbx\ng:\nret", ["f: mov rax, mov rbx", "g:."], id="falls-through"),
    pytest.param("f: jmp g\ng: ret", ["f: jmp g.", "g:."], id="does-not-fall-through"),
    pytest.param("f: g: ret", ["f:", "g:."], id="two-labels"),
    pytest.param("f: 1: jne 1b\njmp 1f\n.Ldone: ret", ["f:."], id="labels-nobody-else-can-name"),
    pytest.param("call f", [": call f."], id="no-label"),
    pytest.param("", [], id="nothing"),
    pytest.param("f: call a; call b", ["f: call a, call b."], id="several-on-a-line"),
    pytest.param("call a // call b\n/* call\nc */ call d", [": call a, call d."], id="comments"),
    pytest.param("call a # call b\n# call c\n#define X call d", [": call a."], id="hash-comments"),
    pytest.param("mov x0, #size\nbl f @ call g", [": mov x0, mov size, bl f."], id="no-comment"),
    pytest.param('.ascii "call f // "\ncall g', [": call g."], id="strings"),
    pytest.param("/* call f", [], id="a-comment-without-end"),
    pytest.param(
        ".globl f, g\n.extern h\n.type f, @function\n.set a, b\nc = d", [], id="declarations"
    ),
    pytest.param(
        "t: .quad f, g - t\n.long h", ["t: .quad f, .quad g, .quad t, .long h."], id="a-table"
    ),
    pytest.param(".text\nf: nop\n.data\ng: .word h", ["f:.", "g: .word h."], id="sections"),
    pytest.param("ENTRY(f)\ncall g\nEND(f)", ["f: call g."], id="labels-by-macros-of-c"),
    pytest.param("f: jmp g\nEND(f)\nCFI_DONE\nh: ret", ["f: jmp g.", "h:."], id="macros-of-c"),
    pytest.param("lock rep movsb\nrep call f", [": call f."], id="prefixes"),
    pytest.param(
        "call f@PLT\nlea f(%rip), %rax\npush $g\ncall *h(,%rax,8)",
        [": call f, call PLT, lea f, lea rip, lea rax, push g, call h, call rax."],
        id="operands-of-x86",
    ),
    pytest.param(
        "adrp x0, f\nadd x0, x0, :lo12:f\nldr x1, =g",
        [": adrp x0, adrp f, add x0, add x0, add lo12, add f, ldr x1, ldr g."],
        id="operands-of-arm",
    ),
    pytest.param(
        "lui t0, %hi(f)\njal ra, g\nla a0, h\njr a0",
        [": lui t0, lui hi, lui f, jal ra, jal g, la a0, la h, jr a0."],
        id="operands-of-risc-v",
    ),
    pytest.param(
        "mov eax, 0x1f\njmp 2f\nmov rdi, [rsp + 6*8]",
        [": mov eax, mov rdi, mov rsp."],
        id="numbers",
    ),
    pytest.param(
        "call {f}\nmov rax, {}\nadd {n:e}, 1",
        [": call {f}, mov rax, mov {}, add {n:e}."],
        id="templates",
    ),
    pytest.param("Ärger: call f\n\x00call g\n)(*&: call h", [], id="odd-bytes"),
]


MACROS = [
    pytest.param(
        ".macro entry name\nirq_\\name: call handle_\\name\n.endm\nentry a\nentry b",
        ["irq_a: call handle_a", "irq_b: call handle_b."],
        id="names-put-together",
    ),
    pytest.param(
        ".macro entry name:req, to = other\nirq_\\name: jmp \\to\n.endm\n"
        "entry a\nentry b, f\nentry to=g name=c",
        ["irq_a: jmp other.", "irq_b: jmp f.", "irq_c: jmp g."],
        id="defaults-and-names",
    ),
    pytest.param(
        ".macro\tentry\tname: req to:req\nirq_\\name: jmp \\to\n.endm\nentry\tname=a\tto=f",
        ["irq_a: jmp f."],
        id="spaces-for-commas",
    ),
    pytest.param(
        ".macro save\ncall keep\n.endm\n.macro entry n\nf\\n: save\n.endm\nentry 1\nentry 2",
        ["f1: call keep", "f2: call keep."],
        id="macros-in-macros",
    ),
    pytest.param(
        ".macro wait n\njne L\\@\ncall \\n\nL\\@:\n.endm\nf: wait a\nwait b\nret",
        ["f: jne L, call a, jne L, call b."],
        id="labels-of-one-expansion",
    ),
    pytest.param(
        ".macro entry n\nf\\()\\n\\()_end: ret\n.endm\nentry 1", ["f1_end:."], id="joined"
    ),
    pytest.param("entry f\ncall g", [": entry f, call g."], id="a-macro-defined-elsewhere"),
    pytest.param(
        ".macro entry n\ncall \\n\ncall g\n.endm", [": call g."], id="a-macro-nobody-calls"
    ),
    pytest.param(
        ".macro entry n\ncall on_\\n\n.endm\n", [": call on_*."], id="a-hole-nobody-fills"
    ),
    pytest.param(
        ".altmacro\n.macro entry i\nf_\\i: jmp g\n.quad f_\\i\n.endm\n.rept 9\nentry %i\n.endr",
        ["f_%i: jmp g, .quad f_*."],
        id="a-loop",
    ),
    pytest.param(
        ".irp f, a, b\ncall \\f\n.endr", [": .irp f, .irp a, .irp b."], id="a-loop-over-names"
    ),
    pytest.param(".if 1\ncall f\n.else\ncall g\n.endif", [": call f, call g."], id="conditions"),
    pytest.param(
        ".macro again\ncall f\nagain\n.endm\nagain",
        [": " + "call f, " * 15 + "call f."],
        id="recursion",
    ),
    pytest.param(".macro open n\ncall f", [": call f."], id="no-end"),
    pytest.param("call f\n.endm\ncall g", [": call f, call g."], id="no-beginning"),
]

NASM = [
    pytest.param("bits 64\ncall f ; call g\n; call h", [": call f."], id="comments"),
    pytest.param("global f\nextern g\nsection .text\nf: jmp g", ["f: jmp g."], id="declarations"),
    pytest.param(
        "BITS 64\n[global f]\nf:\n.loop: call g\njmp .loop",
        ["f: call g, jmp .loop."],
        id="local-labels",
    ),
    pytest.param(
        "bits 64\nt: dq f, g\ntable dw h", ["t: dq f, dq g, table dw, table h."], id="tables"
    ),
    pytest.param(
        "%macro entry 2\nirq_%1: call %2\n%endmacro\nentry 0, f\nentry 1, g",
        ["irq_0: call f", "irq_1: call g."],
        id="macros",
    ),
    pytest.param(
        "%macro m 0\n%%again: jmp %%again\n%endmacro\nf: m\nm", ["f:."], id="labels-of-macros"
    ),
    pytest.param(
        "bits 16\nvalue equ f\nmov al, 'call g'", [": mov al."], id="constants-and-strings"
    ),
]


def shown(routines):
    """``label: how symbol, how symbol``, and a full stop where nothing runs on."""
    found = []
    for routine in routines:
        uses = ", ".join(f"{use.how} {use.symbol}" for use in routine.uses)
        found.append(f"{routine.label}: {uses}".rstrip() + "." * (not routine.falls_through))
    return found


@pytest.mark.parametrize(("text", "expected"), [*GNU, *MACROS, *NASM])
def test_routines(text, expected):
    assert shown(read_routines([Piece("a.S", 0, text)])) == expected


def test_places():
    text = "\n  f: call g ; jmp h\n"
    (routine,) = read_routines([Piece("a.S", 100, text)])

    assert (routine.path, routine.start - 100) == ("a.S", text.index("f:"))
    assert [text[use.start - 100 : use.end - 100] for use in routine.uses] == ["f: call g", "jmp h"]


def test_what_a_call_of_a_macro_tells_stands_at_the_call():
    text = ".macro entry n\ncall on_\\n\ncall all\n.endm\nentry 1\n"
    (routine,) = read_routines([Piece("a.S", 0, text)])

    assert [text[use.start : use.end] for use in routine.uses] == ["entry 1", "call all"]


def test_macros_hold_for_all_pieces_of_a_unit():
    pieces = [
        Piece("a.S", 0, ".macro entry n\nf\\n: jmp g\n.endm\nlast: nop"),
        Piece("b.S", 0, "entry 1"),
    ]

    assert shown(read_routines(pieces)) == ["last:", "f1: jmp g."]
    assert [one.path for one in read_routines(pieces)] == ["a.S", "b.S"]


def test_a_macro_goes_over_many_pieces():
    lines = [".macro entry n", "f\\n: call g", "ret", ".endm", "entry 1", "entry 2"]
    pieces = [Piece("a.rs", 100 * n, line) for n, line in enumerate(lines)]

    assert shown(read_routines(pieces)) == ["f1: call g.", "f2: call g."]


def test_macros_that_call_each_other_end():
    doubling = "".join(f".macro m{n}\nm{n + 1}\nm{n + 1}\n.endm\n" for n in range(40))

    assert read_routines([Piece("a.S", 0, doubling + "m0\ncall f")])


@given(text=st.text(alphabet="f1 :.\\%@\"';#/*\n(){}$,") | st.text())
def test_any_text_is_read(text):
    for head in ("", "bits 64\n"):
        for routine in read_routines([Piece("a.S", 7, head + text)]):
            assert all(7 <= use.start < use.end <= 7 + len(head + text) for use in routine.uses)


def test_words():
    assert words_of("call f\n.globl g\nh: jmp f\nlea {n}, [i]") == ("f", "{n}", "i")
