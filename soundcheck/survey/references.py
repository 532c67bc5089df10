"""Whole files as a reader wants them: what calls lead to, and where each function runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import msgspec

from soundcheck.calls.sites import BodyId, CallSite
from soundcheck.contexts.lock_table import RANKS
from soundcheck.crates.stubs import is_stub
from soundcheck.input import Input
from soundcheck.program import Program
from soundcheck.syntax.items import Function

# Arguments longer than this are not searched for the name that they are given to.
_FARTHEST = 4000


class Jump(msgspec.Struct, frozen=True, gc=False, order=True):
    """A name in a file, and the place of the definition that it calls."""

    start: int
    end: int
    path: str
    line: int


class Run(msgspec.Struct, frozen=True, gc=False, order=True):
    """A function by the line of its name, and the contexts in which it runs."""

    line: int
    item: str
    contexts: tuple[tuple[str, str], ...]


class References(msgspec.Struct, frozen=True):
    """What is known of the places of one file."""

    jumps: tuple[Jump, ...] = ()
    runs: tuple[Run, ...] = ()


def find_references(source: Input, program: Program) -> Mapping[str, References]:
    """The references of each file that is reported on, in order of place."""
    texts = {file.path: file.data for file in source.files if source.is_reported(file.path)}
    jumps: dict[str, dict[Jump, None]] = defaultdict(dict)
    defs = program.world.defmap.defs
    for site in program.graph.sites:
        path = defs[site.caller.owner].file
        if path not in texts or len(site.callees) != 1 or site.resolution != "exact":
            continue
        target = defs[site.callees[0].owner]
        place = _name_of(site, texts[path])
        if place is None or is_stub(target.file) or site.callees[0].closure >= 0:
            continue
        line = program.facts[target.file].tree.line_of(_name_start(target.item, target.start))
        jumps[path][Jump(*place, target.file, line)] = None
    runs: dict[str, set[Run]] = defaultdict(set)
    for target in defs:
        if target.file in texts and target.is_primary and isinstance(target.item, Function):
            nodes = program.contexts.nodes(BodyId(target.index))
            states = {(node.context, node.irq) for node in nodes}
            line = program.facts[target.file].tree.line_of(target.item.name_start)
            ordered = sorted(states, key=lambda pair: (RANKS.index(pair[0]), pair[1]))
            runs[target.file].add(Run(line, target.path, tuple(ordered)))
    return {
        path: References(tuple(sorted(jumps.get(path, ()))), tuple(sorted(runs.get(path, ()))))
        for path in sorted(texts)
    }


def _name_start(item: object, start: int) -> int:
    return item.name_start if isinstance(item, Function) else start


def _name_of(site: CallSite, data: bytes) -> tuple[int, int] | None:
    """Where in a call the name of its callee stands; ``None`` where nobody wrote one."""
    name = site.name.encode("utf-8", "replace")
    if site.kind == "path" and data.startswith(name, site.start):
        return site.start, site.start + len(name)
    if site.kind != "method" or data[site.end - 1 : site.end] != b")":
        return None
    depth = 0
    for at in range(site.end - 1, max(site.start, site.end - _FARTHEST) - 1, -1):
        depth += (data[at] == ord(")")) - (data[at] == ord("("))
        if depth == 0:
            end = data.rfind(name, site.start, at) + len(name)
            between = data[end:at].strip()
            is_it = end > len(name) and (not between or between.startswith(b"::<"))
            return (end - len(name), end) if is_it else None
    return None
