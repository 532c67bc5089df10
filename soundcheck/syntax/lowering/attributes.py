"""Attributes and doc comments, read from the bytes of the file as they are on disk."""

import re
from collections.abc import Iterator

import msgspec
from tree_sitter import Node

from soundcheck.syntax.cfg import Any, Cfg, Flag, Not, conjoin
from soundcheck.syntax.items import Attribute
from soundcheck.syntax.lowering.context import COMMENTS, Lowering, first_named
from soundcheck.syntax.predicates import TOKEN, read_predicate

_HEAD = re.compile(r"\s*(unsafe\s*\(\s*)?((?:r#)?[\w:]+)\s*(.*)", re.DOTALL)
_STARRED = re.compile(r"^[ \t]*\*[ \t]?", re.MULTILINE)
# Nobody nests `cfg_attr` so deep, or writes attributes so long.
_DEEPEST = 20
_LONGEST = 20_000


class Head:
    """What stands before an item: its attributes and doc comments, as they are gathered."""

    __slots__ = ("attributes", "docs")

    def __init__(self) -> None:
        self.attributes: list[Attribute] = []
        self.docs: list[str] = []

    def take(self, cx: Lowering, node: Node) -> None:
        """Gather an attribute, or a comment if it is outer documentation."""
        if node.type == "attribute_item":
            self._add(lower_attribute(cx, node))
        else:
            text = doc_text(cx.data, node)
            if text is not None:
                self.docs.append(text)

    def take_inner(self, cx: Lowering, body: Node | None) -> None:
        """Gather the inner attributes and documentation that a body begins with."""
        first = None if body is None else first_named(body)
        if first is None or body is None:
            return
        if first.type != "inner_attribute_item" and first.type not in COMMENTS:
            return
        for node in body.named_children:
            if node.type == "inner_attribute_item":
                self._add(lower_attribute(cx, node))
            elif node.type in COMMENTS:
                text = inner_doc_text(cx.data, node)
                if text is not None:
                    self.docs.append(text)
            else:
                break

    def _add(self, attributes: tuple[Attribute, ...]) -> None:
        for attribute in attributes:
            self.attributes.append(attribute)
            if attribute.path == "doc" and attribute.value:
                self.docs.append(attribute.value)

    @property
    def cfg(self) -> Cfg | None:
        """The formula of the ``cfg`` attributes gathered."""
        return cfg_of(tuple(self.attributes)) if self.attributes else None

    @property
    def doc(self) -> str:
        """The documentation gathered, a line feed between its parts."""
        return "\n".join(self.docs)


def lower_attribute(cx: Lowering, node: Node) -> tuple[Attribute, ...]:
    """The attributes of one ``#[…]`` or ``#![…]``."""
    is_inner = node.type == "inner_attribute_item"
    text = cx.text(node)
    opening = text.find("[")
    inside = text[opening + 1 : text.rfind("]")]
    return tuple(read_attribute(inside, node.start_byte, node.end_byte, is_inner=is_inner))


def split_arguments(text: str) -> list[str]:
    """The parts between the commas of an argument list written without its parentheses."""
    parts: list[str] = []
    depth = start = 0
    for match in TOKEN.finditer(text):
        mark = match["mark"]
        if mark in ("(", "[", "{"):
            depth += 1
        elif mark in (")", "]", "}"):
            depth -= 1
        elif mark == "," and depth == 0:
            parts.append(text[start : match.end() - 1])
            start = match.end()
    parts.append(text[start:])
    return [part.strip() for part in parts if part.strip()]


def read_attribute(text: str, start: int, end: int, *, is_inner: bool) -> Iterator[Attribute]:
    """The attributes that a text between ``#[`` and ``]`` stands for: several for ``cfg_attr``."""
    yield from _read(text, Attribute(start, end, "", is_inner=is_inner), 0)


def _read(text: str, bare: Attribute, depth: int) -> Iterator[Attribute]:
    match = _HEAD.match(text)
    if match is None:
        return
    is_unsafe = match.group(1) is not None
    path, args = match.group(2).removeprefix("r#"), match.group(3).strip()
    if is_unsafe and args.endswith(")"):
        args = args[:-1].strip()
    if path != "cfg_attr" or not args.startswith("(") or depth > _DEEPEST or len(args) > _LONGEST:
        start, end = bare.start, bare.end
        yield Attribute(start, end, path, args, is_unsafe, bare.is_inner, bare.cfg)
        return
    predicate, *attributes = split_arguments(args[1:-1]) or [""]
    formula = conjoin(bare.cfg, read_predicate(predicate) or Flag(predicate))
    bare = msgspec.structs.replace(bare, cfg=formula)
    for attribute in attributes:
        yield from _read(attribute, bare, depth + 1)


def cfg_of(attributes: tuple[Attribute, ...]) -> Cfg | None:
    """The formula that the ``cfg`` attributes among these make up; ``None`` where there is none.

    A predicate that cannot be read is a flag of its text.
    """
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
    return conjoin(*formulas) if formulas else None


def doc_text(data: bytes, node: Node) -> str | None:
    """The text of an outer doc comment, without its marks; ``None`` where it is none."""
    text = data[node.start_byte : node.end_byte]
    if text.startswith(b"///") and not text.startswith(b"////"):
        return text[3:].decode("utf-8", "replace").rstrip("\r\n")
    if text.startswith(b"/**") and text[3:4] not in (b"*", b"/"):
        return _without_stars(text[3:-2].decode("utf-8", "replace"))
    return None


def inner_doc_text(data: bytes, node: Node) -> str | None:
    """The text of an inner doc comment, without its marks; ``None`` where it is none."""
    text = data[node.start_byte : node.end_byte]
    if text.startswith(b"//!"):
        return text[3:].decode("utf-8", "replace").rstrip("\r\n")
    if text.startswith(b"/*!"):
        return _without_stars(text[3:-2].decode("utf-8", "replace"))
    return None


def _without_stars(text: str) -> str:
    """A block comment's text without the column of stars that many draw down its side."""
    first, feed, rest = text.partition("\n")
    lines = rest.split("\n")
    if feed and all(line.lstrip().startswith("*") or not line.strip() for line in lines):
        return first + feed + _STARRED.sub("", rest)
    return text
