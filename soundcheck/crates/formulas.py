"""What follows from what among ``cfg`` formulas, in the light of what is known of their options.

Once and for all, a formula is broken into cases: conjunctions of literals, each with all that
follows from it, as the bits of one integer. Two formulas can hold together if a case of one has
no literal whose opposite is in a case of the other. Most formulas have one case, and the question
is then a single AND. A conjunction that grows by one part is broken from what it was before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from soundcheck.catalog.targets import NO_THEORY, Theory
from soundcheck.crates.cfg_options import FAILS, HOLDS, Options
from soundcheck.syntax.cfg import ALWAYS, NEVER, All, Any, Cfg, Flag, Not, negate

# With more cases than this, or more parts to simplify, a formula is hard: nobody writes such, and
# what is not known to exclude each other may meet.
_MOST_CASES = 64
_MOST_PARTS = 40

_Case = tuple[int, int]
"""Closed literals, and the opposites of them."""

_Broken = tuple[int, int, int, int, tuple[_Case, ...]]
"""What all cases share, its opposites; what any case has, its opposites; the cases.

A hard formula has none here: it shares what always holds, and may have anything.
"""

_NEVER: _Broken = (HOLDS | FAILS, HOLDS | FAILS, 0, 0, ())
_HARD: _Broken = (HOLDS, FAILS, -1, -1, ())


class Logic:
    """Answers questions about formulas, where ``None`` stands for "always".

    ``theory`` tells of the keys, ``implied`` which options follow from an option: features that
    enable others. It remembers every formula that ``may_meet`` was asked about.
    """

    def __init__(
        self, theory: Theory = NO_THEORY, implied: Mapping[Flag, Sequence[Flag]] | None = None
    ) -> None:
        self._options = Options(theory, implied or {})
        self._broken: dict[Cfg | None, _Broken] = {}
        self._cases: dict[tuple[Cfg, bool], tuple[int, ...] | None] = {}
        self._hard: dict[tuple[Cfg | None, Cfg | None], bool] = {}
        self._simple: dict[Cfg, Cfg | None] = {}

    def may_meet(self, a: Cfg | None, b: Cfg | None) -> bool:
        """Whether some build has both formulas hold."""
        shared, _, some, _, _ = self._broken.get(a) or self._break(a)
        _, against, _, against_some, _ = self._broken.get(b) or self._break(b)
        if shared & against:
            return False
        return not some & against_some or self._meets(a, b)

    def excludes(self, a: Cfg | None, b: Cfg | None) -> bool:
        """Whether no build has both formulas hold."""
        return not self.may_meet(a, b)

    def is_possible(self, formula: Cfg | None) -> bool:
        """Whether a formula holds in some build."""
        return self.may_meet(formula, None)

    def implies(self, a: Cfg | None, b: Cfg | None) -> bool:
        """Whether every build that has ``a`` hold has ``b`` hold."""
        return b is None or not self.may_meet(a, negate(b))

    def is_hard(self, formula: Cfg | None) -> bool:
        """Whether a formula has more cases than are told apart."""
        return (self._broken.get(formula) or self._break(formula)) is _HARD

    def simplify(self, formula: Cfg | None) -> Cfg | None:
        """An equivalent formula without what goes without saying in it, in order of writing."""
        if formula is None:
            return None
        if formula not in self._simple:
            self._simple[formula] = self._simplify(formula)
        return self._simple[formula]

    def _meets(self, a: Cfg | None, b: Cfg | None) -> bool:
        left, right = self._broken[a], self._broken[b]
        if left is _HARD or right is _HARD:
            if (a, b) not in self._hard:
                self._hard[a, b] = self._may_meet_hard(a, b)
            return self._hard[a, b]
        for literals, _ in left[-1]:
            for _, against in right[-1]:
                if not literals & against:
                    return True
        return False

    def _may_meet_hard(self, a: Cfg | None, b: Cfg | None) -> bool:
        """The same where one formula is hard: whether a case of the other does not settle it."""
        if self._broken[a] is not _HARD:
            a, b = b, a
        cases = self._broken[b][-1]
        if self._broken[b] is _HARD:
            return True
        return any(self._settled(a or ALWAYS, literals) is not False for literals, _ in cases)

    def _settled(self, formula: Cfg, literals: int) -> bool | None:
        """Whether a formula holds where some literals do; ``None`` where they do not tell."""
        if isinstance(formula, Flag):
            bit = self._options.bit_of(formula)
            return True if literals >> bit & 1 else False if literals >> bit >> 1 & 1 else None
        if isinstance(formula, Not):
            settled = self._settled(formula.part, literals)
            return None if settled is None else not settled
        # A part that fails settles a conjunction; one that holds, a disjunction.
        is_any = isinstance(formula, Any)
        is_open = False
        for part in formula.parts:
            settled = self._settled(part, literals)
            if settled is is_any:
                return is_any
            is_open = is_open or settled is None
        return None if is_open else not is_any

    # -- cases ---------------------------------------------------------------------------------

    def _break(self, formula: Cfg | None) -> _Broken:
        cases = self._cases_of(formula or ALWAYS, wanted=True)
        broken = _HARD if cases is None else self._join(cases)
        self._broken[formula] = broken
        return broken

    def _join(self, cases: tuple[int, ...]) -> _Broken:
        if not cases:
            return _NEVER
        shared = some = cases[0]
        for literals in cases:
            shared &= literals
            some |= literals
        opposites = self._options.opposites
        both = tuple((literals, opposites(literals)) for literals in cases)
        return (shared, opposites(shared), some, opposites(some), both)

    def _cases_of(self, formula: Cfg, *, wanted: bool) -> tuple[int, ...] | None:
        """The closed literals of each case in which a formula holds, or fails; none if hard.

        Some may overlap, but none says more than another.
        """
        if isinstance(formula, Not):
            return self._cases_of(formula.part, wanted=not wanted)
        if isinstance(formula, Flag):
            literals = self._options.extend(HOLDS, self._options.bit_of(formula) ^ (not wanted))
            return (literals,) if literals else ()
        key = (formula, wanted)
        if key not in self._cases:
            is_all = isinstance(formula, All) is wanted
            self._cases[key] = (self._product if is_all else self._union)(formula, wanted=wanted)
        return self._cases[key]

    def _product(self, formula: All | Any, *, wanted: bool) -> tuple[int, ...] | None:
        """The cases in which all parts are as wanted."""
        parts = formula.parts
        cases: tuple[int, ...] | None = (HOLDS,)
        before = (type(formula)(parts[:-1]), wanted)
        if len(parts) > 1 and before in self._cases:
            # What a conjunction was before it grew gives the same as all parts one by one.
            cases, parts = self._cases[before], parts[-1:]
        for part in parts:
            added = self._cases_of(part, wanted=wanted)
            if cases is None or added is None:
                return None
            cases = _absorbed(self._pairs(cases, added))
        return cases

    def _pairs(self, cases: tuple[int, ...], added: tuple[int, ...]) -> set[int]:
        opposites = self._options.opposites
        others = [(literals, opposites(literals)) for literals in added]
        found: set[int] = set()
        for literals in cases:
            if any(literals & other == other for other, _ in others):
                found.add(literals)
            else:
                found.update(literals | other for other, not_ in others if not literals & not_)
        return found

    def _union(self, formula: All | Any, *, wanted: bool) -> tuple[int, ...] | None:
        """The cases in which some part is as wanted."""
        found: set[int] = set()
        for part in formula.parts:
            cases = self._cases_of(part, wanted=wanted)
            if cases is None:
                return None
            found.update(cases)
        return _absorbed(found)

    # -- simplifying ---------------------------------------------------------------------------

    def _simplify(self, formula: Cfg) -> Cfg | None:
        if not self.is_possible(formula):
            return NEVER
        if not self.is_possible(Not(formula)):
            return None
        if isinstance(formula, Flag):
            return formula
        if isinstance(formula, Not):
            return negate(self.simplify(formula.part))
        word = type(formula)
        parts: list[Cfg] = []
        for part in formula.parts:
            simple = self.simplify(part)
            if simple is not None and simple != NEVER:
                parts.extend(simple.parts if isinstance(simple, word) else (simple,))
        parts = self._needed(parts, word)
        return parts[0] if len(parts) == 1 else word(tuple(parts))

    def _needed(self, parts: list[Cfg], word: type[All | Any]) -> list[Cfg]:
        """The parts without which a conjunction or disjunction would be another."""
        if len(parts) > _MOST_PARTS:
            return list(dict.fromkeys(parts))
        needed = list(parts)
        for i in reversed(range(len(parts))):
            rest = word(tuple(needed[:i] + needed[i + 1 :]))
            is_idle = self.implies(rest, parts[i]) if word is All else self.implies(parts[i], rest)
            if is_idle:
                del needed[i]
        return needed


def _absorbed(cases: Iterable[int]) -> tuple[int, ...] | None:
    """The cases that say no more than others do; ``None`` for too many."""
    kept: list[int] = []
    for literals in sorted(cases, key=lambda one: (one.bit_count(), one)):
        if not any(one & literals == one for one in kept):
            if len(kept) == _MOST_CASES:
                return None
            kept.append(literals)
    return tuple(kept)
