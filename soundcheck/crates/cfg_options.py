"""What is known of options: which exclude each other, and which imply others.

All of it is implications from one literal to another ("``x86_64`` implies not ``aarch64``"), so
the literals that follow from a conjunction are those that follow from its parts. Two
conjunctions can hold together just if each can and nothing that follows from one is the opposite
of what follows from the other: implications between pairs never need a third.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from soundcheck.catalog.targets import Theory
from soundcheck.syntax.cfg import Flag

# Literals are bits of an integer: option number n has bit 2n for "set" and 2n + 1 for "not set".
# Option 0 is set in every build, so that the bits of what is possible are never none.
HOLDS = 1
FAILS = 2


class Options:
    """The options met so far, their literals, and what follows from each."""

    def __init__(self, theory: Theory, implied: Mapping[Flag, Sequence[Flag]]) -> None:
        self._theory = theory
        self._implied = implied
        self._bits: dict[Flag, int] = {}
        self._following: list[list[int]] = [[], []]
        self._of_key: dict[tuple[str, str], list[int]] = {}
        self._even = 1
        for key in theory.keys.values():
            for value in key.either:
                self.bit_of(Flag(key.name, value))

    def bit_of(self, flag: Flag) -> int:
        """The bit of the literal that an option is set; the next one is that it is not."""
        flag = self.plain(flag)
        if flag not in self._bits:
            self._learn(flag)
        return self._bits[flag]

    def plain(self, flag: Flag) -> Flag:
        """The option that a shorthand stands for."""
        option = self._theory.shorthands.get(flag.key) if not flag.value else None
        return flag if option is None else Flag(*option, flag.scope)

    def extend(self, literals: int, bit: int) -> int:
        """A closed set of literals with one more and all that follows: 0 for a contradiction."""
        pending = [bit]
        literals |= 1 << bit
        while pending:
            for following in self._following[pending.pop()]:
                if not literals >> following & 1:
                    literals |= 1 << following
                    pending.append(following)
        return 0 if literals & self.opposites(literals) else literals

    def opposites(self, literals: int) -> int:
        """The opposite of each of some literals."""
        even = self._even
        return (literals & even) << 1 | literals >> 1 & even

    def _learn(self, flag: Flag) -> None:
        """Number an option and all that follow from it, and note what follows from what.

        What an option implies is met together with it. What implies it may be met later, and
        then finds it: each implication is noted for the opposites too.
        """
        self._number(flag)
        pending = [flag]
        while pending:
            flag = pending.pop()
            bit = self._bits[flag]
            other = self._alternative(flag)
            if other is not None:
                self._imply(bit + 1, self._number_of(other, pending))
            for other, is_set in self._consequences(flag):
                self._imply(bit, self._number_of(other, pending) + (not is_set))

    def _number_of(self, flag: Flag, pending: list[Flag]) -> int:
        if flag not in self._bits:
            self._number(flag)
            pending.append(flag)
        return self._bits[flag]

    def _number(self, flag: Flag) -> None:
        bit = len(self._following)
        self._bits[flag] = bit
        self._following += [], []
        self._even |= 1 << bit
        key = self._theory.keys.get(flag.key)
        if key is not None and key.takes == "one":
            others = self._of_key.setdefault((flag.key, flag.scope), [])
            for other in others:
                self._imply(bit, other + 1)
            others.append(bit)

    def _imply(self, cause: int, effect: int) -> None:
        self._following[cause].append(effect)
        self._following[effect ^ 1].append(cause ^ 1)

    def _alternative(self, flag: Flag) -> Flag | None:
        """The option that is set wherever this one is not, if there is one."""
        key = self._theory.keys.get(flag.key)
        if key is None or flag.value not in key.either:
            return None
        return Flag(flag.key, key.either[flag.value == key.either[0]], flag.scope)

    def _consequences(self, flag: Flag) -> Iterator[tuple[Flag, bool]]:
        for option, is_set in self._theory.consequences.get((flag.key, flag.value), ()):
            yield self.plain(Flag(*option)), is_set
        for other in self._implied.get(flag, ()):
            yield self.plain(other), True
