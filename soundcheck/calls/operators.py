"""Expressions that are no calls as they are written: fields, operators, assignments, casts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from soundcheck.calls.calling import argument
from soundcheck.calls.implied import dereferences, implied
from soundcheck.calls.weighing import better, is_literal, unreferenced
from soundcheck.crates.definitions import Def
from soundcheck.syntax import items as it
from soundcheck.types.ty import (
    BOOL,
    STR,
    UNIT,
    UNKNOWN,
    Adt,
    ArrayOf,
    Foreign,
    Pointer,
    Prim,
    Projection,
    Reference,
    Slice,
    TupleOf,
    Ty,
    Unknown,
    is_nameless,
    substitute,
    unify,
)

if TYPE_CHECKING:
    from soundcheck.calls.bodies import BodyWalk


_COMPARISONS = frozenset({"==", "!=", "<", ">", "<=", ">=", "&&", "||"})
_OPERATORS = {
    "+": "add", "-": "sub", "*": "mul", "/": "div", "%": "rem", "&": "bitand", "|": "bitor",
    "^": "bitxor", "<<": "shl", ">>": "shr", "==": "eq", "!=": "ne", "<": "lt", ">": "gt",
    "<=": "le", ">=": "ge",
}  # fmt: skip
_UNARY = {"!": "not", "-": "neg"}


def field(walk: BodyWalk, expr: it.Field) -> Ty:
    """A field, of a value or of what it dereferences to."""
    base = walk.expr(expr.base)
    for step in walk.methods.steps(base):
        found = field_of(walk, step, expr.name)
        if found is not None:
            dereferences(walk, base, step, expr.start, expr.end)
            return walk.methods.normalize(found, walk.bounds)
    return UNKNOWN


def field_of(walk: BodyWalk, ty: Ty, name: str) -> Ty | None:
    """The type of a field of a value, without dereferencing."""
    if isinstance(ty, Adt):
        target = walk.callees.twin_of(ty, walk.place.cfg)
        found = walk.declared.field_type(target, name)
        if found is not None:
            names = walk.declared.generic_names(target)
            return substitute(found, dict(zip(names, ty.args, strict=False)))
        others = (field_of(walk, one, name) for _, one in ty.meanings)
        return next((one for one in others if one is not None), None)
    if is_nameless(ty):
        return ty
    if isinstance(ty, TupleOf) and name.isdigit() and int(name) < len(ty.parts):
        return ty.parts[int(name)]
    return None


def unary(walk: BodyWalk, expr: it.Unary) -> Ty:
    """A dereference, or an operator with one operand."""
    ty = walk.expr(expr.operand)
    if expr.op == "*":
        if isinstance(ty, Adt):
            dereferences(walk, ty, UNKNOWN, expr.start, expr.end)
        if isinstance(ty, Pointer):
            return ty.inner
        if is_nameless(ty):
            return ty
        inner = walk.methods.dereference(ty)
        return UNKNOWN if inner is None else walk.methods.normalize(inner, walk.bounds)
    found = implied(walk, ty, _UNARY.get(expr.op, ""), "operator", expr.start, expr.end)
    return ty if isinstance(found, Unknown) else found


def binary(walk: BodyWalk, expr: it.Binary) -> Ty:
    """An operator between operands."""
    # A chain of `let`s binds for what stands behind it, and for the block of its `if`.
    types = [walk.expr(operand) for operand in expr.operands]
    found: Ty = UNKNOWN
    if expr.op in _OPERATORS:
        found = implied(
            walk, unreferenced(types[0]), _OPERATORS[expr.op], "operator", expr.start, expr.end
        )
    if expr.op in _COMPARISONS:
        return BOOL
    if not isinstance(found, Unknown):
        return found
    return next((ty for ty in types if not is_literal(ty)), types[0])


def assign(walk: BodyWalk, expr: it.Assign) -> Ty:
    """An assignment: what was there is dropped."""
    target = walk.expr(expr.target)
    value = walk.expr(expr.value, UNKNOWN if expr.op else target)
    walk.mention(expr.value, value, "field")
    if expr.op:
        name = f"{_OPERATORS.get(expr.op, '')}_assign"
        implied(walk, target, name, "operator", expr.start, expr.end)
    else:
        walk.dropped(target, expr.start)
        if isinstance(expr.target, it.PathExpr) and len(expr.target.path.segments) == 1:
            name = expr.target.path.segments[0].name
            if isinstance(target, Unknown) and walk.local(name) is not None:
                walk.scopes[-1][name] = value
    return UNIT


def element(walk: BodyWalk, expr: it.Index) -> Ty:
    """An element, or a slice of a range."""
    base = walk.expr(expr.base)
    walk.expr(expr.index)
    is_range = isinstance(expr.index, it.Range)
    for step in walk.methods.steps(base):
        if is_nameless(step):
            return step
        if isinstance(step, Slice | ArrayOf):
            return Slice(step.inner) if is_range else step.inner
        if step == STR:
            return STR
        if isinstance(step, Adt):
            found = implied(walk, step, "index", "operator", expr.start, expr.end)
            implied(walk, step, "index_mut", "operator", expr.start, expr.end)
            element = found.inner if isinstance(found, Reference) else found
            if not isinstance(element, Unknown | Projection):
                return element
    return UNKNOWN


def cast(walk: BodyWalk, expr: it.Cast, last: Ty = UNKNOWN) -> Ty:
    """A cast; a function that is cast is on its way somewhere, of the type of the last in a row."""
    target = walk.ty(expr.type)
    last = target if isinstance(last, Unknown) else last
    operand = expr.operand
    if isinstance(operand, it.Cast):
        found = walk.types[id(operand)] = cast(walk, operand, last)
    else:
        found = walk.expr(operand)
        walk.mention(operand, found, "cast", is_address=isinstance(last, Prim | Pointer))
    if isinstance(target, Pointer):
        walk.make(target.inner)
    return found if isinstance(target, Unknown) else target


def attempt(walk: BodyWalk, expr: it.Try) -> Ty:
    """What ``?`` leaves of an `Option`, a `Result` or a type like them."""
    ty = walk.expr(expr.operand)
    for step in walk.methods.steps(ty):
        if isinstance(step, Adt | Foreign) and step.args:
            return step.args[0]
        if is_nameless(step):
            return step
    return UNKNOWN


def range_of(walk: BodyWalk, expr: it.Range) -> Ty:
    """A range, of the type of its ends."""
    low = UNKNOWN if expr.low is None else walk.expr(expr.low)
    high = UNKNOWN if expr.high is None else walk.expr(expr.high)
    inner = low if not is_literal(low) and not isinstance(low, Unknown) else high
    return walk.callees.range_of(expr, better(inner, low))


def construct(walk: BodyWalk, expr: it.StructLit) -> Ty:
    """A struct literal: its type, with what its fields tell of its parameters."""
    target: Def | None = None
    types: Mapping[str, Ty] = {}
    for found, _ in walk.lookup_type_like(expr.path):
        if isinstance(found, Def):
            target, types = found, walk.declared.fields_of(found)
            break
    known: dict[str, Ty] = {}
    for name, value in expr.fields:
        wanted = types.get(name, UNKNOWN)
        given = argument(walk, value, wanted, {}, {})
        unify(wanted, given, known)
        walk.mention(value, given, "field")
    made = UNKNOWN if target is None else _made(walk, expr.path, target, known)
    based = UNKNOWN if expr.base is None else walk.expr(expr.base, made)
    return based if target is None else made


def _made(walk: BodyWalk, path: it.Path, target: Def, known: Mapping[str, Ty]) -> Ty:
    if path.names == ("Self",):
        return walk.context.self_type
    owner = target.owner if target.kind == "variant" else target.index
    written = path.segments[-1].args if path.segments else ()
    if written:
        return Adt(owner, walk.declared.resolve_args(written, walk.context))
    names = walk.declared.generic_names(target)
    return Adt(owner, tuple([known.get(name, UNKNOWN) for name in names]))
