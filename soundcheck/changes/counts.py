"""How much unsafe code came and went, module by module."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from soundcheck.inventory import Row, add, count_of
from soundcheck.syntax.columns import OWN_COUNTERS, OWN_PROFILE, Counts

# In code that is built; what only tests hold puts no kernel at risk.
_BUCKETS = ("plain", "macros")


class CountChange(NamedTuple):
    """What of one kind a module had and has."""

    counter: str
    before: int
    after: int


class ModuleChange(NamedTuple):
    """A module, or the total under an empty name, with those counters that differ."""

    module: str
    changes: tuple[CountChange, ...]


def compare_counts(before: Iterable[Row], after: Iterable[Row]) -> tuple[ModuleChange, ...]:
    """The total, then the modules whose unsafe code outside of tests is more or less than it was.

    The total has all counters, a module those that differ.
    """
    old = {row.name: row.counts for row in before}
    new = {row.name: row.counts for row in after}
    nothing = add((), OWN_PROFILE)
    total = _changes(add(old.values(), OWN_PROFILE), add(new.values(), OWN_PROFILE))
    modules = [
        ModuleChange(name, differing)
        for name in sorted({*old, *new})
        if (
            differing := tuple(
                one
                for one in _changes(old.get(name, nothing), new.get(name, nothing))
                if one.before != one.after
            )
        )
    ]
    return (ModuleChange("", total), *modules)


def _changes(before: Counts, after: Counts) -> tuple[CountChange, ...]:
    return tuple(
        CountChange(counter, _count(before, counter), _count(after, counter))
        for counter in OWN_COUNTERS
    )


def _count(counts: Counts, counter: str) -> int:
    return sum(count_of(counts, counter, bucket) for bucket in _BUCKETS)
