"""Where the values of parameters go in a body, as far as one can see without types.

A name stands for a parameter if its value is one, or is computed from one by what keeps it as
free as it was: a cast, arithmetic, a field, a method of its own. What a call makes of it is
something else, and so is what a body has looked at before it goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from soundcheck.syntax import items as it
from soundcheck.syntax.visit import walk

_ASSERTIONS = frozenset({"assert", "assert_eq", "assert_ne", "ensure", "bail", "static_assert"})
_ARITHMETIC = frozenset({"+", "-", "*", "/", "|", "&", "^", "<<", ">>"})
# Methods that leave less of a value than it had.
_NARROWING = frozenset({"min", "clamp", "rem_euclid"})
INTEGERS = frozenset(
    {"u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize"}
)


class Aliases(NamedTuple):
    """The parameters behind the names of a body, and where each parameter is looked at first."""

    names: Mapping[str, str]
    looked_at: Mapping[str, int]

    def parameter(self, expr: it.Expr) -> str:
        """The parameter that an expression comes from, or nothing."""
        return _parameter(self.names, expr)

    def unchecked(self, expr: it.Expr, at: int) -> str:
        """The parameter that an expression comes from, unless it is looked at before ``at``."""
        found = _parameter(self.names, expr)
        return "" if self.looked_at.get(found, at) < at else found


def follow_parameters(func: it.Function, is_wanted: Callable[[it.Type | None], bool]) -> Aliases:
    """The parameters of the wanted types, and what in the body stands for one of them."""
    names = {
        param.pat.name: param.pat.name
        for param in func.params
        if isinstance(param.pat, it.BindPat) and is_wanted(param.type)
    }
    looked_at: dict[str, int] = {}
    if func.body is None or not names:
        return Aliases(names, looked_at)
    for node in walk(func.body):
        if isinstance(node, it.Let):
            _bind(names, node.pat, node.value)
        elif isinstance(node, it.For):
            _bind(names, node.pat, node.iterable)
        elif isinstance(node, it.MethodCall):
            for arg in node.args:
                if isinstance(arg, it.Closure) and arg.params:
                    _bind(names, arg.params[0][0], node.receiver)
        for looked in _looks(node):
            for one in walk(looked):
                found = _parameter(names, one) if isinstance(one, it.PathExpr) else ""
                if found:
                    looked_at[found] = min(node.start, looked_at.get(found, node.start))
    return Aliases(names, looked_at)


def is_free(ty: it.Type | None, types: Collection[str]) -> bool:
    """Whether anyone can make up a value of a type: integers, raw pointers, values of ``types``."""
    if isinstance(ty, it.PtrType):
        return True
    if not isinstance(ty, it.PathType):
        return False
    if ty.path.name in ("Range", "RangeInclusive", "Option"):
        return any(is_free(arg, types) for arg in ty.path.segments[-1].args)
    return ty.path.name in INTEGERS or ty.path.name in types


def _bind(names: dict[str, str], pat: it.Pat, value: it.Expr | None) -> None:
    """What a pattern binds; a name that is bound anew is no alias any more."""
    source = "" if value is None else _parameter(names, value)
    for name in _bound(pat):
        names.pop(name, None)
        if source:
            names[name] = source


def _bound(pat: it.Pat) -> tuple[str, ...]:
    if isinstance(pat, it.BindPat):
        return (pat.name,)
    if isinstance(pat, it.RefPat):
        return _bound(pat.inner)
    if isinstance(pat, it.TuplePat | it.TupleStructPat):
        return tuple(name for part in pat.parts for name in _bound(part))
    return ()


def _looks(node: it.Node) -> tuple[it.Expr, ...]:
    """What a piece of a body looks at before it goes on."""
    if isinstance(node, it.If):
        return tuple(cond for cond, _ in node.branches)
    if isinstance(node, it.Match):
        return (node.scrutinee,)
    if isinstance(node, it.Try):
        return (node.operand,)
    if isinstance(node, it.MacroCall) and node.path.name in _ASSERTIONS:
        return node.args
    return ()


def _parameter(names: Mapping[str, str], expr: it.Expr) -> str:
    if isinstance(expr, it.PathExpr):
        return names.get(expr.path.name, "") if len(expr.path.segments) == 1 else ""
    if isinstance(expr, it.Cast | it.Ref):
        return _parameter(names, expr.operand)
    if isinstance(expr, it.Unary):
        return "" if expr.op == "!" else _parameter(names, expr.operand)
    if isinstance(expr, it.Field):
        return _parameter(names, expr.base)
    if isinstance(expr, it.MethodCall):
        return "" if expr.name in _NARROWING else _parameter(names, expr.receiver)
    if isinstance(expr, it.Call):
        is_conversion = isinstance(expr.func, it.PathExpr) and expr.func.path.name == "from"
        return _first(names, expr.args) if is_conversion else ""
    if isinstance(expr, it.Binary):
        return _first(names, expr.operands) if expr.op in _ARITHMETIC else ""
    if isinstance(expr, it.StructLit):
        return _first(names, tuple(value for _, value in expr.fields))
    if isinstance(expr, it.Tuple):
        return _first(names, expr.parts)
    if isinstance(expr, it.Block) and expr.tail is not None:
        return _parameter(names, expr.tail)
    return ""


def _first(names: Mapping[str, str], exprs: tuple[it.Expr, ...]) -> str:
    return next((found for one in exprs if (found := _parameter(names, one))), "")
