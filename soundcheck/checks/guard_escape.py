"""A guard or borrow that is taken in a closure which runs masked, and that outlives it."""

from collections.abc import Iterator
from typing import NamedTuple

from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.checks.kinds import alone
from soundcheck.finding import Finding
from soundcheck.program import Program, ProgramItem
from soundcheck.syntax import items as it
from soundcheck.syntax.show import show_expr
from soundcheck.syntax.visit import own_of, walk

SPEC = CheckSpec(
    facts={
        "closures": FactSpec(ListOf(Text()), is_required=True),
        "methods": FactSpec(ListOf(Text()), is_required=True),
        "adapters": FactSpec(ListOf(Text()), default=()),
    },
    placeholders=("guard", "closure"),
)


class _Words(NamedTuple):
    closures: frozenset[tuple[str, ...]]
    methods: frozenset[str]
    adapters: frozenset[str]


def find_escaping_guards(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a guard, at the method that takes it."""
    words = _Words(
        frozenset(tuple(name.split("::")) for name in rule.texts("closures")),
        frozenset(rule.texts("methods")),
        frozenset(rule.texts("adapters")),
    )
    for one in program.items():
        if isinstance(one.item, it.Function | it.Static | it.MacroDef):
            yield from _in_item(program, rule, words, one)


def _in_item(program: Program, rule: Rule, words: _Words, one: ProgramItem) -> Iterator[Finding]:
    for node in sorted(own_of(one.item, it.Call, it.MethodCall), key=lambda node: node.start):
        name = _masking_name(words, node)
        closure = _last_closure(node)
        if not name or closure is None:
            continue
        for taken in _escaping(words, closure):
            values = {"guard": show_expr(taken), "closure": name}
            at = program.span(one.path, *_place(taken))
            yield program.claim(rule, at, site="call", subject=values["guard"], values=values)


def _masking_name(words: _Words, node: it.Node) -> str:
    """The name under which a call runs its closure masked; empty for any other piece."""
    if isinstance(node, it.MethodCall):
        return node.name if (node.name,) in words.closures else ""
    if isinstance(node, it.Call) and isinstance(node.func, it.PathExpr):
        names = node.func.path.names
        for count in range(1, len(names) + 1):
            if names[-count:] in words.closures:
                return names[-1]
    return ""


def _last_closure(node: it.Node) -> it.Closure | None:
    args = node.args if isinstance(node, it.Call | it.MethodCall) else ()
    return args[-1] if args and isinstance(args[-1], it.Closure) else None


def _escaping(words: _Words, closure: it.Closure) -> Iterator[it.Expr]:
    """The guards and exclusive references that a closure gives back, or leaves in a variable."""
    for result in _results(closure.body):
        taken = _taken(words, result)
        if taken is not None:
            yield taken
    own = {param.name for param, _ in closure.params if isinstance(param, it.BindPat)}
    for node in walk(closure.body):
        if isinstance(node, it.Let):
            own |= {part.name for part in _bindings(node.pat)}
        if isinstance(node, it.Assign) and not node.op and _is_outside(node.target, own):
            taken = _taken(words, node.value)
            if taken is not None:
                yield taken


def _results(expr: it.Expr) -> Iterator[it.Expr]:
    """What the value of an expression may be, branches being followed."""
    if isinstance(expr, it.Block):
        if expr.tail is not None and expr.kind in ("", "unsafe"):
            yield from _results(expr.tail)
    elif isinstance(expr, it.If):
        for _, block in expr.branches:
            yield from _results(block)
        if expr.orelse is not None:
            yield from _results(expr.orelse)
    elif isinstance(expr, it.Match):
        for arm in expr.arms:
            yield from _results(arm.body)
    elif isinstance(expr, it.Tuple):
        for part in expr.parts:
            yield from _results(part)
    elif isinstance(expr, it.StructLit):
        for _, value in expr.fields:
            yield from _results(value)
    elif isinstance(expr, it.Call) and _is_wrapping(expr):
        for arg in expr.args:
            yield from _results(arg)
    else:
        yield expr


def _is_wrapping(call: it.Call) -> bool:
    """Whether a call is a variant or tuple struct around its arguments: ``Some(x)``."""
    return isinstance(call.func, it.PathExpr) and call.func.path.name[:1].isupper()


def _taken(words: _Words, expr: it.Expr) -> it.Expr | None:
    """The call that takes a guard, or the exclusive reference, that an expression is."""
    while isinstance(expr, it.Try) or (
        isinstance(expr, it.MethodCall) and expr.name in words.adapters
    ):
        expr = expr.operand if isinstance(expr, it.Try) else expr.receiver
    if isinstance(expr, it.MethodCall) and expr.name in words.methods and not expr.args:
        return expr
    if isinstance(expr, it.Ref) and expr.is_mut and not expr.is_raw:
        return expr if isinstance(expr.operand, it.Unary) else None
    return None


def _bindings(pat: it.Pat) -> tuple[it.BindPat, ...]:
    return (pat,) if isinstance(pat, it.BindPat) else ()


def _is_outside(target: it.Expr, own: set[str]) -> bool:
    return isinstance(target, it.PathExpr) and target.path.name not in own


def _place(taken: it.Expr) -> tuple[int, int]:
    if isinstance(taken, it.MethodCall):
        return taken.name_start, taken.name_start + len(taken.name.encode())
    return taken.start, taken.end


CHECK = alone(SPEC, find_escaping_guards)
