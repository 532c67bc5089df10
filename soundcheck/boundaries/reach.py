"""How far what is defined is seen: the module that sees it with all inside, or everybody."""

from __future__ import annotations

from collections.abc import Iterable

from soundcheck.crates.definitions import PUBLIC, Def, Entry
from soundcheck.crates.defmap import DefMap
from soundcheck.crates.modules import ModuleForest
from soundcheck.crates.visibility import is_inside, narrower, resolve_visibility
from soundcheck.syntax import items as it

# Deeper than any re-export of a re-export.
_MOST_MODULES = 100_000


class Reach:
    """Who may name what: everybody sees only what a library shows on a public path."""

    def __init__(self, defmap: DefMap) -> None:
        self._defmap = defmap
        self._modules = defmap.forest.modules
        self._shown = _shown(defmap)

    def of(self, target: Def) -> int:
        """The module inside which an item can be used, or ``PUBLIC``.

        A method is seen no further than its type, and what an impl makes of a trait as far as
        the type.
        """
        if target.impl >= 0:
            return self._of_member(target)
        if target.owner >= 0:
            owner = self._defmap.defs[target.owner]
            return self.of(owner)
        return self._of_name(target, target.visibility)

    def of_field(self, owner: Def, field: str) -> int:
        """The module inside which a field can be written to, or ``PUBLIC``."""
        item = owner.item
        if not isinstance(item, it.Adt):
            return owner.module
        written = next((one.visibility for one in item.fields if one.name == field), "")
        seen = resolve_visibility(self._defmap.forest, written, owner.module)
        if seen is None:
            return owner.module
        return narrower(self._modules, seen, self.of(owner))

    def is_beyond(self, reach: int, module: int) -> bool:
        """Whether a reach goes further than a module and what is inside it."""
        return reach == PUBLIC or not is_inside(self._modules, reach, module)

    def show(self, reach: int) -> str:
        """A reach in words: ``everybody``, or ``all of`` with a module."""
        return "everybody" if reach == PUBLIC else f"all of `{self._modules[reach].path}`"

    def _of_member(self, target: Def) -> int:
        impl = self._defmap.impls.all[target.impl]
        seen = PUBLIC if impl.traits or impl.item.trait is not None else target.visibility
        owners = [self._defmap.defs[key] for key in impl.types if isinstance(key, int)]
        if not owners:
            return self._in_crate(seen, target)
        return narrower(self._modules, seen, self.of(owners[0]))

    def _of_name(self, target: Def, seen: int) -> int:
        if seen != PUBLIC:
            return seen
        return PUBLIC if target.index in self._shown else self._in_crate(seen, target)

    def _in_crate(self, seen: int, target: Def) -> int:
        crate = self._defmap.forest.crates[self._modules[target.module].crate]
        if seen == PUBLIC and (crate.kind != "lib" or target.index not in self._shown):
            return crate.module
        return seen


def words_of(forest: ModuleForest, reach: int, module: int) -> str:
    """How far, in one word: ``module`` for a module and what is inside, ``crate``, ``public``."""
    if reach == PUBLIC:
        return "public"
    return "module" if is_inside(forest.modules, reach, module) else "crate"


def _shown(defmap: DefMap) -> frozenset[int]:
    """What the libraries of a workspace show to others, by public paths and re-exports."""
    shown: set[int] = set()
    pending = [crate.module for crate in defmap.forest.crates if crate.kind == "lib"]
    seen = set(pending)
    while pending and len(seen) < _MOST_MODULES:
        scope = defmap.scopes[pending.pop()]
        entries: list[Entry] = [one for found in scope.names.values() for one in found]
        leaves = [leaf for found in scope.imported.values() for leaf in found]
        for leaf in (*leaves, *scope.globs):
            if leaf.visibility == PUBLIC:
                entries += [_as_public(one) for one in leaf.entries]
        for target in _public(entries):
            shown.add(target.index)
            if target.kind in ("module", "enum") and target.index not in seen:
                seen.add(target.index)
                if target.kind == "module":
                    pending.append(target.index)
    return frozenset(shown)


def _as_public(entry: Entry) -> Entry:
    return Entry(entry.target, entry.namespaces, PUBLIC, entry.cfg)


def _public(entries: Iterable[Entry]) -> list[Def]:
    return [
        one.target for one in entries if one.visibility == PUBLIC and isinstance(one.target, Def)
    ]
