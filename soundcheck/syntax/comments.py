"""The comments beside a piece of unsafe code, wherever people put them.

Above the statement or the item, above its attributes, before the block inside an expression,
after ``=``, before a link of a method chain, as the first thing inside the block, or behind it on
its line. Consecutive impls without a body share the comment above the first, and arms that are
unsafe blocks share that above their ``match``. Whether the words argue is for a check to judge.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from operator import attrgetter

from tree_sitter import Node

from soundcheck.syntax.parser import ParsedFile

_INSIDE = re.compile(rb"\{\s*((?:(?>//[^\n]*\n|/\*.*?\*/)\s*)+)", re.DOTALL)
# Behind a block, before the comment on its line: what is called on it, and what ends there.
_BEHIND = re.compile(
    rb"(?:\s*+(?:\.\w++(?:::<[^<>\n]*+>)?(?:\([^()\n]*+\))?|\?|\bas\s++[\w:]++))*+"
    rb"[\s;,)}\]]*+(//[^\n]*|/\*.*?\*/)"
)
COMMENTS = frozenset({"line_comment", "block_comment"})
_SKIPPED = frozenset({"attribute_item", "inner_attribute_item", "visibility_modifier"})
_HEADS = COMMENTS | _SKIPPED
# Climbing for a comment ends where the sequence of statements, items, arms or fields begins.
_SEQUENCES = frozenset(
    {
        "block",
        "source_file",
        "declaration_list",
        "match_block",
        "enum_variant_list",
        "macro_definition",
    }
)
_ENDS = frozenset({";", ",", "=>"})
# Nobody nests code so deep, or writes so much above it, that a comment beyond would still argue.
_DEEPEST = 400
_MOST_SIBLINGS = 400


def comments_beside(parsed: ParsedFile, start: int, end: int) -> tuple[str, ...]:
    """The comments that may argue for the unsafe code at ``start``…``end``, nearest first.

    Code in a macro is found in what the macro was read as, and else among its tokens.
    """
    data = parsed.source.data
    found: list[str] = []
    opening = data.find(b"{", start, end)
    inside = _INSIDE.match(data, opening, end) if opening >= 0 else None
    if inside is not None:
        found.append(inside.group(1).decode("utf-8", "replace").strip())
    found.extend(_above(_path_to(parsed, start), data))
    behind = _behind(data, start, end)
    if behind:
        found.append(behind)
    return tuple(found)


def _behind(data: bytes, start: int, end: int) -> str:
    if data.find(b"\n", start, end) >= 0:
        return ""
    line_end = data.find(b"\n", end)
    match = _BEHIND.match(data, end, len(data) if line_end < 0 else line_end)
    return "" if match is None else match.group(1).decode("utf-8", "replace")


def nodes_at(root: Node, offset: int) -> list[Node]:
    """The nodes that hold a byte, from the root to the innermost; none where that is too deep.

    A cursor finds them at once, while a node would look for its parent from the root on.
    """
    path = [root]
    cursor = root.walk()
    while cursor.goto_first_child_for_byte(offset) is not None:
        node = cursor.node
        if node is None or node.start_byte > offset:
            break
        path.append(node)
        if len(path) > _DEEPEST:
            return []
    return path


def _path_to(parsed: ParsedFile, offset: int) -> list[Node]:
    """The nodes that hold a byte; below the tokens of a macro, those of what they were read as."""
    path = nodes_at(parsed.root, offset)
    i = 0
    while i < len(path):
        tree = parsed.macros.get(path[i].start_byte) if path[i].type == "token_tree" else None
        if tree is not None and tree.root is not None:
            inside = nodes_at(tree.root, offset)
            if inside and inside[-1].start_byte == offset:
                path[i + 1 :] = inside
        i += 1
    return path


def _above(path: list[Node], data: bytes) -> Iterator[str]:
    for i in range(len(path) - 1, 0, -1):
        node, parent = path[i], path[i - 1]
        if _is_macro_tree(node, parent):
            continue
        before = _siblings_before(parent, node)
        if node.type == "impl_item":
            yield from _above_impls(node, before, data)
        else:
            yield from _run_before(before, data)
            yield from _run_before(_behind_attributes(before), data)
            if node.type == "arguments" and before:
                yield from _in_chain(before[0], data)
            if parent.type == "token_tree":
                yield from _before_tokens(before, data)
        is_sequence = parent.type in _SEQUENCES and not _is_wholly_unsafe(node)
        if is_sequence and not _is_macro_tree(parent, path[i - 2]):
            return
        if parent.type == "token_tree" and i > 1 and _is_inner_block(parent, path[i - 2], data):
            return


def _is_wholly_unsafe(node: Node) -> bool:
    """Whether a node is an arm that does nothing but what is unsafe: the match may argue for it."""
    value = node.child_by_field_name("value") if node.type == "match_arm" else None
    return value is not None and value.type == "unsafe_block"


def _is_macro_tree(node: Node, parent: Node) -> bool:
    """Whether a node is what the tokens of a macro were read as: there a path changes trees."""
    return parent.type == "token_tree" and node.start_byte == parent.start_byte and node.is_named


def _behind_attributes(before: list[Node]) -> list[Node]:
    """The attributes and comments that a field or arm begins with, nearest first, if it does."""
    first = len(before)
    while first and before[first - 1].type in _HEADS:
        first -= 1
    head = before[first:]
    return head if first and any(node.type in _SKIPPED for node in head) else []


def _siblings_before(parent: Node, node: Node) -> list[Node]:
    """The nodes before another, nearest first."""
    siblings = parent.children
    at = bisect_left(siblings, node.start_byte, key=attrgetter("start_byte"))
    while at < len(siblings) and siblings[at] != node:
        at += 1
    return siblings[max(0, at - _MOST_SIBLINGS) : at][::-1]


def _in_chain(function: Node, data: bytes) -> Iterator[str]:
    """The comments between a receiver and the dot of a method call that is laid out as a chain."""
    callee: Node | None = function
    if function.type == "generic_function":
        callee = function.child_by_field_name("function")
    if callee is not None and callee.type == "field_expression":
        before: list[Node] = []
        for child in callee.children:
            if child.type == ".":
                yield from _run_before(before[::-1], data)
            before.append(child)


def _is_inner_block(tokens: Node, outer: Node, data: bytes) -> bool:
    """Whether a token tree is a block among a macro's tokens rather than the macro's own."""
    return outer.type == "token_tree" and data[tokens.start_byte] == ord("{")


def _run_before(before: list[Node], data: bytes) -> Iterator[str]:
    """The comments right before a node, past its attributes, as one text."""
    comments: list[str] = []
    for sibling in before:
        kind = sibling.type
        if kind in COMMENTS:
            if not _is_trailing(sibling, data):
                text = data[sibling.start_byte : sibling.end_byte].decode("utf-8", "replace")
                comments.append(text.rstrip("\r\n"))
        elif kind not in _SKIPPED:
            break
    if comments:
        yield "\n".join(reversed(comments))


def _is_trailing(comment: Node, data: bytes) -> bool:
    """Whether a comment stands behind a statement, block or part that ends on its line."""
    line_start = data.rfind(b"\n", 0, comment.start_byte) + 1
    before = data[line_start : comment.start_byte].strip()
    return before[-1:] in (b";", b"}", b",") and comment.type == "line_comment"


def _before_tokens(before: list[Node], data: bytes) -> Iterator[str]:
    """The comments before the statement or argument, among a macro's tokens, that holds a token."""
    first = -1
    for i, sibling in enumerate(before):
        kind = sibling.type
        if kind in _ENDS or (kind == "token_tree" and data[sibling.start_byte] == ord("{")):
            break
        if kind not in COMMENTS and kind not in ("{", "(", "["):
            first = i
    if first >= 0:
        yield from _run_before(before[first + 1 :], data)


def _above_impls(node: Node, before: list[Node], data: bytes) -> Iterator[str]:
    """The comments above an impl, and above the impls that stand right before it line by line."""
    yield from _run_before(before, data)
    start = node.start_byte
    if not _has_no_body(node, data):
        return
    for i, sibling in enumerate(before):
        end = sibling.end_byte
        if data[end:start].count(b"\n") > 1:
            return
        start = sibling.start_byte
        if sibling.type == "attribute_item":
            continue
        if sibling.type != "impl_item" or not _has_no_body(sibling, data):
            return
        if not any(child.type == "unsafe" for child in sibling.children):
            return
        yield from _run_before(before[i + 1 :], data)


def _has_no_body(node: Node, data: bytes) -> bool:
    """Whether nothing stands between the braces of an impl, not even a line end."""
    return data.endswith((b"{}", b"{ }"), node.start_byte, node.end_byte)
