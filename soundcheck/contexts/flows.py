"""Scripts under facts: what is held and masked at each step of a body, relative to its entry."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from soundcheck.calls.graph import CallGraph
from soundcheck.calls.sites import BodyId, CallSite
from soundcheck.catalog.kernel_facts import MASKABLE
from soundcheck.contexts.classes import LockClasses, group_scripts
from soundcheck.contexts.facts import LockFact
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
    count_calls,
    number_sites,
)
from soundcheck.contexts.states import (
    AS_AT_ENTRY,
    COUNTED,
    DEEPEST,
    EITHER,
    ENTRY,
    MASKED,
    UNMASKED,
    Bases,
    Hold,
    Saved,
    State,
    changed,
    join,
    join_bases,
    join_rounds,
    latest,
    set_mask,
    unmasked,
    with_hold,
    without,
)
from soundcheck.crates.definitions import Def

__all__ = [
    "EITHER",
    "ENTRY",
    "MASKED",
    "UNMASKED",
    "Event",
    "Flow",
    "Flows",
    "Hold",
    "State",
    "Summary",
    "Way",
]


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
    """What a call of a body leaves behind: maskables changed, and locks in what it gives back.

    ``restores`` are the maskables that it puts back as its caller's latest masking found them.
    """

    bases: Bases = AS_AT_ENTRY
    returned: tuple[Hold, ...] = ()
    restores: tuple[str, ...] = ()

    @property
    def masks(self) -> tuple[str, ...]:
        """What is masked after a call, or while what it gives back lives."""
        guards = {name for hold in self.returned for name in hold.fact.masks}
        pairs = zip(MASKABLE, self.bases, strict=True)
        return tuple(name for name, base in pairs if base == MASKED or name in guards)


NEUTRAL = Summary()
_START = State()
# A function that puts something back as it was has no more calls than this.
_MOST_CALLS = 6


class Flow(NamedTuple):
    """One body: its steps in order, and its ways out."""

    script: Script
    words: tuple[str, ...]
    events: tuple[Event, ...]
    ways: tuple[Way, ...]
    summary: Summary


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
        self.sites = number_sites(graph.sites)
        self._scripts = group_scripts((part.scripts, part.words) for part in parts)
        self.classes = LockClasses(self._scripts, graph, self.site_of, meanings.facts, defs)
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
        if not script.ops:
            return Flow(script, words, (), (Way("end", script.body.closure, _START),), NEUTRAL)
        return _Walk(self, script, words).flow()

    def is_neutral(self, site: CallSite | None) -> bool:
        """Whether nothing that a call may run leaves anything behind, as far as it is known."""
        return site is None or self._summaries.keys().isdisjoint(site.callees)

    def summary(self, body: BodyId) -> Summary:
        """What a call of a body leaves behind, as far as it is known."""
        return self._summaries.get(body, NEUTRAL)

    def lock_of(self, place: str) -> str:
        """The class of the lock at a place; a local or a parameter has none."""
        return self.classes.of(place)

    def site_of(self, body: BodyId, op: Call) -> CallSite | None:
        """The call site of a step."""
        return self.sites.get(body, {}).get((op.start, op.end, op.kind, op.nth))

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
        self._sites = flows.sites.get(script.body, {})
        self._events: list[Event] = []
        self._ways: list[Way] = []
        self._breaks: list[list[State]] = []
        self._continues: list[list[State]] = []
        self._restored: set[str] = set()
        # The guards that have ended so far, in a way of their own.
        self._released: set[int] = set()

    def flow(self) -> Flow:
        end = self._run(self._script.ops, _START)
        if end is not None:
            self._ways.append(Way("end", self._script.body.closure, end))
        events, ways = tuple(self._events), tuple(self._ways)
        return Flow(self._script, self._words, events, ways, self._summary(ways))

    def _summary(self, ways: Sequence[Way]) -> Summary:
        if not ways or (not self._restored and all(way.state is _START for way in ways)):
            return NEUTRAL
        bases = ways[0].state.bases
        returned: dict[tuple[str, str], Hold] = {}
        for way in ways:
            bases = join_bases(bases, way.state.bases)
            for hold in way.state.holds:
                if hold.value in self._script.returned:
                    returned.setdefault((hold.lock, hold.mode), hold)
        # A function that restores does little else; a long one asks for reasons of its own.
        restores = tuple(
            name
            for name, base in zip(MASKABLE, bases, strict=True)
            if base == ENTRY
            and name in self._restored
            and count_calls(self._script.ops) <= _MOST_CALLS
        )
        return Summary(bases, tuple(returned.values()), restores)

    def _run(self, ops: Sequence[AnyOp], state: State) -> State | None:
        """Walk steps from a state; ``None`` where no way leads past them."""
        for op in ops:
            following = _STEPS[type(op)](self, op, state)
            if following is None:
                return None
            state = following
        return state

    def _call(self, op: Call, state: State) -> State:
        flows = self._flows
        site = self._sites.get((op.start, op.end, op.kind, op.nth))
        meaning = flows.meanings.of(op, site, self._words)
        if meaning.taking is not None and site is not None and len(site.callees) == 1:
            masks = flows.summary(site.callees[0]).masks
            meaning = flows.meanings.masking(meaning, meaning.taking, masks)
        # A local or a parameter has no lock of its own.
        lock = "" if op.place < 0 else flows.lock_of(self._words[op.place])
        # What it is given is its own affair; what that masks is masked while it runs.
        ended = state.holds and tuple([hold for hold in state.holds if hold.value in op.given])
        if ended:
            state = state._replace(holds=tuple(hold for hold in state.holds if hold not in ended))
        self._events.append(Event(op, site, state, meaning, lock))
        if meaning is NOTHING and not ended and flows.is_neutral(site):
            return state
        is_guards_own = op.kind == "drop" and (
            bool(ended) or not self._released.isdisjoint(op.given)
        )
        after = state if is_guards_own else self._done(op, site, state, meaning, lock)
        for hold in reversed(ended):
            after = unmasked(after, hold)
        return after

    def _done(
        self, op: Call, site: CallSite | None, state: State, meaning: Meaning, lock: str
    ) -> State:
        """The state after a call."""
        if meaning.unlocking is not None:
            return self._unlocked(lock, state, meaning.unlocking)
        taking = meaning.taking
        if taking is not None and not taking.in_closure:
            if op.value < 0 and not taking.fact.unlock:
                return state
            hold = Hold(op.value, taking.fact, lock, taking.mode, op.start, op.end)
            return with_hold(state, hold, state.now)
        for how, fact in meaning.maskings:
            if how == "guard" and op.value >= 0:
                hold = Hold(op.value, fact, "", "", op.start, op.end)
                state = with_hold(state, hold, state.now)
            elif how in ("disable", "enable", "restore"):
                state = self._toggled(state, how, fact.masks)
        if meaning.maskings or site is None:
            return state
        return self._after(op, site, state)

    def _unlocked(self, lock: str, state: State, fact: LockFact) -> State:
        """The state after a lock is given back by name rather than with its guard."""
        for hold in reversed(state.holds):
            if hold.fact == fact and hold.lock == lock:
                return without(state, hold)
        return state

    def _after(self, op: Call, site: CallSite, state: State) -> State:
        """The state after a call of bodies that we know; of several any may have run."""
        if site.reason == "name" or (op.kind == "value" and site.reason):
            return state  # what comes by a value, or has only the name, it is not known to be
        summaries = {callee: self._flows.summary(callee) for callee in site.callees}
        if all(summary == NEUTRAL for summary in summaries.values()):
            return state
        if site.reason == "configurations":
            # Of twins for other builds one may say in a way we know what all of them do.
            summaries = {one: summary for one, summary in summaries.items() if summary != NEUTRAL}
        restored = set(self._restored)
        ways = [self._left(op, *pair, state) for pair in summaries.items()]
        if len({summary.restores for summary in summaries.values()}) > 1:
            self._restored = restored
        return join(ways) or state

    def _left(self, op: Call, callee: BodyId, summary: Summary, state: State) -> State:
        """The state that a body leaves behind."""
        before = state.now
        for base, how in ((MASKED, "disable"), (UNMASKED, "enable")):
            masks = [name for name, one in zip(MASKABLE, summary.bases, strict=True) if one == base]
            if masks:
                state = self._toggled(state, how, masks)
        if summary.restores:
            state = self._toggled(state, "restore", summary.restores)
        if op.value < 0:
            return state
        for hold in summary.returned:
            taken = hold._replace(
                value=op.value, start=op.start, end=op.end, via=hold.via or callee
            )
            # Its end leads back to what the callee found when it took it.
            state = with_hold(state, taken, changed(before, hold.before))
        return state

    def _release(self, op: Release, state: State) -> State:
        if op.why == "forgotten":
            return state
        ended = [hold for hold in state.holds if hold.value == op.value]
        if not ended:
            return state
        self._events.append(Event(op, None, state))
        self._released.add(op.value)
        for hold in reversed(ended):
            state = without(state, hold)
        return state

    def _assembly(self, op: Assembly, state: State) -> State:
        self._events.append(Event(op, None, state))
        for how, fact in assembly_maskings(self._flows.meanings.facts, self._words[op.text]):
            state = self._toggled(state, how, fact.masks)
        return state

    def _toggled(self, state: State, how: str, masks: Sequence[str]) -> State:
        """A state after something was masked, unmasked or put back as it was."""
        for index, name in enumerate(MASKABLE):
            if name not in masks:
                continue
            if how == "disable":
                found = Saved(name, state.bases[index], state.now[index])
                saved = (*state.saved, found)[-DEEPEST:]
                state = set_mask(state, index, MASKED, MASKED)._replace(saved=saved)
                continue
            if state.bases[index] == ENTRY:
                self._restored.add(name)
            back, rest = latest(state, name)
            if how == "enable" and name not in COUNTED:
                back = Saved(name, UNMASKED, UNMASKED)
            elif len(rest) == len(state.saved) and state.bases[index] == ENTRY:
                continue  # it was masked before this body began
            state = set_mask(state, index, back.base, back.now)._replace(saved=rest)
        return state

    def _note(self, op: Access | Suspend, state: State) -> State:
        self._events.append(Event(op, None, state))
        return state

    def _branch(self, op: Branch, state: State) -> State | None:
        after = join([self._run(arm, state) for arm in op.arms])
        if after is None:
            return None
        for index, name in enumerate(MASKABLE):
            # Unmasked on one way only after it was masked: it was asked whether it had been.
            if (state.bases[index], after.bases[index]) == (MASKED, EITHER):
                back, rest = latest(state, name)
                after = set_mask(after, index, back.base, back.now)._replace(saved=rest)
        return after

    def _loop(self, op: Loop, state: State) -> State | None:
        """A loop, whose body begins with what it may find the first time or leave for the next."""
        events, ways = len(self._events), len(self._ways)
        head, end, breaks = self._round(op, state)
        if head != state:
            del self._events[events:]
            del self._ways[ways:]
            head, end, breaks = self._round(op, head)
        return join(breaks if op.forever else [state, end, *breaks])

    def _round(self, op: Loop, state: State) -> tuple[State, State | None, list[State]]:
        """Walk a loop's body once: the state it begins with, next time too, and how it ends."""
        self._breaks.append([])
        self._continues.append([])
        end = self._run(op.body, state)
        head = join([state, end, *self._continues.pop()], join_rounds)
        return head or state, end, self._breaks.pop()

    def _exit(self, op: Exit, state: State) -> State | None:
        after = state
        for value in op.released:
            for hold in reversed([hold for hold in after.holds if hold.value == value]):
                after = without(after, hold)
        if op.kind == "?":
            self._events.append(Event(op, None, after))
            self._ways.append(Way("?", op.start, after))
            return state
        if op.kind == "return":
            self._events.append(Event(op, None, after))
            self._ways.append(Way("return", op.start, after))
        jumps = {"break": self._breaks, "continue": self._continues}.get(op.kind, [])
        if op.depth < len(jumps):
            jumps[-1 - op.depth].append(after)
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
