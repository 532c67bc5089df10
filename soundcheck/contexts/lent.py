"""Locks that a function is lent: who lends one takes it, as far as others are concerned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from soundcheck.calls.sites import BodyId
from soundcheck.contexts.flows import Event, Flow
from soundcheck.contexts.index import Index
from soundcheck.contexts.meanings import Meaning
from soundcheck.contexts.scripts import Call
from soundcheck.contexts.states import ENTRY, set_mask

# A lock is lent on no further than this.
_DEEPEST = 3
_INTERRUPTS = 0

_Takings = Mapping[tuple[BodyId, int], Sequence[Event]]


def with_lent(
    of: Mapping[BodyId, Sequence[Flow]], index: Index, lock_of: Callable[[str], str]
) -> dict[BodyId, tuple[Flow, ...]]:
    """The flows in which a call that lends a lock to what takes it takes that lock, by its class.

    ``lock_of`` tells the class of a place, by its name.
    """
    takings = _taken_parameters(index)
    lenders = [
        body
        for body, steps in index.giving.items()
        if takings and any(isinstance(event.op, Call) and event.op.lent for _, event in steps)
    ]
    return {
        body: tuple(
            flow._replace(events=tuple(_events(flow, takings, lock_of))) for flow in of[body]
        )
        for body in lenders
    }


def _taken_parameters(index: Index) -> _Takings:
    """The takings of what is lent, by function and parameter, directly or by lending it on."""
    found: dict[tuple[BodyId, int], list[Event]] = defaultdict(list)
    for body, steps in index.told.items():
        for flow, event in steps:
            op = event.op
            if event.meaning.taking is None or not isinstance(op, Call) or op.place < 0:
                continue
            kind, _, number = flow.words[op.place].partition(" ")
            if kind == "param" and number.isdigit():
                found[(BodyId(body.owner), int(number))].append(event)
    if not found:
        return {}
    givers = [
        ((BodyId(body.owner), param), (callee, argument), event)
        for body, steps in index.giving.items()
        for _, event in steps
        if isinstance(event.op, Call) and event.site is not None
        for argument, param in event.op.forwards
        for callee in event.site.callees
    ]
    for _ in range(_DEEPEST):
        for own, given, event in givers:
            takings = found.get(given)
            if takings:
                known = {one.meaning.taking for one in found.get(own, ())}
                more = [one for one in takings if one.meaning.taking not in known]
                found[own].extend(_at(event, one, "") for one in more)
    return found


def _events(flow: Flow, takings: _Takings, lock_of: Callable[[str], str]) -> Iterator[Event]:
    for event in flow.events:
        yield event
        op, site = event.op, event.site
        if not isinstance(op, Call) or site is None or event.meaning.taking is not None:
            continue
        for argument, place in op.lent:
            for callee in site.callees:
                for taking in takings.get((callee, argument), ())[:1]:
                    yield _at(event, taking, lock_of(flow.words[place]))


def _at(call: Event, taking: Event, lock: str) -> Event:
    """A taking as the call that leads to it sees it."""
    state = call.state
    if taking.state.mask("interrupts") not in (ENTRY, state.mask("interrupts")):
        masked = taking.state.now[_INTERRUPTS]
        state = set_mask(state, _INTERRUPTS, state.bases[_INTERRUPTS], masked)
    return Event(call.op, call.site, state, Meaning(taking=taking.meaning.taking), lock)
