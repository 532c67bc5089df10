"""The table of locks a maintainer keeps by hand: who takes each, where, and under which others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from soundcheck.calls.sites import BodyId
from soundcheck.contexts.effects import locks_taken
from soundcheck.contexts.flows import Event
from soundcheck.contexts.infer import Contexts
from soundcheck.contexts.proofs import name_of, place_of
from soundcheck.crates.stubs import is_stub
from soundcheck.source import Span

# From the context that may interrupt most to the one that everything may interrupt.
RANKS = ("nmi", "exception", "interrupt", "bottom-half", "panic", "boot", "task")


class TakenAt(NamedTuple):
    """One place where a lock is taken: in which function, how, and where that may run.

    ``states`` are pairs of a context and whether interrupts are masked there.
    """

    at: Span
    item: str
    method: str
    mode: str
    is_attempt: bool
    states: tuple[tuple[str, str], ...]
    under: tuple[str, ...]


class LockRow(NamedTuple):
    """One lock: its class, its primitive, what it masks, its places, and the locks under it."""

    lock: str
    primitive: str
    waits: str
    masks: tuple[str, ...]
    highest: str
    places: tuple[TakenAt, ...]
    then: tuple[str, ...]


def lock_table(contexts: Contexts) -> tuple[LockRow, ...]:
    """Every lock of the workspace whose place has a name, in order of names."""
    places: dict[str, list[TakenAt]] = defaultdict(list)
    facts: dict[str, Event] = {}
    for body in sorted(contexts.flows.of):
        if is_stub(contexts.definition(body).file):
            continue
        for _, event in contexts.events(body):
            if event.meaning.taking is not None and event.lock:
                facts.setdefault(event.lock, event)
                places[event.lock].append(_taken_at(contexts, body, event))
    after = _orders(contexts, places)
    return tuple(_row(lock, facts[lock], places[lock], after) for lock in sorted(places))


def _taken_at(contexts: Contexts, body: BodyId, event: Event) -> TakenAt:
    taking, site = event.meaning.taking, event.site
    assert taking is not None
    assert site is not None
    states = {(node.context, contexts.irq_at(node, event.state)) for node in contexts.nodes(body)}
    under = dict.fromkeys(hold.lock for hold in event.state.holds if hold.is_lock and hold.lock)
    return TakenAt(
        place_of(contexts, body, event),
        name_of(contexts, body),
        site.name,
        taking.mode,
        taking.is_attempt,
        tuple(sorted(states, key=lambda pair: (RANKS.index(pair[0]), pair[1]))),
        tuple(under),
    )


def _orders(contexts: Contexts, places: Mapping[str, list[TakenAt]]) -> Mapping[str, set[str]]:
    """For each lock those that are taken while it is held, there or by calls that are sure."""
    after: dict[str, set[str]] = defaultdict(set)
    effects = locks_taken(contexts)
    for body in contexts.flows.of:
        for callee, event in contexts.sure_calls(body):
            held = [hold.lock for hold in event.state.holds if hold.is_lock and hold.lock]
            for key in effects.of(callee) if held else ():
                inner = key.partition(" ")[2]
                for lock in held:
                    if inner in places and inner != lock:
                        after[lock].add(inner)
    for lock, taken in places.items():
        for one in taken:
            for outer in one.under:
                after[outer].add(lock)
    return after


def _row(lock: str, first: Event, places: list[TakenAt], after: Mapping[str, set[str]]) -> LockRow:
    taking = first.meaning.taking
    assert taking is not None
    contexts = {context for one in places for context, _ in one.states}
    highest = next((context for context in RANKS if context in contexts), "")
    fact = taking.fact
    return LockRow(
        lock,
        fact.name,
        fact.waits,
        fact.masks,
        highest,
        tuple(sorted(places)),
        tuple(sorted(after.get(lock, ()))),
    )
