"""What follows from what among ``cfg`` formulas, in the light of what is known of their options.

Once and for all, a formula is broken into cases: conjunctions of literals, each with all that
follows from it, as the bits of one integer. Two formulas can hold together if a case of one has
no literal whose opposite is in a case of the other. Most formulas have one case, and the question
is then a single AND.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from soundcheck.catalog.targets import NO_THEORY, Theory
from soundcheck.crates.cfg_options import FAILS, HOLDS, Options
from soundcheck.syntax.cfg import ALWAYS, NEVER, All, Any, Cfg, Flag, Not, negate

# Beyond these a formula is no longer broken into cases, and a search is given up: nobody writes
# such formulas, and what is not known to exclude each other may meet.
_MOST_CASES = 64
_MOST_STEPS = 2_000
_MOST_PARTS = 40

_Case = tuple[int, int]
"""Closed literals, and the opposites of them."""

_Broken = tuple[int, int, int, int, tuple[_Case, ...]]
"""What all cases share, its opposites; what any case has, its opposites; the cases.

A formula with too many cases has none here: it shares what always holds, and may have anything.
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
        return b is None or not self._find(All((a or ALWAYS, Not(b))))

    def simplify(self, formula: Cfg | None) -> Cfg | None:
        """An equivalent formula without what goes without saying in it, in order of writing."""
        if formula is None:
            return None
        if formula not in self._simple:
            self._simple[formula] = self._simplify(formula)
        return self._simple[formula]

    # -- cases ---------------------------------------------------------------------------------

    def _break(self, formula: Cfg | None) -> _Broken:
        broken = _HARD
        cases: list[_Case] = []
        for literals in self._cases(formula or ALWAYS):
            if literals == 0 or len(cases) == _MOST_CASES:
                break
            cases.append((literals, self._options.opposites(literals)))
        else:
            broken = self._join(cases)
        self._broken[formula] = broken
        return broken

    def _join(self, cases: list[_Case]) -> _Broken:
        if not cases:
            return _NEVER
        shared = some = cases[0][0]
        for literals, _ in cases:
            shared &= literals
            some |= literals
        opposites = self._options.opposites
        return (shared, opposites(shared), some, opposites(some), tuple(cases))

    def _cases(self, formula: Cfg) -> Iterator[int]:
        """The closed literals of each case; 0 at last if there are too many steps to them."""
        stack = [HOLDS]
        for _ in range(_MOST_STEPS):
            if not stack:
                return
            literals = stack.pop()
            bit = self._decide(formula, literals)
            if bit == 0:
                yield literals
            elif bit > 1:
                both = (self._options.extend(literals, one) for one in (bit ^ 1, bit))
                stack.extend(one for one in both if one)
        yield 0

    def _decide(self, formula: Cfg, literals: int) -> int:
        """Whether a formula holds where some literals do: 0 for yes, 1 for no.

        Otherwise the bit of a literal on which it depends.
        """
        if isinstance(formula, Flag):
            bit = self._options.bit_of(formula)
            return 0 if literals >> bit & 1 else 1 if literals >> bit >> 1 & 1 else bit
        if isinstance(formula, Not):
            return self._decide(formula.part, literals) ^ 1
        # A part that fails settles a conjunction; one that holds, a disjunction.
        settling = isinstance(formula, All)
        open_bit = 0
        for part in formula.parts:
            bit = self._decide(part, literals)
            if bit == settling:
                return bit
            # An option of its own is settled in one step, whatever the other parts need.
            if bit > 1 and (not open_bit or isinstance(part, Flag)):
                open_bit = bit
        return open_bit or 1 - settling

    def _meets(self, a: Cfg | None, b: Cfg | None) -> bool:
        left, right = self._broken[a], self._broken[b]
        if left is _HARD or right is _HARD:
            if (a, b) not in self._hard:
                self._hard[a, b] = self._find(All((a or ALWAYS, b or ALWAYS)))
            return self._hard[a, b]
        for literals, _ in left[-1]:
            for _, against in right[-1]:
                if not literals & against:
                    return True
        return False

    def _find(self, formula: Cfg) -> bool:
        """Whether a formula has a case, or a search for one leads too far."""
        return next(self._cases(formula), None) is not None

    # -- simplifying ---------------------------------------------------------------------------

    def _simplify(self, formula: Cfg) -> Cfg | None:
        if not self._find(formula):
            return NEVER
        if not self._find(Not(formula)):
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
