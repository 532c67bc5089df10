"""Where values come from across bodies, read when it is asked for: arguments, results, fields."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple

from soundcheck.boundaries.kinds import Kinds
from soundcheck.boundaries.operations import SELF
from soundcheck.boundaries.origins import Origins
from soundcheck.boundaries.reading import Note, Reading
from soundcheck.boundaries.supplies import Question, Supplies, Supply
from soundcheck.boundaries.writes import FieldWrite
from soundcheck.calls.graph import CallGraph
from soundcheck.calls.linking import World, has_body, walk_bodies
from soundcheck.calls.sites import WRITTEN, BodyId, CallSite
from soundcheck.crates.definitions import Def
from soundcheck.syntax import items as it


class _Read(NamedTuple):
    reading: Reading
    origins: Origins


class Demand:
    """Bodies read as they are asked for, each once, and what they give to others.

    Some are left out: what tests pass says nothing of the program.
    """

    def __init__(
        self,
        world: World,
        graph: CallGraph,
        writes: Iterable[FieldWrite],
        is_left_out: Callable[[Def], bool],
        supplies: Supplies,
    ) -> None:
        self._supplies = supplies
        self._world = world
        self._graph = graph
        self._defs = world.defmap.defs
        self._is_left_out = is_left_out
        self._reads: dict[int, _Read | None] = {}
        self._arguments: dict[tuple[int, int], tuple[Supply, ...]] = {}
        self._results: dict[int, tuple[Supply, ...]] = {}
        self._fields: dict[tuple[int, str], tuple[Supply, ...]] = {}
        self._writes: dict[int, list[FieldWrite]] = defaultdict(list)
        for write in writes:
            self._writes[write.owner].append(write)
        self._calls: dict[int, list[CallSite]] | None = None
        self._values: dict[int, set[BodyId]] = defaultdict(set)

    def arguments(self, func: int, param: int) -> tuple[Supply, ...]:
        """What the callers of a function pass for a parameter, in order of place."""
        key = (func, param)
        if key not in self._arguments:
            self._arguments[key] = tuple(self._passed(func, param))
        return self._arguments[key]

    def results(self, func: int) -> tuple[Supply, ...]:
        """What a function gives back."""
        if func not in self._results:
            find = partial(self._returned, func)
            self._results[func] = self._supplies.of(self._defs[func].file, Question(func), find)
        return self._results[func]

    def written(self, owner: int, field: str) -> tuple[Supply, ...]:
        """What is written to a field, in order of the writing bodies."""
        key = (owner, field)
        if key not in self._fields:
            writes = [one for one in self._writes.get(owner, ()) if one.field in ("", field)]
            writes = [one for one in writes if not self._is_left_out(self._defs[one.body])]
            self._fields[key] = tuple(
                supply for one in writes for supply in self._written_by(one, field)
            )
        return self._fields[key]

    # -- bodies --------------------------------------------------------------------------------

    def _read(self, index: int) -> _Read | None:
        if index not in self._reads:
            self._reads[index] = self._read_anew(self._defs[index])
        return self._reads[index]

    def _read_anew(self, target: Def) -> _Read | None:
        if target.kind == "macro" or not has_body(target):
            return None
        for body in walk_bodies(self._world, [target]):
            reading = Reading(self._world, body, takes_notes=True)
            reading.read(body.root)
            return _Read(reading, Origins(reading, Kinds(self._world, reading)))
        return None

    # -- arguments -----------------------------------------------------------------------------

    def _passed(self, func: int, param: int) -> list[Supply]:
        found: list[Supply] = []
        for site in self._sites_of(func):
            caller = site.caller.owner
            if self._is_left_out(self._defs[caller]):
                continue
            question = Question(caller, site.start, site.end, func, str(param))
            find = partial(self._passed_at, site, func, param)
            found += self._supplies.of(self._defs[caller].file, question, find)
        found += [
            Supply(holder.owner, -1, -1, "value", is_read=False)
            for holder in sorted(self._values.get(func, ()))
            if not self._is_left_out(self._defs[holder.owner])
        ]
        if self._graph.named_by_assembly(BodyId(func)):
            found.append(Supply(func, -1, -1, "assembly", is_read=False))
        return found

    def _passed_at(self, site: CallSite, func: int, param: int) -> tuple[Supply, ...]:
        caller = site.caller.owner
        read = self._read(caller) if site.kind in ("path", "method") else None
        note = None if read is None else read.reading.notes.get((site.start, site.end))
        arg = None if note is None else _argument(note.node, self._defs[func], param)
        if read is None or note is None or arg is None:
            return (Supply(caller, site.start, site.end, "value", is_read=False),)
        origins = read.origins.of(arg, note.conditions)
        return (Supply(caller, arg.start, arg.end, "call", origins),)

    def _sites_of(self, func: int) -> Sequence[CallSite]:
        if self._calls is None:
            calls: dict[int, list[CallSite]] = defaultdict(list)
            for site in self._graph.sites:
                # What only shares a name with the callee says nothing of it.
                if site.kind in WRITTEN and site.reason != "name":
                    for callee in site.callees:
                        if callee.closure < 0:
                            calls[callee.owner].append(site)
            for mention in self._graph.mentions:
                if mention.body.closure < 0:
                    self._values[mention.body.owner].add(mention.holder)
            self._calls = calls
        return self._calls.get(func, ())

    # -- results and fields --------------------------------------------------------------------

    def _returned(self, func: int) -> tuple[Supply, ...]:
        read = self._read(func)
        if read is None:
            return ()
        return tuple(
            Supply(func, one.start, one.end, "return", read.origins.of(one))
            for one in read.reading.returned
        )

    def _written_by(self, write: FieldWrite, field: str) -> tuple[Supply, ...]:
        question = Question(write.body, write.start, write.end, write.owner, field)
        find = partial(self._written, write, field)
        return self._supplies.of(self._defs[write.body].file, question, find)

    def _written(self, write: FieldWrite, field: str) -> tuple[Supply, ...]:
        read = self._read(write.body)
        note = None if read is None else read.reading.notes.get((write.start, write.end))
        if read is None or note is None:
            return (Supply(write.body, write.start, write.end, write.how, is_read=False),)
        value = _value(note, field)
        if value is None:
            return (Supply(write.body, write.start, write.end, write.how),)
        origins = read.origins.of(value, note.conditions)
        return (Supply(write.body, value.start, value.end, write.how, origins),)


def _argument(node: it.Expr, callee: Def, param: int) -> it.Expr | None:
    """What a call passes for a parameter; ``self`` is one too."""
    if isinstance(node, it.MethodCall):
        if param == SELF:
            return node.receiver
        return node.args[param] if param < len(node.args) else None
    if not isinstance(node, it.Call):
        return None
    item = callee.item
    has_self = isinstance(item, it.Function) and bool(item.receiver)
    position = param + 1 if has_self else param
    return node.args[position] if 0 <= position < len(node.args) else None


def _value(note: Note, field: str) -> it.Expr | None:
    """The value that a write gives to a field; ``None`` where it gives none that can be read."""
    node = note.node
    match node:
        case it.StructLit():
            return next((value for name, value in node.fields if name == field), None)
        case it.Call():
            index = int(field) if field.isdigit() else -1
            return node.args[index] if 0 <= index < len(node.args) else None
        case it.Assign():
            return node.value
        case _:
            return None
