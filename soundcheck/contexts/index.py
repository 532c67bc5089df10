"""The steps that tell more than others: few calls give anything on, and facts tell of few."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from soundcheck.calls.sites import BodyId
from soundcheck.contexts.flows import Event, Flow
from soundcheck.contexts.meanings import NOTHING
from soundcheck.contexts.scripts import Call

Steps = Sequence[tuple[Flow, Event]]


class Index:
    """Steps of bodies that have such: ``told`` are those that facts tell of.

    ``giving`` are calls that are given functions, give on or lend what is the caller's, or are of
    what the caller was given.
    """

    def __init__(self, of: Mapping[BodyId, Sequence[Flow]]) -> None:
        self.giving: dict[BodyId, Steps] = {}
        self.told: dict[BodyId, Steps] = {}
        for body, flows in of.items():
            self.note(body, flows)

    def note(self, body: BodyId, flows: Sequence[Flow]) -> None:
        """Take the steps of a body for what they are now."""
        giving: list[tuple[Flow, Event]] = []
        told: list[tuple[Flow, Event]] = []
        for flow in flows:
            for event in flow.events:
                if event.meaning is not NOTHING:
                    told.append((flow, event))
                if isinstance(event.op, Call) and _gives(event.op, event):
                    giving.append((flow, event))
        if giving:
            self.giving[body] = giving
        if told:
            self.told[body] = told

    def gifts(self) -> Iterator[tuple[BodyId, Flow, Event]]:
        """The steps that are ``giving``, in order of bodies."""
        for body in sorted(self.giving):
            for flow, event in self.giving[body]:
                yield body, flow, event


def _gives(op: Call, event: Event) -> bool:
    is_own = op.forwards or op.lent or op.kind == "value"
    return bool(is_own or (event.site is not None and event.site.passed))
