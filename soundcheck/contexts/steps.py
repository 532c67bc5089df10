"""What a step tells of where it leads: how much of a guess that is, and what it runs later."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from soundcheck.calls.linking import World
from soundcheck.calls.sites import TAKEN_OUT, BodyId
from soundcheck.contexts.flows import Event
from soundcheck.crates.definitions import Def
from soundcheck.syntax import items as it
from soundcheck.types.ty import NEVER, Adt, Dyn, Foreign, Opaque, Param, Ty


def guess(event: Event, *, sure: bool) -> int:
    """How much of a guess a step is: who drops what others own too, need not be the last."""
    site = event.site
    if site is None or site.kind != "drop":
        return int(not sure)
    return 2 if site.reason == TAKEN_OUT else 2 + (not sure)


def asks(event: Event) -> bool:
    """Whether what is called does something else where it must not sleep: we know not what."""
    return any(one.does == "asks" for one in event.meaning.effects)


def futures_among(defs: Sequence[Def], bodies: Iterable[BodyId]) -> frozenset[BodyId]:
    """The async functions among some bodies."""
    items = ((body, defs[body.owner].item) for body in bodies if body.closure < 0)
    return frozenset(
        body for body, item in items if isinstance(item, it.Function) and item.is_async
    )


def gives_future(world: World, body: BodyId) -> bool:
    """Whether a function gives a future away, which others run: ``Pin<Box<dyn Future>>``."""
    target = world.defmap.defs[body.owner]
    if body.closure >= 0 or not isinstance(target.item, it.Function) or target.item.is_async:
        return False
    ty: Ty = world.methods.declared.signature_of(target).ret
    while isinstance(ty, Adt | Foreign) and ty.args:
        ty = ty.args[0]
    return isinstance(ty, Dyn | Opaque) and any(one.path.endswith("::Future") for one in ty.bounds)


def endless_among(world: World, bodies: Iterable[BodyId]) -> frozenset[BodyId]:
    """The functions among some bodies that never return."""
    declared, defs = world.methods.declared, world.defmap.defs
    aliases = {
        target.name
        for target in defs
        if isinstance(target.item, it.TypeAlias) and isinstance(target.item.type, it.NeverType)
    }
    return frozenset(
        body
        for body in bodies
        if body.closure < 0
        and _may_be_endless(defs[body.owner], aliases)
        and declared.signature_of(defs[body.owner]).ret == NEVER
    )


def _may_be_endless(target: Def, aliases: Collection[str]) -> bool:
    """Whether a function's result is written as ``!``, or by the name of such a type."""
    ret = target.item.ret if isinstance(target.item, it.Function) else None
    if isinstance(ret, it.PathType):
        return ret.path.name in aliases
    return isinstance(ret, it.NeverType)


def is_awaited(world: World, callees: Sequence[BodyId], index: int) -> bool:
    """Whether what functions are given is a future for them, to be run till it is done."""
    for callee in callees:
        signature = world.methods.declared.signature_of(world.defmap.defs[callee.owner])
        ty = signature.params[index] if index < len(signature.params) else None
        bounds = signature.bounds.get(ty.name, ()) if isinstance(ty, Param) else ()
        if isinstance(ty, Opaque):
            bounds = ty.bounds
        if any(bound.path.endswith("::Future") for bound in bounds):
            return True
    return False
