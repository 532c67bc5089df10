"""Macros by example, as tokens."""

import pytest

from soundcheck.crates.macro_matching import calls_in, match_arm, paste, split_tokens, transcribe

MATCHES = [
    ("()", "", {}),
    ("()", "a", None),
    ("(a b)", "a b", {}),
    ("(a b)", "a", None),
    ("($x:ident)", "abc", {"x": "abc"}),
    ("($x:ident)", "1", None),
    ("($x:ident)", "_", None),
    ("($x:ident, $y:ident)", "a, b", {"x": "a", "y": "b"}),
    ("($x:ident, $y:ident)", "a, b,", None),
    ("[$x:expr]", "a + b(c, d)", {"x": "a + b ( c , d )"}),
    ("($x:expr)", "a, b", None),
    ("($x:expr, $y:expr)", "f(1, 2), [3, 4]", {"x": "f ( 1 , 2 )", "y": "[ 3 , 4 ]"}),
    ("($t:ty)", "Vec<Vec<u8>>", {"t": "Vec < Vec < u8 > >"}),
    ("($t:ty, $u:ty)", "Map<K, V>, u8", {"t": "Map < K , V >", "u": "u8"}),
    ("($t:ty => $e:expr)", "&'a str => 1", {"t": "& 'a str", "e": "1"}),
    ("($n:ident: $t:ty = $e:expr)", "X: u8 = 3", {"n": "X", "t": "u8", "e": "3"}),
    ("($p:path)", "a::b::C", {"p": "a :: b :: C"}),
    ("($l:literal)", "-3", {"l": "- 3"}),
    ("($l:literal)", '"text"', {"l": '"text"'}),
    ("($l:literal)", "name", None),
    ("($l:lifetime)", "'a", {"l": "'a"}),
    ("($l:lifetime)", "'a'", None),
    ("($t:tt)", "(a b)", {"t": "( a b )"}),
    ("($t:tt)", "a b", None),
    ("($($t:tt)*)", "a (b) c", {"t": ("a", "( b )", "c")}),
    ("($b:block)", "{ a; b }", {"b": "{ a ; b }"}),
    ("($b:block)", "a", None),
    ("($v:vis $n:ident)", "pub(crate) x", {"v": "pub ( crate )", "n": "x"}),
    ("($v:vis $n:ident)", "x", {"v": "", "n": "x"}),
    ("($n:ident $v:vis)", "x", {"v": "", "n": "x"}),
    ("($i:item)", "fn f<T>() -> u8 { 0 }", {"i": "fn f < T > ( ) -> u8 { 0 }"}),
    ("($i:item $n:ident)", "struct S; x", {"i": "struct S ;", "n": "x"}),
    ("($(#[$m:meta])* $n:ident)", "#[a] #[b(c)] x", {"m": ("a", "b ( c )"), "n": "x"}),
    ("($(#[$m:meta])* $n:ident)", "x", {"m": (), "n": "x"}),
    ("($($x:ident),*)", "a, b, c", {"x": ("a", "b", "c")}),
    ("($($x:ident),*)", "a, b,", None),
    ("($($x:ident),* $(,)?)", "a, b,", {"x": ("a", "b")}),
    ("($($x:ident)?)", "a b", None),
    ("($($k:ident => $v:expr);+)", "a => 1; b => 2", {"k": ("a", "b"), "v": ("1", "2")}),
    (
        "{ $($a:ident { $($b:ident),* })* }",
        "x { p, q } y { r }",
        {"a": ("x", "y"), "b": (("p", "q"), ("r",))},
    ),
    ("($n:ident, || $c:block)", "irq, || { f() }", {"n": "irq", "c": "{ f ( ) }"}),
    ("", "a", None),
    ("($x)", "a", None),
]


@pytest.mark.parametrize(("matcher", "text", "expected"), MATCHES)
def test_matching(matcher, text, expected):
    assert match_arm(matcher, split_tokens(text)) == expected


@pytest.mark.parametrize(
    ("body", "bindings", "expected"),
    [
        ("struct $n;", {"n": "A"}, "struct A ;"),
        ("$crate::f($n)", {"n": "A", "crate": "$crate1"}, "$ crate1 :: f ( A )"),
        ("$($n),*", {"n": ("A", "B")}, "A , B"),
        ("$($n;)*", {"n": ()}, ""),
        ("$($n = $k;)*", {"n": ("A", "B"), "k": "1"}, "A = 1 ; B = 1 ;"),
        ("$( $($n)* )*", {"n": ("A", "B")}, "A B"),
        ("$($n { $($m)* })*", {"n": ("A", "B"), "m": (("p", "q"), ())}, "A { p q } B { }"),
        ("$($m $($n)*)*", {"n": ("A", "B"), "m": ("p", "q")}, "p A q B"),
        ("$($n $k;)*", {"n": ("A", "B"), "k": ("1",)}, "A 1 ; B 1 ;"),
        ("$($k)*", {"n": ("A",)}, ""),
        ("${index()} $n", {"n": "A"}, "0 A"),
        ("$unknown x", {}, "unknown x"),
        ("$", {}, ""),
    ],
)
def test_transcribing(body, bindings, expected):
    assert " ".join(transcribe(split_tokens(body), bindings)).strip() == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a!(b); c! { d e } f![];", [("a", "b"), ("c", "d e"), ("f", "")]),
        ("x::a!(b);", [("a", "b")]),
        ("fn f() { a!(b); }", []),
        ("if !(a) { b }", []),
        ("a != (b)", []),
        ("!(a)", []),
    ],
)
def test_calls(text, expected):
    assert list(calls_in(split_tokens(text))) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fn [<make_ x>]()", "fn make_x ( )"),
        ("[<A b:upper>]", "AB"),
        ("[<Some Name:snake>]", "Somename"),
        ('[<a "b">]', "ab"),
        ("[a]", "[ a ]"),
        ("a[<b>::c]", "a [ < b > :: c ]"),
        ("[<", "[ <"),
    ],
)
def test_pasting(text, expected):
    assert " ".join(paste(split_tokens(text))) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a // b\n/* c */ d", ["a", "d"]),
        ('"a \\" b" c', ['"a \\" b"', "c"]),
        ('r#"a " b"# c', ['r#"a " b"#', "c"]),
        ("'a' 'b r#type", ["'a'", "'b", "r#type"]),
        ("a=>b::c..=d", ["a", "=>", "b", "::", "c", "..=", "d"]),
        ("1.5 0x1F_u8 1..2", ["1.5", "0x1F_u8", "1", "..", "2"]),
    ],
)
def test_tokens(text, expected):
    assert list(split_tokens(text)) == expected
