"""``CallGraph``: every call of the program, function values followed, and who calls whom."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from soundcheck.calls.assembly import AssemblyCall
from soundcheck.calls.sites import WRITTEN, BodyId, CallSite, Links, Mention
from soundcheck.calls.value_calls import MayRun, resolve_values

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

    ``sites`` stand in order of their callers. ``assembly`` is where assembly outside all bodies
    names functions; no body is their caller.
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

    def sites_of(self, callee: BodyId) -> Iterator[CallSite]:
        """The call sites that may run a body, in order of place."""
        for caller in sorted({edge.caller for edge in self.callers(callee)}):
            index = bisect_left(self.sites, caller, key=_caller)
            while index < len(self.sites) and self.sites[index].caller == caller:
                if callee in self.sites[index].callees:
                    yield self.sites[index]
                index += 1

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


def _caller(site: CallSite) -> BodyId:
    return site.caller


def _chain(came: Mapping[BodyId, Edge | None], body: BodyId) -> tuple[Edge, ...]:
    chain: list[Edge] = []
    edge = came[body]
    while edge is not None:
        chain.append(edge)
        edge = came[edge.caller]
    return tuple(reversed(chain))


def join_links(
    parts: Iterable[Links], may_run: MayRun, assembly: Sequence[AssemblyCall] = ()
) -> CallGraph:
    """The graph of all bodies' links, with calls through values resolved by what flows there."""
    parts = tuple(parts)
    sites = [site for part in parts for site in part.sites]
    sites.extend(resolve_values(parts, may_run))
    sites.sort(key=lambda site: (site.caller, site.start, site.end, site.kind, site.name))
    return CallGraph(sites, [one for part in parts for one in part.mentions], assembly)


def shares(sites: Iterable[CallSite]) -> dict[str, int]:
    """How many written calls have each resolution."""
    counts = dict.fromkeys(RESOLUTIONS, 0)
    for site in sites:
        if site.kind in WRITTEN:
            counts[site.resolution] += 1
    return counts
