"""Macros by example, as tokens: matching a call against an arm, and what is transcribed then.

The rules are those of the Rust Reference, "Macros By Example", but that fragments are taken by
what ends them and not by the grammar: a type or expression goes to the next separator.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

import msgspec

_TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*|/\*.*?\*/)
      | r(?P<hash>\#*)".*?"(?P=hash)
      | [bc]?"(?:[^"\\]|\\.)*"
      | b?'(?:[^'\\\n]|\\.[^']*)'
      | '\w+
      | (?:r\#)?[^\W\d]\w*
      | \d\w*(?:\.\d\w*)?
      | ->|=>|::|\.\.=|\.\.\.|\.\.|&&|\|\||[=!<>+*/%^&|-]=
      | .""",
    re.DOTALL | re.VERBOSE,
)
_CLOSERS = {"(": ")", "[": "]", "{": "}"}
_NAME = re.compile(r"(?:r#)?[^\W\d]\w*")
_LITERAL = re.compile(r"""["'\d]|[bcr]+\#*["']|true$|false$""")
# What ends a fragment that is taken up to the next separator.
_ENDS = {
    "ty": frozenset({",", "=>", ";", "=", "|", ":", "{", ">"}),
    "path": frozenset({",", "=>", ";", "=", "|", ":", "{", ">"}),
    "expr": frozenset({",", "=>", ";"}),
    "stmt": frozenset({",", "=>", ";"}),
    "pat": frozenset({",", "=>", "=", "if", "in"}),
    "meta": frozenset({",", "=>", ";"}),
}
_ANGLED = frozenset({"ty", "path"})
_DEEPEST = 40

Tokens = Sequence[str]


class Bound(msgspec.Struct, frozen=True, gc=False):
    """A metavariable of a matcher, and what its fragment is."""

    name: str
    fragment: str


class Group(msgspec.Struct, frozen=True, gc=False):
    """Patterns between delimiters."""

    opener: str
    parts: tuple["Pattern", ...]


class Repeat(msgspec.Struct, frozen=True, gc=False):
    """``$(…)``, what separates its repetitions if anything, and ``?``, ``*`` or ``+``.

    ``names`` are the metavariables in it.
    """

    parts: tuple["Pattern", ...]
    separator: str
    operator: str
    names: tuple[str, ...]


Pattern = str | Bound | Group | Repeat

Value = str | tuple["Value", ...]
"""What a metavariable stands for: one text, or in a repetition one value for each time."""

Bindings = Mapping[str, Value]
"""What each metavariable stands for."""


@lru_cache(maxsize=512)
def split_tokens(text: str) -> tuple[str, ...]:
    """The tokens of a text, without comments."""
    return tuple(found[0] for found in _TOKEN.finditer(text) if found["skip"] is None)


def is_name(text: str) -> bool:
    """Whether a token is an identifier or keyword."""
    return _NAME.fullmatch(text) is not None


def match_arm(matcher: str, tokens: Tokens) -> Bindings | None:
    """What the metavariables of an arm's matcher stand for; ``None`` where it does not match.

    The matcher comes with its delimiters, the tokens without.
    """
    pattern = _read_matcher(matcher)
    if pattern is None:
        return None
    bound: dict[str, Value] = {}
    return bound if _match(pattern, tokens, 0, bound) == len(tokens) else None


def texts_of(value: Value) -> tuple[str, ...]:
    """The texts in a value, in order."""
    if isinstance(value, str):
        return (value,)
    return tuple(text for one in value for text in texts_of(one))


@lru_cache(maxsize=512)
def _read_matcher(matcher: str) -> tuple[Pattern, ...] | None:
    parts = split_tokens(matcher)
    return _patterns(parts[1:-1], 0, 0)[0] if len(parts) > 1 else None


def _names_in(pattern: Sequence[Pattern]) -> Iterator[str]:
    for part in pattern:
        if isinstance(part, Bound):
            yield part.name
        elif not isinstance(part, str):
            yield from _names_in(part.parts)


# -- matchers ----------------------------------------------------------------------------------


def _patterns(tokens: Tokens, i: int, depth: int) -> tuple[tuple[Pattern, ...], int]:
    """The patterns from a token on, up to the delimiter that closes them."""
    found: list[Pattern] = []
    while i < len(tokens) and tokens[i] not in (")", "]", "}"):
        word = tokens[i]
        following = tokens[i + 1] if i + 1 < len(tokens) else ""
        if word == "$" and following == "(" and depth < _DEEPEST:
            inner, close = _patterns(tokens, i + 2, depth + 1)
            separator, operator, i = _repetition(tokens, close + 1)
            found.append(Repeat(inner, separator, operator, tuple(_names_in(inner))))
        elif word == "$" and is_name(following) and tokens[i + 2 : i + 3] == (":",):
            found.append(Bound(following, tokens[i + 3] if i + 3 < len(tokens) else ""))
            i += 4
        elif word in _CLOSERS and depth < _DEEPEST:
            inner, close = _patterns(tokens, i + 1, depth + 1)
            found.append(Group(word, inner))
            i = close + 1
        else:
            found.append(word)
            i += 1
    return tuple(found), i


def _repetition(tokens: Tokens, i: int) -> tuple[str, str, int]:
    separator = ""
    if i < len(tokens) and tokens[i] not in ("?", "*", "+"):
        separator = tokens[i]
        i += 1
    return separator, tokens[i] if i < len(tokens) else "*", i + 1


# -- matching ----------------------------------------------------------------------------------


def _match(
    pattern: Sequence[Pattern], tokens: Tokens, i: int, bound: dict[str, Value]
) -> int | None:
    """Where a match of the pattern that starts at a token ends; ``None`` where there is none."""
    for part in pattern:
        end: int | None
        if isinstance(part, Repeat):
            end = _match_repeat(part, tokens, i, bound)
        elif i >= len(tokens) and not (isinstance(part, Bound) and part.fragment == "vis"):
            return None
        elif isinstance(part, str):
            end = i + 1 if tokens[i] == part else None
        elif isinstance(part, Group):
            end = _match_group(part, tokens, i, bound)
        else:
            end = _fragment_end(part.fragment, tokens, i)
            if end is not None:
                bound[part.name] = " ".join(tokens[i:end])
        if end is None:
            return None
        i = end
    return i


def _match_group(group: Group, tokens: Tokens, i: int, bound: dict[str, Value]) -> int | None:
    if tokens[i] != group.opener:
        return None
    close = _group_end(tokens, i) - 1
    inside = tokens[i + 1 : close]
    return close + 1 if _match(group.parts, inside, 0, bound) == len(inside) else None


def _match_repeat(repeat: Repeat, tokens: Tokens, i: int, bound: dict[str, Value]) -> int:
    rounds: list[dict[str, Value]] = []
    while i < len(tokens) and not (rounds and repeat.operator == "?"):
        start = i
        if rounds and repeat.separator:
            if tokens[i] != repeat.separator:
                break
            start += 1
        inside: dict[str, Value] = {}
        end = _match(repeat.parts, tokens, start, inside)
        if end is None or end == start:
            break
        i = end
        rounds.append(inside)
    for name in repeat.names:
        bound[name] = tuple([inside[name] for inside in rounds])
    return i


def _group_end(tokens: Tokens, i: int) -> int:
    """Where the group that opens at a token ends; behind that token if it opens none."""
    depth = 0
    for j in range(i, len(tokens)):
        if tokens[j] in _CLOSERS:
            depth += 1
        elif tokens[j] in (")", "]", "}"):
            depth -= 1
        if depth <= 0:
            return j + 1
    return len(tokens)


def _fragment_end(fragment: str, tokens: Tokens, i: int) -> int | None:
    """Where a fragment that starts at a token ends; ``None`` where none does."""
    if fragment == "vis":
        return _visibility_end(tokens, i)
    word = tokens[i]
    if fragment == "ident":
        return i + 1 if is_name(word) and word != "_" else None
    if fragment == "lifetime":
        return i + 1 if word.startswith("'") and not word.endswith("'") else None
    if fragment == "literal":
        start = i + (word == "-")
        is_literal = start < len(tokens) and _LITERAL.match(tokens[start])
        return start + 1 if is_literal else None
    if fragment == "tt":
        return _group_end(tokens, i)
    if fragment == "block":
        return _group_end(tokens, i) if word == "{" else None
    if fragment == "item":
        return _item_end(tokens, i)
    return _separated_end(fragment, tokens, i)


def _visibility_end(tokens: Tokens, i: int) -> int:
    if i >= len(tokens) or tokens[i] != "pub":
        return i
    inside = tokens[i + 1 : i + 3]
    is_restricted = len(inside) == 2 and inside[0] == "("
    if is_restricted and inside[1] in ("crate", "self", "super", "in"):
        return _group_end(tokens, i + 1)
    return i + 1


def _item_end(tokens: Tokens, i: int) -> int | None:
    while i < len(tokens):
        end = _group_end(tokens, i)
        if tokens[i] == ";" or tokens[i] == "{":
            return end
        i = end
    return None


def _separated_end(fragment: str, tokens: Tokens, i: int) -> int | None:
    ends = _ENDS.get(fragment.removesuffix("_param").removesuffix("_2021"), _ENDS["expr"])
    start = i
    depth = 0
    while i < len(tokens):
        word = tokens[i]
        if depth <= 0 and word in ends and not (fragment == "path" and word == ":"):
            break
        if fragment in _ANGLED:
            depth += (word == "<") - (word == ">")
        i = _group_end(tokens, i)
    return i if i > start else None


# -- transcription -----------------------------------------------------------------------------


def transcribe(tokens: Tokens, bindings: Bindings) -> list[str]:
    """The body of an arm with its metavariables replaced and its repetitions written out."""
    made: list[str] = []
    i = 0
    while i < len(tokens):
        following = tokens[i + 1] if i + 1 < len(tokens) else ""
        if tokens[i] != "$":
            made.append(tokens[i])
            i += 1
        elif following == "(":
            close = _group_end(tokens, i + 1)
            inside = tokens[i + 2 : close - 1]
            separator, _, i = _repetition(tokens, close)
            for index, one in enumerate(_rounds(inside, bindings)):
                if index and separator:
                    made.append(separator)
                made += transcribe(inside, one)
        elif following == "{":
            # A metavariable expression: an index or a length.
            made.append("0")
            i = _group_end(tokens, i + 1)
        else:
            texts = texts_of(bindings.get(following, ()))
            made += split_tokens(texts[0]) if texts else [following]
            i += 2
    return made


def _rounds(inside: Tokens, bindings: Bindings) -> Iterator[Bindings]:
    """The bindings for each time that a repetition is written out."""
    names = {name for mark, name in pairwise(inside) if mark == "$" and name != "crate"}
    given = {name: bindings[name] for name in names & bindings.keys()}
    repeated = {name: values for name, values in given.items() if isinstance(values, tuple)}
    if given and not repeated:
        yield bindings
    for index in range(max(map(len, repeated.values()), default=0)):
        now = {name: values[index] for name, values in repeated.items() if index < len(values)}
        yield {**bindings, **now}


def paste(tokens: Tokens) -> list[str]:
    """The tokens with every ``[<a b>]``, as macros that paste names write it, made one name."""
    made: list[str] = []
    i = 0
    while i < len(tokens):
        end = _group_end(tokens, i)
        inside = tokens[i + 1 : end - 1]
        if tokens[i] == "[" and "".join((*inside[:1], *inside[-1:])) == "<>":
            made.append(_pasted(inside[1:-1]))
            i = end
        else:
            made.append(tokens[i])
            i += 1
    return made


def _pasted(parts: Tokens) -> str:
    """One name of several; ``:lower`` and its like change the part before."""
    name = last = ""
    for i, part in enumerate(parts):
        is_modifier = i > 0 and parts[i - 1] == ":"
        if is_modifier and part in _MODIFIERS:
            last = _MODIFIERS[part](last)
        elif part != ":":
            name, last = name + last, part.strip('"')
    return name + last


def _snake(text: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text).lower()


def _camel(text: str) -> str:
    return "".join(word[:1].upper() + word[1:].lower() for word in text.split("_"))


_MODIFIERS = {"lower": str.lower, "upper": str.upper, "snake": _snake, "camel": _camel}


# What may stand before `!` where that is no macro's.
_BEFORE_NOT = frozenset({"if", "in", "match", "return", "while", "break", "else"})


def calls_in(tokens: Tokens) -> Iterator[tuple[str, str]]:
    """The macro calls outside of all braces: the macro's name, and its tokens."""
    i = 0
    while i < len(tokens):
        end = _group_end(tokens, i)
        name = tokens[i - 2] if i > 1 and tokens[i - 1] == "!" else ""
        if end > i + 1 and is_name(name) and name not in _BEFORE_NOT:
            yield tokens[i - 2], " ".join(tokens[i + 1 : end - 1])
        i = end
