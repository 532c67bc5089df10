"""The shapes of function values, and of what is called through one, by their types."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from soundcheck.calls.callables import CALLABLE
from soundcheck.calls.shapes import ADDRESS, ANY_ABI, NO_ABI, OPEN, SOME_TYPE, UNTOLD, Shape, Words
from soundcheck.syntax import items as it
from soundcheck.types.ty import (
    INTEGER,
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
    Unknown,
    substitute,
)

if TYPE_CHECKING:
    from soundcheck.calls.bodies import BodyWalk

# What an async function, block or closure gives.
_FUTURE: Words = ("future",)


def shape_of_value(walk: BodyWalk, ty: Ty) -> Shape | None:
    """The shape of a function or closure that is used as a value; ``None`` for what is none."""
    while isinstance(ty, Reference):
        ty = ty.inner
    if isinstance(ty, Adt) and len(ty.args) == 1:
        ty = ty.args[0]
    if isinstance(ty, ClosureOf):
        params = tuple([_words(walk, one) for one in ty.params])
        # What it gives may yet become what is wanted of it, unless it is a mere number.
        ret = _words(walk, ty.ret) if isinstance(ty.ret, Prim) else UNTOLD
        abi = NO_ABI if ty.captures else ""
        return Shape(params, _FUTURE if ty.is_async else ret, abi)
    return _of_function(walk, ty) if isinstance(ty, FnItem) else None


def _of_function(walk: BodyWalk, ty: FnItem) -> Shape:
    target = walk.declared.defmap.defs[ty.def_id]
    signature = walk.declared.signature_of(target)
    known = dict(ty.args)
    types = signature.params
    if signature.receiver is not None:
        types = (signature.receiver, *types)
    params = tuple([_words(walk, substitute(one, known)) for one in types])
    item, block = target.item, target.container
    if not isinstance(item, it.Function):
        return Shape(params, UNTOLD, ANY_ABI)
    ret = _FUTURE if item.is_async else _words(walk, substitute(signature.ret, known))
    if isinstance(block, it.ForeignMod):
        return Shape(params, ret, block.abi or "C", "safe" not in item.qualifiers)
    return Shape(params, ret, item.abi, item.is_unsafe)


def shape_of_call(walk: BodyWalk, ty: Ty, arity: int) -> Shape | None:
    """The shape of what a call through a value of a type runs; ``None`` where nothing tells."""
    for step in walk.methods.steps(ty):
        shape: Shape | None = None
        match step:
            case FnPtr():
                shape = shape_of_pointer(walk, step)
            case Param():
                shape = _of_bounds(walk, walk.bounds.get(step.name, ()))
            case Dyn() | Opaque():
                shape = _of_bounds(walk, step.bounds)
        if shape is not None:
            if shape.arity == arity:
                return shape
            # The arguments that a macro repeats are not told one by one.
            return Shape((UNTOLD,) * arity, shape.ret, shape.abi, shape.is_unsafe)
    return None


def words_of_argument(walk: BodyWalk, ty: Ty) -> Words:
    """A type of an argument, as far as what is called must have it so."""
    return (ADDRESS,) if isinstance(ty, Reference | Pointer) else _words(walk, ty)


def shape_of_pointer(walk: BodyWalk, ty: FnPtr) -> Shape:
    """The shape of what a function pointer points to."""
    params = tuple([_words(walk, one) for one in ty.params])
    return Shape(params, _words(walk, ty.ret), ty.abi, ty.is_unsafe)


def _of_bounds(walk: BodyWalk, bounds: tuple[TraitRef, ...]) -> Shape | None:
    for bound in bounds:
        name = bound.path.rpartition("::")[2]
        if name in CALLABLE and bound.args and isinstance(bound.args[0], TupleOf):
            params = tuple([_words(walk, one) for one in bound.args[0].parts])
            is_told = bool(bound.bindings) and not name.startswith("Async")
            ret = _words(walk, bound.bindings[0][1]) if is_told else UNTOLD
            return Shape(params, ret, ANY_ABI)
    return None


def is_callable(bounds: tuple[TraitRef, ...]) -> bool:
    """Whether one of some bounds is a trait of functions."""
    return any(bound.path.rpartition("::")[2] in CALLABLE for bound in bounds)


def is_called(walk: BodyWalk, ty: Ty) -> bool:
    """Whether a value of a type can be called, or is a pointer to what can be."""
    if isinstance(ty, Prim | Unknown):
        return False
    while isinstance(ty, Reference) or (isinstance(ty, Adt) and len(ty.args) == 1):
        ty = ty.inner if isinstance(ty, Reference) else ty.args[0]
    match ty:
        case FnPtr():
            return True
        case Param():
            return is_callable(walk.bounds.get(ty.name, ()))
        case Dyn() | Opaque():
            return is_callable(ty.bounds)
        case _:
            return False


def is_lent(ty: Ty) -> bool:
    """Whether a parameter's type tells that who calls its function lends what it holds."""
    is_reference = isinstance(ty, Reference)
    while isinstance(ty, Reference):
        ty = ty.inner
    return isinstance(ty, Param | Opaque) or (is_reference and isinstance(ty, Dyn))


def keeps(ty: Ty) -> bool:
    """Whether a type holds functions or closures, whichever they are."""
    return any(True for _ in pointers_in(ty)) or _owns_object(ty)


def _owns_object(ty: Ty) -> bool:
    while isinstance(ty, Reference):
        ty = ty.inner
    if isinstance(ty, Dyn):
        return is_callable(ty.bounds)
    return isinstance(ty, Adt | Foreign) and any(_owns_object(arg) for arg in ty.args)


def pointers_in(ty: Ty) -> Iterator[FnPtr]:
    """The function pointers in a type, and in its arguments."""
    match ty:
        case FnPtr():
            yield ty
        case Reference() | Pointer() | Slice() | ArrayOf():
            yield from pointers_in(ty.inner)
        case Adt() | Foreign():
            for arg in ty.args:
                yield from pointers_in(arg)
        case TupleOf():
            for part in ty.parts:
                yield from pointers_in(part)


def _words(walk: BodyWalk, ty: Ty) -> Words:
    words: list[str] = []
    while isinstance(ty, Reference | Slice | ArrayOf):
        if isinstance(ty, Reference):
            words.append("&mut" if ty.is_mut else "&")
        else:
            words.append("[]" if isinstance(ty, Slice) else "[;]")
        ty = ty.inner
    words.append(_word(walk, ty))
    return tuple(words)


def _word(walk: BodyWalk, ty: Ty) -> str:
    match ty:
        case Prim(name=name):
            return name if name.isidentifier() or ty == INTEGER else OPEN
        case Never():
            return "!"
        case TupleOf():
            return f"({len(ty.parts)})"
        case Pointer():
            # To what, the types of other languages have many names for.
            return "*mut" if ty.is_mut else "*const"
        case Adt():
            target = walk.declared.defmap.defs[ty.def_id]
            if ty.meanings:
                return OPEN
            # What is not there in all builds may have another name where it is not.
            return f"{{{target.name}}}" if target.cfg is None else SOME_TYPE
        case Dyn():
            return "dyn"
        case FnPtr():
            return "fn"
        case _:
            return OPEN
