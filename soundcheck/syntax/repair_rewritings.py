"""What the grammar rejects though rustc's parser takes it, as patterns and what to put instead.

The patterns see code only: strings, comments and the insides of macro bodies are blank to them.
"""

import re
from functools import cache
from typing import NamedTuple


class Rewriting(NamedTuple):
    """One thing the grammar rejects.

    The group ``x`` of the pattern, or all of its match, becomes ``text`` with blanks after it.
    With ``at_error`` it must touch an error; otherwise stand in an item that has one. Of a node
    that a ``verbatim`` one made readable, syn keeps only the tokens.
    """

    source: bytes
    text: bytes = b""
    at_error: bool = False
    verbatim: bool = False

    @property
    def pattern(self) -> re.Pattern[bytes]:
        """The pattern; most runs repair nothing, so it is made when the first file needs it."""
        return _compiled(self.source)


_compiled = cache(re.compile)
_PRIMITIVE = rb"(?:[ui](?:8|16|32|64|128|size)|f32|f64|bool|str|char)"
_NUMBER = rb"(?<!\w)\d[\d_]*(?:\.[\d_]+)?(?:[eE][+-]?[\d_]+)?"


def _near(pattern: bytes, text: bytes = b"", *, verbatim: bool = False) -> Rewriting:
    return Rewriting(pattern, text, at_error=False, verbatim=verbatim)


def _at(pattern: bytes, text: bytes = b"", *, verbatim: bool = False) -> Rewriting:
    return Rewriting(pattern, text, at_error=True, verbatim=verbatim)


REWRITINGS: tuple[Rewriting, ...] = (
    # Before the rewriting of any `::<` in a type.
    _at(rb"(?:\blet|[{},(|]|=>)\s*(?:\w+::)*\w+\s*(?P<x>::\s*<[^;{}()=]*>)(?=\s*\{)"),
    _at(rb"[{,]\s*(?P<x>\d+)(?=\s*:)", b"A"),
    # Before that of any empty `for<>`.
    _near(rb"\bfor\s*<[^<>]*>(?=\s*(?:(?:const|static|async|move)\b|\|))", verbatim=True),
    # Words before items.
    _near(rb"\bsafe(?=\s+(?:fn|static|unsafe|extern)\b)", verbatim=True),
    _near(rb"\bunsafe(?=\s+static\b)", verbatim=True),
    _near(rb"\bunsafe(?=\s+mod\b)"),
    _near(rb"\bdefault(?=\s+(?:(?:unsafe\s+)?impl\b|const\s+\w+\s*:|type\b))"),
    _near(rb"\bauto(?=\s+trait\b)"),
    _near(rb"\bconst(?=\s+(?:unsafe\s+|auto\s+)*(?:trait|impl)\b)"),
    _near(rb"\bimpl\s*\([^()]*\)(?=\s*(?:(?:unsafe|auto|const)\s+)*trait\b)"),
    _near(rb"\bgen(?=\s+(?:unsafe\s+|extern\b|fn\b|move\b|\{))"),
    _near(rb"\bsuper(?=\s+let\b)"),
    _near(rb"\bunsafe(?=\s+\w+\s*:[^:])"),
    _near(rb"\btype(?=\s+const\b)"),
    _near(rb"\btrait(?=\s+\w+\s*(?:<[^;{}]*>)?\s*=[^=;{}]*;)", b"type "),
    _near(
        rb"(?:\A|[;{}\]]|\bunsafe|\bdefault)\s*impl\s*(?:<[^{};]*?>)?\s*(?P<x>const)(?=\s+[\w:<])",
        verbatim=True,
    ),
    _near(rb"\bimpl\s+(?P<x>const)(?=\s+[\w:<])"),
    _at(rb"\bconst\s+\w+\s*(?P<x><[^;={}]*>)\s*:", verbatim=True),
    _at(rb"\bstruct\s+\w+\s*(?:<[^;{}()]*?>)?\s*(?P<x>where\b[^;{}]*)(?=;)"),
    _near(
        rb"\btype\s+\w+\s*(?:<[^;={}]*>)?\s*(?P<x>:[^;={}]*(?:<[^;={}]*=[^;={}]*>[^;={}]*)*)=[^=]"
    ),
    # Macro definitions.
    _near(rb"\bmacro_rules\s+!", b"macro_rules!"),
    _at(rb"\bmacro_rules!(?=\s*[(\[{])", b"macro_rule_!"),
    _near(rb"(?:\bpub\s*(?:\([^()]*\)\s*)?)?\bmacro\s+\w+\s*(?=\{)", b"macro!", verbatim=True),
    _near(
        rb"(?:\bpub\s*(?:\([^()]*\)\s*)?)?\bmacro\s+\w+\s*\([^(){}]*(?:\([^()]*\)[^(){}]*)*\)\s*(?=\{)",
        b"macro!",
        verbatim=True,
    ),
    # Bounds and types.
    _near(rb"~\s*const\b"),
    _near(rb"\[\s*const\s*\](?=\s*[\w:])"),
    _near(rb"[:+]\s*(?P<x>const)(?=\s+[\w:])"),
    _near(rb"\basync(?=\s+(?:[\w:]*::)?(?:Async)?Fn(?:Mut|Once)?\b)"),
    _near(rb"\bdyn\s+(?P<x>'\w+\s*\+)"),
    _near(rb"\bdyn\s+(?P<x>\?)"),
    _near(rb"\bdyn\s*(?P<x>\*)(?=\s*[\w:])"),
    _near(rb"\+(?=\s*(?:[>,;)]|where\b))"),
    _near(rb"\bwhere\s*(?P<x>\(\s*\))(?=\s*:)", b"u8"),
    _near(rb",\s*(?P<x>\(\s*\))(?=\s*:)", b"u8"),
    _near(rb"\bfor\s*<\s*>"),
    _near(rb"(?:::\s*)?<\s*>"),
    _near(rb"\bunsafe\s*<[^<>]*>"),
    _near(rb"&\s*(?P<x>pin\s+const|pin)(?=\s+\w)"),
    _at(rb"[<,]\s*(?P<x>-)(?=\s*\d[\w]*\s*[,>])"),
    _at(rb"<[^<>;{}()]*\w\s*(?P<x>::)(?=\s*<)"),
    _at(rb"\w\s*(?P<x>::)(?=\s*<)"),
    _at(rb"<\s*\w+\s*=\s*(?P<x>-?\d\w*|'[^']*'|true|false)(?=\s*[,>])", b"A"),
    _at(rb"\](?P<x>:,)(?=\s*\{)", b":A"),
    _at(rb"\](?P<x>:[ \t])(?=\s*\{)", b":A"),
    _at(rb"(?P<x>\[[^\[\]]*\]\s*:\s*,)"),
    _at(rb"[\w\])]\s*(?P<x>:)(?=\s*[>,;={])"),
    # Paths and literals.
    _near(rb"\b" + _PRIMITIVE + rb"(?=\s*(?:!\s*[(\[{]|::\s*<|@))", b"A"),
    _near(rb"\btry(?=\s*!)", b"Try"),
    _near(_NUMBER + rb"_?(?P<x>f16)\b", b"f64"),
    _near(_NUMBER + rb"_?(?P<x>f128)\b", b"f64"),
    # Expressions and patterns.
    _near(rb"\bbox(?=\s+(?:[\w&(\[{*!\"'<|:-]))", b"&", verbatim=True),
    _near(rb"\bbecome\b", b"return", verbatim=True),
    _near(rb"\bdo\s+yeet\b", b"return"),
    _near(rb"\bfor(?P<x>\s+await)\b"),
    _near(rb"\bconst(?=\s*(?:(?:move|async|static)\s+)*(?:move)?\s*\|)"),
    _at(rb"\|[^|(){};]*(?:\((?:[^(){};]|\([^(){};]*\))*\)[^|(){};]*)*(?P<x>,)(?=\s*\|)"),
    _near(rb"!\s*\{\s*\}\s*(?P<x>[ \t])\s*(?=&\s*(?:mut|raw)\b|\|)", b";"),
    _near(rb"\|\s*\((?P<x>\|)"),
    _at(rb"[,{]\s*(?P<x>\.\.)(?=\s*\})"),
    _at(rb"(?P<x>!)(?=\s*(?:,|\)|=>|\|))", b"_"),
    _at(rb":[^;{}()=,]*(?P<x>=[^;{}=]*?)(?=[,}])"),
    _at(rb"\bbuiltin\s*#", verbatim=True),
    _at(rb"(?P<x><(?:[^<>]|<[^<>]*>)*\bas\b(?:[^<>]|<[^<>]*>)*>\s*::)\s*\w[\w:]*\s*\{"),
)
