"""Unsafe code beside which nobody has written why it is sound."""

from collections.abc import Iterator

from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.checks.kinds import alone
from soundcheck.finding import Finding
from soundcheck.program import Program
from soundcheck.syntax.arguments import argument_of, read_marks

_KINDS = {
    "block": "`unsafe` block",
    "impl": "`unsafe impl`",
    "extern": "`unsafe extern` block",
    "attribute": "unsafe attribute",
}

SPEC = CheckSpec(
    facts={
        "words": FactSpec(ListOf(Text()), is_required=True),
        "sentences": FactSpec(ListOf(Text()), default=()),
        "kinds": FactSpec(ListOf(Text(choices=tuple(_KINDS))), is_required=True),
    },
    placeholders=("kind",),
)


def find_uncommented(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a site of the rule's kinds, where no comment beside it has a mark of the rule."""
    marks = read_marks(rule.texts("words"), rule.texts("sentences"))
    kinds = frozenset(rule.texts("kinds"))
    for path in program.paths:
        for commented in program.facts[path].sites:
            site = commented.site
            if site.kind not in kinds or argument_of(marks, commented.comments) is not None:
                continue
            at = program.span(path, site.token_start, site.token_end)
            values = {"kind": _KINDS[site.kind]}
            yield program.claim(rule, at, site=site.kind, values=values)


CHECK = alone(SPEC, find_uncommented)
