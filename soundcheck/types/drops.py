"""Drop glue: which ``Drop`` impls run when a value of a type goes out of scope."""

from __future__ import annotations

from soundcheck.crates.definitions import Def
from soundcheck.syntax import items as it
from soundcheck.types.heads import head_of
from soundcheck.types.methods import Methods
from soundcheck.types.ty import (
    Adt,
    ArrayOf,
    Foreign,
    Slice,
    TupleOf,
    Ty,
    substitute,
)

# Glue follows fields into fields; a type deeper than this is generated or recursive.
_DEEPEST = 8
# Types whose drop does not drop what their parameters name.
# What these are made for they borrow.
_BORROWERS = ("Guard", "Ref", "RefMut", "Weak")
_KEEPERS = frozenset({"ManuallyDrop", "MaybeUninit", "PhantomData", "NonNull", "Weak"})


class Drops:
    """Drop glue by type, remembered."""

    def __init__(self, methods: Methods) -> None:
        self._methods = methods
        self._known: dict[Ty, tuple[int, ...]] = {}

    def of(self, ty: Ty) -> tuple[int, ...]:
        """The indices of the ``drop`` functions, in order; none for what needs no drop."""
        if not isinstance(ty, Adt | TupleOf | ArrayOf | Foreign):
            return ()
        known = self._known.get(ty)
        if known is None:
            found: dict[int, None] = {}
            self._collect(ty, found, set(), 0)
            known = self._known[ty] = tuple(sorted(found))
        return known

    def _collect(self, ty: Ty, found: dict[int, None], seen: set[Ty], depth: int) -> None:
        if depth > _DEEPEST or ty in seen:
            return
        seen.add(ty)
        match ty:
            case TupleOf():
                for part in ty.parts:
                    self._collect(part, found, seen, depth + 1)
            case ArrayOf() | Slice():
                self._collect(ty.inner, found, seen, depth + 1)
            case Foreign():
                for arg in ty.args:
                    self._collect(arg, found, seen, depth + 1)
            case Adt():
                self._collect_adt(ty, found, seen, depth)

    def _collect_adt(self, ty: Adt, found: dict[int, None], seen: set[Ty], depth: int) -> None:
        target = self._methods.defs[ty.def_id]
        if target.name in _KEEPERS:
            return
        # In other builds its name may stand for another type.
        for _, meant in ty.meanings:
            self._collect(meant, found, seen, depth)
        for twin in self._methods.twins.get(ty.def_id, ()):
            meant = self._methods.declared.type_of_def(twin, ty.args)
            self._collect(meant, found, seen, depth)
        for method in self._methods.of_traits.get(head_of(ty), {}).get("drop", ()):
            header = self._methods.declared.header_of(method.impl)
            if header.trait is not None and header.trait.path.rpartition("::")[2] == "Drop":
                found[method.index] = None
        names = self._methods.declared.generic_names(target)
        known = dict(zip(names, ty.args, strict=False))
        for part in self._parts(target):
            for field in self._methods.declared.fields_of(part).values():
                inner = self._methods.normalize(substitute(field, known))
                self._collect(inner, found, seen, depth + 1)
        if target.name.endswith(_BORROWERS):
            return
        # What a container owns, its fields hardly tell: it drops what it is made for.
        for arg in ty.args:
            self._collect(arg, found, seen, depth + 1)

    def _parts(self, target: Def) -> list[Def]:
        if not isinstance(target.item, it.Adt):
            return []
        if target.kind != "enum":
            return [target]
        members = self._methods.declared.associated(target.index)
        return [one for some in members.values() for one in some if one.kind == "variant"]
