"""Comments that ask for silence: what they say, and the code that each is about."""

import re
from textwrap import dedent

import pytest

from soundcheck.source import SourceFile
from soundcheck.syntax.facts import Suppression
from soundcheck.syntax.reading import parse


def read(text: str) -> tuple[Suppression, ...]:
    return parse(SourceFile("a.rs", dedent(text).encode()), ()).suppressions


def covered(text: str) -> str:
    """The capital letters that stand in code the first suppression is about."""
    data = (
        dedent(text)
        .replace("// S", "// soundcheck: allow(r) why")
        .replace("//! S", "//! soundcheck: allow(r) why")
    )
    (first, *_) = read(data)
    return "".join(
        match[0] for match in re.finditer(r"\b[A-Z]\b", data) if first.covers(match.start())
    )


COVERED = [
    pytest.param("fn a() { B; } // S\nfn c() { D; }", "B", id="behind-code"),
    pytest.param("fn a() {\n    B; // S\n    C;\n}", "B", id="behind-a-statement"),
    pytest.param("fn a() { // S\n    B;\n}", "", id="behind-the-head-of-a-function"),
    pytest.param("b(\n    C,\n    D, // S\n);", "D", id="behind-one-line-of-many"),
    pytest.param("fn a() { B; } // S", "B", id="behind-the-last-line"),
    pytest.param("/* c */ B; // S\nC;", "B", id="behind-a-comment-and-code"),
    pytest.param("// S\nfn A() {\n    B;\n}\nfn C() {}", "AB", id="function"),
    pytest.param("// S\npub(crate) static A: B = C;\nstatic D: u8 = 0;", "ABC", id="static"),
    pytest.param("// S\nconst A: B = C;\nconst D: u8 = 0;", "ABC", id="const"),
    pytest.param("// S\nmod a {\n    fn b() { C }\n}\nD!();", "C", id="module"),
    pytest.param("// S\nunsafe impl A for B {\n    fn c() { D }\n}\nfn E() {}", "ABD", id="impl"),
    pytest.param("// S\ntrait A {\n    fn b() { C }\n}\nfn D() {}", "AC", id="trait"),
    pytest.param('// S\nextern {\n    fn A();\n}\nfn B() {}', "A", id="extern-block"),
    pytest.param("// S\nstruct A {\n    B: C,\n}\nstruct D;", "ABC", id="struct"),
    pytest.param("struct A {\n    // S\n    pub B: C,\n    D: E,\n}", "BC", id="field"),
    pytest.param("struct A {\n    B: C, // S\n    D: E,\n}", "BC", id="behind-a-field"),
    pytest.param("enum A {\n    // S\n    B(C),\n    D,\n}", "BC", id="variant"),
    pytest.param("enum A {\n    B {\n        // S\n        C: D,\n        E: F,\n    },\n}", "CD",
                 id="field-of-a-variant"),
    pytest.param("impl A {\n    // S\n    fn B() {\n        C;\n    }\n    fn D() {}\n}", "BC",
                 id="method"),
    pytest.param("fn a() {\n    // S\n    fn B() {\n        C;\n    }\n    D;\n}", "BC",
                 id="item-in-a-body"),
    pytest.param("// S\n/// A.\n#[b]\n#[c(\n    d\n)]\nfn E() {\n    F\n}\nfn G() {}", "AEF",
                 id="above-documentation-and-attributes"),
    pytest.param("/// A.\n#[b]\n// S\nfn E() {\n    F\n}\nfn G() {}", "EF",
                 id="between-attribute-and-item"),
    pytest.param("#[unsafe(B)]\n// S\nfn c() {}", "B", id="the-attributes-above-are-the-item's"),
    pytest.param("#[b] // S\nfn c() {\n    D\n}\nfn E() {}", "D", id="behind-an-attribute"),
    pytest.param("// S\n// more words\nfn A() {\n    B\n}\nfn C() {}", "AB", id="goes-on-below"),
    pytest.param("// S\n// soundcheck: allow(q) why\nfn A() { B }\nfn C() {}", "AB", id="two"),
    pytest.param("// S\n/* more\n words */\nfn A() { B }", "AB", id="above-a-block-comment"),
    pytest.param("// S\n\nfn A() {}", "", id="an-empty-line-between"),
    pytest.param("// S\n// more\n\nfn A() {}", "", id="an-empty-line-below-another-comment"),
    pytest.param("fn a() {\n    B;\n    // S\n}\nfn C() {}", "", id="at-the-end-of-a-block"),
    pytest.param("fn A() {}\n// S\n", "", id="at-the-end-of-a-file"),
    pytest.param("fn a() {\n    // S\n    let b = C;\n    D;\n}", "C", id="statement"),
    pytest.param("fn a() {\n    // S\n    let b =\n        unsafe { C };\n    D;\n}", "C",
                 id="statement-of-two-lines"),
    pytest.param("fn a() {\n    // S\n    b(\n        C,\n        D,\n    );\n    E;\n}", "CD",
                 id="call-of-many-lines"),
    pytest.param("fn a() {\n    // S\n    #[allow(b)]\n    c(D);\n    E;\n}", "D",
                 id="statement-below-an-attribute"),
    pytest.param("fn a() {\n    // S\n    if B {\n        C;\n    }\n    D;\n}", "B", id="if"),
    pytest.param("fn a() {\n    // S\n    if B\n        && C\n    {\n        D;\n    }\n}", "BC",
                 id="condition-of-two-lines"),
    pytest.param("fn a() {\n    // S\n    for b in C {\n        D;\n    }\n}", "C", id="for"),
    pytest.param("fn a() {\n    // S\n    match B {\n        C => D,\n    }\n    E;\n}", "B",
                 id="match"),
    pytest.param("fn a() {\n    // S\n    let b = c(D, |e| {\n        F;\n    });\n}", "D",
                 id="closure"),
    pytest.param("fn a() {\n    // S\n    unsafe {\n        B;\n    }\n}", "", id="unsafe-block"),
    pytest.param("fn a() {\n    match b {\n        // S\n        C => D,\n        E => F\n    }\n}",
                 "CD", id="arm"),
    pytest.param("fn a() {\n    b(\n        // S\n        C,\n        D,\n    );\n}", "C",
                 id="argument"),
    pytest.param("fn a() {\n    B {\n        // S\n        c: D,\n        e: F,\n    };\n}", "D",
                 id="field-of-a-literal"),
    pytest.param("fn a() {\n    b\n        // S\n        .c(D)\n        .e(F);\n}", "D",
                 id="link-of-a-chain"),
    pytest.param("m! {\n    // S\n    fn A() {\n        B\n    }\n    fn C() {}\n}", "AB",
                 id="item-in-a-macro"),
    pytest.param("m! {\n    // S\n    #[b]\n    fn A() {\n        B\n    }\n    fn C() {}\n}", "AB",
                 id="item-with-an-attribute-in-a-macro"),
    pytest.param("fn a() {\n    m!(\n        // S\n        b(C),\n        D,\n    );\n}", "C",
                 id="argument-of-a-macro"),
    pytest.param("fn a() {\n    m! {\n        // S\n        b(\n            C,\n        );\n"
                 "        D;\n    }\n}", "C", id="statement-in-a-macro"),
    pytest.param("fn a() {\n    m! {\n        @ C => // S\n        D\n    }\n}", "C",
                 id="behind-tokens-that-are-no-code"),
    pytest.param("macro_rules! m {\n    () => {\n        // S\n        fn A() { B }\n"
                 "        fn C() {}\n    };\n}", "AB", id="item-in-a-macro's-definition"),
    pytest.param("// S\nm! {\n    A\n}\nB!();", "A", id="macro-item"),
    pytest.param("//! S\nfn A() {}\nmod b {\n    fn C() {}\n}", "AC", id="file"),
    pytest.param("//! Words.\n//!\n//! S\nfn A() {}", "A", id="file-below-its-documentation"),
    pytest.param("fn A() {}\nmod b {\n    //! S\n    fn C() {}\n}\nfn D() {}", "C",
                 id="module-from-inside"),
    pytest.param("fn a() {\n    //! S\n    B\n}\nfn C() {}", "B", id="function-from-inside"),
    pytest.param("// S\r\nfn A() {\r\n    B\r\n}\r\nfn C() {}\r\n", "AB", id="windows"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "letters"), COVERED)
def test_what_is_covered(text: str, letters: str) -> None:
    assert covered(text) == letters


WORDS = [
    pytest.param("allow(a-b) why", ("a-b",), "why", "", id="plain"),
    pytest.param("allow(a, b ,c) why not", ("a", "b", "c"), "why not", "", id="several-rules"),
    pytest.param("allow(a,) why", ("a",), "why", "", id="comma-at-the-end"),
    pytest.param("allow (a)why", ("a",), "why", "", id="no-spaces"),
    pytest.param("allow(a): why: so", ("a",), "why: so", "", id="colon"),
    pytest.param("allow(a) -- why.", ("a",), "why", "", id="dashes"),
    pytest.param(
        "allow(a) \u2014 w\u00e4rum \u65e5", ("a",), "w\u00e4rum \u65e5", "", id="letters"
    ),
    pytest.param("allow(a) until=2027-01-31 why", ("a",), "why", "2027-01-31", id="day"),
    pytest.param("allow(a) until = 2027-01-31 why", ("a",), "why", "2027-01-31", id="spaced-day"),
    pytest.param("allow(a) why (see #17)", ("a",), "why (see #17)", "", id="brackets-in-reason"),
    pytest.param("allow(a) until the boot ends", ("a",), "until the boot ends", "", id="until"),
    pytest.param("allow(a)", ("a",), "", "", id="no-reason"),
    pytest.param("allow(a) -- ", ("a",), "", "", id="no-reason-but-dashes"),
    pytest.param("allow(a) until=2027-01-31", ("a",), "", "2027-01-31", id="a-day-is-no-reason"),
]


@pytest.mark.parametrize(("words", "rules", "reason", "until"), WORDS)
def test_what_is_said(words: str, rules: tuple[str, ...], reason: str, until: str) -> None:
    text = f"fn a() {{}} // soundcheck: {words}\n"
    (one,) = read(text)
    data = text.encode()

    assert tuple(name for name, _ in one.rules) == rules
    assert all(data[at : at + len(name)] == name.encode() for name, at in one.rules)
    assert data[one.start : one.end].decode() == text[10:-1]
    assert (one.reason, one.until, one.fault) == (reason, until, "")


@pytest.mark.parametrize(
    ("comment", "fault"),
    [
        pytest.param("// soundcheck: allow() why", "no rule is named", id="empty-brackets"),
        pytest.param("// soundcheck: allow why", "no rule is named", id="no-brackets"),
        pytest.param("// soundcheck:", "no rule is named", id="nothing"),
        pytest.param("// soundcheck: allow(a why", "no rule is named", id="open-bracket"),
        pytest.param("// soundcheck: ignore(a) why", "`ignore` is not understood", id="word"),
        pytest.param("// soundcheck: see `m`", "`see` is not understood", id="prose"),
        pytest.param("// soundcheck: allow(a) until=soon why", "`soon` is no day", id="no-day"),
        pytest.param("// soundcheck: allow(a) until=2027-02-30 why", "is no day", id="day-30"),
        pytest.param("// soundcheck: allow(a) until=20270131 why", "is no day", id="form-of-day"),
        pytest.param("// soundcheck: allow(a) why, until=2027-01-31", "before", id="day-last"),
        pytest.param("/// soundcheck: allow(a) why", "begins with `///`", id="documentation"),
        pytest.param("/* soundcheck: allow(a) why */", "begins with `/*`", id="block-comment"),
        pytest.param("/** soundcheck: allow(a) why */", "begins with `/**`", id="block-doc"),
        pytest.param("//// soundcheck: allow(a) why", "begins with `////`", id="ruler"),
    ],
)
def test_what_cannot_be_read_has_a_fault(comment: str, fault: str) -> None:
    (one,) = read(f"fn a() {{\n    {comment}\n    b();\n}}\n")

    assert fault in one.fault


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("fn a() {}", id="nothing"),
        pytest.param('const A: &str = "// soundcheck: allow(a) why";', id="string"),
        pytest.param('const A: &str = r#"\n// soundcheck: allow(a) why\n"#;', id="raw-string"),
        pytest.param('const A: &[u8] = b"// soundcheck: allow(a) why";', id="byte-string"),
        pytest.param('m!("// soundcheck: allow(a) why");', id="string-in-a-macro"),
        pytest.param("/// ```\n/// // soundcheck: allow(a) why\n/// ```\nfn a() {}", id="example"),
        pytest.param("// Write // soundcheck: allow(a) why.\nfn a() {}", id="middle-of-a-comment"),
        pytest.param("/* // soundcheck: allow(a) why */ fn a() {}", id="inside-a-block-comment"),
        pytest.param("// soundchecks: allow(a) why\nfn a() {}", id="another-word"),
        pytest.param("// soundcheck allows it\nfn a() {}", id="prose"),
        pytest.param('#[doc = "// soundcheck: allow(a) why"]\nfn a() {}', id="attribute"),
    ],
)
def test_what_is_none(text: str) -> None:
    assert read(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("//soundcheck:allow(a)why\nfn a() {}", id="no-space"),
        pytest.param("//\tSoundcheck : allow(a) why\nfn a() {}", id="tab-and-capital"),
        pytest.param("m! {\n    @ # // soundcheck: allow(a) why\n}", id="in-a-macro"),
        pytest.param("fn a( {\n    // soundcheck: allow(a) why\n    b();\n}", id="broken-file"),
    ],
)
def test_what_is_one(text: str) -> None:
    assert [one.reason for one in read(text)] == ["why"]
