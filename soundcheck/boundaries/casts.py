"""Where integers become raw pointers by a cast."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from soundcheck.calls.linking import TypedBody, World
from soundcheck.syntax import items as it
from soundcheck.syntax.literals import read_integer
from soundcheck.syntax.parameters import INTEGERS
from soundcheck.syntax.show import show_expr
from soundcheck.syntax.visit import own_of
from soundcheck.types.ty import Prim

_LITERAL = "{integer}"


class PointerCast(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One cast of an integer to a raw pointer; a literal zero is a null pointer, and none.

    ``body`` is the definition whose body it stands in, ``start..end`` what is cast and ``operand``
    that as text.
    """

    body: int
    start: int
    end: int
    operand: str
    is_mut: bool


def find_casts(world: World, body: TypedBody) -> Iterator[PointerCast]:
    """The casts of integers to raw pointers in one body and the closures in it, in order of place.

    What a macro's definition holds is of as many types as there are calls of it, and is left out.
    """
    owner = body.owner
    item = owner.item
    if world.callees.is_stub(owner) or not isinstance(item, it.Function | it.Static):
        return
    for cast in own_of(item, it.Cast):
        pointer, operand = cast.type, cast.operand
        ty = body.types.get(id(operand))
        if not isinstance(pointer, it.PtrType) or not isinstance(ty, Prim):
            continue
        name = ty.name.lstrip("=")
        if name in INTEGERS or (name == _LITERAL and not _is_zero(operand)):
            shown = operand.text if isinstance(operand, it.Lit) else show_expr(operand)
            yield PointerCast(owner.index, operand.start, operand.end, shown, pointer.is_mut)


def _is_zero(expr: it.Expr) -> bool:
    return isinstance(expr, it.Lit) and read_integer(expr.text) == 0
