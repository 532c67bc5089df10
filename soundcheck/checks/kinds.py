"""The kinds of checks: what each takes, and when it runs."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from soundcheck.catalog import CheckSpec, Rule
from soundcheck.finding import Finding
from soundcheck.program import Program, ProgramItem
from soundcheck.syntax import items as it


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


def judge_again(
    program: Program,
    seen: Mapping[str, Sequence[Finding]],
    calls: Iterable[tuple[str, int]],
    judge: Callable[[ProgramItem], Iterator[Finding]],
) -> Iterator[Finding]:
    """What was seen of functions, but of those that hold some calls what ``judge`` says.

    ``seen`` are findings at the names of functions, by file, ``calls`` the files and places of
    calls that only the whole program tells.
    """
    starts: dict[str, list[int]] = {}
    for path, start in calls:
        starts.setdefault(path, []).append(start)
    for path, findings in seen.items():
        told = {one.at.start: [one] for one in findings}
        for one in program.items(path) if path in starts else ():
            func = one.item
            if isinstance(func, it.Function) and any(
                func.start <= start < func.end for start in starts[path]
            ):
                told[func.name_start] = list(judge(one))
        for place in sorted(told):
            yield from told[place]


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
