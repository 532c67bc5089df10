"""A trace held against the call graph: which executed calls it has, and which it lacks.

A traced function is matched by its name, without the ``#n`` that tells twins apart: all items of
that name may be the one that ran. Functions that are not the workspace's, as those of core, are
seen through: what the workspace calls through them counts as a call of its own.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from soundcheck.calls.graph import CallGraph
from soundcheck.calls.linking import World, has_body
from soundcheck.calls.routes import Link, Routes
from soundcheck.calls.sites import BodyId, CallSite
from soundcheck.calls.symbols import exports_of
from soundcheck.crates.definitions import Def
from soundcheck.finding import Gap
from soundcheck.source import Span
from soundcheck.syntax.facts import FileFacts, UnsafeSite
from soundcheck.traces.paths import ItemPath, item_path, krate_of, names_of
from soundcheck.traces.trace import Executed, Observed, Trace, calls_among

OBSERVED = "observed"

_TWIN = re.compile(r"#[0-9]+$")
_CLOSURE = "{closure}"


class Matched(msgspec.Struct, frozen=True, gc=False):
    """A traced function of the workspace: its item's name, how often it ran, its bodies."""

    name: str
    count: int
    bodies: tuple[BodyId, ...]


class ExecutedCall(msgspec.Struct, frozen=True, gc=False):
    """An executed call from one item to another, and the shortest way the graph has for it.

    ``via`` are the functions outside the workspace between the two. ``links`` are empty where
    the graph has no way; ``cost`` is what they cost, see ``Routes``. ``starts`` and ``goals`` are
    the bodies that may have been the ends.
    """

    caller: str
    callee: str
    count: int
    via: tuple[str, ...]
    cost: int
    links: tuple[Link, ...]
    starts: tuple[BodyId, ...] = ()
    goals: tuple[BodyId, ...] = ()

    @property
    def resolution(self) -> str:
        """``known``: the graph has a way for it. ``observed``: it has none, and an edge is lacking.

        ``unlinked``: what lies between the ends is outside the workspace, and what that calls is
        not known.
        """
        if self.links:
            return "known"
        return "unlinked" if self.via else OBSERVED


class ExecutedSite(msgspec.Struct, frozen=True, gc=False):
    """An unsafe site in a function that was executed ``count`` times; whether it ran is open."""

    item: str
    count: int
    file: str
    line: int
    site: UnsafeSite


class Testimony(msgspec.Struct, frozen=True):
    """What a trace says about the program.

    ``unmatched`` are traced functions that no item has the name of, in crates of the workspace or
    in none that the symbol tells; ``outside`` those of other crates, counted by crate.
    """

    functions: tuple[Matched, ...]
    calls: tuple[ExecutedCall, ...]
    sites: tuple[ExecutedSite, ...]
    unmatched: Mapping[str, int]
    outside: Mapping[str, int]
    gaps: tuple[Gap, ...]


def hear(trace: Trace, world: World, graph: CallGraph, facts: Mapping[str, FileFacts]) -> Testimony:
    """Match the functions of a trace to items, and its calls to ways through the graph."""
    items = _Items(world, graph)
    found: dict[str, Matched] = {}
    unmatched: dict[str, int] = {}
    outside: dict[str, int] = defaultdict(int)
    for function, executed in trace.functions.items():
        path = item_path(function, executed.home)
        matched = items.match(path, executed)
        if matched is not None:
            found[function] = matched
        elif (krate := krate_of(path)) in items.krates or not krate:
            unmatched[function] = executed.count
        else:
            outside[krate] += 1
    calls = calls_among(trace.threads, found.__contains__)
    functions = _joined(found.values())
    return Testimony(
        functions,
        tuple(_judged(calls, found, Routes(world, graph))),
        tuple(_sites(world, facts, functions)),
        unmatched,
        dict(sorted(outside.items())),
        trace.gaps,
    )


def with_observed(graph: CallGraph, world: World, testimony: Testimony) -> CallGraph:
    """The graph, and the executed calls that it lacks as calls from the start of their callers."""
    found = [
        CallSite(
            start,
            OBSERVED,
            world.defmap.defs[start.owner].start,
            world.defmap.defs[start.owner].start,
            call.callee,
            OBSERVED,
            call.goals,
            f"executed {times(call.count)}",
        )
        for call in testimony.calls
        if call.resolution == OBSERVED
        for start in call.starts
    ]
    sites = sorted([*graph.sites, *found], key=lambda site: (site.caller, site.start, site.end))
    return CallGraph(sites, graph.mentions, graph.assembly)


def times(count: int) -> str:
    """How often, in words."""
    return "once" if count == 1 else f"{count:,} times"


def unlinked_calls(world: World, testimony: Testimony) -> Iterator[Gap]:
    """The executed calls that lead through functions outside, where the graph has no way."""
    for call in testimony.calls:
        if call.resolution == "unlinked":
            what = f"{call.callee} was called through {call.via[0]}"
            yield Gap("unlinked-call", what, place_of(world, call), call.caller)


def place_of(world: World, call: ExecutedCall) -> Span:
    """Where the caller of an executed call is defined; the first of twins."""
    target = world.defmap.defs[call.starts[0].owner]
    line = world.trees[target.file].line_of(target.start)
    return Span(target.file, line, target.start, target.start)


class _Items:
    """The functions of the workspace, by their names and by the symbols they are exported as."""

    def __init__(self, world: World, graph: CallGraph) -> None:
        self.krates: set[str] = set()
        self._closures: dict[int, list[BodyId]] = defaultdict(list)
        for body in graph.bodies:
            if body.closure >= 0:
                self._closures[body.owner].append(body)
        self._named: dict[str, list[Def]] = defaultdict(list)
        self._exported: dict[str, list[Def]] = defaultdict(list)
        for target in world.defmap.defs:
            if target.module in world.callees.stubs or target.kind != "function":
                continue
            self.krates.add(target.path.partition("::")[0])
            if has_body(target):
                self._named[_TWIN.sub("", target.path)].append(target)
                for symbol in exports_of(target):
                    self._exported[symbol].append(target)

    def match(self, path: ItemPath, executed: Executed) -> Matched | None:
        """The items that a traced function may be; those folded into its code are too."""
        targets = self._find(path)
        for alias in executed.aliases:
            targets += [one for one in self._find(item_path(alias)) if one not in targets]
        if not targets:
            return None
        name = _TWIN.sub("", targets[0].path)
        bodies = [BodyId(target.index) for target in targets]
        if path.is_closure:
            closures = [one for body in bodies for one in self._closures[body.owner]]
            return Matched(f"{name}::{_CLOSURE}", executed.count, tuple(closures or bodies))
        return Matched(name, executed.count, tuple(bodies))

    def _find(self, path: ItemPath) -> list[Def]:
        if path.is_drop_glue:
            return []
        for name in names_of(path):
            if name in self._named and (path.krate or "::" in name):
                return list(self._named[name])
        return [] if path.krate else list(self._exported.get("::".join(path.segments), ()))


def _joined(found: Iterable[Matched]) -> tuple[Matched, ...]:
    """The functions by name: instances of a generic one are one."""
    joined: dict[str, Matched] = {}
    for one in found:
        known = joined.get(one.name)
        joined[one.name] = one if known is None else _both(known, one)
    return tuple(joined[name] for name in sorted(joined))


def _both(one: Matched, other: Matched) -> Matched:
    bodies = tuple(sorted({*one.bodies, *other.bodies}))
    return Matched(one.name, one.count + other.count, bodies)


def _judged(
    calls: Mapping[tuple[str, str], Observed], found: Mapping[str, Matched], routes: Routes
) -> Iterator[ExecutedCall]:
    counts: dict[tuple[str, str, bool], int] = defaultdict(int)
    vias: dict[tuple[str, str, bool], tuple[str, ...]] = {}
    ends: dict[tuple[str, str, bool], tuple[set[BodyId], set[BodyId]]] = {}
    for (caller, callee), seen in calls.items():
        one, other = found[caller], found[callee]
        key = (one.name, other.name, bool(seen.via))
        counts[key] += seen.count
        vias[key] = min(vias.get(key, seen.via), seen.via, key=lambda via: (len(via), via))
        starts, goals = ends.setdefault(key, (set(), set()))
        starts.update(one.bodies)
        goals.update(other.bodies)
    for key in sorted(counts):
        starts, goals = ends[key]
        route = routes.find(frozenset(starts), goals)
        cost, links = (route.cost, route.links) if route is not None else (0, ())
        yield ExecutedCall(
            key[0],
            key[1],
            counts[key],
            vias[key],
            cost,
            links,
            tuple(sorted(starts)),
            tuple(sorted(goals)),
        )


def _sites(
    world: World, facts: Mapping[str, FileFacts], functions: Iterable[Matched]
) -> Iterator[ExecutedSite]:
    """The unsafe sites in executed functions, each in the innermost function it stands in."""
    owners: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for target in world.defmap.defs:
        if target.kind == "function" and target.item is not None and target.is_primary:
            owners[target.file].append((target.start, target.item.end, target.index))
    ran: dict[int, tuple[str, int]] = {}
    for one in functions:
        for body in one.bodies:
            name, count = ran.get(body.owner, (one.name.removesuffix(f"::{_CLOSURE}"), 0))
            ran[body.owner] = (name, max(count, one.count))
    for file in sorted({world.defmap.defs[index].file for index in ran}):
        if file not in facts:
            continue
        for commented in facts[file].sites:
            site = commented.site
            around = [
                (start, -end, index)
                for start, end, index in owners[file]
                if start <= site.start < end
            ]
            if around and (index := max(around)[2]) in ran:
                name, count = ran[index]
                line = facts[file].tree.line_of(site.token_start)
                yield ExecutedSite(name, count, file, line, site)
