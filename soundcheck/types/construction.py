"""How values of a type come into being: whether safe code may make one of whatever it likes."""

from __future__ import annotations

from collections.abc import Iterator

from soundcheck.crates.definitions import Def
from soundcheck.syntax import items as it
from soundcheck.types.auto_traits import AutoTraits, Verdict
from soundcheck.types.heads import derived_traits
from soundcheck.types.lending import held_in
from soundcheck.types.methods import Bounds, Methods
from soundcheck.types.ty import (
    Adt,
    ArrayOf,
    Foreign,
    Opaque,
    Param,
    Reference,
    Slice,
    TupleOf,
    Ty,
)

# Constructors return a type bare, or in one or two others: `Option<Arc<Self>>`.
_DEEPEST = 4


def is_made_freely(
    methods: Methods, autos: AutoTraits, owner: Def, position: int, traits: tuple[str, ...]
) -> bool:
    """Whether safe code may make an ``owner`` of a ``T`` that has none of the traits.

    ``position`` is that of ``T`` among the type and const parameters. Where a type is made by
    literals in its own module alone, what they are given is that module's care.
    """
    if _has_open_fields(owner):
        return True
    for maker in makers(methods, owner):
        for made, bounds in _made_by(methods, maker, owner):
            arg = made.args[position] if position < len(made.args) else None
            if not isinstance(arg, Param):
                continue
            if all(autos.bound(trait, arg.name, bounds) is Verdict.NO for trait in traits):
                return True
    return False


def is_filled(methods: Methods, owner: Def, position: int) -> bool:
    """Whether an ``owner`` gets a ``T`` that somebody has: not so where it makes its own."""
    if _has_open_fields(owner):
        return True
    for impl in methods.declared.defmap.impls.of_type.get(owner.index, ()):
        ty = methods.declared.header_of(impl.index).self_type
        arg = ty.args[position] if isinstance(ty, Adt) and position < len(ty.args) else None
        for member in (one for some in impl.members.values() for one in some):
            if isinstance(arg, Param) and _takes(methods, member, arg.name):
                return True
    return any(_takes(methods, maker, "") for maker in makers(methods, owner) if maker.impl < 0)


def is_given(methods: Methods, owner: Def, position: int) -> bool:
    """Whether an ``owner`` is made of a ``T``, which may then be another thread's than it."""
    if _has_open_fields(owner):
        return True
    for maker in makers(methods, owner):
        for made, _ in _made_by(methods, maker, owner):
            arg = made.args[position] if position < len(made.args) else None
            if isinstance(arg, Param) and _takes(methods, maker, arg.name):
                return True
    return False


def _takes(methods: Methods, func: Def, name: str) -> bool:
    """Whether a safe function takes a value of a parameter, of any if no ``name`` is given."""
    item = func.item
    if not isinstance(item, it.Function) or item.is_unsafe:
        return False
    signature = methods.declared.signature_of(func)
    held = (held_in(methods, ty, signature.bounds) for ty in signature.params)
    return any(name in one if name else bool(one) for one in held)


def is_made_safely(methods: Methods, owner: Def) -> bool:
    """Whether code outside the type's module may make one without ``unsafe``."""
    if _has_open_fields(owner) or "Default" in derived_traits(owner):
        return True
    return any(True for _ in makers(methods, owner))


def makers(methods: Methods, owner: Def) -> Iterator[Def]:
    """The safe functions and constants that make a type from something else."""
    crate = _crate_of(methods, owner)
    for target in methods.defs:
        item = target.item
        if not target.is_primary or not isinstance(item, it.Function | it.Static):
            continue
        is_own = target.impl >= 0 and _is_of(methods, target, owner)
        if not is_own and _crate_of(methods, target) != crate:
            continue
        if isinstance(item, it.Static):
            made = item.type if item.kind == "const" else None
        elif item.is_unsafe or (is_own and item.receiver):
            continue
        else:
            made = item.ret
        names = {owner.name, "Self"} if is_own else {owner.name}
        if made is not None and names & set(names_in(made)):
            yield target


def _made_by(methods: Methods, maker: Def, owner: Def) -> Iterator[tuple[Adt, Bounds]]:
    if isinstance(maker.item, it.Function):
        signature = methods.declared.signature_of(maker)
        ret, bounds = signature.ret, signature.bounds
    else:
        ret = methods.declared.value_type(maker)
        bounds = methods.declared.context_of(maker).bounds
    for made in _inside(methods.normalize(ret, bounds), 0):
        if made.def_id == owner.index:
            yield made, bounds


def _inside(ty: Ty, depth: int) -> Iterator[Adt]:
    if depth > _DEEPEST:
        return
    parts: tuple[Ty, ...] = ()
    match ty:
        case Adt():
            yield ty
            parts = ty.args
        case Foreign():
            parts = ty.args
        case TupleOf():
            parts = ty.parts
        case Reference() | Slice() | ArrayOf():
            parts = (ty.inner,)
        case Opaque():
            parts = tuple(made for bound in ty.bounds for _, made in bound.bindings)
    for part in parts:
        yield from _inside(part, depth + 1)


def _has_open_fields(owner: Def) -> bool:
    """Whether a literal of a type may stand outside its module: all its fields are seen there."""
    item = owner.item
    if not isinstance(item, it.Adt):
        return False
    if item.kind == "enum":
        return owner.visibility != owner.module
    return bool(item.fields) and all(field.visibility not in ("", "self") for field in item.fields)


def _crate_of(methods: Methods, target: Def) -> int:
    return methods.declared.defmap.forest.modules[target.module].crate


def _is_of(methods: Methods, member: Def, owner: Def) -> bool:
    return owner.index in methods.declared.defmap.impls.all[member.impl].types


def names_in(ty: it.Type) -> Iterator[str]:
    """The names that are written in a type, however deep."""
    match ty:
        case it.PathType():
            if ty.path.qself is not None:
                yield from names_in(ty.path.qself)
            for segment in ty.path.segments:
                yield segment.name
                for arg in (*segment.args, *(bound for _, bound in segment.bindings)):
                    yield from names_in(arg)
        case it.RefType() | it.PtrType() | it.SliceType() | it.ArrayType():
            yield from names_in(ty.inner)
        case it.TupleType():
            for part in ty.parts:
                yield from names_in(part)
        case it.ImplType() | it.DynType():
            for bound in ty.bounds:
                yield from names_in(bound)
