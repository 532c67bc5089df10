"""Comments in which an author does not believe in the soundness of the code.

The rule's query finds comments that may be such; its lists tell which are. A comment counts in a
body with unsafe code, or right above an item: a function, impl, trait or static.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.checks.kinds import alone
from soundcheck.finding import Finding
from soundcheck.program import Program, ProgramItem
from soundcheck.syntax.arguments import any_of, one_line, plain
from soundcheck.syntax.items import Function, Impl, Static, Trait

SPEC = CheckSpec(
    facts={
        "marks": FactSpec(ListOf(Text()), is_required=True),
        "phrases": FactSpec(ListOf(Text()), is_required=True),
        "unless": FactSpec(ListOf(Text()), default=()),
        "statements": FactSpec(ListOf(Text()), default=()),
        "conditions": FactSpec(ListOf(Text()), default=()),
    },
    placeholders=("says",),
    takes_query=True,
)

# A remark further above is the head of a chapter.
_MOST_LINES = 12
_DOCUMENTATION = ("///", "//!", "/**", "/*!")


class _Words(NamedTuple):
    """The page's lists: a mark and a phrase make a remark, or a statement without a condition."""

    mark: re.Pattern[str]
    phrase: re.Pattern[str]
    unless: re.Pattern[str]
    statement: re.Pattern[str]
    condition: re.Pattern[str]


def find_remarks(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a comment; it is about the item that it stands in, or else above."""
    conditions = "|".join(map(re.escape, rule.texts("conditions")))
    words = _Words(
        re.compile(rf"\b(?:{'|'.join(map(re.escape, rule.texts('marks')))})\b"),
        any_of(rule.texts("phrases")),
        any_of(rule.texts("unless")),
        any_of(rule.texts("statements")),
        re.compile(rf"\s+(?:{conditions})\b" if conditions else "(?!)"),
    )
    for path in program.paths:
        facts = program.facts[path]
        places = sorted(commented.site.token_start for commented in facts.sites)
        for match in facts.matches:
            if match.rule != rule.name:
                continue
            remark = match.get("site") or match.captures[0]
            if not _admits(words, remark.text):
                continue
            one = _subject(program, path, places, remark.start, remark.end)
            if one is None:
                continue
            at = program.span(path, remark.start, remark.end)
            values = {"says": one_line(plain(remark.text))}
            yield program.claim(rule, at, site="comment", subject=one.name, values=values)


def _admits(words: _Words, comment: str) -> bool:
    text = one_line(plain(comment))
    if words.mark.search(text):
        return bool(words.phrase.search(text)) and not words.unless.search(text)
    if comment.startswith(_DOCUMENTATION):
        return False  # it tells who calls what not to do
    statement = words.statement.search(text)
    return statement is not None and not words.condition.match(text, statement.end())


def _subject(
    program: Program, path: str, places: Sequence[int], start: int, end: int
) -> ProgramItem | None:
    """What a comment is about: the function or static around it if it has unsafe code, else below.

    ``places`` are those of the file's unsafe sites, in order.
    """
    one = program.item_at(path, start)
    if one is None or not isinstance(one.item, Function | Static):
        return _below(program, path, end)
    first = bisect_left(places, one.item.start)
    return one if first < len(places) and places[first] < one.item.end else None


def _below(program: Program, path: str, offset: int) -> ProgramItem | None:
    """The item that a comment ending at ``offset`` stands right above, if remarks are for such."""
    tree = program.facts[path].tree
    for one in program.items(path):
        if one.item.start >= offset:
            is_near = tree.line_of(one.item.start) - tree.line_of(offset) <= _MOST_LINES
            is_code = isinstance(one.item, Function | Impl | Trait | Static)
            return one if is_near and is_code else None
    return None


CHECK = alone(SPEC, find_remarks)
