"""TOML as cargo reads it: with TOML 1.1's line breaks and last commas inside inline tables."""

import re
import tomllib
from typing import Any

_PART = re.compile(
    r'"""(?:[^\\]|\\.)*?"""|'
    r"'''.*?'''|"
    r'"(?:[^"\\\n]|\\.)*"|'
    r"'[^'\n]*'|"
    r"#[^\n]*|[\[\]{},\n]|[^\"'#\[\]{},\n]+|.",
    re.DOTALL,
)


def read_toml(text: str) -> dict[str, Any]:
    """The tables of a TOML document; errors are tomllib's own."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        joined = _join_inline_tables(text)
        if joined == text:
            raise
        try:
            return tomllib.loads(joined)
        except tomllib.TOMLDecodeError:
            # The lines of the text as it is are the ones to tell.
            raise error from None


def _join_inline_tables(text: str) -> str:
    """The same document with every inline table on one line, without comments and last commas."""
    parts: list[str] = []
    open_brackets: list[str] = []
    for part in _PART.findall(text):
        if part in ("{", "["):
            open_brackets.append(part)
        elif part in ("}", "]") and open_brackets:
            open_brackets.pop()
            if part == "}":
                _drop_last_comma(parts)
        is_break = part == "\n" or part.startswith("#")
        parts.append(" " if is_break and "{" in open_brackets else part)
    return "".join(parts)


def _drop_last_comma(parts: list[str]) -> None:
    i = len(parts) - 1
    while i >= 0 and not parts[i].strip():
        i -= 1
    if i >= 0 and parts[i] == ",":
        parts[i] = " "
