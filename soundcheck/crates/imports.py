"""Imports: ``extern crate`` first, then every ``use``, asked again until nothing changes."""

from collections.abc import Iterator, Mapping, Sequence

from soundcheck.crates.collection import ExternCrateSeed
from soundcheck.crates.definitions import (
    EVERY,
    PUBLIC,
    TYPES,
    Entry,
    Missing,
    Target,
)
from soundcheck.crates.routes import walk_path, why_not
from soundcheck.crates.scopes import ImportLeaf
from soundcheck.crates.search import MacroCrate, Search, entries_of
from soundcheck.finding import Gap
from soundcheck.source import Span
from soundcheck.syntax import items as it
from soundcheck.syntax.cfg import NEVER

# Imports lead back to themselves in small circles, each round of which takes one round here.
_MOST_ROUNDS = 30
_KINDS = {"macro": "macro-item", "include": "included-item"}


def bind_extern_crates(search: Search, seeds: Sequence[ExternCrateSeed]) -> None:
    """Bind what every ``extern crate`` names, at the root for the whole crate."""
    for seed in seeds:
        scope = search.scopes[seed.scope]
        crate = search.forest.modules[scope.module].crate
        root = search.forest.crates[crate].module
        item = seed.item
        name = item.alias or item.name
        targets: list[tuple[Target, Entry | None]]
        if item.name == "self":
            targets = [(search.defs[root], None)]
        else:
            known = search.externs[crate].get(item.name, ())
            targets = [(entry.target, entry) for entry in known]
            targets = targets or [(search.external(item.name), None)]
        for target, entry in targets:
            cfg = seed.cfg if entry is None else search.formulas.join(seed.cfg, entry.cfg)
            if name != "_":
                scope.bind(name, Entry(target, TYPES, seed.visibility, cfg))
            if scope.index != root:
                continue
            if name != "_" and name != item.name:
                outside = Entry(target, TYPES, PUBLIC, cfg)
                search.externs[crate].setdefault(name, []).append(outside)
            for attribute in item.attributes:
                if attribute.path == "macro_use":
                    only = attribute.args.strip("()").split(",")
                    names = frozenset(one.strip() for one in only if one.strip())
                    search.macro_crates[crate].append(MacroCrate(target, cfg, names))


def settle(search: Search, imports: Sequence[ImportLeaf]) -> int:
    """Resolve every import; the number of rounds that took."""
    left = list(imports)
    while left and search.round < _MOST_ROUNDS:
        search.round += 1
        search.is_changed = False
        for leaf in left:
            entries_of(search, leaf)
        if not search.is_changed:
            break
        # Chains of imports run with the order of writing or against it.
        left = [leaf for leaf in reversed(left) if not leaf.is_settled]
    for leaf in imports:
        leaf.is_settled = True
    return search.round


def unresolved(
    search: Search, imports: Sequence[ImportLeaf], trees: Mapping[str, it.ItemTree]
) -> Iterator[Gap]:
    """A gap for every import that leads nowhere, in the order of the imports.

    One that stands where no build can have it is none.
    """
    for leaf in imports:
        if leaf.cfg is NEVER:
            continue
        if any(not isinstance(entry.target, Missing) for entry in leaf.entries):
            continue
        walk = walk_path(
            search,
            leaf.scope,
            leaf.names,
            TYPES if leaf.is_glob else EVERY,
            is_global=leaf.is_global,
            is_import=True,
        )
        path = ("::" if leaf.is_global else "") + "::".join(leaf.names)
        what = f"`{path}{'::*' if leaf.is_glob else ''}`: {why_not(walk, leaf.names)}"
        at = Span(leaf.file, trees[leaf.file].line_of(leaf.start), leaf.start, leaf.start)
        kinds = {one.target.kind for one in leaf.entries if isinstance(one.target, Missing)}
        kind = next((_KINDS[kind] for kind in sorted(kinds & _KINDS.keys())), "unresolved-import")
        yield Gap(kind, what, at, leaf.holder)
