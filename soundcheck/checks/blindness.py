"""How much of interrupts the analysis saw: whether any handler is known, and what it led to."""

from __future__ import annotations

from collections.abc import Iterator

from soundcheck.calls.sites import WRITTEN
from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Number, Rule, Text
from soundcheck.catalog.kernel_facts import CONTEXTS
from soundcheck.checks.kinds import Check
from soundcheck.contexts.flows import Event
from soundcheck.contexts.infer import INTERRUPTS, Contexts
from soundcheck.crates.stubs import is_stub
from soundcheck.finding import Finding
from soundcheck.program import Program
from soundcheck.source import Span

SPEC = CheckSpec(
    facts={
        "contexts": FactSpec(ListOf(Text(choices=CONTEXTS)), is_required=True),
        "most_unresolved": FactSpec(Number(least=1), is_required=True),
    },
    placeholders=("what",),
    needs_model=True,
    needs_contexts=True,
)


def find_blindness(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding where code masks interrupts, and no handler is known or few of its calls are.

    ``most_unresolved`` is in per cent of the calls that handlers lead to.
    """
    contexts = program.contexts
    first = next(_maskings(contexts), None)
    if first is None:
        return
    wanted = rule.texts("contexts")
    if not any(root.entry.context in wanted for root in contexts.roots):
        what = "no interrupt handler is known"
    else:
        unresolved, total = _calls(contexts, wanted)
        if total == 0 or 100 * unresolved <= int(str(rule.facts["most_unresolved"])) * total:
            return
        what = f"{unresolved} of the {total} calls that handlers lead to are unresolved"
    yield program.claim(rule, first, site="masking", values={"what": what})


def _maskings(contexts: Contexts) -> Iterator[Span]:
    """The places of the workspace that mask interrupts."""
    for body, _, event in contexts.own(contexts.index.told):
        if _is_masking(event):
            yield contexts.span(body, event.op.start, event.op.start + 1)


def _is_masking(event: Event) -> bool:
    return any(INTERRUPTS in fact.masks for _, fact in event.meaning.maskings)


def _calls(contexts: Contexts, wanted: tuple[str, ...]) -> tuple[int, int]:
    """How many written calls of what handlers reach are unresolved, and how many there are."""
    unresolved = total = 0
    for body in contexts.flows.of:
        if is_stub(contexts.definition(body).file) or contexts.runs_in(body, wanted) is None:
            continue
        for _, event in contexts.events(body):
            if event.site is not None and event.site.kind in WRITTEN:
                total += 1
                unresolved += event.site.resolution == "unknown"
    return unresolved, total


CHECK = Check(SPEC, find_blindness)
