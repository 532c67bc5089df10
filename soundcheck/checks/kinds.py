"""The kinds of checks: what each takes, and when it runs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from soundcheck.catalog import CheckSpec, Rule
from soundcheck.finding import Finding
from soundcheck.program import Program


class Check(NamedTuple):
    """A mechanism: what it takes from a rule's page, and the generator of its findings."""

    spec: CheckSpec
    run: Callable[[Program, Rule], Iterator[Finding]]


class FileCheck(NamedTuple):
    """A mechanism that looks at one file at a time, so that a look at a file that stays is kept.

    ``look`` is given a program of that file alone, and what ``around`` tells of the whole one: a
    value of tuples, mappings and frozen sets. It gives findings, or other values, of which
    ``conclude`` makes findings by file with the whole program before it. ``sees`` is the type of
    the list of what it gives.
    """

    spec: CheckSpec
    look: Callable[[Program, Rule, Any], Iterator[Any]]
    around: Callable[[Program, Rule], object]
    sees: Any = list[Finding]
    conclude: Callable[[Program, Rule, Mapping[str, Sequence[Any]]], Iterator[Finding]] | None = (
        None
    )


def alone(spec: CheckSpec, find: Callable[[Program, Rule], Iterator[Finding]]) -> FileCheck:
    """A check that need not know of any other file than the one it looks at."""

    def look(program: Program, rule: Rule, _around: None) -> Iterator[Finding]:
        return find(program, rule)

    return FileCheck(spec, look, lambda _program, _rule: None)


class Judged(msgspec.Struct, frozen=True, gc=False):
    """A suppression, or one of its names, about which there is something to say.

    ``state`` is one of those that its check knows, ``start..end`` the comment or the name in it.
    ``rules`` are the names as written, ``why`` tells why it silences nothing.
    """

    path: str
    start: int
    end: int
    state: str
    rules: str
    until: str
    why: str


class LateCheck(NamedTuple):
    """A mechanism that looks at what triage made of the suppressions."""

    spec: CheckSpec
    run: Callable[[Program, Rule, Sequence[Judged]], Iterator[Finding]]
