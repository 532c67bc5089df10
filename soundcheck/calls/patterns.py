"""What the names in a pattern are bound to, by the type of what is matched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from soundcheck.crates.definitions import VALUES, Def
from soundcheck.syntax import items as it
from soundcheck.types.ty import (
    UNKNOWN,
    Adt,
    ArrayOf,
    Reference,
    Slice,
    TupleOf,
    Ty,
    is_nameless,
    substitute,
)

if TYPE_CHECKING:
    from soundcheck.calls.bodies import BodyWalk


def bindings(walk: BodyWalk, pat: it.Pat, ty: Ty) -> Iterator[tuple[str, Ty]]:
    """The names that a pattern binds, each with its type, when a ``ty`` is matched."""
    stack: list[tuple[it.Pat, Ty, bool]] = [(pat, ty, False)]
    while stack:
        one, matched, is_behind = stack.pop()
        match one:
            case it.BindPat():
                if one.inner is None and _names_constant(walk, one):
                    continue
                is_ref = one.is_ref or (is_behind and not isinstance(matched, Reference))
                yield one.name, Reference(matched, one.is_mut) if is_ref else matched
                if one.inner is not None:
                    stack.append((one.inner, matched, is_behind))
            case it.TuplePat():
                inner, behind = _peel(matched, is_behind)
                stack.extend((*pair, behind) for pair in _parts(one, inner, matched))
            case it.TupleStructPat():
                inner, behind = _peel(matched, is_behind)
                types = _fields(walk, one.path, inner)
                for index, part in enumerate(_without_rest(one.parts)):
                    stack.append((part, types.get(str(index), UNKNOWN), behind))
            case it.StructPat():
                inner, behind = _peel(matched, is_behind)
                types = _fields(walk, one.path, inner)
                stack.extend((part, types.get(name, UNKNOWN), behind) for name, part in one.fields)
            case it.RefPat():
                inner = matched.inner if isinstance(matched, Reference) else UNKNOWN
                stack.append((one.inner, inner, False))


def _names_constant(walk: BodyWalk, pat: it.BindPat) -> bool:
    """Whether a lone name in a pattern is a constant or a unit variant rather than a binding."""
    if not pat.name[:1].isupper() or pat.is_mut or pat.is_ref:
        return False
    path = it.Path((it.Segment(pat.name),))
    return any(
        isinstance(target, Def) and target.kind in ("const", "static", "variant", "struct")
        for target, _ in walk.lookup(path, VALUES)
    )


def _peel(ty: Ty, is_behind: bool) -> tuple[Ty, bool]:  # noqa: FBT001
    """The type behind references: what is matched through one is bound by reference."""
    while isinstance(ty, Reference):
        ty, is_behind = ty.inner, True
    return ty, is_behind


def _parts(pat: it.TuplePat, ty: Ty, whole: Ty) -> list[tuple[it.Pat, Ty]]:
    if pat.kind == "or":
        return [(part, whole) for part in pat.parts]
    if pat.kind == "slice":
        inner = ty.inner if isinstance(ty, Slice | ArrayOf) else UNKNOWN
        return [(part, inner) for part in pat.parts]
    types = ty.parts if isinstance(ty, TupleOf) else ()
    rest = next((i for i, part in enumerate(pat.parts) if isinstance(part, it.RestPat)), None)
    found: list[tuple[it.Pat, Ty]] = []
    for index, part in enumerate(pat.parts):
        at = index
        if rest is not None and index > rest:
            at = len(types) - (len(pat.parts) - index)
        found.append((part, types[at] if 0 <= at < len(types) else UNKNOWN))
    return found


def _without_rest(parts: tuple[it.Pat, ...]) -> tuple[it.Pat, ...]:
    """The patterns before a ``..``; those behind it cannot be counted from the front."""
    for index, part in enumerate(parts):
        if isinstance(part, it.RestPat):
            return parts[:index]
    return parts


def _fields(walk: BodyWalk, path: it.Path, ty: Ty) -> dict[str, Ty]:
    """The types of the fields of the struct or variant that a pattern names."""
    for target, _ in walk.lookup_type_like(path):
        if not isinstance(target, Def):
            continue
        types = walk.declared.fields_of(target)
        args = ty.args if isinstance(ty, Adt) else ()
        names = walk.declared.generic_names(target)
        known = dict(zip(names, args, strict=False))
        if is_nameless(ty):
            known = dict.fromkeys(names, ty)
        return {name: substitute(one, known) for name, one in types.items()}
    return {}


def binds_names(pat: it.Pat) -> bool:
    """Whether a pattern has a lower-case name: one that it may bind."""
    match pat:
        case it.BindPat():
            return not pat.name[:1].isupper() or pat.inner is not None
        case it.TuplePat() | it.TupleStructPat():
            return any(binds_names(part) for part in pat.parts)
        case it.StructPat():
            return any(binds_names(part) for _, part in pat.fields)
        case it.RefPat():
            return binds_names(pat.inner)
        case _:
            return False
