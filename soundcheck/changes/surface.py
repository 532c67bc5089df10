"""How much safe code has to be read to believe the unsafe code, and how much of that leaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from soundcheck.boundaries.modules import build_modules
from soundcheck.changes.counts import CountChange, ModuleChange
from soundcheck.program import Program

# Lines of safe code to read; sites that safe code elsewhere can break, that rest on the order in
# which the program runs, and that are not understood.
COUNTERS = ("lines", "leaks", "context", "unknown")

# A drawing of more pairs of modules than this is a knot.
_MOST_PAIRS = 16

Surface = Mapping[str, tuple[int, ...]]
"""For each module with unsafe code, the numbers of ``COUNTERS``."""


def read_surface(program: Program, is_shown: Callable[[str], bool]) -> Surface:
    """The surface of each module, by the unsafe sites that are shown."""
    sites = [one for one in program.boundaries.sites if is_shown(one.path)]
    rows = build_modules(program.boundaries, sites, ()).rows
    surface: dict[str, tuple[int, ...]] = {}
    for row in rows:
        verdicts = dict(row.verdicts)
        numbers = (row.surface, *(verdicts.get(one, 0) for one in COUNTERS[1:]))
        surface[row.path] = _sum([surface.get(row.path, (0,) * len(COUNTERS)), numbers])
    return surface


def heaviest_breakers(
    program: Program, is_shown: Callable[[str], bool]
) -> tuple[tuple[str, str, int], ...]:
    """The pairs of modules of which the safe code of one can break most sites of the other."""
    found = program.boundaries
    sites = [one for one in found.sites if is_shown(one.path)]
    modules = found.world.defmap.forest.modules
    totals: Counter[tuple[str, str]] = Counter()
    for edge in build_modules(found, sites, ()).edges:
        totals[modules[edge.breaker].path, modules[edge.broken].path] += edge.sites
    heaviest = sorted(totals.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST_PAIRS]
    return tuple((*pair, sites) for pair, sites in heaviest)


def compare_surface(before: Surface, after: Surface) -> tuple[ModuleChange, ...]:
    """The total, all counters of it but the lines, then the modules with what differs.

    One function may have to be read for several modules, so that lines have no sum.
    """
    nothing = (0,) * len(COUNTERS)
    total = _changes(_sum([nothing, *before.values()]), _sum([nothing, *after.values()]))
    modules = [
        ModuleChange(name, differing)
        for name in sorted({*before, *after})
        if (
            differing := tuple(
                one
                for one in _changes(before.get(name, nothing), after.get(name, nothing))
                if one.before != one.after
            )
        )
    ]
    return (ModuleChange("", total[1:]), *modules)


def _changes(before: Iterable[int], after: Iterable[int]) -> tuple[CountChange, ...]:
    return tuple(map(CountChange, COUNTERS, before, after))


def _sum(rows: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*rows, strict=True)))
