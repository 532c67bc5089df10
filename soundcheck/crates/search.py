"""Looking a name up in one scope, and what the imports there bring.

Imports are resolved when something asks for them, so that their order does not matter. Where they
lead back to themselves the answer is provisional, and nothing that came of it is kept:
``imports.settle`` asks again until nothing changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from soundcheck.crates.definitions import (
    PUBLIC,
    TYPES,
    VALUES,
    Def,
    Entry,
    External,
    Missing,
    Resolution,
    Target,
)
from soundcheck.crates.externs import Externs
from soundcheck.crates.formula_table import FormulaTable
from soundcheck.crates.modules import ModuleForest, ModuleNode
from soundcheck.crates.scopes import ImportLeaf, Scope
from soundcheck.crates.visibility import is_visible, narrower
from soundcheck.syntax.cfg import NEVER, Cfg

# Deeper than this, no program's imports lead; what is deeper is settled in further rounds.
_DEEPEST = 60
# One thing under one name in one scope: beyond this, under which formula is no longer told apart.
_MOST_FORMULAS = 8
_NONE: Sequence[Entry] = ()
_NOTHING_OPEN = 1 << 30
_OPEN = -1


class MacroCrate(NamedTuple):
    """A crate whose macros ``#[macro_use] extern crate`` brings: all, or those of ``only``."""

    target: Target
    cfg: Cfg | None
    only: frozenset[str]


ResolveImport = Callable[["Search", ImportLeaf], list[Entry]]


class Search:
    """All that names are looked up in.

    ``externs``, ``libraries`` and ``macro_crates`` are by crate: its extern prelude, the library
    that a file nobody declares belongs to, and the crates whose macros it uses everywhere.
    ``prelude`` is the language's own, a macro's name ending in ``!``; ``prelude_modules`` are the
    modules of stubs that bring it, ``stubs`` all modules of stubs. ``low`` is the shallowest
    question in progress that the present answer leans on. ``resolve_import`` follows the path of
    an import, for which it looks names up in its turn.
    """

    __slots__ = ("defs", "depth", "editions", "externals", "externs", "forest",
                 "formulas", "is_changed", "libraries", "low", "macro_crates", "members", "memo",
                 "missing", "prelude", "prelude_modules", "primaries", "resolutions",
                 "resolve_import", "round", "scopes", "stubs")  # fmt: skip

    def __init__(
        self,
        forest: ModuleForest,
        defs: Sequence[Def],
        scopes: Sequence[Scope],
        members: Mapping[int, Mapping[str, Sequence[Def]]],
        formulas: FormulaTable,
        externs: Sequence[Externs],
        libraries: Sequence[int | None],
        prelude: Mapping[str, str],
        resolve_import: ResolveImport,
    ) -> None:
        self.forest = forest
        self.defs = defs
        self.scopes = scopes
        self.members = members
        self.formulas = formulas
        self.externs = externs
        self.libraries = libraries
        self.prelude = prelude
        self.prelude_modules: tuple[int, ...] = ()
        self.stubs: frozenset[int] = frozenset()
        self.resolve_import = resolve_import
        self.macro_crates: list[list[MacroCrate]] = [[] for _ in forest.crates]
        self.editions = [crate.edition for crate in forest.crates]
        self.externals: dict[tuple[str, bool], External] = {}
        self.memo: dict[tuple[int, str, int], Sequence[Entry]] = {}
        self.resolutions: dict[tuple[int, tuple[str, ...], int, bool], Resolution] = {}
        self.primaries: dict[tuple[str, int, str, str], Def] = {}
        self.missing: dict[tuple[int, str], Missing | None] = {}
        self.depth = 0
        self.low = _NOTHING_OPEN
        self.round = 0
        self.is_changed = False

    def external(self, path: str, *, is_guess: bool = False) -> External:
        """The one value for a path outside the workspace."""
        key = (path, is_guess)
        known = self.externals.get(key)
        if known is None:
            known = self.externals[key] = External(path, is_guess)
        return known


# -- imports -----------------------------------------------------------------------------------


def entries_of(search: Search, leaf: ImportLeaf) -> Sequence[Entry]:
    """What an import brings, as far as that is known."""
    if leaf.is_settled:
        return leaf.entries
    if leaf.depth >= 0:
        # Nothing comes of an import that only leads to itself.
        search.low = min(search.low, leaf.depth)
        return _NONE
    is_inner = search.depth > 0
    if is_inner and (leaf.round == search.round or search.round > 1 or search.depth >= _DEEPEST):
        search.low = _OPEN
        return leaf.entries
    leaf.round = search.round
    depth = leaf.depth = search.depth
    outer = search.low
    search.depth += 1
    search.low = _NOTHING_OPEN
    entries = search.resolve_import(search, leaf)
    low = search.low
    search.depth -= 1
    leaf.depth = -1
    leaf.is_settled = low >= depth
    search.low = outer if leaf.is_settled else _OPEN
    if _differ(leaf.entries, entries):
        leaf.entries = entries
        search.is_changed = True
    return entries


def _differ(old: Sequence[Entry], new: Sequence[Entry]) -> bool:
    if len(old) != len(new):
        return True
    return any(
        a.target is not b.target or a.cfg is not b.cfg or a.namespaces != b.namespaces
        for a, b in zip(old, new, strict=True)
    )


def add_entry(search: Search, entries: list[Entry], entry: Entry) -> None:
    """Add an entry, unless another says the same of the same target, or more."""
    same = 0
    for one in entries:
        if one.target is entry.target and one.namespaces & entry.namespaces == entry.namespaces:
            same += 1
            is_wider = one.visibility in (PUBLIC, entry.visibility)
            if is_wider and search.formulas.is_implied(one.cfg, entry.cfg):
                return
    if same >= _MOST_FORMULAS:
        entry = Entry(entry.target, entry.namespaces, entry.visibility, None)
    entries.append(entry)


# -- one scope ---------------------------------------------------------------------------------


def look_up(search: Search, scope: Scope, name: str, mask: int) -> Sequence[Entry]:
    """What ``name`` means in a scope in the namespaces of ``mask``; not in the scopes around it."""
    if not scope.globs and name not in scope.imported:
        defined = scope.names.get(name)
        return [one for one in defined if one.namespaces & mask] if defined else _NONE
    key = (scope.index, name, mask)
    known = search.memo.get(key)
    if known is not None:
        return known
    outer = search.low
    search.low = _NOTHING_OPEN
    found = _named_here(search, scope, name, mask)
    if scope.globs:
        _add_through_globs(search, scope, name, mask, found)
    if search.low == _NOTHING_OPEN:
        search.memo[key] = found
    search.low = min(outer, search.low)
    return found


def _named_here(search: Search, scope: Scope, name: str, mask: int) -> list[Entry]:
    """What is defined or imported in a scope under a name written there."""
    found = [entry for entry in scope.names.get(name, _NONE) if entry.namespaces & mask]
    for leaf in scope.imported.get(name, ()):
        for entry in entries_of(search, leaf):
            if entry.namespaces & mask:
                add_entry(search, found, entry)
    if len(found) > 1 and any(isinstance(entry.target, External) for entry in found):
        return _without_doubles(search, found, mask)
    return found


def _without_doubles(search: Search, found: list[Entry], mask: int) -> list[Entry]:
    """Drop external names from the namespaces where the workspace itself names something.

    Which namespaces an external name is in is not known, and none can hold two things at once.
    """
    own = [entry for entry in found if isinstance(entry.target, Def)]
    kept = []
    for entry in found:
        namespaces = entry.namespaces
        if isinstance(entry.target, External):
            for one in own:
                if search.formulas.logic.may_meet(one.cfg, entry.cfg):
                    namespaces &= ~one.namespaces
        if namespaces == entry.namespaces:
            kept.append(entry)
        elif namespaces & mask:
            kept.append(Entry(entry.target, namespaces, entry.visibility, entry.cfg))
    return kept


class _Way(NamedTuple):
    """A way through globs: the scope it leads to, and what of the names there comes through.

    ``named`` are those there of the name looked for, which hide what is behind them.
    """

    scope: Scope
    named: Sequence[Entry]
    mask: int
    cfg: Cfg | None
    visibility: int


def _add_through_globs(
    search: Search, scope: Scope, name: str, mask: int, found: list[Entry]
) -> None:
    """Add what globs bring from wherever they lead, but for what nearer names hide."""
    modules = search.forest.modules
    seen: dict[int, list[tuple[Cfg | None, int]]] = {scope.index: [(None, mask)]}
    ways = [_Way(scope, tuple(found), mask, None, PUBLIC)]
    for way in ways:
        here = way.scope
        mask, cfg = _unhidden(search, way)
        if not mask or cfg is NEVER:
            continue
        for glob in here.globs:
            if here is not scope and not is_visible(modules, glob.visibility, scope.module):
                continue
            visibility = narrower(modules, way.visibility, glob.visibility)
            for source in entries_of(search, glob):
                holder = source.target
                joined = search.formulas.join(cfg, source.cfg)
                if not isinstance(holder, Def) or joined is NEVER:
                    continue
                if holder.kind == "module":
                    joined = _note_way(search, seen, holder.index, joined, mask)
                    if joined is NEVER:
                        continue
                    inner = search.scopes[holder.index]
                    named = _named_here(search, inner, name, mask)
                    ways.append(_Way(inner, named, mask, joined, visibility))
                else:
                    named = list(variants_of(search, holder, name, mask))
                for entry in named:
                    whole = search.formulas.join(joined, entry.cfg)
                    if whole is NEVER or not _is_seen_by(modules, entry, scope, here):
                        continue
                    shown = narrower(modules, visibility, entry.visibility)
                    brought = Entry(entry.target, entry.namespaces & mask, shown, whole)
                    add_entry(search, found, brought)


def _unhidden(search: Search, way: _Way) -> tuple[int, Cfg | None]:
    """In which namespaces, and where, names behind a scope are not hidden by those in it."""
    mask, cfg = way.mask, way.cfg
    for entry in way.named:
        if search.formulas.is_implied(entry.cfg, way.scope.cfg):
            mask &= ~entry.namespaces
    for entry in way.named:
        if entry.namespaces & mask:
            cfg = search.formulas.without(cfg, entry.cfg)
    return mask, cfg


def _note_way(
    search: Search,
    seen: dict[int, list[tuple[Cfg | None, int]]],
    module: int,
    cfg: Cfg | None,
    mask: int,
) -> Cfg | None:
    """The formula under which a module need be looked at once more; ``NEVER`` if it need not."""
    known = seen.setdefault(module, [])
    for before, wider in known:
        if wider & mask == mask and search.formulas.is_implied(before, cfg):
            return NEVER
    if len(known) >= _MOST_FORMULAS:
        cfg = None
    known.append((cfg, mask))
    return cfg


def _is_seen_by(modules: Sequence[ModuleNode], entry: Entry, *scopes: Scope) -> bool:
    return all(is_visible(modules, entry.visibility, scope.module) for scope in scopes)


def names_in(search: Search, holder: Def, name: str, mask: int) -> Sequence[Entry]:
    """What ``name`` means in a module or an enum."""
    if holder.kind == "module":
        return look_up(search, search.scopes[holder.index], name, mask)
    return variants_of(search, holder, name, mask)


def variants_of(search: Search, holder: Def, name: str, mask: int) -> Sequence[Entry]:
    """The variants of that name that an enum has."""
    variants = search.members.get(holder.index, {}).get(name)
    if not variants or not mask & (TYPES | VALUES):
        return _NONE
    return [Entry(one, one.namespaces & mask, one.visibility, one.cfg) for one in variants]


def external_globs(search: Search, scope: Scope, viewer: int) -> tuple[str, ...]:
    """The paths outside the workspace whose names globs bring into a scope, seen from a module."""
    found: dict[str, None] = {}
    seen = {scope.index}
    stack = [scope]
    while stack:
        current = stack.pop()
        for glob in current.globs:
            if not is_visible(search.forest.modules, glob.visibility, viewer):
                continue
            for entry in entries_of(search, glob):
                target = entry.target
                if isinstance(target, External):
                    found[target.path] = None
                elif not isinstance(target, Def) or target.kind != "module":
                    continue
                elif target.index in search.stubs:
                    found[target.path] = None
                elif target.index not in seen:
                    seen.add(target.index)
                    stack.append(search.scopes[target.index])
    return tuple(sorted(found))
