"""Macros that hold a lock while they evaluate what their callers write."""

from __future__ import annotations

from collections.abc import Iterator

from soundcheck.catalog import CheckSpec, Rule
from soundcheck.checks.kinds import Check
from soundcheck.contexts.facts import LockFact
from soundcheck.contexts.flows import Event, Hold
from soundcheck.contexts.proofs import name_of, place_of, short
from soundcheck.contexts.scripts import Call
from soundcheck.crates.stubs import is_stub
from soundcheck.finding import Finding, Side, Step
from soundcheck.program import Program
from soundcheck.syntax import items as it
from soundcheck.syntax.visit import walk

SPEC = CheckSpec(facts={}, placeholders=("lock", "macro"), needs_model=True, needs_contexts=True)

# The fragments that stand for something which is evaluated where it is put.
_EVALUATED = frozenset({"expr", "tt", "block", "stmt"})


def find_macro_locks(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a macro and lock, at the first step that evaluates an argument under the lock."""
    contexts = program.contexts
    for body in sorted(contexts.index.holding):
        target = contexts.definition(body)
        if not isinstance(target.item, it.MacroDef) or is_stub(target.file):
            continue
        told: set[str] = set()
        for _, event in contexts.index.holding[body]:
            hold = _held(event)
            if hold is None or hold.lock in told or not _evaluates(target.item, event):
                continue
            told.add(hold.lock)
            at = place_of(contexts, body, event)
            name, lock = name_of(contexts, body), short(hold.lock)
            taken = Step(contexts.span(body, hold.start, hold.end), name, f"takes `{lock}`")
            here = Step(at, name, f"evaluates an argument, while `{lock}` is held")
            yield program.claim(
                rule,
                at,
                site="call",
                subject=hold.lock,
                values={"lock": lock, "macro": target.name.rstrip("!")},
                sides=(Side("holder", (taken, here)),),
            )


def _held(event: Event) -> Hold | None:
    """A lock with a name that is held for sure at a step; of several the latest."""
    held = [one for one in event.state.holds if isinstance(one.fact, LockFact)]
    return next((one for one in reversed(held) if one.lock and one.sure), None)


def _evaluates(item: it.MacroDef, event: Event) -> bool:
    """Whether a macro call in an arm is given what the arm's callers write."""
    op = event.op
    if not isinstance(op, Call) or op.kind != "macro":
        return False
    for arm in item.arms:
        names = {name for name, kind in arm.fragments if kind in _EVALUATED}
        if arm.body is None or not names:
            continue
        # Without the `$`, a local that is named like what is put in it looks the same.
        names -= {
            one.pat.name
            for one in walk(arm.body)
            if isinstance(one, it.Let) and isinstance(one.pat, it.BindPat)
        }
        for node in walk(arm.body):
            if isinstance(node, it.MacroCall) and (node.start, node.end) == (op.start, op.end):
                return any(_is_one_of(one, names) for arg in node.args for one in walk(arg))
    return False


def _is_one_of(node: it.Node, names: set[str]) -> bool:
    return isinstance(node, it.PathExpr) and node.path.name in names


CHECK = Check(SPEC, find_macro_locks)
