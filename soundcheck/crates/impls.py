"""Impls: of which type and trait each is, and which methods of the workspace have a name."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from soundcheck.crates.collection import ImplSeed
from soundcheck.crates.definitions import (
    TYPES,
    Candidate,
    Def,
    External,
    Primitive,
    Resolution,
    Target,
)
from soundcheck.crates.outline import type_name
from soundcheck.crates.paths import resolve_path
from soundcheck.crates.search import Search
from soundcheck.finding import Gap
from soundcheck.source import Span
from soundcheck.syntax import items as it
from soundcheck.syntax.cfg import Cfg

Key = int | str
"""What impls are found by: the index of a definition, or the name of what has none.

Names outside the workspace go by their path and primitive types by their name; types without a
name go by a sign: ``&``, ``&mut``, ``*const``, ``*mut``, ``[]``, ``[;]``, ``()``, ``fn``, ``!``.
A generic parameter, whose impl is a blanket one, is ``BLANKET``; ``UNKNOWN`` is what is not known.
"""

BLANKET = "*"
UNKNOWN = "?"

# Longer chains of aliases lead in a circle.
_LONGEST_CHAIN = 8


class ImplDef(msgspec.Struct, frozen=True, gc=False, eq=False):
    """One impl.

    ``index`` is its place in ``Impls.all``. ``types`` are the keys of its self type, several
    where that differs between configurations; ``traits`` those of its trait, none for an inherent
    impl. ``path`` is the full name that its members stand under. ``is_dyn`` tells that the type is
    a trait object, whose key is the trait's. ``scope`` is
    where the names in it are looked up, ``members`` what it defines, by name.
    """

    index: int
    item: it.Impl
    module: int
    scope: int
    cfg: Cfg | None
    file: str
    path: str
    is_primary: bool
    types: tuple[Key, ...]
    traits: tuple[Key, ...]
    is_dyn: bool
    members: Mapping[str, tuple[Def, ...]]

    @property
    def is_inherent(self) -> bool:
        """Whether it implements no trait."""
        return self.item.trait is None


class Impls(msgspec.Struct, frozen=True, gc=False):
    """All impls, and those of each type and trait; every list is in order of collection.

    ``methods`` holds every associated function of the workspace by its name, those of traits too.
    The lists leave out what is not primary: the same code read once more for another crate.
    """

    all: tuple[ImplDef, ...]
    of_type: Mapping[Key, tuple[ImplDef, ...]]
    inherent: Mapping[Key, tuple[ImplDef, ...]]
    of_trait: Mapping[Key, tuple[ImplDef, ...]]
    blanket: tuple[ImplDef, ...]
    methods: Mapping[str, tuple[Def, ...]]


def index_impls(search: Search, seeds: Sequence[ImplSeed], defs: Sequence[Def]) -> Impls:
    """Resolve the heads of all impls, and index them."""
    made = [_impl(search, index, seed) for index, seed in enumerate(seeds)]
    primary = [one for one in made if one.is_primary]
    of_type: dict[Key, list[ImplDef]] = {}
    inherent: dict[Key, list[ImplDef]] = {}
    of_trait: dict[Key, list[ImplDef]] = {}
    for one in primary:
        for key in one.types:
            of_type.setdefault(key, []).append(one)
            if one.is_inherent:
                inherent.setdefault(key, []).append(one)
        for key in one.traits:
            of_trait.setdefault(key, []).append(one)
    methods: dict[str, list[Def]] = {}
    for own in defs:
        if own.kind == "function" and own.is_primary and own.is_associated:
            methods.setdefault(own.name, []).append(own)
    return Impls(
        all=tuple(made),
        of_type=_frozen(of_type),
        inherent=_frozen(inherent),
        of_trait=_frozen(of_trait),
        blanket=tuple(of_type.get(BLANKET, ())),
        methods={name: tuple(found) for name, found in methods.items()},
    )


def unresolved_impls(impls: Impls, trees: Mapping[str, it.ItemTree]) -> Iterator[Gap]:
    """A gap for every impl whose type or trait is not known, in order of collection.

    One that a macro makes again and again is told once.
    """
    told: set[tuple[str, int]] = set()
    for one in impls.all:
        item = one.item
        if not one.is_primary or UNKNOWN not in (*one.types, *one.traits):
            continue
        if (one.file, item.start) in told:
            continue
        told.add((one.file, item.start))
        trait = "" if item.trait is None else f"{'::'.join(item.trait.names)} for "
        what = f"`impl {trait}{type_name(item.self_type)}`: its "
        what += "type is not known" if UNKNOWN in one.types else "trait is not known"
        at = Span(one.file, trees[one.file].line_of(item.start), item.start, item.end)
        yield Gap("unresolved-impl", what, at, one.path)


def _frozen(lists: Mapping[Key, list[ImplDef]]) -> Mapping[Key, tuple[ImplDef, ...]]:
    return {key: tuple(found) for key, found in lists.items()}


def _impl(search: Search, index: int, seed: ImplSeed) -> ImplDef:
    item = seed.item
    own = {param.name for param in item.generics.params if param.kind == "type"}
    types, is_dyn = type_keys(search, seed.scope, item.self_type, seed.cfg, own)
    traits: tuple[Key, ...] = ()
    if item.trait is not None:
        resolution = resolve_path(search, seed.scope, item.trait, TYPES, seed.cfg)
        traits = tuple(_keys(search, resolution))
    by_name: dict[str, list[Def]] = {}
    for member in seed.members:
        by_name.setdefault(member.name, []).append(member)
    return ImplDef(
        index=index,
        item=item,
        module=seed.module,
        scope=seed.scope,
        cfg=seed.cfg,
        file=seed.file,
        path=seed.path,
        is_primary=seed.is_primary,
        types=types,
        traits=traits,
        is_dyn=is_dyn,
        members={name: tuple(found) for name, found in by_name.items()},
    )


def type_keys(
    search: Search, scope: int, ty: it.Type | None, cfg: Cfg | None, own_names: set[str]
) -> tuple[tuple[Key, ...], bool]:
    """The keys of a type's head, and whether it is a trait object."""
    if isinstance(ty, it.DynType):
        first = next((one for one in ty.bounds if isinstance(one, it.PathType)), None)
        return type_keys(search, scope, first, cfg, own_names)[0], True
    if not isinstance(ty, it.PathType):
        return (_sign(ty),), False
    path = ty.path
    if len(path.segments) == 1 and path.qself is None and path.name in own_names:
        return (BLANKET,), False
    resolution = resolve_path(search, scope, path, TYPES, cfg, own_names)
    return tuple(_keys(search, resolution)), False


def _sign(ty: it.Type | None) -> str:
    match ty:
        case it.RefType():
            return "&mut" if ty.is_mut else "&"
        case it.PtrType():
            return "*mut" if ty.is_mut else "*const"
        case it.SliceType():
            return "[]"
        case it.ArrayType():
            return "[;]"
        case it.TupleType():
            return "()"
        case it.FnType():
            return "fn"
        case it.NeverType():
            return "!"
    return UNKNOWN


def _keys(search: Search, resolution: Resolution) -> Iterator[Key]:
    """The keys of what a path means, each once."""
    if not resolution.candidates:
        yield UNKNOWN
    seen: set[Key] = set()
    for candidate in resolution.candidates:
        for key in _followed(search, candidate, _LONGEST_CHAIN):
            if key not in seen:
                seen.add(key)
                yield key


def _followed(search: Search, candidate: Candidate, left: int) -> Iterator[Key]:
    """The keys of a candidate, behind the aliases that it may be."""
    target = candidate.target
    if candidate.rest or left == 0:
        yield UNKNOWN
    elif isinstance(target, Def) and target.kind == "type alias":
        alias = target.item
        ty = alias.type if isinstance(alias, it.TypeAlias) else None
        if isinstance(ty, it.PathType):
            resolution = resolve_path(search, target.scope, ty.path, TYPES, target.cfg)
            for behind in resolution.candidates or (Candidate(target, ("",)),):
                yield from _followed(search, behind, left - 1)
        else:
            yield _sign(ty)
    else:
        yield key_of(target)


def key_of(target: Target) -> Key:
    """The key by which the impls of a type or trait are found."""
    if isinstance(target, Def):
        return target.index
    if isinstance(target, External):
        return target.path
    return target.name if isinstance(target, Primitive) else UNKNOWN


def trait_of(search: Search, imp: ImplDef) -> Def | None:
    """The trait of an impl, where the workspace defines it and it is but one."""
    if len(imp.traits) != 1 or not isinstance(imp.traits[0], int):
        return None
    return search.defs[imp.traits[0]]
