"""Unsafe code beside which nobody has written why it is sound."""

import re
from collections.abc import Iterator, Sequence

from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.finding import Finding
from soundcheck.program import Program

_KINDS = {
    "block": "`unsafe` block",
    "impl": "`unsafe impl`",
    "extern": "`unsafe extern` block",
    "attribute": "unsafe attribute",
}

SPEC = CheckSpec(
    facts={
        "words": FactSpec(ListOf(Text()), is_required=True),
        "kinds": FactSpec(ListOf(Text(choices=tuple(_KINDS))), is_required=True),
    },
    placeholders=("kind",),
)


def find_uncommented(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a site of the rule's kinds, where no comment beside it begins with its words."""
    mark = _mark(rule.texts("words"))
    kinds = frozenset(rule.texts("kinds"))
    for path in program.paths:
        for commented in program.facts[path].sites:
            site = commented.site
            if site.kind not in kinds or any(mark.search(text) for text in commented.comments):
                continue
            at = program.span(path, site.token_start, site.token_end)
            values = {"kind": _KINDS[site.kind]}
            yield program.claim(rule, at, site=site.kind, values=values)


def _mark(words: Sequence[str]) -> re.Pattern[str]:
    """A line that begins with one of the words and a colon, or is a heading with it."""
    choice = "|".join(re.escape(word) for word in words)
    return re.compile(
        rf"^[\s/*!]*(?:#+\s*(?:{choice})\b|(?:{choice})\s*(?:\([^)\n]*\)\s*)?[:\-\u2013\u2014])",
        re.IGNORECASE | re.MULTILINE,
    )
