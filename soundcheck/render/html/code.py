"""Source text as markup: excerpts with their line numbers, coloured by what the words are.

Audited code is hostile: every piece is shown as what it is and escaped, and nothing of it is ever
taken for markup.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from markupsafe import Markup, escape

from soundcheck.render.excerpt import show_text
from soundcheck.source import LineIndex, SourceFile, Span

_LITERAL = rb"""
  (?P<c>//[^\n]*|/\*(?:[^*]|\*(?!/))*+(?:\*/)?)
 |(?P<s>\b(?:br|cr|r)(?P<h>\#*+)".*?"(?P=h)
   |\b[bc]?"(?:[^"\\]|\\.)*+"?
   |"(?:[^"\\]|\\.)*+"?
   |b?'(?:[\x00-\x26\x28-\x5b\x5d-\x7f]|[\xc0-\xff][\x80-\xbf]+|\\(?:u\{[^}\n]*\}|x\w\w|.))')
"""
_KEYWORDS = (
    b"as async await break const continue crate dyn else enum extern false fn for if impl in let "
    b"loop match mod move mut pub ref return self Self static struct super trait true type union "
    b"use where while"
)
_TOKEN = re.compile(
    _LITERAL
    + rb"""
 |(?P<a>\#!?\[[^\]\n]*\]?)
 |(?P<u>\bunsafe\b)
 |(?P<k>\b(?:"""
    + b"|".join(_KEYWORDS.split())
    + rb""")\b)
 |(?P<n>\b\d\w*(?:\.\d\w*)?)
 |(?P<m>\b[a-z_]\w*!(?!=))
 |(?P<t>\b[A-Z]\w*)
 |(?P<l>'[A-Za-z_]\w*)
""",
    re.DOTALL | re.VERBOSE,
)
_LITERALS = re.compile(_LITERAL, re.DOTALL | re.VERBOSE)
_BOM = b"\xef\xbb\xbf"
# Nobody reads a line beyond this many bytes in a report; that it goes on is shown.
_LONGEST = 400


class Link(NamedTuple):
    """A piece of a file that leads somewhere."""

    start: int
    end: int
    address: str


class Code:
    """The files of a report, ready to be shown in parts."""

    def __init__(self, sources: Mapping[str, SourceFile]) -> None:
        self._sources = sources
        self._indexes: dict[str, LineIndex] = {}
        self._long: dict[str, tuple[list[int], list[int]]] = {}
        self.line = lru_cache(maxsize=None)(self._line)

    def index(self, path: str) -> LineIndex | None:
        """The lines of a file; ``None`` for one that the report does not carry."""
        known = self._indexes.get(path)
        if known is None and path in self._sources:
            known = self._indexes[path] = LineIndex(self._sources[path].data)
        return known

    def around(self, at: Span, before: int, after: int) -> Markup:
        """The lines of a place and some around it; nothing without its file."""
        index = self.index(at.path)
        if index is None:
            return Markup()
        first, last = index.line_of(at.start), index.line_of(max(at.end - 1, at.start))
        # A place of many lines is told by its first.
        last = min(last, first + after)
        return self._lines(at, max(first - before, 1), last + after)

    def whole(self, at: Span, most: int) -> Markup:
        """All lines of a place, or the first ``most`` and how many more there are."""
        index = self.index(at.path)
        if index is None:
            return Markup()
        first, last = index.line_of(at.start), index.line_of(max(at.end - 1, at.start))
        shown = self._lines(None, first, min(last, first + most - 1), at.path)
        left = last - first + 1 - most
        if left > 0:
            words = f"{left:,} more {'line' if left == 1 else 'lines'}"
            shown += Markup("<span class=more>… {}</span>").format(words)
        return shown

    def file(self, path: str, links: Iterable[Link]) -> list[Markup]:
        """All lines of a file, with links in them; of links that meet the first counts."""
        index = self.index(path)
        assert index is not None
        by_line: dict[int, list[Link]] = {}
        for link in sorted(links):
            on_line = by_line.setdefault(index.line_of(link.start), [])
            if not on_line or on_line[-1].end <= link.start:
                on_line.append(link)
        return [
            Markup().join(self._linked(path, number, by_line.get(number, ())))
            for number in range(1, index.line_count + 1)
        ]

    def _linked(self, path: str, number: int, links: Iterable[Link]) -> Iterator[Markup]:
        first, line = self._bytes(path, number)
        at, stop = first, first + len(line)
        if first == 0 and line.startswith(_BOM):
            at = len(_BOM)
        for link in links:
            if at <= link.start and link.end <= stop:
                yield self._coloured(path, at, link.start)
                inner = self._coloured(path, link.start, link.end)
                yield Markup('<a href="{}">{}</a>').format(link.address, inner)
                at = link.end
        yield self._coloured(path, at, stop)

    def _coloured(self, path: str, start: int, end: int) -> Markup:
        # What is joined here was escaped piece by piece.
        pieces = self._colour(path, start, end) if end > start else ()
        return Markup("".join(pieces))  # noqa: S704

    def _lines(self, at: Span | None, first: int, last: int, path: str = "") -> Markup:
        path = path or (at.path if at is not None else "")
        index = self.index(path)
        assert index is not None
        last = min(last, index.line_count)
        lines = [self._bytes(path, number) for number in range(first, last + 1)]
        margin = min((_indent(line) for _, line in lines if line.strip()), default=0)
        return Markup().join(
            self.line(path, number, margin, *_marked(at, *lines[number - first]))
            for number in range(first, last + 1)
        )

    def _bytes(self, path: str, number: int) -> tuple[int, bytes]:
        """Where a line begins, and what is in it."""
        index = self.index(path)
        assert index is not None
        return index.start_of(number), index.bytes_of(number)

    def _line(self, path: str, number: int, margin: int, start: int, end: int) -> Markup:
        """One line, its first columns left out, with a mark from ``start`` to ``end`` in it."""
        first, line = self._bytes(path, number)
        begin = first + (margin if line[:margin].strip() == b"" else 0)
        if first == 0 and line.startswith(_BOM):
            begin = max(begin, len(_BOM))
        stop = min(first + len(line), first + _LONGEST)
        parts: list[str] = []
        is_marked = start >= 0
        cuts = [begin, min(max(start, begin), stop), min(max(end, begin), stop), stop]
        spans = pairwise(cuts) if is_marked else [(begin, stop)]
        for nth, (one, other) in enumerate(spans):
            inner = "".join(self._colour(path, one, other)) if other > one else ""
            parts.append(f"<mark>{inner}</mark>" if is_marked and nth == 1 and inner else inner)
        if stop < first + len(line):
            parts.append("…")
        name = " class=at" if is_marked else ""
        # What is joined here was escaped piece by piece.
        return Markup(f"<b{name} data-n={number}>{''.join(parts)}\n</b>")  # noqa: S704

    def _colour(self, path: str, start: int, end: int) -> Iterator[str]:
        data = self._sources[path].data
        at = start
        for match in _TOKEN.finditer(data, self._safe_start(path, start)):
            token, kind = match.span(), match.lastgroup
            if kind == "h":
                kind = "s"
            if token[0] >= end:
                break
            if token[1] <= start:
                continue
            one, other = max(token[0], start), min(token[1], end)
            yield _show(data[at:one])
            yield f"<i class={kind}>{_show(data[one:other])}</i>"
            at = other
        yield _show(data[at:end])

    def _safe_start(self, path: str, start: int) -> int:
        """Where to begin reading so that a string or comment of many lines is seen whole."""
        known = self._long.get(path)
        if known is None:
            found = [
                match.span()
                for match in _LITERALS.finditer(self._sources[path].data)
                if b"\n" in match[0]
            ]
            known = self._long[path] = ([one for one, _ in found], [other for _, other in found])
        nth = bisect_right(known[0], start) - 1
        if nth >= 0 and known[1][nth] > start:
            return known[0][nth]
        index = self.index(path)
        assert index is not None
        return index.start_of(index.line_of(start))


def prose(text: str) -> Markup:
    """A sentence in which only what stands between backticks is markup."""
    parts = show_text(text).split("`")
    if len(parts) % 2 == 0:
        parts[-2:] = ["`".join(parts[-2:])]
    return Markup().join(
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part)
        for number, part in enumerate(parts)
    )


def _show(data: bytes) -> str:
    return str(escape(show_text(data.decode("utf-8", "replace"))))


def _indent(line: bytes) -> int:
    return len(line) - len(line.lstrip(b" \t"))


def _marked(at: Span | None, first: int, line: bytes) -> tuple[int, int]:
    """What of a line a place takes in, as offsets; -1 for nothing."""
    if at is None or at.end <= first or at.start > first + len(line):
        return -1, -1
    if at.start < first:
        return -1, -1
    return at.start, max(min(at.end, first + len(line)), at.start)
