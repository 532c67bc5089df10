"""Where the steps of a body lead: to what it calls, and to what others call that it gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from soundcheck.calls.linking import World
from soundcheck.calls.sites import MOVED_ON, BodyId, CallSite
from soundcheck.catalog.kernel_facts import MASKABLE
from soundcheck.contexts.allocator import Allocators
from soundcheck.contexts.builds import Builds
from soundcheck.contexts.entries import Root
from soundcheck.contexts.flows import EITHER, ENTRY, MASKED, UNMASKED, Event, Flows
from soundcheck.contexts.instances import Instances, Types
from soundcheck.contexts.meanings import NOTHING, Meaning
from soundcheck.contexts.parameters import Param
from soundcheck.contexts.scripts import Call
from soundcheck.contexts.steps import asks, futures_among, gives_future, guess, is_awaited
from soundcheck.crates.stubs import is_stub

_INTERRUPTS = "interrupts"
_AT = MASKABLE.index(_INTERRUPTS)
_BOTTOM_HALVES = MASKABLE.index("bottom-halves")


class Lead(NamedTuple):
    """A step that leads from a body to another, with the interrupts relative to its entry.

    ``more`` is how much of a guess it is, ``build`` the architectures and ``types`` the types that
    its end is for; where that ``goes_on`` it has steps of its own.
    """

    body: BodyId
    irq: str
    event: Event
    sure: bool
    more: int
    build: int
    types: Types
    goes_on: bool


class Leads:
    """The steps that lead from bodies to others, remembered by body.

    ``params`` are the parameters that are called, by place; ``called`` tells how each is.
    """

    def __init__(
        self,
        world: World,
        flows: Flows,
        builds: Builds,
        instances: Instances,
        allocators: Allocators,
        roots: Sequence[Root],
        params: Mapping[tuple[BodyId, int, int], int],
        called: Mapping[tuple[BodyId, int], Sequence[Param]],
    ) -> None:
        self._world = world
        self._of = flows.of
        self._builds = builds
        self._instances = instances
        self._allocators = allocators
        self._params = params
        self._called = called
        self._rooted = frozenset(root.body for root in roots)
        # A call of an async function that facts tell who runs makes a future, and no more.
        self._started = futures_among(world.defmap.defs, self._rooted)
        self._async = futures_among(world.defmap.defs, flows.of)
        # Where handlers leave what they are: entries of contexts that handlers can interrupt.
        self._later = frozenset(
            root.body
            for root in roots
            if root.entry.functions and root.entry.context in ("task", "bottom-half")
        )
        # Assembly that names a handler is what hardware jumps to, and not a task.
        self._from_hardware = frozenset(
            root.body for root in roots if root.entry.context in ("interrupt", "exception", "nmi")
        )
        self._has_bottom_halves = any(root.entry.context == "bottom-half" for root in roots)
        self._known: dict[tuple[BodyId, bool, Types], Sequence[Lead]] = {}
        self._sure: dict[BodyId, Sequence[tuple[BodyId, Event]]] = {}

    def parameter(self, body: BodyId, op: Call) -> int:
        """The number of the parameter that a step calls, or -1."""
        return self._params.get((body, op.start, op.end), -1)

    def calls_parameter(self, body: BodyId, op: Call) -> bool:
        """Whether a call is of what a body was given as an argument."""
        return op.kind == "value" and self.parameter(body, op) >= 0

    def of(self, body: BodyId, types: Types, *, is_handler: bool) -> Sequence[Lead]:
        """The leads of a body that works on some types; of those that are alike the first."""
        known = self._known.get((body, is_handler, types))
        if known is None:
            first: dict[tuple[BodyId, str, int, str, Types], Lead] = {}
            for callee, irq, event, sure in self._steps(body, types, is_handler=is_handler):
                assert event.site is not None
                given = self._instances.of(types, body, callee, event.site)
                more = guess(event, sure=sure)
                halves = event.state.now[_BOTTOM_HALVES] if self._has_bottom_halves else ENTRY
                key = (callee, irq, more, halves, given)
                if key not in first:
                    built, goes_on = self._builds.of(callee), callee in self._of
                    first[key] = Lead(callee, irq, event, sure, more, built, given, goes_on)
            known = self._known[(body, is_handler, types)] = tuple(first.values())
        return known

    def _steps(
        self, body: BodyId, types: Types, *, is_handler: bool
    ) -> Iterator[tuple[BodyId, str, Event, bool]]:
        # A future that is given back runs elsewhere; in a task perhaps, as far as nobody knows.
        is_giver = is_handler and gives_future(self._world, body)
        later = self._async if is_giver else self._started
        is_outside = self._is_outside(body)
        for event, op, site in self._calls(body):
            # What only a name suggests is too little to blame a handler by.
            if site.reason == MOVED_ON or (site.reason == "name" and is_handler):
                continue
            meaning = event.meaning
            mask = event.state.now[_AT]
            irq = UNMASKED if mask == EITHER else mask
            callees = self._instances.run_by(types, site) if types else site.callees
            sure = site.resolution in ("exact", "external") or self._builds.is_one(site)
            sure = sure or (len(callees) == 1 and len(site.callees) > 1)
            is_told = meaning is not NOTHING and _is_told(meaning, is_handler=is_handler)
            if not is_told and not (op.kind == "value" and self.calls_parameter(body, op)):
                for callee in callees:
                    if is_handler and callee in self._later:
                        continue
                    if site.kind == "assembly" and callee in self._from_hardware:
                        continue
                    if later and site.kind != "await" and callee in later:
                        continue
                    if not is_outside or self._is_followed(callee):
                        yield callee, irq, event, sure
            if not site.passed or site.kind == "macro" or meaning.registers:
                continue
            if meaning.once is None or not is_handler:
                given = self._passed(event, site, irq, sure=sure)
                yield from (one for one in given if not is_giver or one[0] not in later)

    def _passed(
        self, event: Event, site: CallSite, irq: str, *, sure: bool
    ) -> Iterator[tuple[BodyId, str, Event, bool]]:
        """The closures and functions that a call is given run where the callee calls them."""
        masks = any(
            how == "closure" and _INTERRUPTS in fact.masks for how, fact in event.meaning.maskings
        )
        taking = event.meaning.taking
        if taking is not None and taking.in_closure and _INTERRUPTS in taking.fact.masks:
            masks = True
        for passed in site.passed:
            if masks:
                yield passed.body, MASKED, event, sure
                continue
            known = [
                one
                for callee in site.callees
                for one in self._called.get((callee, passed.index), ())
            ]
            for one in known:
                state = irq if one.mask in (ENTRY, EITHER) else one.mask
                yield passed.body, state, event, sure
            if known or passed.body in self._rooted:
                continue
            is_lent = all(map(self._is_outside, site.callees))
            if is_lent or is_awaited(self._world, site.callees, passed.index):
                yield passed.body, irq, event, sure

    def sure_calls(self, body: BodyId) -> Sequence[tuple[BodyId, Event]]:
        """The bodies that a body runs by calls whose callee is known, with the step of each.

        Drop glue is none of them: what was moved on is not dropped where its name ends.
        """
        known = self._sure.get(body)
        if known is None:
            known = self._sure[body] = tuple(self._sure_calls(body))
        return known

    def _sure_calls(self, body: BodyId) -> Iterator[tuple[BodyId, Event]]:
        is_outside = self._is_outside(body)
        for event, op, site in self._calls(body):
            if site.kind == "drop":
                continue
            meaning = event.meaning
            only = self._allocators.one_of(site.callees)
            # What has no steps does nothing.
            if only not in self._of:
                only = None
            if only in self._started and site.kind != "await":
                only = None
            if meaning is not NOTHING and (meaning.taking is not None or asks(event)):
                only = None
            if only is not None and is_outside and not self._is_followed(only):
                only = None
            if only is not None and not (op.kind == "value" and self.calls_parameter(body, op)):
                yield only, event
            if site.passed and not meaning.registers:
                passed = self._passed(event, site, ENTRY, sure=len(site.callees) < 2)
                yield from ((one, event) for one, _, _, sure in passed if sure)

    def _calls(self, body: BodyId) -> Iterator[tuple[Event, Call, CallSite]]:
        """The calls of a body that run another, or may run what they are given."""
        for flow in self._of.get(body, ()):
            for event in flow.events:
                op, site = event.op, event.site
                if site is not None and isinstance(op, Call) and (site.callees or site.passed):
                    yield event, op, site

    def _is_outside(self, body: BodyId) -> bool:
        return is_stub(self._world.defmap.defs[body.owner].file)

    def _is_followed(self, callee: BodyId) -> bool:
        """Whether a library's call leads on: which impl generic code calls, its caller knows.

        What a library calls in the workspace for everybody are allocator, logger and wakers.
        """
        target = self._world.defmap.defs[callee.owner]
        if is_stub(target.file) or target.impl < 0:
            return is_stub(target.file)
        return trait_of(self._world, callee) in _FOR_EVERYBODY


def trait_of(world: World, body: BodyId) -> str:
    """The last name of the trait whose impl a body belongs to; empty for none."""
    target = world.defmap.defs[body.owner]
    if target.impl < 0:
        return ""
    trait = world.methods.declared.header_of(target.impl).trait
    return "" if trait is None else trait.path.rpartition("::")[2]


def _is_told(meaning: Meaning, *, is_handler: bool) -> bool:
    """Whether facts tell all of a call that matters: how a lock is made is of no interest."""
    if meaning.taking is not None:
        return True
    return is_handler and any(one.does in _NOT_FOLLOWED for one in meaning.effects)


# What sleeps ends a handler's way, and so does what asks whether it may.
_NOT_FOLLOWED = ("sleeps", "asks")
_FOR_EVERYBODY = ("GlobalAlloc", "Log", "Wake")
