"""What stands behind what is leant on: who gives the value, and what that leans on in turn."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from soundcheck.boundaries.contracts import is_open
from soundcheck.boundaries.demand import Demand
from soundcheck.boundaries.leans import NO_KEY, VERDICTS, Key, Lean, Leaning
from soundcheck.boundaries.supplies import Supply
from soundcheck.calls.linking import World, has_body
from soundcheck.crates.definitions import Def

_HOW = {
    "literal": "makes",
    "assign": "writes",
    "borrow": "lends out",
    "call": "passes",
    "value": "passes on",
    "assembly": "calls",
    "return": "gives",
}


class Support(NamedTuple):
    """One place that gives a value which is leant on, and what the value leans on there.

    ``func`` is the definition whose body it is, ``does`` a word for what it does there:
    ``makes``, ``writes``, ``lends out``, ``passes``, ``passes on``, ``calls``, ``gives``, ``uses``
    or ``implements``. ``verdict`` is the worst of ``leans``.
    """

    func: int
    start: int
    end: int
    does: str
    verdict: str
    leans: tuple[Lean, ...]


class Supports:
    """The places behind each key, found as they are asked for."""

    def __init__(
        self, world: World, demand: Demand, leaning: Leaning, users: dict[int, list[int]]
    ) -> None:
        self._world = world
        self._defs = world.defmap.defs
        self._demand = demand
        self._leaning = leaning
        self._users = users
        self._known: dict[Key, tuple[Support, ...]] = {}

    def of(self, key: Key) -> tuple[Support, ...]:
        """The places that give what a key stands for, in order of place."""
        if key not in self._known:
            self._known[key] = tuple(self._find(key))
        return self._known[key]

    def _find(self, key: Key) -> list[Support]:
        kind, index, name = key
        match kind:
            case "parameter":
                return self._judge(self._demand.arguments(index, int(name)))
            case "field":
                return self._judge(self._demand.written(index, name))
            case "result":
                return self._judge(self._demand.results(index), with_parameters=False)
            case "static":
                users = self._users.get(index, ())
                return [self._plain(self._defs[one], "uses") for one in users]
            case "trait":
                declared = self._world.methods.declared.associated(index).get(name, ())
                found = {
                    body.index: body
                    for one in declared
                    for body in (one, *self._world.methods.overrides(one))
                    if has_body(body)
                }
                return [self._plain(found[one], "implements") for one in sorted(found)]
            case _:
                return []

    def _plain(self, target: Def, does: str) -> Support:
        return Support(target.index, target.start, target.start + 1, does, "encapsulated", ())

    def _judge(self, supplies: Iterable[Supply], *, with_parameters: bool = True) -> list[Support]:
        found: list[Support] = []
        for one in supplies:
            func = self._defs[one.func]
            leans = [self._leaning.of_origin(func, origin) for origin in one.origins]
            if not with_parameters:
                # What a caller passed was looked at where it was passed.
                leans = [lean for lean in leans if lean.kind != "parameter"]
            verdict = worst(leans) if one.is_read else "unknown"
            if verdict == "leaks" and not is_open(self._world.defmap, func):
                verdict = "declared"
            start = one.start if one.start >= 0 else func.start
            end = one.end if one.start >= 0 else func.start + 1
            found.append(Support(one.func, start, end, _HOW[one.how], verdict, tuple(leans)))
        return found


def worst(leans: Iterable[Lean]) -> str:
    """The worst verdict of some; ``encapsulated`` where there is nothing to lean on."""
    found = {lean.verdict for lean in leans}
    return next((one for one in VERDICTS if one in found), "encapsulated")


def keys_of(leans: Iterable[Lean]) -> list[Key]:
    """The keys that some lean on as they are, each once."""
    return list(dict.fromkeys(one.key for one in leans if one.key != NO_KEY and one.is_sure))
