"""Which architectures a way through a program can be built for.

A call from code for every architecture into code for one leads on in builds for that one only.
"""

from __future__ import annotations

from itertools import combinations

from soundcheck.calls.linking import World
from soundcheck.calls.sites import BodyId, CallSite
from soundcheck.syntax.cfg import All, Cfg, Flag, Not, flags_of

_KEY = "target_arch"
# Why a call has several callees though each of them is what its name stands for in a build.
_BY_BUILD = frozenset({"configurations", "dispatch", "impls"})


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
        self._apart: dict[tuple[BodyId, ...], bool] = {}

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

    def is_one(self, site: CallSite) -> bool:
        """Whether a call of several candidates has but one of them in any one build.

        A macro is found by its name: where there are several, each is that of some build.
        """
        if site.reason not in _BY_BUILD or len(site.callees) < 2:
            return site.reason == "macro"
        known = self._apart.get(site.callees)
        if known is None:
            formulas = [self._defs[one.owner].cfg for one in site.callees]
            known = self._apart[site.callees] = not any(
                self._logic.may_meet(one, other) for one, other in combinations(formulas, 2)
            )
        return known
