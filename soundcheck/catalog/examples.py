"""Runnable examples: a fence of Rust, or several files in one fence, with marks on its lines.

``//- /src/irq.rs`` begins another file. ``//~ name`` says that the rule ``name`` speaks of this
line, ``//~^ name`` of the line above, one line up per caret; names are separated by commas.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec

from soundcheck.catalog.problems import Problem

_MARK = re.compile(r"\s*//~(\^*)(.*)$")
_FILE = re.compile(r"//-\s")
_FILE_NAME = re.compile(r"//- /([\w.+-]+(?:/[\w.+-]+)*)\s*$")
_MANIFEST = '[package]\nname = "example"\nversion = "0.0.0"\nedition = "{edition}"\n'


class Mark(msgspec.Struct, frozen=True, order=True):
    """What is expected of one line of one file: a rule's name, or what else a test looks for."""

    path: str
    line: int
    name: str


class ExampleFile(msgspec.Struct, frozen=True):
    """A file of an example, its marks taken out, and the line of the page where it begins.

    A manifest that the fence does not bring itself begins on line 0.
    """

    path: str
    text: str
    line: int


class Example(msgspec.Struct, frozen=True):
    """One example: the section and line of the page it stands in, its files and marks.

    It speaks of its page's rule and of those its marks name, and is silent on all others. Its
    rule finds exactly what is marked, so without a mark it finds nothing.
    """

    section: str
    line: int
    files: tuple[ExampleFile, ...]
    marks: tuple[Mark, ...]


def read_marks(path: str, text: str) -> tuple[str, tuple[Mark, ...]]:
    """A file's text without its marks, line for line, and the marks in order.

    The marks go, since a mark is no comment of the code: rules that read comments would see it.
    """
    lines: list[str] = []
    marks: list[Mark] = []
    for number, line in enumerate(text.split("\n"), 1):
        match = _MARK.search(line) if "//~" in line else None
        if match is None:
            lines.append(line)
            continue
        lines.append(line[: match.start()])
        marked = number - len(match[1])
        marks += [Mark(path, marked, name.strip()) for name in match[2].split(",")]
    return "\n".join(lines), tuple(sorted(marks))


def read_example(
    path: str, section: str, line: int, body: str, edition: str
) -> tuple[Example, list[Problem]]:
    """The example in the fence whose content begins on ``line`` of the page ``path``."""
    problems: list[Problem] = []
    files: list[ExampleFile] = []
    marks: list[Mark] = []
    for name, first, part in _split_files(body):
        text, found = read_marks(name, part)
        files.append(ExampleFile(name, text, line + first))
        marks += found
        problems += [
            Problem(path, line + first + max(mark.line, 1) - 1, message)
            for mark in found
            if (message := _mark_fault(mark))
        ]
    problems += [
        Problem(path, line + number, "`//- /path/of/file.rs` begins a file, with a relative path")
        for number, text in enumerate(body.split("\n"))
        if _FILE.match(text) and not _is_file_line(text)
    ]
    problems += _repeated(path, files)
    if not any(file.path.rpartition("/")[2] == "Cargo.toml" for file in files):
        files.append(ExampleFile("Cargo.toml", _MANIFEST.format(edition=edition), 0))
    return Example(section, line, tuple(files), tuple(sorted(marks))), problems


def _split_files(body: str) -> Iterator[tuple[str, int, str]]:
    """The name, the line from 0 and the text of each file in a fence."""
    lines = body.split("\n")
    heads = [number for number, line in enumerate(lines) if _is_file_line(line)]
    if not heads or any(line.strip() for line in lines[: heads[0]]):
        yield "src/lib.rs", 0, _text(lines[: heads[0]] if heads else lines)
    for head, end in pairwise([*heads, len(lines)]):
        yield lines[head][len("//- /") :].strip(), head + 1, _text(lines[head + 1 : end])


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines) + ("\n" if lines and lines[-1] else "")


def _is_file_line(line: str) -> bool:
    match = _FILE_NAME.match(line)
    return match is not None and ".." not in match[1].split("/")


def _mark_fault(mark: Mark) -> str:
    if not mark.name:
        return "a mark without a name"
    return "a mark points above the file" if mark.line < 1 else ""


def _repeated(path: str, files: Sequence[ExampleFile]) -> Iterator[Problem]:
    seen: set[str] = set()
    for file in files:
        if file.path in seen:
            yield Problem(path, max(file.line - 1, 1), f"`/{file.path}` is there twice")
        seen.add(file.path)
