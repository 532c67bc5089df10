"""Adds up what ``syntax/`` counted: per crate, module, file and item, by counting profile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from soundcheck.syntax.columns import (
    BUCKETS,
    GEIGER_COUNTERS,
    OWN_COUNTERS,
    OWN_PROFILE,
    Counts,
    column_of,
    width_of,
)

if TYPE_CHECKING:
    from soundcheck.program import Program

GROUPS = ("total", "crate", "module", "file", "item")


class Row(NamedTuple):
    """The count of one crate, module, file or item, under its name or path."""

    name: str
    counts: Counts


class Event(NamedTuple):
    """Something that was counted: where in its file, in which column, and how often."""

    offset: int
    column: int
    times: int


def add(counts: Iterable[Counts], profile: str) -> Counts:
    """The sum of counts."""
    return tuple(map(sum, zip((0,) * width_of(profile), *counts, strict=True)))


def document(profile: str, counts: Counts) -> dict[str, object]:
    """A count as the JSON has it.

    geiger's profiles have ``{"safe": n, "unsafe_": n}`` for each counter, ours one such pair for
    each of plain code, code in macros and code in tests.
    """
    pairs = [{"safe": counts[i], "unsafe_": counts[i + 1]} for i in range(0, len(counts), 2)]
    if profile != OWN_PROFILE:
        return dict(zip(GEIGER_COUNTERS, pairs, strict=True))
    size = len(BUCKETS)
    return {
        counter: dict(zip(BUCKETS, pairs[i * size : (i + 1) * size], strict=True))
        for i, counter in enumerate(OWN_COUNTERS)
    }


def count_of(
    counts: Counts, counter: str, bucket: str | None = None, *, is_unsafe: bool = True
) -> int:
    """One number of a count of our profile: of one bucket, or of all together."""
    buckets = BUCKETS if bucket is None else (bucket,)
    return sum(counts[column_of(counter, one, is_unsafe=is_unsafe)] for one in buckets)


_TEST_COLUMN = tuple(
    2 * (len(BUCKETS) * (column // (2 * len(BUCKETS))) + BUCKETS.index("tests")) + column % 2
    for column in range(width_of(OWN_PROFILE))
)


def group(
    program: Program, by: str, events: Mapping[str, Sequence[Event]], profile: str
) -> list[Row]:
    """The counts by ``crate``, ``module``, ``file`` or ``item``, sorted by name.

    What stands in no item counts for its module, and what the builds leave out that the run is
    narrowed to counts nowhere. In our own profile what only a test build holds counts as test
    code, in a macro or not.
    """
    width = width_of(profile)
    tells_tests = profile == OWN_PROFILE
    sums: dict[str, list[int]] = {}
    for path in sorted(events):
        for event in events[path]:
            if not program.is_built_at(path, event.offset):
                continue
            name = _group_name(program, by, path, event.offset)
            row = sums.get(name)
            if row is None:
                row = sums[name] = [0] * width
            column = event.column
            if tells_tests and program.is_test_at(path, event.offset):
                column = _TEST_COLUMN[column]
            row[column] += event.times
    return [Row(name, tuple(sums[name])) for name in sorted(sums)]


def own_events(program: Program, paths: Iterable[str]) -> dict[str, list[Event]]:
    """What our profile counts in some files."""
    return {path: [Event(*event) for event in program.facts[path].events] for path in paths}


def take_inventory(program: Program, reported: frozenset[str] | None) -> dict[str, object]:
    """The count of all crates by our profile, as a report carries it."""
    paths = [path for path in program.paths if reported is None or path in reported]
    rows = group(program, "crate", own_events(program, paths), OWN_PROFILE)
    return {
        "counting": OWN_PROFILE,
        "total": document(OWN_PROFILE, add((row.counts for row in rows), OWN_PROFILE)),
        "crates": [{"item": row.name, **document(OWN_PROFILE, row.counts)} for row in rows],
    }


def _group_name(program: Program, by: str, path: str, offset: int) -> str:
    if by == "file":
        return path
    if by == "item":
        return program.name_at(path, offset)
    module = program.module_at(path, offset)
    if module is None:
        return path
    if by == "module":
        return module.path
    return program.forest.crates[module.crate].name
