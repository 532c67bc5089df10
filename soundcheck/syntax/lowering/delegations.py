"""Functions that a macro writes: each calls that of its name on what one expression gives.

``delegate! { to match self { A(x) => x, … } { fn f(&self, n: u8); } }`` makes a method ``f`` that
matches, and calls ``x.f(n)`` in each arm; an ``async`` one awaits that.
"""

from collections.abc import Iterator

from soundcheck.syntax.items import (
    AnyItem,
    Arm,
    Await,
    BindPat,
    Block,
    Expr,
    ExprStmt,
    Function,
    ItemStmt,
    Match,
    MethodCall,
    Path,
    PathExpr,
    Segment,
)

_MACRO = "delegate"


def delegated(name: str, body: Block | None) -> tuple[AnyItem, ...]:
    """The functions in the statements of a delegating macro, with their bodies; else nothing."""
    if body is None or name != _MACRO:
        return ()
    found: list[AnyItem] = []
    to: Match | None = None
    for expr in _expressions(body):
        if isinstance(expr, Match):
            to = expr
        elif isinstance(expr, Block) and to is not None:
            items = [stmt.item for stmt in expr.stmts if isinstance(stmt, ItemStmt)]
            if expr.tail is not None or len(items) < len(expr.stmts):
                return ()
            found.extend(_with_body(one, to) for one in items)
    return tuple(found)


def _expressions(body: Block) -> Iterator[Expr]:
    for stmt in body.stmts:
        if isinstance(stmt, ExprStmt):
            yield stmt.expr
    if body.tail is not None:
        yield body.tail


def _with_body(item: AnyItem, to: Match) -> AnyItem:
    if not isinstance(item, Function) or item.body is not None:
        return item
    called = next((one.args.strip("() ") for one in item.attributes if one.path == "call"), "")
    arms = tuple(
        Arm(arm.pat, arm.guard, _call(item, called or item.name, arm.body), arm.cfg)
        for arm in to.arms
    )
    match = Match(to.start, to.end, to.scrutinee, arms)
    values = {field: getattr(item, field) for field in item.__struct_fields__}
    values["body"] = Block(item.end - 1, item.end, (), match)
    return Function(**values)


def _call(function: Function, name: str, receiver: Expr) -> Expr:
    start, end = receiver.start, receiver.end
    args = tuple(
        PathExpr(param.start, param.end, Path((Segment(param.pat.name),)))
        for param in function.params
        if isinstance(param.pat, BindPat)
    )
    call = MethodCall(start, end, receiver, name, start, args)
    return Await(start, end, call) if function.is_async else call
