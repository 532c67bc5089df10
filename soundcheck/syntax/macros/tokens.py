"""The bytes of one token tree, and what stands in them that is no Rust outside a definition.

Metavariables become plain names, a repetition one round of itself, and a pasted name the name it
makes: always at the same length, so that every offset stays true to the file.
"""

import re
from collections.abc import Mapping

from tree_sitter import Node

OPENERS = b"([{"
COMMENTS = frozenset({"line_comment", "block_comment"})

STRINGS = (
    rb"""\b(?:br|cr|r)(?P<fence>\#*)".*?"(?P=fence)|"(?:[^"\\]|\\.)*"|"""
    rb"""'(?:[^'\\\n\x80-\xff]|[\xc0-\xff][\x80-\xbf]+|\\'|\\[^'\n]+)'"""
)
_NO_CODE = re.compile(rb"//[^\n]*|/\*.*?\*/|" + STRINGS, re.DOTALL)
_NOT_LINE_END = re.compile(rb"[^\r\n]")
_BRACKETS = re.compile(rb"[()\[\]{}]")

# Words that may stand beside a name; two other words in a row are no Rust but a macro's own syntax.
_WORDS = (
    rb"(?:as|async|auto|await|box|break|const|continue|crate|default|dyn|else|enum|extern|fn|for|"
    rb"gen|if|impl|in|let|loop|macro|match|mod|move|mut|pub|raw|ref|return|safe|static|struct|"
    rb"trait|try|type|union|unsafe|use|where|while|yield)\b"
)
_FOREIGN = re.compile(
    rb"//[^\n]*|/\*.*?\*/|"
    + STRINGS
    + rb"|(?P<macro>!\s*[\[({])|(?P<words>\)\s+(?!"
    + _WORDS
    + rb")[A-Za-z_]|(?<!')\b(?!"
    + _WORDS
    + rb")\w+[ \t\r\n]+(?!"
    + _WORDS
    + rb")\w)",
    re.DOTALL,
)

_METAVARIABLE = re.compile(rb"\$(?:\{(?P<op>[^}]*)\}|\$(?P<escaped>\w*)|crate\b|(?P<name>\w+))")
_ATTRIBUTE_OF_META = re.compile(rb"#\s*!?\s*\[\s*\$\w+\s*\]")
# What the grammar does not know, a pattern for it, and what to put in its place.
_OLD_WORDS = (
    (b"static", re.compile(rb"\bstatic\s+(?P<x>ref)\b"), b""),
    (b"box ", re.compile(rb"\b(?P<x>box)(?=\s+[\w&(\[{*!\"'<|:-])"), b"&"),
    (b"try!", re.compile(rb"\b(?P<x>try)(?=!\s*[(\[{])"), b"Try"),
)
# What tells a macro's own rules apart at the head of the tokens: `@tag`, with a text or without.
_TAG = re.compile(rb'.\s*(?P<x>@\s*\w+(?:\s+"[^"]*")?(?:\s*[;,])?)', re.DOTALL)
_REPETITION = re.compile(rb"""\$\(|[()]|"(?:[^"\\]|\\.)*"|'[()"]'""", re.DOTALL)
_REPEAT = re.compile(rb"\)\s*(?:[^\s\w(){}\[\]$*+?]{1,2}|\w+)?\s*[*+?]")
# Fragments that stand where the grammar would not take a name: blank, they leave the rest whole.
_BLANK_FRAGMENTS = frozenset({b"vis", b"item", b"stmt", b"meta"})
_PASTED = re.compile(rb"\[\s*<(?P<parts>[^<>\[\]{}();]*)>\s*\]")
_PASTED_PART = re.compile(rb'\$?(?P<word>\w+)|"(?P<text>\w*)"|:\s*(?P<change>\w+)')
_CHANGES = {b"lower": bytes.lower, b"upper": bytes.upper}
_BINDING = re.compile(rb"\$(?:r#)?(\w+)\s*:\s*(\w+)")
_CALL = re.compile(rb"(\w+)\s*!\s*(?:\w+\s*)?\Z")


class Tokens:
    """The bytes of one token tree, changed in place; offsets are those of the file.

    ``names`` are the names that were put in the place of something longer, ``lost`` what was
    blanked though it may mean something.
    """

    __slots__ = ("base", "bytes", "end", "lost", "names")

    def __init__(self, data: bytes, start: int, end: int) -> None:
        self.base, self.end = start, end
        self.bytes = bytearray(data[start:end])
        self.names: dict[int, str] = {}
        self.lost: list[tuple[int, int]] = []

    def blank(self, start: int, end: int) -> None:
        """Put spaces in the place of a range; line ends stay."""
        start, end = start - self.base, end - self.base
        if start < end:
            self.bytes[start:end] = _NOT_LINE_END.sub(b" ", bytes(self.bytes[start:end]))

    def is_blank(self, start: int, end: int) -> bool:
        """Whether nothing stands in a range any more."""
        return bytes(self.bytes[start - self.base : end - self.base]).isspace()

    def put(self, at: int, text: bytes) -> None:
        """Write over what stands at an offset."""
        self.bytes[at - self.base : at - self.base + len(text)] = text

    def cut(self, start: int, end: int) -> bytes:
        """The bytes of a range as they are now."""
        return bytes(self.bytes[start - self.base : end - self.base])

    def fenced(self, opener: bytes, closer: bytes) -> bytes:
        """All bytes, between other delimiters."""
        return opener + bytes(self.bytes[1:-1]) + closer

    def code(self) -> bytes:
        """All bytes, with comments and the insides of strings blank."""
        return _NO_CODE.sub(_blank_match, bytes(self.bytes))


def _blank_match(match: re.Match[bytes]) -> bytes:
    return _NOT_LINE_END.sub(b" ", match[0])


def closing_of(code: bytes, opening: int) -> int:
    """The index of the bracket that closes the one at ``opening``; the length where none does."""
    depth = 0
    for match in _BRACKETS.finditer(code, opening):
        depth += 1 if match[0] in OPENERS else -1
        if not depth:
            return match.start()
    return len(code)


def macro_name(data: bytes, start: int) -> bytes:
    """The name of the macro whose call has its tokens at ``start``; empty where there is none."""
    match = _CALL.search(data, max(0, start - 80), start)
    return b"" if match is None else match[1]


def is_foreign(text: bytes) -> bool:
    """Whether two words stand side by side that never do in Rust: a cheap look before a parse."""
    for match in _FOREIGN.finditer(text):
        if match.lastgroup == "words":
            return True
        if match.lastgroup == "macro":
            return False
    return False


def has_arrow(tokens: Node) -> bool:
    """Whether ``=>`` separates parts of a token tree."""
    return any(part.type == "=>" for part in tokens.children)


def text_of(data: bytes, node: Node) -> bytes:
    """The bytes of a node."""
    return data[node.start_byte : node.end_byte]


def fragments_of(matcher: bytes) -> dict[bytes, bytes]:
    """The metavariables that a matcher binds, and the kinds of fragments they stand for."""
    return dict(_BINDING.findall(matcher))


def flatten(work: Tokens, fragments: Mapping[bytes, bytes]) -> None:
    """Make plain Rust of pasted names, metavariables, repetitions and ``static ref``."""
    if b"<" in work.bytes and b"[" in work.bytes:
        for match in _PASTED.finditer(bytes(work.bytes)):
            _paste(work, match)
    if b"$" in work.bytes:
        _flatten_repetitions(work)
        for match in _ATTRIBUTE_OF_META.finditer(bytes(work.bytes)):
            work.blank(work.base + match.start(), work.base + match.end())
        for match in _METAVARIABLE.finditer(bytes(work.bytes)):
            _flatten_metavariable(work, match, fragments)
    tag = _TAG.match(work.bytes)
    if tag is not None:
        work.blank(work.base + tag.start("x"), work.base + tag.end("x"))
    for word, pattern, text in _OLD_WORDS:
        if word in work.bytes:
            for match in pattern.finditer(bytes(work.bytes)):
                work.blank(work.base + match.start("x"), work.base + match.end("x"))
                work.put(work.base + match.start("x"), text)


def _paste(work: Tokens, match: re.Match[bytes]) -> None:
    """``[<foo_ $name:upper>]`` becomes the name that its parts make up, with ``$name`` as it is."""
    words: list[bytes] = []
    for part in _PASTED_PART.finditer(match["parts"]):
        change = part["change"]
        if change is None:
            words.append(part["word"] or part["text"] or b"")
        elif words:
            words[-1] = _CHANGES.get(change, bytes)(words[-1])
    _rename(work, match, b"".join(words))


def _rename(work: Tokens, match: re.Match[bytes], name: bytes) -> None:
    if name and not name[:1].isdigit():
        start = work.base + match.start()
        work.blank(start, work.base + match.end())
        work.put(start, name)
        work.names[start] = name.decode("utf-8", "replace")


def _flatten_metavariable(
    work: Tokens, match: re.Match[bytes], fragments: Mapping[bytes, bytes]
) -> None:
    name = match["name"]
    start, end = work.base + match.start(), work.base + match.end()
    if name is None and match[0].startswith(b"$c"):
        work.put(start, b" ")
        return
    if match["escaped"]:
        work.blank(start, start + 2)
        return
    if name is None:
        operation = match["op"]
        words = [] if operation is None else re.findall(rb"\w+", operation)
        if words[:1] == [b"concat"]:
            _rename(work, match, b"".join(words[1:]))
        else:
            work.blank(start, end)
            work.put(start, b"0")
            work.names[start] = ""
        return
    fragment = fragments.get(name, b"")
    if fragment in _BLANK_FRAGMENTS:
        work.blank(start, end)
    elif fragment == b"lifetime":
        work.put(start, b"'")
    elif fragment == b"block":
        work.blank(start, end)
        work.put(start, b"{")
        work.put(end - 1, b"}")
    else:
        work.put(start, b" ")


def _flatten_repetitions(work: Tokens) -> None:
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
