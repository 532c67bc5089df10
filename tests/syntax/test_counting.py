"""What the geiger profiles count, construct by construct, as geiger on syn 1 and on syn 2 does.

The numbers are those of geiger's visitor, read off from the programs themselves.
"""

import json
from pathlib import Path

import pytest

from soundcheck.source import SourceFile
from soundcheck.syntax import counting_tables
from soundcheck.syntax.counting import DIALECTS, GeigerCounts, count_geiger
from soundcheck.syntax.counting_reference import count_reference, list_geiger_events
from soundcheck.syntax.parser import ParsedFile, read_file, rust_language

DATA = Path(__file__).parent.parent / "data" / "counting"

counts = GeigerCounts


def parse(text: str | bytes) -> ParsedFile:
    return read_file(SourceFile("a.rs", text.encode() if isinstance(text, str) else text))


EXPRESSIONS = [
    pytest.param("1; x; a::B; Self::C; self.d;", 1, 1, id="literals-and-paths-are-free"),
    pytest.param("g(1, x);", 1, 1, id="call"),
    pytest.param("x.g(); x.g::<u8>();", 2, 2, id="method-call-counts-once"),
    pytest.param("x.0();", 2, 2, id="called-tuple-field-counts-twice"),
    pytest.param("(x.g)();", 3, 3, id="called-field-in-parentheses"),
    pytest.param("if a { } while a { } loop { } for x in y { }", 4, 4, id="block-bodies-are-free"),
    pytest.param("if a { } else { }", 2, 2, id="else-block-counts"),
    pytest.param("if a { } else if b { } else { }", 3, 3, id="else-if"),
    pytest.param("{ } 'a: { }", 2, 2, id="bare-and-labelled-blocks-count"),
    pytest.param("if { a } { }", 2, 2, id="block-as-condition"),
    pytest.param("match x { _ => { } }", 2, 2, id="arm-block-counts"),
    pytest.param("|| { }; || 1;", 3, 3, id="closure-body-block-counts"),
    pytest.param("let Some(x) = y else { return };", 2, 1, id="let-else-block-counts"),
    pytest.param("if let A = b && c && let D = e { }", 5, 5, id="let-chain-counts-its-joints"),
    pytest.param("m!(a); m![a]; m!{a} m!{a};", 0, 2, id="macro-statement"),
    pytest.param("m!(a)", 1, 1, id="macro-tail"),
    pytest.param("m!{a}", 0, 0, id="brace-macro-tail"),
    pytest.param("let x = m!{a}; g(m!()); m!{}.h(); m!()?;", 7, 7, id="macro-as-operand"),
    pytest.param("match x { _ => m!{} }", 2, 2, id="macro-as-arm"),
    pytest.param("let m!(x): m!() = y; x as m!();", 1, 1, id="macro-in-type-and-pattern"),
    pytest.param("m!{} &x;", 1, 1, id="brace-macro-then-reference"),
    pytest.param("m!{} &&x;", 2, 2, id="brace-macro-then-two-references"),
    pytest.param("m!{} <T>::g();", 1, 1, id="brace-macro-then-path"),
    pytest.param(";", 1, 1, id="empty-statement-counts"),
    pytest.param("if a { }; match a { }; m!{};", 2, 2, id="semicolon-after-block-like"),
    pytest.param("if a { };;", 2, 2, id="two-semicolons-after-block-like"),
    pytest.param("match a { } &&x;", 3, 3, id="block-like-then-two-references"),
    pytest.param("let x = { a } && b;", 2, 2, id="block-like-as-operand"),
    pytest.param("return &&x;", 3, 3, id="return-of-two-references"),
    pytest.param("loop { break &&x; }", 4, 4, id="break-of-two-references"),
    pytest.param("..<T>::g;", 1, 1, id="range-of-a-path"),
    pytest.param("..=x; &..=x; x[..=y];", 5, 5, id="prefix-range-is-no-assignment"),
    pytest.param("_ = x; (_, a) = x; [_; 3]; [0; _];", 9, 9, id="placeholder-counts"),
    pytest.param("a = b = c; a += 1;", 3, 3, id="assignment-chain"),
    pytest.param("const { 1 + 1 };", 2, 1, id="const-block"),
    pytest.param("match x { const { 1 + 1 } => a, _ => b }", 2, 1, id="const-block-as-pattern"),
    pytest.param("match x { -1 => a, -2..=-1 => b, _ => c }", 1, 4, id="negative-pattern"),
    pytest.param("-1;", 1, 1, id="negative-operand"),
    pytest.param("&raw const x.y;", 2, 1, id="raw-reference"),
    pytest.param("async { a }; async move { }; try { a? };", 4, 4, id="async-and-try"),
    pytest.param("g::<{ N + 1 }>(); x.g::<{ N }>(); let y: S<{ N }>;", 6, 4, id="const-arguments"),
    pytest.param("x.map(|(| a, b)| a);", 2, 2, id="leading-or-in-a-closure"),
    pytest.param("match x { a if b == c => d, _ => e }", 2, 2, id="guard"),
    pytest.param(
        "m!(unsafe { a() }, b + c); } macro_rules! q { () => { unsafe { a() } }",
        0,
        1,
        id="macro-bodies-are-not-seen",
    ),
    pytest.param("let S { a, #[cfg(x)] b, .. } = g();", 1, 1, id="attribute-in-a-struct-pattern"),
]

ITEMS = [
    pytest.param(
        "m!{} m!(); fn f() {}",
        counts(functions=(1, 0)),
        counts(functions=(1, 0)),
        counts(functions=(1, 0)),
        id="item-macros",
    ),
    pytest.param(
        "fn f() { struct S; ; fn g() {} ; }",
        counts(functions=(2, 0), exprs=(2, 0)),
        counts(functions=(2, 0), exprs=(2, 0)),
        counts(functions=(2, 0), exprs=(2, 0)),
        id="semicolon-after-item",
    ),
    pytest.param(
        "struct S([u8; N + 1]); fn f(x: [u8; 1 + 1]) -> [u8; 2 * 2] { }",
        counts(functions=(1, 0), exprs=(3, 0)),
        counts(functions=(1, 0), exprs=(3, 0)),
        counts(functions=(1, 0), exprs=(3, 0)),
        id="array-length-in-types",
    ),
    pytest.param(
        "struct S<const N: usize = { 1 + 1 }>;",
        counts(exprs=(2, 0)),
        counts(exprs=(2, 0)),
        counts(exprs=(2, 0)),
        id="const-parameter-default",
    ),
    pytest.param(
        "enum E { A = 1, B = 1 << 2 }",
        counts(exprs=(1, 0)),
        counts(exprs=(1, 0)),
        counts(exprs=(1, 0)),
        id="discriminants",
    ),
    pytest.param(
        '#[doc = include_str!("x")] #[doc = "y"] fn f() { }',
        counts(functions=(1, 0)),
        counts(functions=(1, 0), exprs=(1, 0)),
        counts(functions=(1, 0), exprs=(1, 0)),
        id="attribute-values",
    ),
    pytest.param(
        "#[a(b = c!())] fn f() { }",
        counts(functions=(1, 0)),
        counts(functions=(1, 0)),
        counts(functions=(1, 0)),
        id="attribute-arguments-are-free",
    ),
    pytest.param(
        "fn f() { a(); unsafe { b(); unsafe { c(); } } d(); }",
        counts(functions=(1, 0), exprs=(2, 2)),
        counts(functions=(1, 0), exprs=(2, 2)),
        counts(functions=(1, 0), exprs=(2, 2)),
        id="unsafe-block",
    ),
    pytest.param(
        "unsafe fn f() { a(); } fn g() { b(); }",
        counts(functions=(1, 1), exprs=(1, 1)),
        counts(functions=(1, 1), exprs=(1, 1)),
        counts(functions=(1, 1), exprs=(1, 1)),
        id="unsafe-function",
    ),
    pytest.param(
        "unsafe fn f() { fn g() { a(); } }",
        counts(functions=(1, 1), exprs=(0, 1)),
        counts(functions=(1, 1), exprs=(0, 1)),
        counts(functions=(1, 1), exprs=(0, 1)),
        id="nested-function-in-unsafe",
    ),
    pytest.param(
        "impl S { fn f() { a(); } unsafe fn g() { b(); } }",
        counts(exprs=(1, 1), item_impls=(1, 0), methods=(1, 1)),
        counts(exprs=(1, 1), item_impls=(1, 0), methods=(1, 1)),
        counts(exprs=(1, 1), item_impls=(1, 0), methods=(1, 1)),
        id="methods",
    ),
    pytest.param(
        "trait T { fn f() { a(); } unsafe fn g() { b(); } fn h(); }",
        counts(exprs=(2, 0), item_traits=(1, 0)),
        counts(exprs=(2, 0), item_traits=(1, 0)),
        counts(exprs=(2, 0), item_traits=(1, 0)),
        id="trait-functions-count-nothing",
    ),
    pytest.param(
        "unsafe impl A for B { } impl !C for D { } impl E { } unsafe trait F { } trait G { }",
        counts(item_impls=(2, 1), item_traits=(1, 1)),
        counts(item_impls=(2, 1), item_traits=(1, 1)),
        counts(item_impls=(2, 1), item_traits=(1, 1)),
        id="impls-and-traits",
    ),
    pytest.param(
        'extern "C" { fn f(a: [u8; N + 1]); static S: [u8; N + 1]; }',
        counts(exprs=(2, 0)),
        counts(exprs=(2, 0)),
        counts(exprs=(2, 0)),
        id="foreign-functions-count-nothing",
    ),
    pytest.param(
        'unsafe extern "C" { fn f(a: [u8; N + 1]); }',
        counts(),
        counts(exprs=(1, 0)),
        counts(exprs=(1, 0)),
        id="unsafe-foreign-block",
    ),
    pytest.param(
        'unsafe extern "C" { safe fn f(a: [u8; N + 1]); }',
        None,
        counts(),
        counts(),
        id="safe-foreign-function-is-tokens",
    ),
    pytest.param(
        "fn f(a: [u8; N + 1]); fn g() { a(); }",
        counts(functions=(1, 0), exprs=(1, 0)),
        counts(functions=(1, 0), exprs=(1, 0)),
        counts(functions=(1, 0), exprs=(1, 0)),
        id="function-without-body",
    ),
    pytest.param(
        "fn a() { x(); } #[no_mangle] pub fn b() { x(); } fn c() { x(); }",
        counts(functions=(2, 1), exprs=(1, 2)),
        counts(functions=(2, 1), exprs=(1, 2)),
        counts(functions=(2, 1), exprs=(2, 1)),
        id="no-mangle-leaks",
    ),
    pytest.param(
        'mod m { #[export_name = "q"] fn b() { x(); } } fn c() { x(); }',
        counts(functions=(1, 1), exprs=(0, 2)),
        counts(functions=(1, 1), exprs=(0, 2)),
        counts(functions=(1, 1), exprs=(1, 1)),
        id="no-mangle-leaks-out-of-a-module",
    ),
    pytest.param(
        "fn a() { #[no_mangle] fn b() { x(); } y(); } fn c() { x(); }",
        counts(functions=(2, 1), exprs=(0, 3)),
        counts(functions=(2, 1), exprs=(0, 3)),
        counts(functions=(2, 1), exprs=(2, 1)),
        id="no-mangle-leaks-out-of-a-function",
    ),
    pytest.param(
        "#[no_mangle] pub unsafe fn b() { x(); } fn c() { x(); }",
        counts(functions=(1, 1), exprs=(1, 1)),
        counts(functions=(1, 1), exprs=(1, 1)),
        counts(functions=(1, 1), exprs=(1, 1)),
        id="unsafe-no-mangle-does-not-leak",
    ),
    pytest.param(
        "#[unsafe(no_mangle)] pub fn b() { x(); } fn c() { x(); }",
        None,
        counts(functions=(2, 0), exprs=(2, 0)),
        counts(functions=(1, 1), exprs=(1, 1)),
        id="wrapped-no-mangle",
    ),
    pytest.param(
        "#[cfg_attr(a, no_mangle)] pub fn b() { x(); } fn c() { x(); }",
        counts(functions=(2, 0), exprs=(2, 0)),
        counts(functions=(2, 0), exprs=(2, 0)),
        counts(functions=(2, 0), exprs=(2, 0)),
        id="conditional-no-mangle",
    ),
    pytest.param(
        "impl S { #[no_mangle] fn f() { a(); } } fn g() { b(); }",
        counts(functions=(1, 0), exprs=(2, 0), item_impls=(1, 0), methods=(1, 0)),
        counts(functions=(1, 0), exprs=(2, 0), item_impls=(1, 0), methods=(1, 0)),
        counts(functions=(1, 0), exprs=(2, 0), item_impls=(1, 0), methods=(1, 0)),
        id="no-mangle-method",
    ),
    pytest.param(
        "#[no_mangle] static A: u8 = f(); fn g() { b(); }",
        counts(functions=(1, 0), exprs=(2, 0)),
        counts(functions=(1, 0), exprs=(2, 0)),
        counts(functions=(1, 0), exprs=(2, 0)),
        id="no-mangle-static",
    ),
    pytest.param(
        "// #[no_mangle]\nfn f() { a(); } fn g() { b(); }",
        counts(functions=(2, 0), exprs=(2, 0)),
        counts(functions=(2, 0), exprs=(2, 0)),
        counts(functions=(2, 0), exprs=(2, 0)),
        id="no-mangle-in-a-comment",
    ),
    pytest.param(
        'fn f() { a("#[no_mangle] fn g() {}"); } fn g() { b(); }',
        counts(functions=(2, 0), exprs=(2, 0)),
        counts(functions=(2, 0), exprs=(2, 0)),
        counts(functions=(2, 0), exprs=(2, 0)),
        id="no-mangle-in-a-string",
    ),
    pytest.param(
        "pub macro m($a:expr) { unsafe { $a } } fn f() { g(); }",
        counts(functions=(1, 0), exprs=(1, 0)),
        counts(functions=(1, 0), exprs=(1, 0)),
        counts(functions=(1, 0), exprs=(1, 0)),
        id="declarative-macro",
    ),
    pytest.param(
        "trait A = B<[u8; 1 + 1]> + C; fn f() { g(); }",
        counts(functions=(1, 0), exprs=(2, 0)),
        counts(functions=(1, 0), exprs=(2, 0)),
        counts(functions=(1, 0), exprs=(2, 0)),
        id="trait-alias",
    ),
    pytest.param(
        "impl const A for B { fn f() { a(); } }",
        counts(),
        counts(),
        counts(),
        id="const-impl-is-tokens",
    ),
    pytest.param(
        "fn f() { become g(h()); }",
        None,
        counts(functions=(1, 0), exprs=(1, 0)),
        counts(functions=(1, 0), exprs=(1, 0)),
        id="become-is-tokens",
    ),
    pytest.param(
        "fn f(a: Vec::<u8>) { g(); }",
        counts(functions=(1, 0), exprs=(1, 0)),
        counts(functions=(1, 0), exprs=(1, 0)),
        counts(functions=(1, 0), exprs=(1, 0)),
        id="turbofish-in-a-type",
    ),
]


@pytest.mark.parametrize(("body", "syn2", "syn1"), EXPRESSIONS)
def test_expressions(body: str, syn2: int, syn1: int):
    parsed = parse(f"fn f() {{ {body} }}")

    assert parsed.gaps == ()
    for dialect, expected in (("geiger-0.4", syn1), ("geiger-0.5", syn2), ("geiger-next", syn2)):
        expected_counts = counts(functions=(1, 0), exprs=(expected, 0))
        assert count_geiger(parsed, dialect) == expected_counts
        assert count_reference(parsed, dialect) == expected_counts


@pytest.mark.parametrize(("text", "first", "released", "unreleased"), ITEMS)
def test_items(
    text: str, first: GeigerCounts | None, released: GeigerCounts, unreleased: GeigerCounts
):
    parsed = parse(text)

    assert parsed.gaps == ()
    for dialect, expected in zip(DIALECTS, (first, released, unreleased), strict=True):
        if expected is not None:  # syn 1 knows less syntax
            assert count_geiger(parsed, dialect) == expected
            assert count_reference(parsed, dialect) == expected


@pytest.mark.parametrize("dialect", DIALECTS)
def test_unsafe_blocks_count_their_inside_as_unsafe(dialect: str):
    text = "fn f() { a(); unsafe { b(); unsafe { c(); } } d(); }"

    assert count_geiger(parse(text), dialect) == counts(functions=(1, 0), exprs=(2, 2))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_dense_file(dialect: str):
    parsed = parse((DATA / "dense.rs").read_bytes())
    expected = json.loads((DATA / "dense.json").read_text())[dialect]

    assert parsed.gaps == ()
    found = count_geiger(parsed, dialect)
    assert {name: list(getattr(found, name)) for name in expected} == expected
    assert count_reference(parsed, dialect) == found


@pytest.mark.parametrize("dialect", DIALECTS)
def test_events_add_up_to_the_count(dialect: str):
    parsed = parse((DATA / "dense.rs").read_bytes())
    sums = [0] * 10
    for _, column, times in list_geiger_events(parsed, dialect):
        sums[column] += times

    counted = count_geiger(parsed, dialect)
    assert sums == [n for name in counted.__struct_fields__ for n in getattr(counted, name)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("// nothing\n", id="comment"),
        pytest.param("use a::b;\n#![no_std]\n", id="no-code"),
        pytest.param("struct S { a: u8 }\nenum E { A, B }\n", id="plain-types"),
        pytest.param(b"\xff\xfef\0n\0", id="utf-16"),
        pytest.param(b'fn f() { "\xe9" }', id="latin-1"),
    ],
)
def test_files_without_code_count_nothing(text: str | bytes):
    for dialect in DIALECTS:
        assert count_geiger(parse(text), dialect) == counts()


NESTED = 60_000


@pytest.mark.parametrize(
    ("text", "exprs"),
    [
        pytest.param(
            "fn f() {" + "(" * NESTED + "1" + ")" * NESTED + "}", NESTED, id="parentheses"
        ),
        pytest.param("fn f()" + "{" * NESTED + "}" * NESTED, NESTED - 1, id="blocks"),
        pytest.param("type A = " + "V<" * NESTED + "u8" + ">" * NESTED + ";", 0, id="generics"),
        pytest.param("type A = " + "[" * NESTED + "u8" + "; 3]" * NESTED + ";", 0, id="arrays"),
        pytest.param("fn f() { if a {}" + " else if a {}" * NESTED + "}", NESTED + 1, id="else-if"),
        pytest.param("fn f() { m!" + "(" * NESTED + ")" * NESTED + "}", 1, id="tokens"),
        pytest.param("fn f() { a" + "+a" * NESTED + "}", NESTED, id="operators"),
        pytest.param("fn f() { a" + ".b()" * NESTED + "}", NESTED, id="methods"),
        pytest.param("fn f() { " + "a = " * NESTED + "a; }", NESTED, id="assignments"),
        pytest.param("mod m {" * NESTED + "}" * NESTED, 0, id="modules"),
        pytest.param("fn f() {" * NESTED + "}" * NESTED, 0, id="functions"),
        pytest.param("fn f() {" + "(" * NESTED, 0, id="never-closed"),
    ],
)
def test_nesting_is_no_matter(text: str, exprs: int):
    parsed = parse(text)
    found = count_geiger(parsed, "geiger-0.5")

    assert found.exprs == (exprs, 0)
    assert count_reference(parsed, "geiger-0.5") == found


def test_a_grammar_without_a_known_kind_is_told():
    with pytest.raises(LookupError, match="no such kinds of node: gone_expression"):
        counting_tables.kind_ids(rust_language(), ("block", "gone_expression"))
