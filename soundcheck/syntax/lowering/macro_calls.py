"""Macro calls, as expressions and as items, and the arms of macro definitions."""

from tree_sitter import Node

from soundcheck.syntax.cfg import Cfg, Flag, conjoin, negate
from soundcheck.syntax.items import (
    AnyItem,
    Assign,
    Block,
    Call,
    Expr,
    ExprStmt,
    ItemStmt,
    MacroArm,
    MacroCall,
    PathExpr,
    Stmt,
)
from soundcheck.syntax.lowering.attributes import read_predicate
from soundcheck.syntax.lowering.context import Lowering
from soundcheck.syntax.lowering.expressions import (
    lower_args,
    lower_block,
    lower_statements,
    parts_of,
)
from soundcheck.syntax.lowering.types import lower_path
from soundcheck.syntax.macros import (
    MacroBranch,
    MacroTree,
    macro_arms,
    macro_branches,
    read_branch,
    read_macro,
)

ASSEMBLY = frozenset({"asm", "naked_asm", "global_asm", "llvm_asm"})
# What looks like a call among the operands of assembly, and is none.
_ASSEMBLY_OPTIONS = frozenset({"options", "clobber_abi"})


def _tokens_of(node: Node) -> Node | None:
    for child in node.named_children:
        if child.type == "token_tree":
            return child
    return None


def _inside(cx: Lowering, tokens: Node) -> str:
    return cx.data[tokens.start_byte + 1 : tokens.end_byte - 1].decode("utf-8", "replace").strip()


def _tell_lost(cx: Lowering, name: str, tree: MacroTree) -> None:
    if tree.lost:
        whole = "the tokens" if tree.root is None else "part of the tokens"
        cx.gap("unread-macro", f"{whole} of `{name}!`", tree.lost[0][0], tree.lost[-1][1])


def lower_macro_expr(cx: Lowering, node: Node) -> Expr:
    """A macro call in the place of an expression or statement."""
    start, end = node.start_byte, node.end_byte
    macro, tokens = node.child_by_field_name("macro"), _tokens_of(node)
    if macro is None or tokens is None:
        return cx.opaque(node, "a broken macro call")
    path = lower_path(cx, macro)
    is_assembly = path.name in ASSEMBLY
    text = _inside(cx, tokens) if is_assembly else ""
    branches = macro_branches(cx.data, tokens)
    if branches:
        return MacroCall(start, end, path, "block", (), _branch_block(cx, path.name, tokens, branches))
    tree = read_macro(cx.parsed, tokens)
    _tell_lost(cx, path.name, tree)
    if tree.root is None:
        return MacroCall(start, end, path, "", text=text or _inside(cx, tokens))
    if tree.form == "block":
        body = lower_block(cx, tree.root)
        form = "items" if body.stmts and _is_items(body) else "block"
        return MacroCall(start, end, path, form, (), body, text)
    args = tuple(_without_name(arg) for arg in lower_args(cx, parts_of(tree.root)))
    if is_assembly:
        args = tuple(arg for arg in args if not _is_option(arg))
    return MacroCall(start, end, path, "args", args, None, text)


def _is_items(body: Block) -> bool:
    return body.tail is None and all(isinstance(stmt, ItemStmt) for stmt in body.stmts)


def _without_name(arg: Expr) -> Expr:
    """The value of ``name = value``, as formatting and assembly macros take it."""
    if isinstance(arg, Assign) and not arg.op and isinstance(arg.target, PathExpr):
        return arg.value
    return arg


def _is_option(arg: Expr) -> bool:
    return (
        isinstance(arg, Call)
        and isinstance(arg.func, PathExpr)
        and arg.func.path.name in _ASSEMBLY_OPTIONS
    )


def _formulas(cx: Lowering, branches: list[MacroBranch]) -> list[Cfg | None]:
    """The formula under which each branch is taken: its own, and none of those before it."""
    formulas: list[Cfg | None] = []
    before: list[Cfg] = []
    for branch in branches:
        own: Cfg | None = None
        if branch.predicate is not None:
            start, end = branch.predicate
            text = cx.data[start:end].decode("utf-8", "replace")
            own = read_predicate(text) or Flag(text.strip())
        formulas.append(conjoin(*before, own))
        before.append(negate(own))
    return formulas


def _branch_block(
    cx: Lowering, name: str, tokens: Node, branches: list[MacroBranch]
) -> Block:
    stmts: list[Stmt] = []
    for branch, formula in zip(branches, _formulas(cx, branches), strict=True):
        tree = read_branch(cx.parsed, branch)
        _tell_lost(cx, name, tree)
        if tree.root is None or tree.form != "block":
            continue
        body = lower_block(cx, tree.root)
        stmts.append(ExprStmt(body.start, body.end, body, False, formula))
    return Block(tokens.start_byte, tokens.end_byte, tuple(stmts))


def lower_macro_tokens(
    cx: Lowering, name: str, tokens: Node, depth: int = 0
) -> tuple[str, tuple[AnyItem, ...], Block | None]:
    """What the tokens of an item macro hold: the form, the items, and what else is in them."""
    branches = macro_branches(cx.data, tokens)
    if branches and depth < 20:
        items: list[AnyItem] = []
        stmts: list[Stmt] = []
        for branch, formula in zip(branches, _formulas(cx, branches), strict=True):
            if branch.tokens is None:
                _, inner, body = _split(cx, read_branch(cx.parsed, branch))
            else:
                _, inner, body = lower_macro_tokens(cx, name, branch.tokens, depth + 1)
            items.extend(guard_item(item, formula) for item in inner)
            if body is not None:
                stmts.append(ExprStmt(body.start, body.end, body, False, formula))
        block = Block(tokens.start_byte, tokens.end_byte, tuple(stmts)) if stmts else None
        return "items", tuple(items), block
    tree = read_macro(cx.parsed, tokens)
    _tell_lost(cx, name, tree)
    return _split(cx, tree)


def guard_item(item: AnyItem, formula: Cfg | None) -> AnyItem:
    """The same item under a further formula."""
    if formula is None:
        return item
    values = {field: getattr(item, field) for field in item.__struct_fields__}
    values["cfg"] = conjoin(formula, item.cfg)
    return type(item)(**values)


def _split(cx: Lowering, tree: MacroTree) -> tuple[str, tuple[AnyItem, ...], Block | None]:
    if tree.root is None:
        return "", (), None
    start, end = tree.root.start_byte, tree.root.end_byte
    if tree.form == "args":
        args = lower_args(cx, parts_of(tree.root))
        stmts: tuple[Stmt, ...] = tuple(ExprStmt(arg.start, arg.end, arg) for arg in args)
        return "args", (), Block(start, end, stmts) if stmts else None
    # At the place of an item, a name and a semicolon are no expression but the macro's own syntax.
    stmts, tail = lower_statements(cx, tree.root.children)
    items = tuple(stmt.item for stmt in stmts if isinstance(stmt, ItemStmt))
    rest = tuple(stmt for stmt in stmts if not isinstance(stmt, ItemStmt))
    body = Block(start, end, rest, tail) if rest or tail is not None else None
    return ("block" if body is not None else "items"), items, body


def lower_macro_arms(cx: Lowering, node: Node) -> tuple[MacroArm, ...]:
    """The arms of a macro definition."""
    arms: list[MacroArm] = []
    name = node.child_by_field_name("name")
    for arm in macro_arms(cx.parsed, node):
        _tell_lost(cx, "macro_rules" if name is None else cx.text(name), arm.tree)
        form, items, body = _split(cx, arm.tree)
        start, end = arm.matcher
        matcher = cx.data[start:end].decode("utf-8", "replace")
        arms.append(
            MacroArm(matcher, form, items, body, arm.tokens.start_byte, arm.tokens.end_byte)
        )
    return tuple(arms)
