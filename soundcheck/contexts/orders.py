"""Which locks are taken while which others are held: in one body, through calls and closures."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from soundcheck.calls.sites import BodyId
from soundcheck.contexts.effects import locks_taken
from soundcheck.contexts.facts import LockFact
from soundcheck.contexts.flows import Event, Hold
from soundcheck.contexts.index import in_order
from soundcheck.contexts.infer import Contexts
from soundcheck.contexts.scripts import Call
from soundcheck.contexts.states import with_hold
from soundcheck.crates.stubs import is_stub

# Through how many functions a closure is given on before it is called.
_DEEPEST = 3


class Order(NamedTuple):
    """One lock is waited for while another is held: in which body, at which step.

    ``callee`` is what the step calls, if it is not the one that takes the lock itself, and
    ``key`` the name of the effect by which it does.
    """

    body: BodyId
    event: Event
    hold: Hold
    callee: BodyId | None
    key: str


class _Under(NamedTuple):
    """A body that runs at a step of another."""

    body: BodyId
    event: Event
    callee: BodyId


class _Taken(NamedTuple):
    """A step of a body that takes a lock itself."""

    body: BodyId
    event: Event
    callee: None


class Pair(NamedTuple):
    """A lock that is held, and one that is waited for meanwhile, each with its mode."""

    outer: str
    held: str
    inner: str
    waited: str


def find_orders(
    contexts: Contexts, waits: Collection[str], is_wanted: Callable[[BodyId], bool]
) -> Mapping[Pair, Order]:
    """Each pair of locks of which the second is waited for under the first; the shortest way."""
    effects = locks_taken(contexts)
    found: dict[Pair, Order] = {}

    def note(under: _Under | _Taken, waited: _Waited) -> None:
        body, event, callee = under
        for hold in _held(event, waits) if is_wanted(body) else ():
            for mode, lock, key in waited:
                pair = Pair(hold.lock, hold.mode, lock, mode)
                # What is taken in the body itself needs no way to be shown.
                if hold.lock != lock and (pair not in found or (not key and found[pair].key)):
                    found[pair] = Order(body, event, hold, callee, key)

    index = contexts.index
    for body in sorted({*index.holding, *index.giving}):
        if is_stub(contexts.definition(body).file):
            continue
        for event in _holding(contexts, body):
            taking = event.meaning.taking
            if taking is not None and not taking.is_attempt and event.lock:
                note(_Taken(body, event, None), [(taking.mode, event.lock, "")])
        for callee, event in contexts.sure_calls(body):
            for under in _runs(contexts, body, callee, event) if _may_hold(event) else ():
                if under.event.state.holds and not is_stub(contexts.definition(under.body).file):
                    keys = effects.of(under.callee)
                    note(under, [(*_split(key), key) for key in keys])
    return found


_Waited = Sequence[tuple[str, str, str]]


def _split(key: str) -> tuple[str, str]:
    mode, _, lock = key.partition(" ")
    return mode, lock


def _held(event: Event, waits: Collection[str]) -> Iterator[Hold]:
    kept = event.op.kept if isinstance(event.op, Call) else ()
    for hold in event.state.holds:
        if hold.value in kept:
            continue  # who is given a guard may end it, and give back another
        if hold.lock and isinstance(hold.fact, LockFact) and hold.fact.waits in waits:
            yield hold


def _holding(contexts: Contexts, body: BodyId) -> Iterator[Event]:
    """The calls of a body that are made while something is held."""
    for _, event in contexts.index.holding.get(body, ()):
        if isinstance(event.op, Call):
            yield event


def _may_hold(event: Event) -> bool:
    """Whether something may be held where a call runs what it runs."""
    is_given = event.site is not None and bool(event.site.passed)
    return is_given or bool(event.state.holds)


def _runs(contexts: Contexts, body: BodyId, callee: BodyId, event: Event) -> Iterator[_Under]:
    """Where a call runs a body: at its own step, or at one of whom it gives that to."""
    yield _Under(body, _around(event), callee)
    site = event.site
    if site is None or len(site.callees) != 1 or callee in site.callees:
        return
    for passed in site.passed:
        if passed.body == callee:
            key = (site.callees[0], passed.index)
            yield from _given_on(_giving(contexts), key, callee)


def _around(event: Event) -> Event:
    """A step with what is held while it runs a closure, if it takes a lock for that."""
    taking = event.meaning.taking
    if taking is None or not taking.in_closure or not event.lock:
        return event
    hold = Hold(-1, taking.fact, event.lock, taking.mode, event.op.start, event.op.start)
    return event._replace(state=with_hold(event.state, hold, event.state.now))


_Giving = Mapping[tuple[BodyId, int], Sequence[tuple[BodyId, Event, tuple[BodyId, int] | None]]]


def _given_on(
    giving: _Giving, key: tuple[BodyId, int], closure: BodyId, depth: int = 0
) -> Iterator[_Under]:
    """Where a parameter that is a closure is called, or given on."""
    for body, event, following in giving.get(key, ()):
        yield _Under(body, event, closure)
        if following is not None and depth < _DEEPEST:
            yield from _given_on(giving, following, closure, depth + 1)


@lru_cache(maxsize=1)
def _giving(contexts: Contexts) -> _Giving:
    """The steps at which functions call a parameter, or give it on, by function and parameter."""
    found: dict[tuple[BodyId, int], list[tuple[BodyId, Event, tuple[BodyId, int] | None]]] = (
        defaultdict(list)
    )
    for body, _, event in in_order(contexts.index.giving):
        op = event.op
        if not isinstance(op, Call) or event.site is None:
            continue
        owner = BodyId(body.owner)
        if op.kind == "value":
            index = contexts.parameter(body, op)
            if index >= 0:
                found[(owner, index)].append((body, event, None))
        elif op.forwards and len(event.site.callees) == 1:
            for argument, param in op.forwards:
                following = (event.site.callees[0], argument)
                found[(owner, param)].append((body, event, following))
    return found


def held_by_callers(contexts: Contexts) -> Mapping[BodyId, Sequence[str]]:
    """For each body the locks that may be held when it is called, by calls that are sure."""
    bits: dict[str, int] = {}
    entry: dict[BodyId, int] = defaultdict(int)
    calls: dict[BodyId, set[BodyId]] = defaultdict(set)
    queue: deque[BodyId] = deque()
    for body in sorted(contexts.flows.of):
        calls_of = contexts.sure_calls(body)
        for under in (one for call in calls_of for one in _runs(contexts, body, *call)):
            mask = 0
            for hold in under.event.state.holds:
                if hold.lock and hold.is_lock:
                    mask |= 1 << bits.setdefault(hold.lock, len(bits))
            calls[under.body].add(under.callee)
            if mask:
                entry[under.callee] |= mask
                queue.append(under.callee)
    waiting = set(queue)
    while queue:
        body = queue.popleft()
        waiting.discard(body)
        for callee in sorted(calls.get(body, ())):
            joined = entry[callee] | entry[body]
            if joined != entry[callee]:
                entry[callee] = joined
                if callee not in waiting:
                    waiting.add(callee)
                    queue.append(callee)
    names = sorted(bits)
    return {
        body: tuple(name for name in names if mask >> bits[name] & 1)
        for body, mask in entry.items()
        if mask
    }
