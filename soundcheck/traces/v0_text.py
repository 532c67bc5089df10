"""How constants and identifiers of v0 symbols read in text."""

_ESCAPES = {"\0": "\\0", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\\": "\\\\"}


class UndecodableError(Exception):
    """The bytes are no v0 symbol, or one too large to tell."""


def tuple_text(parts: list[str]) -> str:
    """A tuple of these parts."""
    return f"({parts[0]},)" if len(parts) == 1 else f"({', '.join(parts)})"


def integer_text(digits: str) -> str:
    """A number from its hexadecimal digits: decimal, and as it stands from 2⁶⁴ on."""
    digits = digits.lstrip("0") or "0"
    return str(int(digits, 16)) if len(digits) <= 16 else f"0x{digits}"


def char_of(digits: str) -> str:
    """A character from the hexadecimal digits of its code."""
    value = int(digits or "0", 16) if len(digits.lstrip("0")) <= 6 else 0x110000
    if value > 0x10FFFF or 0xD800 <= value <= 0xDFFF:
        raise UndecodableError
    return chr(value)


def quoted(text: str, quote: str) -> str:
    """A literal of a string or a character, by its quote."""
    shown = ""
    for char in text:
        if char in _ESCAPES:
            shown += _ESCAPES[char]
        elif char == quote:
            shown += f"\\{char}"
        else:
            shown += char if char.isprintable() else f"\\u{{{ord(char):x}}}"
    return f"{quote}{shown}{quote}"


def from_punycode(name: bytes) -> str:
    """An identifier in Punycode, where ``_`` stands for the ``-`` before its last part."""
    plain, _, coded = name.rpartition(b"_")
    standard = plain + b"-" + coded if plain else coded
    try:
        decoded = standard.decode("punycode")
        decoded.encode("utf-8")
    except (UnicodeError, ValueError, OverflowError):
        return f"punycode{{{standard.decode('ascii', 'replace')}}}"
    return decoded
