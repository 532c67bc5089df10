"""Bodies to their unsafe operations."""

from __future__ import annotations

from collections.abc import Iterator

from soundcheck.boundaries.kinds import Kinds
from soundcheck.boundaries.operations import SELF, Operand, Operation
from soundcheck.boundaries.origins import Origins
from soundcheck.boundaries.reading import Reading, Spot
from soundcheck.boundaries.returning import returned_nodes
from soundcheck.calls.linking import TypedBody, World
from soundcheck.syntax import items as it
from soundcheck.syntax.show import show_path
from soundcheck.syntax.visit import walk
from soundcheck.types.show import show_type
from soundcheck.types.ty import Adt, Pointer, Ty


def find_operations(world: World, body: TypedBody) -> Iterator[Operation]:
    """The unsafe operations of one body and the closures in it, in order of place."""
    if world.callees.is_stub(body.owner) or not _may_hold(body):
        return
    reading = Reading(world, body)
    reading.read(body.root)
    if not reading.spots:
        return
    kinds = Kinds(world, reading)
    spots = _without_doubt([spot for spot in reading.spots if not _is_anywhere(kinds, spot)])
    origins = Origins(reading, kinds)
    returned = returned_nodes(reading)
    tree = world.trees[body.owner.file]
    for spot in sorted(spots, key=lambda one: (one.node.start, -one.node.end)):
        start, end = _place(spot.node)
        if tree.line_of(start) != tree.line_of(end):
            end = start + 1
        pointee = _pointee(reading, spot)
        name, target, shown = "", -1, ""
        if pointee is not None:
            shown = show_type(pointee, world.defmap.defs)
            target = pointee.def_id if isinstance(pointee, Adt) else -1
        if spot.called is not None:
            name = spot.called.name
        elif isinstance(spot.node, it.MacroCall):
            name = spot.node.path.name
        elif spot.target is not None:
            name = spot.target.path
            if isinstance(spot.node, it.Field):
                name = f"{name}::{spot.node.name}"
        if spot.target is not None:
            target = spot.target.index
        operands = tuple(
            _operand(kinds, origins, index, arg, spot) for index, arg in _operands(spot)
        )
        yield Operation(
            spot.kind,
            start,
            end,
            spot.body,
            name,
            target,
            shown,
            spot.access,
            spot.block,
            operands,
            tuple(sorted({one.text for one in spot.conditions})),
            spot.is_certain,
            id(spot.node) in returned,
        )


def _operand(kinds: Kinds, origins: Origins, index: int, arg: it.Expr, spot: Spot) -> Operand:
    pointee = kinds.pointee_of(arg)
    return Operand(
        index,
        arg.start,
        arg.end,
        kinds.of(arg),
        origins.of(arg, spot.conditions),
        kinds.show(pointee),
        kinds.align_of(pointee),
    )


def _may_hold(body: TypedBody) -> bool:
    """Whether anything in a body may do what takes ``unsafe``."""
    item = body.owner.item
    if isinstance(item, it.Function) and item.is_unsafe:
        return True
    return any(isinstance(node, it.Block) and node.kind == "unsafe" for node in walk(body.root))


def _is_anywhere(kinds: Kinds, spot: Spot) -> bool:
    """Whether a packed field is borrowed whose type may stand at any address."""
    return spot.kind == "packed" and kinds.align_of_value(spot.node) != 2


def _without_doubt(spots: list[Spot]) -> list[Spot]:
    """What is certain, and what is not in blocks that nothing else tells the reason of."""
    told = {-1, *(spot.block for spot in spots if spot.is_certain)}
    return [spot for spot in spots if spot.is_certain or spot.block not in told]


def _place(node: it.Expr) -> tuple[int, int]:
    """A small place to point at."""
    match node:
        case it.MethodCall():
            return node.name_start, node.name_start + len(node.name)
        case it.Call():
            return node.func.start, node.func.end
        case it.MacroCall():
            return node.start, node.start + len(show_path(node.path)) + 1
        case it.Field():
            return node.end - len(node.name), node.end
        case _:
            return node.start, node.end


def _pointee(reading: Reading, spot: Spot) -> Ty | None:
    if spot.kind == "dereference" and isinstance(spot.node, it.Unary):
        ty = reading.type_of(spot.node.operand)
        return ty.inner if isinstance(ty, Pointer) else None
    return reading.type_of(spot.node)


def _operands(spot: Spot) -> list[tuple[int, it.Expr]]:
    match spot.node:
        case it.Unary():
            return [(0, spot.node.operand)]
        case it.MethodCall():
            return [(SELF, spot.node.receiver), *enumerate(spot.node.args)]
        case it.Call():
            return list(enumerate(spot.node.args))
        case it.MacroCall():
            return [pair for pair in enumerate(spot.node.args) if not isinstance(pair[1], it.Lit)]
        case _:
            return []
