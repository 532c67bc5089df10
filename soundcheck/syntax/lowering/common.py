"""What every item takes: its place, name, visibility, attributes, documentation and formula."""

import re
from typing import NamedTuple

from tree_sitter import Node

from soundcheck.syntax.cfg import Cfg
from soundcheck.syntax.items import Attribute, Type
from soundcheck.syntax.lowering.attributes import Head
from soundcheck.syntax.lowering.context import COMMENTS, Lowering
from soundcheck.syntax.lowering.types import lower_type

_SPACE = re.compile(r"\s+")


class Common(NamedTuple):
    """The values that every item takes, in the order in which ``Item`` declares them."""

    start: int
    end: int
    name: str
    name_start: int
    visibility: str
    attributes: tuple[Attribute, ...]
    doc: str
    cfg: Cfg | None


def common_of(cx: Lowering, node: Node, head: Head, name: Node | None) -> Common:
    """The common values of an item that is called by a node, or has no name."""
    attributes = tuple(head.attributes)
    return Common(
        node.start_byte,
        node.end_byte,
        "" if name is None else cx.name(name),
        node.start_byte if name is None else name.start_byte,
        _visibility(cx, node),
        attributes,
        head.doc,
        head.cfg if attributes else None,
    )


def named(cx: Lowering, node: Node, head: Head) -> Common:
    """The common values of an item that has its name in a field."""
    return common_of(cx, node, head, node.child_by_field_name("name"))


def _visibility(cx: Lowering, node: Node) -> str:
    for child in node.children:
        if child.type == "visibility_modifier":
            return read_visibility(cx.text(child))
        if child.is_named and child.type not in COMMENTS:
            break
    return ""


def read_visibility(text: str) -> str:
    """What ``Item.visibility`` holds for ``pub``, ``pub(crate)``, ``pub(in a::b)``, ``crate``."""
    if "(" not in text:
        return text.strip()
    inside = text[text.find("(") + 1 : text.rfind(")")].strip()
    return _SPACE.sub("", inside.removeprefix("in "))


def optional_type(cx: Lowering, node: Node, field: str) -> Type | None:
    """The type in a field of a node, if there is one."""
    child = node.child_by_field_name(field)
    return None if child is None else lower_type(cx, child)


def has_word(node: Node, word: str) -> bool:
    """Whether a token is among a node's children."""
    return any(child.type == word for child in node.children)
