"""Queries of rule pages: what is wrong with one, and what they match, in macros too."""

import pytest

from soundcheck.source import SourceFile
from soundcheck.syntax.queries import check_query
from soundcheck.syntax.reading import parse

GOOD = [
    pytest.param("", id="empty"),
    pytest.param("; a comment (#foo? @a)", id="comment"),
    pytest.param("(static_item (mutable_specifier) name: (identifier) @name) @site", id="pattern"),
    pytest.param("(unsafe_block) @a\n\n(impl_item) @b", id="two"),
    pytest.param('((identifier) @a (#match? @a "^_"))', id="predicate"),
    pytest.param('((identifier) @a (#any-of? @a "b" "c"))', id="any-of"),
    pytest.param('((string_literal) @a (#eq? @a "(#foo? b)"))', id="text-like-a-predicate"),
    pytest.param('"unsafe" @a', id="token"),
    pytest.param("[(block) (unsafe_block)] @a", id="choice"),
]


@pytest.mark.parametrize("text", GOOD)
def test_a_good_query_has_no_fault(text):
    assert check_query(text) is None


BAD = [
    pytest.param("(", 1, "unexpected EOF", id="unclosed"),
    pytest.param("\n\n(block (nope))", 3, "invalid node type", id="no-such-node"),
    pytest.param('(block)\n("nope")', 2, "invalid node type", id="no-such-token"),
    pytest.param("(static_item nope: (block))", 1, "invalid field name", id="no-such-field"),
    pytest.param('((block) @a (#eq? @b "c"))', 1, "invalid capture name", id="no-such-capture"),
    pytest.param('((block) @a (#match? @a "["))', 1, "regular expression", id="expression"),
    pytest.param("((block) @a (#eq? @a))", 1, "expects 2 arguments", id="arguments"),
    pytest.param(
        "(block)\n((block) @a\n (#foo? @a))", 3, "unknown predicate `#foo?`", id="unknown"
    ),
    pytest.param("(identifier (block))", 1, "", id="impossible"),
]


@pytest.mark.parametrize(("text", "line", "clause"), BAD)
def test_a_bad_query_has_its_line_and_a_clause(text, line, clause):
    fault = check_query(text)
    assert fault is not None
    assert fault[0] == line
    assert clause in fault[1]
    assert fault[1][:1].islower()


def matches(queries, text):
    facts = parse(SourceFile("a.rs", text.encode()), tuple(queries.items()))
    return [(one.rule, [(c.name, c.text) for c in one.captures]) for one in facts.matches]


UNSAFE = {"unsafe": "(unsafe_block) @site"}
MUT = {"mut": "(static_item (mutable_specifier) name: (identifier) @name) @site"}

FOUND = [
    pytest.param(
        MUT,
        "static mut A: u8 = 1; static B: u8 = 2;",
        [("mut", [("site", "static mut A: u8 = 1;"), ("name", "A")])],
        id="outermost-first",
    ),
    pytest.param(
        UNSAFE | MUT,
        "static mut A: B = unsafe { c };",
        [
            ("mut", [("site", "static mut A: B = unsafe { c };"), ("name", "A")]),
            ("unsafe", [("site", "unsafe { c }")]),
        ],
        id="in-order-of-place",
    ),
    pytest.param(
        UNSAFE,
        "fn f() { m!(unsafe { a }) }",
        [("unsafe", [("site", "unsafe { a }")])],
        id="in-a-call",
    ),
    pytest.param(
        UNSAFE,
        "m! { fn f() { n!(unsafe { a }) } }",
        [("unsafe", [("site", "unsafe { a }")])],
        id="in-nested-calls",
    ),
    pytest.param(
        UNSAFE,
        "macro_rules! m { ($a:expr) => { unsafe { $a } } }",
        [("unsafe", [("site", "unsafe { $a }")])],
        id="in-a-definition",
    ),
    pytest.param(
        UNSAFE,
        "cfg_if! { if #[cfg(a)] { fn f() { unsafe { b } } } }",
        [("unsafe", [("site", "unsafe { b }")])],
        id="in-a-ladder",
    ),
    pytest.param(
        {"eq": '((identifier) @a (#eq? @a "b"))'},
        "fn b() { m!(b, c) }",
        [("eq", [("a", "b")]), ("eq", [("a", "b")])],
        id="predicate-in-macro",
    ),
    pytest.param(
        {"late": "(block) @b @a"}, "fn f() {}", [("late", [("a", "{}"), ("b", "{}")])], id="names"
    ),
    pytest.param(
        UNSAFE,
        "fn f() { let é = unsafe { ü }; }",
        [("unsafe", [("site", "unsafe { ü }")])],
        id="non-ascii",
    ),
    pytest.param({}, "fn f() { unsafe { a } }", [], id="no-queries"),
    pytest.param({"none": ""}, "fn f() {}", [], id="empty-query"),
    pytest.param(UNSAFE, "// unsafe { a }\n", [], id="comment"),
    pytest.param(UNSAFE, 'static A: &str = "unsafe { a }";', [], id="text"),
    pytest.param(MUT, "static A: u8 = 1; fn f() { let mut b = 1; }", [], id="nothing"),
]


@pytest.mark.parametrize(("queries", "text", "expected"), FOUND)
def test_matches_stand_in_order_each_once(queries, text, expected):
    assert matches(queries, text) == expected


def test_a_long_text_is_cut_between_characters():
    (match,) = parse(
        SourceFile("a.rs", ("fn f() { /* " + "é" * 1000 + " */ }").encode()), (("r", "(block) @a"),)
    ).matches
    (capture,) = match.captures
    assert capture.text.startswith("{ /* éé")
    assert len(capture.text) < 400
    assert capture.end - capture.start > 2000


def test_a_match_gives_its_captures_by_name():
    (match,) = parse(SourceFile("a.rs", b"static mut A: u8 = 1;"), tuple(MUT.items())).matches
    assert match.get("name").text == "A"
    assert match.get("nope") is None
