"""State that is masked nearly everywhere it is used, and somewhere is not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from soundcheck.calls.sites import BodyId
from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Number, Rule, Text
from soundcheck.checks.kinds import Check
from soundcheck.contexts.flows import Event
from soundcheck.contexts.infer import Node
from soundcheck.contexts.masking import is_masked, open_node, uses
from soundcheck.contexts.proofs import place_of, short, side_of
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
    needs_contexts=True,
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
    for body, event in uses(contexts):
        if is_masked(contexts, body, event, rule.texts("by")):
            masked[event.lock].append(_Use(body, event, None))
        elif (node := open_node(contexts, body, event)) is not None:
            open_uses[event.lock].append(_Use(body, event, node))
    least, times = int(str(rule.facts["least"])), int(str(rule.facts["times"]))
    for state in sorted(open_uses):
        few, many = open_uses[state], masked.get(state, [])
        if len(many) >= least and len(many) >= times * len(few):
            for use in few:
                yield _finding(program, rule, state, use, many, len(few))


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


CHECK = Check(SPEC, find_unequal)
