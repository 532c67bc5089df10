"""The form of a page: a title, fences, and sections under fixed headings.

Pages are read at every start of ``check``, some sixty of them. A Markdown parser costs 70 ms to
import and as much again to run on them; the form is fixed and strict, so that a scan of the lines
sees what the parser sees. A test holds the two against each other on every page.
"""

import re
from itertools import pairwise

import msgspec

from soundcheck.catalog.problems import Problem

_FENCE = re.compile(r"( *)(`{3,}|~{3,})(.*)$")
_HEADING = re.compile(r"(#{1,6}) +(.*?)(?: +#+)?\s*$")


class Fence(msgspec.Struct, frozen=True):
    """A fenced block: its language, its text, the line its text begins on, and its section."""

    language: str
    text: str
    line: int
    section: str


class Section(msgspec.Struct, frozen=True):
    """A heading of the second level, its line, and the Markdown below it."""

    heading: str
    line: int
    text: str


class Page(msgspec.Struct, frozen=True):
    """A page taken apart; ``title_line`` is 0 where there is no title."""

    title: str
    title_line: int
    sections: tuple[Section, ...]
    fences: tuple[Fence, ...]


class _Open(msgspec.Struct):
    """The fence that the scan stands in."""

    sign: str
    language: str
    line: int
    body: list[str]


def scan_page(path: str, text: str) -> tuple[Page, list[Problem]]:
    """The parts of a page, and where its form is broken."""
    lines = text.replace("\r\n", "\n").split("\n")
    problems: list[Problem] = []
    title, title_line = "", 0
    heads: list[tuple[str, int]] = []
    fences: list[Fence] = []
    fence: _Open | None = None
    for number, line in enumerate(lines, 1):
        section = heads[-1][0] if heads else ""
        if fence is not None:
            if _closes(line, fence.sign):
                body = "".join(part + "\n" for part in fence.body)
                fences.append(Fence(fence.language, body, fence.line, section))
                fence = None
            else:
                fence.body.append(line)
        elif opening := _FENCE.match(line):
            language = opening[3].strip()
            fence = _Open(opening[2], language, number + 1, [])
            if opening[1] or opening[2][0] == "~":
                problems.append(Problem(path, number, "a fence is of backticks, at the margin"))
        elif heading := _HEADING.match(line):
            level = len(heading[1])
            if level == 2:
                heads.append((heading[2], number))
            elif level == 1 and not title_line and not heads:
                title, title_line = heading[2], number
            elif level == 1:
                problems.append(Problem(path, number, "a second title"))
        elif line.strip() and not heads:
            problems.append(Problem(path, number, "text outside of the sections"))
    if fence is not None:
        problems.append(Problem(path, fence.line - 1, "a fence that is not closed"))
    if not title_line:
        problems.append(Problem(path, 1, "no title: the first line is `# ` and the rule's name"))
    return Page(title, title_line, _sections(lines, heads), tuple(fences)), problems


def _closes(line: str, sign: str) -> bool:
    text = line.strip()
    return len(text) >= len(sign) and set(text) == {sign[0]}


def _sections(lines: list[str], heads: list[tuple[str, int]]) -> tuple[Section, ...]:
    return tuple(
        Section(heading, number, "\n".join(lines[number : following - 1]).strip("\n"))
        for (heading, number), (_, following) in pairwise([*heads, ("", len(lines) + 1)])
    )
