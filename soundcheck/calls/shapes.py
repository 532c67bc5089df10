"""Of what kind a function value is, and whether a call through a value may run it.

Two function types are one only if their parameters, result, ABI and safety are: the Rust
Reference, "Function pointer types" and "Coercion types". What is not known agrees with all.
"""

from __future__ import annotations

import msgspec

from soundcheck.types.ty import INTEGER, INTEGERS

Words = tuple[str, ...]
"""A type from outside to inside, as far as it is told apart from others."""

OPEN = "_"
# A type of the program's own, of which this is all that is the same in all builds.
SOME_TYPE = "{}"
UNTOLD: Words = (OPEN,)
# Any reference or pointer: what is given as an argument may yet be turned into another.
ADDRESS = "&*"
# Of what no function pointer can point to: a closure that captures something.
NO_ABI = "|"
# A trait of functions has impls for those of every ABI.
ANY_ABI = "*"


class Shape(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The type of a callable: what of it two callables must have alike to be of one type.

    ``abi`` is empty for Rust's own, and ``|`` for what only callables of its own
    type are, and trait objects.
    """

    params: tuple[Words, ...]
    ret: Words
    abi: str = ""
    is_unsafe: bool = False

    @property
    def arity(self) -> int:
        """How many arguments it takes."""
        return len(self.params)


def agree(given: Shape, wanted: Shape) -> bool:
    """Whether a value of one shape may be called as one of another; safe ones also as unsafe."""
    return (
        has_convention(given, wanted)
        and (wanted.is_unsafe or not given.is_unsafe)
        and _may_be(given.ret, wanted.ret)
        and all(_may_be(*pair) for pair in zip(given.params, wanted.params, strict=True))
    )


def takes(given: Shape, args: tuple[Words, ...]) -> bool:
    """Whether a value of one shape may be called with arguments of some types."""
    return all(_may_be(*pair) for pair in zip(given.params, args, strict=True))


def has_convention(given: Shape, wanted: Shape) -> bool:
    """Whether a value of one shape takes its arguments as that of another does."""
    is_called_so = given.abi == wanted.abi or ANY_ABI in (given.abi, wanted.abi)
    return is_called_so and given.arity == wanted.arity


def _may_be(one: Words, other: Words) -> bool:
    for mine, theirs in zip(one, other, strict=False):
        if OPEN in (mine, theirs):
            return True
        if theirs == ADDRESS:
            return mine in _ADDRESSES
        if mine != theirs and not _covers(mine, theirs) and not _covers(theirs, mine):
            return False
    return len(one) == len(other)


def _covers(general: str, word: str) -> bool:
    if general == INTEGER.name:
        return word in INTEGERS
    return general == SOME_TYPE and word.startswith("{")


_ADDRESSES = ("&", "&mut", "*const", "*mut")
