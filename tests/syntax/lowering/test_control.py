"""Control flow."""

import pytest

CONTROL = [
    pytest.param("if a { b }", "(if [[a (block [] tail=b)]])", id="if"),
    pytest.param(
        "if a { b } else { c }",
        "(if [[a (block [] tail=b)]] orelse=(block [] tail=c))",
        id="if-else",
    ),
    pytest.param(
        "if a { b } else if c { d } else { e }",
        "(if [[a (block [] tail=b)] [c (block [] tail=d)]] orelse=(block [] tail=e))",
        id="else-if",
    ),
    pytest.param(
        "if let Some(a) = b { c }",
        "(if [[(letcond (tuplestructpat Some [a]) b) (block [] tail=c)]])",
        id="if-let",
    ),
    pytest.param(
        "if let A = b && c && let D(e) = f {}",
        ("(if [[(binary && [(letcond A b) c (letcond (tuplestructpat D [e]) f)]) (block [])]])"),
        id="let-chain",
    ),
    pytest.param(
        "if a /* b */ { c } /* d */ else /* e */ { f }",
        "(if [[a (block [] tail=c)]] orelse=(block [] tail=f))",
        id="if-comments",
    ),
    pytest.param(
        "if a {} else /* b */ if /* c */ d {}",
        "(if [[a (block [])] [d (block [])]])",
        id="else-if-comments",
    ),
    pytest.param(
        "if let A | B = c {}",
        "(if [[(letcond (tuplepat or [A B]) c) (block [])]])",
        id="if-let-alternatives",
    ),
    pytest.param(
        "match a { B => c, D | E if f => g, _ => {} }",
        "(match a [(arm B - c) (arm (tuplepat or [D E]) f g) (arm _ - (block []))])",
        id="match",
    ),
    pytest.param(
        "match a { b if let C = d && e => f, _ => g }",
        "(match a [(arm b (binary && [(letcond C d) e]) f) (arm _ - g)])",
        id="match-guard-let",
    ),
    pytest.param(
        "match a { | B => c, | D | E => f }",
        "(match a [(arm B - c) (arm (tuplepat or [D E]) - f)])",
        id="match-leading-pipe",
    ),
    pytest.param(
        """match a { /* b */ C /* d */ if /* e */ f /* g */ => /* h */ i /* j */, // k
}""",
        "(match a [(arm C f i)])",
        id="match-comments",
    ),
    pytest.param(
        "match a { B => match c { _ => d }, }",
        "(match a [(arm B - (match c [(arm _ - d)]))])",
        id="match-in-arm",
    ),
    pytest.param("while a { b }", "(while a (block [] tail=b))", id="while"),
    pytest.param(
        "while let Some(a) = b.c() && d {}",
        (
            "(while (binary && [(letcond (tuplestructpat Some [a]) (methodcall b c [])) d]) "
            "(block []))"
        ),
        id="while-let",
    ),
    pytest.param("loop { a }", "(loop (block [] tail=a))", id="loop"),
    pytest.param(
        "for (a, b) in c.d() { e }",
        "(for (tuplepat tuple [a b]) (methodcall c d []) (block [] tail=e))",
        id="for",
    ),
    pytest.param(
        "for _ in (0..n).rev() {}",
        "(for _ (methodcall (range 0 n) rev []) (block []))",
        id="for-range",
    ),
    pytest.param(
        "'a: loop { 'b: while c { continue 'a; } 'd: for e in f { break 'd; } }",
        (
            "(loop (block [(exprstmt (while c (block [(jump continue label=a);]) label=b) "
            "has_semicolon=false)] tail=(for e f (block [(jump break label=d);]) label=d)) "
            "label=a)"
        ),
        id="labels",
    ),
    pytest.param("loop { break 1; }", "(loop (block [(jump break value=1);]))", id="break-value"),
    pytest.param(
        "'a: loop { break 'a b; }",
        "(loop (block [(jump break value=b label=a);]) label=a)",
        id="break-label-value",
    ),
    pytest.param("return;", "(jump return);", id="return"),
    pytest.param("return a.b()", "(jump return value=(methodcall a b []))", id="return-value"),
    pytest.param("yield a", "(jump yield value=a)", id="yield"),
    pytest.param("become a()", "(jump become value=(call a []))", id="become"),
    pytest.param("try { a? }", "(block [] tail=(try a) kind=try)", id="try-block"),
    pytest.param("gen { yield 1; }", "(block [(jump yield value=1);] kind=gen)", id="gen-block"),
]


@pytest.mark.parametrize(("text", "expected"), CONTROL)
def test_control(check_body, text, expected):
    check_body(text, expected)
