"""Formulas kept once each, so that joining two of them, again and again, is cheap."""

from soundcheck.catalog.targets import Theory
from soundcheck.crates.configurations import place
from soundcheck.crates.formulas import Logic
from soundcheck.crates.modules import Crate
from soundcheck.syntax.cfg import ALWAYS, NEVER, All, Cfg, conjoin, negate


class FormulaTable:
    """Formulas by identity: what they join to, and which of them hold wherever others do."""

    __slots__ = ("_implied", "_interned", "_joined", "_placed", "_theory", "logic")

    def __init__(self, logic: Logic, theory: Theory) -> None:
        self.logic = logic
        self._theory = theory
        # Every formula stays referenced here: an identity is never another's later on.
        self._interned: dict[Cfg, Cfg] = {NEVER: NEVER}
        self._joined: dict[tuple[int, int], Cfg] = {}
        self._implied: dict[tuple[int, int], bool] = {}
        self._placed: dict[tuple[Cfg, int], Cfg] = {}

    def place(self, formula: Cfg | None, crate: Crate) -> Cfg | None:
        """A formula as written, as it stands in a crate."""
        if formula is None:
            return None
        key = (formula, crate.index)
        known = self._placed.get(key)
        if known is None:
            package = crate.root if crate.package is None else crate.package
            placed = place(formula, self._theory, package, crate.root) or ALWAYS
            known = self._placed[key] = self._interned.setdefault(placed, placed)
        return known

    def intern(self, formula: Cfg | None) -> Cfg | None:
        """The one formula equal to the given one."""
        return None if formula is None else self._interned.setdefault(formula, formula)

    def join(self, one: Cfg | None, other: Cfg | None) -> Cfg | None:
        """The conjunction of two; ``NEVER`` itself where they exclude each other."""
        if other is None or one is other:
            return one
        other = self._interned.setdefault(other, other)
        if one is None:
            return other
        one = self._interned.setdefault(one, one)
        key = (id(one), id(other))
        known = self._joined.get(key)
        if known is None:
            known = NEVER
            if self.logic.may_meet(one, other):
                joined = conjoin(one, other)
                known = NEVER if joined is None else self._interned.setdefault(joined, joined)
            self._joined[key] = known
        return known

    def without(self, one: Cfg | None, other: Cfg | None) -> Cfg | None:
        """The first where the second does not hold; ``NEVER`` itself where that is nowhere.

        A formula that would be hard does not grow: what is taken off it is not told apart.
        """
        if other is None:
            return NEVER
        left = self.join(one, negate(other))
        return one if self.logic.is_hard(left) else left

    def is_implied(self, one: Cfg | None, by: Cfg | None) -> bool:
        """Whether the first holds wherever the second does."""
        if one is None or one is by:
            return True
        one, by = self._interned.setdefault(one, one), self.intern(by)
        key = (id(one), id(by))
        known = self._implied.get(key)
        if known is None:
            known = self._implied[key] = _holds_part(one, by) or self.logic.implies(by, one)
        return known


def _holds_part(one: Cfg, by: Cfg | None) -> bool:
    """Whether a formula plainly says all that another says."""
    if by is None:
        return False
    parts = one.parts if isinstance(one, All) else (one,)
    given = by.parts if isinstance(by, All) else (by,)
    return all(part in given for part in parts)
