"""A program to its survey."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from soundcheck.boundaries.modules import ModuleGraph, build_modules
from soundcheck.calls.graph import shares
from soundcheck.calls.names import Names
from soundcheck.calls.sites import WRITTEN
from soundcheck.contexts.lock_table import lock_table
from soundcheck.crates.modules import ModuleNode
from soundcheck.crates.stubs import is_stub
from soundcheck.input import Input
from soundcheck.program import Program
from soundcheck.survey.sites import find_sites
from soundcheck.survey.values import Module, Survey, Use
from soundcheck.syntax.arguments import Marks
from soundcheck.syntax.items import Module as ModuleItem


def take_survey(source: Input, program: Program, marks: Marks) -> Survey:
    """The survey of what a run reports on; ``marks`` tell a safety comment.

    The program must have its model.
    """
    own = [one for one in program.boundaries.sites if source.is_reported(one.path)]
    graph = build_modules(program.boundaries, own, program.obligations)
    modules = tuple(sorted(_modules(source, program, graph), key=lambda one: (one.path, one.file)))
    sites = tuple(find_sites(source, program, marks))
    locks = tuple(
        row
        for row in lock_table(program.contexts)
        if any(source.is_reported(one.at.path) for one in row.places)
    )
    paths = {one.at.path for one in sites} | {one.at.path for row in locks for one in row.places}
    lost, blind = _lost_calls(source, program)
    return Survey(
        modules,
        _uses(program, graph, {one.path for one in modules}),
        sites,
        locks,
        _shares(program),
        lost,
        blind,
        {file.path: file for file in source.files if file.path in paths},
    )


def _modules(source: Input, program: Program, graph: ModuleGraph) -> Iterator[Module]:
    """The modules that name their items, each with its own lines."""
    forest = program.forest
    rows = {row.module: row for row in graph.rows}
    texts = {file.path: file.data for file in source.files}
    for node in forest.modules:
        if is_stub(node.file) or not source.is_reported(node.file):
            continue
        if not any(part.is_primary for part in node.parts):
            continue
        inline = [forest.modules[child] for child in node.children]
        own = _extent(node, texts.get(node.file, b"")) - sum(
            _extent(child, texts.get(child.file, b"")) for child in inline if _is_inline(child)
        )
        crate = forest.crates[node.crate]
        is_test = node.is_test_only or crate.kind in ("test", "bench")
        known = Module(node.path, crate.name, node.file, max(own, 1), is_test)
        row = rows.get(node.index)
        if row is not None:
            known = replace(
                known, surface=row.surface, readings=row.functions, owed=row.owed, due=row.due
            )
        yield known


def _is_inline(node: ModuleNode) -> bool:
    return isinstance(node.item, ModuleItem) and node.item.is_inline


def _extent(node: ModuleNode, data: bytes) -> int:
    """How many lines a module takes in its file, with the inline ones in it."""
    if _is_inline(node) and node.item is not None:
        return data.count(b"\n", node.item.start, node.item.end) + 1
    return data.count(b"\n")


def _uses(program: Program, graph: ModuleGraph, paths: set[str]) -> tuple[Use, ...]:
    """Which module calls which, and can break its unsafe code, in order of paths."""
    names = Names(program.world)
    modules = program.forest.modules
    calls: Counter[tuple[str, str]] = Counter()
    for body in program.graph.bodies:
        for edge in program.graph.callees(body):
            if edge.kind == "drop" or not names.is_own(edge.caller):
                continue
            if names.is_own(edge.callee):
                user, used = names.module(edge.caller), names.module(edge.callee)
                calls[modules[user].path, modules[used].path] += 1
    breaks: Counter[tuple[str, str]] = Counter()
    for one in graph.edges:
        breaks[modules[one.breaker].path, modules[one.broken].path] += one.sites
    return tuple(
        Use(user, used, calls[user, used], breaks[user, used])
        for user, used in sorted({*calls, *breaks})
        if user != used and user in paths and used in paths
    )


def _shares(program: Program) -> dict[str, int]:
    """The written calls of the workspace by resolution."""
    names = Names(program.world)
    return shares([site for site in program.graph.sites if names.is_own(site.caller)])


# Of the reasons for which calls are lost, so many are told.
_MOST_REASONS = 12


def _lost_calls(
    source: Input, program: Program
) -> tuple[tuple[tuple[str, int], ...], dict[str, int]]:
    """Why calls lead nowhere known, and how many of them stand in each module."""
    defs = program.world.defmap.defs
    modules = program.forest.modules
    reasons: Counter[str] = Counter()
    blind: Counter[str] = Counter()
    for site in program.graph.sites:
        caller = defs[site.caller.owner]
        if site.resolution != "unknown" or site.kind not in WRITTEN:
            continue
        if not is_stub(caller.file) and source.is_reported(caller.file):
            reasons[_general(site.reason)] += 1
            blind[modules[caller.module].path] += 1
    most: Sequence[tuple[str, int]] = sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(most[:_MOST_REASONS]), dict(sorted(blind.items()))


def _general(reason: str) -> str:
    """A reason without what it counts, so that like reasons are one."""
    return " ".join(word for word in reason.split() if not word.isdecimal())
