"""What closures and async blocks capture by value: it moves into them, and lives as they do."""

from __future__ import annotations

from collections.abc import Iterator

from soundcheck.contexts.lowering.frames import Values
from soundcheck.contexts.lowering.state import Lowering
from soundcheck.syntax import items as it
from soundcheck.syntax.visit import walk


def captured(low: Lowering, body: it.Expr, *, is_move: bool) -> Values:
    """The values that move into what runs ``body`` later."""
    names = named(body) if is_move else _given_away(body)
    found: list[int] = []
    for name in dict.fromkeys(names):
        if low.frames.find(name) is not None:
            found.extend(low.frames.move(name))
    return tuple(found)


def named(body: it.Expr) -> Iterator[str]:
    """The names that a body mentions."""
    for node in walk(body):
        if isinstance(node, it.PathExpr) and len(node.path.segments) == 1:
            yield node.path.name


def _given_away(body: it.Expr) -> Iterator[str]:
    """The names that are used by value in a body: as arguments, to be bound, or as its result."""
    places: list[it.Expr | None] = [body]
    for node in walk(body):
        match node:
            case it.Call():
                places.extend(node.args)
            case it.MethodCall():
                places.extend(node.args)
            case it.Let() | it.Jump():
                places.append(node.value)
            case it.Block():
                places.append(node.tail)
            case it.StructLit():
                places.extend(value for _, value in node.fields)
    for place in places:
        if isinstance(place, it.PathExpr) and len(place.path.segments) == 1:
            yield place.path.name
