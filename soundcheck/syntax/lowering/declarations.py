"""Items: functions, types, impls, modules, imports and the rest."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from tree_sitter import Node

from soundcheck.syntax.cfg import Cfg
from soundcheck.syntax.items import (
    Adt,
    AnyItem,
    Attribute,
    ExternCrate,
    FieldDef,
    ForeignMod,
    Function,
    Impl,
    Import,
    MacroDef,
    MacroItem,
    Module,
    Param,
    PathType,
    Static,
    Trait,
    Type,
    TypeAlias,
    Use,
    Variant,
    WildPat,
)
from soundcheck.syntax.lowering.attributes import cfg_of, doc_text
from soundcheck.syntax.lowering.context import Lowering
from soundcheck.syntax.lowering.expressions import (
    COMMENTS,
    lower_attribute,
    lower_block,
    lower_expr,
)
from soundcheck.syntax.lowering.macro_calls import lower_macro_arms, lower_macro_tokens
from soundcheck.syntax.lowering.patterns import lower_pattern
from soundcheck.syntax.lowering.types import (
    UNREAD_TYPE,
    lower_abi,
    lower_bounds,
    lower_generics,
    lower_modifiers,
    lower_path,
    lower_type,
)

# Modules, impls and functions nest in each other; beyond this, no kernel does.
_DEEPEST_ITEM = 24


class Head:
    """What stands before an item: its attributes and doc comments, as they are gathered."""

    __slots__ = ("attributes", "docs")

    def __init__(self) -> None:
        self.attributes: list[Attribute] = []
        self.docs: list[str] = []

    def take(self, cx: Lowering, node: Node) -> None:
        """Gather an attribute, or a comment if it is documentation."""
        if node.type == "attribute_item":
            for attribute in lower_attribute(cx, node):
                self.attributes.append(attribute)
                if attribute.path == "doc" and attribute.value:
                    self.docs.append(attribute.value)
            return
        text = doc_text(cx.data, node)
        if text is not None:
            self.docs.append(text)


def lower_items(cx: Lowering, nodes: list[Node]) -> tuple[AnyItem, ...]:
    """The items among sibling nodes, each with the attributes and docs before it."""
    items: list[AnyItem] = []
    head = Head()
    cx.depth += 4
    for node in nodes:
        kind = node.type
        if kind == "attribute_item" or kind in COMMENTS:
            head.take(cx, node)
            continue
        if kind == "expression_statement" and node.named_child_count:
            inner = node.named_child(0)
            if inner is not None and inner.type == "macro_invocation":
                node, kind = inner, inner.type
        lower = _TABLE.get(kind)
        if lower is not None:
            if cx.depth > 4 * _DEEPEST_ITEM:
                cx.gap("too-deep", "items nested too deep to read", node.start_byte, node.end_byte)
            else:
                items.append(lower(cx, node, head))
            head = Head()
        elif node.is_named and kind != "inner_attribute_item":
            if kind not in ("ERROR", "empty_statement", "shebang", "visibility_modifier"):
                cx.gap(
                    "opaque", f"no item we know ({kind})", node.start_byte, node.end_byte
                )
            head = Head()
    cx.depth -= 4
    return tuple(items)


def _visibility(cx: Lowering, node: Node) -> str:
    for child in node.children:
        if child.type == "visibility_modifier":
            text = cx.text(child)
            inside = text[text.find("(") + 1 : -1].strip() if "(" in text else ""
            if inside:
                return inside.removeprefix("in ").strip().replace(" ", "")
            return text
        if child.is_named and child.type not in COMMENTS:
            break
    return ""


class _Common(NamedTuple):
    """The values that every item takes, in the order in which ``Item`` declares them."""

    start: int
    end: int
    name: str
    name_start: int
    visibility: str
    attributes: tuple[Attribute, ...]
    doc: str
    cfg: Cfg | None


def _common(cx: Lowering, node: Node, head: Head, name: Node | None) -> _Common:
    attributes = tuple(head.attributes)
    return _Common(
        node.start_byte,
        node.end_byte,
        "" if name is None else cx.text(name),
        node.start_byte if name is None else name.start_byte,
        _visibility(cx, node),
        attributes,
        "\n".join(head.docs),
        cfg_of(attributes) if attributes else None,
    )


def _named(cx: Lowering, node: Node, head: Head) -> _Common:
    return _common(cx, node, head, node.child_by_field_name("name"))


def _optional_type(cx: Lowering, node: Node, field: str) -> Type | None:
    child = node.child_by_field_name(field)
    return None if child is None else lower_type(cx, child)


def _body_items(cx: Lowering, node: Node) -> tuple[AnyItem, ...]:
    body = node.child_by_field_name("body")
    return () if body is None else lower_items(cx, body.children)


def _function(cx: Lowering, node: Node, head: Head) -> AnyItem:
    qualifiers, abi = lower_modifiers(cx, node)
    receiver, receiver_type, params = _parameters(cx, node)
    body = node.child_by_field_name("body")
    return Function(
        *_named(cx, node, head),
        params=params,
        ret=_optional_type(cx, node, "return_type"),
        generics=lower_generics(cx, node),
        receiver=receiver,
        receiver_type=receiver_type,
        qualifiers=qualifiers,
        abi=abi,
        body=None if body is None else lower_block(cx, body),
    )


def _parameters(cx: Lowering, node: Node) -> tuple[str, Type | None, tuple[Param, ...]]:
    receiver = ""
    receiver_type: Type | None = None
    params: list[Param] = []
    head = Head()
    parameters = node.child_by_field_name("parameters")
    for child in [] if parameters is None else parameters.children:
        kind = child.type
        if kind == "attribute_item":
            head.take(cx, child)
        elif kind == "self_parameter":
            words = {part.type for part in child.children}
            receiver = "&" * ("&" in words)
            receiver += "mut " * ("&" in words and "mutable_specifier" in words) + "self"
        elif kind == "parameter":
            pattern = child.child_by_field_name("pattern")
            ty = _optional_type(cx, child, "type")
            if pattern is not None and pattern.type == "self":
                receiver, receiver_type = "self", ty
                continue
            start, end = child.start_byte, child.end_byte
            pat = WildPat(start, start) if pattern is None else lower_pattern(cx, pattern)
            params.append(Param(start, end, pat, ty, cfg_of(tuple(head.attributes))))
            head = Head()
        elif child.is_named and kind not in (*COMMENTS, "variadic_parameter", "ERROR"):
            # Edition 2015: a trait's method may leave a parameter without a name.
            start, end = child.start_byte, child.end_byte
            params.append(Param(start, end, WildPat(start, start), lower_type(cx, child)))
    return receiver, receiver_type, tuple(params)


def _static(cx: Lowering, node: Node, head: Head) -> AnyItem:
    words = {child.type for child in node.children}
    value = node.child_by_field_name("value")
    return Static(
        *_named(cx, node, head),
        kind=node.type.removesuffix("_item"),
        type=_optional_type(cx, node, "type"),
        value=None if value is None else lower_expr(cx, value),
        is_mut="mutable_specifier" in words,
        qualifiers=tuple(sorted(words & {"unsafe", "safe"})),
    )


def _adt(cx: Lowering, node: Node, head: Head) -> AnyItem:
    kind = node.type.removesuffix("_item")
    body = node.child_by_field_name("body")
    form, fields = _fields(cx, body) if kind != "enum" else ("struct", ())
    return Adt(
        *_named(cx, node, head),
        kind=kind,
        form=form,
        generics=lower_generics(cx, node),
        fields=fields,
        variants=_variants(cx, body) if kind == "enum" else (),
    )


def _fields(cx: Lowering, body: Node | None) -> tuple[str, tuple[FieldDef, ...]]:
    if body is None:
        return "unit", ()
    if body.type == "field_declaration_list":
        return "struct", tuple(_struct_fields(cx, body))
    return "tuple", tuple(_tuple_fields(cx, body))


def _struct_fields(cx: Lowering, body: Node) -> Iterator[FieldDef]:
    head = Head()
    for child in body.named_children:
        if child.type == "attribute_item" or child.type in COMMENTS:
            head.take(cx, child)
        elif child.type == "field_declaration":
            common = _named(cx, child, head)
            yield FieldDef(
                common.start,
                common.end,
                common.name,
                _optional_type(cx, child, "type") or UNREAD_TYPE,
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
        if child.type == "attribute_item" or child.type in COMMENTS:
            head.take(cx, child)
        elif child.type == "visibility_modifier":
            text = cx.text(child)
            visibility = text[text.find("(") + 1 : -1] if "(" in text else text
            visibility = visibility.strip().removeprefix("in ").strip()
        elif child.type != "ERROR":
            attributes = tuple(head.attributes)
            start, end = child.start_byte, child.end_byte
            ty = lower_type(cx, child)
            doc = "\n".join(head.docs)
            cfg = cfg_of(attributes)
            yield FieldDef(start, end, str(number), ty, visibility, attributes, doc, cfg)
            head, visibility, number = Head(), "", number + 1


def _variants(cx: Lowering, body: Node | None) -> tuple[Variant, ...]:
    variants: list[Variant] = []
    head = Head()
    for child in [] if body is None else body.named_children:
        if child.type == "attribute_item" or child.type in COMMENTS:
            head.take(cx, child)
        elif child.type == "enum_variant":
            name = child.child_by_field_name("name")
            value = child.child_by_field_name("value")
            form, fields = _fields(cx, child.child_by_field_name("body"))
            variants.append(
                Variant(
                    child.start_byte,
                    child.end_byte,
                    "" if name is None else cx.text(name),
                    form,
                    fields,
                    None if value is None else lower_expr(cx, value),
                    cfg_of(tuple(head.attributes)),
                )
            )
            head = Head()
    return tuple(variants)


def _has_word(node: Node, word: str) -> bool:
    return any(child.type == word for child in node.children)


def _trait(cx: Lowering, node: Node, head: Head) -> AnyItem:
    return Trait(
        *_named(cx, node, head),
        is_unsafe=_has_word(node, "unsafe"),
        generics=lower_generics(cx, node),
        supertraits=lower_bounds(cx, node),
        items=_body_items(cx, node),
    )


def _impl(cx: Lowering, node: Node, head: Head) -> AnyItem:
    trait = node.child_by_field_name("trait")
    return Impl(
        *_common(cx, node, head, None),
        self_type=_optional_type(cx, node, "type"),
        trait=None if trait is None else lower_path(cx, trait),
        is_unsafe=_has_word(node, "unsafe"),
        is_negative=_has_word(node, "!"),
        generics=lower_generics(cx, node),
        items=_body_items(cx, node),
    )


def _type_alias(cx: Lowering, node: Node, head: Head) -> AnyItem:
    return TypeAlias(
        *_named(cx, node, head),
        generics=lower_generics(cx, node),
        type=_optional_type(cx, node, "type"),
        bounds=lower_bounds(cx, node),
    )


def _module(cx: Lowering, node: Node, head: Head) -> AnyItem:
    is_inline = node.child_by_field_name("body") is not None
    body = node.child_by_field_name("body")
    for child in [] if body is None else body.named_children:
        if child.type == "inner_attribute_item":
            head.attributes.extend(lower_attribute(cx, child))
    return Module(*_named(cx, node, head), is_inline=is_inline, items=_body_items(cx, node))


def _use(cx: Lowering, node: Node, head: Head) -> AnyItem:
    argument = node.child_by_field_name("argument")
    imports = () if argument is None else tuple(_imports(cx, argument))
    return Use(*_common(cx, node, head, None), imports=imports)


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
            names, starts_global = _use_path(cx, path, prefix)
            starts_global = starts_global or (path is None and not prefix)
            if listed is not None:
                stack.append((listed, names, is_global or starts_global))
        elif kind == "use_list":
            for child in reversed(current.named_children):
                if child.type not in COMMENTS:
                    stack.append((child, prefix, is_global))
        elif kind == "use_as_clause":
            alias = current.child_by_field_name("alias")
            names, starts_global = _use_path(cx, current.child_by_field_name("path"), prefix)
            text = "_" if alias is None else cx.text(alias)
            yield Import(names, text, start, is_global or starts_global)
        elif kind == "use_wildcard":
            parts = [part for part in current.named_children if part.type not in COMMENTS]
            names, starts_global = _use_path(cx, parts[0] if parts else None, prefix)
            starts_global = starts_global or (
                not parts and not prefix and cx.data[start : start + 2] == b"::"
            )
            yield Import(names, "*", start, is_global or starts_global)
        else:
            names, starts_global = _use_path(cx, current, prefix)
            alias_name = names[-1] if names else ""
            yield Import(names, alias_name, start, is_global or starts_global)


def _use_path(
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


def _extern_crate(cx: Lowering, node: Node, head: Head) -> AnyItem:
    alias = node.child_by_field_name("alias")
    return ExternCrate(
        *_named(cx, node, head), alias="" if alias is None else cx.text(alias)
    )


def _foreign_mod(cx: Lowering, node: Node, head: Head) -> AnyItem:
    abi = "C"
    for child in node.children:
        if child.type == "extern_modifier":
            abi = lower_abi(cx, child)
    return ForeignMod(
        *_common(cx, node, head, None),
        abi=abi,
        is_unsafe=_has_word(node, "unsafe"),
        items=_body_items(cx, node),
    )


def _macro_definition(cx: Lowering, node: Node, head: Head) -> AnyItem:
    return MacroDef(*_named(cx, node, head), arms=lower_macro_arms(cx, node))


def _macro_item(cx: Lowering, node: Node, head: Head) -> AnyItem:
    macro = node.child_by_field_name("macro")
    common = _common(cx, node, head, macro)
    tokens = next((child for child in node.named_children if child.type == "token_tree"), None)
    if tokens is None:
        return MacroItem(*common)
    form, items, body = lower_macro_tokens(cx, common.name, tokens)
    start, end = tokens.start_byte + 1, tokens.end_byte - 1
    text = cx.data[start:end].decode("utf-8", "replace").strip()
    # Read tokens need not be kept twice; short ones are names and files, which profiles look at.
    is_kept = not form or len(text) < 200
    return MacroItem(*common, form=form, items=items, body=body, text=text if is_kept else "")


_TABLE: dict[str, Callable[[Lowering, Node, Head], AnyItem]] = {
    "function_item": _function,
    "function_signature_item": _function,
    "static_item": _static,
    "const_item": _static,
    "struct_item": _adt,
    "union_item": _adt,
    "enum_item": _adt,
    "trait_item": _trait,
    "impl_item": _impl,
    "type_item": _type_alias,
    "associated_type": _type_alias,
    "mod_item": _module,
    "use_declaration": _use,
    "extern_crate_declaration": _extern_crate,
    "foreign_mod_item": _foreign_mod,
    "macro_definition": _macro_definition,
    "macro_invocation": _macro_item,
}
