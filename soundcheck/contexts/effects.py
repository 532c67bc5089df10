"""What a call of a body may do before it comes back: locks taken, effects had, callees included."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from soundcheck.calls.sites import BodyId
from soundcheck.contexts.flows import Event, Flow
from soundcheck.contexts.index import in_order
from soundcheck.contexts.infer import Contexts
from soundcheck.contexts.scripts import Call

Keys = Callable[[Flow, Event], Sequence[str]]
# Whether what a called body does counts as done by its caller, at the step that calls it.
Follows = Callable[[Flow, Event, BodyId, BodyId], bool]


class Reach(NamedTuple):
    """One step of a way to an effect: the body, the step in it, and the body it calls, if any."""

    body: BodyId
    event: Event
    callee: BodyId | None


class Effects:
    """Effects by body, found by following the calls that are sure.

    What an effect is, ``keys`` tells by names, of a step that facts tell of. Where ``follows`` is
    given, it tells which of the calls count, of the flow and step, its body and the body that is
    called.
    """

    def __init__(self, contexts: Contexts, keys: Keys, follows: Follows | None = None) -> None:
        self._contexts = contexts
        self._bits: dict[str, int] = {}
        self._direct: dict[BodyId, dict[str, Event]] = defaultdict(dict)
        self._calls: dict[BodyId, Sequence[tuple[BodyId, Event]]] = {}
        for body in contexts.flows.of:
            calls = contexts.sure_calls(body)
            if follows is not None and calls:
                calls = [
                    (callee, event)
                    for callee, event in calls
                    if follows(contexts.flow_of(body, event), event, body, callee)
                ]
            if calls:
                self._calls[body] = calls
        for body, flow, event in in_order(contexts.index.told):
            for key in keys(flow, event):
                self._bits.setdefault(key, len(self._bits))
                self._direct[body].setdefault(key, event)
        self._masks = self._close()
        self._names: dict[int, tuple[str, ...]] = {}

    def _close(self) -> Mapping[BodyId, int]:
        """The effects of each body as bits, those of its callees included."""
        masks: dict[BodyId, int] = defaultdict(int)
        callers: dict[BodyId, list[BodyId]] = defaultdict(list)
        for body, calls in self._calls.items():
            for callee, _ in calls:
                callers[callee].append(body)
        queue: deque[BodyId] = deque()
        for body, keys in self._direct.items():
            masks[body] = sum(1 << self._bits[key] for key in keys)
            queue.append(body)
        waiting = set(queue)
        while queue:
            body = queue.popleft()
            waiting.discard(body)
            own = masks[body]
            for caller in callers.get(body, ()):
                joined = masks[caller] | own
                if joined != masks[caller]:
                    masks[caller] = joined
                    if caller not in waiting:
                        waiting.add(caller)
                        queue.append(caller)
        return masks

    def of(self, body: BodyId) -> Sequence[str]:
        """The names of what a call of a body may do."""
        mask = self._masks.get(body, 0)
        known = self._names.get(mask)
        if known is None:
            found = [key for key, bit in self._bits.items() if mask >> bit & 1]
            known = self._names[mask] = tuple(found)
        return known

    def has(self, body: BodyId, key: str) -> bool:
        """Whether a call of a body may do something."""
        bit = self._bits.get(key)
        return bit is not None and bool(self._masks.get(body, 0) >> bit & 1)

    def way(self, body: BodyId, key: str) -> tuple[Reach, ...]:
        """The shortest way from a body to a step that does something."""
        came: dict[BodyId, Reach | None] = {body: None}
        queue = deque([body])
        while queue:
            at = queue.popleft()
            event = self._direct.get(at, {}).get(key)
            if event is not None:
                chain = [Reach(at, event, None)]
                back = came[at]
                while back is not None:
                    chain.append(back)
                    back = came[back.body]
                return tuple(reversed(chain))
            for callee, step in self._calls.get(at, ()):
                if callee not in came and self.has(callee, key):
                    came[callee] = Reach(at, step, callee)
                    queue.append(callee)
        return ()


@lru_cache(maxsize=1)
def locks_taken(contexts: Contexts) -> Effects:
    """The locks that bodies wait for, each as its mode and class: ``exclusive k::LOCK``."""

    def keys(_flow: Flow, event: Event) -> tuple[str, ...]:
        taking = event.meaning.taking
        if taking is None or taking.is_attempt or not event.lock:
            return ()
        return (f"{taking.mode} {event.lock}",)

    return Effects(contexts, keys)


@lru_cache(maxsize=1)
def things_done(contexts: Contexts) -> Effects:
    """The effects that facts tell of, by their words; a lock whose waiters sleep ``sleeps``."""

    def keys(_flow: Flow, event: Event) -> tuple[str, ...]:
        taking = event.meaning.taking
        sleeps = taking is not None and taking.fact.waits == "sleeps" and not taking.is_attempt
        return (*(one.does for one in event.meaning.effects), *(("sleeps",) if sleeps else ()))

    return Effects(contexts, keys)


@lru_cache(maxsize=1)
def own_locks(contexts: Contexts) -> Effects:
    """The locks in ``self`` that methods wait for, by mode, class and place in ``self``.

    One is ``exclusive k::Queue.ready .ready``. A method of the same ``self`` counts, and a closure
    in the method; of other values nothing is said.
    """

    def keys(flow: Flow, event: Event) -> tuple[str, ...]:
        taking, op = event.meaning.taking, event.op
        if taking is None or taking.is_attempt or not event.lock or not isinstance(op, Call):
            return ()
        text = flow.words[op.spelled] if op.spelled >= 0 else ""
        if not text.startswith("self."):
            return ()
        return (own_key(taking.mode, event.lock, text.removeprefix("self")),)

    def follows(flow: Flow, event: Event, body: BodyId, callee: BodyId) -> bool:
        if callee.closure >= 0:
            return callee.owner == body.owner
        op = event.op
        return isinstance(op, Call) and op.spelled >= 0 and flow.words[op.spelled] == "self"

    return Effects(contexts, keys, follows)


def own_key(mode: str, lock: str, place: str) -> str:
    """The name of a lock in a value: how it is taken, its class, and where in the value it is."""
    return f"{mode} {lock} {place}"
