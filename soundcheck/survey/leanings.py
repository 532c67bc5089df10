"""What unsafe sites lean on, as the boundaries tell it, in the words of a survey."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from soundcheck.boundaries.found import Boundaries, Reader
from soundcheck.boundaries.found import Site as Held
from soundcheck.boundaries.leans import Lean
from soundcheck.contexts.proofs import short
from soundcheck.crates.definitions import Def
from soundcheck.program import Program
from soundcheck.survey.values import Duty, Leaning, Reading
from soundcheck.syntax.facts import UnsafeSite
from soundcheck.syntax.items import Function

_KINDS = {"block": "block", "function": "fn", "method": "fn", "impl": "impl"}
_NOWHERE = -2
# A full name, of which the last two segments are enough beside the name of a function.
_LONG = re.compile(r"`[\w:#]*?::(\w+::\w+)`")


class Leanings:
    """The unsafe sites of the boundaries, found by their places."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._found: Boundaries = program.boundaries
        self._defs = program.world.defmap.defs
        self._sites = {
            (one.path, one.kind, one.start): (index, one)
            for index, one in enumerate(self._found.sites)
        }

    def held_by(self, path: str, site: UnsafeSite, owner: Def | None) -> tuple[int, Held] | None:
        """What the boundaries know of a site, with its index there."""
        kind = _KINDS.get(site.kind, "")
        start = owner.start if kind == "fn" and owner is not None else site.start
        return self._sites.get((path, kind, start))

    def leanings(self, held: Held) -> tuple[Leaning, ...]:
        """What a site leans on, each thing once, the worst first."""
        order = ("leaks", "context", "unknown", "declared", "encapsulated")
        told = dict.fromkeys(map(self._lean, held.leans))
        return tuple(sorted(told, key=lambda one: order.index(one.verdict)))

    def duties(self, index: int) -> tuple[Duty, ...]:
        """What safe code has to see to for a site."""
        return self._duties.get(index, ())

    def readings(self, held: Held) -> tuple[Reading, ...]:
        """The functions to read for a site, its own first."""
        return tuple(map(self._reader, self._found.readers(held)))

    def users(self, static: Def) -> Iterator[Reading]:
        """The functions that use a mutable static, in order of names."""
        users = self._users.get(static.index, set())
        for user in sorted((self._defs[one] for one in users), key=lambda one: one.path):
            yield self._reading(user, "uses it")

    def itself(self, owner: Def) -> Reading:
        """The function that a site stands in."""
        return self._reading(owner, "")

    def _reading(self, target: Def, why: str) -> Reading:
        start = target.item.name_start if isinstance(target.item, Function) else target.start
        length = len(target.name.encode("utf-8", "replace"))
        at = self._program.span(target.file, start, start + length)
        return Reading(target.path, at, why, self._lines(target))

    @cached_property
    def _users(self) -> dict[int, set[int]]:
        users: dict[int, set[int]] = defaultdict(set)
        for owner, operations in self._program.operations.items():
            for one in operations:
                if one.kind == "static" and self._defs[owner].is_primary:
                    users[one.target].add(owner)
        return users

    @cached_property
    def _duties(self) -> dict[int, tuple[Duty, ...]]:
        found: dict[int, list[Duty]] = defaultdict(list)
        for one in self._program.obligations:
            through, reach = self._found.show(one.key), self._found.reach.show(one.reach)
            duty = Duty(through, reach, one.state, len(one.supports))
            for index in one.sites:
                found[index].append(duty)
        return {index: tuple(some) for index, some in found.items()}

    def _lean(self, one: Lean) -> Leaning:
        what = f"`{short(one.what)}`" if one.what else ""
        if one.key[0] == "parameter" and one.reach != _NOWHERE:
            what = self._found.show(one.key)
        reach = "" if one.reach == _NOWHERE else self._found.reach.show(one.reach)
        return Leaning(one.kind, one.verdict, what, reach)

    def _reader(self, one: Reader) -> Reading:
        if one.does == "holds":
            return self._reading(self._defs[one.func], "")
        what = _LONG.sub(r"`\1`", self._found.show(one.key))
        return self._reading(self._defs[one.func], f"{one.does} {what}".rstrip())

    def _lines(self, target: Def) -> int:
        if target.item is None or not self._found.is_safe(target.index):
            return 0
        tree = self._program.facts[target.file].tree
        return tree.line_of(target.item.end - 1) - tree.line_of(target.start) + 1
