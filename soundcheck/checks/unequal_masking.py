"""State that is masked nearly everywhere it is used, and somewhere is not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from soundcheck.calls.sites import BodyId
from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Number, Rule, Text
from soundcheck.contexts.flows import MASKED, UNMASKED, Event
from soundcheck.contexts.infer import INTERRUPTS, Contexts, Node
from soundcheck.contexts.proofs import place_of, short, side_of
from soundcheck.crates.stubs import is_stub
from soundcheck.finding import Finding, Precision, Side, Step
from soundcheck.program import Program

SPEC = CheckSpec(
    facts={
        "least": FactSpec(Number(least=1), is_required=True),
        "times": FactSpec(Number(least=1), is_required=True),
        "by": FactSpec(ListOf(Text(choices=("kind", "surroundings"))), is_required=True),
    },
    placeholders=("state", "masked", "open"),
    needs_model=True,
)


class _Use(NamedTuple):
    body: BodyId
    event: Event
    node: Node | None


def find_unequal(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding an open use of state that is masked ``times`` as often, ``least`` times.

    A lock masks by its kind, by its method, or by what surrounds it; what surrounds a use counts
    for cells too.
    """
    contexts = program.contexts
    masked: dict[str, list[_Use]] = defaultdict(list)
    open_uses: dict[str, list[_Use]] = defaultdict(list)
    for body in sorted(contexts.flows.of):
        if is_stub(contexts.definition(body).file):
            continue
        for _, event in contexts.events(body):
            if event.lock and _is_maskable(event):
                if _masks(contexts, body, event, rule.texts("by")):
                    masked[event.lock].append(_Use(body, event, None))
                elif (node := _open_node(contexts, body, event)) is not None:
                    open_uses[event.lock].append(_Use(body, event, node))
    least, times = int(str(rule.facts["least"])), int(str(rule.facts["times"]))
    for state in sorted(open_uses):
        few, many = open_uses[state], masked.get(state, [])
        if len(many) >= least and len(many) >= times * len(few):
            for use in few:
                yield _finding(program, rule, state, use, many, len(few))


def _is_maskable(event: Event) -> bool:
    """Whether an event uses a cell, or a lock whose waiters do not sleep: these may be masked."""
    taking = event.meaning.taking
    return event.meaning.cell is not None or (taking is not None and taking.fact.waits != "sleeps")


def _masks(contexts: Contexts, body: BodyId, event: Event, by: Sequence[str]) -> bool:
    """Whether a use itself sees to it that interrupts are masked, by one of some means."""
    taking, cell = event.meaning.taking, event.meaning.cell
    masks = (*(taking.fact.masks if taking else ()), *(cell.masks if cell else ()))
    if "kind" in by and INTERRUPTS in masks:
        return True
    if "surroundings" not in by:
        return False
    nodes = contexts.nodes(body)
    in_closure = body.closure >= 0 and nodes and all(node.irq == MASKED for node in nodes)
    return bool(in_closure) or event.state.mask(INTERRUPTS) == MASKED


def _open_node(contexts: Contexts, body: BodyId, event: Event) -> Node | None:
    taking = event.meaning.taking
    if taking is not None and INTERRUPTS in taking.fact.masks:
        return None
    nodes = [
        node
        for node in contexts.nodes(body)
        if node.context == "task" and contexts.irq_at(node, event.state) == UNMASKED
    ]
    return min(nodes, key=lambda node: (contexts.ways[node].length, node), default=None)


def _finding(
    program: Program, rule: Rule, state: str, use: _Use, many: list[_Use], few: int
) -> Finding:
    contexts = program.contexts
    at = place_of(contexts, use.body, use.event)
    assert use.node is not None
    sides: tuple[Side, ...] = (
        side_of(contexts, "task", use.node, at, f"uses `{short(state)}` with interrupts on"),
    )
    related = tuple(
        Step(place, program.name_at(place.path, place.start), "masked here")
        for place in sorted({place_of(contexts, one.body, one.event) for one in many})[:5]
    )
    values = {"state": short(state), "masked": str(len(many)), "open": str(few)}
    return program.claim(
        rule,
        at,
        site="use",
        subject=state,
        values=values,
        sides=sides,
        related=related,
        precision=None if contexts.is_sure(use.node) else Precision.LOW,
    )
