"""String literals as written, and what they say."""

import re

_STRING = re.compile(r'(?:b|c)?(?:r(?P<fence>#*))?"(?P<text>.*)"(?(fence)(?P=fence))', re.DOTALL)


def unquote(text: str) -> str:
    """The text between the quotes of a string literal, escapes as written; empty for no string."""
    match = _STRING.fullmatch(text.strip())
    return "" if match is None else match["text"]
