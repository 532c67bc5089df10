"""Functions and closures that are given on: as arguments, and out of the parameters that hold them.

What a parameter holds is followed to where it is called: through the calls that give it on, and to
where it is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from soundcheck.calls.callables import body_of
from soundcheck.calls.callees import Callee
from soundcheck.calls.shaping import is_callable, is_called, keeps
from soundcheck.calls.sites import Flow, Passed
from soundcheck.calls.weighing import unreferenced
from soundcheck.syntax import items as it
from soundcheck.types.ty import UNKNOWN, Adt, Opaque, Param, Reference, TraitRef, Ty, substitute

if TYPE_CHECKING:
    from soundcheck.calls.bodies import BodyWalk

# What owns one value and stands for it.
_POINTERS = frozenset({"alloc::boxed::Box", "alloc::sync::Arc", "alloc::rc::Rc"})


class Asked(NamedTuple):
    """What a callee asks for: its parameters' types without that of ``self``, and its generics."""

    params: tuple[Ty, ...] = ()
    known: Mapping[str, Ty] = {}
    bounds: Mapping[str, tuple[TraitRef, ...]] = {}


def give(
    walk: BodyWalk, args: tuple[it.Expr, ...], types: list[Ty], asked: Asked, callee: Callee
) -> tuple[Passed, ...]:
    """Which arguments are functions or closures; they are mentioned as well.

    Of an argument that holds what nobody sees here, it is noted where that goes.
    """
    if not args:
        return ()
    found: list[Passed] = []
    for index, (arg, ty) in enumerate(zip(args, types, strict=False)):
        body = body_of(walk, ty)
        if body is not None:
            found.append(Passed(index, body))
            walk.mention(arg, ty, "argument", is_loose=_is_kept(asked, index))
            continue
        if isinstance(arg, it.Call) and len(arg.args) == 1 and _is_pointer(walk, ty):
            # Box::new(f), where what is wanted is a `dyn Fn`.
            owned = body_of(walk, walk.types.get(id(arg.args[0]), UNKNOWN))
            if owned is not None:
                found.append(Passed(index, owned))
                continue
        if is_called(walk, ty) and not walk.callees.is_stub(walk.place.owner):
            _give_on(walk, holder_of(walk, arg), index, callee)
            if _is_kept(asked, index):
                keep(walk, arg, ty)
    return tuple(found)


def keep(walk: BodyWalk, expr: it.Expr, ty: Ty) -> None:
    """Note that what a parameter holds is kept somewhere; what calls it in a stub is there too."""
    param = holder_of(walk, expr)
    if param >= 0 and is_called(walk, ty) and not walk.callees.is_stub(walk.place.owner):
        generic = isinstance(unreferenced(ty), Param | Opaque)
        walk.flows.append(Flow(walk.place.owner.index, param, is_generic=generic))


def holder_of(walk: BodyWalk, expr: it.Expr) -> int:
    """The parameter that an expression is, by its index; -1 where it is none."""
    while isinstance(expr, it.Ref):
        expr = expr.operand
    if isinstance(expr, it.PathExpr) and len(expr.path.segments) == 1:
        return walk.params.get(expr.path.segments[0].name, -1)
    return -1


def _give_on(walk: BodyWalk, param: int, index: int, callee: Callee) -> None:
    owner = walk.place.owner.index if param >= 0 else -1
    if callee.resolution != "external":
        walk.flows.extend(
            Flow(owner, param, body.owner, index) for body in callee.bodies if body.closure < 0
        )


def _is_kept(asked: Asked, index: int) -> bool:
    """Whether a callable given for a parameter may be called from anywhere, and not just by it.

    What is generic over callables, or lent, the function itself runs, or gives on.
    """
    if index >= len(asked.params):
        return False
    wanted = asked.params[index]
    if isinstance(wanted, Param):
        return not is_callable(asked.bounds.get(wanted.name, ()))
    if isinstance(wanted, Reference):
        return False
    return keeps(substitute(wanted, asked.known))


def _is_pointer(walk: BodyWalk, ty: Ty) -> bool:
    """Whether a type owns one value of another and stands for it: a box, or a counted pointer."""
    return isinstance(ty, Adt) and walk.declared.defmap.defs[ty.def_id].path in _POINTERS
