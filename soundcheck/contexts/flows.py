"""Scripts under facts: what is held and masked at each step of a body, relative to its entry."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from soundcheck.calls.graph import CallGraph
from soundcheck.calls.sites import BodyId, CallSite
from soundcheck.catalog.kernel_facts import MASKABLE
from soundcheck.contexts.facts import LockFact, MaskFact
from soundcheck.contexts.meanings import NOTHING, Meaning, Meanings, assembly_maskings
from soundcheck.contexts.scripts import (
    Access,
    AnyOp,
    Assembly,
    Branch,
    Call,
    Exit,
    Loop,
    Release,
    Script,
    Scripts,
    Suspend,
)
from soundcheck.crates.definitions import Def

# What is known of one maskable at one point: as at entry, masked, unmasked, or one of both.
ENTRY, MASKED, UNMASKED, EITHER = "entry", "masked", "unmasked", "either"

Bases = tuple[str, str, str]
_AS_AT_ENTRY: Bases = (ENTRY, ENTRY, ENTRY)


class Hold(NamedTuple):
    """A lock or a mask that is held: by which value, on what, taken where.

    ``lock`` is the class of the lock: a static, or a field of a type; empty for a mask, and for
    a lock whose place has no name. ``via`` is the function that took it and gave it back. It is
    ``sure`` where every way to the point holds it.
    """

    value: int
    fact: LockFact | MaskFact
    lock: str
    mode: str
    start: int
    end: int
    via: BodyId | None = None
    sure: bool = True

    @property
    def is_lock(self) -> bool:
        """Whether it is a lock rather than a mask alone."""
        return isinstance(self.fact, LockFact)


class State(NamedTuple):
    """What holds at one point: the maskables apart from guards, and the guards, oldest first."""

    bases: Bases = _AS_AT_ENTRY
    holds: tuple[Hold, ...] = ()

    def mask(self, maskable: str) -> str:
        """What is known of a maskable, guards included."""
        if any(maskable in hold.fact.masks for hold in self.holds):
            return MASKED
        return self.bases[MASKABLE.index(maskable)]


class Event(NamedTuple):
    """A step of a body with the state before it, and what facts say of it.

    ``site`` is the call's, ``lock`` the class of the lock or cell that it is about.
    """

    op: AnyOp
    site: CallSite | None
    state: State
    meaning: Meaning = NOTHING
    lock: str = ""


class Way(NamedTuple):
    """A way out of a body: ``return``, ``?`` or ``end``, and the state then."""

    kind: str
    start: int
    state: State


class Summary(NamedTuple):
    """What a call of a body leaves behind: maskables changed, and locks in what it gives back."""

    bases: Bases = _AS_AT_ENTRY
    returned: tuple[Hold, ...] = ()


NEUTRAL = Summary()


class Flow(NamedTuple):
    """One body: its steps in order, and its ways out."""

    script: Script
    words: tuple[str, ...]
    events: tuple[Event, ...]
    ways: tuple[Way, ...]
    summary: Summary


SiteKey = tuple[BodyId, int, int, str]


class Flows:
    """The flows of all bodies, callees' effects included."""

    def __init__(
        self,
        parts: Iterable[Scripts],
        graph: CallGraph,
        meanings: Meanings,
        defs: Sequence[Def],
    ) -> None:
        self.meanings = meanings
        self.defs = defs
        self.sites: dict[SiteKey, CallSite] = {
            (site.caller, site.start, site.end, site.kind): site for site in graph.sites
        }
        self._scripts: dict[BodyId, list[tuple[Script, tuple[str, ...]]]] = defaultdict(list)
        for part in parts:
            for script in part.scripts:
                self._scripts[script.body].append((script, part.words))
        self._summaries: dict[BodyId, Summary] = {}
        self.of: dict[BodyId, tuple[Flow, ...]] = {}
        self._settle(graph)

    def _settle(self, graph: CallGraph) -> None:
        """Walk every body, and again those whose callees turn out to leave something behind."""
        queue = deque(sorted(self._scripts))
        waiting = set(queue)
        rounds: dict[BodyId, int] = defaultdict(int)
        while queue:
            body = queue.popleft()
            waiting.discard(body)
            flows = tuple(self._walk(script, words) for script, words in self._scripts[body])
            self.of[body] = flows
            summary = flows[0].summary
            rounds[body] += 1
            if summary == self._summaries.get(body, NEUTRAL) or rounds[body] > 4:
                continue
            self._summaries[body] = summary
            for edge in graph.callers(body):
                if edge.caller in self._scripts and edge.caller not in waiting:
                    waiting.add(edge.caller)
                    queue.append(edge.caller)

    def _walk(self, script: Script, words: tuple[str, ...]) -> Flow:
        return _Walk(self, script, words).flow()

    def summary(self, body: BodyId) -> Summary:
        """What a call of a body leaves behind, as far as it is known."""
        return self._summaries.get(body, NEUTRAL)

    def events(self) -> Iterator[tuple[BodyId, Flow, Event]]:
        """Every step of every body, in order."""
        for body in sorted(self.of):
            for flow in self.of[body]:
                for event in flow.events:
                    yield body, flow, event


class _Walk:
    """One body, walked under the facts."""

    def __init__(self, flows: Flows, script: Script, words: tuple[str, ...]) -> None:
        self._flows = flows
        self._script = script
        self._words = words
        self._events: list[Event] = []
        self._ways: list[Way] = []
        self._breaks: list[list[State]] = []

    def flow(self) -> Flow:
        end = self._run(self._script.ops, State())
        if end is not None:
            self._ways.append(Way("end", self._script.body.closure, end))
        events, ways = tuple(self._events), tuple(self._ways)
        return Flow(self._script, self._words, events, ways, self._summary(ways))

    def _summary(self, ways: Sequence[Way]) -> Summary:
        if not ways:
            return NEUTRAL
        bases = ways[0].state.bases
        returned: dict[tuple[str, str], Hold] = {}
        for way in ways:
            bases = _join_bases(bases, way.state.bases)
            for hold in way.state.holds:
                if hold.value in self._script.returned:
                    returned.setdefault((hold.lock, hold.mode), hold)
        return Summary(bases, tuple(returned.values()))

    def _run(self, ops: Sequence[AnyOp], state: State) -> State | None:
        """Walk steps from a state; ``None`` where no way leads past them."""
        for op in ops:
            following = _STEPS[type(op)](self, op, state)
            if following is None:
                return None
            state = following
        return state

    def _call(self, op: Call, state: State) -> State:
        site = self._flows.sites.get((self._script.body, op.start, op.end, op.kind))
        meaning = self._flows.meanings.of(op, site, self._words)
        lock = self._lock(op)
        self._events.append(Event(op, site, state, meaning, lock))
        if meaning.taking is not None and not meaning.taking.in_closure:
            taking = meaning.taking
            return _with(state, Hold(op.value, taking.fact, lock, taking.mode, op.start, op.end))
        is_known = False
        for how, fact in meaning.maskings:
            is_known = True
            if how == "guard":
                state = _with(state, Hold(op.value, fact, "", "", op.start, op.end))
            elif how in ("disable", "enable", "restore"):
                state = _toggled(state, how, fact.masks)
        if is_known or site is None:
            return state
        return self._after(op, site, state)

    def _after(self, op: Call, site: CallSite, state: State) -> State:
        """The state after a call of bodies that we know."""
        for callee in site.callees:
            summary = self._flows.summary(callee)
            if summary == NEUTRAL:
                continue
            bases = tuple(
                mine if theirs == ENTRY else theirs
                for mine, theirs in zip(state.bases, summary.bases, strict=True)
            )
            state = State(bases, state.holds)  # type: ignore[arg-type]
            if op.value >= 0:
                for hold in summary.returned:
                    taken = hold._replace(
                        value=op.value, start=op.start, end=op.end, via=hold.via or callee
                    )
                    state = _with(state, taken)
        return state

    def _lock(self, op: Call) -> str:
        """The class of the lock that a call is about; a local or a parameter has none."""
        if op.place < 0:
            return ""
        kind, _, name = self._words[op.place].partition(" ")
        if kind in ("static", "field"):
            return name
        return f"{name}()" if kind == "result" else ""

    def _release(self, op: Release, state: State) -> State:
        if op.why == "forgotten":
            return state
        holds = tuple(hold for hold in state.holds if hold.value != op.value)
        if len(holds) == len(state.holds):
            return state
        self._events.append(Event(op, None, state))
        return State(state.bases, holds)

    def _assembly(self, op: Assembly, state: State) -> State:
        self._events.append(Event(op, None, state))
        for how, fact in assembly_maskings(self._flows.meanings.facts, self._words[op.text]):
            state = _toggled(state, how, fact.masks)
        return state

    def _note(self, op: Access | Suspend, state: State) -> State:
        self._events.append(Event(op, None, state))
        return state

    def _branch(self, op: Branch, state: State) -> State | None:
        return _join([self._run(arm, state) for arm in op.arms])

    def _loop(self, op: Loop, state: State) -> State | None:
        self._breaks.append([])
        end = self._run(op.body, state)
        breaks: list[State | None] = list(self._breaks.pop())
        return _join(breaks if op.forever else [state, end, *breaks])

    def _exit(self, op: Exit, state: State) -> State | None:
        gone = frozenset(op.released)
        after = State(state.bases, tuple(h for h in state.holds if h.value not in gone))
        if op.kind == "?":
            self._events.append(Event(op, None, after))
            self._ways.append(Way("?", op.start, after))
            return state
        if op.kind == "return":
            self._events.append(Event(op, None, after))
            self._ways.append(Way("return", op.start, after))
        elif op.kind == "break" and op.depth < len(self._breaks):
            self._breaks[-1 - op.depth].append(after)
        return None


_STEPS: Mapping[type, Callable[..., State | None]] = {
    Call: _Walk._call,
    Release: _Walk._release,
    Assembly: _Walk._assembly,
    Access: _Walk._note,
    Suspend: _Walk._note,
    Branch: _Walk._branch,
    Loop: _Walk._loop,
    Exit: _Walk._exit,
}


def _with(state: State, hold: Hold) -> State:
    return State(state.bases, (*state.holds, hold))


def _toggled(state: State, how: str, masks: Sequence[str]) -> State:
    """A state after interrupts or their like were masked, unmasked or put back as they were."""
    new = {"disable": MASKED, "enable": UNMASKED, "restore": ENTRY}[how]
    bases = tuple(
        new if name in masks else base for name, base in zip(MASKABLE, state.bases, strict=True)
    )
    return State(bases, state.holds)  # type: ignore[arg-type]


def _join(states: Iterable[State | None]) -> State | None:
    """What holds where several ways meet; what only one of them holds may be held."""
    joined: State | None = None
    for state in states:
        if state is None:
            continue
        if joined is None:
            joined = state
            continue
        joined = State(_join_bases(joined.bases, state.bases), _join_holds(joined, state))
    return joined


def _join_holds(some: State, others: State) -> tuple[Hold, ...]:
    if some.holds == others.holds:
        return some.holds
    one = {(hold.value, hold.lock, hold.start): hold for hold in some.holds}
    two = {(hold.value, hold.lock, hold.start): hold for hold in others.holds}
    return tuple(
        hold._replace(sure=hold.sure and key in one and key in two and two[key].sure)
        for key, hold in {**one, **{k: v for k, v in two.items() if k not in one}}.items()
    )


def _join_bases(some: Bases, others: Bases) -> Bases:
    one, two, three = (_join_base(*pair) for pair in zip(some, others, strict=True))
    return one, two, three


def _join_base(one: str, other: str) -> str:
    """Where one way masks and the other does nothing, it is asked before whether it must."""
    if one == other:
        return one
    if ENTRY in (one, other):
        rest = other if one == ENTRY else one
        return MASKED if rest == MASKED else ENTRY if rest == UNMASKED else EITHER
    return EITHER
