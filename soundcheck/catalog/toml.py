"""TOML with places: ``tomllib`` reads the values, this finds the lines their keys stand on.

``tomllib`` keeps no positions. A walk over the tokens of a text that it has accepted is short,
since it may trust the syntax; it is made only when there is a problem to place.
"""

import re
import tomllib
from collections.abc import Iterator

from soundcheck.catalog.problems import Problem

KeyPath = tuple[str | int, ...]

_TOKEN = re.compile(
    r"""
      (?P<string>\"{3}(?:\\.|[^\\])*?\"{3,5} | '{3}.*?'{3,5}
                |"(?:\\.|[^"\\\n])*" | '[^'\n]*')
    | (?P<skip>\#[^\n]*|[ \t\r]+)
    | (?P<line>\n)
    | (?P<sign>[\[\]{}=,.])
    | (?P<bare>[^\s\[\]{}=,.\#"']+)
    """,
    re.VERBOSE | re.DOTALL,
)
_ERROR_LINE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)")

_Token = tuple[str, str, int]


def parse_toml(path: str, text: str, first_line: int = 1) -> dict[str, object] | Problem:
    """The table in ``text``, or why it cannot be read; ``first_line`` is where it begins."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _ERROR_LINE.search(str(error))
        line = int(place[1]) if place and place[1] else text.rstrip("\n").count("\n") + 1
        reason = _ERROR_LINE.sub("", str(error))
        return Problem(path, first_line + line - 1, f"not TOML: {reason}")


def locate_keys(text: str) -> dict[KeyPath, int]:
    """The line, from 1, of every key and list element of a text that ``tomllib`` accepts."""
    walk = _Walk(text)
    walk.statements()
    return walk.lines


def _tokens(text: str) -> Iterator[_Token]:
    line = 1
    for match in _TOKEN.finditer(text):
        if match.lastgroup != "skip":
            yield str(match.lastgroup), match[0], line
        line += match[0].count("\n")
    yield "end", "", line


class _Walk:
    """One pass over the tokens of a TOML text, noting where each key stands."""

    def __init__(self, text: str) -> None:
        self.lines: dict[KeyPath, int] = {}
        self._tokens = list(_tokens(text))
        self._at = 0
        self._lengths: dict[KeyPath, int] = {}

    def statements(self) -> None:
        prefix: KeyPath = ()
        while self._kind() != "end":
            if self._kind() == "line":
                self._at += 1
            elif self._text() == "[":
                prefix = self._header()
            else:
                self._pair(prefix)

    def _kind(self) -> str:
        return self._tokens[self._at][0]

    def _text(self) -> str:
        kind, text, _ = self._tokens[self._at]
        return text if kind == "sign" else ""

    def _skip_lines(self) -> None:
        while self._kind() == "line":
            self._at += 1

    def _header(self) -> KeyPath:
        self._at += 1
        is_list = self._text() == "["
        self._at += is_list
        path: KeyPath = ()
        while self._text() != "]":
            if self._text() == ".":
                self._at += 1
            path += (self._name(path),)
            if path in self._lengths and not (is_list and self._text() == "]"):
                path += (self._lengths[path] - 1,)
        line = self._tokens[self._at][2]
        self._at += 1 + is_list
        self.lines.setdefault(path, line)
        if is_list:
            self._lengths[path] = self._lengths.get(path, 0) + 1
            path += (self._lengths[path] - 1,)
            self.lines[path] = line
        return path

    def _name(self, path: KeyPath) -> str:
        kind, text, line = self._tokens[self._at]
        self._at += 1
        name = next(iter(tomllib.loads(f"{text} = 0"))) if kind == "string" else text
        self.lines.setdefault((*path, name), line)
        return name

    def _pair(self, prefix: KeyPath) -> None:
        path = prefix
        while self._text() != "=":
            if self._text() == ".":
                self._at += 1
            path += (self._name(path),)
        self._at += 1
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        if self._text() == "[":
            self._elements(path)
        elif self._text() == "{":
            self._at += 1
            self._skip_lines()
            while self._text() != "}":
                self._pair(path)
                self._separator()
            self._at += 1
        else:
            while self._kind() not in ("line", "end") and self._text() not in (",", "]", "}"):
                self._at += 1

    def _elements(self, path: KeyPath) -> None:
        self._at += 1
        self._skip_lines()
        number = 0
        while self._text() != "]":
            self.lines[(*path, number)] = self._tokens[self._at][2]
            self._value((*path, number))
            self._separator()
            number += 1
        self._at += 1

    def _separator(self) -> None:
        self._skip_lines()
        if self._text() == ",":
            self._at += 1
            self._skip_lines()
