"""Safety comments that argue nothing: empty, too short, or a phrase that fits any code."""

import re
from collections.abc import Iterator

import msgspec

from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Number, Rule, Text
from soundcheck.checks.kinds import alone
from soundcheck.finding import Finding
from soundcheck.program import Program
from soundcheck.syntax.arguments import argument_of, read_marks

_KINDS = {
    "block": "`unsafe` block",
    "impl": "`unsafe impl`",
    "extern": "`unsafe extern` block",
    "attribute": "unsafe attribute",
    "function": "unsafe function",
    "method": "unsafe method",
    "trait": "unsafe trait",
}

SPEC = CheckSpec(
    facts={
        "words": FactSpec(ListOf(Text()), is_required=True),
        "kinds": FactSpec(ListOf(Text(choices=tuple(_KINDS))), is_required=True),
        "phrases": FactSpec(ListOf(Text()), is_required=True),
        "openings": FactSpec(ListOf(Text()), default=()),
        "references": FactSpec(ListOf(Text()), default=()),
        "least_words": FactSpec(Number(), default=0),
    },
    placeholders=("kind", "says"),
)

# What tells that a word is code: a path, a call, a comparison, a number.
_CODE = re.compile(r"\w[_.:(<\[]+\w|\w\(|[<>=&|+*/\d]")
_EDGES = re.compile(r"^\W+|\W+$")


class _Hollow(msgspec.Struct, frozen=True):
    """What a rule takes for no argument: phrases, first words, and a text of too few words.

    ``references`` are arguments where one stands before them in the same item.
    """

    phrases: frozenset[str]
    openings: frozenset[str]
    references: frozenset[str]
    least_words: int


def find_hollow_arguments(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a site whose safety comment gives no reason."""
    marks = read_marks(rule.texts("words"), ())
    kinds = frozenset(rule.texts("kinds"))
    least = rule.facts["least_words"]
    hollow = _Hollow(
        frozenset(map(_bare, rule.texts("phrases"))),
        frozenset(map(_bare, rule.texts("openings"))),
        frozenset(map(_bare, rule.texts("references"))),
        least if isinstance(least, int) else 0,
    )
    for path in program.paths:
        argued: set[str] = set()
        for commented in program.facts[path].sites:
            site = commented.site
            argument = argument_of(marks, commented.comments)
            if argument is None:
                continue
            item = program.name_at(path, site.start)
            is_hollow = _is_hollow(hollow, argument, has_argued=item in argued)
            if not is_hollow:
                argued.add(item)
            if not is_hollow or site.kind not in kinds:
                continue
            at = program.span(path, site.token_start, site.token_end)
            says = f"says no more than “{argument}”" if argument else "is empty"
            values = {"kind": _KINDS[site.kind], "says": says}
            yield program.claim(rule, at, site=site.kind, values=values)


def _is_hollow(hollow: _Hollow, argument: str, *, has_argued: bool) -> bool:
    bare = _bare(argument)
    if bare in hollow.references:
        return not has_argued
    if bare in hollow.phrases or re.split(r"\W", bare, maxsplit=1)[0] in hollow.openings:
        return True
    # Not every script has spaces between its words.
    is_short = len(bare.split()) < hollow.least_words and bare.isascii()
    return is_short and not _CODE.search(argument)


def _bare(text: str) -> str:
    """A text without the signs around it, in lower case."""
    return _EDGES.sub("", text).lower()


CHECK = alone(SPEC, find_hollow_arguments)
