"""What unsafe code leans on, by module and by site: as text for people and JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from soundcheck.boundaries.found import Boundaries, Reader, Site
from soundcheck.boundaries.leans import Lean
from soundcheck.boundaries.modules import ModuleGraph, ModuleRow
from soundcheck.boundaries.obligations import Obligation

_HEADER = ("lines", "functions", "sites", "leak", "context", "unknown", "owed", "due", "kept")


def render_surface(
    found: Boundaries,
    sites: Sequence[Site],
    obligations: Sequence[Obligation],
    graph: ModuleGraph,
    form: str,
) -> str:
    """The table of modules, worst first; the JSON has sites, obligations and edges as well."""
    if form == "json":
        return _pretty(
            {
                "modules": [_row(one) for one in graph.rows],
                "sites": [_site(found, one) for one in sites],
                "obligations": [_obligation(found, one) for one in obligations],
                **_edges(found, graph),
            }
        )
    return "".join(f"{line}\n" for line in _table(graph.rows))


def render_site(found: Boundaries, sites: Sequence[Site], form: str) -> str:
    """Some sites, each with what it leans on and the functions that have to be read."""
    if form == "json":
        return _pretty({"sites": [_site(found, one) for one in sites]})
    return "\n".join("".join(f"{line}\n" for line in _tell(found, one)) for one in sites)


def render_boundaries(found: Boundaries, graph: ModuleGraph, form: str) -> str:
    """The edges between modules, as text or JSON."""
    value = _edges(found, graph)
    if form == "json":
        return _pretty(value)
    lines = [
        f"{one['from']} -> {one['to']}  through {one['through']} ({one['sites']})"
        for one in value["edges"]
    ]
    for number, some in enumerate(value["cycles"], 1):
        lines.append(f"cycle {number}: {', '.join(some)}")
    return "".join(f"{line}\n" for line in lines)


def edge_rows(found: Boundaries, graph: ModuleGraph) -> list[tuple[str, str, int]]:
    """The edges between modules with the number of sites, for drawing."""
    modules = found.world.defmap.forest.modules
    totals: dict[tuple[str, str], int] = {}
    for one in graph.edges:
        pair = (modules[one.breaker].path, modules[one.broken].path)
        totals[pair] = totals.get(pair, 0) + one.sites
    return [(*pair, times) for pair, times in sorted(totals.items())]


def tell_leans(leans: Iterable[Lean]) -> Iterator[str]:
    """What a site leans on, a line each."""
    for one in leans:
        yield f"{one.verdict}: {one.kind} {one.what}".rstrip()


# -- text ------------------------------------------------------------------------------------------


def _table(rows: Sequence[ModuleRow]) -> Iterator[str]:
    cells = [_HEADER, *(_cells(row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(_HEADER))]
    names = ["module", *(_name(row) for row in rows)]
    for name, row in zip(names, cells, strict=True):
        numbers = "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        yield f"{numbers}  {name}"


def _cells(row: ModuleRow) -> tuple[str, ...]:
    verdicts = dict(row.verdicts)
    counts = (
        row.surface,
        row.functions,
        row.sites,
        verdicts.get("leaks", 0),
        verdicts.get("context", 0),
        verdicts.get("unknown", 0),
        row.owed,
        row.due,
    )
    return (*(f"{one:,}" for one in counts), f"{row.ratio:.0%}")


def _name(row: ModuleRow) -> str:
    return f"{row.path} (cycle {row.cycle})" if row.cycle else row.path


def _tell(found: Boundaries, site: Site) -> Iterator[str]:
    yield f"{site.path}:{site.line}: {site.kind} in {site.item}: {site.verdict}"
    yield "  leans on:"
    yield from (f"    {line}" for line in tell_leans(site.leans))
    readers = found.readers(site)
    lines = sum(one.lines for one in readers if found.is_safe(one.func))
    yield f"  to read ({len(readers)} functions, {lines} lines of safe code):"
    for one in readers:
        why = f"{one.does} {found.show(one.key)}".rstrip()
        yield f"    {one.path}:{one.line}-{one.end_line}: {one.item}: {why}"


# -- JSON ------------------------------------------------------------------------------------------


def _row(row: ModuleRow) -> dict[str, object]:
    return {
        "module": row.path,
        "path": row.file,
        "sites": row.sites,
        "verdicts": dict(row.verdicts),
        "functions": row.functions,
        "lines": row.surface,
        "owed": row.owed,
        "due": row.due,
        "ratio": row.ratio,
        "cycle": row.cycle,
    }


def _site(found: Boundaries, site: Site) -> dict[str, object]:
    trees = found.world.trees
    return {
        "kind": site.kind,
        "item": site.item,
        "path": site.path,
        "line": site.line,
        "verdict": site.verdict,
        "leans": [
            {
                "kind": one.kind,
                "verdict": one.verdict,
                "what": one.what,
                "path": one.path,
                "line": trees[one.path].line_of(one.start),
                "reach": "" if one.reach == -2 else found.reach.show(one.reach).replace("`", ""),
            }
            for one in site.leans
        ],
        "readers": [_reader(found, one) for one in found.readers(site)],
    }


def _reader(found: Boundaries, one: Reader) -> dict[str, object]:
    return {
        "item": one.item,
        "path": one.path,
        "line": one.line,
        "end_line": one.end_line,
        "does": one.does,
        "through": found.show(one.key).replace("`", ""),
        "safe": found.is_safe(one.func),
    }


def _obligation(found: Boundaries, one: Obligation) -> dict[str, object]:
    defs = found.world.defmap.defs
    trees = found.world.trees
    return {
        "through": found.show(one.key).replace("`", ""),
        "kind": one.key[0],
        "item": defs[one.item].path,
        "reach": found.reach.show(one.reach).replace("`", ""),
        "behind": found.show(one.behind).replace("`", ""),
        "state": one.state,
        "sites": [
            {"path": found.sites[index].path, "line": found.sites[index].line}
            for index in one.sites
        ],
        "given": [
            {
                "item": defs[support.func].path,
                "path": defs[support.func].file,
                "line": trees[defs[support.func].file].line_of(support.start),
                "does": support.does,
                "verdict": support.verdict,
            }
            for support in one.supports
        ],
    }


def _edges(found: Boundaries, graph: ModuleGraph) -> dict[str, list[dict[str, object]]]:
    modules = found.world.defmap.forest.modules
    return {
        "edges": [
            {
                "from": modules[one.breaker].path,
                "to": modules[one.broken].path,
                "through": one.through.replace("`", ""),
                "sites": one.sites,
            }
            for one in graph.edges
        ],
        "cycles": [[modules[index].path for index in some] for some in graph.cycles],  # type: ignore[misc]
    }


def _pretty(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"
