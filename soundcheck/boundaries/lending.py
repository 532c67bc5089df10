"""The references in a function's result, and what of its inputs their lifetimes come from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from soundcheck.syntax import items as it


class Lent(NamedTuple):
    """A reference that a function gives back.

    ``bound`` says what it lives as long as: ``static``, ``shared`` or ``mut`` for a shared or
    mutable borrow among the inputs, ``type`` for a lifetime that an input's type carries, or
    ``nothing`` for a lifetime that only the result names.
    """

    type: it.RefType
    bound: str


def lent_references(func: it.Function, container: it.AnyItem | None) -> Iterator[Lent]:
    """The references in a function's result, from left to right."""
    inputs = _inputs(func, container)
    borrowed: dict[str, str] = {}
    carried: set[str] = set()
    elided = ""
    for index, ty in enumerate(inputs):
        for part, is_outer in _parts(ty):
            if isinstance(part, it.RefType):
                how = "mut" if part.is_mut else "shared"
                is_named = part.lifetime not in ("", "_")
                if is_named and borrowed.get(part.lifetime) != "mut":
                    borrowed[part.lifetime] = how
                if not is_named and is_outer and (index == 0 or not elided):
                    elided = how
            elif isinstance(part, it.LifetimeType):
                carried.add(part.name)
    receives = _receives(func)
    for part, _ in _parts(_success(func.ret)) if func.ret is not None else ():
        if isinstance(part, it.RefType):
            yield Lent(part, _bound(part.lifetime, borrowed, carried, receives or elided))


def _success(ty: it.Type) -> it.Type:
    """What a function gives where it succeeds: errors lend nothing but texts."""
    if isinstance(ty, it.PathType) and ty.path.name == "Result" and ty.path.segments[-1].args:
        return ty.path.segments[-1].args[0]
    return ty


def _bound(lifetime: str, borrowed: dict[str, str], carried: set[str], elided: str) -> str:
    if lifetime in ("", "_"):
        # A result whose lifetime nothing tells has it from the one type that carries one.
        return elided or "type"
    if lifetime in borrowed:
        return borrowed[lifetime]
    if lifetime in carried:
        return "type"
    return "static" if lifetime == "static" else "nothing"


def _inputs(func: it.Function, container: it.AnyItem | None) -> list[it.Type]:
    """The types of the parameters, the receiver's first."""
    inputs: list[it.Type] = []
    own = container.self_type if isinstance(container, it.Impl) else None
    if func.receiver_type is not None:
        inputs.append(func.receiver_type)
    elif func.receiver.startswith("&"):
        is_mut = "mut" in func.receiver
        inputs.append(it.RefType(own or it.InferType(), is_mut, func.receiver_lifetime))
    elif func.receiver and own is not None:
        inputs.append(own)
    inputs.extend(param.type for param in func.params if param.type is not None)
    return inputs


def _receives(func: it.Function) -> str:
    """How a method borrows its receiver: an elided lifetime of the result is that borrow's."""
    if func.receiver.startswith("&"):
        return "mut" if "mut" in func.receiver else "shared"
    if isinstance(func.receiver_type, it.RefType):
        return "mut" if func.receiver_type.is_mut else "shared"
    return ""


def _parts(ty: it.Type) -> Iterator[tuple[it.Type, bool]]:
    """A type and the types in it, each with whether it is the outermost; callables hold none."""
    stack: list[tuple[it.Type, bool]] = [(ty, True)]
    while stack:
        one, is_outer = stack.pop()
        yield one, is_outer
        match one:
            case it.RefType() | it.SliceType() | it.ArrayType():
                stack.append((one.inner, False))
            case it.TupleType():
                stack.extend((part, False) for part in reversed(one.parts))
            case it.PathType():
                for segment in reversed(one.path.segments):
                    stack.extend((arg, False) for arg in reversed(segment.args))
                    stack.extend((bound, False) for _, bound in reversed(segment.bindings))
            case it.DynType() | it.ImplType():
                stack.extend((bound, False) for bound in reversed(one.bounds))
