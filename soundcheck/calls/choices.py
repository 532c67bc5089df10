"""Which types a call is about, where those choose what is run in its callee."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from soundcheck.calls.sites import NO_CHOICE, Choice, Given
from soundcheck.crates.definitions import Def
from soundcheck.syntax import items as it
from soundcheck.types.ty import Adt, Param, TraitRef, Ty

if TYPE_CHECKING:
    from soundcheck.calls.bodies import BodyWalk


def choose(walk: BodyWalk, target: Def, known: Mapping[str, Ty]) -> Choice:
    """The choice of a call of a function, by what its parameters are known to stand for.

    Where it is a trait's declaration that is called, an impl runs, whose parameters are others.
    """
    if walk.callees.is_stub(target) or walk.callees.is_stub(walk.place.owner):
        return NO_CHOICE
    given = tuple(_given(walk, target, known))
    if not isinstance(target.container, it.Trait):
        return Choice("", given) if given else NO_CHOICE
    given = tuple(one for one in given if one.param == "Self")
    return Choice(given[0].own, given) if given else NO_CHOICE


def _given(walk: BodyWalk, target: Def, known: Mapping[str, Ty]) -> Iterator[Given]:
    for name, bounds in walk.declared.signature_of(target).bounds.items():
        ty = known.get(name)
        if ty is None or not _has_ours(walk, bounds):
            continue
        if isinstance(ty, Param):
            yield Given(name, own=ty.name)
        elif isinstance(ty, Adt) and not ty.meanings:
            yield Given(name, ty.def_id)


def _has_ours(walk: BodyWalk, bounds: tuple[TraitRef, ...]) -> bool:
    """Whether a trait of the workspace is among some: only what it has, it can choose."""
    defs = walk.declared.defmap.defs
    return any(one.def_id >= 0 and not walk.callees.is_stub(defs[one.def_id]) for one in bounds)
