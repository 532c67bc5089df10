"""State that knows of no second context, and that a handler and a task both touch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from soundcheck.boundaries.facts import is_named
from soundcheck.calls.sites import BodyId
from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.catalog.kernel_facts import CONTEXTS
from soundcheck.checks.kinds import Check
from soundcheck.contexts.flows import MASKED, UNMASKED, Event, Flow
from soundcheck.contexts.infer import INTERRUPTS, Contexts, Node
from soundcheck.contexts.proofs import place_of, short, side_of
from soundcheck.contexts.scripts import Access, Call
from soundcheck.contexts.sharing import declared_sync, handed_out
from soundcheck.finding import Finding, Precision, Step
from soundcheck.program import Program
from soundcheck.syntax import items as it

STATES = ("static mut", "cell")
# Methods of cells that leave what is in them as it is, and keep out nobody who does the same.
_READERS = frozenset({"borrow", "get", "try_borrow"})

SPEC = CheckSpec(
    facts={
        "handlers": FactSpec(ListOf(Text(choices=CONTEXTS)), is_required=True),
        "others": FactSpec(ListOf(Text(choices=CONTEXTS)), is_required=True),
        "states": FactSpec(ListOf(Text(choices=STATES)), is_required=True),
        "inits": FactSpec(ListOf(Text()), default=()),
    },
    placeholders=("state", "handler", "other"),
    needs_model=True,
    needs_contexts=True,
)


class _Touch(NamedTuple):
    """State touched at a step of a body, in a context; whether it may be written there."""

    body: BodyId
    event: Event
    node: Node
    writes: bool


def find_touched(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a piece of state, at the task's side."""
    contexts = program.contexts
    handlers, others = rule.texts("handlers"), rule.texts("others")
    states, inits = rule.texts("states"), frozenset(rule.texts("inits"))
    ours: dict[str, list[_Touch]] = defaultdict(list)
    theirs: dict[str, list[_Touch]] = defaultdict(list)
    index = contexts.index
    for body, flow, event in chain(contexts.own(index.accesses), contexts.own(index.told)):
        touched = _touched(contexts, states, flow, event)
        if touched is None:
            continue
        state, writes = touched
        for node in contexts.nodes(body):
            touch = _Touch(body, event, node, writes)
            if node.context in handlers:
                theirs[state].append(touch)
            elif node.context in others and _is_open(contexts, touch, inits):
                ours[state].append(touch)
    for state in sorted(theirs):
        pair = _clash(contexts, ours.get(state, ()), theirs[state])
        if pair is not None:
            yield _finding(program, rule, state, *pair, ours[state])


def _touched(
    contexts: Contexts, states: Sequence[str], flow: Flow, event: Event
) -> tuple[str, bool] | None:
    """What a step touches of the kinds of state asked for, and whether it may write it."""
    op = event.op
    if isinstance(op, Access) and "static mut" in states and op.how != "address":
        path = flow.words[op.place]
        if path in contexts.mutable_statics:
            is_written = op.how == "write" or (op.how == "borrow" and _borrows(contexts, flow, op))
            return path, is_written
    cell = event.meaning.cell
    if isinstance(op, Call) and "cell" in states and cell is not None:
        name = "" if event.site is None else event.site.name.rpartition("::")[2]
        is_borrow = "borrow" in name
        is_shared = event.lock in contexts.statics or _is_shared_field(
            contexts, event.lock, is_borrow=is_borrow
        )
        if is_shared and INTERRUPTS not in cell.masks:
            return event.lock, name not in _READERS
    return None


def _borrows(contexts: Contexts, flow: Flow, op: Access) -> bool:
    """Whether a borrow may be one to write: it is not where a method takes ``&self``."""
    calls = [
        event.site
        for event in flow.events
        if isinstance(event.op, Call) and event.op.kind == "method" and event.op.start == op.start
    ]
    first = min(
        (site for site in calls if site is not None), key=lambda site: site.end, default=None
    )
    if first is None or not first.callees:
        return True
    items = [contexts.definition(callee).item for callee in first.callees]
    return any(not isinstance(one, it.Function) or one.receiver != "&self" for one in items)


def _is_shared_field(contexts: Contexts, place: str, *, is_borrow: bool) -> bool:
    """Whether a field belongs to a type that is told to be shared, or of which all get one value.

    An ``unsafe impl Sync`` tells the one. The other is what a function lends that is given
    nothing: of one core most often, where a word is set at once, and only borrows overlap.
    """
    owner = place.rpartition(".")[0]
    return bool(owner) and (
        owner in declared_sync(contexts) or (is_borrow and owner in handed_out(contexts))
    )


def _is_open(contexts: Contexts, touch: _Touch, inits: frozenset[str]) -> bool:
    """Whether a handler may come: interrupts are not masked, and no masking lock is held.

    Nor does one come while ``inits`` run, before it is known to anybody.
    """
    if touch.event.state.mask(INTERRUPTS) == MASKED:
        return False
    names = (contexts.definition(node.body).name for node, _ in contexts.way(touch.node))
    if inits and any(is_named(name, inits) for name in names):
        return False
    return contexts.irq_at(touch.node, touch.event.state) == UNMASKED


def _clash(
    contexts: Contexts, ours: Sequence[_Touch], theirs: Sequence[_Touch]
) -> tuple[_Touch, _Touch] | None:
    best: tuple[tuple[object, ...], _Touch, _Touch] | None = None
    for one in ours:
        for other in theirs:
            if not (one.writes or other.writes) or not contexts.may_meet(one.node, other.node):
                continue
            rank: tuple[object, ...] = (
                not (contexts.is_sure(one.node) and contexts.is_sure(other.node)),
                contexts.ways[one.node].length + contexts.ways[other.node].length,
                one.body,
                one.event.op.start,
                other.body,
                other.event.op.start,
            )
            if best is None or rank < best[0]:
                best = (rank, one, other)
    return None if best is None else best[1:]


def _finding(
    program: Program, rule: Rule, state: str, ours: _Touch, theirs: _Touch, all_ours: list[_Touch]
) -> Finding:
    contexts = program.contexts
    at = place_of(contexts, ours.body, ours.event)
    there = place_of(contexts, theirs.body, theirs.event)
    root = contexts.way(theirs.node)[0][0].body
    is_sure = contexts.is_sure(ours.node) and contexts.is_sure(theirs.node)
    places = {place_of(contexts, one.body, one.event) for one in all_ours} - {at}
    return program.claim(
        rule,
        at,
        site="state",
        subject=state,
        values={
            "state": short(state),
            "handler": short(contexts.definition(root).path),
            "other": short(contexts.definition(ours.body).path),
        },
        sides=(
            side_of(contexts, "interrupt", theirs.node, there, f"touches `{short(state)}`"),
            side_of(contexts, "task", ours.node, at, f"touches `{short(state)}`, interrupts on"),
        ),
        related=tuple(
            Step(place, program.name_at(place.path, place.start), "touched with interrupts on too")
            for place in sorted(places)
        ),
        precision=None if is_sure else Precision.MEDIUM,
    )


CHECK = Check(SPEC, find_touched)
