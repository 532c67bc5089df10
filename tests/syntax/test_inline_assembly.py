"""What calls of assembly macros say, in both syntaxes, and where in the file they say it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundcheck.source import SourceFile
from soundcheck.syntax import items as it
from soundcheck.syntax.inline_assembly import (
    UNKNOWN,
    Assembly,
    assembly_calls,
    read_assembly,
)
from soundcheck.syntax.instructions import instructions_of
from soundcheck.syntax.lowering import lower
from soundcheck.syntax.parser import read_file


def calls_in(code):
    tree = lower(read_file(SourceFile("a.rs", code.encode())))
    return [call for item in tree.items for call in assembly_calls(item)]


def assembly_of(call):
    (found,) = calls_in(f"fn f() {{ unsafe {{ {call} }} }}")
    return read_assembly(found)


def shown(operand):
    name = f"{operand.name} = " if operand.name else ""
    register = f"({operand.register})" if operand.register else ""
    result = f" => {operand.result}" if operand.result else ""
    return f"{name}{operand.kind}{register} {operand.text}{result}"


OPERANDS = [
    pytest.param('asm!("a")', [], id="none"),
    pytest.param('asm!("a", in(reg) b)', ["in(reg) b"], id="in"),
    pytest.param('asm!("a", in("eax") b + 1,)', ["in(eax) b + 1"], id="explicit"),
    pytest.param('asm!("a", out("eax") _)', ["out(eax) _"], id="nothing"),
    pytest.param('asm!("a", c = lateout(reg) b.c[0])', ["c = lateout(reg) b.c[0]"], id="named"),
    pytest.param('asm!("a", r#in = in(reg) b)', ["in = in(reg) b"], id="raw-name"),
    pytest.param('asm!("a", inout("x0") b => c)', ["inout(x0) b => c"], id="arrow"),
    pytest.param('asm!("a", inlateout(reg) b => _)', ["inlateout(reg) b => _"], id="no-result"),
    pytest.param(
        'asm!("a", in(reg) match b { 1 => 2, _ => 3 })',
        ["in(reg) match b { 1 => 2, _ => 3 }"],
        id="arrow-inside",
    ),
    pytest.param('asm!("a", const 1 << 3)', ["const 1 << 3"], id="const"),
    pytest.param('asm!("a", const { A + 1 })', ["const { A + 1 }"], id="const-block"),
    pytest.param('asm!("a", b = sym c::d)', ["b = sym c::d"], id="sym"),
    pytest.param('asm!("a", label { b() })', ["label { b() }"], id="label"),
    pytest.param('asm!("a", in(reg) f(b, c), in(reg) [d, e][0])',
                 ["in(reg) f(b, c)", "in(reg) [d, e][0]"], id="commas-inside"),
    pytest.param('asm!("a", in(reg) &b, in(reg) *c, in(reg) -d, in(reg) (e))',
                 ["in(reg) &b", "in(reg) *c", "in(reg) -d", "in(reg) (e)"], id="signs"),
    pytest.param('asm!("a", #[cfg(b)] in(reg) c)', ["in(reg) c"], id="attribute"),
    pytest.param('asm!("a", in(reg) b /* , in(reg) c */, // in(reg) d\n out(reg) e)',
                 ["in(reg) b", "out(reg) e"], id="comments"),
    pytest.param('asm!("a", in(reg) \',\' as u32, in(reg) "b, c")',
                 ["in(reg) ',' as u32", 'in(reg) "b, c"'], id="literals"),
    pytest.param('asm!("a", in(reg))', [], id="without-value"),
    pytest.param('asm!("a", inside(b), 3)', [], id="no-operands"),
    pytest.param('asm!("a" : "=r"(b), "+r"(c) : "r"(d.e()), "{eax}"(f), "i"(G))',
                 ["out(r) b", "inout(r) c", "in(r) d.e()", "in(eax) f", "const(i) G"], id="old"),
    pytest.param('asm!("a" :: "r"(b))', ["in(r) b"], id="old-inputs"),
    pytest.param('llvm_asm!("a" : : "r"(b::c) : )', ["in(r) b::c"], id="old-path"),
    pytest.param('llvm_asm!("a" :: "r")', [], id="old-without-value"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "expected"), OPERANDS)
def test_operands(call, expected):
    assert [shown(operand) for operand in assembly_of(call).operands] == expected


WORDS = [
    pytest.param('asm!("a", options(nomem, nostack))', ["nomem", "nostack"], [], id="options"),
    pytest.param('asm!("a", options(nomem), in(reg) b, options(pure,))', ["nomem", "pure"], [],
                 id="two-lists"),
    pytest.param('asm!("a", options())', [], [], id="empty"),
    pytest.param('asm!("a", clobber_abi("C", "system"))', [], ["C", "system"], id="abi"),
    pytest.param('asm!("a options(nomem)")', [], [], id="in-text"),
    pytest.param('asm!("a", in(reg) options(b))', [], [], id="a-call"),
    pytest.param('asm!("a" :::: "volatile")', ["volatile"], [], id="old-options"),
    pytest.param('asm!("a" ::: "memory", "cc" : "intel")', ["intel"], ["memory", "cc"], id="old"),
    pytest.param('asm!("a" : "=r"(b) ::)', [], [], id="old-nothing"),
    pytest.param('asm!("a" : : : "{eax}", "~{memory}")', [], ["eax", "memory"], id="old-signs"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "options", "clobbers"), WORDS)
def test_options_and_clobbers(call, options, clobbers):
    assembly = assembly_of(call)

    assert [one.name for one in assembly.options] == options
    assert [one.name for one in assembly.clobbers] == clobbers


TEMPLATES = [
    pytest.param('asm!("a {}", in(reg) b)', ["a {}"], id="one"),
    pytest.param('asm!("a", "b",\n "c", const 1)', ["a", "b", "c"], id="several"),
    pytest.param(r'asm!("a\n\tb\\ \"c\" \x41\u{42}\
        d")', ['a\n\tb\\ "c" ABd'], id="escapes"),
    pytest.param('asm!(r"a\\n")', ["a\\n"], id="raw"),
    pytest.param('asm!(r#"a "b""#, "c")', ['a "b"', "c"], id="raw-fence"),
    pytest.param('asm!(concat!("a", " b"), "c")', ["a b", "c"], id="concat"),
    pytest.param('asm!(core::concat!("a ", stringify!(b)))', [f"a {UNKNOWN}{UNKNOWN}"],
                 id="concat-unknown"),
    pytest.param('asm!(push!(), "a")', [UNKNOWN, "a"], id="macro"),
    pytest.param('asm!(include_str!("a.s"), options(raw))', [UNKNOWN], id="include"),
    pytest.param('llvm_asm!(concat!("a", "b") :: "r"(c))', ["ab"], id="old-concat"),
    pytest.param('asm!("a" "b")', [], id="broken"),
    pytest.param("asm!()", [], id="empty"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "expected"), TEMPLATES)
def test_templates(call, expected):
    assert [one.text for one in assembly_of(call).templates] == expected


SYNTAX = [
    pytest.param('asm!("a", in(reg) b::c)', False, False, id="new"),
    pytest.param('asm!("a", options(att_syntax))', False, True, id="new-att"),
    pytest.param('asm!("a : b")', False, False, id="colon-in-text"),
    pytest.param('asm!(a::b!("c"), in(reg) d)', False, False, id="macro-with-path"),
    pytest.param('asm!("a" :: "r"(b))', True, True, id="old"),
    pytest.param('asm!("a" : : : : "intel")', True, False, id="old-intel"),
    pytest.param('asm!(a::b!("c") :: "r"(d))', True, True, id="old-macro"),
]


@pytest.mark.parametrize(("call", "is_old", "is_att"), SYNTAX)
def test_syntax(call, is_old, is_att):
    assembly = assembly_of(call)

    assert (assembly.is_old, assembly.is_att) == (is_old, is_att)


def test_option():
    assembly = assembly_of('asm!("a", options(nostack, nomem))')

    assert assembly.option("pure", "nomem") is assembly.options[1]
    assert assembly.option("pure") is None
    assert Assembly(()).option("nomem") is None


def test_inputs():
    kinds = {
        one.kind: one.is_input
        for one in assembly_of(
            'asm!("", in(reg) a, out(reg) b, inout(reg) c, lateout(reg) d, inlateout(reg) e, '
            "const F, sym g)"
        ).operands
    }

    assert kinds == {
        "in": True,
        "out": False,
        "inout": True,
        "lateout": False,
        "inlateout": True,
        "const": True,
        "sym": False,
    }


PLACES = [
    pytest.param('fn f() { asm!( "ä {}" , in(reg) bé /* ü */, options( nomem ) ) }', id="spaces"),
    pytest.param('fn f() { asm! { "a", out("x") b, } }', id="braces"),
    pytest.param('// ö\nfn f() { m!(asm!["a" : "=r"(b) : "r"(c) : "memory" : "volatile"]) }',
                 id="in-a-macro"),
    pytest.param('macro_rules! m { ($a:expr) => { asm!("b {}", in(reg) $a, options(pure)) }; }',
                 id="in-a-definition"),
    pytest.param('fn f() { asm!(r#"a\n b"#, options(nomem)) }\r\n', id="lines"),
]  # fmt: skip


@pytest.mark.parametrize("code", PLACES)
def test_places_are_the_file_s(code):
    data = code.encode()
    (call,) = calls_in(code)
    assembly = read_assembly(call)

    def text(node):
        return data[node.start : node.end].decode()

    assert [text(one) for one in assembly.operands] == [one.text for one in assembly.operands]
    for word in (*assembly.options, *assembly.clobbers):
        assert text(word).strip('"') == word.name
    for template in assembly.templates:
        end = template.content + len(template.text.encode())
        assert data[template.content : end].decode() == template.text


FOUND = [
    pytest.param('fn f() { asm!("a"); core::arch::asm!("b"); }', 2, id="statements"),
    pytest.param('static A: u8 = { asm!("a") };', 1, id="static"),
    pytest.param('fn f() { let g = || unsafe { asm!("a") }; }', 1, id="closure"),
    pytest.param('fn f() { naked_asm!("a") }', 1, id="naked"),
    pytest.param('fn f() { if a { loop { asm!("a") } } }', 1, id="nested"),
    pytest.param('fn f() { asm("a"); a::asm(); }', 0, id="no-macro"),
    pytest.param('fn f() { println!("asm!(a)") }', 0, id="text"),
    pytest.param('fn f() { fn g() { asm!("a") } }', 0, id="another-item-s"),
    pytest.param('impl A { fn f() { asm!("a") } }', 0, id="method-s"),
    pytest.param('mod m { fn f() { asm!("a") } }', 0, id="module-s"),
]


@pytest.mark.parametrize(("code", "count"), FOUND)
def test_calls_of_an_item(code, count):
    assert len(calls_in(code)) == count


PIECES = st.sampled_from(
    ['"a {}"', 'r#"b"#', "'c'", "in(reg)", "x", "=", "=>", ",", ":", "::", "(", ")", "[", "]", "{",
     "}", "!", "#", "concat!", "options(nomem)", "clobber_abi", "const", "sym", "$", "\\", "/*",
     "*/", "//", "\n", "é", " "]
)  # fmt: skip


@given(st.lists(PIECES, max_size=20))
def test_whatever_is_written_is_read(pieces):
    text = "".join(pieces)
    end = 5 + len(text.encode()) + 1
    call = it.MacroCall(0, end, it.Path((it.Segment("asm"),)), "", text=text)

    assembly = read_assembly(call)

    for word in (*assembly.templates, *assembly.operands, *assembly.options, *assembly.clobbers):
        assert 5 <= word.start <= word.end <= end - 1
    for instruction in instructions_of(assembly):
        assert 5 <= instruction.start <= instruction.end <= end - 1
