"""Graphs of calls and of modules: as text, JSON, DOT, Mermaid and GraphML."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from soundcheck.calls.graph import RESOLUTIONS, CallGraph, Edge, shares
from soundcheck.calls.linking import World
from soundcheck.calls.names import Names
from soundcheck.calls.sites import WRITTEN, BodyId

if TYPE_CHECKING:
    from networkx import MultiDiGraph


def choose_edges(
    graph: CallGraph,
    names: Names,
    starts: tuple[BodyId, ...] | None,
    goals: tuple[BodyId, ...] | None,
    depth: int | None,
) -> list[Edge]:
    """The edges between bodies of the workspace that are asked for, in order of place.

    With both ends given they are those of the shortest path.
    """
    if starts and goals:
        return list(graph.shortest_path(starts, goals) or ())
    reached: set[BodyId] | None = None
    if starts:
        reached = set(graph.reach(starts, depth))
    elif goals:
        reached = set(graph.reach(goals, depth, backwards=True))
    return [
        edge
        for body in graph.bodies
        for edge in graph.callees(body)
        if names.is_own(edge.caller)
        and names.is_own(edge.callee)
        and (reached is None or (edge.caller in reached and edge.callee in reached))
    ]


def render_calls(
    world: World, graph: CallGraph, names: Names, edges: Sequence[Edge], form: str
) -> str:
    """The graph of calls in one of the formats."""
    if form == "json":
        return _calls_json(world, graph, names)
    rows = [
        (names.name(edge.caller), names.name(edge.callee), edge.kind, edge.resolution)
        for edge in edges
    ]
    if form == "text":
        lines = [f"{caller} -> {callee}  [{kind}, {how}]" for caller, callee, kind, how in rows]
        own = [site for site in graph.sites if names.is_own(site.caller)]
        counts = shares(own)
        total = sum(counts.values()) or 1
        summary = ", ".join(
            f"{counts[one]:,} {one} ({100 * counts[one] / total:.1f} %)" for one in RESOLUTIONS
        )
        return "\n".join([*lines, f"{total:,} written calls: {summary}", ""])
    weights = Counter((caller, callee) for caller, callee, _, _ in rows)
    return _draw([(*pair, times) for pair, times in sorted(weights.items())], form)


def render_modules(
    world: World, graph: CallGraph, names: Names, edges: Sequence[Edge], form: str
) -> str:
    """The graph of modules, an edge for all calls from one into another."""
    del graph
    modules = world.defmap.forest.modules
    weights: Counter[tuple[str, str]] = Counter()
    for edge in edges:
        caller, callee = names.module(edge.caller), names.module(edge.callee)
        if caller != callee:
            weights[(modules[caller].path, modules[callee].path)] += 1
    rows = [(*pair, times) for pair, times in sorted(weights.items())]
    if form == "text":
        return "".join(f"{caller} -> {callee}  {times}\n" for caller, callee, times in rows)
    if form == "json":
        value = [{"caller": a, "callee": b, "calls": times} for a, b, times in rows]
        return _pretty({"modules": value})
    return _draw(rows, form)


def _calls_json(world: World, graph: CallGraph, names: Names) -> str:
    trees = world.defmap.defs
    calls: list[dict[str, object]] = []
    for site in graph.sites:
        if not names.is_own(site.caller):
            continue
        caller = trees[site.caller.owner]
        base = {
            "caller": names.name(site.caller),
            "resolution": site.resolution,
            "kind": site.kind,
            "path": caller.file,
            "line": world.trees[caller.file].line_of(site.start),
            "name": site.name,
            "reason": site.reason,
        }
        own = [names.name(callee) for callee in site.callees if names.is_own(callee)]
        calls.extend({**base, "callee": callee} for callee in own or (None,))
    written = [site for site in graph.sites if names.is_own(site.caller) and site.kind in WRITTEN]
    return _pretty({"calls": calls, "statistics": shares(written)})


def _pretty(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"


def _draw(rows: Sequence[tuple[str, str, int]], form: str) -> str:
    if form == "graphml":
        return _graphml(rows)
    if form == "mermaid":
        ids = {
            name: f"n{i}" for i, name in enumerate(dict.fromkeys(n for r in rows for n in r[:2]))
        }
        lines = [f'  {key}["{_escape(name)}"]' for name, key in ids.items()]
        lines += [f"  {ids[a]} -->|{times}| {ids[b]}" for a, b, times in rows]
        return "\n".join(["flowchart LR", *lines, ""])
    lines = [f'  "{_quote(a)}" -> "{_quote(b)}" [label="{times}"];' for a, b, times in rows]
    return "\n".join(["digraph {", "  rankdir=LR;", "  node [shape=box];", *lines, "}", ""])


def _quote(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"')


def _escape(name: str) -> str:
    return name.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


def _graphml(rows: Sequence[tuple[str, str, int]]) -> str:
    import networkx

    graph: MultiDiGraph = networkx.MultiDiGraph()
    for caller, callee, times in rows:
        graph.add_edge(caller, callee, calls=times)
    return "\n".join(networkx.generate_graphml(graph)) + "\n"
