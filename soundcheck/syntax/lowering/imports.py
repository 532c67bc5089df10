"""``use`` trees, flattened to their leaves."""

from collections.abc import Iterator

from tree_sitter import Node

from soundcheck.syntax.items import AnyItem, Import, Use
from soundcheck.syntax.lowering.attributes import Head
from soundcheck.syntax.lowering.common import common_of
from soundcheck.syntax.lowering.context import COMMENTS, Lowering
from soundcheck.syntax.lowering.types import lower_path

# The names of one import: nobody writes more, and a hostile tree would make them grow squarely.
_MOST_NAMES = 200


def lower_use(cx: Lowering, node: Node, head: Head) -> AnyItem:
    """A ``use`` item."""
    argument = node.child_by_field_name("argument")
    imports = () if argument is None else tuple(_imports(cx, argument))
    return Use(*common_of(cx, node, head, None), imports=imports)


def _imports(cx: Lowering, node: Node) -> Iterator[Import]:
    """The leaves of a use tree, in order of writing, however deep it nests."""
    stack: list[tuple[Node, tuple[str, ...], bool]] = [(node, (), False)]
    while stack:
        current, prefix, is_global = stack.pop()
        kind = current.type
        start = current.start_byte
        if kind == "scoped_use_list":
            path = current.child_by_field_name("path")
            listed = current.child_by_field_name("list")
            names, starts_global = _names(cx, path, prefix)
            starts_global = starts_global or (path is None and not prefix)
            if len(names) > _MOST_NAMES:
                cx.gap("too-deep", "imports nested too deep to read", start, current.end_byte)
            elif listed is not None:
                stack.append((listed, names, is_global or starts_global))
        elif kind == "use_list":
            parts = [part for part in current.named_children if part.type not in COMMENTS]
            stack.extend((part, prefix, is_global) for part in reversed(parts))
        elif kind == "use_as_clause":
            alias = current.child_by_field_name("alias")
            names, starts_global = _names(cx, current.child_by_field_name("path"), prefix)
            text = "_" if alias is None else cx.name(alias)
            yield Import(names, text, start, is_global or starts_global)
        elif kind == "use_wildcard":
            parts = [part for part in current.named_children if part.type not in COMMENTS]
            names, starts_global = _names(cx, parts[0] if parts else None, prefix)
            starts_global = starts_global or (
                not parts and not prefix and cx.data[start : start + 2] == b"::"
            )
            yield Import(names, "*", start, is_global or starts_global)
        elif kind != "ERROR":
            names, starts_global = _names(cx, current, prefix)
            yield Import(names, names[-1] if names else "", start, is_global or starts_global)


def _names(
    cx: Lowering, node: Node | None, prefix: tuple[str, ...]
) -> tuple[tuple[str, ...], bool]:
    """The names of a use path behind its prefix; ``a::{self}`` names ``a``."""
    if node is None:
        return prefix, False
    path = lower_path(cx, node)
    names = path.names
    if prefix and names[:1] == ("self",):
        names = names[1:]
    return (*prefix, *names), path.is_global
