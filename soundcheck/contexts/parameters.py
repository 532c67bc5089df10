"""Parameters that functions call: with interrupts in which state, relative to their entry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from soundcheck.calls.sites import BodyId
from soundcheck.contexts.flows import ENTRY, MASKED, Event
from soundcheck.contexts.index import Index, in_order
from soundcheck.contexts.scripts import Call

_INTERRUPTS = "interrupts"


class Param(NamedTuple):
    """How a body calls one of its parameters: with interrupts in which state, relative to entry."""

    event: Event
    mask: str


def called_parameters(
    index: Index, params: Mapping[tuple[BodyId, int, int], int]
) -> Mapping[tuple[BodyId, int], Sequence[Param]]:
    """The parameters that bodies call, directly or by giving them on."""
    found: dict[tuple[BodyId, int], list[Param]] = defaultdict(list)
    givers: list[tuple[tuple[BodyId, int], tuple[BodyId, int], Event]] = []
    inner: list[tuple[BodyId, int, BodyId, Event]] = []
    passings: dict[BodyId, list[tuple[int, Event]]] = defaultdict(list)
    for body, _, event in in_order(index.giving):
        op, site = event.op, event.site
        if not isinstance(op, Call) or site is None:
            continue
        owner = BodyId(body.owner)
        for passed in site.passed:
            if passed.body.owner == body.owner:
                passings[passed.body].append((passed.index, event))
        if op.kind == "value":
            number = params.get((body, op.start, op.end), -1)
            if number >= 0 and body.closure >= 0 and event.state.mask(_INTERRUPTS) == ENTRY:
                inner.append((owner, number, body, event))
            elif number >= 0:
                found[(owner, number)].append(Param(event, event.state.mask(_INTERRUPTS)))
        givers.extend(
            ((owner, param), (callee, arg), event)
            for arg, param in op.forwards
            for callee in site.callees
        )
    for _ in range(4):
        for own, given, event in givers:
            if given not in found:
                continue
            known = found[own]
            here = event.state.mask(_INTERRUPTS)
            for one in found[given]:
                mask = here if one.mask == ENTRY else one.mask
                if all(other.mask != mask for other in known):
                    known.append(Param(event, mask))
        for owner, param, closure, event in inner:
            known = found[(owner, param)]
            for mask in _masks_around(closure, passings, found):
                if all(other.mask != mask for other in known):
                    known.append(Param(event, mask))
    for owner, param, _, event in inner:
        if not found[(owner, param)]:
            found[(owner, param)].append(Param(event, ENTRY))
    return {key: value for key, value in found.items() if value}


def _masks_around(
    closure: BodyId,
    passings: Mapping[BodyId, Sequence[tuple[int, Event]]],
    called: Mapping[tuple[BodyId, int], Sequence[Param]],
) -> Iterator[str]:
    """The states in which a closure is run, relative to the entry of the function it is in."""
    for index, event in passings.get(closure, ()):
        assert event.site is not None
        here = event.state.mask(_INTERRUPTS)
        if any(
            how == "closure" and _INTERRUPTS in fact.masks for how, fact in event.meaning.maskings
        ):
            yield MASKED
            continue
        for callee in event.site.callees:
            for one in called.get((callee, index), ()):
                yield here if one.mask == ENTRY else one.mask
