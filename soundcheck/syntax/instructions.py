"""The instructions of assembly: mnemonics with their operands, and patterns that they match.

No assembler is built in. A template is cut into instructions by what all of them share, and the
operands stand in the order of Intel's syntax, the destination first, whichever was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

import msgspec

from soundcheck.syntax.inline_assembly import Assembly, Template
from soundcheck.syntax.items import Node
from soundcheck.syntax.literals import read_integer


class Instruction(Node, frozen=True):
    """One instruction in lower case; ``{2}`` in an operand is the operand of that number.

    ``start..end`` is the instruction where its template is in the file as it is, else all of the
    template.
    """

    mnemonic: str
    operands: tuple[str, ...]

    @property
    def text(self) -> str:
        """The instruction as one line."""
        return f"{self.mnemonic} {', '.join(self.operands)}".strip()


class Pattern(msgspec.Struct, frozen=True):
    """A mnemonic and what its first operands are; ``_`` stands for any, ``*`` ends a prefix."""

    mnemonic: str
    operands: tuple[str, ...]


PATTERN = r"[a-z][\w.]*\*?( (_|[\w.]+\*?))*"
PATTERN_FORM = "a mnemonic and the operands that matter, `_` for any, `*` after a prefix"


@cache
def read_patterns(texts: tuple[str, ...]) -> tuple[Pattern, ...]:
    """The patterns that a page writes as ``mov cr3`` or ``csrrw _ satp``."""
    words = (text.split() for text in texts)
    return tuple(Pattern(first, tuple(rest)) for first, *rest in words)


def match_of(
    assembly: Assembly, instruction: Instruction, patterns: Sequence[Pattern]
) -> Pattern | None:
    """The first pattern that an instruction matches."""
    for pattern in patterns:
        if not _fits(instruction.mnemonic, pattern.mnemonic):
            continue
        if len(pattern.operands) > len(instruction.operands):
            continue
        pairs = zip(instruction.operands, pattern.operands, strict=False)
        if all(_operand_fits(assembly, operand, wanted) for operand, wanted in pairs):
            return pattern
    return None


def may_hold(text: str, patterns: Sequence[Pattern]) -> bool:
    """Whether the text of a call has all words of some pattern in it.

    It tells what need not be read, and costs far less than reading it.
    """
    lower = text.lower()
    if _PUT_TOGETHER.search(lower):
        return True
    for pattern in patterns:
        for word in _words(pattern):
            if word not in lower:
                break
        else:
            return True
    return False


def instructions_of(assembly: Assembly) -> Iterator[Instruction]:
    """The instructions of all templates, in order; labels and directives are left out."""
    numbers = _Numbers(assembly)
    is_x86 = assembly.is_att and any("%" in one.text for one in assembly.templates)
    for template in assembly.templates:
        for start, end, line in _lines(template.text):
            text = numbers.put_in(line).lower()
            words = _WORDS.match(text)
            if words is None or words["mnemonic"].startswith("."):
                continue
            operands = tuple(_operands(words["rest"]))
            if is_x86:
                operands = tuple(_plain(operand) for operand in reversed(operands))
            place = _place(template, start, end)
            yield Instruction(*place, words["mnemonic"], operands)


def placeholders(text: str) -> Iterator[int]:
    """The numbers of the operands that a part of an instruction names."""
    for match in re.finditer(r"\{(\d+)\}", text):
        yield int(match[1])


def value_of(assembly: Assembly, operand: str) -> int | None:
    """The number that an operand is, if it is written down: ``#2``, ``{0}`` of ``const 1 << 1``."""
    whole = re.fullmatch(r"[#$]?\{(\d+)\}", operand)
    if whole is not None:
        index = int(whole[1])
        if index < len(assembly.operands) and assembly.operands[index].is_input:
            return _number(assembly.operands[index].text)
        return None
    return _number(operand.lstrip("#$"))


# -- cutting -----------------------------------------------------------------------------------

# A `#` before a number or a placeholder is an immediate's, before anything else a comment's.
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*|#(?![\d{:(\-'])[^\n]*|(?<=\s)@[^\n]*", re.DOTALL)
# What makes a text of pieces, or of signs that are not written as they are.
_PUT_TOGETHER = re.compile(r"concat|\\[xu\n]")
_LINE = re.compile(r"[^\n;]+")
_WORDS = re.compile(
    r"\s*(?:[\w.$]+:\s*)*(?:(?:lock|rep|repe|repne|data16|rex64|notrack)\s+)?"
    r"(?P<mnemonic>[a-z.][\w.]*)(?P<rest>.*)",
    re.DOTALL,
)
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|\$(?:(\d+)|\{(\d+)(?::\w+)?\})|\$\$")


def _lines(text: str) -> Iterator[tuple[int, int, str]]:
    """The instructions of a template with their labels; comments become blanks."""
    blank = _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    for match in _LINE.finditer(blank):
        line = match[0].rstrip()
        start = len(line) - len(line.lstrip())
        if start < len(line):
            yield match.start() + start, match.start() + len(line), line


def _place(template: Template, start: int, end: int) -> tuple[int, int]:
    if template.content < 0 or not template.text.isascii():
        return template.start, template.end
    return template.content + start, template.content + end


def _operands(text: str) -> Iterator[str]:
    depth, held = 0, ""
    for sign in text:
        depth += (sign in "[({") - (sign in "])}")
        if sign == "," and depth == 0:
            yield held.strip()
            held = ""
        else:
            held += sign
    if held.strip():
        yield held.strip()


def _plain(operand: str) -> str:
    """An operand of AT&T's syntax without the marks of registers and immediates."""
    return operand.replace("%", "").lstrip("$")


class _Numbers:
    """The operands by number: ``{}`` counts on, ``{name}`` is looked up."""

    def __init__(self, assembly: Assembly) -> None:
        self._is_old = assembly.is_old
        self._by_name = {
            operand.name: index for index, operand in enumerate(assembly.operands) if operand.name
        }
        self._next = 0

    def put_in(self, text: str) -> str:
        return _PLACEHOLDER.sub(self._number, text)

    def _number(self, match: re.Match[str]) -> str:
        old = match[2] or match[3]
        if match[0] in ("{{", "}}"):
            return match[0][0]
        if self._is_old or old is not None:
            return f"{{{old}}}" if self._is_old and old is not None else match[0].replace("$$", "$")
        name = (match[1] or "").partition(":")[0].strip()
        if not name:
            self._next += 1
            return f"{{{self._next - 1}}}"
        if name.isdigit():
            return f"{{{name}}}"
        return f"{{{self._by_name.get(name, '?')}}}"


# -- matching ----------------------------------------------------------------------------------

_SHIFT = re.compile(r"(\w+)\s*<<\s*(\w+)")
_MOST_BITS = 63


def _number(text: str) -> int | None:
    text = text.strip().strip("()").strip()
    shift = _SHIFT.fullmatch(text)
    if shift is None:
        return read_integer(text)
    base, by = read_integer(shift[1]), read_integer(shift[2])
    return None if base is None or by is None or by > _MOST_BITS else base << by


def _fits(word: str, wanted: str) -> bool:
    if wanted.endswith("*"):
        return word.startswith(wanted[:-1])
    return word == wanted


@cache
def _words(pattern: Pattern) -> tuple[str, ...]:
    """What stands in the text of whatever matches a pattern: no numbers, which have many forms."""
    told = (pattern.mnemonic, *pattern.operands)
    return tuple(word.rstrip("*") for word in told if word != "_" and not word[:1].isdigit())


def _operand_fits(assembly: Assembly, operand: str, wanted: str) -> bool:
    if wanted == "_":
        return True
    if wanted[:1].isdigit():
        return value_of(assembly, operand) == int(wanted)
    return _fits(operand.lstrip("%"), wanted)
