"""What a library's generic code calls back, and drops: methods of the types it is called with.

A stub's body tells which; what its parameters stand for, only a call in the workspace does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from soundcheck.calls.callees import Callee, Callees
from soundcheck.calls.sites import BodyId
from soundcheck.crates.definitions import Def
from soundcheck.syntax import items as it
from soundcheck.types.found import Method
from soundcheck.types.ty import (
    UNKNOWN,
    Adt,
    ArrayOf,
    Dyn,
    Opaque,
    Param,
    Pointer,
    Projection,
    Reference,
    Slice,
    TraitRef,
    TupleOf,
    Ty,
    Unknown,
    substitute,
)

if TYPE_CHECKING:
    from soundcheck.calls.bodies import BodyWalk

# Libraries call each other no deeper than this before they call back.
_DEEPEST = 6
# What runs the drop glue of its parameter, `T`.
_DROPPERS = frozenset({"core::mem::drop", "core::ptr::drop_in_place"})
_OWN_CRATES = frozenset({"core", "alloc", "std"})


class Inner(NamedTuple):
    """A call in a stub's generic body: of what, and what its parameters stand for there.

    ``open`` are the names of the body's own parameters in that.
    """

    target: Def
    known: Mapping[str, Ty]
    open: frozenset[str]


class _Found(NamedTuple):
    """What is called back, by what runs, and what is dropped; ``seen`` is what was looked at."""

    calls: dict[tuple[BodyId, ...], tuple[str, Callee]]
    dropped: dict[Ty, None]
    seen: set[tuple[int, tuple[tuple[str, Ty], ...]]]


def call_back(walk: BodyWalk, target: Def, known: Mapping[str, Ty], start: int, end: int) -> None:
    """Note what a call of a library's function makes it call in the workspace."""
    callees = walk.callees
    if not callees.is_stub(target):
        return
    if callees.is_stub(walk.place.owner):
        names = frozenset(name for ty in known.values() for name in _parameters(ty))
        if names:
            walk.inner.append(Inner(target, dict(known), names))
        return
    is_drop = target.path in _DROPPERS
    if not is_drop and (not _may_matter(callees, known) or not _inner(walk, target)):
        return
    found = _Found({}, {}, set())
    if is_drop:
        _drop(found, known)
    else:
        _collect(walk, target, known, found, 0)
    for name, callee in found.calls.values():
        walk.note("callback", start, end, name, callee)
    for ty in found.dropped:
        walk.dropped(ty, end, start=start)


def _inner(walk: BodyWalk, target: Def) -> tuple[Inner, ...]:
    """The calls in a stub's body that depend on what its parameters stand for."""
    known = walk.callees.inner
    found = known.get(target.index)
    if found is None:
        item = target.item
        has_body = isinstance(item, it.Function) and item.body is not None
        found = known[target.index] = tuple(walk.another(target).inner) if has_body else ()
    return found


def _collect(
    walk: BodyWalk,
    target: Def,
    known: Mapping[str, Ty],
    found: _Found,
    depth: int,
) -> None:
    key = (target.index, tuple(sorted(known.items(), key=lambda pair: pair[0])))
    if depth > _DEEPEST or key in found.seen:
        return
    found.seen.add(key)
    for inner in _inner(walk, target):
        full = {**dict.fromkeys(inner.open, UNKNOWN), **known}
        given = {
            name: walk.methods.normalize(substitute(ty, full), walk.bounds)
            for name, ty in inner.known.items()
        }
        if not _may_matter(walk.callees, given):
            continue
        if inner.target.path in _DROPPERS:
            _drop(found, given)
            continue
        if not _is_trait(walk.callees, inner.target.owner):
            _collect(walk, inner.target, given, found, depth + 1)
            continue
        methods = _implemented(walk, inner.target, given.get("Self", UNKNOWN))
        if not methods:
            continue
        callee = walk.callees.of_methods(methods, walk.place)
        if callee.resolution in ("exact", "candidates"):
            found.calls.setdefault(callee.bodies, (inner.target.name, callee))
        for method in methods:
            if walk.callees.is_stub(method.target):
                more = {**given, **method.known}
                _collect(walk, method.target, more, found, depth + 1)


def _drop(found: _Found, known: Mapping[str, Ty]) -> None:
    ty = known.get("T", UNKNOWN)
    while isinstance(ty, Slice):
        ty = ty.inner
    found.dropped[ty] = None


def _implemented(walk: BodyWalk, declared: Def, ty: Ty) -> list[Method]:
    """What a type has for a trait's method; of one that is not known, what the impls have.

    Nothing where any type of the workspace is as likely as another.
    """
    if isinstance(ty, Param | Opaque | Projection | Unknown):
        if declared.path.partition("::")[0] in _OWN_CRATES:
            # Everybody is cloned, compared and iterated over.
            return []
        if isinstance(ty, Unknown):
            trait = TraitRef(declared.owner, declared.path.rpartition("::")[0])
            return [Method(declared, {"Self": ty}, ty, is_dispatched=True, trait=trait)]
    elif not _is_ours(walk.callees, ty):
        return []
    return [
        one
        for one in walk.methods.find_associated(ty, declared.name, walk.bounds)
        if one.trait is not None and one.trait.def_id == declared.owner
    ]


def _may_matter(callees: Callees, known: Mapping[str, Ty]) -> bool:
    return any(isinstance(ty, Unknown) or _is_ours(callees, ty) for ty in known.values())


def _is_trait(callees: Callees, owner: int) -> bool:
    return owner >= 0 and callees.defmap.defs[owner].kind == "trait"


def _is_ours(callees: Callees, ty: Ty) -> bool:
    """Whether a type may have methods in the workspace."""
    match ty:
        case Adt():
            known = callees.ours.get(ty)
            if known is None:
                known = callees.ours[ty] = (
                    not callees.is_stub(callees.defmap.defs[ty.def_id])
                    or any(_is_ours(callees, one) for one in ty.args)
                    or any(_is_ours(callees, one) for _, one in ty.meanings)
                )
            return known
        case Reference() | Pointer() | Slice() | ArrayOf():
            return _is_ours(callees, ty.inner)
        case TupleOf():
            return any(_is_ours(callees, one) for one in ty.parts)
        case Dyn() | Opaque() | Param() | Projection():
            return True
        case _:
            return False


def _parameters(ty: Ty) -> Iterator[str]:
    """The names of the generic parameters in a type."""
    parts: Iterable[Ty] = ()
    match ty:
        case Param():
            yield ty.name
        case Adt():
            parts = ty.args
        case Reference() | Pointer() | Slice() | ArrayOf():
            parts = (ty.inner,)
        case TupleOf():
            parts = ty.parts
        case Projection():
            parts = (ty.base,)
    for part in parts:
        yield from _parameters(part)
