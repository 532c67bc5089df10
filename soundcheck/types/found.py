"""What a lookup of a method finds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from soundcheck.crates.definitions import Def
from soundcheck.syntax import items as it
from soundcheck.syntax.cfg import Cfg
from soundcheck.types.declared import Declarations
from soundcheck.types.heads import Head, head_of
from soundcheck.types.ty import Adt, Foreign, Reference, TraitRef, Ty

Sees = Callable[[Def], bool]
"""Whether a method is there where somebody calls it by its name."""


class Method(msgspec.Struct, frozen=True, gc=False):
    """A method that a call may mean, and what its impl's parameters stand for.

    ``is_dispatched`` tells that ``target`` is a trait's declaration: which body runs is up to the
    impls of ``trait``. ``receiver`` is the type it was found on, after dereferencing, and ``cfg``
    the formula of the builds in which that is the type.
    """

    target: Def
    known: Mapping[str, Ty]
    receiver: Ty
    is_dispatched: bool = False
    trait: TraitRef | None = None
    cfg: Cfg | None = None


def only(found: list[Method], sees: Sees | None) -> list[Method]:
    """The methods that are there where they are called; all without somebody to ask."""
    if sees is None or not found:
        return found
    return [one for one in found if sees(one.target)]


def received(declared: Declarations, found: list[Method], steps: Sequence[Ty]) -> list[Method]:
    """The methods whose ``self`` a receiver can be: ``self: Pin<&mut Self>`` is had by pins alone.

    ``steps`` are the types that the receiver leads to.
    """
    return [one for one in found if _is_received(declared, one.target, steps)]


def _is_received(declared: Declarations, target: Def, steps: Sequence[Ty]) -> bool:
    if not isinstance(target.item, it.Function) or target.item.receiver_type is None:
        return True
    wanted = _heads(declared.signature_of(target).receiver)
    return not wanted or any(_heads(step)[: len(wanted)] == wanted for step in steps)


def _heads(ty: Ty | None) -> tuple[Head, ...]:
    """What a type is and holds first, behind references: what a pin is of, and what that is."""
    while isinstance(ty, Reference):
        ty = ty.inner
    if not isinstance(ty, Adt | Foreign):
        return ()
    return (head_of(ty), *_heads(ty.args[0] if ty.args else None))


def takes_value(target: Def) -> bool:
    """Whether a function takes ``self`` by value."""
    return isinstance(target.item, it.Function) and target.item.receiver in ("self", "mut self")


def has_body(target: Def) -> bool:
    """Whether a definition is a function that is more than declared."""
    return isinstance(target.item, it.Function) and target.item.body is not None
