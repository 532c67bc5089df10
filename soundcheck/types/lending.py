"""What a generic type has of its parameter, and how its safe methods hand that out.

A type that holds a ``T`` in a field owns it; one that only names it (``PhantomData``, a function
pointer) does not, and of one that points at it nobody knows without looking at its methods.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator

import msgspec

from soundcheck.crates.definitions import Def
from soundcheck.syntax import items as it
from soundcheck.types.methods import Bounds, Methods
from soundcheck.types.ty import (
    Adt,
    ArrayOf,
    Dyn,
    FnPtr,
    Foreign,
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

_PHANTOM = "core::marker::PhantomData"
# It holds what it is given, and the stub has no field for it since it drops nothing.
_KEEPER = "core::mem::ManuallyDrop"
# What these hold is in the hand of whoever holds them.
_TRANSPARENT = frozenset(
    {
        "alloc::boxed::Box",
        "alloc::vec::Vec",
        "core::option::Option",
        "core::pin::Pin",
        "core::result::Result",
        "core::task::Poll",
    }
)
_REFUSING = frozenset({"core::option::Option", "core::result::Result"})
# Types nest as deep as people write them; what is deeper is generated or feeds itself.
_DEEPEST = 8


class Role(enum.Enum):
    """What a type has of a parameter."""

    OWNED = "owned"
    POINTED = "pointed"
    NAMED = "named"


class Way(enum.Enum):
    """How a method deals in a ``T``.

    ``SHARED`` lends a ``&T``, ``UNIQUE`` a ``&mut T``, be it by a guard; ``VALUE`` moves one out,
    ``COPY`` gives out a copy, ``TAKES`` moves one in. ``GUARD`` lends it by something that stands
    for it, or to who shows a token: whether two may see it at once, the signature does not tell.
    """

    SHARED = "shared"
    UNIQUE = "unique"
    VALUE = "value"
    COPY = "copy"
    TAKES = "takes"
    GUARD = "guard"


class Access(msgspec.Struct, frozen=True, gc=False):
    """One way to a ``T``: the method, what the type's parameter is called there, and its bounds.

    ``is_sure`` is false where the method may refuse: it returns an ``Option`` or ``Result``.
    """

    way: Way
    method: Def
    name: str
    bounds: Bounds
    is_sure: bool


def roles(methods: Methods, ty: Ty, name: str, depth: int = 0) -> frozenset[Role]:
    """What a type has of the parameter called ``name``."""
    if depth > _DEEPEST:
        return frozenset()
    match ty:
        case Param():
            return frozenset({Role.OWNED}) if ty.name == name else frozenset()
        case Pointer():
            inner = roles(methods, ty.inner, name, depth + 1)
            return frozenset({Role.POINTED}) if inner else frozenset()
        case Reference() | Slice() | ArrayOf():
            return roles(methods, ty.inner, name, depth + 1)
        case TupleOf():
            return _any_of(methods, ty.parts, name, depth)
        case Adt():
            return _roles_in(methods, ty, name, depth)
        case Foreign():
            # What it does with what it is given, nobody has told.
            found = _any_of(methods, ty.args, name, depth)
            return frozenset({Role.POINTED}) if found else frozenset()
        case _:
            return frozenset({Role.NAMED}) if mentions(ty, name) else frozenset()


def _any_of(methods: Methods, types: tuple[Ty, ...], name: str, depth: int) -> frozenset[Role]:
    return frozenset(role for one in types for role in roles(methods, one, name, depth + 1))


def _roles_in(methods: Methods, ty: Adt, name: str, depth: int) -> frozenset[Role]:
    if not any(mentions(arg, name) for arg in ty.args):
        return frozenset()
    target = methods.defs[ty.def_id]
    if target.path == _KEEPER:
        return _any_of(methods, ty.args, name, depth)
    names = methods.declared.generic_names(target)
    found: set[Role] = set()
    for _, field in fields_of(methods, target):
        for own, arg in zip(names, ty.args, strict=False):
            here = roles(methods, arg, name, depth + 1)
            if here:
                inside = roles(methods, field, own, depth + 1)
                found |= {Role.POINTED} if here == {Role.POINTED} and inside else inside
    return frozenset(found or {Role.NAMED})


def fields_of(methods: Methods, target: Def) -> Iterator[tuple[it.FieldDef, Ty]]:
    """The fields of a struct, or of all variants of an enum, with their declared types."""
    parts = [target]
    if target.kind == "enum":
        members = methods.declared.associated(target.index)
        parts = [one for some in members.values() for one in some if one.kind == "variant"]
    context = methods.declared.context_of(target)
    for part in parts:
        types = methods.declared.fields_of(part)
        fields = part.item.fields if isinstance(part.item, it.Adt | it.Variant) else ()
        for field in fields:
            # Two builds may have a field of one name, of a type each.
            is_twin = field.cfg is not None and len(types) < len(fields)
            own = methods.declared.resolve(field.type, context) if is_twin else types[field.name]
            yield field, own


def mentions(ty: Ty, name: str, depth: int = 0) -> bool:
    """Whether a parameter occurs in a type."""
    if depth > _DEEPEST:
        return False
    match ty:
        case Param():
            return ty.name == name
        case Pointer() | Reference() | Slice() | ArrayOf():
            return mentions(ty.inner, name, depth + 1)
        case TupleOf():
            return any(mentions(part, name, depth + 1) for part in ty.parts)
        case Adt() | Foreign():
            return any(mentions(arg, name, depth + 1) for arg in ty.args)
        case FnPtr():
            return any(mentions(part, name, depth + 1) for part in (*ty.params, ty.ret))
        case Projection():
            return mentions(ty.base, name, depth + 1)
        case Dyn() | Opaque():
            return any(_is_in_bound(bound, name, depth) for bound in ty.bounds)
        case _:
            return False


def _is_in_bound(bound: TraitRef, name: str, depth: int) -> bool:
    types = (*bound.args, *(ty for _, ty in bound.bindings))
    return any(mentions(ty, name, depth + 1) for ty in types)


def accesses(methods: Methods, owner: Def, position: int, receivers: str) -> list[Access]:
    """The ways to a type's parameter by its safe methods, in order of place.

    ``position`` counts the type and const parameters from 0. ``receivers`` is ``shared`` for
    methods on ``&self``, or ``any``.
    """
    found: list[Access] = []
    places = parameters(owner).values()
    for impl in methods.declared.defmap.impls.of_type.get(owner.index, ()):
        header = methods.declared.header_of(impl.index)
        ty = header.self_type
        if not isinstance(ty, Adt) or ty.def_id != owner.index or position >= len(ty.args):
            continue
        param = ty.args[position]
        # What a type can do when its other arguments are certain ones is another matter.
        if not isinstance(param, Param) or not all(isinstance(ty.args[at], Param) for at in places):
            continue
        for members in impl.members.values():
            for method in members:
                if _is_safe_method(method, receivers):
                    signature = methods.declared.signature_of(method)
                    is_sure = not _may_refuse(methods, signature.ret)
                    found += [
                        Access(way, method, param.name, signature.bounds, is_sure)
                        for way in _ways(methods, owner, method, param.name)
                    ]
    return sorted(found, key=lambda one: (one.method.file, one.method.start, one.way.value))


def _may_refuse(methods: Methods, ty: Ty) -> bool:
    return isinstance(ty, Adt) and methods.defs[ty.def_id].path in _REFUSING


def _is_safe_method(method: Def, receivers: str) -> bool:
    func = method.item
    if not isinstance(func, it.Function) or func.is_unsafe or not func.receiver:
        return False
    return receivers == "any" or func.receiver == "&self"


def _ways(methods: Methods, owner: Def, method: Def, name: str) -> set[Way]:
    signature = methods.declared.signature_of(method)
    bounds = signature.bounds
    found = set(_handed_out(methods, owner, signature.ret, name, bounds))
    func = method.item
    is_shared = isinstance(func, it.Function) and func.receiver == "&self"
    if is_shared and any(name in held_in(methods, ty, bounds) for ty in signature.params):
        # What it cannot take, it gives back.
        found = found - {Way.VALUE} | {Way.TAKES}
    if Way.SHARED in found and any(_is_token(ty) for ty in signature.params):
        found = found - {Way.SHARED} | {Way.GUARD}
    callables = [bound for own in signature.own for bound in bounds.get(own, ())]
    for ty in signature.params:
        inner = ty.inner if isinstance(ty, Reference) else ty
        if isinstance(inner, Opaque | Dyn):
            callables += inner.bounds
    for bound in callables:
        found |= _handed_to_closure(methods, owner, bound, name, bounds)
    return found


def _is_token(ty: Ty) -> bool:
    """Whether a parameter may be the proof that a value is for the caller alone."""
    while isinstance(ty, Reference):
        ty = ty.inner
    return isinstance(ty, Adt | Foreign | Dyn | Opaque | Unknown)


def _handed_out(
    methods: Methods, owner: Def, ty: Ty, name: str, bounds: Bounds, depth: int = 0
) -> Iterator[Way]:
    """The ways in which a returned type hands out a parameter."""
    ty = methods.normalize(ty, bounds)
    if depth > _DEEPEST or not mentions(ty, name):
        return
    match ty:
        case Param():
            yield Way.COPY if _is_copied(bounds, name) else Way.VALUE
        case Reference():
            inner = methods.normalize(ty.inner, bounds)
            if isinstance(inner, Slice | ArrayOf):
                inner = inner.inner
            if isinstance(inner, Param):
                if inner.name == name:
                    yield Way.UNIQUE if ty.is_mut else Way.SHARED
            elif mentions(inner, name) and not (
                isinstance(inner, Adt) and inner.def_id == owner.index
            ):
                yield Way.GUARD
        case Slice() | ArrayOf():
            yield from _handed_out(methods, owner, ty.inner, name, bounds, depth + 1)
        case TupleOf():
            for part in ty.parts:
                yield from _handed_out(methods, owner, part, name, bounds, depth + 1)
        case Adt():
            target = methods.defs[ty.def_id]
            if target.path in _TRANSPARENT:
                for arg in ty.args:
                    yield from _handed_out(methods, owner, arg, name, bounds, depth + 1)
            elif ty.def_id != owner.index:
                yield from _lent_by_guard(methods, ty, target, name)
        case Foreign() | Opaque() | Dyn():
            yield Way.GUARD


def _lent_by_guard(methods: Methods, ty: Adt, guard: Def, name: str) -> Iterator[Way]:
    """How a value that stands for another gives it out: a guard, an iterator, a view."""
    lent = derefs_to(methods, guard)
    if not lent:
        if Role.OWNED in roles(methods, ty, name):
            yield Way.GUARD
        return
    position = parameters(guard).get(lent, -1)
    if 0 <= position < len(ty.args) and mentions(ty.args[position], name):
        yield Way.UNIQUE if derefs_mutably(methods, guard) else Way.GUARD


def _handed_to_closure(
    methods: Methods, owner: Def, bound: TraitRef, name: str, bounds: Bounds
) -> set[Way]:
    if not bound.path.rpartition("::")[2].startswith("Fn") or not bound.args:
        return set()
    given = set(_handed_out(methods, owner, bound.args[0], name, bounds))
    # It sees the value while the method runs, under whatever the method holds meanwhile.
    return {Way.GUARD if one is Way.SHARED else one for one in given}


def held_in(methods: Methods, ty: Ty, bounds: Bounds, depth: int = 0) -> frozenset[str]:
    """The parameters that a value of a type holds in plain sight: by value, in an ``Option``."""
    ty = methods.normalize(ty, bounds)
    if depth > _DEEPEST:
        return frozenset()
    match ty:
        case Param():
            return frozenset({ty.name})
        case TupleOf():
            parts: tuple[Ty, ...] = ty.parts
        case Adt() if methods.defs[ty.def_id].path in _TRANSPARENT:
            parts = ty.args
        case ArrayOf():
            parts = (ty.inner,)
        case _:
            return frozenset()
    return frozenset(one for part in parts for one in held_in(methods, part, bounds, depth + 1))


def _is_copied(bounds: Bounds, name: str) -> bool:
    return any(bound.path.rpartition("::")[2] == "Copy" for bound in bounds.get(name, ()))


def derefs_to(methods: Methods, owner: Def) -> str:
    """The parameter that a type dereferences to, by its name in the type; empty for none."""
    names = methods.declared.generic_names(owner)
    ty = Adt(owner.index, tuple(Param(name) for name in names))
    target = methods.dereference(ty)
    return target.name if isinstance(target, Param) and target.name in names else ""


def derefs_mutably(methods: Methods, owner: Def) -> bool:
    """Whether a type implements ``DerefMut``."""
    for index in methods.impls_by_head.get(("adt", owner.index), ()):
        trait = methods.declared.header_of(index).trait
        if trait is not None and trait.path.rpartition("::")[2] == "DerefMut":
            return True
    return False


def parameters(owner: Def) -> dict[str, int]:
    """The type parameters of a type, by name, and their positions among types and constants."""
    item = owner.item
    if not isinstance(item, it.Adt):
        return {}
    kinds = [param for param in item.generics.params if param.kind != "lifetime"]
    return {param.name: at for at, param in enumerate(kinds) if param.kind == "type"}


def has_lifetime(owner: Def) -> bool:
    """Whether a type is generic over a lifetime, as what stands for something else is."""
    item = owner.item
    return isinstance(item, it.Adt) and any(one.kind == "lifetime" for one in item.generics.params)


def as_declared(methods: Methods, owner: Def, ty: Adt, field: Ty) -> Ty:
    """The type of a field of ``owner`` where that is written as ``ty``."""
    return substitute(
        field, dict(zip(methods.declared.generic_names(owner), ty.args, strict=False))
    )
