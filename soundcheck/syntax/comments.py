"""The comments beside a piece of unsafe code, wherever people put them.

Above the statement or the item, above its attributes, before the block inside an expression,
after ``=``, as the first thing inside the block, or behind it on its line. Consecutive impls on a
line each share the comment above the first. Whether the words argue is for a check to judge.
"""

import re
from collections.abc import Iterator

from tree_sitter import Node

_INSIDE = re.compile(rb"\{\s*((?:(?://[^\n]*\n|/\*.*?\*/)\s*)+)", re.DOTALL)
_BEHIND = re.compile(rb"[\s;,)}\]]*?(//[^\n]*)")
_COMMENTS = frozenset({"line_comment", "block_comment"})
_SKIPPED = frozenset({"attribute_item", "inner_attribute_item", "visibility_modifier"})
# Climbing for a comment ends where the sequence of statements, items, arms or fields begins.
_SEQUENCES = frozenset(
    {"block", "source_file", "declaration_list", "match_block", "enum_variant_list"}
)
_ENDS = frozenset({";", ",", "=>"})


def comments_beside(root: Node, data: bytes, start: int, end: int) -> tuple[str, ...]:
    """The comments that may argue for the unsafe code at ``start``…``end``, nearest first.

    ``root`` is the tree of the whole file. Code inside a macro call is found among its tokens.
    """
    found: list[str] = []
    inside = _INSIDE.search(data, start, end)
    if inside is not None and inside.start() == data.find(b"{", start, end):
        found.append(inside.group(1).decode("utf-8", "replace").strip())
    token = root.descendant_for_byte_range(start, start + 1)
    if token is not None:
        found.extend(_above(token, data))
    behind = _behind(data, start, end)
    if behind:
        found.append(behind)
    return tuple(found)


def _behind(data: bytes, start: int, end: int) -> str:
    line_end = data.find(b"\n", end)
    match = _BEHIND.match(data, end, len(data) if line_end < 0 else line_end)
    if match is None or b"\n" in data[start:end]:
        return ""
    return match.group(1).decode("utf-8", "replace")


def _above(token: Node, data: bytes) -> Iterator[str]:
    node: Node | None = token
    while node is not None:
        parent = node.parent
        if node.type == "impl_item":
            yield from _above_impls(node, data)
        else:
            yield from _run_before(node, data)
            if node.type == "arguments":
                yield from _in_chain(node.prev_sibling, data)
            if parent is not None and parent.type == "token_tree":
                yield from _before_tokens(node, data)
        if parent is None or parent.type in _SEQUENCES:
            return
        if parent.type == "token_tree" and _is_inner_block(parent, data):
            return
        node = parent


def _in_chain(function: Node | None, data: bytes) -> Iterator[str]:
    """The comments between a receiver and the dot of a method call that is laid out as a chain."""
    if function is not None and function.type == "generic_function":
        function = function.child_by_field_name("function")
    if function is not None and function.type == "field_expression":
        for child in function.children:
            if child.type == ".":
                yield from _run_before(child, data)


def _is_inner_block(tokens: Node, data: bytes) -> bool:
    """Whether a token tree is a block among a macro's tokens rather than the macro's own."""
    outer = tokens.parent
    return outer is not None and outer.type == "token_tree" and data[tokens.start_byte] == ord("{")


def _run_before(node: Node, data: bytes) -> Iterator[str]:
    """The comments right before a node, past its attributes, as one text."""
    comments: list[str] = []
    sibling = node.prev_sibling
    while sibling is not None and (sibling.type in _COMMENTS or sibling.type in _SKIPPED):
        if sibling.type in _COMMENTS and not _is_trailing(sibling, data):
            text = data[sibling.start_byte : sibling.end_byte].decode("utf-8", "replace")
            comments.append(text.rstrip("\r\n"))
        sibling = sibling.prev_sibling
    if comments:
        yield "\n".join(reversed(comments))


def _is_trailing(comment: Node, data: bytes) -> bool:
    """Whether a comment stands behind a statement or block that ends on its line."""
    line_start = data.rfind(b"\n", 0, comment.start_byte) + 1
    before = data[line_start : comment.start_byte].strip()
    return before[-1:] in (b";", b"}") and comment.type == "line_comment"


def _before_tokens(token: Node, data: bytes) -> Iterator[str]:
    """The comments before the statement or argument, among a macro's tokens, that holds a token."""
    first = token
    sibling = token.prev_sibling
    while sibling is not None and sibling.type not in _ENDS:
        if sibling.type == "token_tree" and data[sibling.start_byte] == ord("{"):
            break
        if sibling.type not in _COMMENTS and sibling.type not in ("{", "(", "["):
            first = sibling
        sibling = sibling.prev_sibling
    if first != token:
        yield from _run_before(first, data)


def _above_impls(node: Node, data: bytes) -> Iterator[str]:
    """The comments above an impl, and above the impls that stand right before it line by line."""
    current = node
    while True:
        yield from _run_before(current, data)
        before = current.prev_sibling
        while before is not None and before.type == "attribute_item":
            before = before.prev_sibling
        if before is None or before.type != "impl_item":
            return
        between = data[before.end_byte : current.start_byte]
        if b"\n" in data[current.start_byte : current.end_byte] or between.count(b"\n") > 1:
            return
        if b"\n" in data[before.start_byte : before.end_byte]:
            return
        if not any(child.type == "unsafe" for child in before.children):
            return
        current = before
