"""What the grammar cannot read is rewritten at the same length, and nothing else is."""

import pytest

from soundcheck.source import SourceFile
from soundcheck.syntax.parser import ParsedFile, parse_bytes, read_file
from soundcheck.syntax.repair import masked


def parse(text: str) -> ParsedFile:
    parsed = read_file(SourceFile("a.rs", text.encode()))
    assert len(parsed.data) == len(text.encode())
    assert [i for i, byte in enumerate(parsed.data) if byte == 10] == [
        i for i, byte in enumerate(text.encode()) if byte == 10
    ]
    return parsed


REPAIRED = [
    # Words before items.
    pytest.param(
        'unsafe extern "C" { pub safe fn f(); safe static A: u8; pub unsafe static mut B: u8; }',
        'unsafe extern "C" { pub      fn f();      static A: u8; pub        static mut B: u8; }',
        id="safe-and-unsafe-in-extern",
    ),
    pytest.param("unsafe auto trait T {}", "unsafe      trait T {}", id="auto-trait"),
    pytest.param("pub trait A = Fn() + Send;", "pub type  A = Fn() + Send;", id="trait-alias"),
    pytest.param("unsafe mod m {}", "       mod m {}", id="unsafe-mod"),
    pytest.param("pub const trait T {}", "pub       trait T {}", id="const-trait"),
    pytest.param("impl const A for B {}", "impl       A for B {}", id="impl-const"),
    pytest.param("const impl A for B {}", "      impl A for B {}", id="const-impl"),
    pytest.param("default unsafe impl A for B {}", "        unsafe impl A for B {}", id="default"),
    pytest.param("impl A { default const B: u8 = 1; }", "impl A {         const B: u8 = 1; }",
                 id="default-const"),
    pytest.param("impl A { default type B = u8; }", "impl A {         type B = u8; }",
                 id="default-type"),
    pytest.param("impl(crate) trait T {}", "            trait T {}", id="impl-restriction"),
    pytest.param("async gen fn f() {}", "async     fn f() {}", id="gen-fn"),
    pytest.param("struct S { unsafe a: u8 }", "struct S {        a: u8 }", id="unsafe-field"),
    pytest.param("struct S { a: u8 = 1 }", "struct S { a: u8     }", id="default-field"),
    pytest.param("const A<T>: u8 = 1;", "const A   : u8 = 1;", id="generic-const"),
    pytest.param("struct S<T> where T: A;", "struct S<T>           ;", id="unit-struct-where"),
    pytest.param("trait T { type A: B = C; }", "trait T { type A    = C; }",
                 id="bounded-default"),
    # Macro definitions.
    pytest.param("pub macro m($a:expr) { $a }", "macro!               { $a }", id="macro-2"),
    pytest.param("pub macro m { ($a:expr) => { $a } }", "macro!      { ($a:expr) => { $a } }",
                 id="macro-2-arms"),
    pytest.param("macro_rules ! m { () => {} }", "macro_rules!  m { () => {} }",
                 id="macro-rules-apart"),
    # Types and bounds.
    pytest.param("struct S { a: Vec::<String> }", "struct S { a: Vec  <String> }",
                 id="turbofish-in-type"),
    pytest.param("impl<const N: u8> M::<{ N }> for X {}", "impl<const N: u8> M  <{ N }> for X {}",
                 id="turbofish-in-impl"),
    pytest.param("fn f() { a::<b::C::<D>>() }", "fn f() { a::<b::C  <D>>() }",
                 id="turbofish-in-turbofish"),
    pytest.param("type N = R<-20, 19>;", "type N = R< 20, 19>;", id="negative-argument"),
    pytest.param("fn f(x: Box<dyn 'n + T>) {}", "fn f(x: Box<dyn      T>) {}", id="lifetime-first"),
    pytest.param("fn f<T: ~const A + [const] B + const C>() {}",
                 "fn f<T:        A +         B +       C>() {}", id="const-bounds"),
    pytest.param("fn f(x: impl async Fn()) {}", "fn f(x: impl       Fn()) {}", id="async-bound"),
    pytest.param("fn f<T: A +>() {}", "fn f<T: A  >() {}", id="trailing-plus"),
    pytest.param("struct S<'a:>;", "struct S<'a >;", id="empty-bound"),
    pytest.param("fn f() where (): Sized {}", "fn f() where u8: Sized {}", id="unit-in-where"),
    pytest.param("fn f<>() { g::<>() }", "fn f  () { g    () }", id="empty-generics"),
    pytest.param("fn f(x: &pin mut T) {}", "fn f(x: &    mut T) {}", id="pinned-reference"),
    pytest.param("fn f<T: A<N = 3>>() {}", "fn f<T: A<N = A>>() {}", id="const-binding"),
    # Paths and literals.
    pytest.param("fn f() { char::<A>(b); }", "fn f() { A   ::<A>(b); }", id="primitive-function"),
    pytest.param("fn f() { str![b]; }", "fn f() { A  ![b]; }", id="primitive-macro"),
    pytest.param("fn f() { try!(x) }", "fn f() { Try!(x) }", id="try-macro"),
    pytest.param("fn f() { 1f16; 1.0f128; }", "fn f() { 1f64; 1.0f64 ; }", id="new-floats"),
    pytest.param("fn f() { '\\u{1_F600}' }", "fn f() { '\\u{10F600}' }", id="spaced-escape"),
    # Expressions and patterns.
    pytest.param("fn f() { box 1 }", "fn f() { &   1 }", id="box"),
    pytest.param("fn f() { let box p = x; }", "fn f() { let &   p = x; }", id="box-pattern"),
    pytest.param("fn f() { become g(x) }", "fn f() { return g(x) }", id="become"),
    pytest.param("fn f() { do yeet 1 }", "fn f() { return  1 }", id="yeet"),
    pytest.param("fn f() { for<'a> |x: &'a u8| x; }", "fn f() {         |x: &'a u8| x; }",
                 id="closure-binder"),
    pytest.param("fn f() { const || 1 }", "fn f() {       || 1 }", id="const-closure"),
    pytest.param("fn f() { x.map(|a, b,| a) }", "fn f() { x.map(|a, b | a) }",
                 id="closure-comma"),
    pytest.param("fn f() { x.map(|(|a, b)| b) }", "fn f() { x.map(|( a, b)| b) }",
                 id="closure-leading-or"),
    pytest.param("fn f() { S { a: 1, .. } }", "fn f() { S { a: 1,    } }", id="rest-of-fields"),
    pytest.param("fn f() { let N::<K> { a } = x; }", "fn f() { let N      { a } = x; }",
                 id="turbofish-in-pattern"),
    pytest.param("fn f() { let S { 0: a } = x; }", "fn f() { let S { A: a } = x; }",
                 id="numbered-field-in-pattern"),
    pytest.param("fn f() { <T as U>::S { a } }", "fn f() {           S { a } }",
                 id="qualified-struct"),
    pytest.param("fn f() { m! {} &mut x }", "fn f() { m! {};&mut x }", id="reference-after-macro"),
    # Attributes where the grammar has none.
    pytest.param("fn f() { let S { #[cfg(x)] b } = s; }", "fn f() { let S {           b } = s; }",
                 id="attribute-in-pattern"),
    pytest.param("fn f() { (a, #[cfg(x)] b) }", "fn f() { (a,           b) }",
                 id="attribute-in-tuple"),
    pytest.param("fn f() { let x = #[a] y; }", "fn f() { let x =      y; }",
                 id="attribute-on-operand"),
    pytest.param("fn f(#[a] #[b] x: u8) {}", "fn f(#[a]      x: u8) {}",
                 id="attributes-on-parameter"),
    pytest.param("---\npackage\n---\nfn f() {}", "   \n       \n   \nfn f() {}", id="frontmatter"),
]  # fmt: skip

READ = [
    pytest.param("macro_rules! m { ($($a:ident)*) => { $(${index()})* } }", id="metavariable-call"),
    pytest.param("macro_rules! m { () => { $$x } }", id="two-dollars"),
    pytest.param("m! { a =~= b, ~const T }", id="tilde-in-macro"),
]

# Valid Rust that looks like something to rewrite, each beside an error that is mended.
KEPT = [
    pytest.param('"safe fn f() {} box x #[cfg(a)] b"', id="in-a-string"),
    pytest.param('r#"become "x" yes"#', id="in-a-raw-string"),
    pytest.param("/* safe fn /* box x */ become */ 1", id="in-a-comment"),
    pytest.param("1 // try!(x) become\n", id="in-a-line-comment"),
    pytest.param("m!(safe fn f(); become, Vec::<u8>, #[a] b)", id="in-a-macro"),
    pytest.param("g(a, |x| x)", id="comma-before-a-closure"),
    pytest.param("a::<u8>()", id="turbofish-of-a-function"),
    pytest.param("(a, -5)", id="negative-operand"),
    pytest.param("x.safe", id="a-field-named-safe"),
    pytest.param("'\"'", id="a-quote-as-a-character"),
    pytest.param("{ #[cfg(a)] let x = 1; x }", id="attribute-on-a-statement"),
    pytest.param("S { #[a] b: 1, #[c] d }", id="attribute-on-a-field-of-an-expression"),
]


@pytest.mark.parametrize(("text", "repaired"), REPAIRED)
def test_rewritten(text: str, repaired: str):
    parsed = parse(text)

    assert parsed.data.decode() == repaired
    assert parsed.gaps == ()


@pytest.mark.parametrize("text", READ)
def test_the_insides_of_macros_stay_as_they_are(text: str):
    assert parse_bytes(text.encode()).root_node.has_error
    parsed = parse(text)

    assert parsed.data.decode() == text
    assert parsed.gaps == ()


@pytest.mark.parametrize("expression", KEPT)
def test_kept_beside_an_error(expression: str):
    parsed = parse(f"fn f() {{ let b = box 1; let a = {expression}; }}")

    assert parsed.data.decode() == f"fn f() {{ let b = &   1; let a = {expression}; }}"
    assert parsed.gaps == ()


@pytest.mark.parametrize("expression", KEPT)
def test_kept_without_an_error(expression: str):
    text = f"fn f() {{ let a = {expression}; }}"

    assert parse(text).data.decode() == text


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        pytest.param('extern "C" { pub safe fn f(); }', "pub", id="safe-fn"),
        pytest.param("fn f() { become g() }", "become", id="become"),
        pytest.param("fn f() { box g() }", "box", id="box"),
        pytest.param("mod m { pub macro a() {} }", "pub", id="macro-2"),
        pytest.param("fn f() { for<'a> |x: &'a u8| x }", "|x", id="closure-binder"),
        pytest.param("mod m { impl const A for B {} }", "impl", id="impl-const"),
        pytest.param("fn f() { let box x = y; }", None, id="box-pattern"),
        pytest.param("fn f(x: impl const A) {}", None, id="const-bound"),
        pytest.param("auto trait T {}", None, id="auto-trait"),
    ],
)
def test_what_syn_keeps_as_tokens_is_marked(text: str, marked: str | None):
    expected = set() if marked is None else {text.index(marked)}

    assert parse(text).verbatim == expected


def test_what_cannot_be_mended_is_a_gap():
    parsed = parse("fn f() {}\nfn g() { a =~= b; }\nfn h() {}\n")

    assert parsed.data == parsed.source.data
    assert [(gap.kind, gap.at.line) for gap in parsed.gaps] == [("unparsed", 2)]


def test_one_repair_does_not_wait_for_another():
    parsed = parse("fn f() { a =~= b; }\nfn g() { box 1 }\n")

    assert b"&   1" in parsed.data
    assert [gap.at.line for gap in parsed.gaps] == [1]


def test_a_missing_token_is_told_by_name():
    (gap,) = parse("fn f() { let x = 1 }").gaps

    assert gap.what == "missing `;`"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param('a("b\\"c", d)', 'a("    ", d)', id="string"),
        pytest.param('br##"a"#"## + 1', 'br##"   "## + 1', id="raw-string"),
        pytest.param("'\\'' + 'a + b'c'", "'  ' + 'a + b' '", id="characters-and-lifetimes"),
        pytest.param("a // b\nc", "a     \nc", id="line-comment"),
        pytest.param("a /* b /* c */ d */ e", "a                   e", id="nested-comment"),
        pytest.param("m!(a, (b)) + !(c)", "m!(      ) + !(c)", id="macro"),
        pytest.param("macro_rules! m { a }", "macro_rules! m {   }", id="macro-definition"),
        pytest.param('"never closed', '"' + 12 * " ", id="open-string"),
        pytest.param("/* never closed", "               ", id="open-comment"),
    ],
)
def test_patterns_see_code_alone(text: str, code: str):
    assert masked(text.encode()).decode() == code
