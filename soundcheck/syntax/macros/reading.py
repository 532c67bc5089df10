"""From the tokens of one macro to the tree that says most about them."""

from bisect import bisect_right
from collections.abc import Mapping
from typing import NamedTuple

from tree_sitter import Node

from soundcheck.syntax.macros.branches import MacroBranch, blank_predicates, macro_branches
from soundcheck.syntax.macros.pieces import Part, leave_blocks, read_match, read_pieces, separate
from soundcheck.syntax.macros.shapes import separate_operands, shaped, top_level
from soundcheck.syntax.macros.tokens import (
    OPENERS,
    Tokens,
    flatten,
    fragments_of,
    has_arrow,
    is_foreign,
    macro_name,
)
from soundcheck.syntax.parser import ParsedFile, parse_part, parse_strictly

# Templates of code that is made elsewhere: nothing in them is code of this file.
_TEMPLATES = frozenset({b"quote", b"quote_spanned", b"parse_quote", b"parse_quote_spanned"})
# Macros whose second argument is a pattern.
_MATCHES = frozenset({b"matches", b"assert_matches", b"debug_assert_matches"})
_ASSEMBLY = frozenset({b"asm", b"llvm_asm", b"naked_asm"})
# Beyond this share of bytes that no parse could read, what is left says too little.
_MOST_LOST = 0.5
# Recovering from errors takes the grammar long: a larger text that is not Rust is not worth it.
_LARGEST_BROKEN = 8_000
_LARGEST_FOREIGN = 500
_LARGEST_SHAPE = 60_000
# Macros inside macros are read again at every level: what one file may cost, in bytes of it.
_MOST_READ = 5
_ALWAYS_READ = 200_000
# Where, among the trees of a file's macros, the file remembers how far it has come.
_LEDGER = -1


class MacroTree(NamedTuple):
    """The tokens of one macro as they could be read.

    ``form`` is ``block`` (``root`` is a block), ``args`` (``root`` is an array expression whose
    parts are the arguments) or empty, with no root, where the tokens are no Rust. ``lost`` are the
    byte ranges inside that were not understood. ``parts`` stand as literals in the tree; ``names``
    are names that read otherwise than the file at their offset, empty for a literal put in.
    """

    form: str
    root: Node | None
    lost: tuple[tuple[int, int], ...] = ()
    parts: tuple[Part, ...] = ()
    names: tuple[tuple[int, str], ...] = ()


class MacroArmTree(NamedTuple):
    """One arm of a macro definition: its matcher, and its body as it could be read.

    ``fragments`` are the metavariables of the matcher, with the kinds of what they stand for.
    """

    matcher: tuple[int, int]
    tokens: Node
    tree: MacroTree
    fragments: tuple[tuple[str, str], ...] = ()


class _Ledger:
    """What is known of the macros of a file that were read: how many bytes, and which arms.

    Among the tokens of an arm, calls of macros have its metavariables.
    """

    __slots__ = ("arms", "root", "spent", "starts")

    def __init__(self) -> None:
        self.root = None
        self.spent = 0
        self.starts: list[int] = []
        self.arms: list[tuple[int, Mapping[bytes, bytes]]] = []

    def note(self, start: int, end: int, fragments: Mapping[bytes, bytes]) -> None:
        """Remember the fragments of an arm."""
        at = bisect_right(self.starts, start)
        self.starts.insert(at, start)
        self.arms.insert(at, (end, fragments))

    def fragments_at(self, offset: int) -> Mapping[bytes, bytes]:
        """The fragments of the arm that an offset stands in."""
        at = bisect_right(self.starts, offset) - 1
        if at >= 0 and offset < self.arms[at][0]:
            return self.arms[at][1]
        return {}


_UNREAD = MacroTree("", None)


def read_macro(
    parsed: ParsedFile, tokens: Node, fragments: Mapping[bytes, bytes] | None = None
) -> MacroTree:
    """Read the token tree of a macro call, or of a definition's arm with its ``fragments``.

    Each token tree is read once; the file remembers it.
    """
    known: MacroTree | None = parsed.macros.get(tokens.start_byte)
    if known is None:
        known = parsed.macros[tokens.start_byte] = _read_in_bounds(parsed, tokens, fragments)
    return known


def _read_in_bounds(
    parsed: ParsedFile, tokens: Node, fragments: Mapping[bytes, bytes] | None
) -> MacroTree:
    start, end = tokens.start_byte, tokens.end_byte
    if end - start < 2 or parsed.data[start] not in OPENERS:
        return _UNREAD
    ledger: _Ledger = parsed.macros.setdefault(_LEDGER, _Ledger())
    ledger.spent += end - start
    if ledger.spent > _ALWAYS_READ + _MOST_READ * len(parsed.data):
        return MacroTree("", None, ((start, end),))
    is_arm = fragments is not None
    if fragments is None:
        fragments = ledger.fragments_at(start)
    elif fragments:
        ledger.note(start, end, fragments)
    return _read_macro(parsed.data, tokens, fragments, is_arm=is_arm)


def _read_macro(
    data: bytes, tokens: Node, fragments: Mapping[bytes, bytes], *, is_arm: bool
) -> MacroTree:
    start, end = tokens.start_byte, tokens.end_byte
    name = b"" if is_arm else macro_name(data, start)
    if name in _TEMPLATES:
        return MacroTree("", None, ((start, end),))
    work = Tokens(data, start, end)
    flatten(work, fragments)
    if name in _ASSEMBLY:
        separate_operands(work)
    branches = macro_branches(data, tokens)
    if branches:
        blank_predicates(work, branches)
        return _read_whole(work, "block") or _read_broken(work, "block")
    if name in _MATCHES:
        tree = _read_match(work, tokens)
        if tree is not None:
            return tree
    is_block = data[start] == OPENERS[2] or is_arm
    first, second = ("block", "args") if is_block else ("args", "block")
    foreign = is_foreign(bytes(work.bytes))
    if not foreign and not (b"=>" in work.bytes and has_arrow(tokens)):
        tree = _read_whole(work, first)
        if tree is None and _may_be(second, work):
            tree = _read_whole(work, second)
        if tree is not None:
            return tree
    return _read_partly(work, tokens, first, foreign=foreign)


def _may_be(form: str, work: Tokens) -> bool:
    """Whether tokens could be of a form, by what separates them: a failing parse costs much."""
    code = work.code()
    ends = sum(1 for _ in top_level(code, 0, len(code), b";"))
    if form == "args":
        return ends < 2
    return b"<" in code or b"where" in code or not any(top_level(code, 0, len(code), b","))


def _read_partly(work: Tokens, tokens: Node, form: str, *, foreign: bool) -> MacroTree:
    size = work.end - work.base
    is_small = size <= (_LARGEST_FOREIGN if foreign else _LARGEST_BROKEN)
    # Without a block inside there is nothing to find by reading on behind an error.
    is_small = is_small and b"{" in work.bytes[1:]
    readings: list[MacroTree] = []
    if size <= _LARGEST_SHAPE:
        for _ in shaped(work):
            tree = _read_whole(work, "block")
            if tree is not None:
                return tree
            if is_small:
                readings.append(_read_broken(work, "block"))
    pieces = _read_by_pieces(work, tokens, foreign=foreign)
    if pieces.lost and is_small:
        readings.append(_read_broken(work, form))
        if form == "args":
            readings.append(_read_broken(work, "block"))
    best = min([*readings, pieces], key=_lost_bytes)
    if _lost_bytes(best) > _MOST_LOST * size:
        return _read_blocks(work, tokens)
    return best


def _read_blocks(work: Tokens, tokens: Node) -> MacroTree:
    """Read no more than the blocks among tokens that are no Rust, if any are."""
    if work.end - work.base <= _LARGEST_SHAPE and b"{" in work.bytes[1:]:
        work.lost.extend(leave_blocks(work, tokens))
        if (work.base, work.end) not in work.lost:
            tree = _read_whole(work, "block")
            if tree is not None:
                return tree
    return MacroTree("", None, ((work.base, work.end),))


def _read_match(work: Tokens, tokens: Node) -> MacroTree | None:
    untouched = bytes(work.bytes)
    parts = read_match(work, tokens)
    tree = _read_whole(work, "args") if parts else None
    work.bytes[:] = untouched
    return None if tree is None else tree._replace(parts=tuple(parts))


def _read_by_pieces(work: Tokens, tokens: Node, *, foreign: bool) -> MacroTree:
    untouched = bytes(work.bytes)
    tree: MacroTree | None = None
    if not foreign:
        separate(work, tokens)
        tree = None if work.bytes == untouched else _read_whole(work, "args")
    if tree is None:
        work.bytes[:] = untouched
        parts, lost = read_pieces(work, tokens)
        if lost and lost[0] == (work.base, work.end):
            work.bytes[:] = untouched
            return MacroTree("", None, tuple(lost))
        tree = _read_whole(work, "args")
        if tree is None and work.end - work.base <= _LARGEST_BROKEN:
            tree = _read_broken(work, "args")
        if tree is None:
            tree = MacroTree("", None, ((work.base, work.end),))
        tree = tree._replace(lost=tuple(sorted((*lost, *tree.lost))), parts=tuple(parts))
    work.bytes[:] = untouched
    return tree


# -- whole texts -------------------------------------------------------------------------------

# The semicolon that ends the statement around an array stands behind the token tree.
_FENCES = {"block": (b"{", b"}"), "args": (b"[", b"];")}


def _read_whole(work: Tokens, form: str) -> MacroTree | None:
    """Read all tokens in one form; ``None`` where they are not of that form.

    At the end of a block a semicolon may be missing, which the macro adds.
    """
    opener, closer = _FENCES[form]
    tree = parse_strictly(work.fenced(opener, closer), work.base)
    end = work.end
    if tree is None and form == "block" and _may_end_in_semicolon(work):
        tree, end = parse_strictly(work.fenced(opener, b";" + closer), work.base), end + 1
    if tree is None:
        return None
    read = _unwrap(work, form, tree.root_node, end)
    return None if read.root is None else read


def _may_end_in_semicolon(work: Tokens) -> bool:
    return bytes(work.bytes[1:-1]).rstrip()[-1:] not in (b"", b";", b",")


def _read_broken(work: Tokens, form: str) -> MacroTree:
    """Read all tokens in one form, as far as they are of that form."""
    root = parse_part(work.fenced(*_FENCES[form]), work.base).root_node
    return _unwrap(work, form, root, work.end)


def _unwrap(work: Tokens, form: str, root: Node, end: int) -> MacroTree:
    lost = (*_errors_in(root), *work.lost)
    kind = "block" if form == "block" else "array_expression"
    for statement in root.named_children:
        for node in (statement, *statement.named_children[:1]):
            if node.type == kind and node.start_byte == work.base and node.end_byte == end:
                return MacroTree(form, node, tuple(sorted(lost)), (), tuple(work.names.items()))
    return MacroTree("", None, ((work.base, work.end),))


def _errors_in(root: Node) -> tuple[tuple[int, int], ...]:
    if not root.has_error:
        return ()
    errors: list[tuple[int, int]] = []
    stack = [root]
    while stack:
        node = stack.pop()
        if node.is_error or node.is_missing:
            errors.append((node.start_byte, node.end_byte))
        elif node.has_error:
            stack.extend(node.children)
    return tuple(sorted(errors))


def _lost_bytes(tree: MacroTree) -> int:
    return sum(end - start + 1 for start, end in tree.lost)


# -- branches and arms -------------------------------------------------------------------------


def read_branch(parsed: ParsedFile, branch: MacroBranch) -> MacroTree:
    """Read the body of one branch; the root of an expression's tree holds it as a statement."""
    if branch.tokens is not None:
        return read_macro(parsed, branch.tokens)
    root = parse_part(parsed.data[branch.start : branch.end] + b";", branch.start).root_node
    return MacroTree("block", root, _errors_in(root))


def macro_arms(parsed: ParsedFile, definition: Node) -> list[MacroArmTree]:
    """The arms of a ``macro_definition`` node."""
    arms = []
    for rule in definition.named_children:
        if rule.type != "macro_rule":
            continue
        left, right = rule.child_by_field_name("left"), rule.child_by_field_name("right")
        if left is not None and right is not None:
            arms.append(read_arm(parsed, (left.start_byte, left.end_byte), right))
    return arms


def read_arm(parsed: ParsedFile, matcher: tuple[int, int], body: Node) -> MacroArmTree:
    """One arm of a definition, from where its matcher stands and the tokens of its body."""
    fragments = fragments_of(parsed.source.data[matcher[0] : matcher[1]])
    tree = read_macro(parsed, body, fragments)
    shown = tuple((name.decode("utf-8", "replace"), kind.decode("utf-8", "replace"))
                  for name, kind in fragments.items())  # fmt: skip
    return MacroArmTree(matcher, body, tree, shown)


def macro_arm_trees(parsed: ParsedFile, definition: Node) -> list[MacroTree]:
    """The bodies of the arms of a ``macro_definition`` node."""
    return [arm.tree for arm in macro_arms(parsed, definition)]
