"""The table of locks a maintainer keeps by hand: who takes each, where, and under which others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from soundcheck.calls.sites import BodyId
from soundcheck.catalog.kernel_facts import WAITS
from soundcheck.contexts.facts import LockFact
from soundcheck.contexts.flows import Event, Flow
from soundcheck.contexts.infer import Contexts
from soundcheck.contexts.orders import find_orders, held_by_callers
from soundcheck.contexts.proofs import name_of, place_of
from soundcheck.contexts.scripts import Call
from soundcheck.crates.stubs import is_stub
from soundcheck.source import Span
from soundcheck.syntax import items as it

# From the context that may interrupt most to the one that everything may interrupt.
RANKS = ("nmi", "exception", "interrupt", "bottom-half", "panic", "boot", "task")


class TakenAt(NamedTuple):
    """One place where a lock is taken: in which function, how, and where that may run.

    ``states`` are pairs of a context and whether interrupts are masked there, ``under`` the locks
    that are held there, and ``beneath`` those that may be held by who calls the function.
    """

    at: Span
    item: str
    method: str
    mode: str
    is_attempt: bool
    states: tuple[tuple[str, str], ...]
    under: tuple[str, ...]
    beneath: tuple[str, ...] = ()


class LockRow(NamedTuple):
    """One lock: its class, its primitive, what it masks, its places, and the locks under it.

    ``aliases`` are other names of it, as ``classes`` has them. A lock ``has_place`` unless none of
    those that take it tells where it lies: it is named by its type then.
    """

    lock: str
    primitive: str
    waits: str
    masks: tuple[str, ...]
    highest: str
    places: tuple[TakenAt, ...]
    then: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    has_place: bool = True


def lock_table(contexts: Contexts) -> tuple[LockRow, ...]:
    """Every lock of the workspace, in order of names; what has none is named by its type."""
    places: dict[tuple[str, bool], list[TakenAt]] = defaultdict(list)
    facts: dict[tuple[str, bool], LockFact] = {}
    outer = held_by_callers(contexts)
    for body in sorted(contexts.flows.of):
        is_outside = is_stub(contexts.definition(body).file)
        for flow, event in contexts.events(body):
            taking = event.meaning.taking
            if taking is None or (is_outside and event.lock not in contexts.statics):
                continue
            key = (event.lock, True) if event.lock else (_type_of(flow, event), False)
            if key[0]:
                facts.setdefault(key, taking.fact)
                places[key].append(_taken_at(contexts, body, event, outer.get(body, ())))
    then = _followers(contexts, places)
    aliases = contexts.flows.classes.aliases
    return tuple(
        _row(key, facts[key], places[key], then.get(key[0], ()), aliases.get(key[0], ()))
        for key in sorted(places)
    )


def _type_of(flow: Flow, event: Event) -> str:
    """The type of a lock that is taken; nothing where it is the lock itself that does it."""
    op = event.op
    if not isinstance(op, Call) or op.type < 0:
        return ""
    is_own = op.place >= 0 and flow.words[op.place] == "param self"
    return "" if is_own else flow.words[op.type]


def _taken_at(contexts: Contexts, body: BodyId, event: Event, outer: Sequence[str]) -> TakenAt:
    taking, site = event.meaning.taking, event.site
    assert taking is not None
    assert site is not None
    states = {(node.context, contexts.irq_at(node, event.state)) for node in contexts.nodes(body)}
    under = dict.fromkeys(hold.lock for hold in event.state.holds if hold.is_lock and hold.lock)
    at, item, method = place_of(contexts, body, event), name_of(contexts, body), site.name
    if is_stub(at.path):
        # A library's code takes it: what stands here is the static that it was given as.
        at = _place_of_static(contexts, event.lock)
        item, method = event.lock, contexts.definition(body).name
    return TakenAt(
        at,
        item,
        method,
        taking.mode,
        taking.is_attempt,
        tuple(sorted(states, key=lambda pair: (RANKS.index(pair[0]), pair[1]))),
        tuple(under),
        tuple(name for name in outer if name not in under and name != event.lock),
    )


def _place_of_static(contexts: Contexts, path: str) -> Span:
    target = next(one for one in contexts.world.defmap.defs if one.path == path)
    start = target.item.name_start if isinstance(target.item, it.Static) else target.start
    return contexts.span(BodyId(target.index), start, start + len(target.name.encode()))


def _followers(
    contexts: Contexts, places: Mapping[tuple[str, bool], list[TakenAt]]
) -> Mapping[str, set[str]]:
    """For each lock those that are taken, or tried, while it is held."""
    after: dict[str, set[str]] = defaultdict(set)
    for pair in find_orders(contexts, WAITS, lambda _: True):
        if (pair.inner, True) in places:
            after[pair.outer].add(pair.inner)
    for (lock, has_place), taken in places.items():
        for one in taken if has_place else ():
            for outer in one.under:
                after[outer].add(lock)
    return after


def _row(
    key: tuple[str, bool],
    fact: LockFact,
    places: list[TakenAt],
    then: Collection[str],
    aliases: Sequence[str],
) -> LockRow:
    contexts = {context for one in places for context, _ in one.states}
    highest = next((context for context in RANKS if context in contexts), "")
    return LockRow(
        key[0],
        fact.name,
        fact.waits,
        fact.masks,
        highest,
        tuple(sorted(places)),
        tuple(sorted(then)),
        tuple(aliases),
        key[1],
    )
