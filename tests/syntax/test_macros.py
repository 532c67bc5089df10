"""How the tokens of a macro are read: their form, what is lost, and what that may cost."""

import pytest

from soundcheck.source import SourceFile
from soundcheck.syntax.macros import macro_arms, macro_branches, read_macro
from soundcheck.syntax.parser import read_file


def find(node, kind):
    stack = [node]
    while stack:
        node = stack.pop()
        if node.type == kind:
            return node
        stack.extend(reversed(node.children))
    raise LookupError(kind)


def tokens_of(text):
    parsed = read_file(SourceFile("a.rs", text.encode()))
    return parsed, find(parsed.root, "token_tree")


FORMS = [
    pytest.param("m!(a, b)", "args", id="arguments"),
    pytest.param("m![a; b]", "args", id="repeat"),
    pytest.param("m!()", "args", id="nothing"),
    pytest.param("m!{}", "block", id="empty-block"),
    pytest.param("m!{ a }", "block", id="braces"),
    pytest.param("m!(let a = b;)", "block", id="statement"),
    pytest.param("m!(static A: u8 = 1)", "block", id="unfinished-statement"),
    pytest.param("m!{ a, b }", "args", id="arguments-in-braces"),
    pytest.param("m!(fn f() {})", "block", id="item"),
    pytest.param("m!(a => b)", "args", id="arrow"),
    pytest.param("m!(struct A { B => C; })", "block", id="shape"),
    pytest.param("cfg_if!{ if #[cfg(a)] { b } }", "block", id="ladder"),
    pytest.param("quote!{ a }", "", id="template"),
    pytest.param("m!(a b)", "", id="words"),
    pytest.param("matches!(a, B if c)", "args", id="matches"),
]


@pytest.mark.parametrize(("text", "form"), FORMS)
def test_form(text, form):
    parsed, tokens = tokens_of(f"fn f() {{ {text} }}")
    tree = read_macro(parsed, tokens)
    assert tree.form == form
    assert (tree.root is None) == (form == "")
    assert bool(tree.lost) == (form == "")


def test_the_root_spans_the_tokens():
    for text in ("m!(a, b)", "m!{ a; b }", "m!(let a = b;)"):
        parsed, tokens = tokens_of(f"fn f() {{ {text} }}")
        root = read_macro(parsed, tokens).root
        assert (root.start_byte, root.end_byte) == (tokens.start_byte, tokens.end_byte)


def test_tokens_are_read_once():
    parsed, tokens = tokens_of("fn f() { m!(a) }")
    assert read_macro(parsed, tokens) is read_macro(parsed, tokens)


def test_what_is_no_token_tree_is_not_read():
    parsed = read_file(SourceFile("a.rs", b"fn f() {}"))
    assert read_macro(parsed, find(parsed.root, "identifier")).root is None


def test_what_a_file_may_cost_is_bounded():
    text = "fn f() { " + "m!(" * 3_000 + "a" + ")" * 3_000 + "}" + " " * 60_000
    parsed, tokens = tokens_of(text)
    read = 0
    while True:
        tree = read_macro(parsed, tokens)
        if tree.root is None:
            break
        read += 1
        tokens = find(tree.root, "token_tree")
    assert 10 < read < 100


def test_parts_that_are_no_expressions_keep_their_nodes():
    parsed, tokens = tokens_of("fn f() { m!(&'a mut B<C, D>, ref e, g) }")
    parts = read_macro(parsed, tokens).parts
    assert [(part.kind, part.node is not None) for part in parts] == [
        ("type", True),
        ("pattern", False),
    ]
    assert parts[0].node.type == "reference_type"
    assert parsed.data[parts[0].node.start_byte : parts[0].node.end_byte] == b"&'a mut B<C, D>"


def test_the_pattern_of_a_match_keeps_its_node():
    parsed, tokens = tokens_of("fn f() { matches!(a, Some(b) if c) }")
    (part,) = read_macro(parsed, tokens).parts
    assert (part.kind, part.is_guarded, part.node.type) == (
        "pattern",
        True,
        "tuple_struct_pattern",
    )
    assert parsed.data[part.node.start_byte : part.node.end_byte] == b"Some(b)"


def test_names_that_read_otherwise_are_told():
    parsed, tokens = tokens_of("paste! { fn [<a_ $b>]() {} }")
    assert dict(read_macro(parsed, tokens).names) == {tokens.start_byte + 5: "a_b"}


LOST = [
    pytest.param("m!(a.b(), c d, e)", ["c d"], id="piece"),
    pytest.param("m!(a b)", ["(a b)"], id="all"),
    pytest.param("m!{ to a.b { fn c(&self); } }", ["to a.b"], id="delegation"),
    pytest.param("m!{ a b { c(); } d }", ["a b", "d"], id="around-block"),
]


@pytest.mark.parametrize(("text", "expected"), LOST)
def test_what_is_lost_has_its_place(text, expected):
    parsed, tokens = tokens_of(f"fn f() {{ {text} }}")
    lost = read_macro(parsed, tokens).lost
    assert [parsed.data[start:end].decode().strip() for start, end in lost] == expected


BRANCHES = [
    pytest.param("cfg_if!{ if #[cfg(a)] { b } }", [("a", "{ b }")], id="if"),
    pytest.param(
        "cfg_if!{ if #[cfg(a)] { b } else if #[cfg(not(c))] { d } else { e } }",
        [("a", "{ b }"), ("not(c)", "{ d }"), (None, "{ e }")],
        id="if-else",
    ),
    pytest.param(
        "cfg_select!{ a => { b } _ => { c } }", [("a", "{ b }"), (None, "{ c }")], id="select"
    ),
    pytest.param(
        "cfg_select!(a => b.c(), _ => d)", [("a", "b.c()"), (None, "d")], id="expressions"
    ),
    pytest.param(
        "cfg_match!{ cfg(a) => { b } _ => { c } }", [("a", "{ b }"), (None, "{ c }")], id="wrapped"
    ),
    pytest.param('m!{ feature = "a" => { b } }', [('feature = "a"', "{ b }")], id="by-shape"),
    pytest.param("m!{ a => { b } c => { d } }", [], id="no-option"),
    pytest.param('m!{ "a" => { b } not(c) => { d } }', [], id="text"),
    pytest.param("select!{ a = b() => { c } not(d) => { e } }", [], id="futures"),
    pytest.param("m!{ if a { b } else { c } }", [], id="plain-if"),
    pytest.param("m!{ if #[cfg(a)] { b } c }", [], id="more-behind"),
    pytest.param("m!{ if #[a] { b } }", [], id="other-attribute"),
    pytest.param("cfg_if!{}", [], id="empty"),
    pytest.param("cfg_select!{ a => }", [], id="unfinished"),
]


@pytest.mark.parametrize(("text", "expected"), BRANCHES)
def test_branches(text, expected):
    parsed, tokens = tokens_of(f"fn f() {{ {text} }}")
    found = []
    for branch in macro_branches(parsed.data, tokens):
        predicate = None
        if branch.predicate is not None:
            predicate = parsed.data[branch.predicate[0] : branch.predicate[1]].decode()
        found.append((predicate, parsed.data[branch.start : branch.end].decode()))
    assert found == expected


def test_arms_have_their_matchers_and_fragments():
    text = "macro_rules! m { ($a:expr, $($b:ident),*) => { $a }; () => { c } }"
    parsed = read_file(SourceFile("a.rs", text.encode()))
    first, second = macro_arms(parsed, find(parsed.root, "macro_definition"))
    assert text[slice(*first.matcher)] == "($a:expr, $($b:ident),*)"
    assert first.fragments == (("a", "expr"), ("b", "ident"))
    assert (second.fragments, second.tree.form) == ((), "block")
