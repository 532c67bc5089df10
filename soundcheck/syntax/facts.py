"""The facts of one file: the value of stage 1, on which all later stages stand."""

import msgspec

from soundcheck.syntax.items import ItemTree

Queries = tuple[tuple[str, str], ...]
"""Queries as the parse takes them: pairs of a rule and its query."""


class Capture(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One captured place of a match, under its name without ``@``, and its text."""

    name: str
    start: int
    end: int
    text: str


class QueryMatch(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One match of the query of a rule; its captures in order of the query."""

    rule: str
    captures: tuple[Capture, ...]

    def get(self, name: str) -> Capture | None:
        """The first place captured under a name."""
        return next((capture for capture in self.captures if capture.name == name), None)


class UnsafeSite(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One place of unsafe code.

    ``kind`` is ``block``, ``function``, ``method``, ``impl``, ``trait``, ``extern``,
    ``attribute``, ``static`` or ``asm``. ``token_start..token_end`` is the keyword or name that
    makes it one, ``start..end`` all of it. ``in_macro`` tells that it stands among the tokens of
    a macro call or in a macro's definition.
    """

    kind: str
    token_start: int
    token_end: int
    start: int
    end: int
    in_macro: bool


class CommentedSite(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An unsafe site and the comments beside it, nearest first."""

    site: UnsafeSite
    comments: tuple[str, ...]


class Suppression(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A comment that asks for silence about what starts in ``first..last``.

    ``start..end`` is the comment itself. ``rules`` are the names in it, each with its offset.
    ``until`` is the last day on which it holds, ``2027-01-31``, or empty. ``fault`` says why it
    cannot be read; with a fault, or without a reason, it silences nothing.
    """

    start: int
    end: int
    first: int
    last: int
    rules: tuple[tuple[str, int], ...]
    reason: str
    until: str = ""
    fault: str = ""

    def covers(self, offset: int) -> bool:
        """Whether what starts at ``offset`` is what it is about."""
        return self.first <= offset < self.last


class FileFacts(msgspec.Struct, frozen=True, gc=False):
    """What one file says: its items and bodies, its unsafe sites, and what the queries match.

    ``events`` is all that our counting profile counts, as (offset, column, how often).
    ``interface`` is a hash of all but the bodies of functions: while it stays, what other files
    say of this one stays too. ``suppressions`` are the comments that ask for silence.
    """

    tree: ItemTree
    sites: tuple[CommentedSite, ...]
    events: tuple[tuple[int, int, int], ...]
    matches: tuple[QueryMatch, ...]
    interface: bytes
    suppressions: tuple[Suppression, ...] = ()
