"""What is wrong with a page or a profile, and where."""

from collections.abc import Iterable

import msgspec


class Problem(msgspec.Struct, frozen=True, order=True):
    """One mistake in a text of the policy: its file, the line from 1, and what is wrong."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


def suggest(name: str, known: Iterable[str]) -> str:
    """The clause ``; did you mean `x`?`` for the nearest known name, or nothing."""
    from difflib import get_close_matches  # 8 ms, and most pages have no mistake

    near = get_close_matches(name.lower(), sorted(known), n=1)
    return f"; did you mean `{near[0]}`?" if near else ""


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """The sentence that a name is not among the known ones, with the nearest of them."""
    return f"unknown {what} `{name}`{suggest(name, known)}"
