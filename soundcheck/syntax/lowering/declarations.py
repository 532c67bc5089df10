"""Items: functions, statics, traits, impls, modules and the rest."""

import re
from collections.abc import Callable

from tree_sitter import Node

from soundcheck.syntax.items import (
    AnyItem,
    ExternCrate,
    ForeignMod,
    Function,
    Impl,
    MacroDef,
    MacroItem,
    Module,
    Param,
    Static,
    Trait,
    Type,
    TypeAlias,
    WildPat,
)
from soundcheck.syntax.lowering.adts import lower_adt, lower_layout
from soundcheck.syntax.lowering.attributes import Head
from soundcheck.syntax.lowering.blocks import lower_block
from soundcheck.syntax.lowering.common import (
    common_of,
    has_word,
    named,
    optional_type,
    read_visibility,
)
from soundcheck.syntax.lowering.context import COMMENTS, Lowering, first_named
from soundcheck.syntax.lowering.delegations import delegated
from soundcheck.syntax.lowering.expressions import lower_expr
from soundcheck.syntax.lowering.imports import lower_use
from soundcheck.syntax.lowering.macro_calls import lower_macro_tokens
from soundcheck.syntax.lowering.macro_definitions import lower_macro_arms, lower_plain_arms
from soundcheck.syntax.lowering.patterns import lower_pattern, with_mut
from soundcheck.syntax.lowering.types import (
    lifetime_name,
    lower_abi,
    lower_bounds,
    lower_generics,
    lower_modifiers,
    lower_path,
    lower_type,
    split_bounds,
)

# Modules, impls and functions nest in each other; beyond this, no kernel does.
_DEEPEST_ITEM = 24
# Macro tokens that were read need not be kept as text too, but profiles look at names and files.
_LONGEST_TEXT = 200
_NO_ITEMS = frozenset({"ERROR", "empty_statement", "shebang", "visibility_modifier"})
_MACRO = re.compile(
    rb"(?P<vis>pub\b\s*(?:\([^()]*\))?\s*)?macro\s+(?P<name>\w+)\s*(?P<params>\([^{]*\))?"
)


def lower_items(cx: Lowering, nodes: list[Node]) -> tuple[AnyItem, ...]:
    """The items among sibling nodes, each with the attributes and docs before it."""
    items: list[AnyItem] = []
    head = Head()
    is_broken = False
    cx.depth += 4
    for node in nodes:
        kind = node.type
        if kind == "attribute_item" or kind in COMMENTS:
            head.take(cx, node)
            continue
        if kind == "expression_statement" and node.named_child_count:
            inner = first_named(node)
            if inner is not None and inner.type == "macro_invocation":
                node, kind = inner, inner.type
        lower = _TABLE.get(kind)
        if lower is not None:
            if cx.depth > 4 * _DEEPEST_ITEM:
                cx.gap("too-deep", "items nested too deep to read", node.start_byte, node.end_byte)
            else:
                lowered = lower(cx, node, head)
                items.extend(lowered if isinstance(lowered, tuple) else (lowered,))
            head = Head()
        elif node.is_named and kind != "inner_attribute_item":
            is_broken = is_broken or kind == "ERROR"
            if kind not in _NO_ITEMS and not is_broken:
                cx.opaque(node, f"no item we know ({kind})")
            head = Head()
    cx.depth -= 4
    cx.inner += len(items)
    return tuple(items)


def _body_items(cx: Lowering, body: Node | None) -> tuple[AnyItem, ...]:
    return () if body is None else lower_items(cx, body.children)


# -- functions and statics ---------------------------------------------------------------------


def _function(cx: Lowering, node: Node, head: Head) -> AnyItem:
    qualifiers, abi = lower_modifiers(cx, node)
    receiver, receiver_type, lifetime, params = _parameters(cx, node)
    body = node.child_by_field_name("body")
    head.take_inner(cx, body)
    common = named(cx, node, head)
    if cx.is_repaired:
        blanked = cx.words_blanked(common.start, common.name_start)
        known = ("async", "const", "default", "gen", "safe", "unsafe")
        qualifiers += tuple(word for word in blanked if word in known)
    before = cx.inner
    block = None if body is None else lower_block(cx, body)
    return Function(
        *common,
        params=params,
        ret=optional_type(cx, node, "return_type"),
        generics=lower_generics(cx, node),
        receiver=receiver,
        receiver_type=receiver_type,
        qualifiers=qualifiers,
        abi=abi,
        body=block,
        holds_items=cx.inner > before,
        receiver_lifetime=lifetime,
    )


def _signature(cx: Lowering, node: Node, head: Head) -> AnyItem:
    # A layout of registers was written over as a signature: the file has no `fn` there.
    word = next((child for child in node.children if child.type == "fn"), None)
    if word is not None and not cx.is_written(b"fn", word.start_byte):
        return lower_layout(cx, node, head)
    return _function(cx, node, head)


def _parameters(cx: Lowering, node: Node) -> tuple[str, Type | None, str, tuple[Param, ...]]:
    receiver = lifetime = ""
    receiver_type: Type | None = None
    params: list[Param] = []
    head: Head | None = None
    parameters = node.child_by_field_name("parameters")
    for child in [] if parameters is None else parameters.named_children:
        kind = child.type
        if kind == "attribute_item":
            head = head or Head()
            head.take(cx, child)
            continue
        cfg = None if head is None else head.cfg
        start, end = child.start_byte, child.end_byte
        if kind == "parameter":
            pattern = child.child_by_field_name("pattern")
            ty = optional_type(cx, child, "type")
            if pattern is not None and pattern.type == "self":
                receiver, receiver_type = "self", ty
                continue
            pat = WildPat(start, start) if pattern is None else lower_pattern(cx, pattern)
            if has_word(child, "mutable_specifier"):
                pat = with_mut(pat)
            params.append(Param(start, end, pat, ty, cfg))
        elif kind == "self_parameter":
            words = {part.type for part in child.children}
            receiver = "&" * ("&" in words)
            receiver += "mut " * ("&" in words and "mutable_specifier" in words) + "self"
            written = next((part for part in child.children if part.type == "lifetime"), None)
            lifetime = "" if written is None else lifetime_name(cx, written)
        elif kind not in COMMENTS and kind not in ("variadic_parameter", "ERROR"):
            # Edition 2015: a trait's method may leave a parameter without a name.
            params.append(Param(start, end, WildPat(start, start), lower_type(cx, child), cfg))
        else:
            continue
        head = None
    return receiver, receiver_type, lifetime, tuple(params)


def _static(cx: Lowering, node: Node, head: Head) -> AnyItem:
    words = {child.type for child in node.children}
    value = node.child_by_field_name("value")
    common = named(cx, node, head)
    known = words.union(cx.words_blanked(common.start, common.name_start)) & {"safe", "unsafe"}
    return Static(
        *common,
        kind=node.type.removesuffix("_item"),
        type=optional_type(cx, node, "type"),
        value=None if value is None else lower_expr(cx, value),
        is_mut="mutable_specifier" in words,
        qualifiers=tuple(sorted(known)),
    )


# -- traits, impls and aliases -----------------------------------------------------------------


def _trait(cx: Lowering, node: Node, head: Head) -> AnyItem:
    body = node.child_by_field_name("body")
    head.take_inner(cx, body)
    common = named(cx, node, head)
    is_auto = "auto" in cx.words_blanked(common.start, common.name_start)
    return Trait(
        *common,
        kind="auto" if is_auto else "trait",
        is_unsafe=has_word(node, "unsafe"),
        generics=lower_generics(cx, node),
        supertraits=lower_bounds(cx, node),
        items=_body_items(cx, body),
    )


def _impl(cx: Lowering, node: Node, head: Head) -> AnyItem:
    trait = node.child_by_field_name("trait")
    body = node.child_by_field_name("body")
    head.take_inner(cx, body)
    return Impl(
        *common_of(cx, node, head, None),
        self_type=optional_type(cx, node, "type"),
        trait=None if trait is None else lower_path(cx, trait),
        is_unsafe=has_word(node, "unsafe"),
        is_negative=has_word(node, "!"),
        generics=lower_generics(cx, node),
        items=_body_items(cx, body),
    )


def _type_alias(cx: Lowering, node: Node, head: Head) -> AnyItem:
    common = named(cx, node, head)
    ty = optional_type(cx, node, "type")
    if cx.is_repaired:
        word = next((child for child in node.children if child.type == "type"), node)
        if cx.is_written(b"trait", word.start_byte):
            bounds = () if ty is None else split_bounds(ty)
            generics = lower_generics(cx, node)
            return Trait(*common, kind="alias", generics=generics, supertraits=bounds)
    return TypeAlias(
        *common, generics=lower_generics(cx, node), type=ty, bounds=lower_bounds(cx, node)
    )


# -- modules and crates ------------------------------------------------------------------------


def _module(cx: Lowering, node: Node, head: Head) -> AnyItem:
    body = node.child_by_field_name("body")
    head.take_inner(cx, body)
    common = named(cx, node, head)
    return Module(*common, is_inline=body is not None, items=_body_items(cx, body))


def _extern_crate(cx: Lowering, node: Node, head: Head) -> AnyItem:
    alias = node.child_by_field_name("alias")
    return ExternCrate(*named(cx, node, head), alias="" if alias is None else cx.name(alias))


def _foreign_mod(cx: Lowering, node: Node, head: Head) -> AnyItem:
    abi = "C"
    for child in node.children:
        if child.type == "extern_modifier":
            abi = lower_abi(cx, child)
    body = node.child_by_field_name("body")
    head.take_inner(cx, body)
    return ForeignMod(
        *common_of(cx, node, head, None),
        abi=abi,
        is_unsafe=has_word(node, "unsafe"),
        items=_body_items(cx, body),
    )


# -- macros ------------------------------------------------------------------------------------


def _macro_definition(cx: Lowering, node: Node, head: Head) -> AnyItem:
    return MacroDef(*named(cx, node, head), arms=lower_macro_arms(cx, node))


def _macro_item(cx: Lowering, node: Node, head: Head) -> AnyItem:
    macro = node.child_by_field_name("macro")
    common = common_of(cx, node, head, None)
    tokens = next((child for child in node.named_children if child.type == "token_tree"), None)
    if macro is None or tokens is None:
        return MacroItem(*common)
    written = _MACRO.match(cx.source, node.start_byte) if cx.is_repaired else None
    if written is not None:
        visibility = read_visibility((written["vis"] or b"").decode("utf-8", "replace"))
        name = written["name"].decode("utf-8", "replace")
        common = common._replace(name=name, name_start=written.start("name"), visibility=visibility)
        return MacroDef(*common, arms=lower_plain_arms(cx, name, written.span("params"), tokens))
    path = lower_path(cx, macro)
    name = "::".join(path.names)
    common = common._replace(name=name, name_start=macro.start_byte)
    form, items, body = lower_macro_tokens(cx, path.name, tokens)
    made = delegated(path.name, body)
    if made:
        form, items, body = "items", made, None
    text = cx.source[tokens.start_byte + 1 : tokens.end_byte - 1].decode("utf-8", "replace").strip()
    is_kept = not form or len(text) < _LONGEST_TEXT
    return MacroItem(*common, form=form, items=items, body=body, text=text if is_kept else "")


_TABLE: dict[str, Callable[[Lowering, Node, Head], AnyItem | tuple[AnyItem, ...]]] = {
    "function_item": _function,
    "function_signature_item": _signature,
    "static_item": _static,
    "const_item": _static,
    "struct_item": lower_adt,
    "union_item": lower_adt,
    "enum_item": lower_adt,
    "trait_item": _trait,
    "impl_item": _impl,
    "type_item": _type_alias,
    "associated_type": _type_alias,
    "mod_item": _module,
    "use_declaration": lower_use,
    "extern_crate_declaration": _extern_crate,
    "foreign_mod_item": _foreign_mod,
    "macro_definition": _macro_definition,
    "macro_invocation": _macro_item,
}
