"""Facts about kernels, as profiles tell them, made ready to be asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Generic, NamedTuple, TypeVar

import msgspec

from soundcheck.catalog.profiles import Profile
from soundcheck.contexts.patterns import (
    PathTable,
    TypePattern,
    read_type_pattern,
    split_type,
)

T = TypeVar("T")
Names = tuple[str, ...]


class FactPlace(NamedTuple):
    """Which fact of which profile: what a proof rests on, and what is counted."""

    profile: str
    table: str
    number: int


class Entry(msgspec.Struct, frozen=True):
    """Where a context begins; each list of names is one way of telling (see ``profiles``).

    Where there are names in ``only``, a function declared so must have one of them as well.
    """

    place: FactPlace
    context: str
    why: str
    masked: Names
    abis: Names = ()
    attributes: Names = ()
    symbols: Names = ()
    functions: Names = ()
    methods: Names = ()
    arguments: Names = ()
    casts: Names = ()
    macros: Names = ()
    statics: Names = ()
    types: Names = ()
    only: Names = ()


class LockFact(msgspec.Struct, frozen=True):
    """A kind of lock: what waiting for it is, and what is masked while it is held.

    ``name`` is what its users call it.
    """

    place: FactPlace
    name: str
    types: tuple[TypePattern, ...]
    waits: str
    masks: Names
    lock: Names = ()
    read: Names = ()
    write: Names = ()
    attempts: Names = ()
    closures: Names = ()
    unlock: Names = ()
    is_reentrant: bool = False


class OnceFact(msgspec.Struct, frozen=True):
    """A cell that is filled at its first use: what those wait like who come meanwhile."""

    place: FactPlace
    types: tuple[TypePattern, ...]
    waits: str
    masks: Names
    init: Names = ()
    deref: bool = False


class MaskFact(msgspec.Struct, frozen=True):
    """Ways to mask and unmask.

    What ``guards`` give masks while it lives, and so does every value of ``types`` that is given.
    """

    place: FactPlace
    types: tuple[TypePattern, ...]
    masks: Names
    guards: Names = ()
    closures: Names = ()
    disable: Names = ()
    enable: Names = ()
    restore: Names = ()
    assembly_disable: Names = ()
    assembly_enable: Names = ()


class EffectFact(msgspec.Struct, frozen=True):
    """Functions and macros that do something a context may forbid."""

    place: FactPlace
    does: str
    functions: Names = ()
    macros: Names = ()


class CellFact(msgspec.Struct, frozen=True):
    """A type with inner mutability that knows of no other context."""

    place: FactPlace
    types: tuple[TypePattern, ...]
    masks: Names
    access: Names = ()


class KernelFacts:
    """All facts of the profiles that a run uses; of two about one thing the earlier counts."""

    def __init__(self, profiles: Iterable[Profile]) -> None:
        self.profiles = tuple(profiles)
        self.entries = tuple(
            Entry(
                place,
                str(table["context"]),
                str(table["why"]),
                _masked(table),
                *(_names(table, key) for key in _ENTRY_FORMS),
            )
            for place, table in self._tables("entry")
        )
        self.locks = tuple(
            LockFact(
                place,
                str(table.get("name") or _types(table)[0].path.rpartition("::")[2]),
                _types(table),
                str(table["waits"]),
                _names(table, "masks"),
                _names(table, "lock"),
                _names(table, "read"),
                _names(table, "write"),
                _names(table, "try"),
                _names(table, "closures"),
                _names(table, "unlock"),
                bool(table.get("is_reentrant")),
            )
            for place, table in self._tables("lock")
        )
        self.onces = tuple(
            OnceFact(
                place,
                _types(table),
                str(table["waits"]),
                _names(table, "masks"),
                _names(table, "init"),
                bool(table.get("deref")),
            )
            for place, table in self._tables("once")
        )
        self.masks = tuple(
            MaskFact(place, _types(table), *(_names(table, key) for key in _MASK_FORMS))
            for place, table in self._tables("mask")
        )
        self.effects = tuple(
            EffectFact(
                place, str(table["does"]), _names(table, "functions"), _names(table, "macros")
            )
            for place, table in self._tables("effect")
        )
        self.cells = tuple(
            CellFact(place, _types(table), _names(table, "masks"), _names(table, "access"))
            for place, table in self._tables("cell")
        )
        self.runs_masked = any(bool(one.facts.get("runs_masked")) for one in self.profiles)

    def _tables(self, key: str) -> Iterator[tuple[FactPlace, Mapping[str, object]]]:
        for profile in self.profiles:
            found = profile.facts.get(key, ())
            assert isinstance(found, tuple | list)
            for index, table in enumerate(found):
                yield FactPlace(profile.name, key, index), table

    # -- types ---------------------------------------------------------------------------------

    def locks_of(self, shown: str) -> tuple[LockFact, ...]:
        """The locks that a type may be, as ``show_type`` shows it: the method tells which."""
        return self._lock_types.of(shown)

    def once_of(self, shown: str) -> OnceFact | None:
        """The cell filled at first use that a type is."""
        return next(iter(self._once_types.of(shown)), None)

    def cell_of(self, shown: str) -> CellFact | None:
        """The cell that a type is."""
        return next(iter(self._cell_types.of(shown)), None)

    def masking_by(self, shown: str) -> tuple[MaskFact, ...]:
        """What a value of a type masks while it lives."""
        return self._mask_types.of(shown)

    def is_known(self, shown: str) -> bool:
        """Whether any fact is about a type, as ``show_type`` shows it; none is about no type."""
        known = self._known_types.get(shown)
        if known is None:
            tables = (self._lock_types, self._once_types, self._cell_types)
            known = self._known_types[shown] = any(table.of(shown) for table in tables)
        return known

    @cached_property
    def _known_types(self) -> dict[str, bool]:
        return {"": False}

    @cached_property
    def _lock_types(self) -> TypeTable[LockFact]:
        return TypeTable((ty, fact) for fact in self.locks for ty in fact.types)

    @cached_property
    def _once_types(self) -> TypeTable[OnceFact]:
        return TypeTable((ty, fact) for fact in self.onces for ty in fact.types)

    @cached_property
    def _mask_types(self) -> TypeTable[MaskFact]:
        return TypeTable((ty, fact) for fact in self.masks for ty in fact.types)

    @cached_property
    def _cell_types(self) -> TypeTable[CellFact]:
        return TypeTable((ty, fact) for fact in self.cells for ty in fact.types)

    # -- functions -----------------------------------------------------------------------------

    @cached_property
    def functions(self) -> PathTable[None]:
        """The functions that are masked with, do something, or are given handlers."""
        tables = (self.masking, self.doing, self.registering)
        return PathTable((one, None) for table in tables for one in table.patterns)

    @cached_property
    def masking(self) -> PathTable[tuple[str, MaskFact]]:
        """What a function does to interrupts: ``guard``, ``closure``, ``disable`` and so on."""
        return PathTable(
            (pattern, (how, fact))
            for fact in self.masks
            for how, patterns in (
                ("guard", fact.guards),
                ("closure", fact.closures),
                ("disable", fact.disable),
                ("enable", fact.enable),
                ("restore", fact.restore),
            )
            for pattern in patterns
        )

    @cached_property
    def doing(self) -> PathTable[EffectFact]:
        """The effects of functions."""
        return PathTable((name, fact) for fact in self.effects for name in fact.functions)

    @cached_property
    def macros_doing(self) -> PathTable[EffectFact]:
        """The effects of macros."""
        return PathTable((name, fact) for fact in self.effects for name in fact.macros)

    @cached_property
    def registering(self) -> PathTable[Entry]:
        """The functions that are given handlers."""
        return PathTable((name, entry) for entry in self.entries for name in entry.arguments)


class TypeTable(Generic[T]):
    """Facts by the patterns of types they are about, found by the last segment of a type."""

    def __init__(self, facts: Iterable[tuple[TypePattern, T]]) -> None:
        self._by_name: dict[str, list[tuple[int, TypePattern, T]]] = defaultdict(list)
        self._globs: list[tuple[int, TypePattern, T]] = []
        for number, (pattern, fact) in enumerate(facts):
            name = pattern.path.rpartition("::")[2]
            is_glob = "*" in name or name == "_"
            (self._globs if is_glob else self._by_name[name]).append((number, pattern, fact))
        self._known: dict[str, tuple[T, ...]] = {}

    def of(self, shown: str) -> tuple[T, ...]:
        """The facts about a type, in order of writing."""
        known = self._known.get(shown)
        if known is None:
            split = split_type(shown)
            near = self._by_name.get(split[0].rpartition("::")[2], ())
            found = [one for one in (*near, *self._globs) if one[1].fits(split)]
            found.sort(key=lambda one: one[0])
            known = self._known[shown] = tuple(fact for _, _, fact in found)
        return known


_ENTRY_FORMS = (
    "abis",
    "attributes",
    "symbols",
    "functions",
    "methods",
    "arguments",
    "casts",
    "macros",
    "statics",
    "types",
    "only",
)
_MASK_FORMS = (
    "masks",
    "guards",
    "closures",
    "disable",
    "enable",
    "restore",
    "assembly_disable",
    "assembly_enable",
)
# What hardware masks by itself when it enters a handler.
_BY_CONTEXT: Mapping[str, Names] = {
    "interrupt": ("interrupts",),
    "nmi": ("interrupts",),
    "boot": ("interrupts",),
}


def _masked(table: Mapping[str, object]) -> Names:
    if "masked" in table:
        return _names(table, "masked")
    return _BY_CONTEXT.get(str(table["context"]), ())


def _names(table: Mapping[str, object], key: str) -> Names:
    value = table.get(key, ())
    return tuple(str(one) for one in value) if isinstance(value, tuple | list) else ()


def _types(table: Mapping[str, object]) -> tuple[TypePattern, ...]:
    return tuple(read_type_pattern(text) for text in _names(table, "types"))
