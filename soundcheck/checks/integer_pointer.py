"""Pointers that are made of integers by a cast."""

from collections.abc import Iterator

from soundcheck.calls.linking import TypedBody, walk_bodies
from soundcheck.catalog import CheckSpec, Rule
from soundcheck.checks.kinds import Check
from soundcheck.crates.definitions import Def
from soundcheck.finding import Finding
from soundcheck.program import Program
from soundcheck.syntax import items as it
from soundcheck.syntax.literals import read_integer
from soundcheck.syntax.parameters import INTEGERS
from soundcheck.syntax.show import show_expr
from soundcheck.syntax.visit import own_of
from soundcheck.types.ty import Prim

SPEC = CheckSpec(placeholders=("operand", "pointer"), needs_model=True)

_LITERAL = "{integer}"


def find_integer_pointers(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a cast, at what is cast; a literal zero is a null pointer."""
    targets = [
        target
        for one in program.items()
        if not one.is_in_macro and _casts(one.item) and (target := program.definition(one))
    ]
    for body in walk_bodies(program.world, targets):
        yield from _in_body(program, rule, body.owner, body)


def _casts(item: it.AnyItem) -> list[it.Cast]:
    """The casts to raw pointers in an item's own body of what is not one by sight."""
    if not isinstance(item, it.Function | it.Static):
        return []
    return [node for node in own_of(item, it.Cast) if _may_be_one(node)]


def _may_be_one(cast: it.Cast) -> bool:
    if not isinstance(cast.type, it.PtrType) or isinstance(cast.operand, it.Ref):
        return False
    return not (isinstance(cast.operand, it.Cast) and isinstance(cast.operand.type, it.PtrType))


def _in_body(program: Program, rule: Rule, owner: Def, body: TypedBody) -> Iterator[Finding]:
    for cast in _casts(owner.item) if isinstance(owner.item, it.Function | it.Static) else ():
        ty = body.types.get(id(cast.operand))
        if not isinstance(ty, Prim) or not isinstance(cast.type, it.PtrType):
            continue
        name = ty.name.lstrip("=")
        if name not in INTEGERS and (name != _LITERAL or _is_zero(cast.operand)):
            continue
        shown = cast.operand.text if isinstance(cast.operand, it.Lit) else show_expr(cast.operand)
        pointer = "*mut" if cast.type.is_mut else "*const"
        values = {"operand": shown, "pointer": pointer}
        at = program.span(owner.file, cast.operand.start, cast.operand.end)
        yield program.claim(rule, at, site="cast", values=values)


def _is_zero(expr: it.Expr) -> bool:
    return isinstance(expr, it.Lit) and read_integer(expr.text) == 0


CHECK = Check(SPEC, find_integer_pointers)
