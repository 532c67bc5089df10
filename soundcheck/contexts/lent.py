"""Locks that a function is lent: who lends one takes it, as far as others are concerned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from soundcheck.calls.sites import BodyId
from soundcheck.contexts.flows import Event, Flow
from soundcheck.contexts.meanings import Meaning
from soundcheck.contexts.scripts import Call
from soundcheck.contexts.states import ENTRY, set_mask

# A lock is lent on no further than this.
_DEEPEST = 3
_INTERRUPTS = 0

_Bodies = Mapping[BodyId, Sequence[Flow]]
_Takings = Mapping[tuple[BodyId, int], Sequence[Event]]


def with_lent(of: _Bodies, lock_of: Callable[[str], str]) -> dict[BodyId, tuple[Flow, ...]]:
    """Flows in which a call that lends a lock to what takes it takes that lock, by its class.

    ``lock_of`` tells the class of a place, by its name.
    """
    takings = _taken_parameters(of)
    return {
        body: tuple(
            flow._replace(events=tuple(_events(flow, takings, lock_of))) if takings else flow
            for flow in flows
        )
        for body, flows in of.items()
    }


def _taken_parameters(of: _Bodies) -> _Takings:
    """The takings of what is lent, by function and parameter, directly or by lending it on."""
    found: dict[tuple[BodyId, int], list[Event]] = defaultdict(list)
    givers: list[tuple[tuple[BodyId, int], tuple[BodyId, int], Event]] = []
    for body, flows in of.items():
        for flow in flows:
            for event in flow.events:
                op, taking = event.op, event.meaning.taking
                if not isinstance(op, Call) or event.site is None:
                    continue
                kind, _, number = (
                    flow.words[op.place].partition(" ") if op.place >= 0 else ("",) * 3
                )
                if taking is not None and kind == "param" and number.isdigit():
                    found[(BodyId(body.owner), int(number))].append(event)
                givers.extend(
                    ((BodyId(body.owner), param), (callee, argument), event)
                    for argument, param in op.forwards
                    for callee in event.site.callees
                )
    for _ in range(_DEEPEST if found else 0):
        for own, given, event in givers:
            known = {one.meaning.taking for one in found.get(own, ())}
            found[own].extend(
                _at(event, one, "")
                for one in found.get(given, ())
                if one.meaning.taking not in known
            )
    return {key: events for key, events in found.items() if events}


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
