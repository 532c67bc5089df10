"""Graphs of calls, contexts and locks: as text, JSON, DOT, Mermaid and GraphML."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from soundcheck.calls.assembly import AssemblyCall
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


def choose_assembly(
    graph: CallGraph,
    starts: tuple[BodyId, ...] | None,
    goals: tuple[BodyId, ...] | None,
    depth: int | None,
) -> list[AssemblyCall]:
    """The calls from assembly that are asked for: nothing of ours reaches them."""
    if starts:
        return []
    if not goals:
        return list(graph.assembly)
    reached = graph.reach(goals, None if depth is None else depth - 1, backwards=True)
    return [call for call in graph.assembly if any(one in reached for one in call.callees)]


def render_calls(
    world: World,
    graph: CallGraph,
    names: Names,
    edges: Sequence[Edge],
    assembly: Sequence[AssemblyCall],
    form: str,
) -> str:
    """The graph of calls in one of the formats; of assembly, files stand for callers."""
    if form == "json":
        return _calls_json(world, graph, names)
    rows = [
        (names.name(edge.caller), names.name(edge.callee), edge.kind, edge.resolution)
        for edge in edges
    ]
    if form == "text":
        lines = [f"{caller} -> {callee}  [{kind}, {how}]" for caller, callee, kind, how in rows]
        lines += [
            f"{call.at.path}:{call.at.line} -> {names.name(callee)}  [assembly, {call.resolution}]"
            for call in assembly
            for callee in call.callees
        ]
        own = [site for site in graph.sites if names.is_own(site.caller)]
        counts = shares(own)
        total = sum(counts.values()) or 1
        summary = ", ".join(
            f"{counts[one]:,} {one} ({100 * counts[one] / total:.1f} %)" for one in RESOLUTIONS
        )
        lines.append(f"{total:,} written calls: {summary}")
        if graph.assembly:
            places = len({call.at for call in graph.assembly})
            lines.append(f"{places:,} calls from assembly")
        return "\n".join([*lines, ""])
    weights = Counter((caller, callee) for caller, callee, _, _ in rows)
    weights.update((call.at.path, names.name(one)) for call in assembly for one in call.callees)
    return draw([(*pair, times) for pair, times in sorted(weights.items())], form)


def render_rows(rows: Sequence[tuple[str, str, str]], what: str, form: str) -> str:
    """Edges with a word each, as a graph of ``contexts`` or ``locks``."""
    if form == "text":
        return "".join(f"{one} -> {other}  [{word}]\n" for one, other, word in rows)
    if form == "json":
        key = "context" if what == "contexts" else "highest"
        return _pretty({what: [{"from": a, "to": b, key: word} for a, b, word in rows]})
    weights = Counter((one, other) for one, other, _ in rows)
    return draw([(*pair, times) for pair, times in sorted(weights.items())], form)


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
    assembly = [
        {
            "symbol": call.symbol,
            "how": call.how,
            "routine": call.routine,
            "callees": [names.name(callee) for callee in call.callees],
            "resolution": call.resolution,
            "reason": call.reason,
            "path": call.at.path,
            "line": call.at.line,
        }
        for call in graph.assembly
    ]
    return _pretty({"calls": calls, "assembly": assembly, "statistics": shares(written)})


def _pretty(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"


def draw(rows: Sequence[tuple[str, str, int]], form: str) -> str:
    """Edges with a weight each, as ``dot``, ``mermaid`` or ``graphml``."""
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
