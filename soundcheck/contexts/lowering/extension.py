"""Temporaries that live as long as what a ``let`` declares: the extending expressions."""

from __future__ import annotations

from collections.abc import Iterator

from soundcheck.syntax import items as it


def extended_by(pat: it.Pat, value: it.Expr) -> Iterator[it.Expr]:
    """The expressions whose temporary lives to the end of the block that a ``let`` stands in.

    They are the operands of what is borrowed in an extending expression, through fields, indexing
    and dereferencing; and the value itself, where the pattern borrows from it.
    """
    if _has_ref(pat):
        yield from _borrowed(value)
    stack = [value]
    while stack:
        expr = stack.pop()
        if isinstance(expr, it.Ref):
            yield from _borrowed(expr.operand)
        stack.extend(_extending(expr))


def _borrowed(expr: it.Expr) -> Iterator[it.Expr]:
    while True:
        yield expr
        match expr:
            case it.Field() | it.Index():
                expr = expr.base
            case it.Unary(op="*") | it.Ref():
                expr = expr.operand
            case _:
                return


def _extending(expr: it.Expr) -> list[it.Expr]:
    """The parts of an extending expression that are extending themselves."""
    match expr:
        case it.Ref() | it.Cast():
            return [expr.operand]
        case it.Tuple() | it.Array():
            return list(expr.parts)
        case it.StructLit():
            return [part for _, part in expr.fields]
        case it.Call(func=it.PathExpr() as func) if func.path.name[:1].isupper():
            return list(expr.args)
        case it.Block(kind=kind, tail=tail) if kind not in ("async", "gen"):
            return [] if tail is None else [tail]
        case it.If():
            blocks = [body for _, body in expr.branches]
            return [*blocks, *([] if expr.orelse is None else [expr.orelse])]
        case it.Match():
            return [arm.body for arm in expr.arms]
        case _:
            return []


def _has_ref(pat: it.Pat) -> bool:
    """Whether a pattern says ``ref``."""
    match pat:
        case it.BindPat():
            return pat.is_ref or (pat.inner is not None and _has_ref(pat.inner))
        case it.TuplePat() | it.TupleStructPat():
            return any(_has_ref(part) for part in pat.parts)
        case it.StructPat():
            return any(_has_ref(part) for _, part in pat.fields)
        case _:
            return False
