"""Calls through function values, by what comes there: passed for a parameter, or stored somewhere.

A function that is generic over callables runs what it is given, and what others were given who give
it on. What is called from a field or a variable may be all that is stored and has the type.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from soundcheck.calls.shapes import NO_ABI, Shape, agree, has_convention, takes
from soundcheck.calls.sites import (
    MOST_CANDIDATES,
    BodyId,
    CallSite,
    Links,
    ValueCall,
)

Slot = tuple[int, int]
"""A parameter: of which function, and as which."""

MayRun = Callable[[BodyId, BodyId], bool]
"""Whether what a body calls may be another, by the crates that they are in."""

_NO_PARAMETER = -1
_ELSEWHERE: Slot = (-1, -1)
_KEPT: Slot = (-1, -1)


class _One(NamedTuple):
    body: BodyId
    shape: Shape
    is_address: bool
    how: str


class _Stored(NamedTuple):
    """What is stored, by how many arguments it takes.

    ``made`` are the shapes of function pointers that come from what is none: what a call through
    one of these runs need not be of its type.
    """

    by_arity: Mapping[int, Collection[_One]]
    made: Collection[Shape]


def resolve_values(parts: Iterable[Links], may_run: MayRun) -> Iterator[CallSite]:
    """The sites of all calls through values, with what they may run."""
    parts = tuple(parts)
    given = _follow(parts)
    stored = _store(parts, given)
    for part in parts:
        for call in part.values:
            yield _resolve(call, given, stored, may_run)


def _follow(parts: Iterable[Links]) -> Mapping[Slot, set[BodyId | None]]:
    """What comes into each parameter, ``None`` for what comes from elsewhere."""
    given: dict[Slot, set[BodyId | None]] = defaultdict(set)
    onwards: dict[Slot, set[Slot]] = defaultdict(set)
    for part in parts:
        for site in part.sites:
            for passed in site.passed:
                for callee in site.callees:
                    if callee.closure < 0:
                        given[(callee.owner, passed.index)].add(passed.body)
        for flow in part.flows:
            source, target = (flow.owner, flow.param), (flow.callee, flow.index)
            if source == _ELSEWHERE:
                given[target].add(None)
            elif target != _KEPT:
                onwards[source].add(target)
    pending = deque(slot for slot in onwards if slot in given)
    while pending:
        slot = pending.popleft()
        for target in onwards.get(slot, ()):
            if not given[slot] <= given[target]:
                given[target] |= given[slot]
                pending.append(target)
    return given


def _store(parts: Iterable[Links], given: Mapping[Slot, set[BodyId | None]]) -> _Stored:
    """What is stored, and what parameters held that were."""
    by_arity: dict[int, dict[_One, None]] = defaultdict(dict)
    kept: dict[BodyId | None, bool] = {}
    for flow in (flow for part in parts for flow in part.flows):
        if (flow.callee, flow.index) == _KEPT:
            for body in given.get((flow.owner, flow.param), ()):
                kept[body] = kept.get(body, True) and flow.is_generic
    for mention in (mention for part in parts for mention in part.mentions):
        shape = mention.shape
        if shape is None or not (mention.is_loose or mention.body in kept):
            continue
        if not mention.is_loose and kept[mention.body]:
            shape = replace(shape, abi=NO_ABI)
        one = _One(mention.body, shape, mention.is_address, mention.how)
        by_arity[shape.arity][one] = None
    return _Stored(by_arity, {shape for part in parts for shape in part.made})


def _fitting(call: ValueCall, stored: _Stored) -> set[BodyId]:
    """What of all that is stored a call may run, by its type, or by its arguments alone."""
    known = stored.by_arity.get(len(call.args), ())
    wanted = call.shape
    if wanted is None:
        loose = (one for one in known if one.how != "argument")
        return {one.body for one in loose if takes(one.shape, call.args)}
    if any(agree(one, wanted) for one in stored.made):
        return {one.body for one in known if has_convention(one.shape, wanted)}
    return {one.body for one in known if not one.is_address and agree(one.shape, wanted)}


def _resolve(
    call: ValueCall,
    given: Mapping[Slot, set[BodyId | None]],
    stored: _Stored,
    may_run: MayRun,
) -> CallSite:
    site = call.site
    if call.is_outside:
        reason = "a value that its caller passes"
        return replace(site, resolution="external", reason=reason)
    coming = (
        set() if call.param == _NO_PARAMETER else given.get((site.caller.owner, call.param), set())
    )
    passed = {body for body in coming if body is not None}
    if not passed and site.resolution == "external":
        return site
    bodies, reason = passed, "values passed for the parameter"
    if None in coming or not (passed or (call.is_lent and call.param != _NO_PARAMETER)):
        fitting = {one for one in _fitting(call, stored) if may_run(site.caller, one)}
        if not passed or len(passed | fitting) <= MOST_CANDIDATES:
            bodies, reason = passed | fitting, "values stored that it may call"
    if not bodies:
        return replace(site, reason="no function value is known to come here")
    if len(bodies) > MOST_CANDIDATES:
        return replace(site, reason=f"{len(bodies)} {reason}")
    resolution = "exact" if len(bodies) == 1 and bodies == passed else "candidates"
    return replace(site, callees=tuple(sorted(bodies)), resolution=resolution, reason=reason)
