"""Places, operators and parts put together: expressions that call nothing by themselves."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from soundcheck.contexts.lowering.frames import NOTHING, Values
from soundcheck.contexts.lowering.state import Lowering
from soundcheck.contexts.scripts import Access, Call
from soundcheck.syntax import items as it


def lower_path(low: Lowering, expr: it.PathExpr, how: str) -> Values:
    """A name: of a static, of which it is noted; or of a local, which keeps what it holds."""
    static = low.places.static_of(expr.path)
    if static is not None:
        place = low.words.index(static.path)
        low.ops.append(Access(expr.start, expr.end, place, how))
    return NOTHING


def lower_field(low: Lowering, expr: it.Field, how: str) -> Values:
    """A field; what it is a field of holds on to its own values."""
    low.eval(expr.base, how)
    low.imply(expr, expr.base)
    return NOTHING


def lower_index(low: Lowering, expr: it.Index, how: str) -> Values:
    """An element."""
    low.eval(expr.base, how)
    low.imply(expr, expr.base)
    low.eval(expr.index)
    return NOTHING


def lower_unary(low: Lowering, expr: it.Unary, how: str) -> Values:
    """What is dereferenced, negated or inverted stays where it is."""
    low.eval(expr.operand, how if expr.op == "*" else "read")
    low.imply(expr, expr.operand)
    return NOTHING


def lower_ref(low: Lowering, expr: it.Ref, how: str) -> Values:
    """A reference holds nothing; what it refers to is a place, or a temporary."""
    del how
    low.eval(expr.operand, "address" if expr.is_raw else "borrow")
    return NOTHING


def lower_cast(low: Lowering, expr: it.Cast, how: str) -> Values:
    """A cast gives on what it is given."""
    return low.eval(expr.operand, how)


def lower_parts(
    low: Lowering, expr: it.Tuple | it.Array | it.Repeat | it.StructLit | it.Range, how: str
) -> Values:
    """Parts that are moved into one value, which holds what they held."""
    del how
    parts = [(name, low.take(part)) for name, part in _named_parts(expr)]
    values = tuple(value for _, held in parts for value in held)
    if values:
        low.parts[values] = tuple(parts)
    for _, part in _named_parts(expr) if low.places.fresh else ():
        low.places.give(part)
    if isinstance(expr, it.StructLit):
        note_parts(low, expr, expr.path, expr.fields)
    return values


def note_parts(
    low: Lowering,
    expr: it.StructLit | it.Call,
    path: it.Path,
    parts: Iterable[tuple[str, it.Expr]],
) -> None:
    """Note what leads elsewhere among the parts of a value that is made here."""
    found = [(name, part) for name, part in parts if low.places.lends(low.type_of(part))]
    owner = low.places.made_by(expr, path) if found else ""
    for name, part in found if owner else ():
        low.note_store(f"field {owner}.{name}", part)


def _named_parts(
    expr: it.Tuple | it.Array | it.Repeat | it.StructLit | it.Range,
) -> list[tuple[str, it.Expr]]:
    match expr:
        case it.Tuple() | it.Array():
            return [(str(index), part) for index, part in enumerate(expr.parts)]
        case it.Repeat():
            return [("", expr.value), ("", expr.count)]
        case it.StructLit():
            rest = [] if expr.base is None else [("", expr.base)]
            return [*expr.fields, *rest]
        case it.Range():
            return [("", one) for one in (expr.low, expr.high) if one is not None]


def lower_binary(low: Lowering, expr: it.Binary, how: str) -> Values:
    """Operands in order; of ``&&`` and ``||`` the later ones may not be reached.

    The temporaries of each operand of these two end with it, unless it is a ``let``.
    """
    del how
    if not _is_lazy(expr):
        for operand in expr.operands:
            low.eval(operand, "read")
        return NOTHING
    first, *others = expr.operands
    _run_operand(low, first)
    for operand in others:
        if isinstance(operand, it.LetCond):
            low.eval(operand, "read")
        else:
            low.fork(operand.start, (partial(_run_operand, low, operand), lambda: None))
    return NOTHING


def _is_lazy(expr: it.Expr) -> bool:
    return isinstance(expr, it.Binary) and expr.op in ("&&", "||")


def _run_operand(low: Lowering, operand: it.Expr) -> None:
    if isinstance(operand, it.LetCond) or _is_lazy(operand):
        low.eval(operand, "read")
        return
    low.push()
    low.eval(operand, "read")
    low.pop(operand.end, "statement")


def lower_assign(low: Lowering, expr: it.Assign, how: str) -> Values:
    """An assignment: what the place held before is dropped, and it holds the value from then on.

    A place whose owner is no local of this body outlives it.
    """
    del how
    values = low.take(expr.value)
    name = low.local_of(expr.target)
    if expr.op:
        low.eval(expr.target, "write")
        return NOTHING
    if name:
        low.places.aliases.pop(name, None)
        old = low.frames.give(name, values)
        # What the last round of a loop put there has the number of what this one does.
        _drop_old(low, expr.start, tuple(v for v in reversed(old) if v not in values))
        return NOTHING
    low.eval(expr.target, "write")
    low.note_store(low.name(expr.target), expr.value)
    low.places.give(expr.value)
    _drop_old(low, expr.start, NOTHING)
    low.store(expr.target, values)
    return NOTHING


def _drop_old(low: Lowering, at: int, old: Values) -> None:
    """Emit the end of what a place held before, with the glue that runs then."""
    low.end(old, at, "assigned")
    for one in low.take_implied(at, at):
        low.ops.append(Call(at, at, one.site.kind, nth=one.nth))
