"""Comments that ask for silence: ``// soundcheck: allow(rule) reason``, and what each covers.

Behind code, a comment covers its line. Alone on a line it covers what follows: the whole of an
item, whose attributes and documentation may stand between; of a statement, all up to the first
block of several lines. ``//! soundcheck: …`` covers the module or function it stands in.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from tree_sitter import Node

from soundcheck.syntax.comments import COMMENTS, nodes_at
from soundcheck.syntax.facts import Suppression
from soundcheck.syntax.items import Adt, FieldDef, Item, ItemTree, Variant
from soundcheck.syntax.macros import MacroTree
from soundcheck.syntax.parser import ParsedFile
from soundcheck.syntax.visit import walk

_DIRECTIVE = re.compile(rb"(//[/!]*|/\*[*!]*)[ \t]*[Ss]oundcheck[ \t]*:[ \t]*")
_ALLOW = re.compile(r"allow\s*\(([^()]*)\)\s*(?:until\s*=\s*(\S+))?\s*(.*)", re.DOTALL)
_WORD = re.compile(r"[\s(]")
_NAME = re.compile(r"[^\s,]+")
_BLANK = re.compile(rb"[ \t\r\n]*")
_ATTRIBUTE = re.compile(rb"#[ \t]*!?[ \t]*\[")
_ATTRIBUTES = frozenset({"attribute_item", "inner_attribute_item"})
_BLOCKS = frozenset({"block", "match_block"})
_FORM = "`// soundcheck: allow(rule) reason`"


class _Words(NamedTuple):
    """What a directive says: rules with their offsets in it, the last day, the reason, a fault."""

    rules: tuple[tuple[str, int], ...]
    until: str
    reason: str
    fault: str


def read_suppressions(parsed: ParsedFile, tree: ItemTree) -> tuple[Suppression, ...]:
    """The suppressions of a file, in order of place; what only looks like one has a fault."""
    data = parsed.source.data
    if b"oundcheck" not in data:
        return ()
    found = []
    for match in _DIRECTIVE.finditer(data):
        start = match.start()
        comment = _comment_at(parsed.root, start)
        if comment is None:
            continue
        end, mark = _end_of(comment, data), match[1]
        words = _read(mark.decode(), data[match.end() : end].decode("utf-8", "replace"))
        covered = _covered(parsed, tree, start, end, is_inner=mark == b"//!")
        rules = tuple((name, match.end() + offset) for name, offset in words.rules)
        found.append(
            Suppression(start, end, *covered, rules, words.reason, words.until, words.fault)
        )
    return tuple(found)


def _read(mark: str, text: str) -> _Words:
    """The words of a directive, which follow ``soundcheck:``."""
    if mark not in ("//", "//!"):
        return _Words((), "", "", f"a comment that begins with `{mark}` is none; write {_FORM}")
    match = _ALLOW.match(text)
    if match is None:
        word = _WORD.split(text, maxsplit=1)[0]
        what = f"`{word}` is not understood" if word not in ("", "allow") else "no rule is named"
        return _Words((), "", "", f"{what}; write {_FORM}")
    rules = tuple(
        (name[0], len(text[: match.start(1) + name.start()].encode()))
        for name in _NAME.finditer(match[1])
    )
    until, reason = match[2] or "", match[3].strip(" \t\r\n:-\u2013\u2014,.")
    reason = reason if re.search(r"\w", reason) else ""
    fault = ""
    if not rules:
        fault = f"no rule is named; write {_FORM}"
    elif until and not _is_day(until):
        fault = f"`{until}` is no day; write `until=2027-01-31`"
    elif re.search(r"\buntil\s*=", reason):
        fault = "`until=` stands before the reason"
    return _Words(rules, until, reason, fault)


def _is_day(text: str) -> bool:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _covered(
    parsed: ParsedFile, tree: ItemTree, start: int, end: int, *, is_inner: bool
) -> tuple[int, int]:
    """The bytes in which a finding must start that the comment at ``start..end`` is about."""
    data = parsed.source.data
    if is_inner:
        around = [item for item in _nodes(tree) if item.start <= start < item.end]
        return (around[-1].start, around[-1].end) if around else (0, len(data) + 1)
    line_start = data.rfind(b"\n", 0, start) + 1
    before = len(data[line_start:start].rstrip())
    if before and not _is_attribute(parsed.root, line_start + before - 1):
        return line_start, _line_end(data, end)
    code = _next_code(parsed.root, data, end)
    if code is None:
        return start, start
    item = next((item for item in _nodes(tree) if item.start == code), None)
    if item is not None:
        return min([start, *(one.start for one in item.attributes)]), item.end
    return start, max(_line_end(data, code), _end_of_head(parsed, code))


def _nodes(tree: ItemTree) -> Iterator[Item | FieldDef | Variant]:
    """The items of a file, wherever they stand, with their variants and fields, outer first."""
    for top in tree.items:
        for node in walk(top):
            if isinstance(node, Item):
                yield node
            if isinstance(node, Adt):
                yield from node.fields
                for variant in node.variants:
                    yield variant
                    yield from variant.fields


def _next_code(root: Node, data: bytes, offset: int) -> int | None:
    """Where the code begins below a comment; nowhere if an empty line stands between."""
    while True:
        blank = _BLANK.match(data, offset)
        assert blank is not None
        if data.count(b"\n", offset, blank.end()) > 1 or blank.end() >= len(data):
            return None
        offset = blank.end()
        aside = _end_of_aside(root, data, offset)
        if aside is None:
            return offset
        offset = aside


def _end_of_aside(root: Node, data: bytes, offset: int) -> int | None:
    """Where the comment or attribute ends that begins at ``offset``, if one does."""
    for node in nodes_at(root, offset):
        if node.start_byte == offset and (node.type in COMMENTS or node.type in _ATTRIBUTES):
            return _end_of(node, data)
    attribute = _ATTRIBUTE.match(data, offset)
    if attribute is None:
        return None
    # Among the tokens of a macro, an attribute is a sign and a tree of tokens.
    bracket = attribute.end() - 1
    trees = [node for node in nodes_at(root, bracket) if node.start_byte == bracket]
    return trees[0].end_byte if trees and trees[0].type == "token_tree" else None


def _is_attribute(root: Node, offset: int) -> bool:
    return any(node.type in _ATTRIBUTES for node in nodes_at(root, offset))


def _end_of_head(parsed: ParsedFile, offset: int) -> int:
    """Where what begins at ``offset`` ends, or the line on which its first long block opens."""
    data = parsed.source.data
    trees: list[MacroTree] = list(parsed.macros.values())
    roots = [tree.root for tree in trees if tree.root is not None]
    around = [root for root in roots if root.start_byte < offset < root.end_byte]
    root = min(around, key=lambda node: node.end_byte - node.start_byte, default=parsed.root)
    node = next((node for node in nodes_at(root, offset) if node.start_byte == offset), None)
    if node is None or node.type == "token_tree":
        return offset
    stack = [node]
    while stack:
        one = stack.pop()
        if one.type in _BLOCKS and data.find(b"\n", one.start_byte, one.end_byte) >= 0:
            return _line_end(data, one.start_byte)
        stack.extend(reversed(one.named_children))
    return node.end_byte


def _comment_at(root: Node, offset: int) -> Node | None:
    """The comment that begins at ``offset``; in a string there is none."""
    nodes = (node for node in nodes_at(root, offset) if node.type in COMMENTS)
    return next((node for node in nodes if node.start_byte == offset), None)


def _end_of(node: Node, data: bytes) -> int:
    """Where a node ends, without the line end that a comment of documentation takes in."""
    end = node.end_byte
    return node.start_byte + len(data[node.start_byte : end].rstrip(b"\r\n"))


def _line_end(data: bytes, offset: int) -> int:
    end = data.find(b"\n", offset)
    return len(data) + 1 if end < 0 else end + 1
