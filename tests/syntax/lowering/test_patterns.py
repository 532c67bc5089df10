"""Patterns of every kind."""

import pytest

BINDINGS = [
    pytest.param("let a = x;", "(let a value=x)", id="name"),
    pytest.param("let ref a = x;", "(let (bindpat a is_ref) value=x)", id="ref"),
    pytest.param("let mut a = x;", "(let (bindpat a is_mut) value=x)", id="mut"),
    pytest.param("let ref mut a = x;", "(let (bindpat a is_ref is_mut) value=x)", id="ref-mut"),
    pytest.param("let _ = x;", "(let _ value=x)", id="wild"),
    pytest.param(
        "match x { a @ 1..=2 => {} }",
        "(match x [(arm (bindpat a inner=(litpat 1..=2)) - (block []))])",
        id="at",
    ),
    pytest.param(
        "match x { ref a @ Some(_) => {} }",
        ("(match x [(arm (bindpat a is_ref inner=(tuplestructpat Some [_])) - (block []))])"),
        id="at-ref",
    ),
    pytest.param(
        "match x { mut a @ (B | C) => {} }",
        "(match x [(arm (bindpat a is_mut inner=(tuplepat or [B C])) - (block []))])",
        id="at-mut",
    ),
    pytest.param(
        "let a @ b @ _ = x;", "(let (bindpat a inner=(bindpat b inner=_)) value=x)", id="at-nested"
    ),
    pytest.param("let r#type = x;", "(let type value=x)", id="raw"),
    pytest.param("let (a) = x;", "(let a value=x)", id="parenthesised"),
]

COMPOUNDS = [
    pytest.param(
        "let (a, _, mut b) = x;",
        "(let (tuplepat tuple [a _ (bindpat b is_mut)]) value=x)",
        id="tuple",
    ),
    pytest.param("let (a,) = x;", "(let (tuplepat tuple [a]) value=x)", id="tuple-of-one"),
    pytest.param("let () = x;", "(let (tuplepat tuple []) value=x)", id="unit"),
    pytest.param("let (a, .., b) = x;", "(let (tuplepat tuple [a .. b]) value=x)", id="rest"),
    pytest.param("let (..) = x;", "(let (tuplepat tuple [..]) value=x)", id="rest-alone"),
    pytest.param("let [a, .., b] = x;", "(let (tuplepat slice [a .. b]) value=x)", id="slice"),
    pytest.param(
        "let [a, b @ ..] = x;",
        "(let (tuplepat slice [a (bindpat b inner=..)]) value=x)",
        id="slice-rest",
    ),
    pytest.param("let [] = x;", "(let (tuplepat slice []) value=x)", id="slice-empty"),
    pytest.param("let &a = x;", "(let (refpat a) value=x)", id="reference"),
    pytest.param(
        "let &mut (a, ref b) = x;",
        "(let (refpat (tuplepat tuple [a (bindpat b is_ref)])) value=x)",
        id="reference-mut",
    ),
    pytest.param("let &&a = x;", "(let (refpat (refpat a)) value=x)", id="reference-twice"),
    pytest.param("let Some(a) = x;", "(let (tuplestructpat Some [a]) value=x)", id="tuple-struct"),
    pytest.param(
        "let a::B::<u8>(_, ..) = x;",
        "(let (tuplestructpat a::B<u8> [_ ..]) value=x)",
        id="tuple-struct-path",
    ),
    pytest.param("let A() = x;", "(let (tuplestructpat A []) value=x)", id="tuple-struct-empty"),
    pytest.param(
        "let Self(a) = x;", "(let (tuplestructpat Self [a]) value=x)", id="tuple-struct-self"
    ),
    pytest.param(
        "let <T>::A(b) = x;",
        "(let (tuplestructpat <T>::A [b]) value=x)",
        id="tuple-struct-qualified",
    ),
    pytest.param(
        """let A(/* b */ c, // d
 _) = x;""",
        "(let (tuplestructpat A [c _]) value=x)",
        id="tuple-struct-comment",
    ),
    pytest.param(
        "let S { a, b: c, .. } = x;", "(let (structpat S [[a a] [b c]]) value=x)", id="struct"
    ),
    pytest.param(
        "let S { ref a, ref mut b, mut c } = x;",
        (
            "(let (structpat S [[a (bindpat a is_ref)] [b (bindpat b is_ref is_mut)] [c "
            "(bindpat c is_mut)]]) value=x)"
        ),
        id="struct-ref",
    ),
    pytest.param(
        "let a::S::<u8> { b } = x;", "(let (structpat a::S [[b b]]) value=x)", id="struct-path"
    ),
    pytest.param("let S {} = x;", "(let (structpat S []) value=x)", id="struct-empty"),
    pytest.param(
        "let S { 0: a, 1: _ } = x;",
        "(let (structpat S [[0 a] [1 _]]) value=x)",
        id="struct-numbers",
    ),
    pytest.param(
        "let r#S { r#type, r#fn: _ } = x;",
        "(let (structpat S [[type type] [fn _]]) value=x)",
        id="struct-raw",
    ),
    pytest.param(
        "let S { a, #[cfg(b)] c, .. } = x;",
        "(let (structpat S [[a a] [c c]]) value=x)",
        id="struct-cfg",
    ),
    pytest.param(
        "let S { a: Some(B { c }) } = x;",
        "(let (structpat S [[a (tuplestructpat Some [(structpat B [[c c]])])]]) value=x)",
        id="struct-nested",
    ),
    pytest.param("let box a = x;", "(let (refpat a) value=x)", id="box"),
]

CONSTANTS = [
    pytest.param(
        "match x { A::B => {} }", "(match x [(arm (pathpat A::B) - (block []))])", id="path"
    ),
    pytest.param(
        "match x { ::a::B => {} }",
        "(match x [(arm (pathpat ::a::B) - (block []))])",
        id="path-global",
    ),
    pytest.param(
        "match x { <u8>::MAX | u8::MIN => {} }",
        ("(match x [(arm (tuplepat or [(pathpat <u8>::MAX) (pathpat u8::MIN)]) - (block []))])"),
        id="path-qualified",
    ),
    pytest.param(
        "match x { 1 | -1 | 1.5 => {} }",
        ("(match x [(arm (tuplepat or [(litpat 1) (litpat -1) (litpat 1.5)]) - (block []))])"),
        id="numbers",
    ),
    pytest.param(
        "match x { \"a\" | b\"b\" | 'c' | b'd' => {} }",
        (
            '(match x [(arm (tuplepat or [(litpat `"a"`) (litpat `b"b"`) (litpat \'c\') (litpat '
            "b'd')]) - (block []))])"
        ),
        id="texts",
    ),
    pytest.param(
        "match x { true | false => {} }",
        "(match x [(arm (tuplepat or [(litpat true) (litpat false)]) - (block []))])",
        id="booleans",
    ),
    pytest.param(
        "match x { 1..=2 | 3.. | ..=4 | 'a'..'z' => {} }",
        (
            "(match x [(arm (tuplepat or [(litpat 1..=2) (litpat 3..) (litpat ..=4) (litpat "
            "'a'..'z')]) - (block []))])"
        ),
        id="range",
    ),
    pytest.param(
        "match x { A..=b::C => {} }",
        "(match x [(arm (litpat A..=b::C) - (block []))])",
        id="range-paths",
    ),
    pytest.param(
        "match x { const { 1 } => {} }",
        "(match x [(arm (litpat `const { 1 }`) - (block []))])",
        id="const-block",
    ),
    pytest.param(
        "match x { m!(a) => {} a::n![] => {} }",
        "(match x [(arm (macropat m) - (block [])) (arm (macropat n) - (block []))])",
        id="macro",
    ),
    pytest.param("match x { ! => {} }", "(match x [(arm _ - (block []))])", id="never"),
]

ALTERNATIVES = [
    pytest.param(
        "match x { A | B | C => {} }",
        "(match x [(arm (tuplepat or [A B C]) - (block []))])",
        id="flat",
    ),
    pytest.param(
        "match x { | A | B => {} }",
        "(match x [(arm (tuplepat or [A B]) - (block []))])",
        id="leading",
    ),
    pytest.param(
        "match x { (A | B, Some(C | D)) => {} }",
        (
            "(match x [(arm (tuplepat tuple [(tuplepat or [A B]) (tuplestructpat Some "
            "[(tuplepat or [C D])])]) - (block []))])"
        ),
        id="nested",
    ),
    pytest.param("let A | B = x;", "(let (tuplepat or [A B]) value=x)", id="let"),
    pytest.param(
        "if let Some(a) | None = x {}",
        "(if [[(letcond (tuplepat or [(tuplestructpat Some [a]) None]) x) (block [])]])",
        id="if-let",
    ),
    pytest.param(
        "while let (A | B) = x {}",
        "(while (letcond (tuplepat or [A B]) x) (block []))",
        id="parenthesised",
    ),
]


@pytest.mark.parametrize(("text", "expected"), BINDINGS)
def test_bindings(check_body, text, expected):
    check_body(text, expected)


@pytest.mark.parametrize(("text", "expected"), COMPOUNDS)
def test_compounds(check_body, text, expected):
    check_body(text, expected)


@pytest.mark.parametrize(("text", "expected"), CONSTANTS)
def test_constants(check_body, text, expected):
    check_body(text, expected)


@pytest.mark.parametrize(("text", "expected"), ALTERNATIVES)
def test_alternatives(check_body, text, expected):
    check_body(text, expected)
