"""Rewriting, at the same length, what rustc accepts and the grammar does not.

Only text near an error is touched, never the inside of strings, comments and macro bodies, and a
rewriting stays only if fewer bytes are left in errors. Most rewritings blank a word that says
nothing about what is analysed (``safe`` before a foreign function); line ends always stay.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import NamedTuple

from tree_sitter import Node, Tree

from soundcheck.syntax.repair_rewritings import REWRITINGS, Rewriting

Parse = Callable[[bytes], Tree]

# Each attempt costs a parse, which errors make slow: these bound what one file may cost. Files
# that can be repaired take one to four attempts; what has errors everywhere is no Rust.
_MOST_ROUNDS = 5
_MOST_ATTEMPTS = 24
_FEWEST_ATTEMPTS = 6
_MOST_BYTES_PARSED = 4_000_000
_MOST_ERRORS = 500
# How far from an error a rewriting may stand that must touch it.
_REACH = 3

_MARKS = re.compile(
    rb"""//[^\n]*
    |/\*
    |\b(?:br|cr|r)(?P<fence>\#*)"
    |"(?:[^"\\]|\\.)*"?
    |'(?:[^'\\\n\x80-\xff]|[\xc0-\xff][\x80-\xbf]+|\\u\{[^}']*\}|\\x..|\\[^ux])'""",
    re.VERBOSE | re.DOTALL,
)
_COMMENT_ENDS = re.compile(rb"/\*|\*/")
_MACRO = re.compile(rb"[A-Za-z0-9_]!\s*(?:[A-Za-z_]\w*\s*)?(?=[(\[{])")
_BRACKETS = re.compile(rb"[()\[\]{}]")
_ATTRIBUTE = re.compile(rb"#\s*!?\s*(?=\[)")
_SLASH = ord("/")
_WHOLE = ("_item", "_declaration", "_definition", "_statement")
_BEFORE_ITEM = re.compile(
    rb"\s*(?:(?:pub|crate|fn|struct|enum|union|impl|trait|mod|use|extern|const|static|type|unsafe"
    rb"|async|let|auto|default|macro_rules)\b|#)"
)
_IN_EXPRESSION = re.compile(rb"(?:[=:(|&!+*/<>-]|\b(?:return|break|else|in|match|if|while))\s*\Z")
_NOT_LINE_END = re.compile(rb"[^\r\n]")
_ODD_SPACE = re.compile(rb"\xc2\x85|\xe2\x80[\x8e\x8f\xa8\xa9]")
_SPACED_ESCAPE = re.compile(rb"\\u\{[0-9a-fA-F]+_[0-9a-fA-F_]*\}")
_FRONTMATTER = re.compile(rb"\s*(-{3,})[^\n]*\n(?:.*?\n)??\1(?=\s)", re.DOTALL)
_TOKEN_KINDS = frozenset(
    {"token_tree", "token_tree_pattern", "token_repetition", "token_repetition_pattern"}
)
# What a verbatim rewriting leaves: an expression, or an item without one of its words.
_EXPRESSIONS = frozenset(
    {
        "call_expression",
        "closure_expression",
        "macro_invocation",
        "reference_expression",
        "return_expression",
    }
)
_ITEMS = frozenset(
    {"const_item", "function_item", "function_signature_item", "impl_item", "static_item"}
)


class Repaired(NamedTuple):
    """The rewritten bytes, their tree, and where nodes start of which syn keeps only tokens."""

    data: bytes
    tree: Tree
    verbatim: frozenset[int]


class _Edit(NamedTuple):
    start: int
    end: int
    text: bytes = b""
    is_verbatim: bool = False
    is_token: bool = False


class _State(NamedTuple):
    data: bytes
    code: bytes
    tree: Tree
    edits: tuple[_Edit, ...]
    errors: tuple[Node, ...]

    @property
    def badness(self) -> int:
        return sum(end - start + 1 for error in self.errors for start, end in lost_spans(error))


def outermost_errors(root: Node) -> tuple[Node, ...]:
    """The outermost nodes that are an error or stand for a missing token, in order."""
    errors: list[Node] = []
    stack = [root] if root.has_error else []
    while stack:
        node = stack.pop()
        if node.is_error or node.is_missing:
            errors.append(node)
        elif node.has_error:
            stack.extend(reversed(node.children))
    return tuple(errors)


def lost_spans(error: Node) -> list[tuple[int, int]]:
    """What an error hides: all of it but the whole items and statements found in it."""
    spans: list[tuple[int, int]] = []
    is_open = False
    for child in error.children:
        is_whole = child.type.endswith(_WHOLE) and not child.has_error
        if is_open and not is_whole:
            spans[-1] = (spans[-1][0], child.end_byte)
        elif not is_whole and not child.is_extra:
            spans.append((child.start_byte, child.end_byte))
        is_open = bool(spans) and not is_whole
    return spans or [(error.start_byte, error.end_byte)]


def repair(data: bytes, tree: Tree, parse: Parse) -> Repaired:
    """Rewrite what the grammar cannot read, where fewer bytes are left in errors for it."""
    state = _State(data, masked(data), tree, (), outermost_errors(tree.root_node))
    affordable = _MOST_BYTES_PARSED // (len(data) + 1)
    attempts = min(_MOST_ATTEMPTS, max(_FEWEST_ATTEMPTS, affordable))
    if len(state.errors) > _MOST_ERRORS:
        return Repaired(data, tree, frozenset())
    for _ in range(_MOST_ROUNDS):
        before = state
        for propose in _PROPOSERS:
            edits = tuple(propose(state))
            if not edits:
                continue
            attempts -= 1
            state = _better(state, edits, parse)
            if not state.errors or not attempts:
                return _finish(data, state)
        if state is before:
            break
    return _finish(data, state)


def _better(state: _State, edits: tuple[_Edit, ...], parse: Parse) -> _State:
    data = _apply(state.data, edits)
    if data == state.data:
        return state
    tree = parse(data)
    errors = outermost_errors(tree.root_node)
    new = _State(data, _apply(state.code, edits), tree, state.edits + edits, errors)
    return new if new.badness < state.badness else state


def _apply(data: bytes, edits: tuple[_Edit, ...]) -> bytes:
    work = bytearray(data)
    for edit in edits:
        blank = _NOT_LINE_END.sub(b" ", data[edit.start : edit.end])
        work[edit.start : edit.end] = edit.text + blank[len(edit.text) :]
    return bytes(work)


def _finish(original: bytes, state: _State) -> Repaired:
    data = bytearray(state.data)
    verbatim: set[int] = set()
    for edit in state.edits:
        if edit.is_token:  # the body of a macro is read elsewhere, as it was
            data[edit.start : edit.end] = original[edit.start : edit.end]
        if edit.is_verbatim:
            at = edit.start if edit.text else _skip_space(state.data, edit.end)
            start = _start_of_expression(state.tree.root_node, at)
            if start is None and not edit.text:
                start = _start_of_item(state.tree.root_node, at)
            verbatim.update(() if start is None else (start,))
    return Repaired(bytes(data), state.tree, frozenset(verbatim))


def _start_of_expression(root: Node, offset: int) -> int | None:
    """Where the expression that begins at an offset starts: there, if there is one."""
    node = root.descendant_for_byte_range(offset, offset + 1)
    while node is not None and node.start_byte == offset:
        if node.type in _EXPRESSIONS:
            return offset
        node = node.parent
    return None


def _start_of_item(root: Node, offset: int) -> int | None:
    """Where the item starts that an offset lies in."""
    node = root.descendant_for_byte_range(offset, offset + 1)
    while node is not None and node.type not in _ITEMS:
        node = node.parent
    return None if node is None else node.start_byte


def _skip_space(data: bytes, offset: int) -> int:
    while offset < len(data) - 1 and data[offset] in b" \t\r\n":
        offset += 1
    return offset


# -- what the patterns see ---------------------------------------------------------------------


def masked(data: bytes) -> bytes:
    """Code alone: comments, strings and the insides of macro bodies blanked, at the same length."""
    work = bytearray(data)
    position = 0
    while match := _MARKS.search(data, position):
        start, end = match.span()
        if match["fence"] is not None:
            start = end
            closing = data.find(b'"' + match["fence"], end)
            end = len(data) if closing < 0 else closing
        elif data[start] == _SLASH:
            end = _comment_end(data, end) if data[start + 1] != _SLASH else end
        else:
            start += 1
            end -= end > start and data[end - 1] == data[start - 1]
        _blank(work, start, end)
        position = max(match.end(), end + (match["fence"] is not None))
    code = bytes(work)
    position = 0
    while match := _MACRO.search(code, position):
        position = _closing(code, match.end())
        _blank(work, match.end() + 1, position - 1)
    return bytes(work)


def _blank(work: bytearray, start: int, end: int) -> None:
    if start < end:
        work[start:end] = _NOT_LINE_END.sub(b" ", bytes(work[start:end]))


def _comment_end(data: bytes, position: int) -> int:
    depth = 1
    for match in _COMMENT_ENDS.finditer(data, position):
        depth += 1 if match[0] == b"/*" else -1
        if not depth:
            return match.end()
    return len(data)


def _closing(code: bytes, opening: int) -> int:
    """The offset after the bracket that closes the one at ``opening``, whatever their shapes."""
    depth = 0
    for match in _BRACKETS.finditer(code, opening):
        depth += 1 if match[0] in b"([{" else -1
        if not depth:
            return match.end()
    return len(code)


# -- proposals ---------------------------------------------------------------------------------


def _touching(state: _State) -> list[tuple[int, int]]:
    """What lies within reach of an error, as disjoint ranges in order."""
    ranges: list[tuple[int, int]] = []
    for error in state.errors:
        start, end = error.start_byte - _REACH, error.end_byte + _REACH
        if ranges and start <= ranges[-1][1]:
            start, end = ranges[-1][0], max(end, ranges.pop()[1])
        ranges.append((start, end))
    return ranges


def _near(state: _State) -> list[tuple[int, int]]:
    """The items with errors in them, from the end of what stands before each."""
    root = state.tree.root_node
    if root.is_error:
        return [(0, len(state.data))]
    ranges: list[tuple[int, int]] = []
    previous = 0
    for child in root.children:
        if child.has_error:
            ranges.append((previous, child.end_byte))
        previous = child.end_byte
    return ranges


def _overlap(start: int, end: int, ranges: list[tuple[int, int]]) -> bool:
    """Whether a range meets one of the disjoint ``ranges``, which are in order."""
    i = bisect_right(ranges, end, key=itemgetter(0))
    return i > 0 and start <= ranges[i - 1][1]


def _matches(state: _State, rewriting: Rewriting, ranges: list[tuple[int, int]]) -> Iterator[_Edit]:
    group = "x" if "x" in rewriting.pattern.groupindex else 0
    for match in rewriting.pattern.finditer(state.code):
        start, end = match.span(group)
        if _overlap(match.start(), match.end(), ranges):
            yield _Edit(start, end, rewriting.text[: end - start], rewriting.verbatim)


def _all_near(state: _State) -> Iterator[_Edit]:
    """All rewritings at once that hurt no code elsewhere: most files need no second attempt."""
    ranges = _near(state)
    taken: set[int] = set()
    for rewriting in REWRITINGS:
        if rewriting.at_error:
            continue
        for edit in _matches(state, rewriting, ranges):
            if taken.isdisjoint(range(edit.start, edit.end)):
                taken.update(range(edit.start, edit.end))
                yield edit


def _proposer(rewriting: Rewriting) -> Callable[[_State], Iterator[_Edit]]:
    ranges = _touching if rewriting.at_error else _near
    return lambda state: _matches(state, rewriting, ranges(state))


def _odd_tokens(state: _State) -> Iterator[_Edit]:
    """What no token is to the grammar in the body of a macro: ``~``, ``$$``, ``${…}``."""
    for error in state.errors:
        if not error.is_missing and error.parent and error.parent.type in _TOKEN_KINDS:
            yield _Edit(error.start_byte, error.end_byte, is_token=True)


def _odd_spaces(state: _State) -> Iterator[_Edit]:
    for match in _ODD_SPACE.finditer(state.code):
        yield _Edit(*match.span())


def _escapes(state: _State) -> Iterator[_Edit]:
    ranges = _touching(state)
    for match in _SPACED_ESCAPE.finditer(state.data):
        if _overlap(*match.span(), ranges):
            yield _Edit(*match.span(), match[0].replace(b"_", b"0"))


def _frontmatter(state: _State) -> Iterator[_Edit]:
    match = _FRONTMATTER.match(state.data)
    if match:
        yield _Edit(*match.span())


def _attributes(state: _State, ranges: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for match in _ATTRIBUTE.finditer(state.code):
        end = _closing(state.code, match.end())
        if _overlap(match.start(), end, ranges):
            yield match.start(), end


def _attributes_at_error(state: _State) -> Iterator[_Edit]:
    """Attributes on what is no item: a field of a pattern, a part of a tuple."""
    for start, end in _attributes(state, _touching(state)):
        if not _BEFORE_ITEM.match(state.code, end):
            yield _Edit(start, end)


def _attributes_in_expressions(state: _State) -> Iterator[_Edit]:
    """Attributes on operands, wherever they stand in an item with an error."""
    for start, end in _attributes(state, _near(state)):
        if _IN_EXPRESSION.search(state.code, max(0, start - 64), start):
            yield _Edit(start, end)


def _attributes_near(state: _State) -> Iterator[_Edit]:
    """As a last resort all that do not stand before an item."""
    for start, end in _attributes(state, _near(state)):
        if not _BEFORE_ITEM.match(state.code, end):
            yield _Edit(start, end)


_PROPOSERS: tuple[Callable[[_State], Iterator[_Edit]], ...] = (
    _odd_tokens,
    _all_near,
    _attributes_at_error,
    _attributes_in_expressions,
    *(_proposer(rewriting) for rewriting in REWRITINGS),
    _odd_spaces,
    _escapes,
    _frontmatter,
    _attributes_near,
)
