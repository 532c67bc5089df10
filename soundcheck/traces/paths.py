"""From a demangled path to the item it means: without generics, closures folded into functions.

Names are the program's own, ``krate::module::Type::method``. A path may come from either mangling
or from a tool's text, so it is read as written: ``<T as Trait>::f`` is a trait's method for ``T``,
``<T>::f`` and ``a::T<X>::f`` are ``T``'s own, and ``a::<impl b::Trait for c::T>::f`` stands in an
``impl`` in the module ``a``.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec

from soundcheck.traces.symbols import respell
from soundcheck.traces.v0 import home_v0

_OPENING = "<([{"
_CLOSING = ">)]}"
_MAX_NESTING = 60
# What stands before the type that a reference, pointer or trait object leads to.
_LEADING = re.compile(r"&(?:'\w+ )?(?:mut )?|\*const |\*mut |dyn |impl |for<[^>]*> ")
_FUNCTION_TYPE = re.compile(r"(?:unsafe )?(?:extern \S+ )?fn\(")
# What the compiler made of a function: ``{closure#0}``, ``{{vtable.shim}}``, ``{shim:reify#0}``.
_MADE = re.compile(r"\{+([^#:{}]*)")
_CLOSURES = ("closure", "async", "coroutine", "generator", "gen")
_SUFFIX = re.compile(r"(?:\.(?:llvm|cold|warm|hot|part|constprop|isra|[0-9A-F]+))+$")
_CALL_TRAITS = frozenset(f"core::ops::function::{name}" for name in ("Fn", "FnMut", "FnOnce"))
_CALLS = frozenset({"call", "call_mut", "call_once"})
_DROP_GLUE = frozenset(
    f"core::ptr::{name}" for name in ("drop_in_place", "real_drop_in_place", "drop_glue")
)
# The crates below all others, each knowing those before it.
_HEIGHTS = {"": 0, "core": 1, "alloc": 2, "std": 3}
# The crate in which rustc puts what no crate defines, such as the global allocator's functions.
_NO_CRATE = "__rustc"


class ItemPath(msgspec.Struct, frozen=True, gc=False):
    """The item that executed code belongs to, as far as its symbol tells.

    ``krate`` is empty where the symbol is a plain name, as of an exported function, and where
    nothing tells it; ``segments`` follow it. ``self_type`` names the type whose ``impl`` the item
    is in, or whose drop glue this is, without generics, ``self_text`` is that type as written, and
    ``trait`` names the trait. ``home`` is the module of the ``impl``, where the symbol tells.
    """

    krate: str
    segments: tuple[str, ...]
    self_type: str | None = None
    self_text: str | None = None
    trait: str | None = None
    home: str | None = None
    is_closure: bool = False
    is_shim: bool = False
    is_drop_glue: bool = False


def item_path(name: str, home: str | None = None) -> ItemPath:
    """The item that a symbol means, mangled or not; ``home`` if its ``impl``'s module is known."""
    text = _SUFFIX.sub("", respell(name))
    if _nesting(text) > _MAX_NESTING:
        return ItemPath("", (text,))
    return _item(text, home or home_v0(name))


def name_of(path: ItemPath) -> str:
    """The item's full name; a method's begins with the module of its type."""
    return "::".join((path.krate, *path.segments) if path.krate else path.segments)


def names_of(path: ItemPath) -> tuple[str, ...]:
    """The full names the item may have in the program, the likeliest first.

    A method is named after the module of its type, or of its ``impl``; what a symbol tells as
    ``<T as Trait>::f`` may stand in the module of ``Trait``, or be its own body of a provided
    method.
    """
    name = name_of(path)
    if path.self_type is None or path.is_drop_glue:
        return (name,)
    last = path.self_type.rpartition("::")[2]
    _, _, method = f"::{name}".rpartition(f"::{last}::")
    names = {name: None}
    home = path.home or (path.trait or "").rpartition("::")[0]
    if home:
        names[f"{home}::{last}::{method}"] = None
    if path.trait is not None:
        names[f"{path.trait}::{method}"] = None
    return tuple(names)


def krate_of(path: ItemPath) -> str:
    """The crate whose source has the item, or the empty string where nothing tells it.

    An ``impl`` stands in the crate of its type or in that of its trait: in the one that can know
    the other, where neither is told.
    """
    if path.home is not None:
        return path.home.partition("::")[0]
    krates = [path.krate, (path.trait or "").partition("::")[0]]
    return max(krates, key=lambda krate: _HEIGHTS.get(krate, len(_HEIGHTS)))


class _Tail(NamedTuple):
    """What follows the crate or the ``impl`` in a path: names, and what the compiler added.

    The first ``owner`` of the names are a type's, if it has its ``owner_arguments`` written there.
    """

    names: tuple[str, ...]
    owner: int
    owner_arguments: str
    arguments: str
    is_closure: bool
    is_shim: bool


def _item(text: str, home: str | None = None) -> ItemPath:
    segments = _split(text, "::")
    impls = [
        index
        for index, segment in enumerate(segments)
        if segment.startswith("<impl ") or (index == 0 and segment.startswith("<"))
    ]
    if not impls:
        return _outside_impls(_tail(segments))
    last = impls[-1]
    if last > 0:
        home = name_of(_item("::".join(segments[:last])))
    return _in_impl(segments[last][1:-1], home, _tail(segments[last + 1 :]))


def _outside_impls(tail: _Tail) -> ItemPath:
    krate, segments = "", tail.names
    if len(segments) > 1:
        krate, segments = segments[0], segments[1:]
    if krate == _NO_CRATE:
        krate = ""
    path = ItemPath(krate, segments, is_closure=tail.is_closure, is_shim=tail.is_shim)
    if name_of(path) in _DROP_GLUE:
        dropped = tail.arguments or None
        name = _type(dropped)[0] if dropped else None
        return msgspec.structs.replace(path, self_type=name, self_text=dropped, is_drop_glue=True)
    if tail.owner:
        owner = "::".join(tail.names[: tail.owner])
        whole = f"{owner}<{tail.owner_arguments}>"
        return msgspec.structs.replace(path, self_type=owner, self_text=whole)
    return path


def _in_impl(inner: str, home: str | None, tail: _Tail) -> ItemPath:
    self_text, trait_text = _self_and_trait(inner)
    name, owner = _type(self_text)
    trait = _type(trait_text)[0] if trait_text else None
    is_call = trait in _CALL_TRAITS or (trait is None and "".join(tail.names[:1]) in _CALLS)
    if owner is not None and is_call and _is_function(owner):
        # What is called through a closure or a function's name as a value is that function.
        return msgspec.structs.replace(owner, is_shim=tail.is_shim or not owner.is_closure)
    if owner is not None:
        krate, segments = owner.krate, (*owner.segments, *tail.names)
    else:
        module = (home or (trait or "").rpartition("::")[0]).split("::")
        krate, segments = module[0], (*module[1:], name, *tail.names)
    return ItemPath(krate, segments, name, self_text, trait, home, tail.is_closure, tail.is_shim)


def _is_function(path: ItemPath) -> bool:
    """Whether a type's path is that of a closure, or of a function as a type of its own."""
    last = path.segments[-1] if path.segments else ""
    return path.is_closure or (path.self_type is None and last[:1].islower())


def _tail(segments: list[str]) -> _Tail:
    names: list[str] = []
    owner, owner_arguments, arguments = 0, "", ""
    attached = ""
    is_closure = is_shim = False
    for segment in segments:
        if segment.startswith("<"):
            arguments, attached = segment[1:-1], ""
            continue
        plain, own_arguments, made = _pieces(segment)
        if plain:
            if attached:
                owner, owner_arguments = len(names), attached
            names.append(plain)
            arguments = attached = own_arguments
            is_closure = False
        is_closure = is_closure or made.startswith(_CLOSURES)
        is_shim = is_shim or "shim" in made
    return _Tail(tuple(names), owner, owner_arguments, arguments, is_closure, is_shim)


def _pieces(segment: str) -> tuple[str, str, str]:
    """Of ``f<A>{{vtable.shim}}``: ``f``, ``A``, ``vtable.shim``; each may be missing."""
    made = _MADE.search(segment) if segment.endswith("}") else None
    if made is not None:
        segment = segment[: made.start()]
    plain, bracket, arguments = segment.partition("<")
    return plain, arguments[:-1] if bracket else "", made[1] if made is not None else ""


def _self_and_trait(inner: str) -> tuple[str, str]:
    """The type and, if there is one, the trait of ``T as Trait``, ``impl Trait for T``, ``T``."""
    if inner.startswith("impl "):
        halves = _split(inner[len("impl ") :], " for ")
        return halves[-1], " for ".join(halves[:-1])
    halves = _split(inner, " as ")
    return halves[0], halves[1] if len(halves) > 1 else ""


def _type(text: str) -> tuple[str, ItemPath | None]:
    """The name a type lends to its methods, and its path if it has one.

    References, pointers and trait objects go by what they lead to, other types by their shape.
    """
    while leading := _LEADING.match(text):
        text = text[leading.end() :]
    text = _split(text, "+")[0].strip()
    if text.startswith("["):
        return f"[{_last_name(_split(text[1:-1], '; ')[0])}]", None
    if text.startswith("("):
        parts = _split(text[1:-1], ",")
        if len(parts) == 1 and parts[0]:
            return _type(parts[0])
        return f"({', '.join(_last_name(part) for part in parts if part.strip())})", None
    if _FUNCTION_TYPE.match(text):
        return "fn", None
    path = _item(text)
    if path.krate or text.startswith("<"):
        return name_of(path), path
    return "::".join(path.segments), None


def _last_name(text: str) -> str:
    return _type(text.strip())[0].rpartition("::")[2]


def _nesting(text: str) -> int:
    depth = deepest = 0
    for char in text:
        if char in _OPENING:
            depth += 1
            deepest = max(deepest, depth)
        elif char in _CLOSING:
            depth -= 1
    return deepest


def _split(text: str, separator: str) -> list[str]:
    """The parts of ``text`` between those separators that stand in no brackets."""
    parts: list[str] = []
    depth = start = at = 0
    while at < len(text):
        char = text[at]
        if char in _OPENING:
            depth += 1
        elif char in _CLOSING and not (char == ">" and text[at - 1 : at] in ("-", ".", "=")):
            depth = max(depth - 1, 0)
        elif depth == 0 and text.startswith(separator, at):
            parts.append(text[start:at])
            at += len(separator)
            start = at
            continue
        at += 1
    parts.append(text[start:])
    return parts
