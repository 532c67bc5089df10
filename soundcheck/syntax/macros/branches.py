"""The branches of ``cfg_if!`` and ``cfg_select!``, recognised by their shape."""

import re
from typing import NamedTuple

from tree_sitter import Node

from soundcheck.syntax.macros.tokens import (
    COMMENTS,
    OPENERS,
    Tokens,
    has_arrow,
    macro_name,
    text_of,
)
from soundcheck.syntax.predicates import read_predicate

_LADDER = re.compile(rb".\s*+(?:(?>//[^\n]*|/\*.*?\*/)\s*+)*+if\s*#", re.DOTALL)
_WRAPPED = re.compile(rb"cfg\s*\((.*)\)", re.DOTALL)
_OPTION = re.compile(rb'=\s*r?#*"|\b(?:not|all|any)\s*\(')


class MacroBranch(NamedTuple):
    """One branch of a ``cfg_if!`` or ``cfg_select!``: where its predicate and its body stand.

    The last branch of a ladder has no predicate; a body without braces is an expression and has
    no ``tokens``.
    """

    predicate: tuple[int, int] | None
    start: int
    end: int
    tokens: Node | None


def macro_branches(data: bytes, tokens: Node) -> list[MacroBranch]:
    """The branches of a token tree shaped like ``cfg_if!``'s or ``cfg_select!``'s; else none.

    These are ``if #[cfg(p)] { … } else { … }`` and ``p => { … } _ => { … }``, where what stands
    before the arrows must be predicates, and one of them one that nothing else could be.
    """
    start, end = tokens.start_byte, tokens.end_byte
    if _LADDER.match(data, start, end):
        return _ladder(data, _parts(tokens))
    if data.find(b"=>", start, end) >= 0 and has_arrow(tokens):
        branches = _selection(data, _parts(tokens))
        if macro_name(data, start).startswith(b"cfg") or _names_option(data, branches):
            return branches
    return []


def _parts(tokens: Node) -> list[Node]:
    return [part for part in tokens.children[1:-1] if part.type not in COMMENTS]


def _ladder(data: bytes, parts: list[Node]) -> list[MacroBranch]:
    branches: list[MacroBranch] = []
    i = 0
    while i < len(parts):
        predicate = None
        if text_of(data, parts[i]) == b"else":
            i += 1
        if i < len(parts) and text_of(data, parts[i]) == b"if":
            attribute = parts[i + 2] if i + 2 < len(parts) else None
            if attribute is None or attribute.type != "token_tree":
                return []
            inner = [part for part in attribute.children if part.type == "token_tree"]
            if len(inner) != 1 or b"cfg" not in text_of(data, attribute):
                return []
            predicate = (inner[0].start_byte + 1, inner[0].end_byte - 1)
            i += 3
        if i >= len(parts) or parts[i].type != "token_tree":
            return []
        branches.append(MacroBranch(predicate, parts[i].start_byte, parts[i].end_byte, parts[i]))
        i += 1
    return branches


def _selection(data: bytes, parts: list[Node]) -> list[MacroBranch]:
    branches: list[MacroBranch] = []
    i = 0
    while i < len(parts):
        if parts[i].type == ",":
            i += 1
            continue
        start = parts[i].start_byte
        while i < len(parts) and parts[i].type != "=>":
            i += 1
        if i + 1 >= len(parts):
            return []
        written = data[start : parts[i].start_byte].strip()
        wrapped = _WRAPPED.fullmatch(written)
        if wrapped is not None:
            start, written = start + wrapped.start(1), wrapped[1]
        predicate = None if written == b"_" else (start, start + len(written))
        if predicate is not None and read_predicate(written.decode("utf-8", "replace")) is None:
            return []
        i += 1
        body = parts[i]
        if body.type == "token_tree" and data[body.start_byte] == OPENERS[2]:
            branches.append(MacroBranch(predicate, body.start_byte, body.end_byte, body))
            i += 1
            continue
        while i < len(parts) and parts[i].type != ",":
            i += 1
        branches.append(MacroBranch(predicate, body.start_byte, parts[i - 1].end_byte, None))
    return branches


def _names_option(data: bytes, branches: list[MacroBranch]) -> bool:
    return any(
        branch.predicate is not None
        and _OPTION.search(data, branch.predicate[0], branch.predicate[1])
        for branch in branches
    )


def blank_predicates(work: Tokens, branches: list[MacroBranch]) -> None:
    """Leave nothing of a ladder but the bodies of its branches, side by side."""
    position = work.base + 1
    for branch in branches:
        work.blank(position, branch.start)
        position = branch.end
        if branch.tokens is None and work.cut(position, position + 1) == b",":
            work.put(position, b";")
            position += 1
    work.blank(position, work.end - 1)
