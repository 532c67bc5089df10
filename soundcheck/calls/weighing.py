"""Of what type a literal is, and which of two types of one value says more."""

from __future__ import annotations

from soundcheck.syntax import items as it
from soundcheck.types.ty import (
    BOOL,
    FLOAT,
    INTEGER,
    STR,
    Adt,
    ArrayOf,
    Never,
    Prim,
    Reference,
    Ty,
    Unknown,
)


def better(one: Ty, other: Ty) -> Ty:
    """Of two types of one value the one that says more."""
    if isinstance(one, Unknown | Never) or is_literal(one):
        return other if not isinstance(other, Never) or isinstance(one, Unknown) else one
    if isinstance(one, Adt) and isinstance(other, Adt) and one.def_id == other.def_id:
        pairs = zip(one.args, other.args, strict=False)
        args = tuple([better(mine, theirs) for mine, theirs in pairs])
        return Adt(one.def_id, args or one.args, one.meanings)
    return one


def unreferenced(ty: Ty) -> Ty:
    """A type without the references in front of it."""
    while isinstance(ty, Reference):
        ty = ty.inner
    return ty


def is_literal(ty: Ty) -> bool:
    """Whether a type is that of a literal without a suffix: any integer, or any float."""
    return isinstance(ty, Prim) and ty.name[:1] == "{"


def type_of_literal(expr: it.Lit) -> Ty:
    """The type of a literal."""
    match expr.kind:
        case "int":
            suffix = expr.text.lstrip("0123456789_xabcdefABCDEFo-")
            return Prim(suffix) if suffix in _SUFFIXES else INTEGER
        case "float":
            return FLOAT
        case "str":
            return Reference(STR)
        case "bytes":
            return Reference(ArrayOf(Prim("u8")))
        case "byte":
            return Prim("u8")
        case "char":
            return Prim("char")
        case _:
            return BOOL


_SUFFIXES = frozenset(
    {"u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize"}
)
