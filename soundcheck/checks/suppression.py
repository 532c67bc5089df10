"""What triage has to say of the suppressions in the source: it runs after all other checks."""

from collections.abc import Iterator, Sequence

from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.checks.kinds import Judged, LateCheck
from soundcheck.finding import Finding
from soundcheck.program import Program

STATES = ("without-reason", "expired", "unused", "unread")

SPEC = CheckSpec(
    facts={"states": FactSpec(ListOf(Text(choices=STATES)), is_required=True)},
    placeholders=("rules", "until", "why"),
)


def find_judged(program: Program, rule: Rule, judged: Sequence[Judged]) -> Iterator[Finding]:
    """One finding a suppression in one of the rule's states."""
    states = frozenset(rule.texts("states"))
    for one in judged:
        if one.state in states:
            at = program.span(one.path, one.start, one.end)
            values = {"rules": one.rules, "until": one.until, "why": one.why}
            yield program.claim(rule, at, site="suppression", subject=one.rules, values=values)


CHECK = LateCheck(SPEC, find_judged)
