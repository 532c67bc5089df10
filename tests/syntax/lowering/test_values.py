"""Literals, compounds and closures."""

import pytest

VALUES = [
    pytest.param("[1, 0x1f, 1_000u64]", "(array [1 0x1f 1_000u64])", id="integers"),
    pytest.param("(1.0, 1e3f32)", "(tuple [float:1.0 float:1e3f32])", id="floats"),
    pytest.param(
        '("a", r"b", r#"c"#, b"d", br"e", c"f")',
        '(tuple [str:"a" str:r"b" str:r#"c"# bytes:b"d" bytes:br"e" str:c"f"])',
        id="strings",
    ),
    pytest.param("('a', b'b', '\\n')", "(tuple [char:'a' byte:b'b' char:'\\n'])", id="characters"),
    pytest.param("(true, false)", "(tuple [true false])", id="booleans"),
    pytest.param("()", "(tuple [])", id="unit"),
    pytest.param("(a, b)", "(tuple [a b])", id="tuple"),
    pytest.param("(a,)", "(tuple [a])", id="tuple-of-one"),
    pytest.param("[a, b]", "(array [a b])", id="array"),
    pytest.param(
        "[#[cfg(x)] a, b]",
        "(array [(block [(exprstmt a has_semicolon=false cfg=cfg(x))]) b])",
        id="array-under-cfg",
    ),
    pytest.param("[0; N]", "(repeat 0 N)", id="repeat"),
    pytest.param("S { a: 1, b }", "(structlit S [[a 1] [b b]])", id="struct"),
    pytest.param("a::S::<u8> { a: 1 }", "(structlit a::S<u8> [[a 1]])", id="struct-path"),
    pytest.param("S { a: 1, ..b }", "(structlit S [[a 1]] base=b)", id="struct-base"),
    pytest.param(
        "S { ..Default::default() }",
        "(structlit S [] base=(call Default::default []))",
        id="struct-update-only",
    ),
    pytest.param("S { 0: a, 1: b }", "(structlit S [[0 a] [1 b]])", id="struct-tuple-fields"),
    pytest.param("<T as U>::S { a: 1 }", "(structlit S [[a 1]])", id="struct-qualified"),
    pytest.param(
        "S { r#type: 1, r#fn }", "(structlit S [[type 1] [fn fn]])", id="struct-raw-field"
    ),
    pytest.param(
        "S { #[cfg(x)] a: 1, #[cfg(y)] b }",
        (
            "(structlit S [[a (block [(exprstmt 1 has_semicolon=false cfg=cfg(x))])] [b "
            "(block [(exprstmt b has_semicolon=false cfg=cfg(y))])]])"
        ),
        id="struct-field-under-cfg",
    ),
]

CLOSURES = [
    pytest.param("|a| a.b()", "(closure [[a -]] (methodcall a b []))", id="closure"),
    pytest.param(
        "|a: u8, b| -> u8 { a }",
        "(closure [[a u8] [b -]] (block [] tail=a) ret=u8)",
        id="closure-types",
    ),
    pytest.param(
        "|(a, _), &b, mut c, S { d, .. }| ()",
        (
            "(closure [[(tuplepat tuple [a _]) -] [(refpat b) -] [(bindpat c is_mut) -] "
            "[(structpat S [[d d]]) -]] (tuple []))"
        ),
        id="closure-patterns",
    ),
    pytest.param("move || a", "(closure [] a is_move)", id="closure-move"),
    pytest.param("async move |a| a", "(closure [[a -]] a is_move is_async)", id="closure-async"),
    pytest.param("static || a", "(closure [] a)", id="closure-static"),
    pytest.param("|_| {}", "(closure [[_ -]] (block []))", id="closure-wild"),
    pytest.param(
        "a.map(|x| x + 1).b(|| {})",
        (
            "(methodcall (methodcall a map [(closure [[x -]] (binary + [x 1]))]) b [(closure "
            "[] (block []))])"
        ),
        id="closure-in-call",
    ),
]


@pytest.mark.parametrize(("text", "expected"), VALUES)
def test_values(check_body, text, expected):
    check_body(text, expected)


@pytest.mark.parametrize(("text", "expected"), CLOSURES)
def test_closures(check_body, text, expected):
    check_body(text, expected)
