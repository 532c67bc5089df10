"""Notations that many macros share, written over as the Rust that comes nearest to them.

A set of flags (``struct F: u32 { const A = 1; }``) becomes an enum, a set of bindings
(``struct S { A => B; }``) a struct, delegated functions (``to self.0 { fn f(&self); }``) stand
alone, a layout of registers (``Regs { (0x0 => a: T), }``) becomes a signature with a parameter a
register, and of arms with matchers the bodies are left. What the lowering makes of each it tells
by the word that stands in the file.
"""

import re
from collections.abc import Iterator

from soundcheck.syntax.macros.tokens import Tokens, closing_of

_ATTRIBUTES = rb"(?:\s*\#\s*\[[^\]]*\])*\s*"
_FLAGS = re.compile(
    rb"\b(?P<word>struct|impl|flags|enum)\s+\w+\s*(?P<repr>:\s*[\w:]+|\(\s*[\w:]+\s*\))\s*(?=\{)"
)
_CONST = re.compile(rb"\b(?P<word>const)\s+(?P<name>\w+)\s*=")
_BINDINGS = re.compile(rb"\bstruct\s+\w+\s*(?=\{" + _ATTRIBUTES + rb"\w+\s*=>)")
_DELEGATION = re.compile(rb"\bto\s+[^{};,]+(?=\{)")
_LAYOUT = re.compile(rb"\b(?P<name>[A-Za-z_]\w*)\s*(?=\{" + _ATTRIBUTES + rb"\(\s*\w+\s*=>)")
_DECLARATION = re.compile(
    rb"." + _ATTRIBUTES + rb"(?:pub\b\s*(?:\([^()]*\)\s*)?)?(?:struct|enum)\s+\w+\s*(?=[({])",
    re.DOTALL,
)
# What may make room for the word `fn`: blanks, and a visibility, which the lowering finds again.
_ROOM = re.compile(rb"(?:(?:pub\b\s*(?:\([^()]*\)\s*)?)|[ \t]{3})\Z")
_WIDEST = 80
_REGISTER = re.compile(rb"\(\s*\w+\s*=>\s*(?:pub\b\s*(?:\([^()]*\))?\s*)?")
# Behind the bracket of a register, what begins a value would go on with a calculation or a call.
_AMBIGUOUS_OPERAND = re.compile(
    rb"\s*(?:\w+\s*=\s*)?(?P<how>(?:in|inout|inlateout)\s*\([^)]*\))\s*(?=[&*(\[-])"
)
_ARROW = re.compile(rb"\s*=>\s*(?=[{(\[])")
_END_OF_ARM = re.compile(rb"\s*[;,]?\s*")


def shaped(work: Tokens) -> Iterator[None]:
    """Write over the notations that are recognised, in one way after another; undone at the end."""
    untouched = bytes(work.bytes)
    code = work.code()
    found = [rewrite(work, code) for rewrite in (_flags, _bindings, _delegation, _layout)]
    if any(found) or _declaration(work, code):
        yield
        work.bytes[:] = untouched
        work.lost.clear()
    arms = _arms(code)
    if arms:
        _leave_bodies(work, arms)
        for _, start, end in arms:
            work.blank(work.base + start, work.base + start + 1)
            work.blank(work.base + end, work.base + end + 1)
        yield
        work.bytes[:] = untouched
        _leave_bodies(work, arms)
        for _, start, end in arms:
            work.put(work.base + start, b"{")
            work.put(work.base + end, b"}")
        yield
        work.bytes[:] = untouched


def _declaration(work: Tokens, code: bytes) -> bool:
    """Leave a type that is declared before some notation of the macro's own."""
    match = _DECLARATION.match(code)
    if match is None:
        return False
    end = closing_of(code, match.end()) + 1
    end += len(code[end:]) - len(code[end:].lstrip(b" \t\r\n;"))
    rest = len(code) - 1
    while rest > end and code[rest - 1 : rest].isspace():
        rest -= 1
    work.lost.append((work.base + end, work.base + rest))
    work.blank(work.base + end, work.end - 1)
    return True


def _flags(work: Tokens, code: bytes) -> bool:
    found = False
    for match in _FLAGS.finditer(code):
        end = closing_of(code, match.end())
        start = work.base + match.start("word")
        work.blank(start, work.base + match.end("word"))
        work.put(start, b"enum")
        work.blank(work.base + match.start("repr"), work.base + match.end("repr"))
        for constant in _CONST.finditer(code, match.end(), end):
            work.blank(work.base + constant.start("word"), work.base + constant.end("word"))
            if constant["name"] == b"_":
                name = work.base + constant.start("name") - 1
                work.put(name, b"__")
                work.names[name] = "_"
        for at in top_level(code, match.end(), end, b";"):
            work.put(work.base + at, b",")
        found = True
    return found


def _bindings(work: Tokens, code: bytes) -> bool:
    found = False
    for match in _BINDINGS.finditer(code):
        end = closing_of(code, match.end())
        start = match.end() + 1
        for stop in top_level(code, match.end(), end, b";"):
            _bind(work, code, start, stop)
            start = stop + 1
        found = True
    return found


def _bind(work: Tokens, code: bytes, start: int, stop: int) -> None:
    """``A => B;`` becomes a field ``A: B,``; with several types behind the arrow, of a tuple."""
    arrow = code.find(b"=>", start, stop)
    if arrow < 0:
        return
    if b"," not in code[arrow:stop]:
        work.put(work.base + arrow, b": ")
        work.put(work.base + stop, b",")
        return
    work.put(work.base + arrow, b":(")
    work.put(work.base + stop, b")")
    if code[stop + 1 : stop + 2].isspace():
        work.put(work.base + stop + 1, b",")


def _delegation(work: Tokens, code: bytes) -> bool:
    found = False
    for match in _DELEGATION.finditer(code):
        start, end = work.base + match.start(), work.base + match.end()
        closing = work.base + closing_of(code, match.end())
        work.lost.append((start, start + len(match[0].rstrip())))
        work.blank(start, end + 1)
        work.blank(closing, closing + 1)
        found = True
    return found


def _layout(work: Tokens, code: bytes) -> bool:
    found = False
    for match in _LAYOUT.finditer(code):
        line = code.rfind(b"\n", 0, match.start()) + 1
        room = _ROOM.search(code, max(line, match.start() - _WIDEST), match.start())
        if room is None:
            continue
        name, opening = work.base + match.start("name"), match.end()
        end = closing_of(code, opening)
        work.blank(work.base + room.start(), name)
        work.put(name - len(b"fn "), b"fn")
        work.put(work.base + opening, b"(")
        work.put(work.base + end, b")")
        if code[end + 1 : end + 2] == b"," or code[end + 1 : end + 2].isspace():
            work.put(work.base + end + 1, b";")
        for register in _REGISTER.finditer(code, opening + 1, end):
            closing = closing_of(code, register.start())
            work.blank(work.base + register.start(), work.base + register.end())
            work.blank(work.base + closing, work.base + closing + 1)
            if b":" not in code[register.end() : closing]:  # a gap in the layout, or its end
                is_separated = code[closing + 1 : closing + 2] == b","
                work.blank(work.base + register.end(), work.base + closing + 1 + is_separated)
        found = True
    return found


def _arms(code: bytes) -> list[tuple[int, int, int]]:
    """The arms that make up all tokens: where the matcher and the body's brackets stand."""
    arms: list[tuple[int, int, int]] = []
    i = len(code) - len(code[1:].lstrip())
    while i < len(code) - 1:
        arrow = _ARROW.match(code, closing_of(code, i) + 1) if code[i] == ord("(") else None
        if arrow is None:
            return []
        end = closing_of(code, arrow.end())
        arms.append((i, arrow.end(), end))
        behind = _END_OF_ARM.match(code, end + 1)
        i = end + 1 if behind is None else behind.end()
    return arms


def _leave_bodies(work: Tokens, arms: list[tuple[int, int, int]]) -> None:
    position = 1
    for _, start, end in arms:
        work.blank(work.base + position, work.base + start)
        position = end + 1
    work.blank(work.base + position, work.end - 1)


def separate_operands(work: Tokens) -> None:
    """Put commas in the place of the colons of assembly as it was before operands had names.

    Today's operands are left alone, but where ``in(reg) &x`` would read as a conjunction.
    """
    code = work.code()
    for at in top_level(code, 0, len(code), b","):
        head = _AMBIGUOUS_OPERAND.match(code, at + 1)
        if head is not None:
            work.blank(work.base + head.start("how"), work.base + head.end("how"))
    colons = list(top_level(code, 0, len(code), b":"))
    if not colons or next(top_level(code, 0, len(code), b","), len(code)) < colons[0]:
        return
    position = 0
    for at in colons:
        is_behind = bool(work.bytes[position:at].strip())
        work.put(work.base + at, b"," if is_behind else b" ")
        position = at + 1


def top_level(code: bytes, opening: int, end: int, wanted: bytes) -> Iterator[int]:
    """Where a byte stands between a pair of brackets, and not inside further ones."""
    depth = 0
    for match in re.finditer(rb"[()\[\]{}" + wanted + rb"]", code[opening:end]):
        token = match[0]
        if token == wanted:
            if depth == 1:
                yield opening + match.start()
        else:
            depth += 1 if token in b"([{" else -1
