"""What a function gives back, followed to the unsafe operations that made it."""

from __future__ import annotations

from soundcheck.boundaries.conditions import PANICKING
from soundcheck.boundaries.reading import Reading
from soundcheck.boundaries.scopes import Binding
from soundcheck.syntax import items as it
from soundcheck.types.ty import Pointer

_DEEPEST = 40
# Methods of `Option`, `Result` and references that give back what they are called on, or what a
# closure makes of it.
_KEEPING = PANICKING | {
    "and_then", "as_deref", "as_deref_mut", "as_mut", "as_ref", "by_ref", "copied", "expect",
    "filter", "flatten", "into", "inspect", "map", "map_err", "map_or", "map_or_else", "ok",
    "ok_or", "ok_or_else", "or", "or_else", "take", "then", "then_some", "unwrap_or",
    "unwrap_or_default", "unwrap_or_else", "unwrap_unchecked",
}  # fmt: skip


def returned_nodes(reading: Reading) -> set[int]:
    """The nodes, by ``id``, whose value or place a function may give back, whole or in a part."""
    found: set[int] = set()
    stack: list[tuple[it.Expr, int]] = [(one, 0) for one in reading.returned]
    seen: set[Binding] = set()
    while stack:
        expr, depth = stack.pop()
        if id(expr) in found or depth > _DEEPEST:
            continue
        found.add(id(expr))
        stack.extend((one, depth + 1) for one in _parts(reading, expr, seen))
    return found


def _parts(reading: Reading, expr: it.Expr, seen: set[Binding]) -> list[it.Expr]:
    """Of what an expression's value is made, if anything."""
    match expr:
        case it.PathExpr():
            local = reading.uses.get(id(expr))
            if local is None or local in seen:
                return []
            seen.add(local)
            return [source.expr for source in local.sources if source.expr is not None]
        case it.Block() | it.Closure():
            tail = expr.tail if isinstance(expr, it.Block) else expr.body
            return [] if tail is None else [tail]
        case it.If():
            bodies: list[it.Expr] = [body for _, body in expr.branches]
            return bodies if expr.orelse is None else [*bodies, expr.orelse]
        case it.Match():
            return [arm.body for arm in expr.arms]
        case it.Ref() if not expr.is_raw:
            return [_root(expr.operand, reading)]
        case it.Cast() | it.Try():
            return [expr.operand]
        case it.Tuple() | it.Array():
            return list(expr.parts)
        case it.StructLit():
            return [value for _, value in expr.fields]
        case it.MethodCall() if expr.name in _KEEPING:
            closures = [arg for arg in expr.args if isinstance(arg, it.Closure)]
            return [expr.receiver, *closures]
        case it.Call():
            return list(expr.args) if reading.callings.of(expr).is_constructor else []
        case _:
            return []


def _root(place: it.Expr, reading: Reading) -> it.Expr:
    """The dereference that a place stands behind, or the place itself."""
    while isinstance(place, it.Field | it.Index):
        place = place.base
    if isinstance(place, it.Unary) and not isinstance(reading.type_of(place.operand), Pointer):
        return place.operand  # A reborrow.
    return place
