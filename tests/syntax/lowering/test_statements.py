"""Blocks and statements."""

import pytest

BLOCKS = [
    pytest.param("a; b", ("a;\nb"), id="tail"),
    pytest.param("a; b;", ("a;\nb;"), id="no-tail"),
    pytest.param("unsafe { a }", "(block [] tail=a kind=unsafe)", id="unsafe"),
    pytest.param("unsafe { a };", "(block [] tail=a kind=unsafe);", id="unsafe-then-semicolon"),
    pytest.param("async move { a }", "(block [] tail=a kind=async is_move)", id="async"),
    pytest.param("const { 1 }", "(block [] tail=1 kind=const)", id="const"),
    pytest.param(
        "'a: { break 'a 1; }", "(block [(jump break value=1 label=a);] label=a)", id="labelled"
    ),
    pytest.param("{ { a } }", "(block [] tail=(block [] tail=a))", id="nested"),
    pytest.param(";;; a; ;", "a;", id="empty-statements"),
    pytest.param(
        "unsafe { a }.b()", "(methodcall (block [] tail=a kind=unsafe) b [])", id="method-on-block"
    ),
    pytest.param("#![allow(x)] a", "a", id="inner-attributes"),
    pytest.param(
        "if a {} *b = 1; {} &c;",
        (
            "(exprstmt (if [[a (block [])]]) has_semicolon=false)\n"
            "(assign (unary * b) 1);\n"
            "(exprstmt (block []) has_semicolon=false)\n"
            "(ref c);"
        ),
        id="block-then-operator",
    ),
    pytest.param(
        "match x {} - 1",
        ("(exprstmt (match x []) has_semicolon=false)\n(unary - 1)"),
        id="match-then-minus",
    ),
    pytest.param(
        "m! { a }.b()",
        "(methodcall (macrocall m block body=(block [] tail=a)) b [])",
        id="macro-block-then-method",
    ),
    pytest.param(
        "if a { b } else { c }.d()?;",
        "(try (methodcall (if [[a (block [] tail=b)]] orelse=(block [] tail=c)) d []));",
        id="if-then-method",
    ),
    pytest.param(
        """/* a */ b; // c
 /* d */""",
        "b;",
        id="comments",
    ),
]

LETS = [
    pytest.param("let a = b;", "(let a value=b)", id="plain"),
    pytest.param("let a: u8 = 1;", "(let a type=u8 value=1)", id="type"),
    pytest.param("let a; let b: u8;", ("(let a)\n(let b type=u8)"), id="without-value"),
    pytest.param("let mut a = b;", "(let (bindpat a is_mut) value=b)", id="mut"),
    pytest.param("let ref mut a = b;", "(let (bindpat a is_ref is_mut) value=b)", id="ref-mut"),
    pytest.param("let (a, _) = b;", "(let (tuplepat tuple [a _]) value=b)", id="pattern"),
    pytest.param("let r#type = a;", "(let type value=a)", id="raw"),
    pytest.param(
        "let Some(a) = b else { return };",
        "(let (tuplestructpat Some [a]) value=b orelse=(block [] tail=(jump return)))",
        id="else",
    ),
    pytest.param(
        "let Some(a): Option<u8> = b else { c!() };",
        (
            "(let (tuplestructpat Some [a]) type=Option<u8> value=b orelse=(block [] "
            "tail=(macrocall c args)))"
        ),
        id="else-type",
    ),
    pytest.param("#[cfg(a)] let b = 1;", "(let b value=1 cfg=cfg(a))", id="under-cfg"),
    pytest.param(
        "let a = &mut *b.lock();",
        "(let a value=(ref (unary * (methodcall b lock [])) is_mut))",
        id="temporary",
    ),
    pytest.param("let _ = a.lock();", "(let _ value=(methodcall a lock []))", id="discard"),
]

CFGS = [
    pytest.param("#[cfg(a)] b();", "(exprstmt (call b []) cfg=cfg(a))", id="statement"),
    pytest.param(
        "#[cfg(a)] { b(); } c",
        ("(exprstmt (block [(call b []);]) has_semicolon=false cfg=cfg(a))\nc"),
        id="block",
    ),
    pytest.param(
        "#[cfg(a)] { 1 } #[cfg(not(a))] { 2 }",
        (
            "(exprstmt (block [] tail=1) has_semicolon=false cfg=cfg(a))\n"
            "(exprstmt (block [] tail=2) has_semicolon=false cfg=cfg(not(a)))"
        ),
        id="either-tail",
    ),
    pytest.param(
        "#[cfg(a)] b", "(exprstmt b has_semicolon=false cfg=cfg(a))", id="tail-expression"
    ),
    pytest.param("#[allow(a)] { b }", "(block [] tail=b)", id="other-attribute"),
    pytest.param(
        "#[cfg(a)] #[cfg(b)] #[allow(c)] d();",
        "(exprstmt (call d []) cfg=cfg(all(a, b)))",
        id="several",
    ),
    pytest.param(
        "#[cfg_attr(a, cfg(b))] c();",
        "(exprstmt (call c []) cfg=cfg(any(not(a), b)))",
        id="cfg-attr",
    ),
    pytest.param("#[cfg(a)] b += 1;", "(exprstmt (assign b 1 op=+) cfg=cfg(a))", id="assignment"),
    pytest.param(
        "match a { #[cfg(b)] C => d, _ => e }",
        "(match a [(arm C - d cfg=cfg(b)) (arm _ - e)])",
        id="arm",
    ),
    pytest.param(
        "#[cfg(a)] fn b() {}",
        "(function b attributes=[(attribute cfg args=`(a)`)] cfg=cfg(a) body=(block []))",
        id="item",
    ),
]

ITEMS = [
    pytest.param(
        (
            "fn a() {} use b; static C: u8 = 1; struct D; impl D {} mod e {} const F: u8 = 1; "
            "trait G {} type H = u8; extern crate i; 1"
        ),
        (
            "(function a body=(block []))\n"
            "(use `` imports=[(import [b] b)])\n"
            "(static C type=u8 value=1)\n"
            "(adt D form=unit)\n"
            "(impl `` self_type=D)\n"
            "(module e is_inline)\n"
            "(static F kind=const type=u8 value=1)\n"
            "(trait G)\n"
            "(typealias H type=u8)\n"
            "(externcrate i)\n"
            "1"
        ),
        id="all-kinds",
    ),
    pytest.param(
        "macro_rules! m { () => { a } } m!()",
        ("(macrodef m arms=[(macroarm `()` block body=(block [] tail=a))])\n(macrocall m args)"),
        id="macro-rules",
    ),
    pytest.param(
        """/// a
fn b() {}""",
        "(function b body=(block []))",
        id="documented",
    ),
]

BROKEN = [
    pytest.param(
        "a; let = ; b", ("a;\n(opaque `broken code`);\nb"), ["unparsed: let ="], id="error"
    ),
]


@pytest.mark.parametrize(("text", "expected"), BLOCKS)
def test_blocks(check_body, text, expected):
    check_body(text, expected)


@pytest.mark.parametrize(("text", "expected"), LETS)
def test_lets(check_body, text, expected):
    check_body(text, expected)


@pytest.mark.parametrize(("text", "expected"), CFGS)
def test_cfgs(check_body, text, expected):
    check_body(text, expected)


@pytest.mark.parametrize(("text", "expected"), ITEMS)
def test_items(check_body, text, expected):
    check_body(text, expected)


@pytest.mark.parametrize(("text", "expected", "gaps"), BROKEN)
def test_broken(check_body, text, expected, gaps):
    check_body(text, expected, *gaps)
