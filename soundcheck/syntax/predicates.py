"""Configuration predicates, read from text: what stands inside ``cfg(…)``."""

import re

from soundcheck.syntax.cfg import All, Any, Cfg, Flag, Not
from soundcheck.syntax.literals import unquote

# The tokens of an attribute: strings, names with their paths, comments, marks.
TOKEN = re.compile(
    r"""\s*(?:(?P<text>[bc]?r(?P<fence>\#*)".*?"(?P=fence)|[bc]?"(?:[^"\\]|\\.)*")|(?P<name>[\w:]+)"""
    r"""|(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<mark>.))""",
    re.DOTALL,
)
# People nest three or four; what goes beyond this is generated or hostile, and stays one flag.
_DEEPEST = 60
_LONGEST = 20_000


def read_predicate(text: str) -> Cfg | None:
    """The formula of a predicate as written inside ``cfg(…)``; ``None`` where it cannot be read."""
    if len(text) > _LONGEST:
        return None
    tokens = [
        match[match.lastgroup].strip()
        for match in TOKEN.finditer(text)
        if match.lastgroup not in (None, "comment") and match[0].strip()
    ]
    formula, rest = _predicate(tokens, 0, 0)
    return formula if rest == len(tokens) or tokens[rest:] == [","] else None


def _predicate(tokens: list[str], i: int, depth: int) -> tuple[Cfg | None, int]:
    unread = None, len(tokens) + 1
    if i >= len(tokens) or depth > _DEEPEST or not _is_name(tokens[i]):
        return unread
    name = tokens[i]
    following = tokens[i + 1] if i + 1 < len(tokens) else ""
    if following == "(" and name in ("all", "any", "not"):
        parts, i = _parts(tokens, i + 2, depth + 1)
        if parts is None:
            return unread
        if name == "not":
            return (Not(parts[0]) if len(parts) == 1 else None), i
        return (All(tuple(parts)) if name == "all" else Any(tuple(parts))), i
    if following == "(":
        # `target(os = "linux")` and `version("1.70")`: one opaque flag, whatever is inside.
        close = _closing(tokens, i + 1)
        return (Flag("".join(tokens[i : close + 1])), close + 1) if close else unread
    if following == "=":
        value = tokens[i + 2] if i + 2 < len(tokens) else ""
        return (Flag(name, unquote(value)), i + 3) if value.endswith(('"', "#")) else unread
    if name in ("true", "false"):
        return (All(()) if name == "true" else Any(())), i + 1
    return Flag(name), i + 1


def _is_name(token: str) -> bool:
    return token[0].isalpha() or token[0] == "_"


def _parts(tokens: list[str], i: int, depth: int) -> tuple[list[Cfg] | None, int]:
    """The predicates between commas up to a closing parenthesis, and the index behind that."""
    parts: list[Cfg] = []
    while i < len(tokens) and tokens[i] != ")":
        part, i = _predicate(tokens, i, depth)
        if part is None or i >= len(tokens) or tokens[i] not in (",", ")"):
            return None, i
        parts.append(part)
        i += tokens[i] == ","
    return (parts, i + 1) if i < len(tokens) else (None, i)


def _closing(tokens: list[str], i: int) -> int:
    """The index of the parenthesis that closes the one at ``i``; 0 where none does."""
    depth = 0
    for j in range(i, len(tokens)):
        depth += (tokens[j] == "(") - (tokens[j] == ")")
        if depth == 0:
            return j
    return 0
