"""Which types a generic body works on, where the way to it tells: they choose the impls it runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from soundcheck.calls.graph import CallGraph
from soundcheck.calls.linking import World
from soundcheck.calls.sites import BodyId, CallSite
from soundcheck.types.ty import Adt

Types = tuple[tuple[str, int], ...]
"""Type parameters by name, each with the definition of the struct or enum that it stands for."""


class Instances:
    """The type parameters of bodies that matter to what they run, followed through calls."""

    def __init__(self, world: World, graph: CallGraph) -> None:
        self._world = world
        self._needed = _needed(graph)
        self._twins = world.methods.twins

    def of(self, types: Types, caller: BodyId, callee: BodyId, site: CallSite) -> Types:
        """The types that a callee works on, by those of its caller."""
        needed = self._needed.get(callee.owner)
        if not needed:
            return ()
        if callee.closure >= 0:
            # A closure's parameters are those of the body that it is written in.
            return types if callee.owner == caller.owner else ()
        if callee not in site.callees:
            return ()
        own = dict(types)
        known = {
            one.param: one.type if one.type >= 0 else own.get(one.own, -1)
            for one in site.choice.given
            if one.param in needed
        }
        return tuple(sorted((name, ty) for name, ty in known.items() if ty >= 0))

    def run_by(self, types: Types, site: CallSite) -> Sequence[BodyId]:
        """The callees that a call may run where its body works on some types."""
        ty = dict(types).get(site.choice.by, -1) if types and site.choice.by else -1
        if ty < 0 or len(site.callees) < 2:
            return site.callees
        wanted = {ty, *(one.index for one in self._twins.get(ty, ()))}
        own: list[BodyId] = []
        blanket: list[BodyId] = []
        for callee in site.callees:
            head = self._head_of(callee)
            if head in wanted:
                own.append(callee)
            elif head < 0:
                blanket.append(callee)
        return own or blanket or site.callees

    def _head_of(self, callee: BodyId) -> int:
        """The type whose impl a body belongs to; -1 where it may be any."""
        target = self._world.defmap.defs[callee.owner]
        if target.impl < 0:
            return -1
        ty = self._world.methods.declared.header_of(target.impl).self_type
        return ty.def_id if isinstance(ty, Adt) else -1


def _needed(graph: CallGraph) -> dict[int, set[str]]:
    """The type parameters of definitions by which they, or what they call, choose impls."""
    needed: dict[int, set[str]] = defaultdict(set)
    passing: dict[int, set[tuple[int, str, str]]] = defaultdict(set)
    for site in graph.sites:
        choice, caller = site.choice, site.caller.owner
        if choice.by and len(site.callees) > 1:
            needed[caller].add(choice.by)
        for callee in site.callees if choice.given else ():
            for one in choice.given:
                if one.own:
                    passing[callee.owner].add((caller, one.own, one.param))
    queue = list(needed)
    while queue:
        owner = queue.pop()
        for caller, own, param in passing.get(owner, ()):
            if param in needed[owner] and own not in needed[caller]:
                needed[caller].add(own)
                queue.append(caller)
    return needed
