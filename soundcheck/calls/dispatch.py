"""Which bodies a call may run that is dispatched by the type of its receiver."""

from __future__ import annotations

from typing import TYPE_CHECKING

from soundcheck.crates.definitions import Def
from soundcheck.crates.programs import may_run, sees
from soundcheck.types.found import Method
from soundcheck.types.heads import derived_traits
from soundcheck.types.ty import Adt, Dyn, Opaque, Param, Projection, TraitRef, Ty, unify

if TYPE_CHECKING:
    from soundcheck.calls.callees import Callees, Place

# The traits of what there is one of in a program, and of what wakes tasks.
_FOR_EVERYBODY = frozenset({"GlobalAlloc", "Allocator", "Log", "Wake"})


def run_by(callees: Callees, method: Method, place: Place) -> list[Def]:
    """The bodies that a call in a place may run; for a stub's generic code, its caller knows."""
    if method.is_dispatched and callees.is_stub(place.owner) and not is_for_everybody(method):
        return [method.target]
    bodies = callees.methods.bodies(method)
    if method.is_dispatched:
        home = callees.crate_of(place.owner)
        bodies = [one for one in bodies if may_run(callees.programs, home, callees.crate_of(one))]
    if not method.is_dispatched or len(bodies) < 2:
        return bodies
    return [one for one in bodies if _may_run(callees, one, method, place)] or bodies


def _may_run(callees: Callees, target: Def, method: Method, place: Place) -> bool:
    """Whether an impl's type has the other traits that the receiver has, by what is written."""
    if target.impl < 0 or method.trait is None:
        return True
    header = callees.declared.header_of(target.impl)
    if header.trait is not None and not all(
        unify(own, wanted, {})
        for own, wanted in zip(header.trait.args, method.trait.args, strict=False)
    ):
        return False
    if not isinstance(header.self_type, Adt):
        return True
    traits = derived_traits(callees.defmap.defs[header.self_type.def_id])
    return all(
        bound.def_id == method.trait.def_id
        or bound.path.rpartition("::")[2] in traits
        or callees.is_stub(callees.defmap.defs[bound.def_id])
        or callees.methods.implements(header.self_type, bound.def_id, header.bounds)
        for bound in _bounds_of(callees, method.receiver, place)
        if bound.def_id >= 0
    )


def _bounds_of(callees: Callees, receiver: Ty, place: Place) -> tuple[TraitRef, ...]:
    match receiver:
        case Param(name=name):
            return place.context.bounds.get(name, ())
        case Dyn() | Opaque():
            return receiver.bounds
        case Projection():
            return callees.methods.projected_bounds(receiver)
        case _:
            return ()


def is_in_sight(callees: Callees, target: Def, place: Place) -> bool:
    """Whether a method can be the one that is called by its name in a place.

    It is a trait's that is named there, or one of a type that is. A type of a crate that the place
    does not know comes there behind a trait; in a macro's body it may be what the macro is given.
    """
    programs = callees.programs
    home, crate = callees.crate_of(place.owner), callees.crate_of(target)
    if home == crate:
        return True
    if not may_run(programs, home, crate):
        return False
    if place.owner.kind == "macro":
        return True
    trait = callees.declared.header_of(target.impl).trait if target.impl >= 0 else None
    if trait is None:
        return sees(programs, home, crate)
    return trait.def_id < 0 or sees(
        programs, home, callees.crate_of(callees.defmap.defs[trait.def_id])
    )


def is_for_everybody(method: Method) -> bool:
    """Whether a method is one that libraries call in a workspace whoever has called them."""
    return method.trait is not None and method.trait.path.rpartition("::")[2] in _FOR_EVERYBODY
