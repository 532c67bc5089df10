"""Two locks that are taken in both orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import product

from soundcheck.calls.sites import BodyId
from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.catalog.kernel_facts import WAITS
from soundcheck.checks.kinds import Check
from soundcheck.contexts.effects import Reach, locks_taken
from soundcheck.contexts.infer import Contexts
from soundcheck.contexts.orders import Order, Pair, find_orders
from soundcheck.contexts.proofs import name_of, place_of, short
from soundcheck.crates.stubs import is_stub
from soundcheck.finding import Finding, Precision, Side, Step
from soundcheck.program import Program

SPEC = CheckSpec(
    facts={"waits": FactSpec(ListOf(Text(choices=WAITS)), is_required=True)},
    placeholders=("lock", "other"),
    needs_model=True,
    needs_contexts=True,
)


def find_inverted(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a pair of locks, at the place that takes the second of one order."""
    contexts = program.contexts
    waits = frozenset(rule.texts("waits"))
    orders = find_orders(contexts, waits, lambda body: not _is_alone(contexts, body))
    by_locks: dict[tuple[str, str], list[tuple[Pair, Order]]] = defaultdict(list)
    for pair, order in sorted(orders.items(), key=lambda found: (bool(found[1].key), found[0])):
        # Of the elements of a container, one may always be taken before the other.
        if not (pair.outer.endswith("[]") or pair.inner.endswith("[]")):
            by_locks[pair.outer, pair.inner].append((pair, order))
    for one, other in sorted(by_locks):
        ways = product(by_locks[one, other], by_locks.get((other, one), ()) if one < other else ())
        for (there, first), (back, second) in ways:
            if _excludes(there, back) and _meet(contexts, first, second):
                yield _finding(program, rule, one, other, first, second)
                break


def _excludes(there: Pair, back: Pair) -> bool:
    """Whether each side waits for what the other holds: two readers do not."""
    return "exclusive" in (there.held, back.waited) and "exclusive" in (there.waited, back.held)


def _meet(contexts: Contexts, one: Order, other: Order) -> bool:
    first, second = contexts.definition(one.body), contexts.definition(other.body)
    return contexts.world.callees.may_meet(first.cfg, second.cfg)


def _is_alone(contexts: Contexts, body: BodyId) -> bool:
    """Whether a body runs at boot only, before there is another to wait for its locks."""
    return {node.context for node in contexts.nodes(body)} == {"boot"}


def _finding(
    program: Program, rule: Rule, one: str, other: str, first: Order, second: Order
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


def _side(contexts: Contexts, label: str, order: Order, lock: str) -> Side:
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
