"""What declarations say, as values: signatures, impl headers, and where a type is written."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from soundcheck.types.ty import TraitRef, Ty


class Signature(msgspec.Struct, frozen=True, gc=False):
    """A function's declared types.

    ``receiver`` is the type of ``self``, ``None`` for a function without one. ``bounds`` are those
    of all generic parameters in reach: the function's own, its impl's or trait's, and ``Self``.
    ``own`` are the names of its own generic parameters, in order.
    """

    params: tuple[Ty, ...]
    ret: Ty
    receiver: Ty | None
    bounds: Mapping[str, tuple[TraitRef, ...]]
    own: tuple[str, ...]


class ImplHeader(msgspec.Struct, frozen=True, gc=False):
    """An impl's declared types; ``trait`` is ``None`` for an inherent impl."""

    self_type: Ty
    trait: TraitRef | None
    bounds: Mapping[str, tuple[TraitRef, ...]]


class Context(msgspec.Struct, frozen=True, gc=False):
    """Where a type is written: the scope of its names, what ``Self`` is, what is generic."""

    scope: int
    self_type: Ty
    generics: frozenset[str]
    bounds: Mapping[str, tuple[TraitRef, ...]]


NO_BOUNDS: Mapping[str, tuple[TraitRef, ...]] = {}
