"""A lock is held while something happens that must not: it is taken again, or others must run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from soundcheck.calls.sites import BodyId, CallSite
from soundcheck.catalog import CheckSpec, FactSpec, Flag, ListOf, Rule, Text
from soundcheck.catalog.kernel_facts import CONTEXTS, EFFECTS, WAITS
from soundcheck.checks.kinds import Check
from soundcheck.contexts.effects import Effects, locks_taken, own_key, own_locks, things_done
from soundcheck.contexts.facts import LockFact
from soundcheck.contexts.flows import Event, Flow, Hold
from soundcheck.contexts.infer import Contexts
from soundcheck.contexts.meanings import NOTHING, Taking
from soundcheck.contexts.proofs import name_of, place_of, short
from soundcheck.contexts.scripts import Call, Suspend
from soundcheck.crates.stubs import is_stub
from soundcheck.finding import Finding, Side, Step
from soundcheck.program import Program

SPEC = CheckSpec(
    facts={
        "held": FactSpec(ListOf(Text(choices=WAITS)), is_required=True),
        "effects": FactSpec(ListOf(Text(choices=EFFECTS)), default=()),
        "again": FactSpec(Flag(), default=False),
        "awaits": FactSpec(Flag(), default=False),
        "callbacks": FactSpec(Flag(), default=False),
        "contexts": FactSpec(ListOf(Text(choices=CONTEXTS)), default=()),
    },
    placeholders=("lock", "what", "type"),
    needs_model=True,
    needs_contexts=True,
)


class _Held(NamedTuple):
    """A step at which a lock is held, and the bodies that it runs for sure."""

    flow: Flow
    event: Event
    runs: tuple[BodyId, ...]


class _Clash(NamedTuple):
    """A lock that is held at a step, what happens there, and the steps by which it does."""

    hold: Hold
    subject: str
    what: str
    steps: tuple[Step, ...]


def find_held(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a body and lock, at the first step that must not be under it."""
    contexts = program.contexts
    wanted = rule.texts("contexts")
    for body, holding in _holding(contexts).items():
        if wanted and not _surely_runs_in(contexts, body, wanted):
            continue
        told: dict[str | int, list[tuple[Event, _Clash]]] = defaultdict(list)
        for step in holding:
            for clash in _clashes(contexts, rule, body, step):
                told[clash.hold.lock or clash.hold.start].append((step.event, clash))
        for clashes in told.values():
            yield _finding(program, rule, body, clashes)


def _surely_runs_in(contexts: Contexts, body: BodyId, wanted: Sequence[str]) -> bool:
    nodes = (node for node in contexts.nodes(body) if node.context in wanted)
    return any(contexts.is_sure(node) for node in nodes)


@lru_cache(maxsize=1)
def _holding(contexts: Contexts) -> Mapping[BodyId, Sequence[_Held]]:
    """The steps at which a lock is held, by body; those of stubs are nobody's fault."""
    found: dict[BodyId, list[_Held]] = defaultdict(list)
    for body, flow, event in contexts.own(contexts.index.holding):
        if any(hold.is_lock for hold in event.state.holds):
            runs = [callee for callee, step in contexts.sure_calls(body) if step is event]
            found[body].append(_Held(flow, event, tuple(runs)))
    return found


def _clashes(contexts: Contexts, rule: Rule, body: BodyId, step: _Held) -> Iterator[_Clash]:
    event = step.event
    # Of most steps nothing is known, which only some rules ask no more of.
    is_known = step.runs or event.meaning is not NOTHING
    if not is_known and not rule.facts["awaits"] and not rule.facts["callbacks"]:
        return
    held = rule.texts("held")
    # The lock taken last is nearest to what is called; one without a name says little.
    holds = list(reversed(event.state.holds))
    for hold in (*(one for one in holds if one.lock), *(one for one in holds if not one.lock)):
        if not isinstance(hold.fact, LockFact) or hold.fact.waits not in held:
            continue
        if rule.facts["awaits"] and isinstance(event.op, Suspend):
            yield _Clash(hold, hold.lock, "an `.await`", ())
        if not isinstance(event.op, Call) or event.site is None or event.site.kind == "drop":
            continue
        if hold.value in event.op.kept:
            continue  # who is given a guard may end it, and give back another
        if rule.facts["callbacks"] and _is_callback(contexts, body, event.op, event.site):
            yield _Clash(hold, event.site.name, f"`{event.site.name}` is called", ())
            return
        if rule.facts["again"] and hold.lock and hold.sure and not hold.fact.is_reentrant:
            yield from _taken_again(contexts, body, step, hold)
        for effect in rule.texts("effects"):
            yield from _does(contexts, step, hold, effect)


def _is_callback(contexts: Contexts, body: BodyId, op: Call, site: CallSite) -> bool:
    """Whether a call is of a function that others have stored, not of an argument."""
    is_known = len(site.callees) == 1 and site.resolution == "exact"
    return op.kind == "value" and not is_known and not contexts.calls_parameter(body, op)


def _taken_again(contexts: Contexts, body: BodyId, step: _Held, hold: Hold) -> Iterator[_Clash]:
    flow, event, runs = step
    op = event.op
    assert isinstance(op, Call)
    taking = event.meaning.taking
    if taking is not None:
        if _waits_for(taking, event.lock, hold) and _is_same(flow, op, hold):
            yield _Clash(hold, hold.lock, f"`{short(hold.lock)}` is taken again", ())
        return
    yield from _taken_inside(contexts, body, step, hold)
    if hold.lock in contexts.statics:
        effects = locks_taken(contexts)
        keys = tuple(f"{mode} {hold.lock}" for mode in _excluding(hold))
    else:
        place = _place_in(flow, op, hold)
        if not place:
            return
        effects = own_locks(contexts)
        keys = tuple(own_key(mode, hold.lock, place) for mode in _excluding(hold))
    for callee in runs:
        if callee.closure >= 0 and hold.lock not in contexts.statics:
            continue
        for key in keys:
            if effects.has(callee, key):
                steps = _steps(contexts, effects, callee, key, f"takes `{short(hold.lock)}`")
                yield _Clash(hold, hold.lock, f"`{short(hold.lock)}` is taken again", steps)
                return


def _place_in(flow: Flow, op: Call, hold: Hold) -> str:
    """Where in the value that a method is called on a lock lies: ``.ready`` of ``self.ready``."""
    first = _taking_of(flow, hold)
    if first is None or first.spelled < 0 or op.spelled < 0 or op.kind == "value":
        return ""
    whole, base = flow.words[first.spelled], flow.words[op.spelled]
    return whole.removeprefix(base) if base and whole.startswith(f"{base}.") else ""


def _taken_inside(contexts: Contexts, body: BodyId, step: _Held, hold: Hold) -> Iterator[_Clash]:
    """The same lock of the same ``self``, taken in a closure that the call runs."""
    flow, event, runs = step
    for closure in runs:
        if closure.owner != body.owner or closure.closure < 0 or _keeps(event):
            continue
        for _, one in contexts.events(closure):
            taking = one.meaning.taking
            if taking is None or not isinstance(one.op, Call) or one.op.spelled < 0:
                continue
            is_own = flow.words[one.op.spelled].startswith("self.")
            if is_own and _waits_for(taking, one.lock, hold) and _is_same(flow, one.op, hold):
                says = f"takes `{short(hold.lock)}`"
                at = place_of(contexts, closure, one)
                inner = Step(at, name_of(contexts, closure), says)
                yield _Clash(hold, hold.lock, f"`{short(hold.lock)}` is taken again", (inner,))
                return


def _keeps(event: Event) -> bool:
    """Whether a call only makes something of the closure that it is given."""
    return event.site is not None and event.site.name.rpartition("::")[2] in ("new", "pin", "from")


def _waits_for(taking: Taking, lock: str, hold: Hold) -> bool:
    return not taking.is_attempt and lock == hold.lock and taking.mode in _excluding(hold)


def _excluding(hold: Hold) -> tuple[str, ...]:
    return ("exclusive",) if hold.mode == "shared" else ("exclusive", "shared")


def _is_same(flow: Flow, op: Call, hold: Hold) -> bool:
    """Whether two takings are of one lock: of a static, or of one value's field."""
    first = _taking_of(flow, hold)
    if first is None or first.place < 0 or op.place < 0:
        return False
    if flow.words[op.place].startswith("static ") and not flow.words[op.place].endswith("]"):
        return flow.words[op.place] == flow.words[first.place]
    return op.spelled >= 0 and op.spelled == first.spelled


def _taking_of(flow: Flow, hold: Hold) -> Call | None:
    """The call that took what is held."""
    for one in flow.events:
        if isinstance(one.op, Call) and one.op.start == hold.start and one.op.end == hold.end:
            return one.op
    return None


def _does(contexts: Contexts, step: _Held, hold: Hold, effect: str) -> Iterator[_Clash]:
    event = step.event
    assert event.site is not None
    for fact in event.meaning.effects:
        if fact.does == effect:
            name = contexts.meanings.paths_of(event.site)[0]
            yield _Clash(hold, name, f"`{short(name)}` {effect}", ())
            return
    taking = event.meaning.taking
    if effect == "sleeps" and taking is not None and taking.fact.waits == "sleeps":
        if not taking.is_attempt:
            yield _Clash(hold, event.lock, f"`{short(event.lock)}` is a lock that sleeps", ())
        return
    effects = things_done(contexts)
    for callee in step.runs:
        if effects.has(callee, effect):
            steps = _steps(contexts, effects, callee, effect, effect)
            name = name_of(contexts, callee)
            yield _Clash(hold, name, f"`{short(name)}` {effect}", steps)
            return


def _steps(
    contexts: Contexts, effects: Effects, callee: BodyId, key: str, last: str
) -> tuple[Step, ...]:
    steps: list[Step] = []
    for reach in effects.way(callee, key):
        if is_stub(contexts.definition(reach.body).file):
            continue
        says = last if reach.callee is None else f"calls `{short(name_of(contexts, reach.callee))}`"
        at = place_of(contexts, reach.body, reach.event)
        steps.append(Step(at, name_of(contexts, reach.body), says))
    return tuple(steps)


def _finding(
    program: Program, rule: Rule, body: BodyId, clashes: Sequence[tuple[Event, _Clash]]
) -> Finding:
    contexts = program.contexts
    event, clash = clashes[0]
    at = place_of(contexts, body, event)
    hold = clash.hold
    lock = short(hold.lock) if hold.lock else "the guard"
    name = name_of(contexts, body)
    taken = Step(contexts.span(body, hold.start, hold.end), name, f"takes `{lock}`")
    here = Step(at, name, f"{clash.what}, while `{lock}` is held")
    sides = (Side("holder", (taken,)), Side("waiter", (here, *clash.steps)))
    kind = hold.fact.name if isinstance(hold.fact, LockFact) else ""
    values = {"lock": lock, "what": clash.what, "type": kind}
    others = {place_of(contexts, body, one): f"{other.what} here" for one, other in clashes[1:]}
    others.pop(at, None)
    return program.claim(
        rule,
        at,
        site="call",
        subject=hold.lock or clash.subject,
        values=values,
        sides=sides,
        related=tuple(Step(place, name, says) for place, says in others.items()),
    )


CHECK = Check(SPEC, find_held)
