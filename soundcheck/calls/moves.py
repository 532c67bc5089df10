"""The locals that a body gives away, told by where their names stand: it does not drop them."""

from __future__ import annotations

from collections.abc import Iterator

from soundcheck.syntax import items as it
from soundcheck.syntax.visit import walk

# Methods that are named like those that take their receiver by value.
_TAKING = ("into_", "unwrap", "expect", "detach")
# Methods of containers that give out what was in them.
_REMOVING = ("pop", "remove", "swap_remove", "take", "drain", "into_iter")


def takes_out(expr: it.Expr) -> bool:
    """Whether a scrutinee or condition takes a value out of where it was kept."""
    match expr:
        case it.MethodCall():
            return expr.name.startswith(_REMOVING)
        case it.LetCond():
            return takes_out(expr.value)
        case it.Binary():
            return any(takes_out(operand) for operand in expr.operands)
        case _:
            return False


def moved_names(root: it.Node) -> frozenset[str]:
    """The names that stand somewhere by themselves where a value is moved from.

    A name that is moved on one way and not on another is among them; two locals of one name are
    not told apart.
    """
    return frozenset(
        expr.path.name
        for node in walk(root)
        for expr in _given(node)
        if isinstance(expr, it.PathExpr) and len(expr.path.segments) == 1
    )


def _given(node: it.Node) -> Iterator[it.Expr | None]:
    """The expressions in a node whose values it takes."""
    match node:
        case it.Call(args=args):
            yield from args
        case it.MethodCall(receiver=receiver, args=args, name=name):
            yield from args
            if name.startswith(_TAKING):
                yield receiver
        case it.StructLit(fields=fields, base=base):
            yield from (value for _, value in fields)
            yield base
        case it.Tuple(parts=parts) | it.Array(parts=parts):
            yield from parts
        case it.Let(value=value) | it.Assign(value=value) | it.Jump(value=value):
            yield value
        case it.LetCond(value=value):
            yield value
        case it.Block(tail=tail):
            yield tail
        case it.Match(scrutinee=scrutinee, arms=arms):
            yield scrutinee
            yield from (arm.body for arm in arms)
        case it.For(iterable=iterable):
            yield iterable
        case it.Try(operand=operand) | it.Await(operand=operand) | it.Cast(operand=operand):
            yield operand
        case it.Closure(body=body, is_move=True):
            yield from (one for one in walk(body) if isinstance(one, it.PathExpr))
        case it.Closure(body=body):
            yield body
