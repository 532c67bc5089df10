"""Resolved types: what a written type means, as far as declarations tell.

Values are hashable, so that lookups by type can be remembered. ``UNKNOWN`` stands wherever
nothing is known, and unifies with everything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from soundcheck.syntax.cfg import Cfg


class Adt(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """A struct, enum or union of the workspace or of a stub, by its definition.

    Where what was written stands for another type in other builds, ``meanings`` are all of them,
    each with the formula of its builds; this is the first that is a definition of ours.
    """

    def_id: int
    args: tuple[Ty, ...] = ()
    meanings: tuple[tuple[Cfg | None, Ty], ...] = ()


class Foreign(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """A type of a crate whose declarations we do not have, by its path."""

    path: str
    args: tuple[Ty, ...] = ()


def somewhere_in(path: str) -> Foreign:
    """A type that a crate whose declarations we do not have gives out, we know not which."""
    return Foreign(f"{path.partition('::')[0]}::_")


def is_nameless(ty: Ty) -> bool:
    """Whether a type is one that ``somewhere_in`` tells of."""
    return isinstance(ty, Foreign) and ty.path.endswith("::_")


class Prim(msgspec.Struct, frozen=True, gc=False):
    """A primitive type: ``u8``, ``str``, ``bool``; an unsuffixed literal is ``{integer}``."""

    name: str


class Reference(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """A reference."""

    inner: Ty
    is_mut: bool = False


class Pointer(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """A raw pointer."""

    inner: Ty
    is_mut: bool = False


class Slice(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """A slice."""

    inner: Ty


class ArrayOf(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """An array of any length."""

    inner: Ty


class TupleOf(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """A tuple; the unit type without parts."""

    parts: tuple[Ty, ...] = ()


class FnPtr(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """A function pointer; ``abi`` is empty for Rust's own."""

    params: tuple[Ty, ...]
    ret: Ty
    abi: str = ""
    is_unsafe: bool = False


class FnItem(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """The type of a function's name: the function itself, with what its generics stand for."""

    def_id: int
    args: tuple[tuple[str, Ty], ...] = ()


class ClosureOf(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """The type of one closure or async block, by the file and offset where it is written.

    ``captures`` tells that a closure uses locals around it, so that no function pointer can be it.
    """

    path: str
    start: int
    params: tuple[Ty, ...]
    ret: Ty
    is_async: bool = False
    captures: bool = False


class TraitRef(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """A trait as a bound, with its arguments and bindings (``Item = T``).

    ``def_id`` is -1 for a trait whose declaration we do not have; ``path`` names it then.
    """

    def_id: int
    path: str = ""
    args: tuple[Ty, ...] = ()
    bindings: tuple[tuple[str, Ty], ...] = ()


class Dyn(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """A trait object."""

    bounds: tuple[TraitRef, ...]


class Opaque(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """``impl Trait``; ``body`` is the async function or function it comes from, or -1."""

    bounds: tuple[TraitRef, ...]
    body: int = -1


class Param(msgspec.Struct, frozen=True, gc=False):
    """A generic parameter; ``Self`` of a trait is one too."""

    name: str


class Projection(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """An associated type that is not known yet: ``<T as Trait>::Name``."""

    base: Ty
    trait: TraitRef | None
    name: str


class Never(msgspec.Struct, frozen=True, gc=False):
    """The type of what does not return."""


class Unknown(msgspec.Struct, frozen=True, gc=False):
    """Nothing is known."""


def is_generic(ty: Ty) -> bool:
    """Whether what a type is depends on parameters."""
    match ty:
        case Param() | Projection():
            return True
        case Adt():
            return any(is_generic(arg) for arg in ty.args)
        case Reference():
            return is_generic(ty.inner)
        case _:
            return False


Ty = (
    Adt
    | Foreign
    | Prim
    | Reference
    | Pointer
    | Slice
    | ArrayOf
    | TupleOf
    | FnPtr
    | FnItem
    | ClosureOf
    | Dyn
    | Opaque
    | Param
    | Projection
    | Never
    | Unknown
)

UNKNOWN = Unknown()
NEVER = Never()
UNIT = TupleOf()
BOOL = Prim("bool")
STR = Prim("str")
USIZE = Prim("usize")
INTEGER = Prim("{integer}")
FLOAT = Prim("{float}")
INTEGERS = frozenset(
    {"u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize"}
)
PRIMITIVES = INTEGERS | {"bool", "char", "str", "f16", "f32", "f64", "f128"}

Meanings = Sequence[tuple[Cfg | None, Ty]]
"""Types, each with the formula of the builds in which it is meant."""


def one_of(meanings: Meanings) -> Ty:
    """The type of what stands for each of some types in builds of its own.

    Of integers of several widths it is the one that is any of them.
    """
    plain = [(cfg, _alone(ty)) for cfg, ty in meanings]
    first = next((ty for _, ty in plain if isinstance(ty, Adt)), plain[0][1])
    if all(ty == first for _, ty in plain):
        return first
    if not isinstance(first, Adt):
        is_number = all(isinstance(ty, Prim) and ty.name in INTEGERS for _, ty in plain)
        return INTEGER if is_number else first
    return Adt(first.def_id, first.args, tuple(plain))


def _alone(ty: Ty) -> Ty:
    return Adt(ty.def_id, ty.args) if isinstance(ty, Adt) and ty.meanings else ty


Substitution = Mapping[str, Ty]

# Types nest as deep as people write them; a substitution that feeds itself must end somewhere.
_DEEPEST = 24


def substitute(ty: Ty, known: Substitution, depth: int = 0) -> Ty:
    """``ty`` with its parameters replaced by what is known of them."""
    if not known or depth > _DEEPEST:
        return ty
    depth += 1
    match ty:
        case Param():
            return known.get(ty.name, ty)
        case Adt():
            if not ty.args and not ty.meanings:
                return ty
            meanings = [(cfg, substitute(one, known, depth)) for cfg, one in ty.meanings]
            return Adt(ty.def_id, _all(ty.args, known, depth), tuple(meanings))
        case Reference():
            return Reference(substitute(ty.inner, known, depth), ty.is_mut)
        case Foreign():
            return Foreign(ty.path, _all(ty.args, known, depth)) if ty.args else ty
        case Pointer():
            return Pointer(substitute(ty.inner, known, depth), ty.is_mut)
        case Slice():
            return Slice(substitute(ty.inner, known, depth))
        case ArrayOf():
            return ArrayOf(substitute(ty.inner, known, depth))
        case TupleOf():
            return TupleOf(_all(ty.parts, known, depth)) if ty.parts else ty
        case FnPtr():
            params, ret = _all(ty.params, known, depth), substitute(ty.ret, known, depth)
            return FnPtr(params, ret, ty.abi, ty.is_unsafe)
        case FnItem():
            args = tuple([(name, substitute(one, known, depth)) for name, one in ty.args])
            return FnItem(ty.def_id, args)
        case Dyn():
            return Dyn(tuple([substitute_trait(one, known, depth) for one in ty.bounds]))
        case Opaque():
            bounds = tuple([substitute_trait(one, known, depth) for one in ty.bounds])
            return Opaque(bounds, ty.body)
        case Projection():
            trait = None if ty.trait is None else substitute_trait(ty.trait, known, depth)
            return Projection(substitute(ty.base, known, depth), trait, ty.name)
        case _:
            return ty


def _all(parts: tuple[Ty, ...], known: Substitution, depth: int) -> tuple[Ty, ...]:
    return tuple([substitute(part, known, depth) for part in parts])


def substitute_trait(trait: TraitRef, known: Substitution, depth: int = 0) -> TraitRef:
    """A bound with its parameters replaced."""
    if not trait.args and not trait.bindings:
        return trait
    return TraitRef(
        trait.def_id,
        trait.path,
        _all(trait.args, known, depth),
        tuple([(name, substitute(ty, known, depth)) for name, ty in trait.bindings]),
    )


_VAGUE = (Unknown, Param, Projection, Never, Opaque)


def _is_vague(ty: Ty) -> bool:
    return isinstance(ty, _VAGUE) or is_nameless(ty)


def unify(pattern: Ty, ty: Ty, found: dict[str, Ty], depth: int = 0) -> bool:
    """Whether ``ty`` may be an instance of ``pattern``; parameters met are noted in ``found``.

    What is unknown on either side is no contradiction.
    """
    if isinstance(pattern, Param):
        known = found.get(pattern.name, UNKNOWN)
        if isinstance(known, Unknown):
            found[pattern.name] = ty
        return True
    if depth > _DEEPEST:
        return True
    depth += 1
    if isinstance(pattern, Adt) and isinstance(ty, Adt):
        # By far the most that is asked.
        if pattern.def_id == ty.def_id:
            return _unify_all(pattern.args, ty.args, found, depth)
        return any(unify(pattern, one, found, depth) for _, one in ty.meanings)
    if _is_vague(ty) or _is_vague(pattern):
        return True
    match pattern, ty:
        case (Prim(name=one), Prim(name=other)):
            return _same_primitive(one, other)
        case (Foreign(path=one, args=wanted), Foreign(path=other, args=given)):
            return one == other and _unify_all(wanted, given, found, depth)
        case (Reference(inner=inner, is_mut=is_mut), Reference(inner=target, is_mut=may_write)) | (
            Pointer(inner=inner, is_mut=is_mut),
            Pointer(inner=target, is_mut=may_write),
        ):
            return (may_write or not is_mut) and unify(inner, target, found, depth)
        case (
            (Slice(inner=inner), Slice(inner=target))
            | (Slice(inner=inner), ArrayOf(inner=target))
            | (ArrayOf(inner=inner), ArrayOf(inner=target))
        ):
            return unify(inner, target, found, depth)
        case (TupleOf(parts=wanted), TupleOf(parts=given)):
            return len(wanted) == len(given) and _unify_all(wanted, given, found, depth)
        case (FnPtr(params=wanted, ret=inner), FnPtr(params=given, ret=target)) | (
            FnPtr(params=wanted, ret=inner),
            ClosureOf(params=given, ret=target),
        ):
            _unify_all(wanted, given, found, depth)
            return unify(inner, target, found, depth)
        case (FnPtr(), FnItem()):
            return True
        case (Dyn(bounds=one_bounds), Dyn(bounds=other_bounds)):
            return [one.def_id for one in one_bounds] == [one.def_id for one in other_bounds]
        case _:
            return False


def _unify_all(
    patterns: tuple[Ty, ...], types: tuple[Ty, ...], found: dict[str, Ty], depth: int
) -> bool:
    if not patterns or not types:
        return True
    # All of them, so that what the later ones tell is noted too.
    return all([unify(*pair, found, depth) for pair in zip(patterns, types, strict=False)])  # noqa: C419


def _same_primitive(one: str, other: str) -> bool:
    if one == other:
        return True
    if "{integer}" in (one, other):
        return one in INTEGERS or other in INTEGERS
    return "{float}" in (one, other) and one[0] in "f{" and other[0] in "f{"
