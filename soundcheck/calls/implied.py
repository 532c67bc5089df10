"""Calls that the language makes by itself: operators, dereferencing, formatting, iterating."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from soundcheck.calls.callbacks import call_back
from soundcheck.types.ty import UNKNOWN, Adt, Dyn, Opaque, Param, TraitRef, Ty, substitute

if TYPE_CHECKING:
    from soundcheck.calls.bodies import BodyWalk


def implied(walk: BodyWalk, ty: Ty, name: str, kind: str, start: int, end: int) -> Ty:
    """Note a call that the language makes by itself; the type of its result."""
    if not isinstance(ty, Adt | Param | Dyn | Opaque):
        return UNKNOWN
    found = walk.methods.find(ty, name, walk.bounds)
    if not found:
        return UNKNOWN
    callee = walk.callees.of_methods(found, walk.place)
    first = found[0]
    call_back(walk, first.target, first.known, start, end)
    walk.note(kind, start, end, name, callee)
    signature = walk.declared.signature_of(first.target)
    return finish(walk, signature.ret, first.known, signature.bounds)


def dereferences(walk: BodyWalk, ty: Ty, last: Ty, start: int, end: int) -> None:
    """Note the ``Deref`` impls between a type and what was found behind it."""
    for step in walk.methods.steps(ty):
        if step == last:
            return
        if isinstance(step, Adt):
            for name in ("deref", "deref_mut"):
                implied(walk, step, name, "deref", start, end)


def finish(
    walk: BodyWalk, ret: Ty, known: Mapping[str, Ty], bounds: Mapping[str, tuple[TraitRef, ...]]
) -> Ty:
    """A result type with all that is known put in; what stays generic is unknown here."""
    ty = substitute(ret, known)
    if isinstance(ty, Param) and ty.name not in walk.bounds:
        own = bounds.get(ty.name, ())
        return Opaque(own) if own else UNKNOWN
    return walk.methods.normalize(ty, walk.bounds)
