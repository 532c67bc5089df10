"""Values that can be called or awaited: which body that runs, with which types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from soundcheck.calls.callees import Callee
from soundcheck.calls.sites import BodyId
from soundcheck.syntax import items as it
from soundcheck.types.ty import (
    UNIT,
    UNKNOWN,
    Adt,
    ClosureOf,
    Dyn,
    FnItem,
    FnPtr,
    Foreign,
    Opaque,
    Param,
    Reference,
    TraitRef,
    TupleOf,
    Ty,
    substitute,
)

if TYPE_CHECKING:
    from soundcheck.calls.bodies import BodyWalk

CALLABLE = frozenset({"Fn", "FnMut", "FnOnce", "AsyncFn", "AsyncFnMut", "AsyncFnOnce"})


def body_of(walk: BodyWalk, ty: Ty) -> BodyId | None:
    """The body that a value of a type runs when called, as far as the type tells."""
    while isinstance(ty, Reference):
        ty = ty.inner
    if isinstance(ty, ClosureOf):
        return BodyId(walk.place.owner.index, ty.start)
    if isinstance(ty, FnItem) and walk.declared.defmap.defs[ty.def_id].kind == "function":
        return BodyId(ty.def_id)
    if isinstance(ty, Adt) and len(ty.args) == 1 and isinstance(ty.args[0], ClosureOf | FnItem):
        # Box::new(|| …), Arc::new(async { … }): the pointer is as good as what it owns.
        return body_of(walk, ty.args[0])
    if isinstance(ty, Opaque) and ty.body >= 0:
        item = walk.declared.defmap.defs[ty.body].item
        # What an async function gives back runs its body.
        return BodyId(ty.body) if isinstance(item, it.Function) and item.is_async else None
    return None


def called_types(walk: BodyWalk, ty: Ty) -> tuple[tuple[Ty, ...], Ty]:
    """The parameters and the result of a call of a value."""
    for step in walk.methods.steps(ty):
        match step:
            case FnPtr() | ClosureOf():
                return step.params, step.ret
            case FnItem():
                signature = walk.declared.signature_of(walk.declared.defmap.defs[step.def_id])
                known = dict(step.args)
                params = tuple([substitute(one, known) for one in signature.params])
                return params, substitute(signature.ret, known)
            case Param():
                return _callable(walk.bounds.get(step.name, ()))
            case Dyn() | Opaque():
                return _callable(step.bounds)
    return (), UNKNOWN


def awaited(walk: BodyWalk, ty: Ty) -> tuple[Callee, Ty]:
    """What runs when a future of a type is awaited, and what that gives."""
    for step in walk.methods.steps(ty):
        if isinstance(step, ClosureOf):
            body = BodyId(walk.place.owner.index, step.start)
            return Callee("exact", (body,), ""), step.ret
        if isinstance(step, Opaque):
            bindings = [pair for bound in step.bounds for pair in bound.bindings]
            result = next((one for name, one in bindings if name == "Output"), UNKNOWN)
            if step.body >= 0:
                return Callee("exact", (BodyId(step.body),), ""), result
            return Callee("unknown", (), "a future of an opaque type"), result
    for name in ("poll", "into_future"):
        found = walk.methods.find_associated(ty, name, walk.bounds)
        if found:
            output = walk.methods.project(ty, None, "Output", walk.bounds)
            callee = walk.callees.of_methods(found, walk.place)
            return callee, UNKNOWN if output is None else output
    return Callee("unknown", (), "the type of the future is not known"), UNKNOWN


def shape_of(wanted: Ty, bounds: Mapping[str, tuple[TraitRef, ...]]) -> tuple[tuple[Ty, ...], Ty]:
    """The parameters and result that a parameter's type wants of a callable."""
    while isinstance(wanted, Reference) or (
        isinstance(wanted, Adt | Foreign) and len(wanted.args) >= 1
    ):
        wanted = wanted.inner if isinstance(wanted, Reference) else wanted.args[0]
    if isinstance(wanted, FnPtr):
        return wanted.params, wanted.ret
    traits: tuple[TraitRef, ...] = ()
    if isinstance(wanted, Param):
        traits = bounds.get(wanted.name, ())
    elif isinstance(wanted, Dyn | Opaque):
        traits = wanted.bounds
    return _callable(traits)


def _callable(bounds: Iterable[TraitRef]) -> tuple[tuple[Ty, ...], Ty]:
    for bound in bounds:
        if bound.path.rpartition("::")[2] in CALLABLE and bound.args:
            params = bound.args[0]
            ret = bound.bindings[0][1] if bound.bindings else UNIT
            return (params.parts if isinstance(params, TupleOf) else ()), ret
    return (), UNKNOWN
