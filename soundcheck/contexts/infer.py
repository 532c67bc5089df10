"""Contexts from their roots down: who runs where, with interrupts in which state, and by which way.

What is known of a body is the pair of a context and whether interrupts are masked when it is
entered; each pair is kept with the way to it that guesses least, and of these the shortest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from heapq import heappop, heappush
from typing import NamedTuple

from soundcheck.calls.graph import CallGraph
from soundcheck.calls.linking import World
from soundcheck.calls.sites import MOVED_ON, BodyId
from soundcheck.contexts.allocator import with_allocator
from soundcheck.contexts.builds import Builds
from soundcheck.contexts.entries import Root, find_roots
from soundcheck.contexts.facts import KernelFacts
from soundcheck.contexts.flows import EITHER, ENTRY, MASKED, UNMASKED, Event, Flow, Flows, State
from soundcheck.contexts.index import Index
from soundcheck.contexts.instances import Instances, Types
from soundcheck.contexts.lent import with_lent
from soundcheck.contexts.meanings import Meanings
from soundcheck.contexts.parameters import called_parameters
from soundcheck.contexts.scripts import Call, Scripts
from soundcheck.contexts.starts import kept, uncalled
from soundcheck.contexts.steps import (
    asks,
    endless_among,
    futures_among,
    gives_future,
    guess,
    is_awaited,
)
from soundcheck.crates.definitions import Def
from soundcheck.crates.stubs import is_stub
from soundcheck.source import Span
from soundcheck.syntax import items as it

INTERRUPTS = "interrupts"
BOTTOM_HALVES = "bottom-halves"


class Node(NamedTuple):
    """A body in a context: ``irq`` tells whether interrupts are masked at its entry.

    ``is_quiet`` tells it of bottom halves, where the kernel has any; ``build`` is the set of
    architectures for which it is reached so, as ``Builds`` numbers them; ``types`` are those that
    a generic body works on, where they choose what it runs.
    """

    body: BodyId
    context: str
    irq: str
    build: int
    is_quiet: bool = False
    types: Types = ()


class Way(NamedTuple):
    """How a node is reached: from which node, through which step; or from which root."""

    parent: Node | None
    event: Event | None
    root: Root | None
    sure: bool
    length: int


_Step = tuple[BodyId, str, Event, bool]
_Lead = tuple[BodyId, str, Event, bool, int, int, Types]
"""A step with how much of a guess it is, and for which architectures and types its end is."""


class Contexts:
    """What is inferred of a whole program."""

    def __init__(
        self,
        world: World,
        graph: CallGraph,
        parts: Sequence[Scripts],
        facts: KernelFacts,
        params: Mapping[tuple[BodyId, int, int], int],
    ) -> None:
        self.world = world
        self.graph = graph
        self.facts = facts
        self.meanings = Meanings(facts, world.defmap.defs)
        self.flows = Flows(parts, graph, self.meanings, world.defmap.defs)
        self.index = Index(self.flows.of)
        self._change(with_lent(self.flows.of, self.index, self.flows.lock_of))
        changed, self.allocators = with_allocator(self.flows.of, world, facts)
        self._change(changed)
        self.roots = find_roots(world, graph, self.index, facts)
        self._rooted = frozenset(root.body for root in self.roots)
        # A call of an async function that facts tell who runs makes a future, and no more.
        self._started = futures_among(world.defmap.defs, self._rooted)
        self._async = futures_among(world.defmap.defs, self.flows.of)
        self._params = params
        self._called = called_parameters(self.index, params)
        self._endless = endless_among(world, self.flows.of)
        self._has_bottom_halves = any(root.entry.context == "bottom-half" for root in self.roots)
        self._instances = Instances(world, graph)
        self._builds_seen: dict[tuple[BodyId, str, str, bool, Types], list[int]] = defaultdict(list)
        self.builds = Builds(world)
        self.ways: dict[Node, Way] = {}
        self._sure: dict[Node, bool] = {}
        self._leads_seen: dict[tuple[BodyId, bool, Types], tuple[_Lead, ...]] = {}
        self._sure_calls: dict[BodyId, tuple[tuple[BodyId, Event], ...]] = {}
        self._infer()

    def _change(self, flows: Mapping[BodyId, tuple[Flow, ...]]) -> None:
        """Let some bodies have other steps."""
        self.flows.of.update(flows)
        for body, changed in flows.items():
            self.index.note(body, changed)

    # -- asking --------------------------------------------------------------------------------

    def nodes(self, body: BodyId) -> list[Node]:
        """The contexts in which a body runs."""
        return self._by_body.get(body, [])

    @cached_property
    def _by_body(self) -> dict[BodyId, list[Node]]:
        found: dict[BodyId, list[Node]] = defaultdict(list)
        for node in self.ways:
            found[node.body].append(node)
        return found

    def runs_in(self, body: BodyId, contexts: Sequence[str]) -> Node | None:
        """The node with the shortest way among those of a body in some contexts."""
        found = [node for node in self.nodes(body) if node.context in contexts]
        return min(found, key=lambda node: (self.ways[node].length, node), default=None)

    def way(self, node: Node) -> list[tuple[Node, Way]]:
        """The way to a node, from its root on."""
        chain: list[tuple[Node, Way]] = []
        at: Node | None = node
        while at is not None:
            way = self.ways[at]
            chain.append((at, way))
            at = way.parent
        return chain[::-1]

    def is_sure(self, node: Node) -> bool:
        """Whether no step on the way to a node was one of several candidates in a build."""
        known = self._sure.get(node)
        if known is None:
            known = self._sure[node] = all(way.sure for _, way in self.way(node))
        return known

    @staticmethod
    def irq_at(node: Node, state: State) -> str:
        """Whether interrupts are masked at a step of a body in a context."""
        mask = state.mask(INTERRUPTS)
        if mask == ENTRY:
            return node.irq
        return UNMASKED if mask == EITHER else mask

    @staticmethod
    def is_quiet_at(node: Node, state: State) -> bool:
        """Whether bottom halves are masked at a step of a body in a context."""
        mask = state.mask(BOTTOM_HALVES)
        return node.is_quiet if mask == ENTRY else mask == MASKED

    def events(self, body: BodyId) -> Iterator[tuple[Flow, Event]]:
        """The steps of a body."""
        for flow in self.flows.of.get(body, ()):
            for event in flow.events:
                yield flow, event

    def calls_parameter(self, body: BodyId, op: Call) -> bool:
        """Whether a call is of what a body was given as an argument."""
        return op.kind == "value" and self.parameter(body, op) >= 0

    def parameter(self, body: BodyId, op: Call) -> int:
        """The number of the parameter that a step calls, or -1."""
        return self._params.get((body, op.start, op.end), -1)

    @cached_property
    def mutable_statics(self) -> frozenset[str]:
        """The paths of the workspace's ``static mut`` items."""
        return frozenset(
            target.path
            for target in self.world.defmap.defs
            if isinstance(target.item, it.Static)
            and target.item.is_mut
            and not is_stub(target.file)
        )

    def sure_calls(self, body: BodyId) -> Sequence[tuple[BodyId, Event]]:
        """The bodies that a body runs by calls whose callee is known, with the step of each.

        Drop glue is none of them: what was moved on is not dropped where its name ends.
        """
        known = self._sure_calls.get(body)
        if known is None:
            known = self._sure_calls[body] = tuple(self._find_sure_calls(body))
        return known

    def _find_sure_calls(self, body: BodyId) -> Iterator[tuple[BodyId, Event]]:
        for _, event in self.events(body):
            op, site = event.op, event.site
            if not isinstance(op, Call) or site is None or site.kind == "drop":
                continue
            only = self.allocators.one_of(site.callees)
            if only in self._started and site.kind != "await":
                only = None
            if event.meaning.taking is not None or asks(event) or self.calls_parameter(body, op):
                only = None
            if only is not None and self._is_followed(body, only):
                yield only, event
            if site.passed and not event.meaning.registers:
                for passed, _, _, sure in self._passed(event, ENTRY, sure=len(site.callees) < 2):
                    if sure:
                        yield passed, event

    @cached_property
    def statics(self) -> frozenset[str]:
        """The paths of the workspace's statics: of each there is one."""
        return frozenset(
            target.path
            for target in self.world.defmap.defs
            if target.kind == "static" and not is_stub(target.file)
        )

    def may_meet(self, one: Node, other: Node) -> bool:
        """Whether some build holds both ways."""
        return bool(one.build & other.build) and self._meet(one.body, other.body)

    def _meet(self, one: BodyId, other: BodyId) -> bool:
        return self.world.callees.may_meet(self.definition(one).cfg, self.definition(other).cfg)

    def trait_of(self, body: BodyId) -> str:
        """The last name of the trait whose impl a body belongs to; empty for none."""
        target = self.definition(body)
        if target.impl < 0:
            return ""
        trait = self.world.methods.declared.header_of(target.impl).trait
        return "" if trait is None else trait.path.rpartition("::")[2]

    def span(self, body: BodyId, start: int, end: int) -> Span:
        """The place of a step of a body."""
        file = self.definition(body).file
        return Span(file, self.world.trees[file].line_of(start), start, end)

    def definition(self, body: BodyId) -> Def:
        """The definition whose body, or whose closure, a body is."""
        return self.world.defmap.defs[body.owner]

    # -- inferring -----------------------------------------------------------------------------

    def _infer(self) -> None:
        bodies = [body for body in self.flows.of if body not in self._rooted]
        starts = sorted(
            (*self._starts(), *self._task_starts(uncalled(self.world, self.graph, bodies))),
            key=lambda pair: (pair[0].context == "task", pair[0]),
        )
        self._follow(starts, is_known=True)
        reached = {node.body for node in self.ways} | self._rooted
        # What a registry that no fact tells of keeps is most often a task's, but not for sure.
        self._follow(self._task_starts(kept(self.world, self.graph, reached)), is_known=False)

    def _follow(self, starts: Iterable[tuple[Node, Root]], *, is_known: bool) -> None:
        queue: list[tuple[int, int, int, Node]] = []
        for node, root in starts:
            if self._is_new(node):
                self.ways[node] = Way(None, None, root, is_known, length=0)
                heappush(queue, (0, 0, len(self.ways), node))
        while queue:
            guesses, length, _, node = heappop(queue)
            is_handler = node.context in _HANDLERS
            leads = self._leads(node.body, node.types, is_handler=is_handler)
            for body, irq, event, sure, more, built, types in leads:
                build = node.build & built
                if not build:
                    continue
                context = node.context
                if is_handler and body in self._endless:
                    # When something is wrong, what a handler interrupted does not go on.
                    context = "exception"
                elif is_handler and guesses + more > _MOST_GUESSES:
                    continue
                # What happens as at entry happens as this body was entered.
                is_quiet = self._has_bottom_halves and self.is_quiet_at(node, event.state)
                irq = node.irq if irq == ENTRY else irq
                following = Node(body, context, irq, build, is_quiet, types)
                if self._is_new(following):
                    self.ways[following] = Way(node, event, None, sure, length + 1)
                    heappush(queue, (guesses + more, length + 1, len(self.ways), following))

    @cached_property
    def _later(self) -> frozenset[BodyId]:
        """Where handlers leave what they are: entries of contexts that handlers can interrupt."""
        return frozenset(
            root.body
            for root in self.roots
            if root.entry.functions and root.entry.context in ("task", "bottom-half")
        )

    @cached_property
    def _from_hardware(self) -> frozenset[BodyId]:
        """The handlers: assembly that names one is what hardware jumps to, and not a task."""
        kinds = ("interrupt", "exception", "nmi")
        return frozenset(root.body for root in self.roots if root.entry.context in kinds)

    def _is_new(self, node: Node) -> bool:
        """Whether a node tells more than those before it."""
        known = self._builds_seen[(*node[:3], node.is_quiet, node.types)]
        if any(node.build | one == one for one in known):
            return False
        known.append(node.build)
        return True

    def _starts(self) -> Iterator[tuple[Node, Root]]:
        for root in self.roots:
            masked = INTERRUPTS in root.entry.masked or self.facts.runs_masked
            build = self.builds.of(root.body)
            yield Node(root.body, root.entry.context, MASKED if masked else UNMASKED, build), root

    def _task_starts(self, roots: Iterable[Root]) -> Iterator[tuple[Node, Root]]:
        irq = MASKED if self.facts.runs_masked else UNMASKED
        for root in roots:
            yield Node(root.body, "task", irq, self.builds.of(root.body)), root

    def _leads(self, body: BodyId, types: Types, *, is_handler: bool) -> Sequence[_Lead]:
        """The steps that lead from a body to others, with the interrupts relative to its entry."""
        known = self._leads_seen.get((body, is_handler, types))
        if known is None:
            # Of steps that lead to one body alike the first is the way there.
            first: dict[tuple[BodyId, str, int, str, Types], _Lead] = {}
            for callee, irq, event, sure in self._steps(body, types, is_handler=is_handler):
                assert event.site is not None
                given = self._instances.of(types, body, callee, event.site)
                more = guess(event, sure=sure)
                halves = event.state.mask(BOTTOM_HALVES) if self._has_bottom_halves else ENTRY
                if (callee, irq, more, halves, given) not in first:
                    lead = (callee, irq, event, sure, more, self.builds.of(callee), given)
                    first[(callee, irq, more, halves, given)] = lead
            known = self._leads_seen[(body, is_handler, types)] = tuple(first.values())
        return known

    def _steps(self, body: BodyId, types: Types, *, is_handler: bool) -> Iterator[_Step]:
        # A future that is given back runs elsewhere; in a task perhaps, as far as nobody knows.
        is_giver = is_handler and gives_future(self.world, body)
        later = self._async if is_giver else self._started
        for _, event in self.events(body):
            op, site = event.op, event.site
            if not isinstance(op, Call) or site is None or site.reason == MOVED_ON:
                continue
            # What only a name suggests is too little to blame a handler by.
            if site.reason == "name" and is_handler:
                continue
            mask = event.state.mask(INTERRUPTS)
            irq = UNMASKED if mask == EITHER else mask
            is_param = op.kind == "value" and self.calls_parameter(body, op)
            callees = self._instances.run_by(types, site)
            sure = site.resolution in ("exact", "external") or self.builds.is_one(site)
            sure = sure or (len(callees) == 1 and len(site.callees) > 1)
            if not is_param and not self._is_told(event, is_handler=is_handler):
                for callee in callees:
                    if is_handler and callee in self._later:
                        continue
                    if site.kind == "assembly" and callee in self._from_hardware:
                        continue
                    if site.kind != "await" and callee in later:
                        continue
                    if self._is_followed(body, callee):
                        yield callee, irq, event, sure
            is_first = event.meaning.once is not None and is_handler
            is_given = bool(site.passed) and site.kind != "macro" and not event.meaning.registers
            if is_given and not is_first:
                given = self._passed(event, irq, sure=sure)
                yield from (one for one in given if not is_giver or one[0] not in later)

    @staticmethod
    def _is_told(event: Event, *, is_handler: bool) -> bool:
        """Whether facts tell all of a call that matters: how a lock is made is of no interest."""
        meaning = event.meaning
        if meaning.taking is not None:
            return True
        return is_handler and any(one.does in _NOT_FOLLOWED for one in meaning.effects)

    def _passed(self, event: Event, irq: str, *, sure: bool) -> Iterator[_Step]:
        """The closures and functions that a call is given run where the callee calls them."""
        site = event.site
        assert site is not None
        masks = any(
            how == "closure" and INTERRUPTS in fact.masks for how, fact in event.meaning.maskings
        )
        taking = event.meaning.taking
        if taking is not None and taking.in_closure and INTERRUPTS in taking.fact.masks:
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
            is_lent = all(is_stub(self.definition(callee).file) for callee in site.callees)
            if is_lent or is_awaited(self.world, site.callees, passed.index):
                yield passed.body, irq, event, sure

    def _is_followed(self, caller: BodyId, callee: BodyId) -> bool:
        """Whether a call leads on: which impl a library's generic code calls, its caller knows.

        What a library calls in the workspace for everybody are allocator, logger and wakers.
        """
        if not is_stub(self.definition(caller).file):
            return True
        target = self.definition(callee)
        if is_stub(target.file) or target.impl < 0:
            return is_stub(target.file)
        return self.trait_of(callee) in _FOR_EVERYBODY


# More steps that may lead elsewhere than this, drops counting twice, blame a handler for nothing.
_MOST_GUESSES = 2
_HANDLERS = ("interrupt", "bottom-half")
# What sleeps ends a handler's way, and so does what asks whether it may.
_NOT_FOLLOWED = ("sleeps", "asks")
_FOR_EVERYBODY = ("GlobalAlloc", "Log", "Wake")
