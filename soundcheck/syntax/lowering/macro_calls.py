"""Macro calls, as expressions and as items."""

from tree_sitter import Node

from soundcheck.syntax.cfg import Cfg, Flag, conjoin, negate
from soundcheck.syntax.inline_assembly import ASSEMBLY
from soundcheck.syntax.items import (
    AnyItem,
    Arm,
    Assign,
    Block,
    Call,
    Expr,
    ExprStmt,
    ItemStmt,
    Lit,
    MacroCall,
    Match,
    PathExpr,
    Stmt,
)
from soundcheck.syntax.lowering.blocks import ITEMS, lower_block, lower_statements
from soundcheck.syntax.lowering.context import COMMENTS, DEEPEST, Lowering, first_named
from soundcheck.syntax.lowering.expressions import lower_expr, lower_parts, parts_of
from soundcheck.syntax.lowering.patterns import lower_pattern
from soundcheck.syntax.lowering.types import lower_path
from soundcheck.syntax.macros import (
    MacroBranch,
    MacroTree,
    macro_branches,
    read_branch,
    read_macro,
)
from soundcheck.syntax.predicates import read_predicate

# What looks like a call among the operands of assembly, and is none.
_ASSEMBLY_OPTIONS = frozenset({"options", "clobber_abi"})
# Macros of the language whose tokens are no code: a predicate, a text, the name of a field.
_NO_CODE = frozenset({"cfg", "stringify", "offset_of"})
# A ladder of more branches than this is generated: its formulas would grow squarely.
_MOST_BRANCHES = 60
# How much deeper a macro call takes us than another expression: it costs a parse.
_DEPTH = 4


def _tokens_of(node: Node) -> Node | None:
    for child in node.named_children:
        if child.type == "token_tree":
            return child
    return None


def _inside(cx: Lowering, tokens: Node) -> str:
    return _tokens_inside(cx, tokens).strip()


def _tokens_inside(cx: Lowering, tokens: Node) -> str:
    text = cx.source[tokens.start_byte + 1 : tokens.end_byte - 1]
    return text.decode("utf-8", "replace")


def take_up(cx: Lowering, name: str, tree: MacroTree) -> None:
    """Take note of what a macro's tree says of itself, and of what is lost of it as one gap."""
    cx.adopt(tree)
    if tree.lost:
        whole = "the tokens" if tree.root is None else "part of the tokens"
        start, end = tree.lost[0][0], max(end for _, end in tree.lost)
        cx.gap("unread-macro", f"{whole} of `{name}!`", start, end)


def lower_macro_expr(cx: Lowering, node: Node) -> Expr:
    """A macro call in the place of an expression or statement."""
    macro, tokens = node.child_by_field_name("macro"), _tokens_of(node)
    if macro is None or tokens is None:
        return cx.opaque(node, "a broken macro call")
    path = lower_path(cx, macro)
    cx.inner += path.name == "include"
    if cx.depth + _DEPTH > DEEPEST:
        cx.gap("too-deep", "a macro call nested too deep to read", node.start_byte, node.end_byte)
        return MacroCall(node.start_byte, node.end_byte, path, "")
    cx.depth += _DEPTH
    call = _macro_call(cx, node, tokens, path.name, MacroCall(0, 0, path, ""))
    cx.depth -= _DEPTH
    return call


def _macro_call(cx: Lowering, node: Node, tokens: Node, name: str, bare: MacroCall) -> MacroCall:
    start, end, path = node.start_byte, node.end_byte, bare.path
    if name in _NO_CODE:
        return MacroCall(start, end, path, "", text=_inside(cx, tokens))
    branches = macro_branches(cx.data, tokens)
    if branches:
        return MacroCall(start, end, path, "block", (), _branches(cx, name, tokens, branches))
    tree = read_macro(cx.parsed, tokens)
    take_up(cx, name, tree)
    # Where assembly says what, is counted from the end of its call: nothing of it is cut off.
    text = _tokens_inside(cx, tokens) if name in ASSEMBLY else ""
    if tree.root is None:
        return MacroCall(start, end, path, "", text=text or _inside(cx, tokens))
    if tree.form == "block":
        body = lower_block(cx, tree.root)
        form = "items" if body.stmts and _is_items(body) else "block"
        return MacroCall(start, end, path, form, (), body, text)
    return MacroCall(start, end, path, "args", _arguments(cx, name, tree.root), None, text)


def _is_items(body: Block) -> bool:
    return body.tail is None and all(isinstance(stmt, ItemStmt) for stmt in body.stmts)


# -- arguments ---------------------------------------------------------------------------------


def _arguments(cx: Lowering, name: str, root: Node) -> tuple[Expr, ...]:
    nodes = parts_of(root)
    if len(nodes) > 1:
        part = cx.parts.get(nodes[1].start_byte)
        if part is not None and part.kind == "pattern" and part.node is not None:
            return _match(cx, nodes, part.node)
    args = tuple(_without_name(arg) for arg in lower_parts(cx, root))
    if name in ASSEMBLY:
        return tuple(_operand(arg) for arg in args if not _is_option(arg))
    return args


def _match(cx: Lowering, nodes: list[Node], pattern: Node) -> tuple[Expr, ...]:
    """The arguments of ``matches!``: the match that it is, and the rest."""
    scrutinee = lower_expr(cx, nodes[0])
    pat = lower_pattern(cx, pattern)
    rest = nodes[2:]
    guard: Expr | None = None
    part = cx.parts.get(pattern.start_byte)
    if part is not None and part.is_guarded and rest:
        guard = lower_expr(cx, rest.pop(0))
    end = nodes[1].end_byte if guard is None else guard.end
    arm = Arm(pat, guard, Lit(end, end, "bool", "true"))
    matched = Match(scrutinee.start, end, scrutinee, (arm,))
    return (matched, *(lower_expr(cx, node) for node in rest))


def _without_name(arg: Expr) -> Expr:
    """The value of ``name = value``, as formatting and assembly macros take it."""
    if isinstance(arg, Assign) and not arg.op and isinstance(arg.target, PathExpr):
        return arg.value
    return arg


def _operand(arg: Expr) -> Expr:
    """The value of ``"=r"(value)``, as assembly was written before."""
    if isinstance(arg, Call) and isinstance(arg.func, Lit) and len(arg.args) == 1:
        return arg.args[0]
    return arg


def _is_option(arg: Expr) -> bool:
    if isinstance(arg, PathExpr):
        return arg.path.name == "_"
    return (
        isinstance(arg, Call)
        and isinstance(arg.func, PathExpr)
        and arg.func.path.name in _ASSEMBLY_OPTIONS
    )


# -- branches ----------------------------------------------------------------------------------


def _formulas(cx: Lowering, branches: list[MacroBranch]) -> list[Cfg | None]:
    """The formula under which each branch is taken: its own, and none of those before it."""
    formulas: list[Cfg | None] = []
    before: list[Cfg] = []
    for branch in branches:
        own: Cfg | None = None
        if branch.predicate is not None:
            start, end = branch.predicate
            text = cx.source[start:end].decode("utf-8", "replace")
            own = read_predicate(text) or Flag(text.strip())
        formulas.append(conjoin(*before, own))
        if len(before) < _MOST_BRANCHES:
            before.append(negate(own))
    return formulas


def _branches(cx: Lowering, name: str, tokens: Node, branches: list[MacroBranch]) -> Block:
    stmts: list[Stmt] = []
    for branch, formula in zip(branches, _formulas(cx, branches), strict=True):
        tree = read_branch(cx.parsed, branch)
        take_up(cx, name, tree)
        if tree.root is None:
            continue
        if tree.form == "block" and branch.tokens is not None:
            body: Expr = lower_block(cx, tree.root)
        else:
            body = _branch_value(cx, tree.root)
        stmts.append(ExprStmt(body.start, body.end, body, has_semicolon=False, cfg=formula))
    return Block(tokens.start_byte, tokens.end_byte, tuple(stmts))


def _branch_value(cx: Lowering, root: Node) -> Expr:
    """A branch without braces: one expression."""
    stmts, tail = lower_statements(cx, root.children)
    if tail is not None:
        return tail
    if stmts and isinstance(stmts[-1], ExprStmt):
        return stmts[-1].expr
    return Block(root.start_byte, root.end_byte, stmts)


# -- items -------------------------------------------------------------------------------------


def lower_macro_tokens(
    cx: Lowering, name: str, tokens: Node
) -> tuple[str, tuple[AnyItem, ...], Block | None]:
    """What the tokens of an item macro hold: the form, the items, and what else is in them."""
    if name in _NO_CODE:
        return "", (), None
    branches = macro_branches(cx.data, tokens)
    if not branches:
        tree = read_macro(cx.parsed, tokens)
        take_up(cx, name, tree)
        return split_tree(cx, tree, macros_are_items=True)
    items: list[AnyItem] = []
    stmts: list[Stmt] = []
    for branch, formula in zip(branches, _formulas(cx, branches), strict=True):
        tree = read_branch(cx.parsed, branch)
        take_up(cx, name, tree)
        _, inner, body = split_tree(cx, tree, macros_are_items=True)
        items.extend(guard_item(item, formula) for item in inner)
        if body is not None:
            stmts.append(ExprStmt(body.start, body.end, body, has_semicolon=False, cfg=formula))
    block = Block(tokens.start_byte, tokens.end_byte, tuple(stmts)) if stmts else None
    return "items", tuple(items), block


def guard_item(item: AnyItem, formula: Cfg | None) -> AnyItem:
    """The same item under a further formula."""
    if formula is None:
        return item
    values = {field: getattr(item, field) for field in item.__struct_fields__}
    values["cfg"] = conjoin(formula, item.cfg)
    return type(item)(**values)


def split_tree(
    cx: Lowering, tree: MacroTree, *, macros_are_items: bool
) -> tuple[str, tuple[AnyItem, ...], Block | None]:
    """The form of a macro's tree, the items in it, and the rest as a block."""
    if tree.root is None:
        return "", (), None
    start, end = tree.root.start_byte, tree.root.end_byte
    if tree.form == "args":
        args = lower_parts(cx, tree.root)
        stmts: tuple[Stmt, ...] = tuple(ExprStmt(arg.start, arg.end, arg) for arg in args)
        return "args", (), Block(start, end, stmts) if stmts else None
    nodes = tree.root.children
    items: list[AnyItem] = []
    if macros_are_items:
        mine, nodes = _part(nodes)
        items.extend(cx.lower_items(cx, mine))
    stmts, tail = lower_statements(cx, nodes)
    items.extend(stmt.item for stmt in stmts if isinstance(stmt, ItemStmt))
    rest = tuple(stmt for stmt in stmts if not isinstance(stmt, ItemStmt))
    body = Block(start, end, rest, tail) if rest or tail is not None else None
    return ("block" if body is not None else "items"), tuple(items), body


def _part(nodes: list[Node]) -> tuple[list[Node], list[Node]]:
    """Items, macro calls and what stands before them on one side, all other nodes on the other."""
    items: list[Node] = []
    rest: list[Node] = []
    pending: list[Node] = []
    for node in nodes:
        kind = node.type
        if kind == "attribute_item" or kind in COMMENTS:
            pending.append(node)
            continue
        only = first_named(node) if kind == "expression_statement" else node
        is_item = kind in ITEMS or (only is not None and only.type == "macro_invocation")
        (items if is_item else rest).extend([*pending, node])
        pending = []
    return items, rest
