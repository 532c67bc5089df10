"""Something that a context forbids and that is reached from one of its roots."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from soundcheck.calls.sites import BodyId, CallSite
from soundcheck.catalog import CheckSpec, FactSpec, Flag, ListOf, Rule, Text
from soundcheck.catalog.kernel_facts import CONTEXTS, EFFECTS, WAITS
from soundcheck.checks.kinds import Check
from soundcheck.contexts.flows import MASKED, Event, Flow, Hold
from soundcheck.contexts.index import in_order
from soundcheck.contexts.infer import Contexts, Node
from soundcheck.contexts.proofs import place_of, short, side_of
from soundcheck.contexts.scripts import Call
from soundcheck.finding import Finding, Precision
from soundcheck.program import Program
from soundcheck.syntax import items as it

SPEC = CheckSpec(
    facts={
        "contexts": FactSpec(ListOf(Text(choices=CONTEXTS)), is_required=True),
        "effects": FactSpec(ListOf(Text(choices=EFFECTS)), default=()),
        "takes": FactSpec(ListOf(Text(choices=WAITS)), default=()),
        "fills": FactSpec(ListOf(Text(choices=WAITS)), default=()),
        "modes": FactSpec(ListOf(Text(choices=("exclusive", "shared"))), default=()),
        "even_if_masking": FactSpec(Flag(), default=False),
        "only_sure": FactSpec(Flag(), default=False),
        "held_over": FactSpec(ListOf(Text()), default=()),
        "passes_on": FactSpec(ListOf(Text()), default=()),
        "unless_first_in": FactSpec(ListOf(Text(choices=CONTEXTS)), default=()),
    },
    placeholders=("what", "root", "type"),
    needs_model=True,
    needs_contexts=True,
)


class _Met(NamedTuple):
    """A step that the rule is about: what it is about, and the word for it in the message."""

    body: BodyId
    event: Event
    node: Node
    subject: str
    type: str


def find_reached(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a lock, cell or function and root, at the step with the shortest way."""
    contexts = program.contexts
    best: dict[tuple[str, BodyId], tuple[tuple[object, ...], _Met]] = {}
    for met in _met(contexts, rule):
        way = contexts.way(met.node)
        root = way[0][0].body
        rank: tuple[object, ...] = (
            not contexts.is_sure(met.node),
            len(way),
            met.body,
            met.event.op.start,
        )
        key = (met.subject, root)
        if key not in best or rank < best[key][0]:
            best[key] = (rank, met)
    # A cause that many roots share is told once, by its shortest way.
    told: dict[tuple[BodyId, int, str], tuple[tuple[object, ...], _Met]] = {}
    for rank, met in best.values():
        if rule.facts["only_sure"] and not contexts.is_sure(met.node):
            continue
        place = (met.body, met.event.op.start, met.subject)
        if place not in told or rank < told[place][0]:
            told[place] = (rank, met)
    for _, met in told.values():
        yield _finding(program, rule, met)


def _met(contexts: Contexts, rule: Rule) -> Iterator[_Met]:
    excused = {subject for _, _, (subject, _) in _before(contexts, rule)}
    over = frozenset(rule.texts("held_over"))
    wanted = _held_over(contexts, over, rule.texts("passes_on")) if over else None
    for body, node, event, found in _steps(contexts, rule, rule.texts("contexts")):
        if found[0] not in excused and (wanted is None or found[0] in wanted):
            yield _Met(body, event, node, *found)


def _held_over(contexts: Contexts, callees: frozenset[str], types: Sequence[str]) -> frozenset[str]:
    """The locks whose guards one of some functions is called on somewhere.

    Where a function gives them on what it was given, of one of some types, any lock counts.
    """
    return frozenset(
        hold.lock
        for body, flow, event in in_order(contexts.index.holding)
        if event.site is not None and _name_of(event.site) in callees
        for hold in event.state.holds
        if hold.is_lock
        and hold.lock
        and (_is_called_on(flow, event, hold) or _is_given(contexts, body, types))
    )


def _is_given(contexts: Contexts, body: BodyId, types: Sequence[str]) -> bool:
    """Whether a parameter of a function has one of some types, by its name."""
    item = contexts.definition(body).item
    return isinstance(item, it.Function) and any(
        isinstance(one.type, it.PathType) and one.type.path.name in types for one in item.params
    )


def _is_called_on(flow: Flow, event: Event, hold: Hold) -> bool:
    """Whether a call is on a guard: one that is taken in the call, or a variable of its type."""
    op = event.op
    if not isinstance(op, Call):
        return False
    if op.start <= hold.start and hold.end <= op.end:
        return True
    return op.type >= 0 and op.spelled >= 0 and "Guard" in flow.words[op.type]


def _name_of(site: CallSite) -> str:
    """The bare name of what is called; of a macro with the mark behind it."""
    name = site.name.rpartition("::")[2]
    return f"{name}!" if site.kind == "macro" else name


def _before(contexts: Contexts, rule: Rule) -> Iterator[tuple[BodyId, Event, tuple[str, str]]]:
    """The same in a context that comes first, with interrupts masked: then it is done by then."""
    for body, node, event, found in _steps(contexts, rule, rule.texts("unless_first_in")):
        if contexts.irq_at(node, event.state) == MASKED:
            yield body, event, found


def _steps(
    contexts: Contexts, rule: Rule, wanted: Sequence[str]
) -> Iterator[tuple[BodyId, Node, Event, tuple[str, str]]]:
    for body, _, event in contexts.own(contexts.index.told) if wanted else ():
        found = _subject(contexts, rule, event)
        node = None if found is None else contexts.runs_in(body, wanted)
        if found is not None and node is not None:
            yield body, node, event, found


def _subject(contexts: Contexts, rule: Rule, event: Event) -> tuple[str, str] | None:
    """What a step does that the rule is about, if anything."""
    meaning = event.meaning
    for effect in meaning.effects:
        if effect.does in rule.texts("effects"):
            assert event.site is not None
            return contexts.meanings.paths_of(event.site)[0], effect.does
    taking = meaning.taking
    if taking is not None and not taking.is_attempt and taking.fact.waits in rule.texts("takes"):
        modes = rule.texts("modes")
        is_masking = "interrupts" in taking.fact.masks and not rule.facts["even_if_masking"]
        if event.lock and not is_masking and (not modes or taking.mode in modes):
            return event.lock, taking.fact.name
    once = meaning.once
    is_open = once is not None and "interrupts" not in once.masks
    if once is not None and is_open and event.lock and once.waits in rule.texts("fills"):
        return event.lock, once.types[0].path.rpartition("::")[2]
    return None


def _finding(program: Program, rule: Rule, met: _Met) -> Finding:
    contexts = program.contexts
    at = place_of(contexts, met.body, met.event)
    root = contexts.way(met.node)[0][0]
    label = "interrupt" if met.node.context != "panic" else "panic"
    what = short(met.subject)
    return program.claim(
        rule,
        at,
        site="call",
        subject=met.subject,
        values={
            "what": what,
            "root": short(contexts.definition(root.body).path),
            "type": met.type,
        },
        sides=(side_of(contexts, label, met.node, at, f"reaches `{what}`"),),
        precision=None if contexts.is_sure(met.node) else Precision.LOW,
    )


CHECK = Check(SPEC, find_reached)
