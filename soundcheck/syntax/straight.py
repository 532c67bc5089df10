"""What a body does every time it is entered: before any branch, loop or way out is taken."""

from __future__ import annotations

from collections.abc import Iterator

from soundcheck.syntax import items as it
from soundcheck.syntax.visit import children, walk

# Kinds of blocks that run where they stand.
_PLAIN = frozenset({"", "unsafe", "const"})


def always_run(body: it.Block) -> Iterator[it.Expr]:
    """The expressions that are evaluated whenever a body is, up to the first way out of it.

    What a formula leaves out in some builds counts as there; a closure's body does not.
    """
    yield from _Straight().block(body)


class _Straight:
    """One pass; ``is_over`` tells that what follows need not run."""

    def __init__(self) -> None:
        self.is_over = False

    def block(self, block: it.Block) -> Iterator[it.Expr]:
        for stmt in block.stmts:
            if self.is_over:
                return
            if isinstance(stmt, it.Let):
                if stmt.value is not None:
                    yield from self.expr(stmt.value)
                if stmt.orelse is not None:
                    self.is_over = True
            elif isinstance(stmt, it.ExprStmt):
                yield from self.expr(stmt.expr)
        if block.tail is not None and not self.is_over:
            yield from self.expr(block.tail)

    def expr(self, expr: it.Expr) -> Iterator[it.Expr]:
        if self.is_over:
            return
        if isinstance(expr, it.Block):
            if expr.kind in _PLAIN and not expr.label:
                yield from self.block(expr)
        elif isinstance(expr, it.If | it.Match | it.While | it.For):
            first, *rest = children(expr)
            if isinstance(first, it.Expr):
                yield from self.expr(first)
            if any(_leaves(one) for one in rest):
                self.is_over = True
        elif isinstance(expr, it.Loop):
            yield from self.block(expr.body)
            self.is_over = True
        elif isinstance(expr, it.Closure):
            yield expr
        elif isinstance(expr, it.MacroCall):
            yield from self.macro(expr)
        else:
            yield from self.parts(expr)

    def macro(self, expr: it.MacroCall) -> Iterator[it.Expr]:
        for arg in expr.args:
            yield from self.expr(arg)
        if expr.body is not None and expr.body.stmts and _is_choice(expr.body):
            yield from self.block(expr.body)
        yield expr

    def parts(self, expr: it.Expr) -> Iterator[it.Expr]:
        for part in children(expr):
            if isinstance(part, it.Expr):
                yield from self.expr(part)
            if self.is_over:
                return
            if isinstance(expr, it.Binary) and expr.op in ("&&", "||"):
                break
        yield expr
        self.is_over = isinstance(expr, it.Jump | it.Try)


def _is_choice(body: it.Block) -> bool:
    """Whether a macro's body is that of ``cfg_if!``: each statement under a formula of its own."""
    return all(isinstance(stmt, it.ExprStmt) and stmt.cfg is not None for stmt in body.stmts)


def _leaves(node: it.Node) -> bool:
    """Whether something in a branch may leave the body, or a closure in it."""
    return any(
        isinstance(one, it.Try | it.Await) or (isinstance(one, it.Jump) and one.kind == "return")
        for one in walk(node)
    )
