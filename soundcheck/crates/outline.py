"""The outline of one piece of a file: all items in it, those in bodies too, under their names.

A name here is what stands after the module's own path: ``Type::method``, ``func::inner``.
"""

from __future__ import annotations

from typing import NamedTuple, cast

import msgspec

from soundcheck.syntax import items as it
from soundcheck.syntax.cfg import Cfg, conjoin
from soundcheck.syntax.visit import nearest

_ITEMS = frozenset(
    {it.Function, it.Static, it.Adt, it.Trait, it.Impl, it.TypeAlias, it.Module, it.Use,
     it.ExternCrate, it.ForeignMod, it.MacroDef, it.MacroItem}
)  # fmt: skip
_ITEMS_AND_MACROS = _ITEMS | {it.MacroCall}
# What lends its name to the items inside it, and what lets them keep that of its surroundings.
_BODIES = (it.Function, it.Static, it.Adt)
_UNNAMED = (it.Use, it.ExternCrate)


class PlacedItem(msgspec.Struct, frozen=True, gc=False):
    """An item, and where in its module it stands.

    ``name`` follows the module's path; an ``impl`` has its type's, an ``extern`` block or macro
    call that of its surroundings, an import none. ``cfg`` joins the item's formula with those of
    the items around it, not with its module's. ``container`` is the item directly around it.
    ``is_in_body`` tells what only its function can name, ``is_in_macro`` what stands in a macro's
    definition and is no item until that is used.
    """

    item: it.AnyItem
    name: str
    cfg: Cfg | None
    container: it.AnyItem | None
    is_in_body: bool
    is_in_macro: bool


class Include(msgspec.Struct, frozen=True, gc=False):
    """One ``include!``, the item in whose body it stands, if any, and its formula."""

    call: it.MacroItem | it.MacroCall
    owner: str
    cfg: Cfg | None


class Outline(msgspec.Struct, frozen=True, gc=False):
    """All items and ``include!``s of one piece of a file, in order of writing.

    Modules are named, and not entered: each is a piece of its own.
    """

    items: tuple[PlacedItem, ...]
    includes: tuple[Include, ...] = ()


class _Around(NamedTuple):
    name: str
    cfg: Cfg | None
    container: it.AnyItem | None
    is_in_body: bool
    is_in_macro: bool


def outline_of(items: tuple[it.AnyItem, ...], owner: str = "") -> Outline:
    """The outline of ``items``, which stand in the body of ``owner`` if that is given."""
    placed: list[PlacedItem] = []
    includes: list[Include] = []
    around = _Around(owner, None, None, bool(owner), is_in_macro=False)
    stack: list[tuple[it.AnyItem, _Around]] = [(item, around) for item in reversed(items)]
    while stack:
        item, around = stack.pop()
        cfg = conjoin(around.cfg, item.cfg) if around.cfg is not None else item.cfg
        name = _name_under(around.name, item)
        shown = "" if isinstance(item, _UNNAMED) else name
        placed.append(
            PlacedItem(item, shown, cfg, around.container, around.is_in_body, around.is_in_macro)
        )
        if isinstance(item, it.Module) and not around.is_in_macro:
            continue
        inside = _Around(
            name,
            cfg,
            item,
            around.is_in_body or isinstance(item, _BODIES),
            around.is_in_macro or isinstance(item, it.MacroDef),
        )
        inner, calls = _inside(item)
        stack.extend((one, inside) for one in reversed(inner))
        if not inside.is_in_macro:
            includes.extend(Include(call, name, cfg) for call in calls)
            if isinstance(item, it.MacroItem) and item.name.rpartition("::")[2] == "include":
                includes.append(Include(item, name if around.is_in_body else "", cfg))
    placed.sort(key=lambda one: one.item.start)
    includes.sort(key=lambda one: one.call.start)
    return Outline(tuple(placed), tuple(includes))


def _inside(item: it.AnyItem) -> tuple[list[it.AnyItem], list[it.MacroCall]]:
    """The items directly inside an item, however deep in its body, and the ``include!``s there."""
    found: list[it.AnyItem] = []
    includes: list[it.MacroCall] = []
    if isinstance(item, it.Function) and not item.holds_items:
        return found, includes
    stack = list(nearest(item, _ITEMS_AND_MACROS))
    while stack:
        node = stack.pop()
        if isinstance(node, it.MacroCall):
            if node.path.name == "include":
                includes.append(node)
            stack.extend(nearest(node, _ITEMS_AND_MACROS))
        else:
            found.append(cast(it.AnyItem, node))
    found.sort(key=lambda one: one.start)
    return found, includes


def _name_under(owner: str, item: it.AnyItem) -> str:
    own = _own_name(item)
    return f"{owner}::{own}" if owner and own else own or owner


def _own_name(item: it.AnyItem) -> str:
    if isinstance(item, it.Impl):
        return type_name(item.self_type)
    if isinstance(item, it.MacroDef):
        return f"{item.name}!"
    return "" if isinstance(item, (it.MacroItem, it.ForeignMod)) else item.name


def type_name(ty: it.Type | None) -> str:
    """The name that a type lends to its methods: its last one, without generics.

    References, pointers and trait objects go by what they lead to, other types by their shape.
    """
    while True:
        if isinstance(ty, it.PathType):
            return ty.path.name or "_"
        if isinstance(ty, (it.RefType, it.PtrType)):
            ty = ty.inner
        elif isinstance(ty, (it.DynType, it.ImplType)):
            ty = next((bound for bound in ty.bounds if isinstance(bound, it.PathType)), None)
        elif isinstance(ty, (it.SliceType, it.ArrayType)):
            return f"[{type_name(ty.inner)}]"
        elif isinstance(ty, it.TupleType):
            return f"({', '.join(type_name(part) for part in ty.parts)})"
        elif isinstance(ty, it.FnType):
            return ty.sugar.name if ty.sugar is not None else "fn"
        else:
            return "!" if isinstance(ty, it.NeverType) else "_"
