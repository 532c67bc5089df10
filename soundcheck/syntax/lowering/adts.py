"""Structs, enums and unions, and what macros write in their likeness."""

import re
from collections.abc import Iterator

from tree_sitter import Node

from soundcheck.syntax.items import (
    Adt,
    AnyItem,
    FieldDef,
    Impl,
    Path,
    PathType,
    Segment,
    Static,
    Variant,
)
from soundcheck.syntax.lowering.attributes import Head
from soundcheck.syntax.lowering.common import named, optional_type, read_visibility
from soundcheck.syntax.lowering.context import COMMENTS, Lowering
from soundcheck.syntax.lowering.expressions import lower_expr
from soundcheck.syntax.lowering.types import UNREAD_TYPE, lower_generics, lower_type

_BITS = re.compile(rb"\w+\s*[:(]\s*(?P<type>[\w:]+)")
_VISIBLE = re.compile(rb"\bpub\b\s*(?:\([^()]*\))?\s*\Z")


def lower_adt(cx: Lowering, node: Node, head: Head) -> AnyItem | tuple[AnyItem, ...]:
    """A struct, enum or union; a set of flags is a struct and an impl."""
    kind = node.type.removesuffix("_item")
    body = node.child_by_field_name("body")
    if kind == "enum":
        word = next((child for child in node.children if child.type == "enum"), None)
        variants = _variants(cx, body)
        if word is not None and not cx.is_written(b"enum", word.start_byte):
            is_impl = cx.is_written(b"impl", word.start_byte)
            return _flags(cx, node, head, variants, is_impl=is_impl)
        generics = lower_generics(cx, node)
        return Adt(*named(cx, node, head), kind=kind, generics=generics, variants=variants)
    form, fields = _fields(cx, body)
    generics = lower_generics(cx, node)
    return Adt(*named(cx, node, head), kind=kind, form=form, generics=generics, fields=fields)


def _fields(cx: Lowering, body: Node | None) -> tuple[str, tuple[FieldDef, ...]]:
    if body is None:
        return "unit", ()
    if body.type == "field_declaration_list":
        return "struct", tuple(_struct_fields(cx, body))
    return "tuple", tuple(_tuple_fields(cx, body))


def _struct_fields(cx: Lowering, body: Node) -> Iterator[FieldDef]:
    head = Head()
    for child in body.named_children:
        kind = child.type
        if kind == "attribute_item" or kind in COMMENTS:
            head.take(cx, child)
        elif kind == "field_declaration":
            common = named(cx, child, head)
            yield FieldDef(
                common.start,
                common.end,
                common.name,
                optional_type(cx, child, "type") or UNREAD_TYPE,
                common.visibility,
                common.attributes,
                common.doc,
                common.cfg,
            )
            head = Head()


def _tuple_fields(cx: Lowering, body: Node) -> Iterator[FieldDef]:
    head = Head()
    visibility = ""
    number = 0
    for child in body.named_children:
        kind = child.type
        if kind == "attribute_item" or kind in COMMENTS:
            head.take(cx, child)
        elif kind == "visibility_modifier":
            visibility = read_visibility(cx.text(child))
        elif kind != "ERROR":
            attributes = tuple(head.attributes)
            start, end = child.start_byte, child.end_byte
            ty = lower_type(cx, child)
            doc, cfg = head.doc, head.cfg
            yield FieldDef(start, end, str(number), ty, visibility, attributes, doc, cfg)
            head, visibility, number = Head(), "", number + 1


def _variants(cx: Lowering, body: Node | None) -> tuple[Variant, ...]:
    variants: list[Variant] = []
    head = Head()
    for child in [] if body is None else body.named_children:
        kind = child.type
        if kind == "attribute_item" or kind in COMMENTS:
            head.take(cx, child)
        elif kind == "enum_variant":
            name = child.child_by_field_name("name")
            value = child.child_by_field_name("value")
            form, fields = _fields(cx, child.child_by_field_name("body"))
            variants.append(
                Variant(
                    child.start_byte,
                    child.end_byte,
                    "" if name is None else cx.name(name),
                    form,
                    fields,
                    None if value is None else lower_expr(cx, value),
                    head.cfg,
                    tuple(head.attributes),
                    head.doc,
                )
            )
            head = Head()
    return tuple(variants)


def _flags(
    cx: Lowering, node: Node, head: Head, variants: tuple[Variant, ...], *, is_impl: bool
) -> tuple[AnyItem, ...]:
    """A set of flags among a macro's tokens: a struct around its bits, and constants of it.

    ``struct F: u32 { const A = 1; }`` declares both, ``impl F: u32 { … }`` the constants alone.
    """
    common = named(cx, node, head)
    ty = PathType(Path((Segment(common.name),)))
    constants = tuple(
        Static(
            flag.start,
            flag.end,
            flag.name,
            flag.start,
            "pub",
            flag.attributes,
            flag.doc,
            flag.cfg,
            kind="const",
            type=ty,
            value=flag.discriminant,
        )
        for flag in variants
    )
    start, end = common.start, common.end
    impl = Impl(start, end, "", start, cfg=common.cfg, self_type=ty, items=constants)
    if is_impl:
        return (impl,)
    bits = _BITS.match(cx.source, common.name_start)
    names = b"" if bits is None else bits["type"]
    field = FieldDef(
        common.name_start,
        common.name_start,
        "0",
        PathType(Path(tuple(Segment(name) for name in names.decode().split("::")))),
    )
    return (Adt(*common, kind="struct", form="tuple", fields=(field,)), impl)


def lower_layout(cx: Lowering, node: Node, head: Head) -> AnyItem:
    """A layout of registers among a macro's tokens: a struct with a field a register."""
    common = named(cx, node, head)
    match = _VISIBLE.search(cx.source, max(0, common.name_start - 80), common.name_start)
    visibility = "" if match is None else read_visibility(match[0].decode("utf-8", "replace"))
    start = common.name_start if match is None else match.start()
    common = common._replace(start=start, visibility=visibility)
    parameters = node.child_by_field_name("parameters")
    fields = () if parameters is None else tuple(_registers(cx, parameters))
    return Adt(*common, kind="struct", form="struct", fields=fields)


def _registers(cx: Lowering, parameters: Node) -> Iterator[FieldDef]:
    head = Head()
    for child in parameters.named_children:
        if child.type != "parameter":
            head.take(cx, child)
            continue
        name = child.child_by_field_name("pattern")
        start = child.start_byte
        match = _VISIBLE.search(cx.source, max(0, start - 80), start)
        yield FieldDef(
            start,
            child.end_byte,
            "" if name is None else cx.name(name),
            optional_type(cx, child, "type") or UNREAD_TYPE,
            "" if match is None else read_visibility(match[0].decode("utf-8", "replace")),
            tuple(head.attributes),
            head.doc,
            head.cfg,
        )
        head = Head()
