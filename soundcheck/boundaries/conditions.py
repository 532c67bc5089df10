"""Conditions that hold at a point of a function, and what they say of which values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from soundcheck.boundaries.scopes import Binding, Fields, Scopes
from soundcheck.syntax import items as it
from soundcheck.types.ty import BOOL, Never, Pointer, Prim, Reference, Ty

COMPARISONS = frozenset({"==", "!=", "<", ">", "<=", ">="})
_MASKING = frozenset({"%", "&"})
# Macros of the language that stop the program unless a condition holds, in every build.
ASSERTIONS = frozenset({"assert", "assert_eq", "assert_ne"})
_EQUAL = {"assert_eq": "==", "assert_ne": "!="}
# Methods of the language's own types that stop the program where there is no value.
PANICKING = frozenset({"expect", "expect_err", "unwrap", "unwrap_err"})

# A condition that is about more values than this is about none of them.
_MOST = 24


class Condition(NamedTuple):
    """What a condition says of one value: ``words`` are those it asks with, the outermost first.

    The value is a local with some of its ``fields``, or a static by its index.
    """

    value: Binding | int
    fields: Fields
    words: tuple[str, ...]

    @property
    def text(self) -> str:
        """The words as one text; a pattern alone is ``match``, a mere truth value ``if``."""
        telling = [word for word in self.words if word != "match"]
        return " ".join(telling or self.words) or "if"


class Asked(NamedTuple):
    """What reading a condition takes: names, the types of expressions, and the statics."""

    scopes: Scopes
    types: Mapping[int, Ty]
    static_of: Callable[[it.PathExpr], int]


def read_condition(expr: it.Expr, asked: Asked, words: tuple[str, ...] = ()) -> list[Condition]:
    """What an expression asks of which values, as a condition.

    What is asked of a local is asked of what the local was made of too, in the same words; a
    truth value asks in those that it was made with.
    """
    found = list(_mentions(expr, asked, words, ()))
    seen = {one.value for one in found}
    for one in found:
        if not isinstance(one.value, Binding):
            continue
        for source in one.value.sources if len(found) < _MOST else ():
            if source.expr is None:
                continue
            for behind in _mentions(source.expr, asked, (), source.taken):
                if behind.value not in seen:
                    seen.add(behind.value)
                    found.append(Condition(behind.value, behind.fields, one.words or behind.words))
    return found


def read_macro(call: it.MacroCall, asked: Asked) -> list[Condition]:
    """What an assertion asks; its message asks nothing."""
    found: list[Condition] = []
    count = 2 if call.path.name in _EQUAL else 1
    words = (_EQUAL[call.path.name],) if call.path.name in _EQUAL else ()
    for arg in call.args[:count]:
        found += read_condition(arg, asked, words)
    return found


def _mentions(
    expr: it.Expr | None, asked: Asked, words: tuple[str, ...], fields: Fields
) -> Iterator[Condition]:
    match expr:
        case it.PathExpr():
            yield from _named(expr, asked, words, fields)
        case it.Field():
            yield from _mentions(expr.base, asked, words, (expr.name, *fields))
        case it.Binary():
            inner = words
            if expr.op in COMPARISONS:
                inner = (*words, f"{expr.op}0" if _is_with_zero(expr) else expr.op)
            if expr.op in _MASKING:
                inner = (expr.op,)  # What is compared is a part of the value.
            for operand in expr.operands:
                yield from _mentions(operand, asked, inner, ())
        case it.Unary():
            if expr.op == "*" and isinstance(asked.types.get(id(expr.operand)), Pointer):
                return  # What memory holds says nothing of the pointer.
            yield from _mentions(expr.operand, asked, words, fields)
        case it.Ref() | it.Cast() | it.Try() | it.Await():
            yield from _mentions(expr.operand, asked, words, fields)
        case it.MethodCall():
            if isinstance(asked.types.get(id(expr.receiver)), Pointer) and _reads(expr.name):
                return
            inner = words if expr.name in PANICKING else (*words, expr.name)
            for part in (expr.receiver, *expr.args):
                yield from _mentions(part, asked, inner, ())
        case it.Call():
            name = expr.func.path.name if isinstance(expr.func, it.PathExpr) else "call"
            for arg in expr.args:
                if not _counts(expr, arg, asked):
                    yield from _mentions(arg, asked, (*words, name), ())
        case it.Index():
            yield from _mentions(expr.base, asked, words, ())
            yield from _mentions(expr.index, asked, words, ())
        case it.LetCond():
            yield from _mentions(expr.value, asked, (*words, "match"), ())
        case it.Match():
            yield from _mentions(expr.scrutinee, asked, (*words, "match"), ())
        case it.Tuple() | it.Array():
            for part in expr.parts:
                yield from _mentions(part, asked, words, ())
        case it.Range():
            yield from _mentions(expr.low, asked, words, ())
            yield from _mentions(expr.high, asked, words, ())
        case it.MacroCall():
            for arg in expr.args:
                yield from _mentions(arg, asked, words, ())
        case it.Block():
            yield from _mentions(expr.tail, asked, words, fields)
        case it.Closure():
            yield from _mentions(expr.body, asked, words, ())


def _named(
    expr: it.PathExpr, asked: Asked, words: tuple[str, ...], fields: Fields
) -> Iterator[Condition]:
    value: Binding | int | None = asked.scopes.of(expr)
    if value is None:
        value = asked.static_of(expr)
    if value != -1:
        yield Condition(value, fields, words)


def _is_with_zero(expr: it.Binary) -> bool:
    return expr.op in ("==", "!=") and any(
        isinstance(one, it.Lit) and one.text.partition("u")[0].partition("i")[0] in ("0", "0x0")
        for one in expr.operands
    )


def _counts(call: it.Call, arg: it.Expr, asked: Asked) -> bool:
    """Whether a call gives a number and is given a place: what the number is says nothing of it."""
    result = asked.types.get(id(call))
    is_number = isinstance(result, Prim) and result != BOOL
    return is_number and isinstance(asked.types.get(id(arg)), Pointer | Reference)


def _reads(name: str) -> bool:
    return name.startswith(("read", "as_ref", "as_mut"))


def diverges(block: it.Expr, types: Mapping[int, Ty]) -> bool:
    """Whether the end of a block or expression is never reached."""
    match block:
        case it.Block():
            if block.tail is not None:
                return diverges(block.tail, types)
            last = block.stmts[-1] if block.stmts else None
            return isinstance(last, it.ExprStmt) and diverges(last.expr, types)
        case it.Jump(kind=kind):
            return kind in ("return", "break", "continue")
        case it.If() if block.orelse is not None:
            bodies = [body for _, body in block.branches]
            return all(diverges(body, types) for body in (*bodies, block.orelse))
        case it.Match():
            return all(diverges(arm.body, types) for arm in block.arms)
        case _:
            return isinstance(types.get(id(block)), Never)
