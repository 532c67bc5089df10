"""Which types hold something that matters when it is dropped: guards, and what may hold one."""

from __future__ import annotations

from soundcheck.crates.definitions import Def
from soundcheck.syntax import items as it
from soundcheck.types.heads import head_of
from soundcheck.types.methods import Methods
from soundcheck.types.ty import (
    Adt,
    ClosureOf,
    Dyn,
    Foreign,
    Opaque,
    Param,
    Projection,
    TupleOf,
    Ty,
    Unknown,
    is_nameless,
    substitute,
)

# A guard lies in a struct, that in an option: no deeper than this.
_DEEPEST = 5
_LIBRARIES = frozenset({"core", "alloc", "std"})
# Of the libraries' types, those that own what they name and give it out again.
_WRAPPERS = frozenset({"Option", "Result", "Poll", "ControlFlow", "Box", "Pin"})
_BORROWS = frozenset({"Ref", "RefMut"})
_WORDS = ("Guard", "Ref", "RefMut", "Restore", "Lock")


class Carriers:
    """Whether a value of a type may be or hold a guard, remembered by type."""

    def __init__(self, methods: Methods) -> None:
        self._methods = methods
        self._known: dict[Ty, bool] = {}

    def carries(self, ty: Ty, depth: int = 0) -> bool:
        """Whether dropping a value of a type may end something.

        That is so for what implements ``Drop``, for borrows of cells, for what holds any of these
        by value, and for types of unknown crates that are named like guards. What owns memory and
        nothing else is none of it.
        """
        if not isinstance(ty, Adt | Foreign | TupleOf) or depth > _DEEPEST:
            return False
        known = self._known.get(ty)
        if known is None:
            self._known[ty] = False  # for types that hold themselves
            known = self._known[ty] = self._carries(ty, depth)
        return known

    def _carries(self, ty: Adt | Foreign | TupleOf, depth: int) -> bool:
        if isinstance(ty, TupleOf):
            return any(self.carries(part, depth + 1) for part in ty.parts)
        if isinstance(ty, Foreign):
            name = ty.path.rpartition("::")[2]
            return name.endswith(_WORDS) or any(self.carries(arg, depth + 1) for arg in ty.args)
        target = self._methods.defs[ty.def_id]
        if target.path.partition("::")[0] in _LIBRARIES:
            if target.name in _BORROWS or target.name.endswith("Guard"):
                return True
            return target.name in _WRAPPERS and any(self.carries(arg, depth + 1) for arg in ty.args)
        return self._implements_drop(ty) or self._holds(ty, target, depth)

    def _implements_drop(self, ty: Adt) -> bool:
        for method in self._methods.of_traits.get(head_of(ty), {}).get("drop", ()):
            header = self._methods.declared.header_of(method.impl)
            if header.trait is not None and header.trait.path.rpartition("::")[2] == "Drop":
                return True
        return False

    def _holds(self, ty: Adt, target: Def, depth: int) -> bool:
        declared = self._methods.declared
        known = dict(zip(declared.generic_names(target), ty.args, strict=False))
        parts = [target]
        if isinstance(target.item, it.Adt) and target.kind == "enum":
            members = declared.associated(target.index).values()
            parts = [one for some in members for one in some if one.kind == "variant"]
        return any(
            self.carries(self._methods.normalize(substitute(field, known)), depth + 1)
            for part in parts
            for field in declared.fields_of(part).values()
        )


def may_be_anything(ty: Ty) -> bool:
    """Whether nothing is known of a type, but perhaps the crate it comes from."""
    return isinstance(ty, Unknown) or is_nameless(ty)


def may_hold_anything(ty: Ty) -> bool:
    """Whether a type does not tell what a value of it holds: of closures, futures, parameters."""
    return may_be_anything(ty) or isinstance(ty, ClosureOf | Dyn | Opaque | Param | Projection)
