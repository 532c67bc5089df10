"""The steps that tell more than others: few calls give anything on, and facts tell of few."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from soundcheck.calls.sites import BodyId, CallSite
from soundcheck.contexts.flows import Event, Flow
from soundcheck.contexts.meanings import NOTHING
from soundcheck.contexts.scripts import Access, Call

Steps = Sequence[tuple[Flow, Event]]


class Index:
    """The steps of those bodies that have such.

    ``told`` are those that facts tell of, ``holding`` those at which something is held,
    ``accesses`` those that name a static. ``giving`` are calls that are given functions, give on
    or lend what is the caller's, or are of what the caller was given.
    """

    def __init__(self, of: Mapping[BodyId, Sequence[Flow]]) -> None:
        self.told: dict[BodyId, Steps] = {}
        self.holding: dict[BodyId, Steps] = {}
        self.accesses: dict[BodyId, Steps] = {}
        self.giving: dict[BodyId, Steps] = {}
        for body, flows in of.items():
            self.note(body, flows)

    def note(self, body: BodyId, flows: Sequence[Flow]) -> None:
        """Take the steps of a body for what they are now."""
        found: tuple[list[tuple[Flow, Event]], ...] = ([], [], [], [])
        told, holding, accesses, giving = found
        for flow in flows:
            for event in flow.events:
                op = event.op
                if event.meaning is not NOTHING:
                    told.append((flow, event))
                if event.state.holds:
                    holding.append((flow, event))
                if isinstance(op, Call):
                    if _gives(op, event.site):
                        giving.append((flow, event))
                elif isinstance(op, Access):
                    accesses.append((flow, event))
        kinds = (self.told, self.holding, self.accesses, self.giving)
        for kind, steps in zip(kinds, found, strict=True):
            if steps:
                kind[body] = steps


def in_order(steps: Mapping[BodyId, Steps]) -> Iterator[tuple[BodyId, Flow, Event]]:
    """Some steps, in order of bodies."""
    for body in sorted(steps):
        for flow, event in steps[body]:
            yield body, flow, event


def _gives(op: Call, site: CallSite | None) -> bool:
    if site is not None and site.passed:
        return True
    return bool(op.forwards or op.lent) or op.kind == "value"
