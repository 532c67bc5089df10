"""Literals as written, and what they say."""

import re

_STRING = re.compile(r'(?:b|c)?(?:r(?P<fence>#*))?"(?P<text>.*)"(?(fence)(?P=fence))', re.DOTALL)


def unquote(text: str) -> str:
    """The text between the quotes of a string literal, escapes as written; empty for no string."""
    match = _STRING.fullmatch(text.strip())
    return "" if match is None else match["text"]


_INTEGER = re.compile(
    r"(?P<digits>0x[0-9a-f_]+|0o[0-7_]+|0b[01_]+|[0-9][0-9_]*)(?:[ui](?:8|16|32|64|128|size))?"
)
# A number of more digits is none that a program writes down.
_MOST_DIGITS = 140


def read_integer(text: str) -> int | None:
    """The value of an integer literal, with or without its type; ``None`` for anything else."""
    match = _INTEGER.fullmatch(text.strip().lower())
    if match is None or len(match["digits"]) > _MOST_DIGITS:
        return None
    digits = match["digits"].replace("_", "")
    base = {"0x": 16, "0o": 8, "0b": 2}.get(digits[:2], 10)
    return int(digits[2:] or "0", base) if base != 10 else int(digits)
