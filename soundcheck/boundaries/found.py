"""``Boundaries``: what each unsafe site leans on, who can break it, and how modules depend so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from soundcheck.boundaries.contracts import is_open
from soundcheck.boundaries.demand import Demand
from soundcheck.boundaries.demands import Demands
from soundcheck.boundaries.facts import ValueFacts
from soundcheck.boundaries.leans import NO_KEY, Key, Lean, Leaning
from soundcheck.boundaries.operations import Operation
from soundcheck.boundaries.reach import Reach
from soundcheck.boundaries.supplies import Supplies
from soundcheck.boundaries.supports import Support, Supports, keys_of, worst
from soundcheck.boundaries.writes import FieldWrite
from soundcheck.calls.graph import CallGraph
from soundcheck.calls.linking import World
from soundcheck.crates.definitions import Def
from soundcheck.finding import Gap
from soundcheck.source import Span
from soundcheck.syntax import items as it

# What is leant on through more steps than this is told to lean on whatever is there.
_DEEPEST = 12


class Reader(msgspec.Struct, frozen=True, gc=False):
    """One function that a reviewer of an unsafe site has to read, and why.

    ``does`` is ``holds`` for the function that the site stands in, else what ``Support.does``
    says, and ``key`` what it does that to. ``lines`` are those from its first to its last.
    """

    func: int
    item: str
    path: str
    line: int
    end_line: int
    does: str
    key: Key

    @property
    def lines(self) -> int:
        """How many lines it has."""
        return self.end_line - self.line + 1


class Site(msgspec.Struct, frozen=True, gc=False):
    """One unsafe block, or the body of an ``unsafe fn`` outside of blocks, or an unsafe impl.

    ``kind`` is ``block``, ``fn`` or ``impl``; ``func`` the function's or the type's definition,
    ``start`` where the block, function or impl begins. ``verdict`` is the worst of ``leans``.
    """

    kind: str
    func: int
    item: str
    module: int
    path: str
    start: int
    line: int
    operations: tuple[Operation, ...]
    leans: tuple[Lean, ...]
    verdict: str


class Boundaries:
    """The unsafe sites of a program, with what they lean on; what is behind is found when asked.

    What is left out, as tests are, neither has sites nor gives values to others.
    """

    def __init__(
        self,
        world: World,
        graph: CallGraph,
        operations: Mapping[int, Sequence[Operation]],
        writes: Iterable[FieldWrite],
        values: ValueFacts,
        is_left_out: Callable[[Def], bool] = lambda _: False,
        supplies: Supplies | None = None,
    ) -> None:
        self.world = world
        self._is_left_out = is_left_out
        self._defs = world.defmap.defs
        self._operations = operations
        self.values = values
        self.reach = Reach(world.defmap)
        self.leaning = Leaning(world, values, self.reach)
        users: dict[int, list[int]] = defaultdict(list)
        for func, found in operations.items():
            for target in {one.target for one in found if one.kind == "static"}:
                users[target].append(func)
        supplies = Supplies({}) if supplies is None else supplies
        demand = Demand(world, graph, writes, is_left_out, supplies)
        self.supports = Supports(world, demand, self.leaning, users)
        self._closures: dict[Key, tuple[tuple[Support, Key], ...]] = {}
        self._demands: dict[tuple[frozenset[str], frozenset[str]], Demands] = {}

    def demands(self, accesses: frozenset[str], measures: frozenset[str]) -> Demands:
        """What contracts are about, found once for all who name the same functions."""
        known = self._demands.get((accesses, measures))
        if known is None:
            known = Demands(self.world, self._operations, self.leaning, accesses, measures)
            self._demands[accesses, measures] = known
        return known

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """Every unsafe block with an operation in it, and every unsafe impl, in order of place."""
        found: list[Site] = []
        for func in self._operations:
            found += self.sites_in(self._defs[func])
        found += self._impls()
        return tuple(sorted(found, key=lambda one: (one.path, one.start, one.item)))

    def sites_in(self, func: Def) -> list[Site]:
        """The sites of one function; of one that is left out none."""
        return [] if self._is_left_out(func) else self._sites_of(func)

    def leans_of(self, func: int, operation: Operation) -> list[Lean]:
        """What one operation of a function leans on."""
        return self.leaning.of_operation(self._defs[func], operation)

    def gaps(self) -> Iterator[Gap]:
        """A gap for every site and thing it leans on that is not known."""
        for site in self.sites:
            for lean in site.leans:
                if lean.verdict == "unknown":
                    line = self.world.trees[lean.path].line_of(lean.start)
                    at = Span(lean.path, line, lean.start, lean.end)
                    what = lean.what or "more places than are followed"
                    yield Gap("unknown-operand", what, at, site.item)

    # -- sites ---------------------------------------------------------------------------------

    def _sites_of(self, func: Def) -> list[Site]:
        if not isinstance(func.item, it.Function | it.Static):
            return []
        blocks: dict[int, list[Operation]] = defaultdict(list)
        for operation in self._operations[func.index]:
            blocks[operation.block].append(operation)
        return [self._site(func, block, blocks[block]) for block in sorted(blocks)]

    def _site(self, func: Def, block: int, operations: list[Operation]) -> Site:
        leans: dict[tuple[str, str, Key], Lean] = {}
        for operation in operations:
            for lean in self._deep(func, self.leaning.of_operation(func, operation)):
                leans.setdefault((lean.kind, lean.what, lean.key), lean)
        start = func.start if block < 0 else block
        return Site(
            "fn" if block < 0 else "block",
            func.index,
            func.path,
            func.module,
            func.file,
            start,
            self.world.trees[func.file].line_of(start),
            tuple(operations),
            tuple(leans.values()),
            worst(leans.values()),
        )

    def _deep(self, func: Def, leans: list[Lean]) -> list[Lean]:
        """What some lean on, and what the functions give that they call for it."""
        found = list(leans)
        seen: set[Key] = set()
        pending = [lean.key for lean in leans if lean.key[0] == "result"]
        while pending and len(seen) < _DEEPEST:
            key = pending.pop()
            if key in seen:
                continue
            seen.add(key)
            for support in self.supports.of(key):
                found += support.leans
                pending += [lean.key for lean in support.leans if lean.key[0] == "result"]
        if is_open(self.world.defmap, func):
            return found
        return [_declared(lean) for lean in found]

    def _impls(self) -> list[Site]:
        """Every unsafe impl for a type of the workspace: it leans on the type's own functions."""
        found: list[Site] = []
        for impl in self.world.defmap.impls.all:
            owners = [one for one in impl.types if isinstance(one, int)]
            if not impl.item.is_unsafe or not impl.is_primary or not owners:
                continue
            owner = self._defs[owners[0]]
            if self.world.callees.is_stub(owner) or self._is_left_out(owner):
                continue
            start = impl.item.start
            at = (impl.file, start, start + 1)
            lean = Lean("impl", "encapsulated", owner.path, *at, ("impl", owner.index, ""))
            line = self.world.trees[impl.file].line_of(start)
            at_home = (owner.index, owner.path, impl.module, impl.file, start, line)
            found.append(Site("impl", *at_home, (), (lean,), lean.verdict))
        return found

    # -- who has to be read ---------------------------------------------------------------------

    def readers(self, site: Site) -> tuple[Reader, ...]:
        """The functions that have to be read to believe a site, its own first.

        These are the function itself, and all of the workspace that give a value it leans on as it
        came, or write to such a field; what asks for a contract is where the walk ends.
        """
        found: dict[int, Reader] = {}
        if site.kind == "impl":
            for member in self._functions_of(site.func):
                found[member.index] = self._reader(member, "holds", NO_KEY)
            return tuple(found.values())
        own = self._defs[site.func]
        may_meet = self.world.callees.may_meet
        found[site.func] = self._reader(own, "holds", NO_KEY)
        for key in keys_of(site.leans):
            for support, through in self._behind(key):
                target = self._defs[support.func]
                if support.func not in found and may_meet(own.cfg, target.cfg):
                    found[support.func] = self._reader(target, support.does, through)
        return tuple(found.values())

    def _behind(self, key: Key) -> tuple[tuple[Support, Key], ...]:
        """All that stands behind a key, the nearest first, each with the key it stands behind."""
        known = self._closures.get(key)
        if known is not None:
            return known
        found: list[tuple[Support, Key]] = []
        seen = {key}
        pending = [key]
        while pending:
            following: list[Key] = []
            for one in pending:
                if not self._is_followed(one):
                    continue
                for support in self.supports.of(one):
                    found.append((support, one))
                    following += [k for k in keys_of(support.leans) if k not in seen]
                    seen.update(following)
            pending = following
        self._closures[key] = tuple(found)
        return self._closures[key]

    def _is_followed(self, key: Key) -> bool:
        """Whether what is behind a key matters: a contract asks its own callers."""
        kind, index, _ = key
        return kind != "parameter" or is_open(self.world.defmap, self._defs[index])

    def _functions_of(self, owner: int) -> list[Def]:
        """The safe functions of a type's own impls."""
        members = [
            member
            for impl in self.world.defmap.impls.of_type.get(owner, ())
            if impl.is_inherent
            for some in impl.members.values()
            for member in some
        ]
        return [
            one
            for one in members
            if isinstance(one.item, it.Function) and not one.item.is_unsafe and one.is_primary
        ]

    def is_safe(self, index: int) -> bool:
        """Whether a definition is one of safe code: no ``unsafe fn``."""
        item = self._defs[index].item
        return not (isinstance(item, it.Function) and item.is_unsafe)

    def _reader(self, target: Def, does: str, key: Key) -> Reader:
        tree = self.world.trees[target.file]
        end = target.item.end if target.item is not None else target.start + 1
        return Reader(
            target.index,
            target.path,
            target.file,
            tree.line_of(target.start),
            tree.line_of(max(end - 1, target.start)),
            does,
            key,
        )

    def show(self, key: Key) -> str:
        """A key in words: `` `base` of `k::f` ``, `` `k::Ring::base` ``."""
        kind, index, name = key
        if index < 0:
            return ""
        path = self._defs[index].path
        if kind == "parameter":
            return f"`{_parameter_name(self._defs[index], int(name))}` of `{path}`"
        return f"`{path}::{name}`" if name else f"`{path}`"


def _parameter_name(func: Def, param: int) -> str:
    item = func.item
    if isinstance(item, it.Function) and 0 <= param < len(item.params):
        pat = item.params[param].pat
        return pat.name if isinstance(pat, it.BindPat) else f"parameter {param + 1}"
    return "self"


def _declared(lean: Lean) -> Lean:
    if lean.verdict not in ("leaks", "context"):
        return lean
    return msgspec.structs.replace(lean, verdict="declared", reach=-2)
