"""Macro bodies, re-parsed in place.

To the grammar the tokens of a macro call, and the bodies of a macro definition, are no code. Here
they are parsed again as statements and items, or as arguments between commas, with offsets that
stay true to the file. Nothing is expanded: metavariables stand as plain names, a repetition as
one round of itself, and both branches of a ``cfg_if!`` side by side.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tree_sitter import Node

from soundcheck.syntax.parser import ParsedFile, parse_part, parse_strictly

_METAVARIABLE = re.compile(rb"\$(?:\{[^}]*\}|\$|crate\b|(\w+))")
_STATIC_REF = re.compile(rb"\bstatic\s+ref\b")
_REPETITION = re.compile(rb"""\$\(|[()]|"(?:[^"\\]|\\.)*"|'[()"]'""", re.DOTALL)
_REPEAT = re.compile(rb"\)\s*(?:[^\s\w(){}\[\]$*+?]{1,2}|\w+)?\s*[*+?]")
# Words that may stand beside a name; two other words in a row are no Rust but a macro's own syntax.
_WORDS = (
    rb"(?:as|async|auto|await|box|break|const|continue|crate|default|dyn|else|enum|extern|fn|for|"
    rb"gen|if|impl|in|let|loop|macro|match|mod|move|mut|pub|raw|ref|return|safe|static|struct|"
    rb"trait|try|type|union|unsafe|use|where|while|yield)\b"
)
_FOREIGN = re.compile(
    rb"""//[^\n]*|/\*.*?\*/|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)'|(?P<macro>!\s*[\[({])"""
    rb"""|(?P<words>\)\s+(?!"""
    + _WORDS
    + rb""")[A-Za-z_]|(?<!')\b(?!"""
    + _WORDS
    + rb""")\w+[ \t\r\n]+(?!"""
    + _WORDS
    + rb""")\w)""",
    re.DOTALL,
)
_OPENERS = b"([{"
_SEPARATORS = frozenset({",", ";", "=>"})
# Fragments that stand where the grammar would not take a name: blank, they leave the rest whole.
_BLANK_FRAGMENTS = frozenset({b"vis", b"item", b"stmt", b"meta"})
# Beyond this share of bytes that no parse could read, what is left says too little.
_MOST_LOST = 0.5
# How many commas a type may hold.
_MOST_ARGUMENTS = 12
# Recovering from errors takes the grammar long: a larger text that is not Rust is not worth it.
_LARGEST_BROKEN = 8_000
_LARGEST_FOREIGN = 500


class MacroTree(NamedTuple):
    """The tokens of one macro as they could be read.

    ``form`` is ``block`` (``root`` is a block), ``args`` (``root`` is an array expression whose
    parts are the arguments) or empty, with no root, where the tokens are no Rust. ``lost`` are the
    byte ranges inside that were not understood.
    """

    form: str
    root: Node | None
    lost: tuple[tuple[int, int], ...] = ()


class MacroBranch(NamedTuple):
    """One branch of a ``cfg_if!`` or ``cfg_select!``: where its predicate and its body stand.

    The last branch of a ladder has no predicate; a body without braces is an expression and has
    no ``tokens``.
    """

    predicate: tuple[int, int] | None
    start: int
    end: int
    tokens: Node | None


class MacroArmTree(NamedTuple):
    """One arm of a macro definition: its matcher, and its body as it could be read."""

    matcher: tuple[int, int]
    tokens: Node
    tree: MacroTree


_UNREAD = MacroTree("", None)


class _Tokens:
    """The bytes of one token tree, changed in place; offsets are those of the file."""

    __slots__ = ("base", "bytes", "end")

    def __init__(self, data: bytes, start: int, end: int) -> None:
        self.base, self.end = start, end
        self.bytes = bytearray(data[start:end])

    def blank(self, start: int, end: int) -> None:
        """Put spaces in the place of a range; line ends stay."""
        for i in range(start - self.base, end - self.base):
            if self.bytes[i] not in b"\r\n":
                self.bytes[i] = 32

    def put(self, at: int, text: bytes) -> None:
        """Write over what stands at an offset."""
        self.bytes[at - self.base : at - self.base + len(text)] = text

    def cut(self, start: int, end: int) -> bytes:
        """The bytes of a range as they are now."""
        return bytes(self.bytes[start - self.base : end - self.base])

    def fenced(self, opener: bytes, closer: bytes) -> bytes:
        """All bytes, between other delimiters."""
        return opener + bytes(self.bytes[1:-1]) + closer


def read_macro(
    parsed: ParsedFile, tokens: Node, fragments: Mapping[bytes, bytes] | None = None
) -> MacroTree:
    """Read the token tree of a macro call, or of a definition's arm with its ``fragments``.

    Each token tree is read once; the file remembers it.
    """
    known: MacroTree | None = parsed.macros.get(tokens.start_byte)
    if known is None:
        known = parsed.macros[tokens.start_byte] = _read_macro(parsed.data, tokens, fragments)
    return known


def _read_macro(
    data: bytes, tokens: Node, fragments: Mapping[bytes, bytes] | None
) -> MacroTree:
    start, end = tokens.start_byte, tokens.end_byte
    if end - start < 2 or data[start] not in _OPENERS:
        return _UNREAD
    work = _Tokens(data, start, end)
    _flatten_metavariables(work, fragments or {})
    branches = macro_branches(data, tokens)
    if branches:
        _blank_predicates(work, branches)
        return _read_broken(work, "block")
    if b"static" in work.bytes:
        for match in _STATIC_REF.finditer(bytes(work.bytes)):
            work.blank(start + match.end() - 3, start + match.end())
    forms = ("block", "args") if data[start] == ord("{") else ("args", "block")
    is_foreign = _is_foreign(bytes(work.bytes))
    for form in forms:
        tree = None if is_foreign else _read_whole(work, form)
        if tree is not None:
            return tree
    pieces = _read_by_pieces(work, tokens)
    readings = [pieces]
    if pieces.lost and end - start <= (_LARGEST_FOREIGN if is_foreign else _LARGEST_BROKEN):
        readings = [*(_read_broken(work, form) for form in forms), pieces]
    best = min(readings, key=_lost_bytes)
    if _lost_bytes(best) > _MOST_LOST * (end - start):
        return MacroTree("", None, ((start, end),))
    return best


def _is_foreign(text: bytes) -> bool:
    """Whether two words stand side by side as they never do in Rust: a cheap look before a parse."""
    for match in _FOREIGN.finditer(text):
        if match.lastgroup == "words":
            return True
        if match.lastgroup == "macro":
            return False
    return False


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
        if left is None or right is None:
            continue
        tree = read_macro(parsed, right, _fragments_of(parsed.data, left))
        arms.append(MacroArmTree((left.start_byte, left.end_byte), right, tree))
    return arms


def macro_arm_trees(parsed: ParsedFile, definition: Node) -> list[MacroTree]:
    """The bodies of the arms of a ``macro_definition`` node."""
    return [arm.tree for arm in macro_arms(parsed, definition)]


def macro_branches(data: bytes, tokens: Node) -> list[MacroBranch]:
    """The branches of a token tree shaped like ``cfg_if!``'s or ``cfg_select!``'s; else none.

    ``if #[cfg(p)] { … } else { … }`` and ``p => { … } _ => { … }`` are recognised by their shape.
    """
    parts = tokens.children[1:-1]
    if not parts:
        return []
    start = parts[0].start_byte
    if data.startswith(b"if", start) and b"#" in data[start : start + 64]:
        return _ladder(data, parts)
    if any(part.type == "=>" for part in parts):
        return _selection(data, parts)
    return []


def _text(data: bytes, node: Node) -> bytes:
    return data[node.start_byte : node.end_byte]


def _ladder(data: bytes, parts: list[Node]) -> list[MacroBranch]:
    branches: list[MacroBranch] = []
    parts = [part for part in parts if part.type not in ("line_comment", "block_comment")]
    i = 0
    while i < len(parts):
        predicate = None
        if _text(data, parts[i]) == b"else":
            i += 1
        if i < len(parts) and _text(data, parts[i]) == b"if":
            attribute = parts[i + 2] if i + 2 < len(parts) else None
            if attribute is None or attribute.type != "token_tree":
                return []
            inner = [part for part in attribute.children if part.type == "token_tree"]
            if len(inner) != 1 or b"cfg" not in _text(data, attribute):
                return []
            predicate = (inner[0].start_byte + 1, inner[0].end_byte - 1)
            i += 3
        if i >= len(parts) or parts[i].type != "token_tree":
            return []
        branches.append(MacroBranch(predicate, parts[i].start_byte, parts[i].end_byte, parts[i]))
        i += 1
    return branches


_PREDICATE = re.compile(rb"[\w\s(),=]*")
_STRING = re.compile(rb'"[^"]*"')


def _selection(data: bytes, parts: list[Node]) -> list[MacroBranch]:
    branches: list[MacroBranch] = []
    parts = [part for part in parts if part.type not in ("line_comment", "block_comment")]
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
        predicate = None if written == b"_" else (start, start + len(written))
        if not _PREDICATE.fullmatch(_STRING.sub(b"", written)):
            return []
        i += 1
        body = parts[i]
        if body.type == "token_tree" and data[body.start_byte] == ord("{"):
            branches.append(MacroBranch(predicate, body.start_byte, body.end_byte, body))
            i += 1
            continue
        while i < len(parts) and parts[i].type != ",":
            i += 1
        branches.append(MacroBranch(predicate, body.start_byte, parts[i - 1].end_byte, None))
    # `A => { … }` alone is some macro's own syntax; a choice names a configuration or has two ways.
    return branches if len(branches) > 1 or _names_option(data, branches) else []


def _names_option(data: bytes, branches: list[MacroBranch]) -> bool:
    return any(
        branch.predicate is not None and b"=" in data[branch.predicate[0] : branch.predicate[1]]
        for branch in branches
    )


def _blank_predicates(work: _Tokens, branches: list[MacroBranch]) -> None:
    position = work.base + 1
    for branch in branches:
        work.blank(position, branch.start)
        position = branch.end
        if branch.tokens is None and work.cut(position, position + 1) == b",":
            work.put(position, b";")
            position += 1
    work.blank(position, work.end - 1)


def _flatten_metavariables(work: _Tokens, fragments: Mapping[bytes, bytes]) -> None:
    if b"$" not in work.bytes:
        return
    _flatten_repetitions(work)
    for match in _METAVARIABLE.finditer(bytes(work.bytes)):
        name = match.group(1)
        start, end = work.base + match.start(), work.base + match.end()
        fragment = fragments.get(name, b"") if name else b""
        if fragment in _BLANK_FRAGMENTS:
            work.blank(start, end)
        elif fragment == b"lifetime":
            work.put(start, b"'")
        elif fragment == b"block":
            work.blank(start, end)
            work.put(start, b"{")
            work.put(end - 1, b"}")
        elif name is None and not match.group().startswith(b"$c"):
            work.blank(start, end)
            work.put(start, b"0")
        else:
            work.put(start, b" ")


def _flatten_repetitions(work: _Tokens) -> None:
    """Blank what makes ``$( … ),*`` a repetition, so that one round of it is left.

    By text, since the tokens of a macro call inside a definition have lost their repetitions.
    """
    opened: list[int] = []
    text = bytes(work.bytes)
    for match in _REPETITION.finditer(text):
        token = match.group()
        if token[:1] in b"\"'":
            continue
        at = work.base + match.start()
        if token in (b"(", b"$("):
            opened.append(at if token == b"$(" else -1)
        elif opened:
            opening = opened.pop()
            if opening >= 0:
                work.blank(opening, opening + 2)
                tail = _REPEAT.match(text, match.start())
                work.blank(at, at + 1 if tail is None else work.base + tail.end())


def _fragments_of(data: bytes, matcher: Node) -> dict[bytes, bytes]:
    fragments: dict[bytes, bytes] = {}
    stack = [matcher]
    while stack:
        node = stack.pop()
        if node.type == "token_binding_pattern":
            name, kind = node.child_by_field_name("name"), node.child_by_field_name("type")
            if name is not None and kind is not None:
                fragments[_text(data, name).lstrip(b"$")] = _text(data, kind)
        else:
            stack.extend(node.named_children)
    return fragments


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


# The semicolon that ends the statement around an array stands behind the token tree.
_FENCES = {"block": (b"{", b"}"), "args": (b"[", b"];")}


def _read_whole(work: _Tokens, form: str) -> MacroTree | None:
    """Read all tokens in one form; ``None`` where they are not of that form."""
    tree = parse_strictly(work.fenced(*_FENCES[form]), work.base)
    if tree is None:
        return None
    read = _unwrap(form, tree.root_node, work.base, work.end)
    return None if read.lost else read


def _read_broken(work: _Tokens, form: str) -> MacroTree:
    """Read all tokens in one form, as far as they are of that form."""
    root = parse_part(work.fenced(*_FENCES[form]), work.base).root_node
    return _unwrap(form, root, work.base, work.end)


def _unwrap(form: str, root: Node, start: int, end: int) -> MacroTree:
    lost = _errors_in(root)
    kind = "block" if form == "block" else "array_expression"
    for statement in root.named_children:
        for node in (statement, *statement.named_children[:1]):
            if node.type == kind and node.start_byte == start and node.end_byte == end:
                return MacroTree(form, node, lost)
    return MacroTree("", None, ((start, end),))


# What stands before an operand of assembly: `name = in(reg)`, `sym`, `const`.
_OPERAND = re.compile(
    rb"(?:\w+\s*=\s*)?(?:(?:in|out|inout|lateout|inlateout)\s*\([^)]*\)|(?:sym|const|label)\b)"
)


def _read_by_pieces(work: _Tokens, tokens: Node) -> MacroTree:
    """Read the arguments that can be read, with a literal in the place of each that cannot.

    A pattern, as ``matches!`` takes one, leaves its guard; an operand of assembly its value; a
    type, between whose brackets commas may stand, nothing.
    """
    untouched = bytes(work.bytes)
    lost: list[tuple[int, int]] = []
    pieces = list(_pieces(tokens))
    i = 0
    while i < len(pieces):
        first, last, guard = pieces[i]
        i += 1
        operand = _OPERAND.match(work.cut(first, last))
        if operand is not None:
            work.blank(first, first + operand.end())
        text = work.cut(first, last)
        if not text.strip():
            work.put(first, b"0")
            continue
        if _is_expression(text):
            continue
        if guard >= 0 and _is_expression(work.cut(guard + 2, last)):
            if _is_pattern(work.cut(first, guard)):
                work.blank(first, guard + 2)
                continue
        elif not _is_pattern(text):
            behind = _end_of_type(work, pieces, i - 1)
            if behind >= i:
                last, i = pieces[behind - 1][1], behind
            else:
                lost.append((first, last))
        work.blank(first, last)
        work.put(first, b"0")
    for part in tokens.children[1:-1]:
        if part.type in (";", "=>"):
            work.put(part.start_byte, b", "[: part.end_byte - part.start_byte])
    if work.end - work.base > _LARGEST_BROKEN:
        tree = _read_whole(work, "args") or MacroTree("", None, ((work.base, work.end),))
    else:
        tree = _read_broken(work, "args")
    work.bytes[:] = untouched
    return MacroTree(tree.form, tree.root, tuple(sorted((*lost, *tree.lost))))


def _end_of_type(work: _Tokens, pieces: list[tuple[int, int, int]], i: int) -> int:
    """The index behind the pieces that make up a type from ``i`` on; ``i`` where they do not."""
    first = pieces[i][0]
    for behind in range(i + 1, min(i + _MOST_ARGUMENTS, len(pieces)) + 1):
        text = work.cut(first, pieces[behind - 1][1])
        if text.count(b"<") == text.count(b">") - text.count(b"->"):
            return behind if _is_type(text) else i
    return i


def _is_expression(text: bytes) -> bool:
    return not _is_foreign(text) and parse_strictly(text + b";", 0) is not None


def _is_pattern(text: bytes) -> bool:
    return not _is_foreign(text) and parse_strictly(b"let " + text + b" = 0;", 0) is not None


def _is_type(text: bytes) -> bool:
    return not _is_foreign(text) and parse_strictly(b"let _: " + text + b";", 0) is not None


def _pieces(tokens: Node) -> Iterator[tuple[int, int, int]]:
    """The parts between separators: their ends, and where a word ``if`` stands in them, or -1."""
    start = last = guard = -1
    for part in tokens.children[1:-1]:
        if part.type in _SEPARATORS:
            if start >= 0:
                yield start, last, guard
            start = guard = -1
            continue
        if part.type in ("line_comment", "block_comment"):
            continue
        if start < 0:
            start = part.start_byte
        elif part.end_byte - part.start_byte == 2 and part.text == b"if":
            guard = part.start_byte
        last = part.end_byte
    if start >= 0:
        yield start, last, guard
