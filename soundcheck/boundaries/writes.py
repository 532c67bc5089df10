"""Where fields are written: the places that a field's value can come from."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from soundcheck.calls.linking import TypedBody, World
from soundcheck.crates.definitions import Def
from soundcheck.syntax import items as it
from soundcheck.syntax.visit import walk
from soundcheck.types.ty import UNKNOWN, Adt


class FieldWrite(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One place that writes to a field of a struct or union of the workspace.

    ``owner`` is the type's definition and ``field`` the field's name, empty for a literal, which
    writes to all. ``body`` is the definition whose body it stands in, ``start..end`` the literal,
    the assignment or the borrow. ``how`` is ``literal``, ``assign`` or ``borrow``, the last where
    the place is given away mutably.
    """

    owner: int
    field: str
    body: int
    start: int
    end: int
    how: str


def find_writes(world: World, body: TypedBody) -> Iterator[FieldWrite]:
    """The writes to fields in one body and the closures in it, in order of place."""
    if world.callees.is_stub(body.owner):
        return
    index = body.owner.index
    for node in walk(body.root):
        match node:
            case it.Assign():
                place = _field_of(node.target)
                owner = None if place is None else _owner(world, body, place)
                if place is not None and owner is not None:
                    yield FieldWrite(owner.index, place.name, index, node.start, node.end, "assign")
            case it.Ref() if node.is_mut:
                place = _field_of(node.operand)
                owner = None if place is None else _owner(world, body, place)
                if place is not None and owner is not None:
                    yield FieldWrite(owner.index, place.name, index, node.start, node.end, "borrow")
            case it.StructLit() | it.Call():
                made = _made(world, body, node)
                if made is not None:
                    yield FieldWrite(made.index, "", index, node.start, node.end, "literal")


def _field_of(place: it.Expr) -> it.Field | None:
    while isinstance(place, it.Index):
        place = place.base
    return place if isinstance(place, it.Field) else None


def _owner(world: World, body: TypedBody, place: it.Field) -> Def | None:
    """The struct or union that a field belongs to, if it is one of the workspace."""
    for step in world.methods.steps(body.types.get(id(place.base), UNKNOWN)):
        if isinstance(step, Adt):
            target = world.defmap.defs[step.def_id]
            if world.methods.declared.field_type(target, place.name) is not None:
                return None if world.callees.is_stub(target) else target
    return None


def _made(world: World, body: TypedBody, node: it.StructLit | it.Call) -> Def | None:
    """The struct or union that an expression is a literal of."""
    if isinstance(node, it.Call):
        if not isinstance(node.func, it.PathExpr) or not node.func.path.name[:1].isupper():
            return None
        name = node.func.path.name
    else:
        name = node.path.name
    ty = body.types.get(id(node), UNKNOWN)
    if not isinstance(ty, Adt):
        return None
    target = world.defmap.defs[ty.def_id]
    if target.kind not in ("struct", "union") or world.callees.is_stub(target):
        return None
    # `Some(…)` and the like are of a type with another name; an alias is none of ours to know.
    if isinstance(node, it.Call) and name not in ("Self", target.name):
        return None
    return target
