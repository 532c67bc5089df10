"""Masking that does not end as it began: guards dropped out of order, ways out that stay masked."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from soundcheck.calls.sites import BodyId
from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.checks.kinds import Check
from soundcheck.contexts.facts import LockFact
from soundcheck.contexts.flows import ENTRY, MASKED, UNMASKED, Event, Flow, Hold
from soundcheck.contexts.infer import INTERRUPTS, Contexts
from soundcheck.contexts.proofs import name_of, place_of, short
from soundcheck.contexts.scripts import Call, Release
from soundcheck.crates.stubs import is_stub
from soundcheck.finding import Finding, Side, Step
from soundcheck.program import Program

FAULTS = ("guard out of order", "way out masked", "enabled inside", "lock before mask")

SPEC = CheckSpec(
    facts={"faults": FactSpec(ListOf(Text(choices=FAULTS)), is_required=True)},
    placeholders=("what", "item"),
    needs_model=True,
    needs_contexts=True,
)


def find_unbalanced(program: Program, rule: Rule) -> Iterator[Finding]:
    """The findings of the faults that the rule is about, body by body."""
    contexts = program.contexts
    faults = rule.texts("faults")
    index = contexts.index
    for body in sorted({*index.told, *index.holding}):
        if is_stub(contexts.definition(body).file):
            continue
        for flow in contexts.flows.of[body]:
            if "guard out of order" in faults:
                yield from _out_of_order(program, rule, body, flow)
            if "way out masked" in faults:
                yield from _ways_out(program, rule, body, flow)
            if "enabled inside" in faults:
                yield from _enabled(program, rule, body, flow)
            if "lock before mask" in faults:
                yield from _locked_first(program, rule, body, flow)


def _masks(hold: Hold) -> bool:
    return INTERRUPTS in hold.fact.masks


def _out_of_order(program: Program, rule: Rule, body: BodyId, flow: Flow) -> Iterator[Finding]:
    """A masking guard is given to ``drop`` while one that was made after it is alive."""
    contexts = program.contexts
    for event in flow.events:
        op = event.op
        if not isinstance(op, Release) or op.why not in ("drop", "assigned"):
            continue
        holds = event.state.holds
        index = next((i for i, hold in enumerate(holds) if hold.value == op.value), len(holds))
        if index == len(holds) or not _masks(holds[index]) or not holds[index].sure:
            continue
        # A name that holds one guard or another gives both to the same drop.
        together = {
            one.op.value
            for one in flow.events
            if isinstance(one.op, Release) and one.op.start == op.start
        }
        later = [hold for hold in holds[index + 1 :] if _masks(hold) and hold.value not in together]
        if later:
            outer, inner = holds[index], later[0]
            steps = [
                _taken(contexts, body, outer, "masks first"),
                _taken(contexts, body, inner, "masks inside of that"),
            ]
            at = contexts.span(body, op.start, op.start + 1)
            values = {"what": _word(outer), "item": short(name_of(contexts, body))}
            yield program.claim(
                rule,
                at,
                site="drop",
                subject=outer.lock or inner.lock,
                values=values,
                sides=(Side("holder", tuple(steps)),),
            )


def _word(hold: Hold) -> str:
    return f"`{short(hold.lock)}`" if hold.lock else "the guard"


def _taken(contexts: Contexts, body: BodyId, hold: Hold, says: str) -> Step:
    at = contexts.span(body, hold.start, hold.end)
    return Step(at, name_of(contexts, body), f"{_word(hold)} {says}")


def _ways_out(program: Program, rule: Rule, body: BodyId, flow: Flow) -> Iterator[Finding]:
    """Some ways out leave interrupts masked, and others do not."""
    contexts = program.contexts
    bases = {way.state.bases[0] for way in flow.ways}
    if MASKED not in bases or not bases & {ENTRY, UNMASKED}:
        return
    toggles = list(_toggles(flow))
    if not toggles or not any(how == "disable" for how, _ in toggles):
        return
    masked_at = next(event for how, event in toggles if how == "disable")
    for way in flow.ways:
        if way.state.bases[0] == MASKED and way.kind in ("return", "?"):
            start = max(way.start, 0)
            at = contexts.span(body, start, start + 1)
            name = name_of(contexts, body)
            step = Step(place_of(contexts, body, masked_at), name, "masks interrupts")
            what = "an early `return`" if way.kind == "return" else "`?`"
            yield program.claim(
                rule,
                at,
                site="exit",
                values={"what": what, "item": short(name)},
                sides=(Side("holder", (step, Step(at, name, "leaves, with them masked"))),),
            )


def _toggles(flow: Flow) -> Iterator[tuple[str, Event]]:
    for event in flow.events:
        for how, fact in event.meaning.maskings:
            if INTERRUPTS in fact.masks and how in ("disable", "enable", "restore"):
                yield how, event


def _enabled(program: Program, rule: Rule, body: BodyId, flow: Flow) -> Iterator[Finding]:
    """A pair of disable and enable, in a function that is called with interrupts masked."""
    contexts = program.contexts
    toggles = list(_toggles(flow))
    words = [how for how, _ in toggles]
    if words[:1] != ["disable"] or "enable" not in words:
        return
    node = next((one for one in contexts.nodes(body) if one.irq == MASKED), None)
    if node is None or not contexts.is_sure(node):
        return
    event = next(event for how, event in toggles if how == "enable")
    at = place_of(contexts, body, event)
    name = name_of(contexts, body)
    caller = contexts.way(node)
    steps = tuple(
        Step(
            place_of(contexts, before.body, way.event),
            name_of(contexts, before.body),
            f"calls `{short(name_of(contexts, one.body))}`",
        )
        for (before, _), (one, way) in pairwise(caller)
        if way.event is not None
    )
    yield program.claim(
        rule,
        at,
        site="enable",
        values={"what": "`enable`", "item": short(name)},
        sides=(Side("caller", (*steps, Step(at, name, "turns interrupts on"))),),
    )


def _locked_first(program: Program, rule: Rule, body: BodyId, flow: Flow) -> Iterator[Finding]:
    """A lock is waited for, and interrupts are masked once it is held."""
    contexts = program.contexts
    for event in flow.events:
        if not isinstance(event.op, Call) or event.state.mask(INTERRUPTS) == MASKED:
            continue
        if not any(
            INTERRUPTS in fact.masks and how in ("disable", "guard")
            for how, fact in event.meaning.maskings
        ):
            continue
        held = [
            hold
            for hold in event.state.holds
            if isinstance(hold.fact, LockFact) and hold.fact.waits == "spins" and not _masks(hold)
        ]
        if held:
            hold = held[-1]
            name = name_of(contexts, body)
            at = place_of(contexts, body, event)
            steps = (_taken(contexts, body, hold, "is taken"), Step(at, name, "masks interrupts"))
            yield program.claim(
                rule,
                at,
                site="mask",
                subject=hold.lock,
                values={"what": _word(hold), "item": short(name)},
                sides=(Side("holder", steps),),
            )


CHECK = Check(SPEC, find_unbalanced)
