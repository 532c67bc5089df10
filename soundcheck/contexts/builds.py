"""Which architectures a way through a program can be built for.

A call from code for every architecture into code for one leads on in builds for that one only.
"""

from __future__ import annotations

from soundcheck.calls.linking import World
from soundcheck.calls.sites import BodyId
from soundcheck.syntax.cfg import All, Cfg, Flag, Not, flags_of

_KEY = "target_arch"


class Builds:
    """Architectures as the bits of a number, by definition."""

    def __init__(self, world: World) -> None:
        self._defs = world.defmap.defs
        self._logic = world.defmap.search.formulas.logic
        formulas = {target.cfg for target in self._defs if target.cfg is not None}
        flags = {flag for formula in formulas for flag in flags_of(formula)}
        named = [Flag(_KEY, value) for value in sorted({f.value for f in flags if f.key == _KEY})]
        other = All(tuple(Not(flag) for flag in named))
        self._choices: tuple[Cfg, ...] = (*named, other)
        self.every = (1 << len(self._choices)) - 1
        self._known: dict[Cfg, int] = {}

    def of(self, body: BodyId) -> int:
        """The architectures that a body is built for."""
        formula = self._defs[body.owner].cfg
        return self.every if formula is None else self.of_formula(formula)

    def of_formula(self, formula: Cfg | None) -> int:
        """The architectures for which a formula may hold."""
        if formula is None:
            return self.every
        known = self._known.get(formula)
        if known is None:
            known = sum(
                1 << bit
                for bit, choice in enumerate(self._choices)
                if self._logic.may_meet(formula, choice)
            )
            self._known[formula] = known
        return known
