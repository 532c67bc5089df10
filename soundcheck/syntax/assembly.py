"""Assembly as far as it concerns Rust: which routines there are, and which symbols each names.

Read are the dialects of GNU's assembler for any processor, as templates of Rust's macros too, and
that of NASM. Instructions are not understood: what is no declaration uses the words behind it.
Macros are expanded where they are defined in the same unit; loops are read once, and all branches
of conditions are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec


class Piece(NamedTuple):
    """A text of a unit: where its file holds it, and its bytes as one character each."""

    path: str
    start: int
    text: str


class SymbolUse(msgspec.Struct, frozen=True, gc=False):
    """A word that may be a symbol, behind the instruction or directive ``how``, and its place.

    Of a word with a hole in it that only a loop would fill, the hole is a ``*``.
    ``{name}`` stands for an operand of the Rust macro.
    """

    symbol: str
    how: str
    path: str
    start: int
    end: int


class Routine(msgspec.Struct, frozen=True, gc=False):
    """What stands behind one label and before the next; data may, too.

    ``falls_through`` tells that what stands behind the next label is run after it.
    """

    label: str
    path: str
    start: int
    uses: tuple[SymbolUse, ...]
    falls_through: bool


class _Statement(NamedTuple):
    """One statement, and its place; that of the macro's call where the call tells what it says."""

    text: str
    path: str
    start: int
    end: int


class _Macro(NamedTuple):
    """A macro: its parameters with their defaults, and what it says."""

    params: tuple[tuple[str, str], ...]
    body: list[_Statement]


# Strings hold what stands in no comment, and the other way round.
_STRING = r'"(?:[^"\\\n]|\\.)*"?'
_HIDDEN = re.compile(
    rf"{_STRING}|/\*.*?(?:\*/|\Z)|//[^\n]*|^[ \t]*#[^\n]*|#(?=[ \t])[^\n]*|@(?=[ \t])[^\n]*",
    re.DOTALL | re.MULTILINE,
)
_NASM_HIDDEN = re.compile(rf"{_STRING}|'[^'\n]*'|;[^\n]*")
_NASM = re.compile(
    r"^[ \t]*(?:\[?[ \t]*(?:bits[ \t]+\d|use(?:16|32|64)\b|default[ \t]+rel|global[ \t]|"
    r"extern[ \t]|section[ \t]|org[ \t])|%(?:macro|include|define|if|rep|assign)\b)",
    re.MULTILINE | re.IGNORECASE,
)
_LABEL = re.compile(r"\s*([A-Za-z_.$\\%\d][\w.$\\%@()]*)\s*:(?!:)")
# What a macro of the C preprocessor declares, as `ENTRY(name)` and `END(name)` do.
_DECLARED = re.compile(r"\s*([A-Z_]+)\(\s*([\w.$\\%]+)\s*\)\s*")
_BEGINNING = re.compile(r"ENTRY|START|BEGIN|FUNC$|GLOBAL$")
_HEAD = re.compile(r"\s*\[?\s*([.%]?[A-Za-z_][\w.]*)(.*)", re.DOTALL)
_PREFIX = re.compile(r"\s*(?:(?:lock|repn?[ez]?|bnd|notrack|times\s+\S+)\s+)+", re.IGNORECASE)
_ASSIGNMENT = re.compile(r"\s*(?:[\w.$]+\s*={1,2}(?!=)|[\w.$]+\s+equ\b)", re.IGNORECASE)
_HOLE = r"\\\(\)|\\\w+|(?<=\w)%\+?\w+"
_WORD = re.compile(
    rf"\{{\w*(?::\w+)?\}}|(?<![\w.$])\$?((?:[A-Za-z_.]|\\\w)(?:[\w.$]|{_HOLE})*)(?![\w$])"
)
_HOLES = re.compile(_HOLE)
_DEFINED = re.compile(r"\s*([^\s,]*)[\s,]*(.*)", re.DOTALL)
_PARAM = re.compile(r"([A-Za-z_]\w*)\s*(?::\s*(?:req|vararg))?(?:\s*=\s*([^\s,]*))?")
_GIVEN = re.compile(r"([A-Za-z_]\w*)\s*=\s*(.*)", re.DOTALL)
_FILLED = re.compile(r"\\(\(\)|@|[A-Za-z_]\w*)|(?<!%)%(\d+)|%%(?=\w)")

# Directives that use what they name; all others declare it, or speak of something else.
_DATA = frozenset(
    {".2byte", ".4byte", ".8byte", ".dc.a", ".dc.l", ".dword", ".half", ".hword", ".int", ".irp",
     ".long", ".octa", ".quad", ".short", ".value", ".word", ".xword"}
)  # fmt: skip
_SECTIONS = frozenset(
    {".bss", ".data", ".popsection", ".previous", ".pushsection", ".rodata", ".section",
     ".subsection", ".text", "section", "segment"}
)  # fmt: skip
_DECLARATIONS = frozenset(
    {"absolute", "align", "alignb", "bits", "common", "cpu", "default", "extern", "global",
     "incbin", "org", "required", "section", "segment", "static", "struc", "use16", "use32",
     "use64"}
)  # fmt: skip
_DATA_WORDS = frozenset({"db", "dd", "do", "dq", "dt", "dw", "resb", "resd", "resq", "resw"})
# What stands behind these is run only by those who name it.
_LAST = frozenset(
    {"b", "br", "bx", "eret", "ertn", "iret", "iretd", "iretq", "iretw", "j", "jirl", "jmp", "jmpq",
     "jr", "ljmp", "ljmpl", "ljmpq", "lret", "lretq", "mret", "ret", "retf", "retfq", "retq",
     "rfe", "sret", "sysexit", "sysret", "sysretl", "sysretq", "tail", "ud2"}
)  # fmt: skip
# A macro that calls macros is followed no further than this, in depth and in all.
_DEEPEST = 16
_MOST_STATEMENTS = 100_000


def read_routines(pieces: Iterable[Piece]) -> tuple[Routine, ...]:
    """The routines of one unit, its pieces assembled one after the other."""
    return _Unit(pieces).routines()


def words_of(text: str) -> tuple[str, ...]:
    """The words that may be symbols in a text, in order, each once."""
    routines = read_routines([Piece("", 0, text)])
    return tuple(dict.fromkeys(use.symbol for routine in routines for use in routine.uses))


class _Unit:
    """A unit while it is read: its macros, and its routines so far."""

    def __init__(self, pieces: Iterable[Piece]) -> None:
        self._macros: dict[str, _Macro] = {}
        self._used: set[str] = set()
        self._found: list[Routine] = []
        self._label = ""
        self._at = ("", 0)
        self._uses: list[SymbolUse] = []
        self._last = ""
        self._is_begun = False
        self._expanded = 0
        self._calls = 0
        self._read([one for piece in pieces for one in _statements(piece)], 0)
        self._end("")

    def routines(self) -> tuple[Routine, ...]:
        """The routines in order of writing; those of macros nobody calls come last."""
        for name, macro in tuple(self._macros.items()):
            if name not in self._used:
                self._read(macro.body, _DEEPEST)
                self._end("")
        return tuple(self._found)

    def _read(self, statements: Sequence[_Statement], depth: int) -> None:
        definition: _Macro | None = None
        inner = 0
        for one in statements:
            begun, ended = _macro_begun(one.text), _macro_ended(one.text)
            if definition is not None:
                inner += (begun is not None) - ended
                if inner == 0:
                    definition = None
                else:
                    definition.body.append(one)
            elif begun is not None:
                name, definition = begun
                self._macros[name] = definition
                self._used.discard(name)
                inner = 1
            else:
                self._statement(one, depth)

    def _statement(self, one: _Statement, depth: int) -> None:
        at = 0
        while match := _LABEL.match(one.text, at):
            self._begin(match[1], one)
            at = match.end()
        text = one.text[at:]
        if match := _DECLARED.fullmatch(text):
            if _BEGINNING.search(match[1]):
                self._begin(match[2], one)
            return
        if prefix := _PREFIX.match(text):
            text = text[prefix.end() :]
        head = None if _ASSIGNMENT.match(text) else _HEAD.match(text)
        if head is None:
            return
        name, operands = head[1], head[2]
        macro = self._macros.get(name)
        if macro is not None and depth < _DEEPEST and self._expanded < _MOST_STATEMENTS:
            self._expand(name, macro, operands, one, depth)
            return
        word = name.lower()
        if word in _SECTIONS:
            self._end("")
        if word in _DECLARATIONS or (word[0] in ".%" and word not in _DATA):
            return
        if word in _LAST or not name.isupper():
            # Macros of the C preprocessor may be anything.
            self._last = word
        self._is_begun = True
        for symbol in _words(operands):
            self._uses.append(SymbolUse(symbol, name, one.path, one.start, one.end))

    def _expand(
        self, name: str, macro: _Macro, operands: str, call: _Statement, depth: int
    ) -> None:
        self._used.add(name)
        self._calls += 1
        values = _values(macro.params, operands, f"@{self._calls}")
        body = []
        for one in macro.body:
            text = _filled(one.text, values)
            place = one if text == one.text else call
            body.append(_Statement(text, place.path, place.start, place.end))
        self._expanded += len(body)
        self._read(body, depth + 1)

    def _begin(self, label: str, one: _Statement) -> None:
        if label[0] in ".0123456789" or "@" in label:
            # Nobody but its neighbours can name it.
            return
        self._end(label)
        self._at = (one.path, one.start)
        self._is_begun = True

    def _end(self, following: str) -> None:
        """Close the routine at hand, and open the next one."""
        falls = bool(following) and self._last not in _LAST and self._last not in _DATA
        falls = falls and self._last not in _DATA_WORDS
        if self._is_begun:
            path, start = self._at
            routine = Routine(self._label, path, start, tuple(self._uses), falls)
            self._found.append(routine)
        self._label, self._uses, self._last, self._is_begun = following, [], "", False


def _statements(piece: Piece) -> Iterator[_Statement]:
    """The statements of a text, without comments and strings."""
    is_nasm = _NASM.search(piece.text) is not None
    text = (_NASM_HIDDEN if is_nasm else _HIDDEN).sub(_blank, piece.text)
    start = 0
    for line in re.split(r"\n" if is_nasm else r"[\n;]", text):
        bare = line.strip()
        if bare:
            begin = piece.start + start + line.index(bare)
            yield _Statement(bare, piece.path, begin, begin + len(bare))
        start += len(line) + 1


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def _words(operands: str) -> Iterator[str]:
    for match in _WORD.finditer(operands):
        if match[1] is None:
            yield match[0]
            continue
        word = _HOLES.sub("*", match[1])
        if word.strip("*."):
            yield word


def _macro_begun(text: str) -> tuple[str, _Macro] | None:
    """The macro whose definition a statement begins."""
    head = _HEAD.match(text)
    if head is None or head[1].lower() not in (".macro", "%macro", "%imacro"):
        return None
    defined = _DEFINED.fullmatch(head[2])
    if defined is None:
        return None
    named = [] if head[1][0] == "%" else _PARAM.findall(defined[2])
    return defined[1], _Macro(tuple(named), [])


def _macro_ended(text: str) -> bool:
    return text.lower().startswith((".endm", "%endm"))


def _values(params: Sequence[tuple[str, str]], operands: str, number: str) -> dict[str, str]:
    """What stands for each parameter in one expansion of a macro, by name and by number."""
    parts = operands.split(",") if "," in operands else operands.split()
    values = dict(params)
    at = 0
    for part in parts:
        given = _GIVEN.fullmatch(part.strip())
        if given is not None and given[1] in values:
            values[given[1]] = given[2]
            continue
        if at < len(params):
            values[params[at][0]] = part.strip()
        at += 1
        values[str(at)] = part.strip()
    values["()"] = ""
    values["@"] = number
    return values


def _filled(text: str, values: Mapping[str, str]) -> str:
    def fill(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        if name is None:
            # `%%label` is local to the expansion.
            return f".{values['@']}."
        return values.get(name, match[0])

    return _FILLED.sub(fill, text)
