"""The functions that must be read to judge an unsafe site."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property

from soundcheck.boundaries.operations import Operation
from soundcheck.calls.sites import BodyId
from soundcheck.crates.definitions import Def
from soundcheck.crates.stubs import is_stub
from soundcheck.program import Program
from soundcheck.source import Span
from soundcheck.survey.values import Reading
from soundcheck.syntax.facts import UnsafeSite
from soundcheck.syntax.items import Function

_IN_BODIES = ("block", "function", "method", "asm")


class Readings:
    """For each site: the function it stands in, who passes what it leans on, who uses it."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._defs = program.world.defmap.defs

    def of(
        self, site: UnsafeSite, owner: Def | None, held: Sequence[Operation]
    ) -> Iterator[Reading]:
        """The functions to read for a site, that which holds it first."""
        if owner is None:
            return
        if owner.kind == "static" and site.kind == "static":
            for index in self._users.get(owner.index, ()):
                yield self._tell(self._defs[index], "uses it")
        if site.kind not in _IN_BODIES or not isinstance(owner.item, Function):
            return
        yield self._tell(owner, "holds it")
        yield from self._callers(owner, held)

    def _callers(self, owner: Def, held: Sequence[Operation]) -> Iterator[Reading]:
        """Those who pass what an operation leans on unchecked."""
        values = self._program.values
        passed = sorted(
            {
                origin.name
                for one in held
                for operand in one.operands
                for origin in operand.origins
                if origin.kind == "parameter" and not values.is_checked(origin)
            }
        )
        if not passed:
            return
        words = ", ".join(f"`{name}`" for name in passed)
        edges = self._program.graph.callers(BodyId(owner.index))
        callers = {edge.caller.owner for edge in edges} - {owner.index}
        for index in sorted(callers, key=lambda one: (self._defs[one].path, one)):
            caller = self._defs[index]
            if not is_stub(caller.file) and caller.is_primary:
                yield self._tell(caller, f"passes {words}")

    @cached_property
    def _users(self) -> dict[int, list[int]]:
        """The functions that use each mutable static, in order of names."""
        users: dict[int, dict[int, None]] = defaultdict(dict)
        for owner, operations in self._program.operations.items():
            for one in operations:
                if one.kind == "static" and self._defs[owner].is_primary:
                    users[one.target][owner] = None
        return {
            static: sorted(found, key=lambda one: (self._defs[one].path, one))
            for static, found in users.items()
        }

    def _tell(self, target: Def, why: str) -> Reading:
        start = target.item.name_start if isinstance(target.item, Function) else target.start
        length = len(target.name.encode("utf-8", "replace"))
        return Reading(target.path, self._place(target, start, length), why)

    def _place(self, target: Def, start: int, length: int) -> Span:
        return self._program.span(target.file, start, start + length)
