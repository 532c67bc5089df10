"""Expressions, statements and blocks."""

from collections.abc import Callable

from tree_sitter import Node

from soundcheck.syntax.cfg import Cfg, conjoin
from soundcheck.syntax.items import (
    Arm,
    Array,
    Assign,
    Attribute,
    Await,
    Binary,
    Block,
    Call,
    Cast,
    Closure,
    Expr,
    ExprStmt,
    Field,
    For,
    If,
    Index,
    ItemStmt,
    Jump,
    Let,
    LetCond,
    Lit,
    Loop,
    Match,
    MethodCall,
    Opaque,
    Pat,
    Path,
    PathExpr,
    Range,
    Ref,
    Repeat,
    Segment,
    Stmt,
    StructLit,
    Try,
    Tuple,
    Type,
    Unary,
    While,
    WildPat,
)
from soundcheck.syntax.lowering.attributes import cfg_of, read_attribute
from soundcheck.syntax.lowering.context import DEEPEST, Lowering
from soundcheck.syntax.lowering.patterns import lower_pattern
from soundcheck.syntax.lowering.types import lower_path, lower_type

COMMENTS = frozenset({"line_comment", "block_comment"})
ITEMS = frozenset(
    {"function_item", "function_signature_item", "static_item", "const_item", "struct_item",
     "enum_item", "union_item", "trait_item", "impl_item", "type_item", "associated_type",
     "mod_item", "use_declaration", "extern_crate_declaration", "foreign_mod_item",
     "macro_definition"}
)  # fmt: skip
_LITERALS = {
    "integer_literal": "int",
    "float_literal": "float",
    "string_literal": "str",
    "raw_string_literal": "str",
    "char_literal": "char",
    "boolean_literal": "bool",
    "negative_literal": "int",
}
_BLOCKS = {
    "unsafe_block": "unsafe",
    "async_block": "async",
    "try_block": "try",
    "gen_block": "gen",
    "const_block": "const",
}
_PATHS = frozenset(
    {"identifier", "self", "scoped_identifier", "generic_function", "crate", "super",
     "metavariable", "type_identifier", "generic_type", "generic_type_with_turbofish",
     "scoped_type_identifier", "field_identifier", "primitive_type"}
)  # fmt: skip


def parts_of(node: Node) -> list[Node]:
    """The named children of a node that are neither comments nor attributes."""
    return [
        child
        for child in node.named_children
        if child.type not in COMMENTS and child.type != "attribute_item"
    ]


def lower_expr(cx: Lowering, node: Node) -> Expr:
    """An expression; one that is broken or nested too deep is opaque, with a gap."""
    kind = node.type
    cx.depth += 1
    if cx.depth > DEEPEST:
        lowered: Expr = cx.opaque(node, "an expression nested too deep to follow")
    elif kind in _PATHS:
        lowered = PathExpr(node.start_byte, node.end_byte, lower_path(cx, node))
    elif kind in _LITERALS:
        lowered = Lit(node.start_byte, node.end_byte, _literal_kind(cx, node), cx.text(node))
    elif kind in _BLOCKS or kind == "block":
        lowered = lower_block(cx, node)
    else:
        lower = _TABLE.get(kind)
        if lower is None:
            lowered = cx.opaque(node, f"an expression of a kind we do not know ({kind})")
        else:
            lowered = lower(cx, node)
    cx.depth -= 1
    return lowered


def _literal_kind(cx: Lowering, node: Node) -> str:
    kind = _LITERALS[node.type]
    if cx.data[node.start_byte] == ord("b"):
        return {"str": "bytes", "char": "byte"}.get(kind, kind)
    return kind


def _child(cx: Lowering, node: Node, field: str) -> Expr:
    child = node.child_by_field_name(field)
    if child is None:
        return Opaque(node.start_byte, node.end_byte, "a missing part")
    return lower_expr(cx, child)


def _first(cx: Lowering, node: Node) -> Expr | None:
    parts = parts_of(node)
    return lower_expr(cx, parts[0]) if parts else None


def _only(cx: Lowering, node: Node) -> Expr:
    return _first(cx, node) or Opaque(node.start_byte, node.end_byte, "a missing part")


# -- calls and places --------------------------------------------------------------------------


def lower_args(cx: Lowering, nodes: list[Node]) -> tuple[Expr, ...]:
    """The arguments among sibling nodes."""
    return tuple(lower_expr(cx, node) for node in nodes)


def _call(cx: Lowering, node: Node) -> Expr:
    start, end = node.start_byte, node.end_byte
    arguments = node.child_by_field_name("arguments")
    function = node.child_by_field_name("function")
    generics: tuple[Type, ...] = ()
    callee = function
    if callee is not None and callee.type == "generic_function":
        inner = callee.child_by_field_name("function")
        if inner is not None and inner.type == "field_expression":
            listed = callee.child_by_field_name("type_arguments")
            if listed is not None:
                generics = tuple(lower_type(cx, part) for part in parts_of(listed))
            callee = inner
    if callee is not None and callee.type == "field_expression":
        name = callee.child_by_field_name("field")
        if name is not None and name.type == "field_identifier":
            receiver = _child(cx, callee, "value")
            args = () if arguments is None else lower_args(cx, parts_of(arguments))
            text = cx.text(name)
            return MethodCall(start, end, receiver, text, name.start_byte, args, generics)
    args = () if arguments is None else lower_args(cx, parts_of(arguments))
    return Call(start, end, _child(cx, node, "function"), args)


def _field(cx: Lowering, node: Node) -> Expr:
    name = node.child_by_field_name("field")
    text = "" if name is None else cx.text(name)
    return Field(node.start_byte, node.end_byte, _child(cx, node, "value"), text)


def _index(cx: Lowering, node: Node) -> Expr:
    parts = parts_of(node)
    if len(parts) != 2:
        return cx.opaque(node, "a broken index")
    return Index(
        node.start_byte, node.end_byte, lower_expr(cx, parts[0]), lower_expr(cx, parts[1])
    )


# -- operators ---------------------------------------------------------------------------------


def _unary(cx: Lowering, node: Node) -> Expr:
    return Unary(node.start_byte, node.end_byte, node.children[0].type, _only(cx, node))


def _reference(cx: Lowering, node: Node) -> Expr:
    words = {child.type for child in node.children}
    return Ref(
        node.start_byte,
        node.end_byte,
        _child(cx, node, "value"),
        "mutable_specifier" in words,
        "raw" in words,
    )


def _cast(cx: Lowering, node: Node) -> Expr:
    ty = node.child_by_field_name("type")
    if ty is None:
        return cx.opaque(node, "a cast without a type")
    return Cast(node.start_byte, node.end_byte, _child(cx, node, "value"), lower_type(cx, ty))


def _binary(cx: Lowering, node: Node) -> Expr:
    operator = node.child_by_field_name("operator")
    op = "" if operator is None else operator.type
    operands: list[Node] = []
    current: Node | None = node
    # A chain of one operator nests to the left; it is read from right to left without recursion.
    while current is not None:
        right = current.child_by_field_name("right")
        if right is not None:
            operands.append(right)
        left = current.child_by_field_name("left")
        if left is None:
            break
        if left.type == "binary_expression":
            inner = left.child_by_field_name("operator")
            if inner is not None and inner.type == op:
                current = left
                continue
        operands.append(left)
        break
    operands.reverse()
    lowered = tuple(lower_expr(cx, operand) for operand in operands)
    return Binary(node.start_byte, node.end_byte, op, lowered)


def _let_chain(cx: Lowering, node: Node) -> Expr:
    lowered = tuple(lower_expr(cx, part) for part in parts_of(node))
    return Binary(node.start_byte, node.end_byte, "&&", lowered)


def _let_condition(cx: Lowering, node: Node) -> Expr:
    pattern = _pattern(cx, node)
    return LetCond(node.start_byte, node.end_byte, pattern, _child(cx, node, "value"))


def _pattern(cx: Lowering, node: Node) -> Pat:
    pattern = node.child_by_field_name("pattern")
    if pattern is None:
        return WildPat(node.start_byte, node.start_byte)
    return lower_pattern(cx, pattern)


def _assignment(cx: Lowering, node: Node) -> Expr:
    start, end = node.start_byte, node.end_byte
    left = node.child_by_field_name("left")
    value = _child(cx, node, "right")
    if left is not None and left.type == "range_expression" and len(left.children) == 1:
        # The grammar has no prefix `..=x`: it reads `..` and an assignment.
        return Range(start, end, None, value, True)
    operator = node.child_by_field_name("operator")
    op = "" if operator is None else operator.type.removesuffix("=")
    target = Opaque(start, start, "a missing part") if left is None else lower_expr(cx, left)
    return Assign(start, end, target, value, op)


def _range(cx: Lowering, node: Node) -> Expr:
    low = high = None
    is_behind = is_inclusive = False
    for child in node.children:
        if not child.is_named and child.type in ("..", "..=", "..."):
            is_behind, is_inclusive = True, child.type != ".."
        elif child.is_named and child.type not in COMMENTS:
            if is_behind:
                high = lower_expr(cx, child)
            else:
                low = lower_expr(cx, child)
    return Range(node.start_byte, node.end_byte, low, high, is_inclusive)


# -- values ------------------------------------------------------------------------------------


def _tuple(cx: Lowering, node: Node) -> Expr:
    return Tuple(node.start_byte, node.end_byte, lower_args(cx, parts_of(node)))


def _array(cx: Lowering, node: Node) -> Expr:
    length = node.child_by_field_name("length")
    parts = parts_of(node)
    if length is not None and parts:
        return Repeat(
            node.start_byte, node.end_byte, lower_expr(cx, parts[0]), lower_expr(cx, length)
        )
    return Array(node.start_byte, node.end_byte, lower_args(cx, parts))


def _struct(cx: Lowering, node: Node) -> Expr:
    name = node.child_by_field_name("name")
    body = node.child_by_field_name("body")
    path = Path(()) if name is None else lower_path(cx, name)
    fields: list[tuple[str, Expr]] = []
    base = None
    for child in [] if body is None else body.named_children:
        if child.type == "shorthand_field_initializer":
            for part in child.named_children:
                if part.type == "identifier":
                    text = cx.text(part)
                    value = PathExpr(part.start_byte, part.end_byte, Path((Segment(text),)))
                    fields.append((text, value))
        elif child.type == "field_initializer":
            field = child.child_by_field_name("field") or child.child_by_field_name("name")
            text = "" if field is None else cx.text(field)
            fields.append((text, _child(cx, child, "value")))
        elif child.type == "base_field_initializer":
            base = _first(cx, child)
    return StructLit(node.start_byte, node.end_byte, path, tuple(fields), base)


def _closure(cx: Lowering, node: Node) -> Expr:
    params: list[tuple[Pat, Type | None]] = []
    parameters = node.child_by_field_name("parameters")
    for child in [] if parameters is None else parameters.children:
        if child.type == "parameter":
            ty = child.child_by_field_name("type")
            params.append((_pattern(cx, child), None if ty is None else lower_type(cx, ty)))
        elif child.type == "_" or (child.is_named and child.type not in COMMENTS):
            if child.type != "attribute_item":
                params.append((lower_pattern(cx, child), None))
    words = {child.type for child in node.children if not child.is_named}
    ret = node.child_by_field_name("return_type")
    body = node.child_by_field_name("body")
    return Closure(
        node.start_byte,
        node.end_byte,
        tuple(params),
        _unit(node) if body is None or body.type == "_" else lower_expr(cx, body),
        None if ret is None else lower_type(cx, ret),
        "move" in words,
        "async" in words,
    )


def _unit(node: Node) -> Expr:
    return Tuple(node.end_byte, node.end_byte, ())


# -- control flow ------------------------------------------------------------------------------


def _if(cx: Lowering, node: Node) -> Expr:
    branches: list[tuple[Expr, Block]] = []
    orelse: Block | None = None
    current: Node | None = node
    while current is not None:
        condition = _child(cx, current, "condition")
        consequence = current.child_by_field_name("consequence")
        branches.append((condition, _block_of(cx, consequence, current)))
        clause = current.child_by_field_name("alternative")
        current = None
        if clause is not None:
            for part in clause.named_children:
                if part.type == "if_expression":
                    current = part
                elif part.type == "block":
                    orelse = lower_block(cx, part)
    return If(node.start_byte, node.end_byte, tuple(branches), orelse)


def _block_of(cx: Lowering, node: Node | None, owner: Node) -> Block:
    if node is None:
        return Block(owner.end_byte, owner.end_byte, ())
    return lower_block(cx, node)


def _match(cx: Lowering, node: Node) -> Expr:
    arms: list[Arm] = []
    body = node.child_by_field_name("body")
    for arm in [] if body is None else body.named_children:
        if arm.type != "match_arm":
            continue
        attributes: list[Attribute] = []
        for child in arm.named_children:
            if child.type == "attribute_item":
                attributes.extend(lower_attribute(cx, child))
        pattern = arm.child_by_field_name("pattern")
        guard = None
        pat: Pat = WildPat(arm.start_byte, arm.start_byte)
        if pattern is not None:
            condition = pattern.child_by_field_name("condition")
            for part in pattern.children:
                is_pattern = part.type == "_" or (part.is_named and part.type not in COMMENTS)
                if is_pattern and part != condition:
                    pat = lower_pattern(cx, part)
                    break
            guard = None if condition is None else lower_expr(cx, condition)
        arms.append(Arm(pat, guard, _child(cx, arm, "value"), cfg_of(tuple(attributes))))
    return Match(node.start_byte, node.end_byte, _child(cx, node, "value"), tuple(arms))


def _label(cx: Lowering, node: Node) -> str:
    for child in node.children:
        if child.type == "label":
            return cx.text(child)[1:]
    return ""


def _while(cx: Lowering, node: Node) -> Expr:
    condition = _child(cx, node, "condition")
    body = _block_of(cx, node.child_by_field_name("body"), node)
    return While(node.start_byte, node.end_byte, condition, body, _label(cx, node))


def _loop(cx: Lowering, node: Node) -> Expr:
    body = _block_of(cx, node.child_by_field_name("body"), node)
    return Loop(node.start_byte, node.end_byte, body, _label(cx, node))


def _for(cx: Lowering, node: Node) -> Expr:
    iterable = _child(cx, node, "value")
    body = _block_of(cx, node.child_by_field_name("body"), node)
    return For(
        node.start_byte, node.end_byte, _pattern(cx, node), iterable, body, _label(cx, node)
    )


def _jump(cx: Lowering, node: Node) -> Expr:
    values = [part for part in parts_of(node) if part.type != "label"]
    value = lower_expr(cx, values[0]) if values else None
    kind = node.type.removesuffix("_expression")
    return Jump(node.start_byte, node.end_byte, kind, value, _label(cx, node))


def _try(cx: Lowering, node: Node) -> Expr:
    return Try(node.start_byte, node.end_byte, _only(cx, node))


def _await(cx: Lowering, node: Node) -> Expr:
    return Await(node.start_byte, node.end_byte, _only(cx, node))


def _macro(cx: Lowering, node: Node) -> Expr:
    return cx.lower_macro(cx, node)


def _error(cx: Lowering, node: Node) -> Expr:
    # The parse has told this gap already.
    return Opaque(node.start_byte, node.end_byte, "broken code")


# -- blocks ------------------------------------------------------------------------------------


def lower_block(cx: Lowering, node: Node) -> Block:
    """A block, with the keyword before it and its label."""
    cx.depth += 1
    if cx.depth > DEEPEST:
        cx.depth -= 1
        cx.gap("too-deep", "a block nested too deep to follow", node.start_byte, node.end_byte)
        return Block(node.start_byte, node.end_byte, ())
    start, end = node.start_byte, node.end_byte
    kind = _BLOCKS.get(node.type, "")
    label = _label(cx, node)
    is_move = False
    inner = node
    if kind:
        for child in node.children:
            if child.type == "block":
                inner = child
            elif child.type == "move":
                is_move = True
    stmts, tail = lower_statements(cx, inner.children)
    cx.depth -= 1
    return Block(start, end, stmts, tail, kind, label, is_move)


def lower_statements(cx: Lowering, nodes: list[Node]) -> tuple[tuple[Stmt, ...], Expr | None]:
    """The statements among sibling nodes, and the tail expression."""
    stmts: list[Stmt] = []
    tail: Expr | None = None
    pending: list[Node] = []
    last = _last_expression(nodes)
    for node in nodes:
        kind = node.type
        if not node.is_named or kind in COMMENTS or kind in ("label", "inner_attribute_item"):
            continue
        if kind == "attribute_item":
            pending.append(node)
            continue
        if kind in ITEMS or (kind == "macro_invocation" and _is_item_macro(cx, node)):
            for item in cx.lower_items(cx, [*pending, node]):
                stmts.append(ItemStmt(item.start, item.end, item))
            pending = []
            continue
        cfg = _cfg_of_nodes(cx, pending)
        pending = []
        if kind == "let_declaration":
            stmts.append(_let(cx, node, cfg))
        elif kind == "empty_statement":
            continue
        elif kind == "expression_statement":
            expr = _only(cx, node)
            has_semicolon = node.children[-1].type == ";"
            if node == last and not has_semicolon and cfg is None:
                tail = expr
            else:
                stmts.append(ExprStmt(node.start_byte, node.end_byte, expr, has_semicolon, cfg))
        elif kind == "ERROR":
            stmts.append(ExprStmt(node.start_byte, node.end_byte, _error(cx, node), True, cfg))
        else:
            expr = lower_expr(cx, node)
            if node == last and cfg is None:
                tail = expr
            else:
                stmts.append(ExprStmt(node.start_byte, node.end_byte, expr, False, cfg))
    return tuple(stmts), tail


def _last_expression(nodes: list[Node]) -> Node | None:
    for node in reversed(nodes):
        if node.is_named and node.type not in COMMENTS:
            return node
    return None


def _is_item_macro(cx: Lowering, node: Node) -> bool:
    """Whether a macro call with an identifier behind its name defines something: ``macro_rules!``."""
    name = node.child_by_field_name("macro")
    return name is not None and cx.text(name) == "macro_rules"


def _cfg_of_nodes(cx: Lowering, nodes: list[Node]) -> Cfg | None:
    if not nodes:
        return None
    attributes: list[Attribute] = []
    for node in nodes:
        attributes.extend(lower_attribute(cx, node))
    return conjoin(cfg_of(tuple(attributes)))


def lower_attribute(cx: Lowering, node: Node) -> tuple[Attribute, ...]:
    """The attributes of one ``#[…]`` or ``#![…]``."""
    is_inner = node.type == "inner_attribute_item"
    text = cx.source[node.start_byte : node.end_byte].decode("utf-8", "replace")
    opening = text.find("[")
    inside = text[opening + 1 : text.rfind("]")]
    return tuple(read_attribute(inside, node.start_byte, node.end_byte, is_inner=is_inner))


def _let(cx: Lowering, node: Node, cfg: Cfg | None) -> Let:
    ty = node.child_by_field_name("type")
    value = node.child_by_field_name("value")
    orelse = node.child_by_field_name("alternative")
    return Let(
        node.start_byte,
        node.end_byte,
        _pattern(cx, node),
        None if ty is None else lower_type(cx, ty),
        None if value is None else lower_expr(cx, value),
        None if orelse is None else lower_block(cx, orelse),
        cfg,
    )


_TABLE: dict[str, Callable[[Lowering, Node], Expr]] = {
    "call_expression": _call,
    "field_expression": _field,
    "index_expression": _index,
    "unary_expression": _unary,
    "reference_expression": _reference,
    "type_cast_expression": _cast,
    "binary_expression": _binary,
    "let_chain": _let_chain,
    "let_condition": _let_condition,
    "assignment_expression": _assignment,
    "compound_assignment_expr": _assignment,
    "range_expression": _range,
    "parenthesized_expression": _only,
    "tuple_expression": _tuple,
    "unit_expression": _tuple,
    "array_expression": _array,
    "struct_expression": _struct,
    "closure_expression": _closure,
    "if_expression": _if,
    "match_expression": _match,
    "while_expression": _while,
    "loop_expression": _loop,
    "for_expression": _for,
    "break_expression": _jump,
    "continue_expression": _jump,
    "return_expression": _jump,
    "yield_expression": _jump,
    "try_expression": _try,
    "await_expression": _await,
    "macro_invocation": _macro,
    "ERROR": _error,
}
