"""Expressions that choose and repeat: ``if``, ``match``, ``for``, and jumps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from soundcheck.calls.implied import implied
from soundcheck.calls.moves import takes_out
from soundcheck.calls.patterns import binds_names
from soundcheck.calls.sites import TAKEN_OUT
from soundcheck.calls.weighing import better, unreferenced
from soundcheck.syntax import items as it
from soundcheck.syntax.cfg import Cfg, negate
from soundcheck.syntax.predicates import read_predicate
from soundcheck.types.ty import (
    BOOL,
    NEVER,
    UNIT,
    UNKNOWN,
    ArrayOf,
    Reference,
    Slice,
    Ty,
    is_nameless,
)

if TYPE_CHECKING:
    from soundcheck.calls.bodies import BodyWalk


def branch(walk: BodyWalk, expr: it.If, expected: Ty) -> Ty:
    """An ``if`` with all its branches; ``cfg!`` in a condition counts."""
    ty: Ty = UNKNOWN
    outer = place = walk.place
    for condition, body in expr.branches:
        walk.scopes.append({})
        walk.expr(condition)
        formula = _formula_of(condition)
        if walk.enter(formula):
            ty = better(ty, walk.block(body, expected))
        leave(walk, body.end, condition)
        walk.place = place
        if formula is not None:
            if not walk.enter(negate(formula)):
                walk.place = outer
                return ty
            place = walk.place
    if expr.orelse is not None:
        ty = better(ty, walk.block(expr.orelse, expected))
    walk.place = outer
    return UNIT if expr.orelse is None else ty


def match(walk: BodyWalk, expr: it.Match, expected: Ty) -> Ty:
    """A ``match``: the type of its arms."""
    scrutinee = walk.expr(expr.scrutinee)
    ty: Ty = UNKNOWN
    for arm in expr.arms:
        place = walk.place
        if walk.enter(arm.cfg):
            walk.scopes.append({})
            walk.bind(arm.pat, scrutinee)
            if arm.guard is not None:
                walk.expr(arm.guard)
            ty = better(ty, walk.expr(arm.body, expected))
            leave(walk, arm.body.end, expr.scrutinee)
        walk.place = place
    return ty


def test(walk: BodyWalk, expr: it.LetCond) -> Ty:
    """A ``let`` in a condition: its names live in the scope that is open."""
    ty = walk.expr(expr.value)
    walk.bind(expr.pat, ty)
    if isinstance(expr.value, it.Call | it.MethodCall) and not binds_names(expr.pat):
        # What nobody takes lives as long as the names would.
        walk.scopes[-1][""] = ty
    return BOOL


def repeat(walk: BodyWalk, expr: it.While) -> Ty:
    """A ``while``."""
    walk.scopes.append({})
    walk.expr(expr.cond)
    walk.block(expr.body)
    leave(walk, expr.body.end, expr.cond)
    return UNIT


def leave(walk: BodyWalk, at: int, scrutinee: it.Expr) -> None:
    """End the scope of a pattern: what its names hold is dropped with the last byte of it."""
    why = TAKEN_OUT if takes_out(scrutinee) else "drop glue"
    for name, ty in walk.scopes.pop().items():
        walk.dropped(ty, at, name, at - 1, why)


def run_over(walk: BodyWalk, expr: it.For) -> Ty:
    """A ``for`` loop."""
    ty = walk.expr(expr.iterable)
    walk.scopes.append({})
    walk.bind(expr.pat, _iterated(walk, ty, expr))
    walk.block(expr.body)
    leave(walk, expr.body.end, expr.iterable)
    return UNIT


def _iterated(walk: BodyWalk, ty: Ty, expr: it.For) -> Ty:
    """The type of the items of what a ``for`` runs over."""
    start, end = expr.iterable.start, expr.iterable.end
    iterator: Ty = ty
    made = walk.methods.project(ty, None, "IntoIter", walk.bounds)
    if made is not None and made != ty:
        implied(walk, ty, "into_iter", "iterate", start, end)
        iterator = made
    items = walk.methods.project(iterator, None, "Item", walk.bounds)
    if items is None:
        items = walk.methods.project(ty, None, "Item", walk.bounds)
    implied(walk, unreferenced(iterator), "next", "iterate", start, end)
    if items is not None:
        return items
    inner = unreferenced(ty)
    if is_nameless(inner):
        return inner
    if isinstance(inner, Slice | ArrayOf):
        by_value = isinstance(ty, ArrayOf)
        return inner.inner if by_value else Reference(inner.inner)
    return UNKNOWN


def jump(walk: BodyWalk, expr: it.Jump) -> Ty:
    """A ``return``, ``break`` or ``continue``."""
    ty = UNIT if expr.value is None else walk.expr(expr.value)
    if expr.kind == "return":
        walk.returned.append(ty)
        if expr.value is not None:
            walk.mention(expr.value, ty, "return")
    return NEVER


def _formula_of(condition: it.Expr) -> Cfg | None:
    """The formula that ``cfg!(…)`` asks for; ``None`` for any other condition."""
    if isinstance(condition, it.MacroCall) and condition.path.name == "cfg":
        return read_predicate(condition.text)
    if isinstance(condition, it.Unary) and condition.op == "!":
        inner = _formula_of(condition.operand)
        return None if inner is None else negate(inner)
    return None
