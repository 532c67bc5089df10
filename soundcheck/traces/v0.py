"""Demangling v0 symbols, https://doc.rust-lang.org/rustc/symbol-mangling/v0.html (RFC 2603).

The text is the recommended one: no crate disambiguators, no suffixes on constants, an impl by its
type and trait. Constants of structured types and pattern types, which that page does not yet
tell, are read as rustc writes them.
"""

from __future__ import annotations

from collections.abc import Callable

from soundcheck.traces.v0_text import (
    UndecodableError,
    char_of,
    from_punycode,
    integer_text,
    quoted,
    tuple_text,
)

_PREFIXES = (b"_R", b"__R")
_DIGITS = b"0123456789"
_LOWER = b"abcdefghijklmnopqrstuvwxyz"
_UPPER = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BASE_62 = {byte: value for value, byte in enumerate(_DIGITS + _LOWER + _UPPER)}
_HEX = frozenset(b"0123456789abcdef")
_BASIC_TYPES = {
    "a": "i8", "b": "bool", "c": "char", "d": "f64", "e": "str", "f": "f32", "h": "u8",
    "i": "isize", "j": "usize", "l": "i32", "m": "u32", "n": "i128", "o": "u128", "p": "_",
    "s": "i16", "t": "u16", "u": "()", "v": "...", "x": "i64", "y": "u64", "z": "!",
}  # fmt: skip
_NAMESPACES = {"C": "closure", "S": "shim"}
# How deep a symbol may nest, and how many steps and characters its back references may cost:
# a few bytes of them can stand for any number of each.
_MAX_DEPTH = 200
_MAX_NUMBER = 2**64 - 1
_MAX_COST = 200_000


def demangle_v0(symbol: str) -> str | None:
    """The path a v0 symbol stands for, or nothing if it is none.

    What rustc and LLVM append after it (``.llvm.…``, the instantiating crate) is left out.
    """
    reader = _reader_of(symbol)
    if reader is None:
        return None
    try:
        text = reader.path(as_value=True)
        if reader.peek().isupper():
            reader.path(as_value=False)
    except UndecodableError:
        return None
    return text if reader.peek() in b".$" else None


def home_v0(symbol: str) -> str | None:
    """The module in which the ``impl`` stands that the symbol's item belongs to, if to any."""
    reader = _reader_of(symbol)
    if reader is None:
        return None
    try:
        while (tag := reader.take()) in "NI":
            if tag == "N":
                reader.take()
        if tag not in "MX":
            return None
        reader.disambiguator()
        return reader.path(as_value=False)
    except UndecodableError:
        return None


def _reader_of(symbol: str) -> _Reader | None:
    data = symbol.encode("utf-8", "surrogatepass")
    for prefix in _PREFIXES:
        # A digit here would be the version of an encoding that does not exist yet.
        if data.startswith(prefix) and data[len(prefix) : len(prefix) + 1].isupper():
            return _Reader(data[len(prefix) :])
    return None


class _Reader:
    """A position in a symbol after its ``_R``; each method reads one production and tells it."""

    __slots__ = ("at", "bound", "cost", "data", "depth")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.depth = 0
        self.bound = 0
        self.cost = 0

    def peek(self) -> bytes:
        """The next byte, or none at the end."""
        return self.data[self.at : self.at + 1]

    def take(self) -> str:
        if self.at >= len(self.data):
            raise UndecodableError
        self.at += 1
        return chr(self.data[self.at - 1])

    def has(self, tag: bytes) -> bool:
        if self.peek() != tag:
            return False
        self.at += 1
        return True

    def nest(self) -> None:
        self.depth += 1
        self.cost += 1
        if self.depth > _MAX_DEPTH or self.cost > _MAX_COST:
            raise UndecodableError

    def number(self) -> int:
        """A base-62 number: ``_`` is 0, otherwise one more than its digits say."""
        value = 0
        start = self.at
        while not self.has(b"_"):
            digit = _BASE_62.get(ord(self.take()))
            if digit is None or value > _MAX_NUMBER:
                raise UndecodableError
            value = value * 62 + digit
        value += self.at - start > 1
        if value > _MAX_NUMBER:
            raise UndecodableError
        return value

    def tagged_number(self, tag: bytes) -> int:
        return self.number() + 1 if self.has(tag) else 0

    def disambiguator(self) -> int:
        return self.tagged_number(b"s")

    def identifier(self) -> str:
        is_punycode = self.has(b"u")
        start = self.at
        while self.peek() and self.peek() in _DIGITS:
            self.at += 1
            if self.data[start] == _DIGITS[0]:
                break
        if not start < self.at < start + 9:
            raise UndecodableError
        length = int(self.data[start : self.at])
        self.has(b"_")
        name = self.data[self.at : self.at + length]
        self.at += length
        if len(name) < length or (is_punycode and (not name or name.endswith(b"_"))):
            raise UndecodableError
        return from_punycode(name) if is_punycode else name.decode("utf-8", "replace")

    def until_end(self, one: Callable[[], str]) -> list[str]:
        found = []
        while not self.has(b"E"):
            found.append(one())
        return found

    def back_reference(self, one: Callable[[], str]) -> str:
        """What stands at an earlier place, read as ``one`` reads; the tag is already taken."""
        own = self.at - 1
        target = self.number()
        if target >= own:
            raise UndecodableError
        after, self.at = self.at, target
        self.nest()
        text = one()
        self.depth -= 1
        self.at = after
        self.cost += len(text)
        return text

    def path(self, *, as_value: bool) -> str:
        """A path; as a value its generic arguments follow ``::``."""
        self.nest()
        tag = self.take()
        if tag == "C":
            self.disambiguator()
            text = self.identifier()
        elif tag == "N":
            text = self.nested(as_value=as_value)
        elif tag in "MXY":
            if tag != "Y":
                self.disambiguator()
                self.path(as_value=False)
            text = self.type()
            if tag != "M":
                text += f" as {self.path(as_value=False)}"
            text = f"<{text}>"
        elif tag == "I":
            text = self.path(as_value=as_value)
            arguments = ", ".join(self.until_end(self.generic_argument))
            text += f"::<{arguments}>" if as_value else f"<{arguments}>"
        elif tag == "B":
            text = self.back_reference(self.value_path if as_value else self.type_path)
        else:
            raise UndecodableError
        self.depth -= 1
        return text

    def value_path(self) -> str:
        return self.path(as_value=True)

    def type_path(self) -> str:
        return self.path(as_value=False)

    def nested(self, *, as_value: bool) -> str:
        namespace = self.take()
        if not (namespace.isascii() and namespace.isalpha()):
            raise UndecodableError
        parent = self.path(as_value=as_value)
        disambiguator = self.disambiguator()
        name = self.identifier()
        if namespace.islower():
            return f"{parent}::{name}" if name else parent
        kind = _NAMESPACES.get(namespace, namespace)
        return f"{parent}::{{{kind}{':' if name else ''}{name}#{disambiguator}}}"

    def generic_argument(self) -> str:
        if self.has(b"L"):
            return self.lifetime(self.number())
        if self.has(b"K"):
            return self.constant()
        return self.type()

    def lifetime(self, index: int) -> str:
        """A lifetime by its De Bruijn index: 0 is erased, 1 the one bound last."""
        if index == 0:
            return "'_"
        level = self.bound - index
        if level < 0:
            raise UndecodableError
        return f"'{chr(_LOWER[level])}" if level < len(_LOWER) else f"'_{level}"

    def binder(self) -> tuple[int, str]:
        """How many lifetimes are bound from here on, and the ``for<…>`` that tells so."""
        count = self.tagged_number(b"G")
        self.cost += count
        if self.cost > _MAX_COST:
            raise UndecodableError
        self.bound += count
        names = [self.lifetime(index) for index in range(count, 0, -1)]
        return count, f"for<{', '.join(names)}> " if names else ""

    def type(self) -> str:
        tag = self.take()
        if tag in _BASIC_TYPES:
            return _BASIC_TYPES[tag]
        self.nest()
        text = self.compound_type(tag)
        self.depth -= 1
        return text

    def compound_type(self, tag: str) -> str:
        if tag in "RQ":
            lifetime = self.number() if self.has(b"L") else 0
            shown = f"{self.lifetime(lifetime)} " if lifetime else ""
            return f"&{shown}{'mut ' if tag == 'Q' else ''}{self.type()}"
        if tag in "PO":
            return f"*{'const' if tag == 'P' else 'mut'} {self.type()}"
        if tag == "S":
            return f"[{self.type()}]"
        if tag == "A":
            return f"[{self.type()}; {self.constant(is_inside=True)}]"
        if tag == "T":
            return tuple_text(self.until_end(self.type))
        if tag == "F":
            return self.function_type()
        if tag == "D":
            return self.trait_object()
        if tag == "W":
            return f"{self.type()} is {self.pattern()}"
        if tag == "B":
            return self.back_reference(self.type)
        self.at -= 1
        return self.path(as_value=False)

    def function_type(self) -> str:
        count, text = self.binder()
        if self.has(b"U"):
            text += "unsafe "
        if self.has(b"K"):
            abi = "C" if self.has(b"C") else self.abi()
            text += f'extern "{abi}" '
        text += f"fn({', '.join(self.until_end(self.type))})"
        result = "" if self.has(b"u") else f" -> {self.type()}"
        self.bound -= count
        return text + result

    def abi(self) -> str:
        if self.peek() in (b"u", b"0"):
            raise UndecodableError
        return self.identifier().replace("_", "-")

    def trait_object(self) -> str:
        count, text = self.binder()
        text = f"dyn {text}{' + '.join(self.until_end(self.object_bound))}"
        self.bound -= count
        if not self.has(b"L"):
            raise UndecodableError
        lifetime = self.number()
        return f"{text} + {self.lifetime(lifetime)}" if lifetime else text

    def object_bound(self) -> str:
        """A trait, with the associated types it fixes among its generic arguments."""
        has_arguments = self.is_generic()
        text = self.path(as_value=False)
        bindings = []
        while self.has(b"p"):
            name = self.identifier()
            bindings.append(f"{name} = {self.constant() if self.has(b'K') else self.type()}")
        if not bindings:
            return text
        if has_arguments:
            return f"{text[:-1]}, {', '.join(bindings)}>"
        return f"{text}<{', '.join(bindings)}>"

    def is_generic(self) -> bool:
        """Whether the path that begins here ends in generic arguments."""
        start = self.at
        while self.has(b"B"):
            own = self.at - 1
            target = self.number()
            if target >= own:
                raise UndecodableError
            self.at = target
        found = self.peek() == b"I"
        self.at = start
        return found

    def pattern(self) -> str:
        self.nest()
        tag = self.take()
        if tag == "R":
            text = f"{self.constant()}..={self.constant()}"
        elif tag == "O":
            text = " | ".join(self.until_end(self.pattern))
        elif tag == "N":
            text = "!null"
        else:
            raise UndecodableError
        self.depth -= 1
        return text

    def constant(self, *, is_inside: bool = False) -> str:
        """A constant; one that is no literal stands in braces, unless inside another."""
        self.nest()
        tag = self.take()
        if tag in "hmtyoj":
            text = integer_text(self.nibbles())
        elif tag in "aslxni":
            sign = "-" if self.has(b"n") else ""
            text = sign + integer_text(self.nibbles())
        elif tag == "b":
            text = {"0": "false", "1": "true"}.get(self.nibbles().lstrip("0") or "0", "")
        elif tag == "c":
            text = quoted(char_of(self.nibbles()), "'")
        elif tag == "p":
            text = "_"
        elif tag == "B":
            text = self.back_reference(self.inner_constant if is_inside else self.constant)
        elif tag == "R" and self.has(b"e"):
            text = self.string()
        else:
            text = self.compound_constant(tag)
            text = text if is_inside else f"{{{text}}}"
        if not text:
            raise UndecodableError
        self.depth -= 1
        return text

    def inner_constant(self) -> str:
        return self.constant(is_inside=True)

    def compound_constant(self, tag: str) -> str:
        if tag == "e":
            return f"*{self.string()}"
        if tag in "RQ":
            return f"&{'mut ' if tag == 'Q' else ''}{self.inner_constant()}"
        if tag == "A":
            return f"[{', '.join(self.until_end(self.inner_constant))}]"
        if tag == "T":
            return tuple_text(self.until_end(self.inner_constant))
        if tag != "V":
            raise UndecodableError
        text = self.path(as_value=True)
        shape = self.take()
        if shape == "U":
            return text
        if shape == "T":
            return f"{text}({', '.join(self.until_end(self.inner_constant))})"
        if shape == "S":
            return f"{text} {{ {', '.join(self.until_end(self.field))} }}"
        raise UndecodableError

    def field(self) -> str:
        self.disambiguator()
        name = self.identifier()
        return f"{name}: {self.inner_constant()}"

    def nibbles(self) -> str:
        start = self.at
        while not self.has(b"_"):
            if ord(self.take()) not in _HEX:
                raise UndecodableError
        return self.data[start : self.at - 1].decode("ascii")

    def string(self) -> str:
        digits = self.nibbles()
        if len(digits) % 2:
            raise UndecodableError
        try:
            return quoted(bytes.fromhex(digits).decode("utf-8"), '"')
        except UnicodeDecodeError as error:
            raise UndecodableError from error
