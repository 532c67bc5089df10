"""Kinds of types: what a value can do as the operand of an unsafe operation."""

from __future__ import annotations

from soundcheck.boundaries.layouts import is_misplaced
from soundcheck.boundaries.reading import Reading
from soundcheck.calls.linking import World
from soundcheck.crates.definitions import Def
from soundcheck.syntax import items as it
from soundcheck.types.heads import is_packed
from soundcheck.types.show import show_type
from soundcheck.types.ty import (
    INTEGERS,
    UNKNOWN,
    Adt,
    ArrayOf,
    Foreign,
    Param,
    Pointer,
    Prim,
    Reference,
    Slice,
    TupleOf,
    Ty,
    Unknown,
    substitute,
)

_BYTES = frozenset({"u8", "i8", "bool", "str"})
_POINTERS = frozenset({"core::ptr::NonNull", "core::ptr::Unique"})
# What is there or not is of the kind of what is there.
_HOLDERS = frozenset({"core::num::NonZero", "core::option::Option", "core::result::Result"})
# A newtype of a newtype of a newtype is as deep as people go.
_DEEPEST = 4


class Kinds:
    """The kinds of the types in one function."""

    def __init__(self, world: World, reading: Reading) -> None:
        self._methods = world.methods
        self._declared = world.methods.declared
        self._defs = world.defmap.defs
        self._callees = world.callees
        self._reading = reading

    def of(self, expr: it.Expr | None) -> str:
        """The kind of an expression's type."""
        return "" if expr is None else self.of_type(self._reading.type_of(expr))

    def path_of(self, expr: it.Expr | None) -> str:
        """The full name of an expression's type, references taken off; empty without one."""
        ty: Ty = UNKNOWN if expr is None else self._reading.type_of(expr)
        while isinstance(ty, Reference):
            ty = ty.inner
        if isinstance(ty, Adt):
            return self._defs[ty.def_id].path
        return ty.path if isinstance(ty, Foreign) else ""

    def of_type(self, ty: Ty, depth: int = 0) -> str:
        """``pointer``, ``reference``, ``integer``, ``newtype`` of one, ``generic`` or ``other``.

        It is empty for a type that is not known. ``NonNull`` is a pointer, and an ``Option`` is
        what it may hold.
        """
        match ty:
            case Pointer():
                return "pointer"
            case Reference():
                return "reference"
            case Prim():
                return "integer" if ty.name in INTEGERS or ty.name == "{integer}" else "other"
            case Adt() if self._defs[ty.def_id].path in _HOLDERS and ty.args:
                return self.of_type(ty.args[0], depth + 1)
            case Adt():
                return self._of_adt(self._defs[ty.def_id], depth)
            case Param():
                return "generic"
            case Unknown():
                return ""
            case _:
                return "other"

    def _of_adt(self, target: Def, depth: int) -> str:
        if target.path in _POINTERS:
            return "pointer"
        if target.kind != "struct" or depth > _DEEPEST:
            return "other"
        types = [
            ty
            for ty in self._declared.fields_of(target).values()
            if not (isinstance(ty, Adt) and self._defs[ty.def_id].name == "PhantomData")
        ]
        if len(types) != 1:
            return "other"
        inner = self.of_type(types[0], depth + 1)
        return "newtype" if inner in ("integer", "newtype") else "other"

    def is_stub(self, target: Def) -> bool:
        """Whether a definition is a declaration of a crate outside the workspace."""
        return self._callees.is_stub(target)

    def pointee_of(self, expr: it.Expr) -> Ty | None:
        """What an expression points to; ``None`` for what is no pointer."""
        ty = self._reading.type_of(expr)
        if isinstance(ty, Pointer):
            return ty.inner
        if isinstance(ty, Adt) and self._defs[ty.def_id].path in _POINTERS:
            return ty.args[0] if ty.args else UNKNOWN
        return None

    def show(self, ty: Ty | None) -> str:
        """A type as text; empty for none."""
        return "" if ty is None else show_type(ty, self._defs)

    def align_of_value(self, expr: it.Expr) -> int:
        """The same as for ``align_of``, of an expression's type."""
        return self.align_of(self._reading.type_of(expr))

    def align_of(self, ty: Ty | None, depth: int = 0) -> int:
        """1 for a type whose values may stand at any address, 2 for others, 0 if not known."""
        match ty:
            case Prim(name=name):
                return 1 if name in _BYTES else 2
            case Pointer() | Reference() | Param():
                return 2  # A caller's type may be any.
            case Slice() | ArrayOf():
                return self.align_of(ty.inner, depth + 1)
            case TupleOf() if ty.parts:
                return max(self.align_of(part, depth + 1) for part in ty.parts)
            case TupleOf():
                return 1
            case Adt() if depth <= _DEEPEST:
                return self._align_of_adt(ty, depth)
            case _:
                return 0

    def _align_of_adt(self, ty: Adt, depth: int) -> int:
        target = self._defs[ty.def_id]
        if target.name == "MaybeUninit" and ty.args:
            return self.align_of(ty.args[0], depth + 1)
        if is_packed(target):
            return 1
        if self._callees.is_stub(target) or target.kind == "enum":
            return 0
        known = dict(zip(self._declared.generic_names(target), ty.args, strict=False))
        types = [substitute(one, known) for one in self._declared.fields_of(target).values()]
        return max((self.align_of(one, depth + 1) for one in types), default=1)

    def is_misplaced(self, place: it.Expr) -> bool:
        """Whether a place is, or is a part of, a field that is not aligned in a packed struct."""
        while isinstance(place, it.Field | it.Index):
            if isinstance(place, it.Field):
                owner = self.owner_of(place)
                if owner >= 0 and is_misplaced(self._declared, self._defs[owner], place.name):
                    return True
                if isinstance(self._reading.type_of(place), Reference | Pointer):
                    return False
            place = place.base
        return False

    def owner_of(self, expr: it.Field) -> int:
        """The struct or union that a field belongs to, by its index; -1 where that is not known."""
        for step in self._methods.steps(self._reading.type_of(expr.base)):
            if isinstance(step, Adt):
                target = self._defs[step.def_id]
                if self._declared.field_type(target, expr.name) is not None:
                    return target.index
        return -1
