"""Types as text, with full paths: what facts about kernels are held against."""

from __future__ import annotations

from collections.abc import Sequence

from soundcheck.crates.definitions import Def
from soundcheck.types.ty import (
    Adt,
    ArrayOf,
    ClosureOf,
    Dyn,
    FnItem,
    FnPtr,
    Foreign,
    Never,
    Opaque,
    Param,
    Pointer,
    Prim,
    Reference,
    Slice,
    TraitRef,
    TupleOf,
    Ty,
)

# Arguments of arguments tell what a lock is; deeper ones tell what is in it.
_DEEPEST = 3


def show_type(ty: Ty, defs: Sequence[Def], depth: int = 0) -> str:
    """A type with full paths and arguments; ``_`` for what is unknown or nested too deep."""
    match ty:
        case Adt():
            return defs[ty.def_id].path + _args(ty.args, defs, depth)
        case Foreign():
            return ty.path + _args(ty.args, defs, depth)
        case Prim():
            return ty.name.lstrip("=")
        case Reference():
            return f"&{'mut ' if ty.is_mut else ''}{show_type(ty.inner, defs, depth)}"
        case Pointer():
            return f"*{'mut' if ty.is_mut else 'const'} {show_type(ty.inner, defs, depth)}"
        case Slice() | ArrayOf():
            return f"[{show_type(ty.inner, defs, depth)}]"
        case TupleOf():
            return f"({', '.join(show_type(part, defs, depth) for part in ty.parts)})"
        case Dyn():
            return f"dyn {_bounds(ty.bounds)}"
        case Opaque():
            return f"impl {_bounds(ty.bounds)}"
        case FnPtr() | FnItem():
            return "fn"
        case ClosureOf():
            return "closure"
        case Param():
            return ty.name
        case Never():
            return "!"
        case _:
            return "_"


def _args(args: tuple[Ty, ...], defs: Sequence[Def], depth: int) -> str:
    if not args:
        return ""
    if depth >= _DEEPEST:
        return "<_>"
    return f"<{', '.join(show_type(arg, defs, depth + 1) for arg in args)}>"


def _bounds(bounds: tuple[TraitRef, ...]) -> str:
    return " + ".join(bound.path for bound in bounds) or "_"
