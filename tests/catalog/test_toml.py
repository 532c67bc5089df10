"""The lines of keys, which tomllib does not tell."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundcheck.catalog.problems import Problem
from soundcheck.catalog.toml import KeyPath, locate_keys, parse_toml


@pytest.mark.parametrize(
    ("text", "places"),
    [
        pytest.param("", {}, id="nothing"),
        pytest.param("# a = 1\n\nb = 1", {("b",): 3}, id="comment"),
        pytest.param("a = '''\nx = 1\n'''\nb = 1", {("a",): 1, ("b",): 4}, id="literal-lines"),
        pytest.param('a = """\n[x]\n"""\nb = 1', {("a",): 1, ("b",): 4}, id="basic-lines"),
        pytest.param('a = "\\"\\n#"\nb = 1', {("a",): 1, ("b",): 2}, id="escapes"),
        pytest.param("a.b = 1", {("a",): 1, ("a", "b"): 1}, id="dotted"),
        pytest.param('"a b".c = 1', {("a b",): 1, ("a b", "c"): 1}, id="quoted"),
        pytest.param("[t]\nk = 1", {("t",): 1, ("t", "k"): 2}, id="table"),
        pytest.param("a = [1,\n2,\n]", {("a",): 1, ("a", 0): 1, ("a", 1): 2}, id="list"),
        pytest.param(
            "a = [\n{k = 1},\n{k = 2}]",
            {("a",): 1, ("a", 0): 2, ("a", 0, "k"): 2, ("a", 1): 3, ("a", 1, "k"): 3},
            id="list-of-tables",
        ),
        pytest.param(
            "[[l]]\nk = 1\n[[l]]\nk = 2\n[l.m]\nn = 3",
            {
                ("l",): 1,
                ("l", 0): 1,
                ("l", 0, "k"): 2,
                ("l", 1): 3,
                ("l", 1, "k"): 4,
                ("l", 1, "m"): 5,
                ("l", 1, "m", "n"): 6,
            },
            id="tables-in-a-list",
        ),
        pytest.param("a = 1979-05-27 07:32:00\nb = 1.5", {("a",): 1, ("b",): 2}, id="date"),
        pytest.param("a = {}\nb = []", {("a",): 1, ("b",): 2}, id="empty"),
        pytest.param("a = 1 # b = 2\r\nc = 3\r\n", {("a",): 1, ("c",): 2}, id="windows"),
    ],
)
def test_every_key_has_its_line(text: str, places: dict[KeyPath, int]) -> None:
    tomllib.loads(text)

    assert locate_keys(text) == places


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("a = 1\nb = ", 11, id="no-value"),
        pytest.param("a = 1\na = 2\nb = 3", 11, id="twice"),
        pytest.param("a = [1,\n", 10, id="open-list"),
    ],
)
def test_broken_toml_is_a_problem_with_its_line(text: str, line: int) -> None:
    problem = parse_toml("p.toml", text, 10)

    assert isinstance(problem, Problem)
    assert (problem.path, problem.line) == ("p.toml", line)
    assert "(at" not in problem.message


NAMES = st.text("ab1-", min_size=1, max_size=3) | st.just('"q.\\" #"')
SCALARS = st.sampled_from(["1", "'x#'", '"]\\\\"', "true", "'''\n[a]\n'''", "1.5", '""'])
VALUES = st.recursive(
    SCALARS,
    lambda value: (
        st.lists(value, max_size=3).map(lambda parts: "[" + ",\n ".join(parts) + "]")
        | st.dictionaries(NAMES, value, max_size=3).map(
            lambda table: "{" + ", ".join(f"{key} = {part}" for key, part in table.items()) + "}"
        )
    ),
    max_leaves=6,
)
STATEMENTS = st.builds("{} = {}".format, NAMES, VALUES) | st.builds(
    lambda name, brackets: brackets.replace("x", name), NAMES, st.sampled_from(["[x]", "[[x]]"])
)


def paths_of(value: object, at: KeyPath = ()) -> set[KeyPath]:
    """The path of every key and element of what tomllib read."""
    parts: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        parts = list(value.items())
    elif isinstance(value, list):
        parts = list(enumerate(value))
    return {at, *(path for key, part in parts for path in paths_of(part, (*at, key)))}


@given(st.lists(STATEMENTS, max_size=6).map("\n".join))
def test_the_walk_sees_the_keys_that_tomllib_sees(text: str) -> None:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return

    places = locate_keys(text)

    assert set(places) == paths_of(table) - {()}
    assert all(1 <= line <= text.count("\n") + 1 for line in places.values())
