"""Looking names up: in one scope, in those around it, and along a path.

Imports are resolved when something asks for them, so that their order does not matter. Where they
lead back to themselves the answer is provisional, and nothing that came of it is kept:
``imports.settle`` asks again until nothing changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from soundcheck.crates.definitions import (
    EVERY,
    MACROS,
    PRIMITIVES,
    PUBLIC,
    TYPES,
    VALUES,
    Def,
    Entry,
    External,
    Missing,
    Primitive,
    Target,
)
from soundcheck.crates.externs import Externs, unlisted_crate
from soundcheck.crates.formula_table import FormulaTable
from soundcheck.crates.macro_matching import split_tokens
from soundcheck.crates.modules import ModuleForest
from soundcheck.crates.scopes import ImportLeaf, Scope
from soundcheck.crates.visibility import is_visible, narrower
from soundcheck.syntax.cfg import NEVER, Cfg

if TYPE_CHECKING:
    from soundcheck.crates.paths import Resolution

# Deeper than this, no program's imports lead; what is deeper is settled in further rounds.
_DEEPEST = 60
# One thing under one name in one scope: beyond this, under which formula is no longer told apart.
_MOST_FORMULAS = 8
_NONE: Sequence[Entry] = ()
_NOTHING_OPEN = 1 << 30
_OPEN = -1


class Reached(NamedTuple):
    """Where a path leads: the target, and those last names of the path that a type must answer."""

    target: Target
    namespaces: int
    cfg: Cfg | None
    rest: tuple[str, ...] = ()


class Walk(NamedTuple):
    """All that a path leads to; if nothing, which of its names fails, and in which modules."""

    reached: Sequence[Reached]
    failed: int = -1
    inside: tuple[Def, ...] = ()


class MacroCrate(NamedTuple):
    """A crate whose macros ``#[macro_use] extern crate`` brings: all, or those of ``only``."""

    target: Target
    cfg: Cfg | None
    only: frozenset[str]


class Search:
    """All that names are looked up in.

    ``externs``, ``libraries`` and ``macro_crates`` are by crate: its extern prelude, the library
    that a file nobody declares belongs to, and the crates whose macros it uses everywhere.
    ``prelude`` is the language's own, a macro's name ending in ``!``. ``low`` is the shallowest
    question in progress that the present answer leans on.
    """

    __slots__ = ("active", "defs", "depth", "editions", "externals", "externs", "forest",
                 "formulas", "is_changed", "libraries", "low", "macro_crates", "members", "memo",
                 "prelude", "primaries", "resolutions", "round", "scopes")  # fmt: skip

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
    ) -> None:
        self.forest = forest
        self.defs = defs
        self.scopes = scopes
        self.members = members
        self.formulas = formulas
        self.externs = externs
        self.libraries = libraries
        self.prelude = prelude
        self.macro_crates: list[list[MacroCrate]] = [[] for _ in forest.crates]
        self.editions = [crate.edition for crate in forest.crates]
        self.externals: dict[tuple[str, bool], External] = {}
        self.memo: dict[tuple[int, str, int], Sequence[Entry]] = {}
        self.active: dict[tuple[int, str, int], int] = {}
        self.resolutions: dict[tuple[int, tuple[str, ...], int, bool], Resolution] = {}
        self.primaries: dict[tuple[str, int, str, str], Def] = {}
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
    entries = _resolve_import(search, leaf)
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


def _resolve_import(search: Search, leaf: ImportLeaf) -> list[Entry]:
    mask = TYPES if leaf.alias == "*" else EVERY
    walk = walk_path(search, leaf.scope, leaf.names, mask, is_global=leaf.is_global, is_import=True)
    join = search.formulas.join
    entries: list[Entry] = []
    for target, namespaces, cfg, rest in walk.reached:
        if rest and not isinstance(target, Missing):
            continue
        if mask == TYPES and not _holds_names(target):
            continue
        joined = join(leaf.cfg, cfg)
        if joined is not NEVER:
            _add(search, entries, Entry(target, namespaces, leaf.visibility, joined))
    return entries


def _holds_names(target: Target) -> bool:
    """Whether a glob can bring what is in it."""
    return not isinstance(target, Primitive) and (
        not isinstance(target, Def) or target.kind in ("module", "enum")
    )


def _add(search: Search, entries: list[Entry], entry: Entry) -> None:
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
    defined = scope.names.get(name, _NONE)
    imported = scope.imported.get(name)
    if imported is None and not scope.globs:
        return [entry for entry in defined if entry.namespaces & mask] if defined else _NONE
    key = (scope.index, name, mask)
    known = search.memo.get(key)
    if known is not None:
        return known
    if key in search.active or search.depth >= _DEEPEST:
        search.low = min(search.low, search.active.get(key, _OPEN))
        return _NONE
    depth = search.active[key] = search.depth
    outer = search.low
    search.depth += 1
    search.low = _NOTHING_OPEN
    found = _named_here(search, defined, imported or (), mask)
    if scope.globs:
        _add_through_globs(search, scope, name, mask, found)
    low = search.low
    search.depth -= 1
    del search.active[key]
    if low >= depth:
        # It leans on itself at most, and what is reachable from here is all found.
        search.memo[key] = found
        low = _NOTHING_OPEN
    search.low = min(outer, low)
    return found


def _named_here(
    search: Search, defined: Sequence[Entry], imported: Sequence[ImportLeaf], mask: int
) -> list[Entry]:
    found = [entry for entry in defined if entry.namespaces & mask]
    for leaf in imported:
        for entry in entries_of(search, leaf):
            if entry.namespaces & mask:
                _add(search, found, entry)
    if len(found) > 1 and any(isinstance(entry.target, External) for entry in found):
        return _without_doubles(search, found)
    return found


def _without_doubles(search: Search, found: list[Entry]) -> list[Entry]:
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
        elif namespaces:
            kept.append(Entry(entry.target, namespaces, entry.visibility, entry.cfg))
    return kept


def _add_through_globs(
    search: Search, scope: Scope, name: str, mask: int, found: list[Entry]
) -> None:
    """Add what globs bring, but for what the names written in the scope itself hide."""
    formulas = search.formulas
    partial: list[Entry] = []
    for entry in found:
        if formulas.is_implied(entry.cfg, scope.cfg):
            mask &= ~entry.namespaces
        else:
            partial.append(entry)
    if not mask:
        return
    modules = search.forest.modules
    for glob in scope.globs:
        for source in entries_of(search, glob):
            target = source.target
            if not isinstance(target, Def):
                continue
            for entry in _names_in(search, target, name, mask):
                if not is_visible(modules, entry.visibility, scope.module):
                    continue
                cfg = formulas.join(source.cfg, entry.cfg)
                for one in partial:
                    if one.namespaces & entry.namespaces:
                        cfg = formulas.without(cfg, one.cfg)
                if cfg is not NEVER:
                    visibility = narrower(modules, glob.visibility, entry.visibility)
                    brought = Entry(entry.target, entry.namespaces & mask, visibility, cfg)
                    _add(search, found, brought)


def _names_in(search: Search, holder: Def, name: str, mask: int) -> Sequence[Entry]:
    """What ``name`` means in a module or an enum."""
    if holder.kind == "module":
        return look_up(search, search.scopes[holder.index], name, mask)
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
                elif (
                    isinstance(target, Def) and target.kind == "module" and target.index not in seen
                ):
                    seen.add(target.index)
                    stack.append(search.scopes[target.index])
    return tuple(sorted(found))


# -- the scopes around -------------------------------------------------------------------------


def look_around(
    search: Search, scope: Scope, name: str, mask: int, *, is_import: bool = False
) -> list[Entry]:
    """What a name without a path means in a scope: there, around it, or everywhere."""
    found: list[Entry] = []
    crate = search.forest.modules[scope.module].crate
    if is_import and mask == TYPES:
        outside = search.externs[crate].get(name)
        if outside is not None and not _is_named_around(search, scope, name):
            # In an import, a crate's name goes before what a glob brings.
            return list(outside)
    if mask & MACROS and _gather_macros(search, scope, name, found) and mask == MACROS:
        return found
    around = scope
    while True:
        if _gather(search, found, look_up(search, around, name, mask), around.cfg):
            return found
        if not around.is_block:
            break
        around = search.scopes[around.parent]
    if mask & TYPES and _gather(search, found, search.externs[crate].get(name, _NONE), scope.cfg):
        return found
    if mask & MACROS and _gather(search, found, _lent_macros(search, crate, name), scope.cfg):
        return found
    if _gather(search, found, _from_prelude(search, name, mask), scope.cfg):
        return found
    if not found:
        missing = _made_by_macro(search.scopes[scope.module], name)
        if missing is not None:
            return [Entry(missing, mask, scope.module, None)]
        for path in _external_globs_around(search, scope):
            guess = search.external(f"{path}::{name}", is_guess=True)
            found.append(Entry(guess, mask, scope.module, None))
    return found


def _is_named_around(search: Search, scope: Scope, name: str) -> bool:
    while True:
        if name in scope.names or name in scope.imported:
            return True
        if not scope.is_block:
            return False
        scope = search.scopes[scope.parent]


def _gather(search: Search, found: list[Entry], more: Sequence[Entry], cfg: Cfg | None) -> bool:
    """Add what is further out, where the nearer does not hold; tell whether to stop here."""
    if not more:
        return False
    formulas = search.formulas
    nearer = list(found)
    is_total = False
    for entry in more:
        is_total = is_total or formulas.is_implied(entry.cfg, cfg)
        left = entry.cfg
        for one in nearer:
            if one.namespaces & entry.namespaces:
                left = formulas.without(left, one.cfg)
        if left is entry.cfg:
            found.append(entry)
        elif left is not NEVER:
            found.append(Entry(entry.target, entry.namespaces, entry.visibility, left))
    return is_total


def _gather_macros(search: Search, scope: Scope, name: str, found: list[Entry]) -> bool:
    """Add the macros that ``macro_rules!`` defines in a scope or, modules included, around it."""
    around = scope
    while True:
        entries = around.macros.get(name)
        if entries is not None and _gather(search, found, entries, scope.cfg):
            return True
        above = around.parent if around.is_block else search.forest.modules[around.module].parent
        if above < 0:
            return False
        around = search.scopes[above]


def _lent_macros(search: Search, crate: int, name: str) -> list[Entry]:
    """The macros of that name that ``#[macro_use] extern crate`` brings into a crate."""
    found: list[Entry] = []
    join = search.formulas.join
    for lender in search.macro_crates[crate]:
        target = lender.target
        if lender.only and name not in lender.only:
            continue
        if isinstance(target, Def):
            for entry in look_up(search, search.scopes[target.index], name, MACROS):
                if entry.visibility == PUBLIC:
                    cfg = join(lender.cfg, entry.cfg)
                    found.append(Entry(entry.target, MACROS, PUBLIC, cfg))
        elif lender.only and isinstance(target, External):
            path = search.external(f"{target.path}::{name}")
            found.append(Entry(path, MACROS, PUBLIC, lender.cfg))
    return found


def _from_prelude(search: Search, name: str, mask: int) -> list[Entry]:
    """What the language names everywhere: its prelude, and its own types."""
    found: list[Entry] = []
    if mask & MACROS and f"{name}!" in search.prelude:
        found.append(Entry(search.external(search.prelude[f"{name}!"]), MACROS, PUBLIC, None))
    namespaces = mask & (TYPES | VALUES)
    if namespaces and name in search.prelude:
        found.append(Entry(search.external(search.prelude[name]), namespaces, PUBLIC, None))
    elif mask & TYPES and name in PRIMITIVES:
        found.append(Entry(Primitive(name), TYPES, PUBLIC, None))
    return found


def _external_globs_around(search: Search, scope: Scope) -> dict[str, None]:
    found: dict[str, None] = {}
    while True:
        found.update(dict.fromkeys(external_globs(search, scope, scope.module)))
        if not scope.is_block:
            return found
        scope = search.scopes[scope.parent]


# -- paths -------------------------------------------------------------------------------------


def walk_path(
    search: Search,
    scope: int,
    names: Sequence[str],
    mask: int,
    *,
    is_global: bool = False,
    is_import: bool = False,
) -> Walk:
    """Follow a path from a scope, its last name in the namespaces of ``mask``."""
    start = search.scopes[scope]
    current, taken = _first(search, start, names, mask, is_global, is_import)
    if not current:
        return Walk((), max(taken - 1, 0), (search.defs[start.module],))
    done: list[Reached] = []
    for position in range(taken, len(names)):
        wanted = mask if position == len(names) - 1 else TYPES
        following: list[Reached] = []
        for reached in current:
            _step(search, start.module, reached, names, position, wanted, following, done)
        if not following and not done:
            inside = tuple(one.target for one in current if isinstance(one.target, Def))
            return Walk((), position, inside)
        current = following
    return Walk([*done, *current])


def _step(
    search: Search,
    viewer: int,
    reached: Reached,
    names: Sequence[str],
    position: int,
    wanted: int,
    following: list[Reached],
    done: list[Reached],
) -> None:
    """Take one step from one place on a path; what cannot be followed any further is done."""
    target = reached.target
    if isinstance(target, External):
        path = "::".join((target.path, *names[position:]))
        outside = search.external(path, is_guess=target.is_guess)
        done.append(Reached(outside, EVERY, reached.cfg))
        return
    if not isinstance(target, Def) or target.kind not in ("module", "enum"):
        done.append(reached._replace(rest=tuple(names[position:])))
        return
    found = _names_in(search, target, names[position], wanted)
    for entry in found:
        cfg = search.formulas.join(reached.cfg, entry.cfg)
        if cfg is not NEVER:
            following.append(Reached(entry.target, entry.namespaces & wanted, cfg))
    if found:
        return
    if target.kind == "enum":
        done.append(reached._replace(rest=tuple(names[position:])))
        return
    scope = search.scopes[target.index]
    missing = _made_by_macro(scope, names[position])
    if missing is not None:
        done.append(Reached(missing, wanted, reached.cfg, tuple(names[position + 1 :])))
        return
    for glob in external_globs(search, scope, viewer):
        path = "::".join((glob, *names[position:]))
        done.append(Reached(search.external(path, is_guess=True), wanted, reached.cfg))


def _made_by_macro(scope: Scope, name: str) -> Missing | None:
    """A name not found otherwise that stands among the tokens of a macro call in a scope."""
    for macro, text in scope.calls:
        if name in text and name in split_tokens(text):
            return Missing("macro", f"`{macro}!` makes `{name}`")
    return None


def _first(
    search: Search,
    scope: Scope,
    names: Sequence[str],
    mask: int,
    is_global: bool,  # noqa: FBT001
    is_import: bool,  # noqa: FBT001
) -> tuple[list[Reached], int]:
    """Where a path starts, and how many of its names that takes."""
    crate = search.forest.modules[scope.module].crate
    is_2015 = search.editions[crate] == "2015"
    name = names[0] if names else ""
    if name == "crate":
        return _roots(search, crate), 1
    if name.startswith("$crate"):
        # What an expanded macro calls its own crate; see `macro_items`.
        return _roots(search, int(name.removeprefix("$crate") or crate)), 1
    if name in ("self", "super"):
        return _above(search, scope, names)
    starts_at_root = is_2015 and (is_global or is_import)
    if not name:
        return (_roots(search, crate) if starts_at_root else _above(search, scope, ())[0]), 0
    wanted = mask if len(names) == 1 else TYPES
    if starts_at_root:
        root = search.scopes[search.forest.crates[crate].module]
        found = list(look_up(search, root, name, wanted))
        if not any(search.formulas.is_implied(one.cfg, root.cfg) for one in found):
            _gather(search, found, search.externs[crate].get(name, _NONE), None)
        if not found and wanted & MACROS:
            _gather_macros(search, scope, name, found)
    elif is_global:
        found = list(search.externs[crate].get(name, _NONE))
    else:
        found = look_around(search, scope, name, wanted, is_import=is_import)
    if not found and (len(names) > 1 or (is_import and mask == TYPES)):
        is_open = search.forest.crates[crate].package is None
        outside = unlisted_crate(search.externs[crate], name, is_open=is_open)
        if outside is not None:
            target = search.external(outside.path, is_guess=outside.is_guess)
            found = [Entry(target, TYPES, PUBLIC, None)]
    return [Reached(one.target, one.namespaces & wanted, one.cfg) for one in found], 1


def _roots(search: Search, crate: int) -> list[Reached]:
    roots = [search.forest.crates[crate].module, search.libraries[crate]]
    return [Reached(search.defs[root], TYPES, None) for root in roots if root is not None]


def _above(search: Search, scope: Scope, names: Sequence[str]) -> tuple[list[Reached], int]:
    """The module that ``self`` and ``super`` lead to."""
    module = scope.module
    taken = 0
    while taken < len(names) and names[taken] in ("self", "super"):
        if names[taken] == "super":
            module = search.forest.modules[module].parent
            if module < 0:
                return [], taken + 1
        taken += 1
    return [Reached(search.defs[module], TYPES, None)], taken


def why_not(walk: Walk, names: Sequence[str]) -> str:
    """Why a walk along a path leads nowhere, in a clause."""
    if walk.reached:
        for reached in walk.reached:
            if isinstance(reached.target, Missing):
                return reached.target.what
            if reached.rest and isinstance(reached.target, Def):
                return f"`{reached.rest[0]}` belongs to a {reached.target.kind}"
        return "it holds only where the import does not"
    name = names[walk.failed] if walk.failed < len(names) else ""
    if not walk.inside:
        return f"`{name}` is nowhere"
    return f"`{name}` is not in {' nor in '.join(f'`{one.path}`' for one in walk.inside)}"
