"""What a path stands for as a value: a function, a constructor, a static, a method of a type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from soundcheck.calls.callees import Callee, Targets
from soundcheck.crates.definitions import VALUES, Def, External, Primitive
from soundcheck.syntax import items as it
from soundcheck.types.found import Method
from soundcheck.types.signatures import Signature
from soundcheck.types.ty import (
    UNKNOWN,
    Adt,
    FnItem,
    FnPtr,
    Foreign,
    Param,
    Prim,
    Projection,
    TraitRef,
    Ty,
    Unknown,
    is_nameless,
    substitute,
)

if TYPE_CHECKING:
    from soundcheck.calls.bodies import BodyWalk


class Value(NamedTuple):
    """What a path stands for as a value.

    ``callee`` and ``signature`` are those of a call of it; a constructor has no callee. ``known``
    is what the generic parameters stand for. ``trait`` is the one whose function it is where the
    path does not tell for which type: the arguments do, or what is expected of the result.
    """

    ty: Ty
    callee: Callee | None = None
    signature: Signature | None = None
    known: Mapping[str, Ty] = {}
    is_constructor: bool = False
    trait: Def | None = None


_NOTHING = Value(UNKNOWN)
# Enums are left to the look-up of their variants.
_TYPES = frozenset({"struct", "union", "type alias"})


def value_of(walk: BodyWalk, path: it.Path) -> Value:
    """What a path stands for as a value, in a body."""
    context = walk.context
    names = path.names
    cfg = walk.place.cfg
    if path.qself is not None:
        return _of_qualified(walk, path)
    if not names:
        return _NOTHING
    if names[0] == "Self" or names[0] in context.generics:
        return _of_own(walk, path)
    targets = walk.callees.lookup(context.scope, path, VALUES, cfg)
    if not targets:
        return Value(UNKNOWN, Callee("unknown", (), "name not found"))
    whole = [target for target, rest in targets if not rest and isinstance(target, Def)]
    if whole:
        return _of_defs(walk, whole, path)
    if len(targets) > 1 and _stands_for_several(targets):
        owner = walk.ty(it.PathType(it.Path(path.segments[:-1], path.is_global)))
        return _of_type(walk, walk.callees.as_built(owner, cfg), path.name, path)
    for target, rest in targets:
        if isinstance(target, External):
            callee = Callee("external", (), "::".join((target.path, *rest)))
            return Value(walk.callees.given_by(callee), callee)
        if isinstance(target, Primitive) and rest:
            return _of_type(walk, Prim(target.name), rest[0], path)
        if isinstance(target, Def) and rest:
            return _behind(walk, target, rest, path)
    return Value(UNKNOWN, Callee("unknown", (), "name not found"))


def _stands_for_several(targets: Targets) -> bool:
    """Whether the type in front of a name is another in each build, and not of one name."""
    owners = [one for one, rest in targets if isinstance(one, Def) and len(rest) == 1]
    outside = [one for one, _ in targets if isinstance(one, External)]
    if not owners or len(owners) + len(outside) < len(targets):
        return False
    if any(one.kind not in _TYPES for one in owners):
        return False
    names = {one.name for one in owners}
    return bool(outside) or len(names) > 1 or owners[0].kind == "type alias"


def _behind(walk: BodyWalk, target: Def, rest: tuple[str, ...], path: it.Path) -> Value:
    """What a type, trait or alias answers for the names behind it."""
    if target.kind == "enum" and len(rest) == 1:
        variants = walk.callees.variants(target, rest[0])
        if variants:
            return _of_defs(walk, variants, path)
    if target.kind == "trait":
        return of_trait(walk, target, UNKNOWN, path)
    index = len(path.segments) - len(rest) - 1
    written = path.segments[index].args if 0 <= index < len(path.segments) else ()
    args = walk.declared.resolve_args(written, walk.context)
    ty = walk.declared.type_of_def(target, args)
    return _of_type(walk, ty, rest[0], path)


def _of_own(walk: BodyWalk, path: it.Path) -> Value:
    """``Self``, ``Self::name`` and ``T::name``."""
    names = path.names
    base: Ty = walk.context.self_type if names[0] == "Self" else Param(names[0])
    if len(names) == 1:
        if isinstance(base, Adt):
            return _of_defs(walk, [walk.declared.defmap.defs[base.def_id]], path, base)
        return _NOTHING
    for name in names[1:-1]:
        trait = walk.declared.trait_with(base, name, walk.context)
        base = walk.methods.normalize(Projection(base, trait, name), walk.bounds)
    if isinstance(base, Adt):
        variants = walk.callees.variants(walk.declared.defmap.defs[base.def_id], names[-1])
        if variants:
            return _of_defs(walk, variants, path, base)
    if isinstance(base, Unknown) and len(names) == 2:
        found = walk.methods.find_in_impl(walk.place.owner.impl, names[1])
        if found:
            return _of_methods(walk, found, path)
    return _of_type(walk, base, names[-1], path)


def _of_qualified(walk: BodyWalk, path: it.Path) -> Value:
    base = walk.ty(path.qself)
    if not path.trait_len:
        return _of_type(walk, base, path.name, path)
    trait = it.Path(path.segments[: path.trait_len], path.is_global)
    reference = walk.declared.resolve_trait(trait, walk.context)
    between = path.names[path.trait_len : -1]
    if between:
        for name in between:
            base = walk.methods.normalize(Projection(base, reference, name), walk.bounds)
        return _of_type(walk, base, path.name, path)
    if reference.def_id < 0:
        return Value(UNKNOWN, Callee("external", (), f"{reference.path}::{path.name}"))
    return of_trait(walk, walk.declared.defmap.defs[reference.def_id], base, path)


def of_trait(walk: BodyWalk, trait: Def, base: Ty, path: it.Path) -> Value:
    """``Trait::name`` and ``<T as Trait>::name``: the impl's, if the type is known."""
    name = path.name
    if not isinstance(base, Unknown | Param):
        found = [
            one
            for one in walk.methods.find(base, name, walk.bounds)
            if one.trait is not None and one.trait.def_id == trait.index
        ]
        if found:
            return _of_methods(walk, found, path)
    declared = walk.declared.associated(trait.index).get(name, ())
    reference = TraitRef(trait.index, trait.path)
    found = [
        Method(one, {"Self": base}, base, is_dispatched=True, trait=reference)
        for one in declared
        if one.kind == "function"
    ]
    if not found:
        return Value(UNKNOWN, Callee("unknown", (), f"no {name} in the trait"))
    value = _of_methods(walk, found, path)
    if isinstance(base, Unknown):
        return value._replace(trait=trait)
    outside = "" if isinstance(base, Param) else walk.callees.outside(base)
    if outside and not is_nameless(base):
        return value._replace(callee=Callee("external", (), f"{outside}::{name}"))
    return value


def _of_type(walk: BodyWalk, ty: Ty, name: str, path: it.Path) -> Value:
    """``Type::name``: a method, a constructor function, a constant."""
    ty = walk.methods.normalize(ty, walk.bounds)
    if isinstance(ty, Foreign):
        return Value(UNKNOWN, Callee("external", (), f"{ty.path}::{name}"))
    found = walk.methods.find_associated(ty, name, walk.bounds, walk.sees)
    if found:
        return _of_methods(walk, found, path)
    constant = walk.methods.find_constant(ty, name)
    if constant is not None:
        return Value(constant)
    outside = walk.callees.outside(ty)
    if outside:
        return Value(UNKNOWN, Callee("external", (), f"{outside}::{name}"))
    if isinstance(ty, Unknown):
        return Value(UNKNOWN, Callee("unknown", (), "the type is not known"))
    return Value(UNKNOWN, Callee("unknown", (), f"no {name} among the methods of the type"))


def _of_methods(walk: BodyWalk, found: list[Method], path: it.Path) -> Value:
    found = walk.callees.of_build(found, walk.place.cfg)
    first = found[0]
    signature = walk.declared.signature_of(first.target)
    known = dict(first.known)
    written = path.segments[-1].args if path.segments else ()
    if written:
        own = walk.declared.resolve_args(written, walk.context)
        known.update(zip(signature.own, own, strict=False))
    callee = walk.callees.of_methods(found, walk.place)
    ty = FnItem(first.target.index, tuple(sorted(known.items(), key=lambda pair: pair[0])))
    return Value(ty, callee, signature, known)


def _of_defs(walk: BodyWalk, targets: list[Def], path: it.Path, base: Ty = UNKNOWN) -> Value:
    first = targets[0]
    if first.kind in ("static", "const"):
        return Value(walk.methods.normalize(walk.declared.value_type(first)))
    written = path.segments[-1].args if path.segments else ()
    args = walk.declared.resolve_args(written, walk.context)
    if first.kind in ("struct", "variant", "enum", "union"):
        return _of_constructor(walk, first, path, base)
    if first.kind != "function":
        return _NOTHING
    signature = walk.declared.signature_of(first)
    known: dict[str, Ty] = dict(zip(signature.own, args, strict=False))
    callee = walk.callees.of_defs(targets)
    ty = FnItem(first.index, tuple(sorted(known.items(), key=lambda pair: pair[0])))
    return Value(ty, callee, signature, known)


def _of_constructor(walk: BodyWalk, target: Def, path: it.Path, base: Ty) -> Value:
    """A tuple struct or variant as a function, a unit one as a value."""
    owner = target.owner if target.kind == "variant" else target.index
    names = walk.declared.generic_names(target)
    known: dict[str, Ty] = {}
    written: tuple[it.Type, ...] = ()
    for segment in path.segments[-2:]:
        written = segment.args or written
    given = walk.declared.resolve_args(written, walk.context)
    if isinstance(base, Adt):
        given = base.args
    known.update(zip(names, given, strict=False))
    result = Adt(owner, tuple([Param(name) for name in names]))
    item = target.item
    form = item.form if isinstance(item, it.Adt | it.Variant) else ""
    if form != "tuple":
        filled = {name: known.get(name, UNKNOWN) for name in names}
        return Value(substitute(result, filled))
    types = walk.declared.fields_of(target)
    params = tuple([types[name] for name in sorted(types, key=int)])
    signature = Signature(params, result, None, dict.fromkeys(names, ()), names)
    return Value(FnPtr(params, result), None, signature, known, is_constructor=True)
