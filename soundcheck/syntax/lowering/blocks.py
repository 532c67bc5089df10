"""Blocks, statements and control flow."""

from tree_sitter import Node

from soundcheck.syntax.cfg import Cfg
from soundcheck.syntax.items import (
    Arm,
    Block,
    Expr,
    ExprStmt,
    For,
    If,
    ItemStmt,
    Jump,
    Let,
    Loop,
    Match,
    Opaque,
    Pat,
    Stmt,
    While,
    WildPat,
)
from soundcheck.syntax.lowering.attributes import Head
from soundcheck.syntax.lowering.context import COMMENTS, DEEPEST, Lowering
from soundcheck.syntax.lowering.expressions import (
    Lower,
    lower_expr,
    lower_only,
    lower_pattern_of,
    parts_of,
)
from soundcheck.syntax.lowering.patterns import lower_pattern, with_mut
from soundcheck.syntax.lowering.types import lifetime_name, lower_type

ITEMS = frozenset(
    {"function_item", "function_signature_item", "static_item", "const_item", "struct_item",
     "enum_item", "union_item", "trait_item", "impl_item", "type_item", "associated_type",
     "mod_item", "use_declaration", "extern_crate_declaration", "foreign_mod_item",
     "macro_definition"}
)  # fmt: skip
_BLOCKS = {
    "unsafe_block": "unsafe",
    "async_block": "async",
    "try_block": "try",
    "gen_block": "gen",
    "const_block": "const",
}
_NO_STATEMENTS = COMMENTS | {"label", "inner_attribute_item"}


# -- blocks ------------------------------------------------------------------------------------


def lower_block(cx: Lowering, node: Node) -> Block:
    """A block, with the keyword before it and its label."""
    start, end = node.start_byte, node.end_byte
    cx.depth += 1
    if cx.depth > DEEPEST:
        cx.depth -= 1
        cx.gap("too-deep", "a block nested too deep to follow", start, end)
        return Block(start, end, ())
    kind = _BLOCKS.get(node.type, "")
    children = node.children
    is_move = False
    if kind:
        for child in children:
            if child.type == "block":
                children = child.children
            elif child.type == "move":
                is_move = True
    first = node.children[0] if node.children else None
    label = _label(cx, node) if first is not None and first.type == "label" else ""
    stmts, tail = lower_statements(cx, children)
    cx.depth -= 1
    return Block(start, end, stmts, tail, kind, label, is_move)


def lower_statements(cx: Lowering, nodes: list[Node]) -> tuple[tuple[Stmt, ...], Expr | None]:
    """The statements among sibling nodes, and the tail expression.

    What could be the tail and stands under a ``cfg`` is a statement without a semicolon.
    """
    stmts: list[Stmt] = []
    tail: Expr | None = None
    pending: list[Node] = []
    for node in nodes:
        if not node.is_named:
            continue
        kind = node.type
        if kind in _NO_STATEMENTS:
            continue
        if kind == "attribute_item":
            pending.append(node)
            continue
        if tail is not None:  # it was no tail after all
            # The semicolon behind `if …  {}` or `unsafe {}` is an empty statement to the grammar.
            is_ended = kind == "empty_statement"
            stmts.append(ExprStmt(tail.start, tail.end, tail, is_ended))
            tail = None
        if kind == "empty_statement":
            continue
        if kind == "let_declaration":
            stmts.append(_let(cx, node, _cfg_of_nodes(cx, pending)))
        elif kind in ITEMS or (kind == "macro_invocation" and _is_item_macro(cx, node)):
            items = cx.lower_items(cx, [*pending, node])
            stmts.extend([ItemStmt(item.start, item.end, item) for item in items])
        else:
            cfg = _cfg_of_nodes(cx, pending)
            if kind == "expression_statement":
                expr, has_semicolon = lower_only(cx, node), node.children[-1].type == ";"
            else:
                expr, has_semicolon = lower_expr(cx, node), kind == "ERROR"
            if has_semicolon or cfg is not None:
                stmts.append(ExprStmt(node.start_byte, node.end_byte, expr, has_semicolon, cfg))
            else:
                tail = expr
        if pending:
            pending = []
    return tuple(stmts), tail


def _is_item_macro(cx: Lowering, node: Node) -> bool:
    """Whether a call defines a macro: a ``macro_rules!`` in a form the grammar has no node for."""
    name = node.child_by_field_name("macro")
    return name is not None and cx.name(name) in ("macro_rules", "macro")


def _cfg_of_nodes(cx: Lowering, nodes: list[Node]) -> Cfg | None:
    if not nodes:
        return None
    head = Head()
    for node in nodes:
        head.take(cx, node)
    return head.cfg


def _let(cx: Lowering, node: Node, cfg: Cfg | None) -> Let:
    ty = node.child_by_field_name("type")
    value = node.child_by_field_name("value")
    orelse = node.child_by_field_name("alternative")
    pattern = lower_pattern_of(cx, node)
    if any(child.type == "mutable_specifier" for child in node.children):
        pattern = with_mut(pattern)
    return Let(
        node.start_byte,
        node.end_byte,
        pattern,
        None if ty is None else lower_type(cx, ty),
        None if value is None else lower_expr(cx, value),
        None if orelse is None else lower_block(cx, orelse),
        cfg,
    )


# -- control flow ------------------------------------------------------------------------------


def _child(cx: Lowering, node: Node, field: str) -> Expr:
    child = node.child_by_field_name(field)
    if child is None:
        return Opaque(node.start_byte, node.end_byte, "a missing part")
    return lower_expr(cx, child)


def _block_in(cx: Lowering, node: Node, field: str) -> Block:
    child = node.child_by_field_name(field)
    return Block(node.end_byte, node.end_byte, ()) if child is None else lower_block(cx, child)


def _label(cx: Lowering, node: Node) -> str:
    for child in node.children:
        if child.type == "label":
            return lifetime_name(cx, child)
    return ""


def _if(cx: Lowering, node: Node) -> Expr:
    branches: list[tuple[Expr, Block]] = []
    orelse: Block | None = None
    current: Node | None = node
    while current is not None:
        branches.append((_child(cx, current, "condition"), _block_in(cx, current, "consequence")))
        clause = current.child_by_field_name("alternative")
        current = None
        for part in [] if clause is None else clause.named_children:
            if part.type == "if_expression":
                current = part
            elif part.type == "block":
                orelse = lower_block(cx, part)
    return If(node.start_byte, node.end_byte, tuple(branches), orelse)


def _match(cx: Lowering, node: Node) -> Expr:
    scrutinee = _child(cx, node, "value")
    body = node.child_by_field_name("body")
    nodes = [] if body is None else body.named_children
    arms = tuple([_arm(cx, arm) for arm in nodes if arm.type == "match_arm"])
    return Match(node.start_byte, node.end_byte, scrutinee, arms)


def _arm(cx: Lowering, node: Node) -> Arm:
    head: Head | None = None
    for child in node.named_children:
        if child.type == "attribute_item":
            head = head or Head()
            head.take(cx, child)
        elif child.type not in COMMENTS:
            break
    guard = None
    pat: Pat = WildPat(node.start_byte, node.start_byte)
    pattern = node.child_by_field_name("pattern")
    if pattern is not None:
        condition = pattern.child_by_field_name("condition")
        for part in pattern.children:
            kind = part.type
            if kind == "_" or (part.is_named and kind not in COMMENTS and part != condition):
                pat = lower_pattern(cx, part)
                break
        guard = None if condition is None else lower_expr(cx, condition)
    return Arm(pat, guard, _child(cx, node, "value"), None if head is None else head.cfg)


def _while(cx: Lowering, node: Node) -> Expr:
    condition = _child(cx, node, "condition")
    body = _block_in(cx, node, "body")
    return While(node.start_byte, node.end_byte, condition, body, _label(cx, node))


def _loop(cx: Lowering, node: Node) -> Expr:
    return Loop(node.start_byte, node.end_byte, _block_in(cx, node, "body"), _label(cx, node))


def _for(cx: Lowering, node: Node) -> Expr:
    pattern = lower_pattern_of(cx, node)
    iterable = _child(cx, node, "value")
    body = _block_in(cx, node, "body")
    return For(node.start_byte, node.end_byte, pattern, iterable, body, _label(cx, node))


def _jump(cx: Lowering, node: Node) -> Expr:
    start, end = node.start_byte, node.end_byte
    values = [part for part in parts_of(node) if part.type != "label"]
    value = lower_expr(cx, values[0]) if values else None
    kind = node.type.removesuffix("_expression")
    if cx.is_repaired and cx.is_written(b"become", start):
        kind = "become"
    return Jump(start, end, kind, value, _label(cx, node))


CONTROL: dict[str, Lower] = {
    "block": lower_block,
    **dict.fromkeys(_BLOCKS, lower_block),
    "if_expression": _if,
    "match_expression": _match,
    "while_expression": _while,
    "loop_expression": _loop,
    "for_expression": _for,
    "break_expression": _jump,
    "continue_expression": _jump,
    "return_expression": _jump,
    "yield_expression": _jump,
}
