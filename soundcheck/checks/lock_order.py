"""Two locks that are taken in both orders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from soundcheck.calls.sites import BodyId
from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.catalog.kernel_facts import WAITS
from soundcheck.checks.kinds import Check
from soundcheck.contexts.effects import Effects, Reach, locks_taken
from soundcheck.contexts.facts import LockFact
from soundcheck.contexts.flows import Event, Hold
from soundcheck.contexts.infer import Contexts
from soundcheck.contexts.proofs import name_of, place_of, short
from soundcheck.contexts.scripts import Call
from soundcheck.crates.stubs import is_stub
from soundcheck.finding import Finding, Precision, Side, Step
from soundcheck.program import Program

SPEC = CheckSpec(
    facts={"waits": FactSpec(ListOf(Text(choices=WAITS)), is_required=True)},
    placeholders=("lock", "other"),
    needs_model=True,
    needs_contexts=True,
)


class _Order(NamedTuple):
    """One lock is waited for while another is held: in which body, at which step.

    ``callee`` is what the step calls, if it is not the one that takes the lock itself, and
    ``key`` the name of the effect by which it does.
    """

    body: BodyId
    event: Event
    hold: Hold
    callee: BodyId | None
    key: str


def find_inverted(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a pair of locks, at the place that takes the second of one order."""
    contexts = program.contexts
    orders = _orders(contexts, frozenset(rule.texts("waits")))
    for one, other in sorted(orders):
        back = orders.get((other, one))
        if one < other and back is not None and _meet(contexts, orders[one, other], back):
            yield _finding(program, rule, one, other, orders[one, other], back)


def _meet(contexts: Contexts, one: _Order, other: _Order) -> bool:
    first, second = contexts.definition(one.body), contexts.definition(other.body)
    return contexts.world.callees.may_meet(first.cfg, second.cfg)


def _orders(contexts: Contexts, waits: frozenset[str]) -> Mapping[tuple[str, str], _Order]:
    """Each pair of locks of which the second is waited for under the first; the shortest way."""
    effects = locks_taken(contexts)
    found: dict[tuple[str, str], _Order] = {}
    for body in sorted(contexts.flows.of):
        if is_stub(contexts.definition(body).file):
            continue
        calls = {id(event): callee for callee, event in contexts.sure_calls(body)}
        for _, event in contexts.events(body):
            holds = [
                hold
                for hold in event.state.holds
                if hold.lock and isinstance(hold.fact, LockFact) and hold.fact.waits in waits
            ]
            if not holds or not isinstance(event.op, Call) or _is_alone(contexts, body):
                continue
            callee = calls.get(id(event))
            for lock, key in _waited(effects, event, callee):
                for hold in holds:
                    pair = (hold.lock, lock)
                    # What is taken in the body itself needs no way to be shown.
                    if hold.lock != lock and (pair not in found or (not key and found[pair].key)):
                        found[pair] = _Order(body, event, hold, callee if key else None, key)
    return found


def _is_alone(contexts: Contexts, body: BodyId) -> bool:
    """Whether a body runs at boot only, before there is another to wait for its locks."""
    return {node.context for node in contexts.nodes(body)} == {"boot"}


def _waited(effects: Effects, event: Event, callee: BodyId | None) -> Iterator[tuple[str, str]]:
    """The locks that a step waits for, with the name of the effect of its callee, if it is that."""
    taking = event.meaning.taking
    if taking is not None:
        if event.lock and not taking.is_attempt:
            yield event.lock, ""
        return
    if callee is not None:
        for key in effects.of(callee):
            yield key.partition(" ")[2], key


def _finding(
    program: Program, rule: Rule, one: str, other: str, first: _Order, second: _Order
) -> Finding:
    contexts = program.contexts
    both = {one, other} <= contexts.statics
    sides = (
        _side(contexts, "one order", first, other),
        _side(contexts, "other order", second, one),
    )
    return program.claim(
        rule,
        place_of(contexts, first.body, first.event),
        site="lock",
        subject=f"{one} and {other}",
        values={"lock": short(one), "other": short(other)},
        sides=sides,
        precision=None if both else Precision.LOW,
    )


def _side(contexts: Contexts, label: str, order: _Order, lock: str) -> Side:
    name = name_of(contexts, order.body)
    hold = order.hold
    taken = contexts.span(order.body, hold.start, hold.end)
    steps = [Step(taken, name, f"takes `{short(hold.lock)}`")]
    at = place_of(contexts, order.body, order.event)
    says = f"takes `{short(lock)}` while `{short(hold.lock)}` is held"
    way: tuple[Reach, ...] = ()
    if order.callee is not None:
        says = f"calls `{short(name_of(contexts, order.callee))}` meanwhile"
        way = locks_taken(contexts).way(order.callee, order.key)
    steps.append(Step(at, name, says))
    for reach in way:
        if is_stub(contexts.definition(reach.body).file):
            continue
        where = place_of(contexts, reach.body, reach.event)
        says = f"takes `{short(lock)}`"
        if reach.callee is not None:
            says = f"calls `{short(name_of(contexts, reach.callee))}`"
        steps.append(Step(where, name_of(contexts, reach.body), says))
    return Side(label, tuple(steps))


CHECK = Check(SPEC, find_inverted)
