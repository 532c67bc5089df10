"""The outline of one piece of a file: all items in it, those in bodies too, under their names.

A name here is what stands after the module's own path: ``Type::method``, ``func::inner``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

import msgspec

from soundcheck.syntax import items as it
from soundcheck.syntax.cfg import Cfg, conjoin
from soundcheck.syntax.visit import nearest

_ITEMS_AND_MACROS = frozenset(
    {it.Function, it.Static, it.Adt, it.Trait, it.Impl, it.TypeAlias, it.Module, it.Use,
     it.ExternCrate, it.ForeignMod, it.MacroDef, it.MacroItem, it.MacroCall}
)  # fmt: skip
# What goes by a name of its own.
_NAMED = frozenset({it.Function, it.Static, it.Adt, it.Trait, it.TypeAlias, it.Module})
# What lends its name to the items inside it, and what lets them keep that of its surroundings.
_BODIES = (it.Function, it.Static, it.Adt)
_UNNAMED = (it.Use, it.ExternCrate)
# What holds no item, and what holds nothing else.
_LEAVES = frozenset({it.TypeAlias, it.Use, it.ExternCrate})
_HOLDERS = (it.Impl, it.Trait, it.ForeignMod)


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

    ``modules`` are those of the items that are modules. They are named, and not entered: each is a
    piece of its own.
    """

    items: tuple[PlacedItem, ...]
    includes: tuple[Include, ...] = ()
    modules: tuple[PlacedItem, ...] = ()


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
    modules: list[PlacedItem] = []
    groups: list[tuple[Sequence[it.Node], _Around]] = [
        (items, _Around(owner, None, None, bool(owner), is_in_macro=False))
    ]
    for group, around in groups:
        outer, outer_cfg, container, is_in_body, is_in_macro = around
        for item in cast(Sequence[it.AnyItem], group):
            own = item.name if type(item) in _NAMED else _own_name(item)
            name = f"{outer}::{own}" if outer and own else own or outer
            shown = "" if isinstance(item, _UNNAMED) else name
            cfg = item.cfg if outer_cfg is None else conjoin(outer_cfg, item.cfg)
            one = PlacedItem(item, shown, cfg, container, is_in_body, is_in_macro)
            placed.append(one)
            if isinstance(item, it.Module) and not is_in_macro:
                modules.append(one)
                continue
            inner, calls = _inside(item)
            is_macro = is_in_macro or isinstance(item, it.MacroDef)
            if inner:
                is_body = is_in_body or isinstance(item, _BODIES)
                groups.append((inner, _Around(name, cfg, item, is_body, is_macro)))
            if not is_macro:
                includes.extend(Include(call, name, cfg) for call in calls)
                if isinstance(item, it.MacroItem) and item.name.rpartition("::")[2] == "include":
                    includes.append(Include(item, name if is_in_body else "", cfg))
    placed.sort(key=lambda one: one.item.start)
    includes.sort(key=lambda one: one.call.start)
    modules.sort(key=lambda one: one.item.start)
    return Outline(tuple(placed), tuple(includes), tuple(modules))


_NOTHING: tuple[Sequence[it.Node], Sequence[it.MacroCall]] = ((), ())


def _inside(item: it.AnyItem) -> tuple[Sequence[it.Node], Sequence[it.MacroCall]]:
    """The items directly inside an item, however deep in its body, and the ``include!``s there."""
    if type(item) in _LEAVES or (isinstance(item, it.Function) and not item.holds_items):
        return _NOTHING
    if isinstance(item, _HOLDERS):
        return item.items, ()
    found: list[it.Node] = []
    includes: list[it.MacroCall] = []
    stack = nearest(item, _ITEMS_AND_MACROS)
    while stack:
        node = stack.pop()
        if isinstance(node, it.MacroCall):
            if node.path.name == "include":
                includes.append(node)
            stack.extend(nearest(node, _ITEMS_AND_MACROS))
        else:
            found.append(node)
    found.sort(key=lambda one: one.start)
    return found, includes


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
