"""Which comments stand beside unsafe code: ``S`` marks the one that is meant, ``N`` the others."""

from textwrap import dedent

import pytest

from soundcheck.source import SourceFile
from soundcheck.syntax.comments import comments_beside
from soundcheck.syntax.parser import read_file
from soundcheck.syntax.reading import parse


def beside(text):
    """The comments beside the first ``unsafe`` and what belongs to it."""
    text = dedent(text)
    data = text.encode()
    start = data.index(b"unsafe")
    opening = data.index(b"{", start)
    depth = 0
    end = opening
    for end in range(opening, len(data)):
        depth += (data[end] == ord("{")) - (data[end] == ord("}"))
        if not depth:
            break
    parsed = read_file(SourceFile("a.rs", data))
    return [" ".join(text.split()) for text in comments_beside(parsed, start, end + 1)]


ABOVE = [
    pytest.param("// S\nunsafe impl A for B {}", id="item"),
    pytest.param("/// S\nunsafe fn a() {}", id="documentation"),
    pytest.param("/* S */ unsafe fn a() {}", id="block-comment"),
    pytest.param("// S\n#[inline]\nunsafe fn a() {}", id="above-attribute"),
    pytest.param("#[inline]\n// S\nunsafe fn a() {}", id="below-attribute"),
    pytest.param("// S\npub unsafe fn a() {}", id="above-visibility"),
    pytest.param("fn a() {\n    // S\n    unsafe { b }\n}", id="statement"),
    pytest.param("fn a() {\n    // S\n    let b = unsafe { c };\n}", id="let"),
    pytest.param(
        "fn a() {\n    // S\n    #[allow(b)]\n    unsafe { c }\n}", id="statement-attribute"
    ),
    pytest.param("fn a() {\n    // S\n    b.c(d, unsafe { e });\n}", id="argument-of-statement"),
    pytest.param("fn a() {\n    b(\n        // S\n        unsafe { c },\n    );\n}", id="argument"),
    pytest.param("fn a() {\n    let b = // S\n        unsafe { c };\n}", id="behind-equals"),
    pytest.param("fn a() {\n    let b = /* S */ unsafe { c };\n}", id="before-block"),
    pytest.param(
        "fn a() {\n    match b {\n        // S\n        c => unsafe { d },\n    }\n}", id="arm"
    ),
    pytest.param("fn a() {\n    B {\n        // S\n        c: unsafe { d },\n    }\n}", id="field"),
    pytest.param("fn a() {\n    // S\n    if unsafe { b } {}\n}", id="condition"),
    pytest.param("fn a() {\n    // S\n    return unsafe { b };\n}", id="return"),
    pytest.param("fn a() {\n    b\n        // S\n        .c(unsafe { d });\n}", id="chain"),
    pytest.param(
        "fn a() {\n    b\n        // S\n        .c::<D>(unsafe { e });\n}", id="turbofish"
    ),
    pytest.param("// S\nstatic A: B = unsafe { c };", id="static"),
    pytest.param("impl A {\n    // S\n    unsafe fn b() {}\n}", id="method"),
    pytest.param("// S\nextern crate a;\n// S\nunsafe fn b() {}", id="nearest-only"),
]


@pytest.mark.parametrize("text", ABOVE)
def test_above(text):
    (comment,) = beside(text)
    assert comment in ("// S", "/// S", "/* S */")


ELSEWHERE = [
    pytest.param("fn a() { unsafe { // S\n b } }", ["// S"], id="inside"),
    pytest.param("fn a() { unsafe { /* S */ b } }", ["/* S */"], id="inside-block-comment"),
    pytest.param("fn a() { unsafe {\n // S\n // T\n b } }", ["// S // T"], id="inside-two-lines"),
    pytest.param("fn a() { unsafe { b; // N\n } }", [], id="not-first-inside"),
    pytest.param("fn a() { unsafe { b }; // S\n }", ["// S"], id="behind"),
    pytest.param("fn a() { b(unsafe { c }); /* S */\n }", ["/* S */"], id="behind-block-comment"),
    pytest.param(
        "fn a() { unsafe { b }.c(d)?; // S\n }", ["// S"], id="behind-what-is-called-on-it"
    ),
    pytest.param("fn a() { unsafe { b }.c::<D>(); // S\n }", ["// S"], id="behind-a-turbofish"),
    pytest.param("fn a() { unsafe { b } as c::D; // S\n }", ["// S"], id="behind-a-cast"),
    pytest.param("fn a() { unsafe { b } + c; // N\n }", [], id="behind-an-operator"),
    pytest.param("fn a() { unsafe {\n b\n } // N\n }", [], id="behind-many-lines"),
    pytest.param("fn a() { unsafe { b } c() // N\n }", [], id="behind-other-code"),
    pytest.param("// S\n// T\nunsafe fn a() {}", ["// S // T"], id="two-lines"),
    pytest.param("// S\n\n\nunsafe fn a() {}", ["// S"], id="blank-line-between"),
    pytest.param(
        "fn a() {\n    // T\n    b(/* S */ unsafe { c });\n}",
        ["/* S */", "// T"],
        id="nearest-first",
    ),
    pytest.param(
        "fn a() {\n    // S\n    let b = unsafe { // T\n        c };\n}",
        ["// T", "// S"],
        id="inside-and-above",
    ),
]


@pytest.mark.parametrize(("text", "expected"), ELSEWHERE)
def test_elsewhere(text, expected):
    assert beside(text) == expected


NOT_BESIDE = [
    pytest.param("fn a() {\n    // N\n    b();\n    unsafe { c }\n}", id="other-statement"),
    pytest.param("fn a() {\n    b(); // N\n    unsafe { c }\n}", id="behind-other-statement"),
    pytest.param("fn a() {\n    if b {} // N\n    unsafe { c }\n}", id="behind-other-block"),
    pytest.param("// N\nfn a() {\n    unsafe { b }\n}", id="function-around"),
    pytest.param("// N\nimpl A {\n    unsafe fn b() {}\n}", id="impl-around"),
    pytest.param("// N\nfn a() {}\nunsafe fn b() {}", id="other-item"),
    pytest.param("fn a() {\n    // N\n    {\n        unsafe { b }\n    }\n}", id="block-around"),
    pytest.param("fn a() {\n    unsafe { b }\n    // N\n    c\n}", id="below"),
    pytest.param("fn a() { match b { c => d, // N\n e => unsafe { f } } }", id="other-arm-in-line"),
    pytest.param("fn a() {\n    let b = \"// N\";\n    unsafe { c }\n}", id="text"),
]  # fmt: skip


@pytest.mark.parametrize("text", NOT_BESIDE)
def test_not_beside(text):
    assert [comment for comment in beside(text) if "N" in comment] == []


HEADS = [
    pytest.param("B {\n    #[c]\n    // S\n    d: unsafe { e },\n}", ["// S"], id="field"),
    pytest.param("B {\n    // S\n    #[c]\n    d: unsafe { e },\n}", ["// S"], id="field-above"),
    pytest.param("match b {\n    #[c]\n    // S\n    D => unsafe { e },\n}", ["// S"], id="arm"),
    pytest.param(
        "B {\n    #[c]\n    // N\n    d: e,\n    f: unsafe { g },\n}", [], id="other-field"
    ),
    pytest.param("b(#[c] // S\n    unsafe { d })", ["// S"], id="argument"),
]


@pytest.mark.parametrize(("text", "expected"), HEADS)
def test_below_the_attribute_of_a_part(text, expected):
    assert beside(f"fn a() {{\n    {text}\n}}") == expected


IMPLS = [
    pytest.param("// S\nunsafe impl A for B {}\nunsafe impl C for B {}", ["// S"], id="shared"),
    pytest.param(
        "// S\nunsafe impl A for B {}\n#[x] unsafe impl C for B {}", ["// S"], id="attribute"
    ),
    pytest.param("// N\nimpl A for B {}\nunsafe impl C for B {}", [], id="safe-between"),
    pytest.param("// N\nunsafe impl A for B {}\n\nunsafe impl C for B {}", [], id="blank-line"),
    pytest.param("// N\nunsafe impl A for B {\n}\nunsafe impl C for B {}", [], id="many-lines"),
    pytest.param("// N\nunsafe impl A for B { fn a() {} }\nunsafe impl C for B {}", [], id="body"),
    pytest.param(
        "// N\nunsafe impl A for B {}\nunsafe impl C for B { fn c() {} }", [], id="own-body"
    ),
    pytest.param(
        "// S\nunsafe impl A for B {}\n#[x]\nunsafe impl C for B {}", ["// S"], id="attribute-line"
    ),
    pytest.param(
        "// N\nunsafe impl A for B {}\n\n#[x]\nunsafe impl C for B {}", [], id="blank-between"
    ),
    pytest.param(
        "// S\nunsafe impl A for B\nwhere B: D,\n{}\nunsafe impl C for B {}", ["// S"], id="where"
    ),
    pytest.param(
        "// S\nunsafe impl A for B {}\nunsafe impl C for B {}\nunsafe impl D for B {}",
        ["// S"],
        id="three",
    ),
    pytest.param(
        "// T\nunsafe impl A for B {}\n// S\nunsafe impl C for B {}", ["// S"], id="own"
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), IMPLS)
def test_impls_on_a_line_each_share_a_comment(text, expected):
    data = text.encode()
    start = data.rindex(b"unsafe")
    parsed = read_file(SourceFile("a.rs", data))
    found = list(comments_beside(parsed, start, len(data)))
    assert found == expected


MACROS = [
    pytest.param("fn a() {\n    // S\n    m!(unsafe { b });\n}", ["// S"], id="call"),
    pytest.param(
        "fn a() {\n    m!(\n        // S\n        unsafe { b }\n    );\n}", ["// S"], id="argument"
    ),
    pytest.param(
        "fn a() {\n    m!(b, // N\n        // S\n        c(unsafe { d }));\n}",
        ["// S"],
        id="in-argument",
    ),
    pytest.param("m! {\n    // S\n    unsafe fn a() {}\n}", ["// S"], id="item"),
    pytest.param(
        "m! {\n    fn a() {\n        // S\n        let b = unsafe { c };\n    }\n}",
        ["// S"],
        id="let",
    ),
    pytest.param(
        "m! {\n    // N\n    fn a() {\n        unsafe { c }\n    }\n}", [], id="function-around"
    ),
    pytest.param("m! {\n    // N\n    a();\n    unsafe { b }\n}", [], id="other-statement"),
    pytest.param("fn a() { m!(unsafe { // S\n b }) }", ["// S"], id="inside"),
    pytest.param(
        "macro_rules! m {\n    () => {\n        // S\n        unsafe { a }\n    }\n}",
        ["// S"],
        id="definition",
    ),
]


@pytest.mark.parametrize(("text", "expected"), MACROS)
def test_among_the_tokens_of_a_macro(text, expected):
    assert beside(text) == expected


READ = [
    pytest.param(
        "m! { if b { match c {\n        // S\n        0 => unsafe { d },\n    } } }",
        ["// S"],
        id="arm",
    ),
    pytest.param(
        "m! {\n    match b {\n        0 => c, // N\n        _ => unsafe { d },\n    }\n}",
        [],
        id="other-arm",
    ),
    pytest.param(
        "m! {\n    B {\n        #[c]\n        // S\n        d: unsafe { e },\n    }\n}",
        ["// S"],
        id="field",
    ),
    pytest.param(
        "cfg_if! {\n    if #[cfg(a)] {\n        fn b() {\n            // S\n            #[c]\n"
        "            let d = unsafe { e };\n        }\n    }\n}",
        ["// S"],
        id="statement-of-a-branch",
    ),
    pytest.param(
        "macro_rules! m {\n    ($($a:ident),*) => {\n        $(\n            // S\n"
        "            #[b(\n                c\n            )]\n            unsafe impl $a for D {}\n"
        "        )*\n    };\n}",
        ["// S"],
        id="repetition",
    ),
    pytest.param(
        "macro_rules! m {\n    // S\n    ($a:expr) => { unsafe { $a } };\n}",
        ["// S"],
        id="above-arm",
    ),
    pytest.param(
        "/// N\nmacro_rules! m {\n    ($a:expr) => { unsafe { $a } };\n}", [], id="above-definition"
    ),
    pytest.param(
        "// N\nmacro_rules! m {\n    ($a:expr) => { static B: C = unsafe { $a }; };\n}",
        [],
        id="item-of-definition",
    ),
    pytest.param("// S\nm!(a, m!(b, unsafe { c }));", ["// S"], id="macro-in-macro"),
    pytest.param("fn a() {\n    b!(c => // S\n        unsafe { d })\n}", ["// S"], id="arrow"),
]


@pytest.mark.parametrize(("text", "expected"), READ)
def test_in_what_a_macro_was_read_as(text, expected):
    (site,) = parse(SourceFile("a.rs", text.encode()), ()).sites
    assert list(site.comments) == expected


DEMANDS = [
    pytest.param("/// S\nunsafe fn a() {\n    // N\n    b();\n}", ["/// S"], id="function"),
    pytest.param("impl A {\n    unsafe fn b() { // N\n    }\n}", [], id="method"),
    pytest.param("unsafe trait A {\n    // N\n    fn b();\n}", [], id="trait"),
    pytest.param("unsafe impl A for B {\n    // S\n    fn b() {}\n}", ["// S"], id="impl"),
]


@pytest.mark.parametrize(("text", "expected"), DEMANDS)
def test_a_body_is_not_about_what_its_function_demands(text, expected):
    (site,) = parse(SourceFile("a.rs", text.encode()), ()).sites
    assert list(site.comments) == expected


def test_where_nothing_stands_there_is_nothing():
    parsed = read_file(SourceFile("a.rs", b""))
    assert comments_beside(parsed, 0, 0) == ()


def test_code_nested_deeper_than_anyone_writes_has_what_is_inside_and_behind():
    text = "fn a() { // N\n" + "{" * 2_000 + "unsafe { /* S */ b } // T\n" + "}" * 2_000 + "}"
    assert beside(text) == ["/* S */", "// T"]


def test_a_wall_of_comments_is_cut():
    text = "// S\n" * 5_000 + "unsafe fn a() {}"
    (comment,) = beside(text)
    assert comment.count("S") == 400
