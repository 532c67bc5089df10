"""Patterns as values move through them: which names take which values, and what a miss tells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from soundcheck.contexts.carriers import may_hold_anything
from soundcheck.contexts.lowering.frames import NOTHING, Values
from soundcheck.contexts.lowering.state import Lowering
from soundcheck.crates.definitions import Def
from soundcheck.syntax import items as it
from soundcheck.types.ty import UNKNOWN, Adt, Reference, TupleOf, Ty, substitute

# Variants that hold what is there, and those that tell that it is not, of the libraries' types.
_PRESENT = frozenset({"Some", "Ok", "Ready"})
_ABSENT = frozenset({"None", "Err", "Pending"})


class Bound(NamedTuple):
    """A name of a pattern, the type of what it is bound to, and whether it only borrows that."""

    name: str
    type: Ty
    is_ref: bool


class Share(NamedTuple):
    """The values that a name takes."""

    name: str
    type: Ty
    values: Values


def bound_names(low: Lowering, pat: it.Pat, ty: Ty) -> Iterator[Bound]:
    """The names that a pattern binds where a ``ty`` is held against it, in order."""
    match pat:
        case it.BindPat():
            # A lone name that begins like one is a constant or a variant.
            if pat.inner is None and pat.name[:1].isupper() and not (pat.is_mut or pat.is_ref):
                return
            yield Bound(pat.name, ty, pat.is_ref or isinstance(ty, Reference))
            if pat.inner is not None:
                yield from bound_names(low, pat.inner, ty)
        case it.RefPat():
            yield from bound_names(low, pat.inner, UNKNOWN)
        case it.TuplePat() | it.TupleStructPat() | it.StructPat():
            for part, inner in _parts(low, pat, ty):
                yield from bound_names(low, part, inner)


def _parts(
    low: Lowering, pat: it.TuplePat | it.TupleStructPat | it.StructPat, ty: Ty
) -> list[tuple[it.Pat, Ty]]:
    """The parts of a pattern with their types."""
    if isinstance(pat, it.TuplePat) and pat.kind == "or":
        while isinstance(ty, Reference):
            ty = ty.inner
        return [(part, ty) for part in pat.parts]
    return [(part, one) for _, part, one in _named_parts(low, pat, ty)]


def _named_parts(
    low: Lowering, pat: it.TuplePat | it.TupleStructPat | it.StructPat, ty: Ty
) -> list[tuple[str, it.Pat, Ty]]:
    """The parts of a pattern by the names of what they are held against, with their types.

    Those behind a reference are references too.
    """
    is_behind = isinstance(ty, Reference)
    while isinstance(ty, Reference):
        ty = ty.inner
    types = _field_types(low, pat, ty)
    pairs = pat.fields if isinstance(pat, it.StructPat) else tuple(_numbered(pat, len(types)))
    found = [(name, part, types.get(name, UNKNOWN)) for name, part in pairs]
    return [(name, part, Reference(one)) for name, part, one in found] if is_behind else found


def _numbered(pat: it.TuplePat | it.TupleStructPat, count: int) -> Iterator[tuple[str, it.Pat]]:
    """The parts of a pattern by the numbers of what they are held against, ``..`` left out."""
    shift = 0
    for index, part in enumerate(pat.parts):
        if isinstance(part, it.RestPat):
            shift = count - len(pat.parts)
        else:
            yield str(index + shift), part


def _field_types(
    low: Lowering, pat: it.TuplePat | it.TupleStructPat | it.StructPat, ty: Ty
) -> dict[str, Ty]:
    if isinstance(ty, TupleOf):
        return {str(index): part for index, part in enumerate(ty.parts)}
    if not isinstance(ty, Adt) or isinstance(pat, it.TuplePat):
        return {}
    declared = low.world.methods.declared
    owner = declared.defmap.defs[ty.def_id]
    target = _target(low, pat, ty)
    known = dict(zip(declared.generic_names(owner), ty.args, strict=False))
    return {name: substitute(one, known) for name, one in declared.fields_of(target).items()}


def _target(low: Lowering, pat: it.TupleStructPat | it.StructPat, ty: Adt) -> Def:
    """The struct or variant that a pattern takes apart."""
    declared = low.world.methods.declared
    variants = declared.associated(ty.def_id).get(pat.path.name, ())
    owner = declared.defmap.defs[ty.def_id]
    return next((one for one in variants if one.kind == "variant"), owner)


def alias(low: Lowering, pat: it.Pat, ty: Ty, place: str) -> None:
    """Let the names of a pattern that lead elsewhere stand for the places they lead to.

    ``place`` is the name of what a ``ty`` is held against; the names are declared already.
    """
    match pat:
        case it.BindPat():
            if place and (pat.is_ref or low.places.is_handle(ty)):
                low.places.aliases[pat.name] = place
            if pat.inner is not None:
                alias(low, pat.inner, ty, place)
        case it.TuplePat(kind="or"):
            for part in pat.parts:
                alias(low, part, ty, place)
        case it.TupleStructPat() | it.StructPat():
            for name, part, inner in _named_parts(low, pat, ty):
                alias(low, part, inner, _place_of_part(low, pat, ty, place, name))


def _place_of_part(
    low: Lowering, pat: it.TupleStructPat | it.StructPat, ty: Ty, place: str, name: str
) -> str:
    """The name of a part of what has one: what an option holds is where the option is."""
    while isinstance(ty, Reference):
        ty = ty.inner
    if _variant(pat) in _PRESENT | _ABSENT or not isinstance(ty, Adt):
        return place
    return f"field {_target(low, pat, ty).path}.{name}"


def shares(low: Lowering, pat: it.Pat, values: Values, ty: Ty) -> list[Share]:
    """Every name that a pattern binds, with the values it takes out of what it is held against."""
    known = low.parts.get(values)
    if known is not None and isinstance(pat, it.TuplePat | it.TupleStructPat | it.StructPat):
        return _shares_of_parts(low, pat, dict(known), ty)
    names = list(bound_names(low, pat, ty))
    taker = _taker(low, names) if values else None
    return [
        Share(one.name, one.type, values if one is taker else NOTHING)
        for one in {one.name: one for one in names}.values()
    ]


def _taker(low: Lowering, names: list[Bound]) -> Bound | None:
    """The name that takes a value out: by its type, or else the first that does not borrow."""
    owners = [one for one in names if not one.is_ref]
    fits = [one for one in owners if low.carriers.carries(one.type)]
    unknown = [one for one in owners if may_hold_anything(one.type)]
    return next(iter((*fits, *unknown)), None)


def _shares_of_parts(
    low: Lowering,
    pat: it.TuplePat | it.TupleStructPat | it.StructPat,
    known: dict[str, Values],
    ty: Ty,
) -> list[Share]:
    types = _field_types(low, pat, ty)
    pairs = (
        pat.fields
        if isinstance(pat, it.StructPat)
        else tuple(_numbered(pat, max(len(types), len(known))))
    )
    return [
        share
        for name, part in pairs
        for share in shares(low, part, known.get(name, NOTHING), types.get(name, UNKNOWN))
    ]


def bind(low: Lowering, pat: it.Pat, values: Values, ty: Ty) -> None:
    """Declare the names of a pattern in the innermost frame, and let them take their values."""
    for share in shares(low, pat, values, ty):
        low.declare(share.name, share.values, share.type)


def tells_absent(pat: it.Pat) -> bool:
    """Whether a pattern that fits tells that nothing is held: ``None``, ``Err(_)``."""
    return _variant(pat) in _ABSENT


def misses_absent(pat: it.Pat) -> bool:
    """Whether a pattern that does not fit tells that nothing is held: ``Some(x)``, ``Ok(_)``."""
    return (
        isinstance(pat, it.TupleStructPat)
        and _variant(pat) in _PRESENT
        and all(_fits_always(part) for part in pat.parts)
    )


def _variant(pat: it.Pat) -> str:
    match pat:
        case it.BindPat():
            return pat.name
        case it.PathPat() | it.TupleStructPat() | it.StructPat():
            return pat.path.name
        case _:
            return ""


def _fits_always(pat: it.Pat) -> bool:
    match pat:
        case it.BindPat():
            return pat.inner is None and not pat.name[:1].isupper()
        case it.TuplePat():
            return pat.kind == "tuple" and all(_fits_always(part) for part in pat.parts)
        case it.WildPat() | it.RestPat():
            return True
        case _:
            return False
