"""Unsafe impls that nobody argues for, or by who happens to run rather than by what the type is."""

import re
from collections.abc import Iterator, Sequence

from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Number, Rule, Text
from soundcheck.checks.kinds import alone
from soundcheck.crates.outline import type_name
from soundcheck.finding import Finding
from soundcheck.program import Program
from soundcheck.syntax.arguments import Marks, any_of, argument_of, one_line, plain, read_marks
from soundcheck.syntax.items import Impl

SPEC = CheckSpec(
    facts={
        "traits": FactSpec(ListOf(Text()), is_required=True),
        "words": FactSpec(ListOf(Text()), is_required=True),
        "sentences": FactSpec(ListOf(Text()), default=()),
        "grounds": FactSpec(ListOf(Text()), default=()),
        "least_words": FactSpec(Number(), default=0),
    },
    placeholders=("trait", "type", "fault"),
)


def find_unargued(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding an unsafe impl of one of the rule's traits without an argument of its own."""
    traits = frozenset(rule.texts("traits"))
    marks = read_marks(rule.texts("words"), rule.texts("sentences"))
    grounds = any_of(rule.texts("grounds"))
    least = rule.facts["least_words"]
    for path in program.paths:
        for commented in program.facts[path].sites:
            site = commented.site
            one = program.item_at(path, site.start) if site.kind == "impl" else None
            if one is None or not isinstance(one.item, Impl) or one.item.start != site.start:
                continue
            trait = one.item.trait
            fault = _fault(
                marks, grounds, commented.comments, least if isinstance(least, int) else 0
            )
            if not fault or trait is None or trait.name not in traits:
                continue
            values = {
                "trait": trait.name,
                "type": type_name(one.item.self_type),
                "fault": fault,
            }
            at = program.span(path, site.token_start, site.token_end)
            yield program.claim(rule, at, site="impl", subject=one.name, values=values)


def _fault(marks: Marks, grounds: re.Pattern[str], comments: Sequence[str], least: int) -> str:
    """What is wrong with what is said beside an impl; empty where nothing is."""
    texts = [one_line(plain(comment)) for comment in comments]
    for text in texts:
        ground = grounds.search(text)
        if ground is not None:
            return f"“{ground[0]}” is no property of the type"
    if argument_of(marks, comments) is not None:
        return ""
    # Not every argument has the word before it, and not every script has spaces between words.
    is_argued = any(len(text.split() if text.isascii() else text) >= least for text in texts)
    return "" if is_argued else "nobody says why"


CHECK = alone(SPEC, find_unargued)
