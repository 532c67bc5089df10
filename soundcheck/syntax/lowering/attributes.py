"""Attributes and doc comments, read from the bytes of the file as they are on disk."""

import re
from collections.abc import Iterator

from tree_sitter import Node

from soundcheck.syntax.cfg import All, Any, Cfg, Flag, Not, conjoin
from soundcheck.syntax.items import Attribute

_TOKEN = re.compile(r'\s*(?:([\w:]+)|(r?#*"(?:[^"\\]|\\.)*"#*)|(//[^\n]*|/\*.*?\*/)|(.))', re.DOTALL)
_DEEPEST_PREDICATE = 60


def read_predicate(text: str) -> Cfg | None:
    """The formula of a predicate as written inside ``cfg(…)``; ``None`` where it cannot be read."""
    tokens = [
        match.group(1) or match.group(2) or match.group(4)
        for match in _TOKEN.finditer(text)
        if match.group(1) or match.group(2) or (match.group(4) or "").strip()
    ]
    formula, rest = _predicate(tokens, 0, 0)
    return formula if rest == len(tokens) or tokens[rest:] == [","] else None


def _predicate(tokens: list[str], i: int, depth: int) -> tuple[Cfg | None, int]:
    if i >= len(tokens) or depth > _DEEPEST_PREDICATE:
        return None, len(tokens) + 1
    name = tokens[i]
    following = tokens[i + 1] if i + 1 < len(tokens) else ""
    if following == "(" and name in ("all", "any", "not"):
        parts: list[Cfg] = []
        i += 2
        while i < len(tokens) and tokens[i] != ")":
            part, i = _predicate(tokens, i, depth + 1)
            if part is None:
                return None, len(tokens) + 1
            parts.append(part)
            if i < len(tokens) and tokens[i] == ",":
                i += 1
        if name == "not":
            return (Not(parts[0]) if len(parts) == 1 else None), i + 1
        return (All(tuple(parts)) if name == "all" else Any(tuple(parts))), i + 1
    if following == "(":
        # `target(os = "linux")` and `version("1.70")`: one opaque flag, whatever is inside.
        close = _closing(tokens, i + 1)
        return Flag("".join(tokens[i : close + 1])), close + 1
    if following == "=" and i + 2 < len(tokens):
        return Flag(name, tokens[i + 2].strip('r#"')), i + 3
    if name == "true":
        return All(()), i + 1
    if name == "false":
        return Any(()), i + 1
    return Flag(name), i + 1


def _closing(tokens: list[str], i: int) -> int:
    depth = 0
    for j in range(i, len(tokens)):
        depth += (tokens[j] == "(") - (tokens[j] == ")")
        if depth == 0:
            return j
    return len(tokens)


def split_arguments(text: str) -> list[str]:
    """The parts between the commas of an argument list written without its parentheses."""
    parts: list[str] = []
    depth = start = 0
    for match in _TOKEN.finditer(text):
        token = match.group(4)
        if token in ("(", "[", "{"):
            depth += 1
        elif token in (")", "]", "}"):
            depth -= 1
        elif token == "," and depth == 0:
            parts.append(text[start : match.end() - 1])
            start = match.end()
    parts.append(text[start:])
    return [part.strip() for part in parts if part.strip()]


_HEAD = re.compile(r"\s*(unsafe\s*\(\s*)?((?:r#)?[\w:]+)\s*(.*)", re.DOTALL)


def read_attribute(text: str, start: int, end: int, *, is_inner: bool) -> Iterator[Attribute]:
    """The attributes that the text between ``#[`` and ``]`` stands for: several for ``cfg_attr``."""
    yield from _read(text, start, end, is_inner, None, 0)


def _read(
    text: str, start: int, end: int, is_inner: bool, cfg: Cfg | None, depth: int
) -> Iterator[Attribute]:
    match = _HEAD.match(text)
    if match is None:
        return
    is_unsafe = match.group(1) is not None
    path, args = match.group(2), match.group(3).strip()
    if is_unsafe and args.endswith(")"):
        args = args[:-1].strip()
    if path == "cfg_attr" and args.startswith("(") and depth < _DEEPEST_PREDICATE:
        predicate, *attributes = split_arguments(args[1:-1]) or [""]
        formula = read_predicate(predicate)
        for attribute in attributes:
            yield from _read(attribute, start, end, is_inner, conjoin(cfg, formula), depth + 1)
        return
    yield Attribute(start, end, path, args, is_unsafe, is_inner, cfg)


def cfg_of(attributes: tuple[Attribute, ...]) -> Cfg | None:
    """The formula that the ``cfg`` attributes among these make up; ``None`` where there is none."""
    formulas: list[Cfg | None] = []
    for attribute in attributes:
        if attribute.path != "cfg":
            continue
        written = attribute.args[1:-1]
        formula = read_predicate(written)
        if formula is None:
            formula = Flag(written.strip())
        if attribute.cfg is not None:
            formula = Any((Not(attribute.cfg), formula))
        formulas.append(formula)
    return conjoin(*formulas)


def doc_text(data: bytes, node: Node) -> str | None:
    """The text of an outer doc comment, without its marks; ``None`` where it is none."""
    text = data[node.start_byte : node.end_byte]
    if text.startswith(b"///") and not text.startswith(b"////"):
        body = text[3:]
    elif text.startswith(b"/**") and text[3:4] not in (b"*", b"/"):
        body = text[3:-2]
    else:
        return None
    return body.decode("utf-8", "replace").rstrip("\r\n")


def inner_doc_text(data: bytes, node: Node) -> str | None:
    """The text of an inner doc comment, without its marks; ``None`` where it is none."""
    text = data[node.start_byte : node.end_byte]
    if text.startswith(b"//!"):
        return text[3:].decode("utf-8", "replace").rstrip("\r\n")
    if text.startswith(b"/*!"):
        return text[3:-2].decode("utf-8", "replace")
    return None
