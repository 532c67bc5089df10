"""Tasks that no fact tells of: what nobody calls, and what somebody keeps and nobody calls."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from soundcheck.calls.graph import CallGraph
from soundcheck.calls.linking import World
from soundcheck.calls.sites import BodyId
from soundcheck.contexts.entries import Root, is_test
from soundcheck.contexts.facts import Entry, FactPlace
from soundcheck.crates.definitions import PUBLIC
from soundcheck.crates.stubs import is_stub
from soundcheck.source import Span
from soundcheck.syntax import items as it

_UNCALLED = Entry(FactPlace("", "assumed", 0), "task", "nothing that soundcheck sees calls it", ())
_KEPT = Entry(
    FactPlace("", "assumed", 1), "task", "it is kept, and nothing that soundcheck sees calls it", ()
)


def uncalled(world: World, graph: CallGraph, bodies: Iterable[BodyId]) -> Iterator[Root]:
    """The functions that nobody calls but themselves, and that are given to nobody.

    Calls in tests count for what only its own crate sees: that is part of the tests.
    """
    passed = {one.body for site in graph.sites for one in site.passed}
    for body in sorted(bodies):
        if body in passed or not _may_start(world, body):
            continue
        is_public = world.defmap.defs[body.owner].visibility == PUBLIC
        callers = {one.caller for one in graph.callers(body) if one.caller.owner != body.owner}
        if all(is_public and is_test(world, one) for one in callers):
            yield _root(world, body, _UNCALLED)


def kept(world: World, graph: CallGraph, reached: Collection[BodyId]) -> Iterator[Root]:
    """The functions that the workspace's own code is given, and that no context reaches."""
    found: dict[BodyId, Root] = {}
    for site in graph.sites:
        if not site.passed or all(
            is_stub(world.defmap.defs[one.owner].file) for one in site.callees
        ):
            continue
        for passed in site.passed:
            body = passed.body
            if body in reached or body in found or is_test(world, site.caller):
                continue
            if _may_start(world, body):
                file = world.defmap.defs[site.caller.owner].file
                at = Span(file, world.trees[file].line_of(site.start), site.start, site.end)
                found[body] = Root(body, _KEPT, _KEPT.why, at)
    yield from (found[body] for body in sorted(found))


def _may_start(world: World, body: BodyId) -> bool:
    target = world.defmap.defs[body.owner]
    if body.closure >= 0 or target.kind != "function" or is_stub(target.file):
        return False
    return not is_test(world, body)


def _root(world: World, body: BodyId, entry: Entry) -> Root:
    target = world.defmap.defs[body.owner]
    item = target.item
    assert isinstance(item, it.Function)
    start = item.name_start
    line = world.trees[target.file].line_of(start)
    at = Span(target.file, line, start, start + len(target.name.encode()))
    return Root(body, entry, entry.why, at)
