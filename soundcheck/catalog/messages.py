"""Message templates: ``{name}`` stands for a value that the check fills in."""

import re
from collections.abc import Collection, Iterator, Mapping

from soundcheck.catalog.problems import unknown

_PART = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_LONGEST_VALUE = 80


def check_message(template: str, offered: Collection[str]) -> Iterator[str]:
    """What is wrong with a template, given the names that the check offers."""
    for part in _PART.finditer(template):
        if part[1] is not None and part[1] not in offered:
            yield unknown("placeholder", part[1], offered)
        elif part[0] in ("{", "}"):
            yield f"a single `{part[0]}`; write `{part[0] * 2}` for the sign itself"


def fill_message(template: str, values: Mapping[str, str]) -> str:
    """The template with its placeholders filled; source text becomes one line, not too long."""

    def fill(part: re.Match[str]) -> str:
        return part[0][0] if part[1] is None else _one_line(values[part[1]])

    return _PART.sub(fill, template)


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_VALUE else line[: _LONGEST_VALUE - 1] + "…"
