"""The module graph: whose safe code can break whose unsafe code, and how much there is of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import msgspec

from soundcheck.boundaries.found import Boundaries, Reader, Site
from soundcheck.boundaries.obligations import Obligation
from soundcheck.crates.visibility import is_inside


class ModuleEdge(msgspec.Struct, frozen=True, gc=False):
    """Safe code in ``breaker`` can break unsafe code in ``broken``, through ``through``.

    The modules are indices; ``through`` is the parameter, field or method in words, ``sites`` how
    many unsafe sites it is about.
    """

    breaker: int
    broken: int
    through: str
    sites: int


class ModuleRow(msgspec.Struct, frozen=True, gc=False):
    """One module with unsafe sites.

    ``sites`` are its unsafe blocks and impls, ``verdicts`` how many have each verdict.
    ``functions`` are those that can break them, here and elsewhere, and ``surface`` the lines of
    those of them that are safe. ``owed`` are obligations that leave the module, ``due`` those of
    other modules that its code has to meet. ``ratio`` is the share of sites that a reader of the
    module and what is inside it can judge, from 0 to 1. ``cycle`` is the number, from 1, of the
    strongly connected component of several modules that it belongs to, or 0.
    """

    module: int
    path: str
    file: str
    sites: int
    verdicts: tuple[tuple[str, int], ...]
    functions: int
    surface: int
    owed: int
    due: int
    ratio: float
    cycle: int = 0


class ModuleGraph(msgspec.Struct, frozen=True, gc=False):
    """The modules with unsafe sites, worst first, the edges between modules, and their cycles."""

    rows: tuple[ModuleRow, ...]
    edges: tuple[ModuleEdge, ...]
    cycles: tuple[tuple[int, ...], ...]


def build_modules(
    found: Boundaries, sites: Sequence[Site], obligations: Sequence[Obligation]
) -> ModuleGraph:
    """The graph of the modules that some unsafe sites stand in."""
    defs = found.world.defmap.defs
    by_module: dict[int, list[tuple[Site, Sequence[Reader]]]] = defaultdict(list)
    weights: Counter[tuple[int, int, str]] = Counter()
    for site in sites:
        readers = found.readers(site)
        by_module[site.module].append((site, readers))
        for pair in {(defs[one.func].module, found.show(one.key)) for one in readers}:
            if pair[0] != site.module and pair[1]:
                weights[pair[0], site.module, pair[1]] += 1
    edges = tuple(ModuleEdge(*key, weights[key]) for key in sorted(weights))
    cycles = _cycles(edges)
    number = {module: index for index, some in enumerate(cycles, 1) for module in some}
    owed = _owed(found, obligations)
    due = _due(found, obligations)
    rows = [_row(found, module, some) for module, some in by_module.items()]
    full = [
        msgspec.structs.replace(
            row, owed=owed[row.module], due=due[row.module], cycle=number.get(row.module, 0)
        )
        for row in rows
    ]
    full.sort(key=lambda row: (-row.surface, -row.sites, row.path, row.module))
    return ModuleGraph(tuple(full), edges, cycles)


def _row(
    found: Boundaries, module: int, sites: Sequence[tuple[Site, Sequence[Reader]]]
) -> ModuleRow:
    forest = found.world.defmap.forest
    functions = {one.func: one for _, some in sites for one in some}
    kept = 0
    for site, some in sites:
        is_kept = all(
            is_inside(forest.modules, found.world.defmap.defs[one.func].module, module)
            for one in some
        )
        kept += is_kept and site.verdict in ("encapsulated", "declared")
    verdicts = Counter(site.verdict for site, _ in sites)
    return ModuleRow(
        module,
        forest.modules[module].path,
        forest.modules[module].file,
        len(sites),
        tuple(sorted(verdicts.items())),
        len(functions),
        sum(one.lines for one in functions.values() if found.is_safe(one.func)),
        0,
        0,
        round(kept / len(sites), 3),
    )


def _owed(found: Boundaries, obligations: Sequence[Obligation]) -> Counter[int]:
    """How many obligations leave each module."""
    beyond = found.reach.is_beyond
    return Counter(one.module for one in obligations if beyond(one.reach, one.module))


def _due(found: Boundaries, obligations: Sequence[Obligation]) -> Counter[int]:
    """How many obligations of other modules the code of each has to meet."""
    due: Counter[int] = Counter()
    for one in obligations:
        modules = {found.world.defmap.defs[support.func].module for support in one.supports}
        due.update(modules - {one.module})
    return due


def _cycles(edges: Sequence[ModuleEdge]) -> tuple[tuple[int, ...], ...]:
    """The sets of several modules in which each can break each, the largest first."""
    import networkx

    graph = networkx.DiGraph((one.breaker, one.broken) for one in edges)
    found = [tuple(sorted(some)) for some in networkx.strongly_connected_components(graph)]
    return tuple(
        sorted((some for some in found if len(some) > 1), key=lambda one: (-len(one), one))
    )
