"""What assembly calls: functions of the workspace by their symbols, and from where.

What Rust declares in an ``extern`` block and assembly defines is a body of the graph: its calls
are those of the routine, and of what the routine goes on to.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

import msgspec
from msgspec.structs import replace

from soundcheck.calls.assembly_units import Unit, read_units
from soundcheck.calls.linking import World
from soundcheck.calls.sites import MOST_CANDIDATES, BodyId, CallSite, Links
from soundcheck.calls.symbols import imported_symbol
from soundcheck.crates.definitions import Def
from soundcheck.finding import Gap
from soundcheck.source import LineIndex, SourceFile, Span
from soundcheck.syntax.assembly import SymbolUse

_TWIN = re.compile(r"#[0-9]+$")


class AssemblyCall(msgspec.Struct, frozen=True, gc=False):
    """One place where assembly names functions of the workspace: it calls them, or will.

    ``how`` is the instruction, directive or macro that has the name as an operand, ``routine`` the
    label before it. ``resolution`` and ``reason`` are as those of a ``CallSite``.
    """

    symbol: str
    how: str
    routine: str
    at: Span
    resolution: str
    callees: tuple[BodyId, ...]
    reason: str = ""


class Assembly(msgspec.Struct, frozen=True):
    """All that assembly says of Rust.

    ``calls`` are in order of place. ``sites`` are the calls that routines make which Rust declares,
    their callers being the declarations; ``routines`` are these by their names without what tells
    twins apart.
    """

    calls: tuple[AssemblyCall, ...] = ()
    sites: tuple[CallSite, ...] = ()
    routines: Mapping[str, tuple[Def, ...]] = {}
    gaps: tuple[Gap, ...] = ()


def read_assembly(world: World, files: Sequence[SourceFile]) -> Assembly:
    """Read the assembly of a workspace, and look up what it names."""
    units, gaps = read_units(world, files)
    return _Reading(world, units, files).result(gaps)


def through_assembly(world: World, assembly: Assembly, parts: Iterable[Links]) -> Iterator[Links]:
    """The links of bodies, with those into and out of routines that assembly defines."""
    defs = world.defmap.defs
    for part in parts:
        sites = tuple(
            [
                _into_routine(world, defs[site.caller.owner], site, assembly)
                if site.resolution == "external" and not site.callees
                else site
                for site in part.sites
            ]
        )
        yield replace(part, sites=sites)
    yield Links(assembly.sites, (), ())


def _into_routine(world: World, caller: Def, site: CallSite, assembly: Assembly) -> CallSite:
    """A call of what Rust only declares, with the declaration as its callee if assembly has it."""
    declared = assembly.routines.get(_TWIN.sub("", site.reason), ())
    bodies = [one.index for one in declared if world.callees.may_meet(one.cfg, caller.cfg)]
    if not bodies:
        return site
    is_one = len(bodies) == 1
    return replace(
        site,
        callees=tuple([BodyId(index) for index in bodies]),
        resolution="exact" if is_one else "candidates",
        reason="" if is_one else "configurations",
    )


class _Reading:
    """The units of a workspace, and what their symbols stand for."""

    def __init__(self, world: World, units: Sequence[Unit], files: Sequence[SourceFile]) -> None:
        self._world = world
        self._units = units
        self._lines = {file.path: LineIndex(file.data) for file in files}
        self._packages = [crate.package for crate in world.defmap.forest.crates]
        self._symbols = sorted(world.callees.symbols)
        # The routines of each unit by label, and the units that have a label.
        self._labels: list[dict[str, int]] = []
        self._units_of: dict[str, list[int]] = defaultdict(list)
        for index, unit in enumerate(units):
            labels: dict[str, int] = {}
            for number, routine in enumerate(unit.routines):
                if labels.setdefault(routine.label, number) == number:
                    self._units_of[routine.label].append(index)
            self._labels.append(labels)
        self._gaps: list[Gap] = []

    def result(self, gaps: Sequence[Gap]) -> Assembly:
        calls: dict[tuple[Span, str], AssemblyCall] = {}
        for index, unit in enumerate(self._units):
            for routine in unit.routines:
                for use in routine.uses:
                    for call in self._calls(index, use, routine.label):
                        key = (call.at, call.symbol)
                        calls[key] = _joined(calls[key], call) if key in calls else call
        sites: list[CallSite] = []
        routines: dict[str, tuple[Def, ...]] = {}
        for declared in self._declarations():
            name = _TWIN.sub("", declared.path)
            starts = self._routines_of(declared)
            if starts:
                routines[name] = (*routines.get(name, ()), declared)
                sites.extend(self._sites(declared, starts))
        return Assembly(
            tuple([calls[key] for key in sorted(calls)]),
            tuple(sites),
            routines,
            (*gaps, *self._gaps),
        )

    def _calls(self, index: int, use: SymbolUse, routine: str) -> Iterator[AssemblyCall]:
        """The functions that one word of a unit may be."""
        unit = self._units[index]
        lines = self._lines.get(use.path)
        line = lines.line_of(use.start) if lines else self._world.trees[use.path].line_of(use.start)
        at = Span(use.path, line, use.start, use.end)
        if use.symbol[0] == "{":
            found = {use.symbol: self._fitting(unit.operands.get(use.symbol, ()), unit)}
        elif "*" not in use.symbol:
            found = {use.symbol: self._exported(index, use.symbol)}
        else:
            fits = [one for one in self._symbols if fnmatchcase(one, use.symbol)]
            found = {symbol: self._exported(index, symbol) for symbol in fits}
        found = {symbol: targets for symbol, targets in found.items() if targets}
        if len(found) > MOST_CANDIDATES:
            what = f"`{use.symbol}` may be any of {len(found)} exported functions"
            self._gaps.append(Gap("assembly-symbol", what, at))
            return
        for symbol, targets in found.items():
            resolution, bodies, reason = self._world.callees.of_defs(targets)
            if symbol != use.symbol:
                resolution, reason = "candidates", f"fits {use.symbol}"
            elif resolution == "exact" and self._labelled(index, symbol):
                resolution, reason = "candidates", "a routine has the name too"
            name = targets[0].name if symbol[0] == "{" else symbol
            yield AssemblyCall(name, use.how, routine, at, resolution, bodies, reason)

    def _exported(self, index: int, symbol: str) -> list[Def]:
        if symbol in self._labels[index]:
            # The unit means its own.
            return []
        return self._fitting(self._world.callees.symbols.get(symbol, ()), self._units[index])

    def _fitting(self, targets: Iterable[Def], unit: Unit) -> list[Def]:
        """What of some definitions is linked to a unit: those of its own package first."""
        callees = self._world.callees
        found = [
            one
            for one in targets
            if not callees.is_excluded(one) and callees.may_meet(one.cfg, unit.cfg)
        ]
        return [one for one in found if self._package(one) == unit.package] or found

    def _package(self, target: Def) -> str | None:
        return self._packages[self._world.defmap.forest.modules[target.module].crate]

    # -- what Rust declares and assembly defines -----------------------------------------------

    def _declarations(self) -> Iterator[Def]:
        callees = self._world.callees
        for target in self._world.defmap.defs:
            if (
                target.kind == "function"
                and callees.is_foreign(target)
                and not callees.is_stub(target)
                and not callees.is_excluded(target)
            ):
                yield target

    def _routines_of(self, declared: Def) -> list[tuple[int, int]]:
        """The routines that a declaration may stand for, each by its unit and number."""
        symbol = imported_symbol(declared)
        callees = self._world.callees
        if any(callees.may_meet(one.cfg, declared.cfg) for one in callees.symbols.get(symbol, ())):
            return []
        units = [
            index
            for index in self._units_of.get(symbol, ())
            if callees.may_meet(self._units[index].cfg, declared.cfg)
        ]
        own = [one for one in units if self._units[one].package == self._package(declared)]
        return [(index, self._labels[index][symbol]) for index in own or units]

    def _sites(self, declared: Def, starts: Sequence[tuple[int, int]]) -> Iterator[CallSite]:
        """The calls of some routines and of those they go on to, once for each symbol."""
        seen = set(starts)
        queue = deque(starts)
        found: set[str] = set()
        while queue:
            index, number = queue.popleft()
            routines = self._units[index].routines
            routine = routines[number]
            following = [(index, number + 1)] if routine.falls_through else []
            for use in routine.uses:
                following.extend(self._labelled(index, use.symbol))
                for call in self._calls(index, use, routine.label):
                    if call.symbol not in found:
                        found.add(call.symbol)
                        yield CallSite(
                            BodyId(declared.index),
                            "assembly",
                            declared.start,
                            declared.start if declared.item is None else declared.item.end,
                            call.symbol,
                            call.resolution,
                            call.callees,
                            f"{call.how} at {call.at.path}:{call.at.line}",
                        )
            for one in following:
                if one not in seen:
                    seen.add(one)
                    queue.append(one)

    def _labelled(self, index: int, symbol: str) -> list[tuple[int, int]]:
        """The routines that a symbol in a unit may stand for."""
        if symbol in self._labels[index]:
            return [(index, self._labels[index][symbol])]
        unit = self._units[index]
        others = [
            one
            for one in self._units_of.get(symbol, ())
            if self._world.callees.may_meet(self._units[one].cfg, unit.cfg)
        ]
        own = [one for one in others if self._units[one].package == unit.package]
        return [(one, self._labels[one][symbol]) for one in own or others]


def _joined(one: AssemblyCall, other: AssemblyCall) -> AssemblyCall:
    """One place read in two units: it names what it names in either."""
    bodies = tuple(sorted({*one.callees, *other.callees}))
    if bodies == tuple(sorted(one.callees)):
        return one
    return replace(one, callees=bodies, resolution="candidates", reason="units")
