"""The names in a binary's symbol table: which are mangled, and what they stand for.

The two manglings of rustc: v0, and the older *legacy* one, which writes a path into the shape of
a C++ name with a hash at its end. Names of other kinds pass through.
"""

import re

from soundcheck.traces.v0 import demangle_v0

_LEGACY_PREFIX = re.compile(r"_?_ZN(?=[0-9])")
_LEGACY_LENGTH = re.compile(r"[0-9]{1,8}")
_LEGACY_HASH = re.compile(r"h[0-9a-f]{16}")
_LEGACY_END = re.compile(r"17h[0-9a-f]{16}E")
_V0_PREFIX = re.compile(r"_?_R[CMXYNI]\D*[0-9]")
# Characters that linkers may not know, as rustc's legacy mangling spells them between dollars.
_LEGACY_ESCAPES = {
    "SP": "@", "BP": "*", "RF": "&", "LT": "<", "GT": ">", "LP": "(", "RP": ")", "C": ",",
}  # fmt: skip
_LEGACY_CODE = re.compile(r"u([0-9a-f]{1,6})")
_LLVM_SUFFIX = re.compile(r"\.llvm\.[0-9A-F]+$")
# What other demanglers leave of the legacy spelling, uftrace's own and those for C++.
_LEFT_ESCAPE = re.compile(r"\$([A-Za-z0-9]+)\$")
_LEFT_ANGLE = re.compile(r"(?:(?<=::)|^)_(?=<)")
_LEFT_COLONS = re.compile(r"(?<=[\w>)\]}])\.\.(?=[\w<({\[])")
_LEFT_OUT_COLONS = re.compile(r"(?<=[^-]>)(?=\w)")
_LEFT_HASH = re.compile(r"(?<=.)::h[0-9a-f]{16}$")


def demangle(symbol: str) -> str:
    """The path a symbol stands for, without hash and suffix; other names are left as they are."""
    text = demangle_v0(symbol) or demangle_legacy(symbol)
    return text if text is not None else _LLVM_SUFFIX.sub("", symbol)


def is_undecodable(symbol: str) -> bool:
    """Whether a symbol is made like a mangled one of Rust's, and yet no path can be read from it.

    A C++ name begins as a legacy one does, but has no hash.
    """
    if _V0_PREFIX.match(symbol):
        return demangle_v0(symbol) is None
    has_hash = _LEGACY_PREFIX.match(symbol) and _LEGACY_END.search(symbol)
    return bool(has_hash) and demangle_legacy(symbol) is None


def demangle_legacy(symbol: str) -> str | None:
    """The path a legacy symbol stands for, or nothing if it is none."""
    prefix = _LEGACY_PREFIX.match(symbol)
    if prefix is None or not symbol.isascii():
        return None
    at = prefix.end()
    segments: list[str] = []
    while length := _LEGACY_LENGTH.match(symbol, at):
        at = length.end() + int(length[0])
        segments.append(symbol[length.end() : at])
    if symbol[at : at + 1] != "E" or symbol[at + 1 : at + 2] not in ("", "."):
        return None
    if len(segments) > 1 and _LEGACY_HASH.fullmatch(segments[-1]):
        segments.pop()
    return "::".join(_unescape(segment) for segment in segments)


def _unescape(segment: str) -> str:
    """One segment as rustc had it before ``$LT$`` for ``<``, and ``..`` for ``::``.

    From an escape on that does not exist the rest is left as it is.
    """
    if segment.startswith("_$"):
        segment = segment[1:]
    text = ""
    at = 0
    while at < len(segment):
        if segment.startswith("..", at):
            text += "::"
            at += 2
        elif segment[at] == "$":
            end = segment.find("$", at + 1)
            char = _escaped(segment[at + 1 : end]) if end > 0 else ""
            if not char:
                return text + segment[at:]
            text += char
            at = end + 1
        else:
            text += segment[at]
            at += 1
    return text


def _escaped(name: str) -> str:
    """The character that ``$name$`` stands for, or nothing."""
    code = _LEGACY_CODE.fullmatch(name)
    if code is None:
        return _LEGACY_ESCAPES.get(name, "")
    value = int(code[1], 16)
    if value > 0x10FFFF or 0xD800 <= value <= 0xDFFF or not chr(value).isprintable():
        return ""
    return chr(value)


def respell(name: str) -> str:
    """A name from a text that a tool wrote: demangled if it is not, and spelled as we do.

    uftrace writes ``_<a..B as c..D>::f`` for ``<a::B as c::D>::f`` and ``<u8>f`` for ``<u8>::f``,
    and with a demangler for C++ ``_$LT$a::B$u20$as$u20$c::D$GT$::f::h0123456789abcdef``.
    """
    text = _LEFT_HASH.sub("", demangle(name))
    if "$" in text:
        text = _LEFT_ESCAPE.sub(lambda match: _escaped(match[1]) or match[0], text)
    if ".." in text or "_<" in text:
        text = _LEFT_COLONS.sub("::", _LEFT_ANGLE.sub("", text))
    return _LEFT_OUT_COLONS.sub("::", text)
