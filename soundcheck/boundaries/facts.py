"""What facts say of the ways of values: which steps change nothing, which checks prove nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from soundcheck.boundaries.operations import Operation, Origin
from soundcheck.catalog.profiles import Profile


class ValueFacts(msgspec.Struct, frozen=True):
    """The names that profiles list, each as a name or as ``Type::name``.

    ``moves`` give back what they are called on, or with ``()`` behind them their arguments: the
    same value, moved, converted, shifted or unwrapped. ``idle`` are questions whose answer does
    not make a value fit for use: whether it is null, aligned, there at all.
    """

    moves: frozenset[str] = frozenset()
    idle: frozenset[str] = frozenset()

    def is_moved(self, origin: Origin, more: frozenset[str] = frozenset()) -> bool:
        """Whether an operand is still the value of its origin; ``more`` are further moves."""
        return all(is_named(step, self.moves) or is_named(step, more) for step in origin.steps)

    def is_checked(self, origin: Origin | Operation) -> bool:
        """Whether something was asked of a value, or before an operation, that proves anything."""
        silent = self.idle | self.moves
        return any(any(word not in silent for word in check.split()) for check in origin.checks)


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
    moves: set[str] = set()
    idle: set[str] = set()
    for profile in profiles:
        table = profile.facts.get("values", {})
        if isinstance(table, Mapping):
            moves.update(table.get("moves", ()))
            idle.update(table.get("idle", ()))
    return ValueFacts(frozenset(moves), frozenset(idle))
