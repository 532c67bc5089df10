"""Where the fields of packed structs lie, as far as declarations tell."""

from math import gcd

from soundcheck.crates.definitions import Def
from soundcheck.syntax import items as it
from soundcheck.types.declared import Declarations
from soundcheck.types.heads import is_packed
from soundcheck.types.ty import Adt, ArrayOf, Pointer, Prim, Reference, Ty

# In bytes; words and pointers as on machines of 64 bits, where they are the least aligned.
_SIZES = {
    **dict.fromkeys(("u8", "i8", "bool"), 1),
    **dict.fromkeys(("u16", "i16"), 2),
    **dict.fromkeys(("u32", "i32", "f32", "char"), 4),
    **dict.fromkeys(("u64", "i64", "f64", "usize", "isize"), 8),
    **dict.fromkeys(("u128", "i128"), 16),
}
# Nothing is aligned to more than this.
_MOST = 16
_DEEPEST = 4


def is_misplaced(declared: Declarations, owner: Def, field: str) -> bool:
    """Whether a field of a packed struct lies where its type may not, wherever the struct does."""
    item = owner.item
    if not isinstance(item, it.Adt) or not is_packed(owner):
        return False
    types = declared.fields_of(owner)
    offset, known = 0, _MOST
    for one in item.fields:
        ty = types.get(one.name)
        align = 0 if ty is None else _align_of(declared, ty, 0)
        if one.name == field:
            return align > 1 and offset % gcd(known, align) != 0
        size = 0 if ty is None else _size_of(declared, ty, 0)
        if size == 0:
            return False
        if isinstance(ty, ArrayOf):
            length = one.type.length if isinstance(one.type, it.ArrayType) else ""
            if length.isdigit():
                size *= int(length)
            else:
                known, size = gcd(known, size), 0
        offset += size
    return False


def _size_of(declared: Declarations, ty: Ty, depth: int) -> int:
    """In bytes, of an array that of one element; 0 where it is not known."""
    match ty:
        case Prim():
            return _SIZES.get(ty.name, 0)
        case Pointer() | Reference():
            return _SIZES["usize"]
        case ArrayOf():
            return 0 if isinstance(ty.inner, ArrayOf) else _size_of(declared, ty.inner, depth + 1)
        case Adt() if depth <= _DEEPEST:
            only = _only_field(declared, ty)
            return 0 if only is None else _size_of(declared, only, depth + 1)
        case _:
            return 0


def _align_of(declared: Declarations, ty: Ty, depth: int) -> int:
    """What the type asks for where it is not packed; 0 where it is not known."""
    match ty:
        case ArrayOf():
            return _align_of(declared, ty.inner, depth + 1)
        case Adt() if is_packed(declared.defmap.defs[ty.def_id]):
            return 1
        case _:
            return _size_of(declared, ty, depth)


def _only_field(declared: Declarations, ty: Adt) -> Ty | None:
    """The type of a newtype's field, if that is no array."""
    types = list(declared.fields_of(declared.defmap.defs[ty.def_id]).values())
    return types[0] if len(types) == 1 and not isinstance(types[0], ArrayOf) else None
