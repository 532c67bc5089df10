"""Patterns."""

from tree_sitter import Node

from soundcheck.syntax.items import (
    BindPat,
    LitPat,
    MacroPat,
    Pat,
    PathPat,
    RefPat,
    RestPat,
    StructPat,
    TuplePat,
    TupleStructPat,
    WildPat,
)
from soundcheck.syntax.lowering.context import COMMENTS, DEEPEST, Lowering
from soundcheck.syntax.lowering.types import lower_path

_LITERALS = frozenset(
    {"integer_literal", "float_literal", "string_literal", "raw_string_literal", "char_literal",
     "boolean_literal", "negative_literal", "range_pattern", "const_block"}
)  # fmt: skip
_SKIPPED = COMMENTS | {"attribute_item", "mutable_specifier"}


def _parts(node: Node) -> list[Node]:
    """The patterns among a node's children; ``_`` is a token without a name to the grammar."""
    return [
        child
        for child in node.children
        if (child.is_named and child.type not in _SKIPPED) or child.type == "_"
    ]


def lower_pattern(cx: Lowering, node: Node) -> Pat:
    """A pattern; one that cannot be read binds nothing and is a gap."""
    cx.depth += 1
    pattern = _lower(cx, node) if cx.depth <= DEEPEST else _too_deep(cx, node)
    cx.depth -= 1
    return pattern


def with_mut(pattern: Pat) -> Pat:
    """The pattern behind a ``mut`` that the grammar keeps outside of it."""
    if not isinstance(pattern, BindPat):
        return pattern
    start, end = pattern.start, pattern.end
    return BindPat(start, end, pattern.name, pattern.is_ref, is_mut=True, inner=pattern.inner)


def _too_deep(cx: Lowering, node: Node) -> Pat:
    cx.gap("too-deep", "a pattern nested too deep to read", node.start_byte, node.end_byte)
    return MacroPat(node.start_byte, node.end_byte, "")


def _unread(cx: Lowering, node: Node) -> Pat:
    cx.opaque(node, f"a pattern we cannot read ({node.type})")
    return MacroPat(node.start_byte, node.end_byte, "")


def _lower(cx: Lowering, node: Node) -> Pat:
    kind = node.type
    start, end = node.start_byte, node.end_byte
    if kind in ("identifier", "self", "metavariable", "shorthand_field_identifier"):
        name = cx.name(node)
        return BindPat(start, end, name) if name else MacroPat(start, end, "")
    if kind == "_":
        return WildPat(start, end)
    if kind in ("mut_pattern", "ref_pattern"):
        inner = lower_pattern(cx, _parts(node)[-1])
        if not isinstance(inner, BindPat):
            return inner
        is_ref = inner.is_ref or kind == "ref_pattern"
        is_mut = inner.is_mut or kind == "mut_pattern"
        return BindPat(start, end, inner.name, is_ref, is_mut, inner.inner)
    if kind == "captured_pattern":
        parts = _parts(node)
        bound = lower_pattern(cx, parts[0])
        inner = lower_pattern(cx, parts[-1])
        if not isinstance(bound, BindPat):
            return inner
        return BindPat(start, end, bound.name, bound.is_ref, bound.is_mut, inner)
    if kind == "tuple_struct_pattern":
        path = node.child_by_field_name("type")
        if path is None:
            return _unread(cx, node)
        parts_after = [part for part in _parts(node) if part.start_byte >= path.end_byte]
        patterns = tuple(lower_pattern(cx, part) for part in parts_after)
        return TupleStructPat(start, end, lower_path(cx, path), patterns)
    if kind in ("tuple_pattern", "slice_pattern"):
        patterns = tuple(lower_pattern(cx, part) for part in _parts(node))
        if kind == "tuple_pattern" and len(patterns) == 1:
            has_comma = any(child.type == "," for child in node.children)
            if not has_comma and not isinstance(patterns[0], RestPat):
                return patterns[0]
        return TuplePat(start, end, kind.removesuffix("_pattern"), patterns)
    if kind == "or_pattern":
        alternatives = _alternatives(cx, node)
        # One alternative alone stands behind a leading `|`.
        if len(alternatives) == 1:
            return alternatives[0]
        return TuplePat(start, end, "or", tuple(alternatives))
    if kind == "struct_pattern":
        return _lower_struct(cx, node)
    if kind == "reference_pattern":
        return RefPat(start, end, lower_pattern(cx, _parts(node)[-1]))
    if kind == "remaining_field_pattern":
        return RestPat(start, end)
    if kind in _LITERALS:
        return LitPat(start, end, cx.text(node))
    if kind in ("scoped_identifier", "generic_pattern"):
        return PathPat(start, end, lower_path(cx, node))
    if kind == "macro_invocation":
        macro = node.child_by_field_name("macro")
        return MacroPat(start, end, "" if macro is None else lower_path(cx, macro).name)
    return _unread(cx, node)


def _alternatives(cx: Lowering, node: Node) -> list[Pat]:
    """The alternatives of a chain of ``|``, which the grammar nests to the left."""
    parts: list[Pat] = []
    current = node
    while True:
        children = _parts(current)
        if children and children[0].type == "or_pattern":
            parts.extend(lower_pattern(cx, part) for part in reversed(children[1:]))
            current = children[0]
            continue
        parts.extend(lower_pattern(cx, part) for part in reversed(children))
        break
    parts.reverse()
    return parts


def _lower_struct(cx: Lowering, node: Node) -> Pat:
    path = node.child_by_field_name("type")
    if path is None:
        return _unread(cx, node)
    fields: list[tuple[str, Pat]] = []
    for child in node.named_children:
        if child.type != "field_pattern":
            continue
        name = child.child_by_field_name("name")
        if name is None:
            continue
        pattern = child.child_by_field_name("pattern")
        text = cx.name(name)
        if pattern is not None:
            fields.append((text, lower_pattern(cx, pattern)))
            continue
        is_ref = any(part.type == "ref" for part in child.children)
        is_mut = any(part.type == "mutable_specifier" for part in child.children)
        binding = BindPat(name.start_byte, name.end_byte, text, is_ref, is_mut)
        fields.append((text, binding))
    return StructPat(node.start_byte, node.end_byte, lower_path(cx, path), tuple(fields))
