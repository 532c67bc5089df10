"""What a call of an assembly macro says: its templates, operands, options and clobbers.

Both syntaxes are read: that of ``core::arch::asm!``, and the one before it, with sections between
colons. The values come from the text that the item tree keeps of such a call, so that they cost
nothing where nobody asks. Offsets are bytes of the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from soundcheck.syntax.items import MacroCall, Node
from soundcheck.syntax.visit import own_of

ASSEMBLY = frozenset({"asm", "naked_asm", "global_asm", "llvm_asm"})

# What stands in a template for a part that is no string: another macro's text, say.
UNKNOWN = "{?}"


class Template(Node, frozen=True):
    """One text of instructions, unescaped; ``content`` is where its first byte stands.

    ``content`` is -1 where the bytes of the file are not those of the text: after an escape, or
    where ``concat!`` has put it together.
    """

    text: str
    content: int = -1


class Operand(Node, frozen=True):
    """One operand: ``start..end`` is its expression.

    ``kind`` is in, out, inout, lateout, inlateout, const, sym or label, ``register`` the class or
    the explicit register without quotes, ``text`` the expression, ``result`` what follows ``=>``.
    """

    kind: str
    text: str
    name: str = ""
    register: str = ""
    result: str = ""

    @property
    def is_input(self) -> bool:
        """Whether the assembly gets a value by it."""
        return self.kind in ("in", "inout", "inlateout", "const")


class Word(Node, frozen=True):
    """An option or a clobber, by name."""

    name: str


class Assembly(msgspec.Struct, frozen=True, gc=False):
    """A call of an assembly macro; ``is_old`` tells the syntax with sections between colons."""

    templates: tuple[Template, ...]
    operands: tuple[Operand, ...] = ()
    options: tuple[Word, ...] = ()
    clobbers: tuple[Word, ...] = ()
    is_old: bool = False

    def option(self, *names: str) -> Word | None:
        """The first option of one of these names."""
        return next((one for one in self.options if one.name in names), None)

    @property
    def is_att(self) -> bool:
        """Whether instructions of x86 are written source first."""
        if self.is_old:
            return self.option("intel") is None
        return self.option("att_syntax") is not None


def assembly_calls(item: Node) -> Iterator[MacroCall]:
    """The calls of assembly macros in the bodies of an item; items inside it have their own."""
    for node in own_of(item, MacroCall):
        if node.path.name in ASSEMBLY:
            yield node


def read_assembly(call: MacroCall) -> Assembly:
    """What a call of an assembly macro says; parts that are neither template nor operand are lost.

    The call's text is all between its parentheses, so that its end tells where it begins.
    """
    known = _READ.get(id(call))
    if known is not None and known[0] is call:
        return known[1]
    parts = list(_split(call.text, ","))
    where = _Places(call.text, call.end - 1 - len(call.text.encode()))
    is_old = bool(parts) and _is_old(parts[0])
    found = _read_old(call.text, where) if is_old else _read_new(parts, where)
    if len(_READ) >= _MOST_READ:
        _READ.clear()
    _READ[id(call)] = (call, found)
    return found


# What was read last, by the identity of calls: many checks read the same assembly.
_READ: dict[int, tuple[MacroCall, Assembly]] = {}
_MOST_READ = 20_000


# -- pieces of the text ------------------------------------------------------------------------

_TOKEN = re.compile(
    r"""
      (?P<comment>//[^\n]*|/\*.*?\*/)
    | (?P<string>[bc]?r(?P<fence>\#*)".*?"(?P=fence)|[bc]?"(?:\\.|[^"\\])*")
    | (?P<char>b?'(?:\\[^'\n]*|[^'\\\n])')
    | (?P<open>[(\[{])
    | (?P<close>[)\]}])
    | (?P<word>(?:r\#)?\w+)
    | (?P<sign>=>|::|[^\s\w])
    """,
    re.VERBOSE | re.DOTALL,
)


class _Token(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


class _Part(NamedTuple):
    """Tokens between two separators; comments are left out."""

    tokens: tuple[_Token, ...]

    @property
    def start(self) -> int:
        return self.tokens[0].start

    @property
    def end(self) -> int:
        return self.tokens[-1].end

    def after(self, count: int) -> _Part:
        return _Part(self.tokens[count:])

    def word(self, index: int) -> str:
        return self.tokens[index].text if index < len(self.tokens) else ""


class _Places:
    """Where the characters of a text stand in the file."""

    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self._start = start
        self._is_plain = text.isascii()

    def at(self, index: int) -> int:
        if self._is_plain:
            return self._start + index
        return self._start + len(self.text[:index].encode())

    def text_of(self, part: _Part) -> str:
        return self.text[part.start : part.end] if part.tokens else ""


def _tokens(text: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(text):
        kind = str(match.lastgroup if match.lastgroup != "fence" else "string")
        if kind != "comment":
            yield _Token(kind, match[0], match.start(), match.end())


def _split(text: str, separator: str) -> Iterator[_Part]:
    """The parts of a text between separators that stand in no brackets; empty ones are left out."""
    yield from _cut(_tokens(text), separator)


def _cut(tokens: Iterator[_Token] | Sequence[_Token], separator: str) -> Iterator[_Part]:
    depth, held = 0, list[_Token]()
    for token in tokens:
        depth += (token.kind == "open") - (token.kind == "close")
        if token.text == separator and depth == 0:
            if held:
                yield _Part(tuple(held))
            held = []
        else:
            held.append(token)
    if held:
        yield _Part(tuple(held))


def _inside(part: _Part) -> tuple[_Part, _Part]:
    """What stands in the brackets that a part begins with, and what follows them."""
    depth = 0
    for index, token in enumerate(part.tokens):
        depth += (token.kind == "open") - (token.kind == "close")
        if depth == 0:
            return _Part(part.tokens[1:index]), part.after(index + 1)
    return part.after(1), _Part(())


# -- templates ---------------------------------------------------------------------------------

_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u\{([0-9a-fA-F_]+)\}|\n\s*|(.))", re.DOTALL)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}
_LITERAL = re.compile(r'[bc]?(?:r(?P<fence>#*)"(?P<raw>.*)"(?P=fence)|"(?P<plain>.*)")', re.DOTALL)


def _unescaped(match: re.Match[str]) -> str:
    code, wide, letter = match.groups()
    if code or wide:
        point = int((code or wide).replace("_", "") or "0", 16)
        return chr(point) if point < 0x110000 else ""
    return _SIMPLE.get(letter, letter) if letter else ""


def _literal(token: _Token) -> tuple[str, int]:
    """The text of a string, and where its content begins, or -1 where an escape moves it."""
    match = _LITERAL.fullmatch(token.text)
    if match is None:
        return UNKNOWN, -1
    if match["raw"] is not None:
        return match["raw"], token.start + match.start("raw")
    plain = match["plain"]
    if "\\" not in plain:
        return plain, token.start + match.start("plain")
    return _ESCAPE.sub(_unescaped, plain), -1


def _template(part: _Part, where: _Places) -> Template:
    start, end = where.at(part.start), where.at(part.end)
    if len(part.tokens) == 1:
        text, content = _literal(part.tokens[0])
        return Template(start, end, text, -1 if content < 0 else where.at(content))
    bang = _bang(part)
    if bang == 0 or part.word(bang - 1) != "concat":
        return Template(start, end, UNKNOWN)
    pieces, _ = _inside(part.after(bang + 1))
    texts = [
        _literal(token)[0] if token.kind == "string" else UNKNOWN
        for token in pieces.tokens
        if token.kind in ("string", "word")
    ]
    return Template(start, end, "".join(texts))


def _bang(part: _Part) -> int:
    return next((i for i, token in enumerate(part.tokens) if token.text == "!"), 0)


def _is_template(part: _Part) -> bool:
    """Whether a part is a string, or a macro call, which can only be there to make one."""
    if len(part.tokens) == 1:
        return part.tokens[0].kind == "string"
    bang = _bang(part)
    return 0 < bang < len(part.tokens) - 1 and all(
        token.kind == "word" or token.text in ("::", "$") for token in part.tokens[:bang]
    )


# -- the syntax of today -----------------------------------------------------------------------

_REGISTERED = ("in", "out", "inout", "lateout", "inlateout")


def _read_new(parts: Sequence[_Part], where: _Places) -> Assembly:
    templates: list[Template] = []
    operands: list[Operand] = []
    options: list[Word] = []
    clobbers: list[Word] = []
    for written in parts:
        part = _without_attributes(written)
        first, second = part.word(0), part.word(1)
        if not part.tokens:
            continue
        if not operands and _is_template(part):
            templates.append(_template(part, where))
        elif first == "options" and second == "(":
            options += _words(_inside(part.after(1))[0], "word", where)
        elif first == "clobber_abi" and second == "(":
            clobbers += _words(_inside(part.after(1))[0], "string", where)
        else:
            operand = _operand(part, where)
            if operand is not None:
                operands.append(operand)
    return Assembly(tuple(templates), tuple(operands), tuple(options), tuple(clobbers))


def _without_attributes(part: _Part) -> _Part:
    while part.word(0) == "#" and part.word(1) == "[":
        part = _inside(part.after(1))[1]
    return part


def _words(part: _Part, kind: str, where: _Places) -> Iterator[Word]:
    for token in part.tokens:
        if token.kind == kind:
            yield Word(where.at(token.start), where.at(token.end), token.text.strip('"{}~'))


def _operand(part: _Part, where: _Places) -> Operand | None:
    name = ""
    if part.word(1) == "=" and part.tokens[0].kind == "word":
        name, part = part.word(0).removeprefix("r#"), part.after(2)
    kind = part.word(0)
    if kind in _REGISTERED and part.word(1) == "(":
        inside, value = _inside(part.after(1))
        value, result = _at_arrow(value)
        register = where.text_of(inside).strip('"')
        return _made(value, where, kind, name, register, where.text_of(result))
    if kind in ("const", "sym", "label"):
        return _made(part.after(1), where, kind, name)
    return None


def _at_arrow(part: _Part) -> tuple[_Part, _Part]:
    depth = 0
    for index, token in enumerate(part.tokens):
        depth += (token.kind == "open") - (token.kind == "close")
        if token.text == "=>" and depth == 0:
            return _Part(part.tokens[:index]), part.after(index + 1)
    return part, _Part(())


def _made(
    value: _Part, where: _Places, kind: str, name: str, register: str = "", result: str = ""
) -> Operand | None:
    if not value.tokens:
        return None
    start, end = where.at(value.start), where.at(value.end)
    return Operand(start, end, kind, where.text_of(value), name, register, result)


# -- the syntax before -------------------------------------------------------------------------


def _is_old(first: _Part) -> bool:
    """Whether a colon follows the template, which is a string or a macro's call."""
    depth = 0
    for index, token in enumerate(first.tokens):
        depth += (token.kind == "open") - (token.kind == "close")
        if depth == 0 and index and token.text in (":", "::"):
            before = first.tokens[index - 1]
            if before.kind != "word":
                return before.kind in ("string", "close")
    return False


def _read_old(text: str, where: _Places) -> Assembly:
    template, outputs, inputs, clobbers, options = _sections(text)
    operands = [
        operand
        for kind, section in (("out", outputs), ("in", inputs))
        for part in _cut(section, ",")
        if (operand := _old_operand(kind, part, where)) is not None
    ]
    return Assembly(
        (_template(_Part(tuple(template)), where),) if template else (),
        tuple(operands),
        tuple(_words(_Part(tuple(options)), "string", where)),
        tuple(_words(_Part(tuple(clobbers)), "string", where)),
        is_old=True,
    )


def _sections(text: str) -> list[list[_Token]]:
    """Template, outputs, inputs, clobbers and options; those that are not written are empty."""
    sections: list[list[_Token]] = [[]]
    depth = 0
    for token in _tokens(text):
        depth += (token.kind == "open") - (token.kind == "close")
        is_path = len(sections) == 1 and sections[0][-1:] and sections[0][-1].kind == "word"
        if depth == 0 and token.text in (":", "::") and not is_path:
            sections += [[] for _ in token.text]
        else:
            sections[-1].append(token)
    return (sections + [[] for _ in range(5)])[:5]


def _old_operand(kind: str, part: _Part, where: _Places) -> Operand | None:
    """``"=r"(value)``: the constraint tells whether an output is read too."""
    if len(part.tokens) < 3 or part.tokens[0].kind != "string":
        return None
    constraint = part.tokens[0].text.strip('"')
    value, _ = _inside(part.after(1))
    if constraint.startswith("+"):
        kind = "inout"
    elif kind == "in" and constraint in ("i", "n", "s"):
        kind = "const"
    return _made(value, where, kind, "", constraint.strip("=+&{}"))
