"""Two audits of one workspace, before a change and after: which findings the change brought.

A finding is not new because its line moved, was indented, or was edited in place, nor because
the item around it was renamed or moved. It is new on a line that nobody touched, if a change
elsewhere is what made it true.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import cache
from typing import NamedTuple

from soundcheck.finding import Finding, Report
from soundcheck.source import SourceFile

_ORDINAL = re.compile(r"#\d+$")
# A line without one, blank or a brace, stays in whatever is written around it and parts nothing.
# Two lines of so many characters, spaces not counted, are hardly ever written twice by chance.
_TELLING = 24
_WORD = re.compile(rb"\w")


class Compared(NamedTuple):
    """What is found after a change and was not before, and what is found no more."""

    brought: tuple[Finding, ...]
    gone: tuple[Finding, ...]


class _Alignment(NamedTuple):
    """The lines of a file held against those it had: of lines that stayed, which they were.

    The others belong to hunks, by number: ``then`` of lines before the change, ``now`` after.
    """

    stayed: Mapping[int, int]
    then: Mapping[int, int]
    now: Mapping[int, int]


_Key = Callable[[Finding], Hashable]
"""What a finding is recognised by; ``None`` where it cannot be recognised that way."""


def compare(before: Report, after: Report) -> Compared:
    """The findings that only one of two audits reports, in order of place."""
    old, new = list(before.findings), list(after.findings)
    for of_old, of_new in _passes(before.sources, after.sources):
        old, new = _drop_pairs(old, new, of_old, of_new)
    return Compared(tuple(new), tuple(old))


def _passes(
    before: Mapping[str, SourceFile], after: Mapping[str, SourceFile]
) -> Iterator[tuple[_Key, _Key]]:
    """The ways in which a finding is recognised, the surest first."""

    @cache
    def aligned(path: str) -> _Alignment:
        if path not in before or path not in after:
            return _Alignment({}, {}, {})
        return _align(lines_of(before[path]), lines_of(after[path]))

    @cache
    def lines_of(file: SourceFile) -> list[bytes]:
        return _stripped(file)

    def where(finding: Finding, line: int | None) -> Hashable:
        return line and (finding.at.path, line, finding.rule, finding.site, _about(finding))

    # On a line that stayed as it was.
    yield (
        lambda one: where(one, one.at.line),
        lambda one: where(one, aligned(one.at.path).stayed.get(one.at.line)),
    )

    def hunk(finding: Finding, number: int | None) -> Hashable:
        return number and (finding.at.path, number, *_claim(finding))

    # Edited in place.
    yield (
        lambda one: hunk(one, aligned(one.at.path).then.get(one.at.line)),
        lambda one: hunk(one, aligned(one.at.path).now.get(one.at.line)),
    )

    def moved(finding: Finding, sources: Mapping[str, SourceFile]) -> Hashable:
        file = sources.get(finding.at.path)
        if file is None:
            return None
        text = lines_of(file)[finding.at.line - 1]
        return finding.rule, finding.site, _last(finding.item), _about(finding), text

    # Moved with its item, or within it.
    yield lambda one: moved(one, before), lambda one: moved(one, after)

    def carried(finding: Finding, sources: Mapping[str, SourceFile]) -> Hashable:
        file, at = sources.get(finding.at.path), finding.at
        if file is None:
            return None
        text = b"".join(lines_of(file)[at.line - 1 : at.line + 1])
        is_telling = len(text) >= _TELLING
        return (at.path, finding.rule, finding.site, _about(finding), text) if is_telling else None

    # Carried over into another item of the file.
    yield lambda one: carried(one, before), lambda one: carried(one, after)
    # The same claim, shown at another place of the item because another proof is the shortest.
    yield (
        lambda one: _claim(one) if one.sides else None,
        lambda one: _claim(one) if one.sides else None,
    )


def _claim(finding: Finding) -> tuple[str, ...]:
    return finding.rule, finding.item, finding.subject, finding.site


def _about(finding: Finding) -> str:
    """What a finding is about, by a name that outlives a move; nothing where it is its item."""
    return "" if finding.subject == finding.item else _last(finding.subject)


def _last(name: str) -> str:
    """The last part of a full name."""
    return _ORDINAL.sub("", name.rpartition("::")[2])


def _drop_pairs(
    old: Sequence[Finding], new: Sequence[Finding], of_old: _Key, of_new: _Key
) -> tuple[list[Finding], list[Finding]]:
    """What is left when each finding is paired with the first of the other side of its key."""
    known: dict[Hashable, list[Finding]] = defaultdict(list)
    for finding in reversed(old):
        key = of_old(finding)
        if key is not None:
            known[key].append(finding)
    left: list[Finding] = []
    paired: set[int] = set()
    for finding in new:
        key = of_new(finding)
        if key is not None and known.get(key):
            paired.add(id(known[key].pop()))
        else:
            left.append(finding)
    return [finding for finding in old if id(finding) not in paired], left


def _stripped(file: SourceFile) -> list[bytes]:
    """The lines of a file without their spaces."""
    return [b"".join(line.split()) for line in file.data.split(b"\n")]


def _align(then: Sequence[bytes], now: Sequence[bytes]) -> _Alignment:
    head, most = 0, min(len(then), len(now))
    while head < most and then[head] == now[head]:
        head += 1
    tail = 0
    while tail < most - head and then[-1 - tail] == now[-1 - tail]:
        tail += 1
    stayed = {line: line for line in range(1, head + 1)}
    stayed |= {len(now) - i: len(then) - i for i in range(tail)}
    old_hunks: dict[int, int] = {}
    new_hunks: dict[int, int] = {}
    number = 1
    between = then[head : len(then) - tail], now[head : len(now) - tail]
    matcher = SequenceMatcher(None, *between, autojunk=False)
    for kind, a, a_end, b, b_end in matcher.get_opcodes():
        old_lines = range(head + a + 1, head + a_end + 1)
        new_lines = range(head + b + 1, head + b_end + 1)
        if kind == "equal":
            stayed |= dict(zip(new_lines, old_lines, strict=True))
            number += any(map(_WORD.search, between[0][a:a_end]))
        else:
            old_hunks |= dict.fromkeys(old_lines, number)
            new_hunks |= dict.fromkeys(new_lines, number)
    return _Alignment(stayed, old_hunks, new_hunks)
