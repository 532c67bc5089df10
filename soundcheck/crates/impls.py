"""Impls: of which type and trait each is, and which methods of the workspace have a name."""

from collections.abc import Iterator, Mapping, Sequence, Set

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

_NO_NAMES: Set[str] = frozenset()
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
    """All impls, and those of each type, in order of collection.

    ``of_type`` leaves out what is not primary: the same code read once more for another crate.
    """

    all: tuple[ImplDef, ...]
    of_type: Mapping[Key, Sequence[ImplDef]]


def index_impls(search: Search, seeds: Sequence[ImplSeed]) -> Impls:
    """Resolve the heads of all impls, and index them."""
    made = tuple([_impl(search, index, seed) for index, seed in enumerate(seeds)])
    of_type: dict[Key, list[ImplDef]] = {}
    for one in made:
        if one.is_primary:
            for key in one.types:
                of_type.setdefault(key, []).append(one)
    return Impls(made, of_type)


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


def _impl(search: Search, index: int, seed: ImplSeed) -> ImplDef:
    item = seed.item
    own: Set[str] = _NO_NAMES
    if item.generics.params:
        own = {param.name for param in item.generics.params if param.kind == "type"}
    types, is_dyn = type_keys(search, seed.scope, item.self_type, seed.cfg, own)
    traits: tuple[Key, ...] = ()
    if item.trait is not None:
        resolution = resolve_path(search, seed.scope, item.trait, TYPES, seed.cfg)
        traits = _keys(search, resolution)
    members: dict[str, tuple[Def, ...]] = {}
    for member in seed.members:
        members[member.name] = (*members.get(member.name, ()), member)
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
        members=members,
    )


def type_keys(
    search: Search, scope: int, ty: it.Type | None, cfg: Cfg | None, own_names: Set[str]
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
    return _keys(search, resolution), False


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


def _keys(search: Search, resolution: Resolution) -> tuple[Key, ...]:
    """The keys of what a path means, each once."""
    found = [
        key
        for candidate in resolution.candidates
        for key in _followed(search, candidate, _LONGEST_CHAIN)
    ]
    return tuple(dict.fromkeys(found)) if found else (UNKNOWN,)


def _followed(search: Search, candidate: Candidate, left: int) -> Sequence[Key]:
    """The keys of a candidate, behind the aliases that it may be."""
    target = candidate.target
    if candidate.rest or left == 0:
        return (UNKNOWN,)
    if not isinstance(target, Def) or target.kind != "type alias":
        return (key_of(target),)
    alias = target.item
    ty = alias.type if isinstance(alias, it.TypeAlias) else None
    if not isinstance(ty, it.PathType):
        return (_sign(ty),)
    resolution = resolve_path(search, target.scope, ty.path, TYPES, target.cfg)
    found: list[Key] = []
    for behind in resolution.candidates:
        found.extend(_followed(search, behind, left - 1))
    return found or (UNKNOWN,)


def key_of(target: Target) -> Key:
    """The key by which the impls of a type or trait are found."""
    if isinstance(target, Def):
        return target.index
    if isinstance(target, External):
        return target.path
    return target.name if isinstance(target, Primitive) else UNKNOWN
