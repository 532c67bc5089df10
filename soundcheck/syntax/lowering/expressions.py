"""Expressions that are values, places, calls or operators; blocks and control flow stand beside."""

from collections.abc import Callable

from tree_sitter import Node

from soundcheck.syntax.cfg import Cfg
from soundcheck.syntax.items import (
    Array,
    Assign,
    Await,
    Binary,
    Block,
    Call,
    Cast,
    Closure,
    Expr,
    ExprStmt,
    Field,
    Index,
    LetCond,
    Lit,
    MethodCall,
    Opaque,
    Pat,
    Path,
    PathExpr,
    PathType,
    Range,
    Ref,
    Repeat,
    Segment,
    StructLit,
    Try,
    Tuple,
    Type,
    Unary,
    WildPat,
)
from soundcheck.syntax.lowering.attributes import Head
from soundcheck.syntax.lowering.context import COMMENTS, DEEPEST, Lowering, first_named
from soundcheck.syntax.lowering.patterns import lower_pattern
from soundcheck.syntax.lowering.types import lower_path, lower_type

Lower = Callable[[Lowering, Node], Expr]

_NO_EXPRESSIONS = COMMENTS | {"attribute_item"}
_LITERALS = {
    "integer_literal": "int",
    "float_literal": "float",
    "string_literal": "str",
    "raw_string_literal": "str",
    "char_literal": "char",
    "boolean_literal": "bool",
    "negative_literal": "int",
}
_PATHS = (
    "identifier", "self", "scoped_identifier", "generic_function", "crate", "super", "metavariable",
    "type_identifier", "generic_type", "generic_type_with_turbofish", "scoped_type_identifier",
    "field_identifier", "primitive_type",
)  # fmt: skip


def lower_expr(cx: Lowering, node: Node) -> Expr:
    """An expression; one that is broken or nested too deep is opaque, with a gap."""
    cx.depth += 1
    if cx.depth > DEEPEST:
        why = "an expression nested too deep to follow"
        cx.gap("too-deep", why, node.start_byte, node.end_byte)
        lowered: Expr = Opaque(node.start_byte, node.end_byte, why)
    else:
        lower = cx.table.get(node.kind_id)
        if lower is None:
            lowered = cx.opaque(node, f"an expression of a kind we do not know ({node.type})")
        else:
            lowered = lower(cx, node)
    cx.depth -= 1
    return lowered


def parts_of(node: Node) -> list[Node]:
    """The named children of a node that are neither comments nor attributes."""
    return [child for child in node.named_children if child.type not in _NO_EXPRESSIONS]


def lower_parts(cx: Lowering, node: Node) -> tuple[Expr, ...]:
    """The expressions among the named children of a node.

    One under a ``cfg`` stands as a block that holds it under its formula.
    """
    lowered: list[Expr] = []
    head: Head | None = None
    for child in node.named_children:
        kind = child.type
        if kind in COMMENTS:
            continue
        if kind == "attribute_item":
            head = head or Head()
            head.take(cx, child)
            continue
        expr = lower_expr(cx, child)
        lowered.append(expr if head is None else under_cfg(expr, head.cfg))
        head = None
    return tuple(lowered)


def under_cfg(expr: Expr, cfg: Cfg | None) -> Expr:
    """An expression that is there only under a formula: as a block of it alone."""
    if cfg is None:
        return expr
    start, end = expr.start, expr.end
    return Block(start, end, (ExprStmt(start, end, expr, False, cfg),))  # noqa: FBT003  as declared


def _child(cx: Lowering, node: Node, field: str) -> Expr:
    child = node.child_by_field_name(field)
    if child is None:
        return Opaque(node.start_byte, node.end_byte, "a missing part")
    return lower_expr(cx, child)


def lower_only(cx: Lowering, node: Node) -> Expr:
    """The one expression among a node's children."""
    for child in node.named_children:
        if child.type not in _NO_EXPRESSIONS:
            return lower_expr(cx, child)
    return Opaque(node.start_byte, node.end_byte, "a missing part")


# -- names and literals ------------------------------------------------------------------------


def _path(cx: Lowering, node: Node) -> Expr:
    return PathExpr(node.start_byte, node.end_byte, lower_path(cx, node))


def _name(cx: Lowering, node: Node) -> Expr:
    name = cx.name(node)
    if not name:
        return Opaque(node.start_byte, node.end_byte, "a missing part")
    return PathExpr(node.start_byte, node.end_byte, Path((Segment(name),)))


def _literal(cx: Lowering, node: Node) -> Expr:
    start, end = node.start_byte, node.end_byte
    if start in cx.parts:
        return _no_expression(cx, node)
    if start in cx.names:
        return Opaque(start, end, "what a macro computes")
    kind = _LITERALS[node.type]
    if cx.data[start] == ord("b") and kind != "bool":
        kind = {"str": "bytes", "char": "byte"}.get(kind, kind)
    elif kind == "int" and node.type == "negative_literal":
        inner = first_named(node)
        kind = "int" if inner is None else _LITERALS.get(inner.type, "int")
    return Lit(start, end, kind, cx.text(node))


def _no_expression(cx: Lowering, node: Node) -> Expr:
    """What stands in a macro's arguments without being an expression; a named type as its path."""
    part = cx.parts[node.start_byte]
    if part.kind == "type" and part.node is not None:
        ty = lower_type(cx, part.node)
        if isinstance(ty, PathType):
            return PathExpr(part.node.start_byte, part.node.end_byte, ty.path)
        return Opaque(part.node.start_byte, part.node.end_byte, "a type")
    return Opaque(node.start_byte, node.end_byte, f"a {part.kind}" if part.kind else "no code")


# -- calls and places --------------------------------------------------------------------------


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
            args = () if arguments is None else lower_parts(cx, arguments)
            return MethodCall(start, end, receiver, cx.name(name), name.start_byte, args, generics)
    func = _child(cx, node, "function")
    return Call(start, end, func, () if arguments is None else lower_parts(cx, arguments))


def _field(cx: Lowering, node: Node) -> Expr:
    name = node.child_by_field_name("field")
    text = "" if name is None else cx.name(name)
    return Field(node.start_byte, node.end_byte, _child(cx, node, "value"), text)


def _index(cx: Lowering, node: Node) -> Expr:
    parts = parts_of(node)
    if len(parts) != 2:
        return cx.opaque(node, "a broken index")
    base, index = parts
    return Index(node.start_byte, node.end_byte, lower_expr(cx, base), lower_expr(cx, index))


# -- operators ---------------------------------------------------------------------------------


def _unary(cx: Lowering, node: Node) -> Expr:
    return Unary(node.start_byte, node.end_byte, node.children[0].type, lower_only(cx, node))


def _reference(cx: Lowering, node: Node) -> Expr:
    start, end = node.start_byte, node.end_byte
    is_mut = is_raw = False
    for child in node.children:
        kind = child.type
        if kind == "mutable_specifier":
            is_mut = True
        elif kind == "raw":
            is_raw = True
    operand = _child(cx, node, "value")
    if cx.is_written(b"box", start):
        return Unary(start, end, "box", operand)
    return Ref(start, end, operand, is_mut, is_raw)


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
    lowered = tuple([lower_expr(cx, operand) for operand in operands])
    return Binary(node.start_byte, node.end_byte, op, lowered)


def _let_chain(cx: Lowering, node: Node) -> Expr:
    return Binary(node.start_byte, node.end_byte, "&&", lower_parts(cx, node))


def _let_condition(cx: Lowering, node: Node) -> Expr:
    pattern = lower_pattern_of(cx, node)
    return LetCond(node.start_byte, node.end_byte, pattern, _child(cx, node, "value"))


def lower_pattern_of(cx: Lowering, node: Node) -> Pat:
    """The pattern in a node's field of that name; a missing one binds nothing."""
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
        return Range(start, end, None, value, is_inclusive=True)
    operator = node.child_by_field_name("operator")
    op = "" if operator is None else operator.type.removesuffix("=")
    target = Opaque(start, start, "a missing part") if left is None else lower_expr(cx, left)
    return Assign(start, end, target, value, op)


def _range(cx: Lowering, node: Node) -> Expr:
    low = high = None
    is_behind = is_inclusive = False
    for child in node.children:
        kind = child.type
        if kind in ("..", "..=", "..."):
            is_behind, is_inclusive = True, kind != ".."
        elif child.is_named and kind not in COMMENTS:
            if is_behind:
                high = lower_expr(cx, child)
            else:
                low = lower_expr(cx, child)
    return Range(node.start_byte, node.end_byte, low, high, is_inclusive)


def _try(cx: Lowering, node: Node) -> Expr:
    return Try(node.start_byte, node.end_byte, lower_only(cx, node))


def _await(cx: Lowering, node: Node) -> Expr:
    return Await(node.start_byte, node.end_byte, lower_only(cx, node))


# -- values ------------------------------------------------------------------------------------


def _tuple(cx: Lowering, node: Node) -> Expr:
    return Tuple(node.start_byte, node.end_byte, lower_parts(cx, node))


def _array(cx: Lowering, node: Node) -> Expr:
    length = node.child_by_field_name("length")
    if length is not None:
        parts = parts_of(node)
        if parts:
            value, count = lower_expr(cx, parts[0]), lower_expr(cx, length)
            return Repeat(node.start_byte, node.end_byte, value, count)
    return Array(node.start_byte, node.end_byte, lower_parts(cx, node))


def _struct(cx: Lowering, node: Node) -> Expr:
    name = node.child_by_field_name("name")
    body = node.child_by_field_name("body")
    path = Path(()) if name is None else lower_path(cx, name)
    fields: list[tuple[str, Expr]] = []
    base = None
    for child in [] if body is None else body.named_children:
        kind = child.type
        if kind == "field_initializer":
            field = child.child_by_field_name("field")
            text = "" if field is None else cx.name(field)
            fields.append((text, under_cfg(_child(cx, child, "value"), _cfg_in(cx, child))))
        elif kind == "shorthand_field_initializer":
            fields.extend(
                (cx.name(part), under_cfg(_name(cx, part), _cfg_in(cx, child)))
                for part in child.named_children
                if part.type == "identifier"
            )
        elif kind == "base_field_initializer":
            base = lower_only(cx, child)
    return StructLit(node.start_byte, node.end_byte, path, tuple(fields), base)


def _cfg_in(cx: Lowering, node: Node) -> Cfg | None:
    """The formula of the attributes that a node begins with."""
    first = first_named(node)
    if first is None or (first.type != "attribute_item" and first.type not in COMMENTS):
        return None
    head = Head()
    for child in node.named_children:
        if child.type == "attribute_item":
            head.take(cx, child)
    return head.cfg


def _closure(cx: Lowering, node: Node) -> Expr:
    params: list[tuple[Pat, Type | None]] = []
    parameters = node.child_by_field_name("parameters")
    for child in [] if parameters is None else parameters.children:
        kind = child.type
        if kind == "parameter":
            ty = child.child_by_field_name("type")
            pattern = lower_pattern_of(cx, child)
            params.append((pattern, None if ty is None else lower_type(cx, ty)))
        elif kind == "_" or (child.is_named and kind not in _NO_EXPRESSIONS):
            params.append((lower_pattern(cx, child), None))
    words = {child.type for child in node.children if not child.is_named}
    ret = node.child_by_field_name("return_type")
    body = node.child_by_field_name("body")
    return Closure(
        node.start_byte,
        node.end_byte,
        tuple(params),
        Tuple(node.end_byte, node.end_byte, ()) if body is None else lower_expr(cx, body),
        None if ret is None else lower_type(cx, ret),
        "move" in words,
        "async" in words,
    )


def _error(_cx: Lowering, node: Node) -> Expr:
    # The parse has told this gap already.
    return Opaque(node.start_byte, node.end_byte, "broken code")


VALUES: dict[str, Lower] = {
    **dict.fromkeys(_PATHS, _path),
    **dict.fromkeys(("identifier", "self"), _name),
    **dict.fromkeys(_LITERALS, _literal),
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
    "parenthesized_expression": lower_only,
    "tuple_expression": _tuple,
    "unit_expression": _tuple,
    "array_expression": _array,
    "struct_expression": _struct,
    "closure_expression": _closure,
    "try_expression": _try,
    "await_expression": _await,
    "ERROR": _error,
}
