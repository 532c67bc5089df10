"""Adding to a collection what macro calls at the place of items make."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import NamedTuple

from soundcheck.crates.collection import FREE, Collection, Place, collect_item, resolve_written
from soundcheck.crates.definitions import (
    INCLUDE,
    NOWHERE,
    TYPES,
    VALUES,
    Def,
    Entry,
    Missing,
)
from soundcheck.crates.macro_expansion import Declared, Expansion, declared_in, expand
from soundcheck.crates.outline import type_name
from soundcheck.crates.scopes import add_block, items_in_body
from soundcheck.syntax import items as it
from soundcheck.syntax.cfg import NEVER

# Macros that make calls of macros; beyond this they call themselves.
_DEEPEST = 5
_VALUES = frozenset({"fn", "static", "const"})
_KINDS = {"fn": "function", "type": "type alias"}
_HOLDERS = (it.Impl, it.Trait, it.ForeignMod, it.MacroItem)


class _Call(NamedTuple):
    """A macro call at the place of an item, or one that such a call makes; its name and tokens.

    ``item`` is what stands in the source, ``path`` the full name of what it stands in.
    """

    item: it.MacroItem
    name: str
    text: str
    place: Place
    path: str
    depth: int = 0


def add_macro_items(found: Collection) -> None:
    """Add what all collected macro calls make, and to each scope those that make we know not what.

    A macro is found by its name alone: what a path leads to is not known before the macros have
    made their items.
    """
    lost = {
        (gap.at.path, gap.at.start) for gap in found.forest.gaps if gap.kind == "unresolved-include"
    }
    for item, place, path in tuple(found.calls):
        if item.name.rpartition("::")[2] == INCLUDE:
            if (place.file, item.start) in lost:
                place.scope.calls.append((INCLUDE, ""))
            continue
        text = tokens_of(item, found.texts[place.file])
        call = _Call(item, item.name.rpartition("::")[2].strip(), text, place, path)
        is_known = bool(item.items) or _add_expanded(found, call) or _add_declared(found, call)
        if not is_known or (item.items and call.name not in found.macros):
            place.scope.calls.append((call.name, call.text))


def tokens_of(call: it.MacroItem, source: bytes) -> str:
    """The tokens of a macro call, without their delimiters."""
    text = source[call.start : call.end].decode("utf-8", "replace").rstrip("; \n")
    opener = min((at for at in map(text.find, "([{") if at >= 0), default=len(text))
    return text[opener + 1 : -1]


def _add_expanded(found: Collection, call: _Call) -> bool:
    """Add the items that the workspace's own macros of that name make; whether there are any."""
    crate = call.place.module.crate
    modules = found.forest.modules
    is_made = False
    for macro in _macros_of(found, call.place, call.name):
        if not isinstance(macro.item, it.MacroDef) or not macro.is_primary:
            continue
        home = modules[macro.module].crate
        root = "crate" if home == crate else f"$crate{home}"
        cfg = found.formulas.join(call.place.cfg, macro.cfg)
        if cfg is NEVER:
            continue
        expansion = expand(macro.item, call.text, found.texts[macro.file], root)
        if expansion is None:
            continue
        place = call.place._replace(cfg=cfg, file=macro.file, container=call.item)
        for item in expansion.items:
            is_made = _add(found, item, place, call.path) or is_made
        unread = call._replace(text=expansion.text)
        is_made = (bool(expansion.text) and _add_declared(found, unread)) or is_made
        for name, text in expansion.calls:
            inner = call._replace(name=name, text=text, depth=call.depth + 1)
            is_made = _add_inner(found, inner, place, expansion) or is_made
    return is_made


def _macros_of(found: Collection, place: Place, name: str) -> Sequence[Def]:
    """The macros of a name that a call may mean: the nearest around it, its crate's, or any."""
    known = found.macros.get(name, [])
    if len(known) < 2:
        return known
    modules = found.forest.modules
    scope = place.scope
    while True:
        entries = scope.macros.get(name)
        if entries is not None:
            return [one.target for one in entries if isinstance(one.target, Def)]
        above = scope.parent if scope.is_block else modules[scope.module].parent
        if above == NOWHERE:
            break
        scope = found.scopes[above]
    crate = place.module.crate
    return [macro for macro in known if modules[macro.module].crate == crate] or known


def _add_inner(found: Collection, call: _Call, place: Place, expansion: Expansion) -> bool:
    """Add what a macro call that another makes makes in its turn; whether that is anything."""
    if call.name in found.macros:
        return call.depth < _DEEPEST and _add_expanded(found, call)
    held = expansion.held.get(call.name, ())
    is_made = [_add(found, item, place, call.path) for item in held]
    return _add_declared(found, call, {item.name for item in held}) or any(is_made)


def _add(found: Collection, item: it.AnyItem, place: Place, path: str) -> bool:
    """Add one item and those in it; whether it says anything."""
    if isinstance(item, it.MacroItem) and not item.items:
        return False
    if item.cfg is not None:
        crate = found.forest.crates[place.module.crate]
        placed = found.formulas.place(item.cfg, crate)
        place = place._replace(cfg=found.formulas.join(place.cfg, placed))
    own = type_name(item.self_type) if isinstance(item, it.Impl) else item.name
    name = path if isinstance(item, (it.MacroItem, it.ForeignMod)) else f"{path}::{own}"
    inner = items_in_body(item) if isinstance(item, it.Function) else ()
    if inner:
        inside = add_block(found.scopes, place.scope, place.file, place.cfg)
        place = place._replace(inside=inside)
    around = collect_item(found, item, place, name)
    if isinstance(item, _HOLDERS):
        below = place._replace(around=FREE if around is None else around)
        for one in item.items:
            _add(found, one, below, name)
    if place.inside is not None:
        body = place._replace(scope=place.inside, inside=None, around=FREE, is_in_body=True)
        for one in inner:
            _add(found, one, body, name)
    return True


def _add_declared(found: Collection, call: _Call, known: Set[str] = frozenset()) -> bool:
    """Add the names that the tokens of a call declare, but the known; whether there are any."""
    place = call.place
    if place.around != FREE:
        return False
    is_made = False
    for declared in declared_in(call.text):
        if declared.name in known:
            continue
        is_made = True
        visibility = resolve_written(
            found, declared.visibility, place.module, place.file, call.item
        )
        if declared.kind == "mod":
            missing = Missing("macro", f"`{call.name}!` makes the module `{declared.name}`")
            place.scope.bind(declared.name, Entry(missing, TYPES, visibility, place.cfg))
            continue
        own = _declared_def(found, declared, call, visibility)
        found.defs.append(own)
        place.scope.bind(own.name, Entry(own, own.namespaces, visibility, own.cfg))
    return is_made


def _declared_def(found: Collection, declared: Declared, call: _Call, visibility: int) -> Def:
    place = call.place
    namespaces = VALUES if declared.kind in _VALUES else TYPES
    if declared.kind == "struct":
        namespaces = TYPES | VALUES
    return Def(
        index=len(found.defs),
        kind=_KINDS.get(declared.kind, declared.kind),
        name=declared.name,
        path=f"{call.path}::{declared.name}",
        namespaces=namespaces,
        module=place.module.index,
        scope=place.scope.index,
        visibility=visibility,
        cfg=place.cfg,
        file=place.file,
        start=call.item.start,
        item=call.item,
        container=call.item,
        is_primary=place.is_primary,
        is_in_body=place.is_in_body,
    )
