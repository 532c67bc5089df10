"""Laws that hold for any input."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soundcheck.pool import map_bytes
from soundcheck.source import LineIndex, SourceFile
from soundcheck.syntax import items as it
from soundcheck.syntax.cfg import ALWAYS, All, Any, Flag, Not, conjoin, negate, show_cfg
from soundcheck.syntax.comments import comments_beside
from soundcheck.syntax.facts import FileFacts
from soundcheck.syntax.lowering import lower
from soundcheck.syntax.parser import read_file
from soundcheck.syntax.predicates import read_predicate
from soundcheck.syntax.reading import parse
from soundcheck.syntax.visit import walk

# How long an example takes says nothing: the machine may be busy.
settings.register_profile("laws", deadline=None, max_examples=150)
settings.load_profile("laws")

WORDS = """
fn f struct enum union trait impl mod use pub unsafe static mut const type where for in if else
match while loop let return break continue async await move ref dyn extern crate self Self super
as box try yield safe auto default macro_rules macro m vec asm matches cfg_if bitflags lazy_static
quote paste u8 Vec Some a b c A B C _ r#type 'a 'static 1 0x1f 1.5 "x" r#"y"# 'z' b"w" // /* */
/// //! #[cfg(a)] #![b] #[cfg_attr(a,b)] ( ) [ ] { } < > :: : ; , . .. ..= => -> = == + - * / % &
&& | || ! ? @ # $ $a $( )* ~ \\
"""
TOKENS = [*WORDS.split(), "\n"]
QUERIES = (("q", "(unsafe_block) @a"), ("r", "(identifier) @b"))

token_soup = st.lists(st.sampled_from(TOKENS), max_size=80).map(" ".join)
glued_soup = st.lists(st.sampled_from(TOKENS), max_size=40).map("".join)
in_a_body = token_soup.map(lambda text: f"fn f() {{ {text} }}")
in_a_macro = token_soup.map(lambda text: f"m! {{ {text} }} fn f() {{ n!({text}) }}")
in_a_definition = token_soup.map(lambda text: f"macro_rules! m {{ ($a:expr) => {{ {text} }} }}")
texts = st.one_of(token_soup, glued_soup, in_a_body, in_a_macro, in_a_definition, st.text())

PROGRAMS = sorted(Path(__file__).parent.parent.glob("fixtures/**/*.rs"))


@st.composite
def damaged_programs(draw):
    """A real program, cut, or with a piece of it elsewhere."""
    data = draw(st.sampled_from(PROGRAMS)).read_bytes()[:20_000]
    start = draw(st.integers(0, len(data)))
    end = draw(st.integers(start, len(data)))
    piece = data[start:end]
    return draw(st.sampled_from([data[:start], data[start:], data[:start] + data[end:], piece * 2]))


files = st.one_of(st.binary(), texts.map(lambda text: text.encode("utf-8", "surrogatepass")))


def check_tree(data):
    facts = parse(SourceFile("a.rs", data), QUERIES)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=FileFacts) == facts
    for item in facts.tree.items:
        for node in walk(item):
            assert 0 <= node.start <= node.end <= len(data) + 1
    for gap in facts.tree.gaps:
        assert 0 <= gap.at.start <= gap.at.end <= len(data)
        assert gap.at.line == data.count(b"\n", 0, gap.at.start) + 1


@given(files)
def test_any_bytes_are_facts(data):
    check_tree(data)


@settings(max_examples=60)
@pytest.mark.skipif(not PROGRAMS, reason="the fixtures are not here")
@given(damaged_programs())
def test_damaged_programs_are_facts(data):
    check_tree(data)


@given(texts)
def test_the_same_text_is_the_same_tree(text):
    file = SourceFile("a.rs", text.encode("utf-8", "surrogatepass"))
    assert lower(read_file(file)) == lower(read_file(file))


@settings(max_examples=60)
@given(token_soup, st.integers(0, 3))
def test_a_line_end_is_a_line_end(text, count):
    """Line ends before a text move what stands in it and change nothing else."""
    moved = lower(read_file(SourceFile("a.rs", b"\n" * count + text.encode())))
    tree = lower(read_file(SourceFile("a.rs", text.encode())))
    # What a text means that is no Rust may hang on its blanks.
    if tree.gaps or moved.gaps:
        return
    assert [type(item) for item in moved.items] == [type(item) for item in tree.items]
    assert [item.start - count for item in moved.items] == [item.start for item in tree.items]


@given(files, st.data())
def test_lines_agree_with_counting(data, draw):
    tree = lower(read_file(SourceFile("a.rs", data)))
    index = LineIndex(data)
    offset = draw.draw(st.integers(0, len(data)))
    line = data.count(b"\n", 0, offset) + 1
    assert index.line_of(offset) == line
    assert tree.line_of(offset) == line
    assert index.start_of(line) <= offset
    assert index.column_of(offset) >= 1


@given(texts, st.data())
def test_comments_beside_any_place(text, draw):
    data = text.encode("utf-8", "surrogatepass")
    parsed = read_file(SourceFile("a.rs", data))
    start = draw.draw(st.integers(0, len(data)))
    end = draw.draw(st.integers(start, len(data)))
    assert all(isinstance(comment, str) for comment in comments_beside(parsed, start, end))


@settings(max_examples=25)
@given(st.lists(texts, max_size=6))
def test_processes_change_nothing(sources):
    def facts(text):
        return msgspec.msgpack.encode(
            parse(SourceFile("a.rs", text.encode("utf-8", "surrogatepass")), QUERIES)
        )

    weights = [1_000_000] * len(sources)
    assert map_bytes(facts, sources, weights, 1) == map_bytes(facts, sources, weights, 3)


# -- formulas ----------------------------------------------------------------------------------

flags = st.builds(Flag, st.sampled_from("abc"), st.sampled_from(["", "x", "for", "r#"]))
formulas = st.recursive(
    flags,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: Any(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=8,
)


def holds(formula, options):
    if formula is None:
        return True
    if isinstance(formula, Flag):
        return formula in options
    if isinstance(formula, Not):
        return not holds(formula.part, options)
    parts = [holds(part, options) for part in formula.parts]
    return all(parts) if isinstance(formula, All) else any(parts)


@given(formulas)
def test_a_formula_that_is_shown_can_be_read(formula):
    assert read_predicate(show_cfg(formula)) == formula


@given(st.lists(formulas | st.none(), max_size=4), st.sets(flags))
def test_a_conjunction_holds_where_all_do(parts, options):
    whole = holds(conjoin(*parts), options)
    assert whole == all(holds(part, options) for part in parts)
    assert whole == holds(conjoin(*reversed(parts)), options)
    assert whole == holds(conjoin(*parts, *parts, ALWAYS), options)


@given(formulas | st.none(), st.sets(flags))
def test_a_negation_holds_where_the_formula_does_not(formula, options):
    assert holds(negate(formula), options) != holds(formula, options)


@given(st.text())
def test_any_text_is_a_predicate_or_none(text):
    formula = read_predicate(text)
    assert formula is None or isinstance(formula, (Flag, All, Any, Not))


@given(st.text(alphabet='abr#"\\\n= ()/*_$', max_size=40))
def test_any_attribute_is_read(text):
    tree = lower(
        read_file(SourceFile("a.rs", f"#[{text}] fn f() {{}} #[cfg({text})] fn g() {{}}".encode()))
    )
    assert all(isinstance(item, it.AnyItem) for item in tree.items)
