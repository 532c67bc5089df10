"""Where nodes stand: bytes of the file, whatever was put in their place to read them."""

import pytest

from soundcheck.source import SourceFile
from soundcheck.syntax import items as it
from soundcheck.syntax.lowering import lower
from soundcheck.syntax.parser import read_file
from soundcheck.syntax.visit import walk


def nodes_of(text):
    data = text.encode()
    tree = lower(read_file(SourceFile("a.rs", data)))
    return data, [node for item in tree.items for node in walk(item)]


PLACES = [
    pytest.param("fn a() { b.c(); }", it.MethodCall, ["b.c()"], id="method-call"),
    pytest.param("fn a() { (b.c()).d }", it.MethodCall, ["b.c()"], id="without-parentheses"),
    pytest.param("#[x] pub fn a() {}", it.Function, ["pub fn a() {}"], id="without-attributes"),
    pytest.param(
        "fn a() { unsafe { b } }", it.Block, ["{ unsafe { b } }", "unsafe { b }"], id="block"
    ),
    pytest.param("fn a() { let b = c; }", it.Let, ["let b = c;"], id="let"),
    pytest.param("fn a() { b + c + d }", it.Binary, ["b + c + d"], id="chain"),
    pytest.param("fn a() { m!(b.c(), d) }", it.MethodCall, ["b.c()"], id="in-macro"),
    pytest.param("m!(static A: u8 = b.c())", it.MethodCall, ["b.c()"], id="in-item-macro"),
    pytest.param("fn a() { m!(n!(b.c())) }", it.MethodCall, ["b.c()"], id="in-nested-macro"),
    pytest.param(
        "fn a() { matches!(b.c(), D(_) if e.f()) }", it.MethodCall, ["b.c()", "e.f()"], id="matches"
    ),
    pytest.param(
        'fn a() { asm!("b", c = in(reg) d.e()) }', it.MethodCall, ["d.e()"], id="assembly"
    ),
    pytest.param(
        "cfg_if! { if #[cfg(a)] { fn b() { c.d() } } }", it.MethodCall, ["c.d()"], id="ladder"
    ),
    pytest.param("macro_rules! m { ($a:expr) => { $a.b() } }", it.MethodCall, ["a.b()"], id="arm"),
    pytest.param(
        "bitflags! { struct A: u8 { const B = c.d(); } }", it.MethodCall, ["c.d()"], id="flags"
    ),
    pytest.param('fn a() { let é = "ü"; b.ç() }', it.MethodCall, ["b.ç()"], id="non-ascii"),
    pytest.param(
        "// é\r\nfn a() {\r\n\tb\r\n\t\t.c();\r\n}\r\n", it.MethodCall, ["b\r\n\t\t.c()"], id="crlf"
    ),
    pytest.param(
        "\N{BYTE ORDER MARK}fn a() { b.c() }", it.MethodCall, ["b.c()"], id="byte-order-mark"
    ),
    pytest.param("fn a() { let S { 0: b } = c.d(); }", it.MethodCall, ["c.d()"], id="repaired"),
    pytest.param("fn a() { r#b.r#c() }", it.MethodCall, ["r#b.r#c()"], id="raw"),
    pytest.param(
        "struct A { b: u8, pub c: u16 }", it.Adt, ["struct A { b: u8, pub c: u16 }"], id="struct"
    ),
]


@pytest.mark.parametrize(("text", "kind", "expected"), PLACES)
def test_a_node_spans_what_it_was_written_as(text, kind, expected):
    data, nodes = nodes_of(text)
    spans = [data[node.start : node.end].decode() for node in nodes if type(node) is kind]
    assert spans == expected


NAMES = [
    pytest.param("pub unsafe fn a() {}", ["a"], id="function"),
    pytest.param("mod r#b; struct C; enum D {} trait E {}", ["r#b", "C", "D", "E"], id="items"),
    pytest.param("macro_rules! m { () => {} }", ["m"], id="macro"),
    pytest.param("a::m!(b);", ["a::m"], id="macro-call"),
    pytest.param("paste! { fn [<a b>]() {} }", ["paste", "[<a b>]"], id="pasted"),
    pytest.param("/* é */ static A: u8 = 1;", ["A"], id="non-ascii"),
]


@pytest.mark.parametrize(("text", "expected"), NAMES)
def test_a_name_stands_where_it_starts(text, expected):
    data, nodes = nodes_of(text)
    items = [node for node in nodes if isinstance(node, it.Item)]
    assert [
        data[item.name_start :].startswith(name.encode())
        for item, name in zip(items, expected, strict=True)
    ] == [True] * len(expected)


def test_the_name_of_a_method_stands_where_it_is_called():
    data, nodes = nodes_of("fn a() { é.b::<u8>( c ) }")
    (call,) = [node for node in nodes if isinstance(node, it.MethodCall)]
    assert data[call.name_start :].startswith(b"b::<u8>")


INSIDE = [
    "fn a() { if b { c } else if d { e } else { f } }",
    "m!(static A: B = C { d: 1 })",
    "macro_rules! m { ($a:block) => { f($a) } }",
    "thread_local!(static A: u8 = 1)",
    "bitflags! { struct A: u8 { const B = 1; const C = 2 } }",
    "fn a() { matches!(b, C(d) if e) }",
    'fn a() { asm!("b" : "=r"(c) :: "volatile") }',
    "select! { a = b => { c } d = e => f }",
]


@pytest.mark.parametrize("text", INSIDE)
def test_nodes_stand_in_the_file(text):
    data, nodes = nodes_of(text)
    assert all(0 <= node.start <= node.end <= len(data) for node in nodes)


HOLDING = [
    pytest.param("fn a() { b(); }", [False], id="none"),
    pytest.param("fn a() { fn b() {} }", [True, False], id="item"),
    pytest.param("fn a() { { use b; } }", [True], id="in-block"),
    pytest.param("fn a() { || { static B: u8 = 1; } }", [True], id="in-closure"),
    pytest.param("fn a() { m! { struct B; } }", [True], id="in-macro"),
    pytest.param('fn a() { include!("b.rs") }', [True], id="include"),
    pytest.param("fn a() { macro_rules! m { () => {} } }", [True], id="macro"),
    pytest.param("impl A { fn b() { const C: u8 = 1; } fn d() {} }", [True, False], id="methods"),
]


@pytest.mark.parametrize(("text", "expected"), HOLDING)
def test_a_function_tells_whether_items_are_in_it(text, expected):
    _, nodes = nodes_of(text)
    assert [node.holds_items for node in nodes if isinstance(node, it.Function)] == expected


def test_lines_count_from_one():
    tree = lower(read_file(SourceFile("a.rs", b"fn a() {}\r\nfn b() {}\n\nfn c() {}")))
    assert [tree.line_of(item.start) for item in tree.items] == [1, 2, 4]
