"""A lock that a handler waits for, and that is held elsewhere while the handler may come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from soundcheck.calls.sites import BodyId
from soundcheck.catalog import CheckSpec, FactSpec, Flag, ListOf, Rule, Text
from soundcheck.catalog.kernel_facts import CONTEXTS, WAITS
from soundcheck.checks.kinds import Check
from soundcheck.contexts.facts import LockFact
from soundcheck.contexts.flows import MASKED, UNMASKED, Event
from soundcheck.contexts.infer import Contexts, Node, Way
from soundcheck.contexts.proofs import place_of, short, side_of
from soundcheck.contexts.scripts import Call
from soundcheck.finding import Finding, Precision, Step
from soundcheck.program import Program

# Through how many methods it is asked whose `self` a lock is a field of.
_MOST_CALLERS = 6
KINDS = ("mutex", "read-write lock")

SPEC = CheckSpec(
    facts={
        "handlers": FactSpec(ListOf(Text(choices=CONTEXTS)), is_required=True),
        "holders": FactSpec(ListOf(Text(choices=CONTEXTS)), is_required=True),
        "waits": FactSpec(ListOf(Text(choices=WAITS)), is_required=True),
        "kinds": FactSpec(ListOf(Text(choices=KINDS)), default=KINDS),
        "lone": FactSpec(Flag(), default=False),
        "through": FactSpec(ListOf(Text()), default=()),
        "not_through": FactSpec(ListOf(Text()), default=()),
    },
    placeholders=("lock", "type", "handler", "holder"),
    needs_model=True,
    needs_contexts=True,
)


class _Taking(NamedTuple):
    """A lock taken at a step of a body, in one of the contexts that run the body."""

    body: BodyId
    event: Event
    node: Node
    fact: LockFact


# A side with its rank, and the static whose lock it takes, as far as known.
_End = tuple[tuple[object, ...], str, _Taking]


def find_shared(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a lock, at the first place that holds it while its handler may come.

    A ``lone`` rule speaks of the locks that no such place is known for, where the handler takes
    them.
    """
    contexts = program.contexts
    handlers, holders = rule.texts("handlers"), rule.texts("holders")
    waits = frozenset(rule.texts("waits"))
    waiting: dict[str, list[_Taking]] = defaultdict(list)
    held: dict[str, list[_Taking]] = defaultdict(list)
    for taking in _takings(contexts):
        if not taking.event.lock or taking.fact.waits not in waits:
            continue
        if _kind(taking.fact) not in rule.texts("kinds"):
            continue
        how = taking.event.meaning.taking
        assert how is not None
        node = taking.node
        if node.context in handlers:
            if not how.is_attempt and _passes(contexts, rule, node):
                waiting[taking.event.lock].append(taking)
        elif node.context in holders and _is_open(contexts, taking, handlers):
            held[taking.event.lock].append(taking)
    for lock in sorted(waiting):
        sides = _conflict(contexts, waiting[lock], held.get(lock, ()))
        if rule.facts["lone"]:
            plain = [one for one in waiting[lock] if not _is_masked_here(one)]
            if sides is None and plain:
                yield _lone(program, rule, lock, plain)
        elif sides is not None:
            yield _finding(program, rule, lock, *sides, held[lock])


def _passes(contexts: Contexts, rule: Rule, node: Node) -> bool:
    """Whether the way to a node leads through impls of the traits that the rule is about."""
    through, not_through = rule.texts("through"), rule.texts("not_through")
    if not through and not not_through:
        return True
    way = contexts.way(node)
    traits = [contexts.trait_of(one.body) for one, _ in way]
    if {*traits} & {*not_through}:
        return False
    first = next((at for at, trait in enumerate(traits) if trait in through), len(way))
    # Of a logger's many devices, one is not as likely as another.
    return not through or (first < len(way) and not any(map(_is_guess, way[first:])))


def _is_guess(step: tuple[Node, Way]) -> bool:
    event = step[1].event
    return event is not None and event.site is not None and event.site.reason == "dispatch"


def _kind(fact: LockFact) -> str:
    return KINDS[bool(fact.read)]


def _lone(program: Program, rule: Rule, lock: str, waiting: Sequence[_Taking]) -> Finding:
    contexts = program.contexts
    first = min(
        waiting,
        key=lambda one: (contexts.ways[one.node].length, one.body, one.event.op.start),
    )
    at = place_of(contexts, first.body, first.event)
    root = contexts.way(first.node)[0][0].body
    values = {
        "lock": short(lock),
        "type": first.fact.name,
        "handler": short(contexts.definition(root).path),
        "holder": "",
    }
    sides = (side_of(contexts, "interrupt", first.node, at, f"waits for `{short(lock)}`"),)
    is_sure = contexts.is_sure(first.node)
    precision = None if is_sure else Precision.LOW
    return program.claim(
        rule, at, site="lock", subject=lock, values=values, sides=sides, precision=precision
    )


@lru_cache(maxsize=1)
def _takings(contexts: Contexts) -> tuple[_Taking, ...]:
    """Every lock taken in the workspace, in each context that it is taken in."""
    return tuple(
        _Taking(body, event, node, event.meaning.taking.fact)
        for body, _, event in contexts.own(contexts.index.told)
        if event.meaning.taking is not None
        for node in contexts.nodes(body)
    )


def _is_open(contexts: Contexts, taking: _Taking, handlers: Sequence[str]) -> bool:
    """Whether the lock is held with interrupts on, and so that the handlers may come then."""
    masks, state = taking.fact.masks, taking.event.state
    if "interrupts" in masks or contexts.irq_at(taking.node, state) != UNMASKED:
        return False
    is_quiet = "bottom-halves" in masks or contexts.is_quiet_at(taking.node, state)
    return not (is_quiet and set(handlers) <= {"bottom-half"})


def _is_masked_here(taking: _Taking) -> bool:
    """Whether the lock masks, or the body that takes it has masked interrupts before."""
    masks = taking.fact.masks
    return "interrupts" in masks or taking.event.state.mask("interrupts") == MASKED


def _conflict(
    contexts: Contexts, waiting: Sequence[_Taking], held: Sequence[_Taking]
) -> tuple[_Taking, _Taking] | None:
    """The shortest ways to both sides; two readers do not exclude each other.

    Where of one side it is known which lock of its class it takes, another side of which that is
    known too shows more.
    """
    ends = [
        sorted(
            ((_rank(contexts, one), _static_of(contexts, one), one) for one in side),
            key=lambda end: end[0],
        )
        for side in (waiting, held if waiting else ())
    ]
    return _nearest(contexts, *ends, mixed=False) or _nearest(contexts, *ends, mixed=True)


def _nearest(
    contexts: Contexts, waiting: Sequence[_End], held: Sequence[_End], *, mixed: bool
) -> tuple[_Taking, _Taking] | None:
    best: tuple[tuple[object, ...], _Taking, _Taking] | None = None
    for first, static, one in waiting:
        if best is not None and first > best[0]:
            break
        for second, another, other in held:
            rank = max(first, second)
            if best is not None and rank >= best[0]:
                break
            if _mode(one) == _mode(other) == "shared":
                continue
            # Locks of one class in two statics are two.
            if static != another and not (mixed and "" in (static, another)):
                continue
            if contexts.may_meet(one.node, other.node):
                best = (rank, one, other)
                break
    return None if best is None else best[1:]


def _static_of(contexts: Contexts, taking: _Taking) -> str:
    """The static in which a lock lies that is a field of ``self``; empty where it is not known."""
    event, node = taking.event, taking.node
    if event.lock in contexts.statics:
        return ""
    for _ in range(_MOST_CALLERS):
        op = event.op
        words = contexts.flows.of[node.body][0].words
        if not isinstance(op, Call):
            return ""
        place = words[op.place] if op.place >= 0 else ""
        spelled = words[op.spelled] if op.spelled >= 0 else ""
        if spelled.partition(".")[0] != "self":
            name = contexts.flows.lock_of(place) if event is not taking.event else ""
            return name if name in contexts.statics else ""
        way = contexts.ways[node]
        if way.parent is None or way.event is None or node.body.closure >= 0:
            return ""
        event, node = way.event, way.parent
    return ""


def _rank(contexts: Contexts, one: _Taking) -> tuple[object, ...]:
    """Sure ways before unsure ones, written calls before drops, and of these the short ones.

    While a kernel boots few handlers come: what holds the lock later shows the fault better.
    """
    is_unsure = not contexts.is_sure(one.node)
    drops, boots = contexts.trait_of(one.body) == "Drop", one.node.context == "boot"
    return (is_unsure, drops, boots, contexts.ways[one.node].length, one.body, one.event.op.start)


def _mode(taking: _Taking) -> str:
    how = taking.event.meaning.taking
    return "" if how is None else how.mode


def _finding(
    program: Program,
    rule: Rule,
    lock: str,
    waiting: _Taking,
    held: _Taking,
    all_held: Sequence[_Taking],
) -> Finding:
    contexts = program.contexts
    at = place_of(contexts, held.body, held.event)
    there = place_of(contexts, waiting.body, waiting.event)
    root = contexts.way(waiting.node)[0][0].body
    values = {
        "lock": short(lock),
        "type": held.fact.name,
        "handler": short(contexts.definition(root).path),
        "holder": short(contexts.definition(held.body).path),
    }
    is_late = waiting.node.context == "bottom-half"
    on = "bottom halves on" if is_late else "interrupts on"
    sides = (
        side_of(contexts, "interrupt", waiting.node, there, f"waits for `{short(lock)}`"),
        side_of(contexts, "task", held.node, at, f"takes `{short(lock)}` with {on}"),
    )
    is_sure = contexts.is_sure(waiting.node) and contexts.is_sure(held.node)
    # Where one side's lock is that of a static, the other's may be another of its class: no way
    # is known on which both take that one.
    is_one = bool(_static_of(contexts, waiting)) == bool(_static_of(contexts, held))
    related = dict.fromkeys(
        place_of(contexts, one.body, one.event)
        for one in all_held
        if (one.body, one.event.op.start) != (held.body, held.event.op.start)
    )
    return program.claim(
        rule,
        at,
        site="lock",
        subject=lock,
        values=values,
        sides=sides,
        related=tuple(
            Step(place, program.name_at(place.path, place.start), f"taken with {on} here too")
            for place in sorted(related)
        ),
        precision=Precision.LOW if not is_one else None if is_sure else Precision.MEDIUM,
    )


CHECK = Check(SPEC, find_shared)
