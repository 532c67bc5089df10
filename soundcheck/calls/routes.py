"""Ways through the call graph that an executed call may have taken.

A call that was executed may be many in the source: what is inlined leaves no trace. A way is
sought for of at most so many calls, and through links that do not leave too much open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from heapq import heappop, heappush

import msgspec

from soundcheck.calls.graph import CallGraph
from soundcheck.calls.linking import World
from soundcheck.calls.sites import BodyId, CallSite

# A way of more calls is no answer to what happened.
MOST_CALLS = 8
# Nor is one through a link that may lead to more bodies than this.
MOST_OPEN = 5
_ALLOCATOR = "GlobalAlloc"


class Link(msgspec.Struct, frozen=True, gc=False):
    """A step from a body to another through a call site, and what it costs.

    A function or closure that is passed at the site is reached through its callee, ``through``,
    which costs a call more. Drop glue costs nothing, and neither does the hop from the
    allocation functions into the workspace's own global allocator.
    """

    caller: BodyId
    callee: BodyId
    site: CallSite
    cost: int
    through: BodyId | None = None


class Route(msgspec.Struct, frozen=True, gc=False):
    """A way from one body to another: its links in order, and their cost."""

    cost: int
    links: tuple[Link, ...]


class Routes:
    """The cheapest ways from bodies to others, remembered by where they start."""

    def __init__(self, world: World, graph: CallGraph) -> None:
        self._world = world
        self._links: dict[BodyId, list[Link]] = defaultdict(list)
        self._known: dict[frozenset[BodyId], Mapping[BodyId, tuple[int, Link]]] = {}
        for site in graph.sites:
            # What a function outside calls through a parameter was passed to it at a call of ours,
            # and is reached from there.
            is_passed_on = site.kind == "value" and self._is_stub(site.caller)
            # Drop glue runs all that it may run.
            is_open = len(site.callees) > MOST_OPEN and site.kind != "drop"
            if not is_open and not is_passed_on:
                self._links[site.caller].extend(self._links_of(site))

    def find(self, starts: frozenset[BodyId], goals: Iterable[BodyId]) -> Route | None:
        """The cheapest way from any of ``starts`` to any of ``goals``, of one link at least."""
        came = self._known.get(starts)
        if came is None:
            came = self._known[starts] = self._search(starts)
        reached = [(came[goal][0], goal) for goal in goals if goal in came]
        if not reached:
            return None
        cost, body = min(reached)
        links = [came[body][1]]
        while (body := links[-1].caller) not in starts:
            links.append(came[body][1])
        return Route(cost, tuple(reversed(links)))

    def _search(self, starts: frozenset[BodyId]) -> Mapping[BodyId, tuple[int, Link]]:
        """What can be reached, each with its cost and the last link of its cheapest way."""
        came: dict[BodyId, tuple[int, Link]] = {}
        queue: list[tuple[int, int, BodyId]] = []
        number = 0

        def leave(body: BodyId, cost: int) -> None:
            nonlocal number
            for link in self._links.get(body, ()):
                total = cost + link.cost
                known = came.get(link.callee)
                if total <= MOST_CALLS and (known is None or total < known[0]):
                    came[link.callee] = (total, link)
                    number += 1
                    heappush(queue, (total, number, link.callee))

        for body in sorted(starts):
            leave(body, 0)
        while queue:
            cost, _, body = heappop(queue)
            if cost == came[body][0] and body not in starts:
                leave(body, cost)
        return came

    def _links_of(self, site: CallSite) -> list[Link]:
        links = []
        for callee in site.callees:
            links.append(Link(site.caller, callee, site, self._cost(site, callee)))
            links.extend(Link(site.caller, passed.body, site, 2, callee) for passed in site.passed)
        if not site.callees:
            links.extend(Link(site.caller, passed.body, site, 2) for passed in site.passed)
        return links

    def _cost(self, site: CallSite, callee: BodyId) -> int:
        if site.kind == "drop":
            return 0
        return 0 if self._is_allocator(callee) and self._is_stub(site.caller) else 1

    def _is_stub(self, body: BodyId) -> bool:
        return self._world.callees.is_stub(self._world.defmap.defs[body.owner])

    def _is_allocator(self, body: BodyId) -> bool:
        target = self._world.defmap.defs[body.owner]
        if target.impl < 0 or self._is_stub(body):
            return False
        trait = self._world.methods.declared.header_of(target.impl).trait
        return trait is not None and trait.path.rpartition("::")[2] == _ALLOCATOR
