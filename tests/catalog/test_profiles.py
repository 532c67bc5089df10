"""Profiles and the schema that holds them."""

import pytest

from soundcheck.catalog import (
    FactSpec,
    Flag,
    ListOf,
    Number,
    Problem,
    Profile,
    Table,
    Text,
    read_profile,
)
from soundcheck.catalog.schema import read_table
from soundcheck.catalog.toml import parse_toml

PATH = "rules/profiles/some.toml"
PROFILE = """\
name = "some"
summary = "a kernel"

[detect]
manifests = ["some-kernel"]
imports = ["some_sync"]
"""


def test_a_profile_is_read() -> None:
    assert read_profile(PATH, PROFILE) == Profile(
        name="some",
        summary="a kernel",
        manifests=("some-kernel",),
        imports=("some_sync",),
        path=PATH,
    )


def test_a_profile_without_signs_holds_where_it_is_named() -> None:
    profile = read_profile(PATH, 'name = "some"\nsummary = "a kernel"\n')

    assert profile == Profile(name="some", summary="a kernel", path=PATH)


@pytest.mark.parametrize(
    ("old", "new", "problems"),
    [
        pytest.param('"some"', '"other"', [(1, "the name is the file's name, `some`")]),
        pytest.param("summary", "sumary", [(1, "missing key `summary`"), (2, "unknown key")]),
        pytest.param("manifests", "manifest", [(5, "unknown key `manifest`; did you mean")]),
        pytest.param('["some_sync"]', '"some_sync"', [(6, "`imports` takes a list whose")]),
        pytest.param('["some_sync"]', "[\n1,\n]", [(7, "`imports` takes a string, not an")]),
        pytest.param("[detect]", "detect = 1\n[other]", [(4, "`detect` takes a table, not an")]),
        pytest.param("[detect]", "[detect", [(4, "not TOML: ")]),
    ],
)
def test_mistakes_have_their_lines(old: str, new: str, problems: list[tuple[int, str]]) -> None:
    found = read_profile(PATH, PROFILE.replace(old, new, 1))

    assert isinstance(found, tuple)
    for line, message in problems:
        assert any(p.line == line and p.message.startswith(message) for p in found), found


KEYS = {
    "count": FactSpec(Number(least=1)),
    "is_on": FactSpec(Flag(), default=True),
    "locks": FactSpec(
        ListOf(
            Table(
                {
                    "type": FactSpec(Text(), is_required=True),
                    "masks": FactSpec(Flag()),
                    "wait": FactSpec(Text(choices=("spins", "sleeps"))),
                }
            )
        )
    ),
    "macros": FactSpec(Table(others=Text(choices=("items", "block")))),
}


def read(text: str) -> tuple[dict[str, object], list[Problem]]:
    table = parse_toml("p.toml", text)
    assert not isinstance(table, Problem), table
    return read_table("p.toml", text, table, KEYS)


def test_a_schema_is_a_table() -> None:
    text = """\
count = 2
[[locks]]
type = "a::Mutex"
masks = true
[[locks]]
type = "b::Mutex"
[macros]
handler = "items"
"""

    assert read(text) == (
        {
            "count": 2,
            "is_on": True,
            "locks": ({"type": "a::Mutex", "masks": True}, {"type": "b::Mutex"}),
            "macros": {"handler": "items"},
        },
        [],
    )


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        pytest.param("count = 0", [(1, "`count` is at least 1")]),
        pytest.param("count = true", [(1, "`count` takes an integer, not true")]),
        pytest.param("count = 1.5", [(1, "`count` takes an integer, not a float")]),
        pytest.param("count = 1979-05-27", [(1, "`count` takes an integer, not a date")]),
        pytest.param("is_on = 1", [(1, "`is_on` takes true or false, not an integer")]),
        pytest.param("locks = [1]", [(1, "`locks` takes a table, not an integer")]),
        pytest.param(
            "[[locks]]\ntype = 'a'\n[[locks]]\nmasks = 1",
            [
                (3, "missing key `type`"),
                (4, "`masks` takes true or false, not an integer"),
            ],
            id="each-with-its-own-line",
        ),
        pytest.param(
            "[macros]\na = 'items'\nb = 'itemz'",
            [
                (
                    3,
                    "`b` is one of `items`, `block`, not `itemz`; did you mean `items`?",
                )
            ],
        ),
    ],
)
def test_all_faults_of_a_table_are_told(text: str, problems: list[tuple[int, str]]) -> None:
    assert sorted(read(text)[1]) == [Problem("p.toml", *problem) for problem in problems]
