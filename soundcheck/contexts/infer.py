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
from soundcheck.calls.sites import BodyId
from soundcheck.contexts.allocator import with_allocator
from soundcheck.contexts.builds import Builds
from soundcheck.contexts.entries import Root, find_roots
from soundcheck.contexts.facts import KernelFacts
from soundcheck.contexts.flows import EITHER, ENTRY, MASKED, UNMASKED, Event, Flow, Flows, State
from soundcheck.contexts.index import Index, Steps
from soundcheck.contexts.instances import Instances, Types
from soundcheck.contexts.leads import Leads, trait_of
from soundcheck.contexts.lent import with_lent
from soundcheck.contexts.meanings import Meanings
from soundcheck.contexts.parameters import called_parameters
from soundcheck.contexts.scripts import Call, Scripts
from soundcheck.contexts.starts import kept, uncalled
from soundcheck.contexts.steps import endless_among
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
        self.builds = Builds(world)
        self._leads = Leads(
            world,
            self.flows,
            self.builds,
            Instances(world, graph),
            self.allocators,
            self.roots,
            params,
            called_parameters(self.index, params),
        )
        self._endless = endless_among(world, self.flows.of)
        self._has_bottom_halves = any(root.entry.context == "bottom-half" for root in self.roots)
        # The builds for which a body is known to run so.
        self._builds: dict[tuple[BodyId, str, str, bool, Types], list[int]] = defaultdict(list)
        self.ways: dict[Node, Way] = {}
        self._sure: dict[Node, bool] = {}
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

    def flow_of(self, body: BodyId, event: Event) -> Flow:
        """The flow that a step of a body is part of: most bodies have one."""
        first, *more = self.flows.of[body]
        return next((flow for flow in more if any(event is one for one in flow.events)), first)

    def own(self, steps: Mapping[BodyId, Steps]) -> Iterator[tuple[BodyId, Flow, Event]]:
        """The steps of the workspace among some, in order of bodies: stubs are nobody's fault."""
        for body in sorted(steps):
            if not is_stub(self.definition(body).file):
                for flow, event in steps[body]:
                    yield body, flow, event

    def calls_parameter(self, body: BodyId, op: Call) -> bool:
        """Whether a call is of what a body was given as an argument."""
        return self._leads.calls_parameter(body, op)

    def parameter(self, body: BodyId, op: Call) -> int:
        """The number of the parameter that a step calls, or -1."""
        return self._leads.parameter(body, op)

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
        return self._leads.sure_calls(body)

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
        return trait_of(self.world, body)

    def span(self, body: BodyId, start: int, end: int) -> Span:
        """The place of a step of a body."""
        file = self.definition(body).file
        return Span(file, self.world.trees[file].line_of(start), start, end)

    def definition(self, body: BodyId) -> Def:
        """The definition whose body, or whose closure, a body is."""
        return self.world.defmap.defs[body.owner]

    # -- inferring -----------------------------------------------------------------------------

    def _infer(self) -> None:
        rooted = {root.body for root in self.roots}
        bodies = [body for body in self.flows.of if body not in rooted]
        starts = sorted(
            (*self._starts(), *self._task_starts(uncalled(self.world, self.graph, bodies))),
            key=lambda pair: (pair[0].context == "task", pair[0]),
        )
        self._follow(starts, is_known=True)
        reached = {node.body for node in self.ways} | rooted
        # What a registry that no fact tells of keeps is most often a task's, but not for sure.
        self._follow(self._task_starts(kept(self.world, self.graph, reached)), is_known=False)

    def _follow(self, starts: Iterable[tuple[Node, Root]], *, is_known: bool) -> None:
        queue: list[tuple[int, int, int, Node]] = []
        for node, root in starts:
            body, context, irq, build, is_quiet, types = node
            if _tells_more(build, self._builds[body, context, irq, is_quiet, types]):
                self.ways[node] = Way(None, None, root, is_known, length=0)
                heappush(queue, (0, 0, len(self.ways), node))
        while queue:
            guesses, length, _, node = heappop(queue)
            is_handler = node.context in _HANDLERS
            leads = self._leads.of(node.body, node.types, is_handler=is_handler)
            for body, irq, event, sure, more, built, types, goes_on in leads:
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
                if _tells_more(build, self._builds[body, context, irq, is_quiet, types]):
                    following = Node(body, context, irq, build, is_quiet, types)
                    self.ways[following] = Way(node, event, None, sure, length + 1)
                    if goes_on:
                        heappush(queue, (guesses + more, length + 1, len(self.ways), following))

    def _starts(self) -> Iterator[tuple[Node, Root]]:
        for root in self.roots:
            masked = INTERRUPTS in root.entry.masked or self.facts.runs_masked
            build = self.builds.of(root.body)
            yield Node(root.body, root.entry.context, MASKED if masked else UNMASKED, build), root

    def _task_starts(self, roots: Iterable[Root]) -> Iterator[tuple[Node, Root]]:
        irq = MASKED if self.facts.runs_masked else UNMASKED
        for root in roots:
            yield Node(root.body, "task", irq, self.builds.of(root.body)), root


def _tells_more(build: int, known: list[int]) -> bool:
    """Whether something is for builds that nothing before is for; that is known from then on."""
    for one in known:
        if build | one == one:
            return False
    known.append(build)
    return True


# More steps that may lead elsewhere than this, drops counting twice, blame a handler for nothing.
_MOST_GUESSES = 2
_HANDLERS = ("interrupt", "bottom-half")
