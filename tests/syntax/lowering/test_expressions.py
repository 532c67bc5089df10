"""Places, calls and operators."""

import pytest

PLACES = [
    pytest.param("a::b", "a::b", id="path"),
    pytest.param("a::<u8, _>::b", "a<u8, _>::b", id="turbofish"),
    pytest.param("::a::b", "::a::b", id="global-path"),
    pytest.param("r#match.r#fn(r#type)", "(methodcall match fn [type])", id="raw-names"),
    pytest.param("<T as A::B>::c", "<T as A::B>::c", id="qualified"),
    pytest.param(
        "<[u8]>::len(x)", "(call <(slicetype u8)>::len [x])", id="qualified-without-trait"
    ),
    pytest.param("<T as ::a::B>::c", "<T as ::a::B>::c", id="qualified-global-trait"),
    pytest.param("u8::MAX", "u8::MAX", id="primitive"),
    pytest.param(
        "(crate::a, self::b, super::super::c, Self::D)",
        "(tuple [crate::a self::b super::super::c Self::D])",
        id="keywords",
    ),
    pytest.param("self.a.b", "(field (field self a) b)", id="field"),
    pytest.param("x.0.1", "(field (field x 0) 1)", id="tuple-field-twice"),
    pytest.param("a[i][j]", "(index (index a i) j)", id="index"),
    pytest.param("a[1..]", "(index a (range 1 -))", id="index-range"),
]

CALLS = [
    pytest.param("a(b, c)", "(call a [b c])", id="call"),
    pytest.param("(a.b)(c)", "(call (field a b) [c])", id="call-of-field"),
    pytest.param("a()()", "(call (call a []) [])", id="call-of-call"),
    pytest.param("a.b(c)", "(methodcall a b [c])", id="method"),
    pytest.param("a.b::<u8>(c)", "(methodcall a b [c] generics=[u8])", id="method-turbofish"),
    pytest.param(
        "a.b().c()?.d", "(field (try (methodcall (methodcall a b []) c [])) d)", id="method-chain"
    ),
    pytest.param("a(b,)", "(call a [b])", id="trailing-comma"),
    pytest.param(
        """f(/* a */ x, // b
 y /* c */)""",
        "(call f [x y])",
        id="comments-among-arguments",
    ),
    pytest.param(
        "f(#[cfg(x)] a, b)",
        "(call f [(block [(exprstmt a has_semicolon=false cfg=cfg(x))]) b])",
        id="argument-under-cfg",
    ),
    pytest.param(
        "Vec::<u8>::with_capacity(n)", "(call Vec<u8>::with_capacity [n])", id="constructor"
    ),
    pytest.param(
        "<u8 as From<T>>::from(t)", "(call <u8 as From<T>>::from [t])", id="trait-function"
    ),
]

OPERATORS = [
    pytest.param(
        "(*a, !b, -c, **d)",
        "(tuple [(unary * a) (unary ! b) (unary - c) (unary * (unary * d))])",
        id="unary",
    ),
    pytest.param("(-1, -1.5)", "(tuple [(unary - 1) (unary - float:1.5)])", id="negative-literal"),
    pytest.param(
        "(&a, &mut b, &&c)", "(tuple [(ref a) (ref b is_mut) (ref (ref c))])", id="reference"
    ),
    pytest.param(
        "(&raw const a, &raw mut b.c)",
        "(tuple [(ref a is_raw) (ref (field b c) is_mut is_raw)])",
        id="raw-reference",
    ),
    pytest.param("(raw, &raw)", "(tuple [raw (ref raw)])", id="raw-is-a-name"),
    pytest.param("a as u8 as *const u16", "(cast (cast a u8) (ptrtype u16))", id="cast"),
    pytest.param("a as usize < b", "(binary < [(cast a usize) b])", id="cast-then-less"),
    pytest.param("a + b + c", "(binary + [a b c])", id="chain-of-one-operator"),
    pytest.param(
        "1 + 2 * 3 - 4", "(binary - [(binary + [1 (binary * [2 3])]) 4])", id="mixed-operators"
    ),
    pytest.param("a && b || !c", "(binary || [(binary && [a b]) (unary ! c)])", id="logic"),
    pytest.param("a == b", "(binary == [a b])", id="comparison"),
    pytest.param("a.b = c", "(assign (field a b) c)", id="assign"),
    pytest.param("a <<= 2", "(assign a 2 op=<<)", id="assign-with-operator"),
    pytest.param(
        "(a, _, [b, ..]) = c",
        "(assign (tuple [a _ (array [b (range - -)])]) c)",
        id="destructuring",
    ),
    pytest.param("_ = a.b()", "(assign _ (methodcall a b []))", id="discard"),
    pytest.param(
        "(a..b, a..=b, a.., ..b, ..)",
        ("(tuple [(range a b) (range a b is_inclusive) (range a -) (range - b) (range - -)])"),
        id="range",
    ),
    pytest.param("..=b", "(range - b is_inclusive)", id="range-to-inclusive"),
    pytest.param("a?.b?", "(try (field (try a) b))", id="try"),
    pytest.param("a.await?.b", "(field (try (await a)) b)", id="await"),
    pytest.param("((a) + (b))", "(binary + [a b])", id="parentheses-vanish"),
    pytest.param("box A::new()", "(unary box (call A::new []))", id="box"),
]

BROKEN = [
    pytest.param("a; #", ("a;\n(opaque `broken code`);"), ["unparsed: #"], id="unknown-kind"),
    pytest.param(
        "a +", "(binary + [a (opaque `a missing part`)])", ["unparsed: "], id="missing-operand"
    ),
]


@pytest.mark.parametrize(("text", "expected"), PLACES)
def test_places(check_body, text, expected):
    check_body(text, expected)


@pytest.mark.parametrize(("text", "expected"), CALLS)
def test_calls(check_body, text, expected):
    check_body(text, expected)


@pytest.mark.parametrize(("text", "expected"), OPERATORS)
def test_operators(check_body, text, expected):
    check_body(text, expected)


@pytest.mark.parametrize(("text", "expected", "gaps"), BROKEN)
def test_broken(check_body, text, expected, gaps):
    check_body(text, expected, *gaps)
