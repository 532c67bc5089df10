"""What facts say of the ways of values: which steps change nothing, which checks prove nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

import msgspec

from soundcheck.boundaries.operations import Operation, Origin
from soundcheck.catalog.profiles import Profile


class ValueFacts(msgspec.Struct, frozen=True):
    """The names that profiles list, each as a name or as ``Type::name``.

    ``moves`` give back what they are called on, or with ``()`` behind them their arguments: the
    same value, moved, converted, shifted or unwrapped. ``idle`` are questions whose answer does
    not make a value fit for use: whether it is null, aligned, there at all. ``tokens`` are types
    whose values prove that something holds where they are: a lock, masked interrupts, one CPU.
    ``addresses`` are types that safe code makes of any number. ``storing`` are functions that
    merely store what they are given besides a pointer, whatever it is. ``loads`` are methods that
    give what a cell, lock or atomic holds at the time.
    """

    moves: frozenset[str] = frozenset()
    idle: frozenset[str] = frozenset()
    tokens: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    storing: frozenset[str] = frozenset()
    loads: frozenset[str] = frozenset()

    def is_moved(self, origin: Origin, more: frozenset[str] = frozenset()) -> bool:
        """Whether an operand is still the value of its origin; ``more`` are further moves."""
        return all(is_named(step, self.moves) or is_named(step, more) for step in origin.steps)

    def is_checked(self, origin: Origin | Operation) -> bool:
        """Whether something was asked of a value, or before an operation, that proves anything."""
        silent = self.idle | self.moves
        return any(any(word not in silent for word in check.split()) for check in origin.checks)


@lru_cache(maxsize=100_000)
def is_named(path: str, names: frozenset[str]) -> bool:
    """Whether a list holds the last name of a path, alone or with the one before it.

    In a name, one ``*`` stands for anything.
    """
    before, _, last = path.rpartition("::")
    if last in names or f"{before.rpartition('::')[2]}::{last}" in names:
        return True
    return any(_fits(last, name) for name in names if "*" in name)


def _fits(name: str, pattern: str) -> bool:
    """Whether a name has a beginning and an end, with anything between them."""
    start, _, end = pattern.partition("*")
    return name.startswith(start) and name.endswith(end) and len(name) >= len(start + end)


def read_value_facts(profiles: Iterable[Profile]) -> ValueFacts:
    """The facts of all profiles of a run."""
    found: dict[str, set[str]] = {name: set() for name in ValueFacts.__struct_fields__}
    for profile in profiles:
        table = profile.facts.get("values", {})
        if isinstance(table, Mapping):
            for name, names in found.items():
                names.update(table.get(name, ()))
    return ValueFacts(**{name: frozenset(names) for name, names in found.items()})
