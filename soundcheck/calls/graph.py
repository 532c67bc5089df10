"""``CallGraph``: every call of the program, function values followed, and who calls whom."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from soundcheck.calls.assembly import AssemblyCall
from soundcheck.calls.sites import (
    MOST_CANDIDATES,
    WRITTEN,
    BodyId,
    CallSite,
    Links,
    Mention,
    ValueCall,
)

RESOLUTIONS = ("exact", "candidates", "external", "unknown")


class Edge(msgspec.Struct, frozen=True, gc=False):
    """One way from a body to another: through which call site, or through which mention."""

    caller: BodyId
    callee: BodyId
    kind: str
    start: int
    resolution: str


class CallGraph:
    """The calls of a program, by caller and by callee.

    ``assembly`` is where assembly outside all bodies names functions; no body is their caller.
    """

    __slots__ = ("_callees", "_callers", "_named", "assembly", "mentions", "sites")

    def __init__(
        self,
        sites: Sequence[CallSite],
        mentions: Sequence[Mention],
        assembly: Sequence[AssemblyCall] = (),
    ) -> None:
        self.sites = tuple(sites)
        self.mentions = tuple(mentions)
        self.assembly = tuple(assembly)
        self._named: dict[BodyId, list[AssemblyCall]] = defaultdict(list)
        for call in assembly:
            for callee in call.callees:
                self._named[callee].append(call)
        self._callees: dict[BodyId, list[Edge]] = defaultdict(list)
        self._callers: dict[BodyId, list[Edge]] = defaultdict(list)
        for site in sites:
            for callee in site.callees:
                self._add(Edge(site.caller, callee, site.kind, site.start, site.resolution))
            # What is passed runs where the callee calls its parameter. What is passed out of the
            # workspace others do not run who call the same function there.
            is_lent = site.resolution in ("exact", "candidates") and site.reason != "name"
            for body in site.callees if is_lent else (site.caller,):
                for passed in site.passed:
                    self._add(Edge(body, passed.body, "value", site.start, "candidates"))

    def _add(self, edge: Edge) -> None:
        self._callees[edge.caller].append(edge)
        self._callers[edge.callee].append(edge)

    def callees(self, body: BodyId) -> Sequence[Edge]:
        """The edges out of a body, in order of place."""
        return self._callees.get(body, ())

    def callers(self, body: BodyId) -> Sequence[Edge]:
        """The edges into a body."""
        return self._callers.get(body, ())

    def named_by_assembly(self, body: BodyId) -> Sequence[AssemblyCall]:
        """Where assembly outside all bodies calls a body or takes its address, in order of place.

        Bodies that hold assembly themselves are among the callers.
        """
        return self._named.get(body, ())

    @property
    def bodies(self) -> list[BodyId]:
        """Every body that calls or is called, sorted."""
        return sorted({*self._callees, *self._callers})

    def reach(
        self, starts: Iterable[BodyId], depth: int | None = None, *, backwards: bool = False
    ) -> dict[BodyId, int]:
        """What can be reached from some bodies, with the number of calls it takes at least."""
        found = dict.fromkeys(starts, 0)
        queue = deque(found)
        while queue:
            body = queue.popleft()
            if depth is not None and found[body] >= depth:
                continue
            for edge in self.callers(body) if backwards else self.callees(body):
                following = edge.caller if backwards else edge.callee
                if following not in found:
                    found[following] = found[body] + 1
                    queue.append(following)
        return found

    def shortest_path(
        self, starts: Iterable[BodyId], goals: Iterable[BodyId]
    ) -> tuple[Edge, ...] | None:
        """The shortest chain of calls from any of some bodies to any of others."""
        wanted = set(goals)
        came: dict[BodyId, Edge | None] = dict.fromkeys(starts)
        queue = deque(came)
        while queue:
            body = queue.popleft()
            if body in wanted:
                return _chain(came, body)
            for edge in self.callees(body):
                if edge.callee not in came:
                    came[edge.callee] = edge
                    queue.append(edge.callee)
        return None


def _chain(came: Mapping[BodyId, Edge | None], body: BodyId) -> tuple[Edge, ...]:
    chain: list[Edge] = []
    edge = came[body]
    while edge is not None:
        chain.append(edge)
        edge = came[edge.caller]
    return tuple(reversed(chain))


def join_links(parts: Iterable[Links], assembly: Sequence[AssemblyCall] = ()) -> CallGraph:
    """The graph of all bodies' links, with calls through values resolved by what flows there."""
    sites: list[CallSite] = []
    values: list[ValueCall] = []
    mentions: list[Mention] = []
    for part in parts:
        sites.extend(part.sites)
        values.extend(part.values)
        mentions.extend(part.mentions)
    flows = _flows_into_parameters(sites)
    loose = _loose_values(mentions)
    sites.extend(_resolve_value(call, flows, loose) for call in values)
    sites.sort(key=lambda site: (site.caller, site.start, site.end, site.kind, site.name))
    return CallGraph(sites, mentions, assembly)


def _flows_into_parameters(sites: Iterable[CallSite]) -> dict[tuple[int, int], set[BodyId]]:
    """The functions and closures that are passed for each parameter of each function."""
    flows: dict[tuple[int, int], set[BodyId]] = defaultdict(set)
    for site in sites:
        for passed in site.passed:
            for callee in site.callees:
                if callee.closure < 0:
                    flows[(callee.owner, passed.index)].add(passed.body)
    return flows


def _loose_values(mentions: Iterable[Mention]) -> dict[int, set[BodyId]]:
    """The functions and closures that are stored somewhere, by how many arguments they take."""
    loose: dict[int, set[BodyId]] = defaultdict(set)
    for mention in mentions:
        if mention.how != "argument" and mention.arity >= 0:
            loose[mention.arity].add(mention.body)
    return loose


def _resolve_value(
    call: ValueCall,
    flows: Mapping[tuple[int, int], set[BodyId]],
    loose: Mapping[int, set[BodyId]],
) -> CallSite:
    """A call through a value: by what is passed for the parameter, else by what is stored."""
    site = call.site
    if call.is_outside:
        reason = "a value that its caller passes"
        return replace(site, resolution="external", reason=reason)
    bodies: set[BodyId] = set()
    reason = "values stored with as many arguments"
    if call.param >= 0:
        bodies = set(flows.get((site.caller.owner, call.param), ()))
        reason = "values passed for the parameter"
        if not bodies and site.resolution == "external":
            return site
    if not bodies:
        bodies = set(loose.get(call.arity, ()))
        reason = "values stored with as many arguments"
    if not bodies:
        return replace(site, reason="no function value is known to come here")
    if len(bodies) > MOST_CANDIDATES:
        return replace(site, reason=f"{len(bodies)} {reason}")
    resolution = "exact" if len(bodies) == 1 and call.param >= 0 else "candidates"
    return replace(site, callees=tuple(sorted(bodies)), resolution=resolution, reason=reason)


def shares(sites: Iterable[CallSite]) -> dict[str, int]:
    """How many written calls have each resolution."""
    counts = dict.fromkeys(RESOLUTIONS, 0)
    for site in sites:
        if site.kind in WRITTEN:
            counts[site.resolution] += 1
    return counts
