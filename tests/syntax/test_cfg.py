"""Formulas: how they are joined, negated, shown, and read from text."""

import pytest

from soundcheck.syntax.cfg import (
    ALWAYS,
    NEVER,
    All,
    Any,
    Flag,
    Not,
    conjoin,
    flags_of,
    is_test_only,
    negate,
    show_cfg,
)
from soundcheck.syntax.predicates import read_predicate

A, B, C = Flag("a"), Flag("b"), Flag("c", "d")

JOINED = [
    pytest.param([], None, id="nothing"),
    pytest.param([None, None], None, id="always"),
    pytest.param([A], A, id="one"),
    pytest.param([None, A, None], A, id="one-and-always"),
    pytest.param([A, B], All((A, B)), id="two"),
    pytest.param([A, A], A, id="same"),
    pytest.param([All((A, B)), C], All((A, B, C)), id="flattened"),
    pytest.param([All((A, B)), B, A], All((A, B)), id="known"),
    pytest.param([ALWAYS], None, id="empty-all"),
    pytest.param([A, NEVER], All((A, NEVER)), id="never-stays"),
    pytest.param([Any((A, B)), Any((A, B))], Any((A, B)), id="same-choice"),
]


@pytest.mark.parametrize(("formulas", "expected"), JOINED)
def test_conjoin(formulas, expected):
    assert conjoin(*formulas) == expected


NEGATED = [
    pytest.param(None, NEVER, id="always"),
    pytest.param(A, Not(A), id="flag"),
    pytest.param(Not(A), A, id="not"),
    pytest.param(All((A, B)), Not(All((A, B))), id="all"),
]


@pytest.mark.parametrize(("formula", "expected"), NEGATED)
def test_negate(formula, expected):
    assert negate(formula) == expected


def test_many_formulas_join():
    flags = [Flag(str(number)) for number in range(20_000)]
    assert conjoin(*flags, *flags) == All(tuple(flags))


READ = [
    pytest.param("a", A, id="flag"),
    pytest.param('c = "d"', C, id="value"),
    pytest.param("not(a)", Not(A), id="not"),
    pytest.param("all(a, b)", All((A, B)), id="all"),
    pytest.param("any(a, b,)", Any((A, B)), id="any"),
    pytest.param("all()", ALWAYS, id="all-of-nothing"),
    pytest.param("any()", NEVER, id="any-of-nothing"),
    pytest.param("true", ALWAYS, id="true"),
    pytest.param("false", NEVER, id="false"),
    pytest.param('all(not(any(a, c = "d")), b)', All((Not(Any((A, C))), B)), id="nested"),
    pytest.param("  all ( a ,\n b ) ", All((A, B)), id="spaces"),
    pytest.param("all(a, /* x */ b // y\n)", All((A, B)), id="comments"),
    pytest.param("a,", A, id="trailing-comma"),
    pytest.param('c = r#"d"#', C, id="raw-text"),
    pytest.param('feature = "for"', Flag("feature", "for"), id="ends-in-r"),
    pytest.param('feature = "r"', Flag("feature", "r"), id="only-r"),
    pytest.param('feature = "a, b)"', Flag("feature", "a, b)"), id="marks-in-text"),
    pytest.param('feature = ""', Flag("feature"), id="empty-text"),
    pytest.param('target(os = "x")', Flag('target(os="x")'), id="other-function"),
    pytest.param("not", Flag("not"), id="not-as-a-flag"),
    pytest.param("a::b", Flag("a::b"), id="path"),
]


@pytest.mark.parametrize(("text", "expected"), READ)
def test_a_predicate_is_read(text, expected):
    assert read_predicate(text) == expected


UNREAD = [
    pytest.param("", id="empty"),
    pytest.param("a b", id="two"),
    pytest.param("a, b", id="list"),
    pytest.param("not(a, b)", id="not-of-two"),
    pytest.param("not()", id="not-of-nothing"),
    pytest.param("all(a b)", id="no-comma"),
    pytest.param("all(a", id="unclosed"),
    pytest.param("x(a", id="unclosed-function"),
    pytest.param("a)", id="closed-twice"),
    pytest.param("feature =", id="no-value"),
    pytest.param("feature = $f", id="metavariable"),
    pytest.param("a = b()", id="call"),
    pytest.param('"a"', id="text"),
    pytest.param("1", id="number"),
    pytest.param("not(" * 500 + "a" + ")" * 500, id="deep"),
    pytest.param("all(" + "a, " * 20_000 + ")", id="long"),
]


@pytest.mark.parametrize("text", UNREAD)
def test_what_is_no_predicate_is_none(text):
    assert read_predicate(text) is None


SHOWN = [
    pytest.param(None, "", id="always"),
    pytest.param(A, "a", id="flag"),
    pytest.param(C, 'c = "d"', id="value"),
    pytest.param(Not(A), "not(a)", id="not"),
    pytest.param(All((A, Any((B, C)))), 'all(a, any(b, c = "d"))', id="nested"),
    pytest.param(ALWAYS, "all()", id="all-of-nothing"),
]


@pytest.mark.parametrize(("formula", "expected"), SHOWN)
def test_a_formula_is_shown_as_it_is_written(formula, expected):
    assert show_cfg(formula) == expected
    assert expected == "" or read_predicate(expected) == formula


def test_flags_are_told_in_order_of_writing():
    assert list(flags_of(All((A, Not(Any((C, A))), B)))) == [A, C, A, B]
    assert list(flags_of(None)) == []


TESTS = [
    pytest.param(None, False, id="always"),
    pytest.param(A, False, id="flag"),
    pytest.param(Flag("test"), True, id="test"),
    pytest.param(Flag("test", "x"), False, id="value"),
    pytest.param(Flag("feature", "test"), False, id="feature"),
    pytest.param(Not(Flag("test")), False, id="not"),
    pytest.param(All((A, Flag("test"))), True, id="all"),
    pytest.param(Any((A, Flag("test"))), False, id="any"),
    pytest.param(Any((Flag("test"), All((Flag("test"), A)))), True, id="any-of-tests"),
    pytest.param(NEVER, False, id="never"),
]


@pytest.mark.parametrize(("formula", "expected"), TESTS)
def test_what_only_tests_hold(formula, expected):
    assert is_test_only(formula) is expected
