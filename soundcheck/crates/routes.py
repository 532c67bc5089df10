"""Looking a name up from where it is written: in the scopes around it, and along a path."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from soundcheck.crates.definitions import (
    EVERY,
    INCLUDE,
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
from soundcheck.crates.externs import unlisted_crate
from soundcheck.crates.macro_matching import split_tokens
from soundcheck.crates.scopes import ImportLeaf, Scope
from soundcheck.crates.search import (
    Search,
    add_entry,
    external_globs,
    look_up,
    names_in,
)
from soundcheck.syntax.cfg import NEVER, Cfg

_NONE: Sequence[Entry] = ()


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
        missing = _made_by_macro(search, search.scopes[scope.module], name)
        if missing is not None:
            return [Entry(missing, mask, scope.module, None)]
        paths = _external_globs_around(search, scope)
        if mask & MACROS:
            paths += _external_lenders(search, crate)
        for path in dict.fromkeys(paths):
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
    for i, module in enumerate(search.prelude_modules):
        # Behind the prelude come the roots, whose macros alone are named everywhere.
        brought = names_in(search, search.defs[module], name, mask if i == 0 else mask & MACROS)
        if brought:
            return list(brought)
    found: list[Entry] = []
    if mask & MACROS and f"{name}!" in search.prelude:
        found.append(Entry(search.external(search.prelude[f"{name}!"]), MACROS, PUBLIC, None))
    namespaces = mask & (TYPES | VALUES)
    if namespaces and name in search.prelude:
        found.append(Entry(search.external(search.prelude[name]), namespaces, PUBLIC, None))
    elif mask & TYPES and name in PRIMITIVES:
        found.append(Entry(Primitive(name), TYPES, PUBLIC, None))
    return found


def _external_globs_around(search: Search, scope: Scope) -> list[str]:
    found: list[str] = []
    while True:
        found += external_globs(search, scope, scope.module)
        if not scope.is_block:
            return found
        scope = search.scopes[scope.parent]


def _external_lenders(search: Search, crate: int) -> list[str]:
    """The crates outside the workspace all of whose macros a crate uses everywhere."""
    found = []
    for lender in search.macro_crates[crate]:
        target = lender.target
        if lender.only or not isinstance(target, (Def, External)):
            continue
        if isinstance(target, External) or target.index in search.stubs:
            found.append(target.path)
    return found


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
    found = names_in(search, target, names[position], wanted)
    before = reached.cfg
    for entry in found:
        cfg = entry.cfg if before is None else search.formulas.join(before, entry.cfg)
        if cfg is not NEVER:
            following.append(Reached(entry.target, entry.namespaces & wanted, cfg))
    if found:
        return
    if target.kind == "enum":
        done.append(reached._replace(rest=tuple(names[position:])))
        return
    scope = search.scopes[target.index]
    missing = _made_by_macro(search, scope, names[position])
    if missing is not None:
        done.append(Reached(missing, wanted, reached.cfg, tuple(names[position + 1 :])))
        return
    if target.index in search.stubs:
        # A stub declares but a part of its crate.
        path = "::".join((target.path, *names[position:]))
        done.append(Reached(search.external(path), EVERY, reached.cfg))
        return
    for glob in external_globs(search, scope, viewer):
        path = "::".join((glob, *names[position:]))
        done.append(Reached(search.external(path, is_guess=True), wanted, reached.cfg))


def _made_by_macro(search: Search, scope: Scope, name: str) -> Missing | None:
    """A name not found otherwise that stands among the tokens of a macro call in a scope."""
    if not scope.calls:
        return None
    key = (scope.index, name)
    if key not in search.missing:
        search.missing[key] = _named_in_calls(scope, name)
    return search.missing[key]


def _named_in_calls(scope: Scope, name: str) -> Missing | None:
    for macro, text in scope.calls:
        if macro == INCLUDE:
            return Missing(INCLUDE, f"a file that only a build makes may hold `{name}`")
        if name in text and name in split_tokens(text):
            return Missing("macro", f"`{macro}!` may make `{name}`")
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
        found = _in_roots(search, crate, name, wanted)
        if not found and wanted & MACROS:
            _gather_macros(search, scope, name, found)
    elif is_global:
        found = list(search.externs[crate].get(name, _NONE))
    else:
        found = look_around(search, scope, name, wanted, is_import=is_import)
    is_guess = all(isinstance(one.target, External) and one.target.is_guess for one in found)
    if is_guess and (len(names) > 1 or (is_import and mask == TYPES)):
        is_open = not found and search.forest.crates[crate].package is None
        outside = unlisted_crate(search.externs[crate], name, is_open=is_open)
        if outside is not None:
            target = search.external(outside.path, is_guess=outside.is_guess)
            found = [Entry(target, TYPES, PUBLIC, None)]
    return [Reached(one.target, one.namespaces & wanted, one.cfg) for one in found], 1


def _in_roots(search: Search, crate: int, name: str, mask: int) -> list[Entry]:
    """What a name means at the root of a crate, where paths of edition 2015 start."""
    found: list[Entry] = []
    for root in _roots(search, crate):
        if isinstance(root.target, Def):
            scope = search.scopes[root.target.index]
            if _gather(search, found, look_up(search, scope, name, mask), scope.cfg):
                return found
    if mask & TYPES:
        _gather(search, found, search.externs[crate].get(name, _NONE), None)
    return found


def _roots(search: Search, crate: int) -> list[Reached]:
    root, library = search.forest.crates[crate].module, search.libraries[crate]
    found = [Reached(search.defs[root], TYPES, None)]
    if library is not None:
        found.append(Reached(search.defs[library], TYPES, None))
    return found


def _above(search: Search, scope: Scope, names: Sequence[str]) -> tuple[list[Reached], int]:
    """The module that ``self`` and ``super`` lead to."""
    module = scope.module
    taken = 0
    while taken < len(names) and names[taken] in ("self", "super"):
        if names[taken] == "super":
            module = _parent(search, module)
            if module < 0:
                return [], taken + 1
        taken += 1
    return [Reached(search.defs[module], TYPES, None)], taken


def _parent(search: Search, module: int) -> int:
    """The module around another; that of a file nobody declares is where its path says."""
    node = search.forest.modules[module]
    library = search.libraries[node.crate]
    if node.parent >= 0 or library is None:
        return node.parent
    path = node.path.rpartition("::")[0]
    crate = search.forest.modules[library].crate
    for other in search.forest.modules[library:]:
        if other.crate != crate:
            break
        if other.path == path:
            return other.index
    return -1


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


# -- imports -----------------------------------------------------------------------------------


def resolve_import(search: Search, leaf: ImportLeaf) -> list[Entry]:
    """What an import brings, as far as the imports it leads through are known."""
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
            add_entry(search, entries, Entry(target, namespaces, leaf.visibility, joined))
    return entries


def _holds_names(target: Target) -> bool:
    """Whether a glob can bring what is in it."""
    return not isinstance(target, Primitive) and (
        not isinstance(target, Def) or target.kind in ("module", "enum")
    )
