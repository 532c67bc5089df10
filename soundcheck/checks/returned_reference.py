"""Safe functions that give back a reference which unsafe code has made to live too long."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from soundcheck.boundaries.contracts import is_open
from soundcheck.boundaries.facts import is_named
from soundcheck.boundaries.lending import Lent, lent_references
from soundcheck.boundaries.operations import SELF, Operation, Origin
from soundcheck.calls.sites import BodyId
from soundcheck.catalog import CheckSpec, FactSpec, Flag, ListOf, Rule, Text
from soundcheck.checks.kinds import Check
from soundcheck.crates.definitions import Def
from soundcheck.finding import Finding, Step
from soundcheck.program import Program
from soundcheck.syntax import items as it
from soundcheck.types.heads import derived_traits

_WRITTEN = frozenset({"path", "method"})
_BOUNDS = ("static", "nothing", "shared", "type")
_ORIGINS = FactSpec(ListOf(Text()), default=())

SPEC = CheckSpec(
    facts={
        "mutable": FactSpec(Flag(), is_required=True),
        "static": _ORIGINS,
        "nothing": _ORIGINS,
        "shared": _ORIGINS,
        "type": _ORIGINS,
        "near": FactSpec(ListOf(Text(choices=_BOUNDS)), default=()),
        "once": FactSpec(ListOf(Text()), default=()),
        "makers": FactSpec(ListOf(Text()), default=()),
        "casts": FactSpec(ListOf(Text()), default=()),
    },
    placeholders=("function", "reference", "source"),
    needs_model=True,
)


class _Facts(NamedTuple):
    """The page's lists; ``origins`` are those that matter, by what bounds the reference.

    Where it is bound by one of ``near``, it must be made of the origin itself.
    """

    is_mut: bool
    origins: Mapping[str, frozenset[str]]
    near: frozenset[str]
    once: frozenset[str]
    makers: frozenset[str]
    casts: frozenset[str]


def find_returned_references(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a function, at the operation that makes the reference."""
    facts = _Facts(
        bool(rule.facts["mutable"]),
        {bound: frozenset(rule.texts(bound)) for bound in _BOUNDS if rule.texts(bound)},
        frozenset(rule.texts("near")),
        frozenset(rule.texts("once")),
        frozenset(rule.texts("makers")),
        frozenset(rule.texts("casts")),
    )
    defmap = program.world.defmap
    told: set[int] = set()
    for index, operations in program.operations.items():
        target = defmap.defs[index]
        func = target.item
        if not isinstance(func, it.Function) or not is_open(defmap, target):
            continue
        lent = _lent(facts, func, target)
        if lent is None or is_named(target.name, facts.makers) or _consumes(program, target, func):
            continue
        for operation in operations:
            origin = _source(program, facts, operation, lent)
            if origin is not None:
                told.add(index)
                place = (operation.start, operation.end)
                yield _claim(program, rule, target, place, lent, _shown(origin))
                break
    if facts.is_mut:
        yield from _handed_on(program, rule, facts, told)


def _handed_on(program: Program, rule: Rule, facts: _Facts, told: set[int]) -> Iterator[Finding]:
    """Functions without unsafe code that give out what such a function gave them, or a part."""
    defs = program.world.defmap.defs
    waiting = sorted(told)
    while waiting:
        source = waiting.pop()
        for site in program.graph.sites_of(BodyId(source)):
            if len(site.callees) > 1 or site.caller.closure >= 0 or site.kind not in _WRITTEN:
                continue
            index = site.caller.owner
            target = defs[index]
            func = target.item
            if index in told or not isinstance(func, it.Function):
                continue
            lent = _lent(facts, func, target) if is_open(program.world.defmap, target) else None
            if lent is None or lent.bound not in ("static", "nothing") or func.body is None:
                continue
            first = _first_of(func.body)
            if first is not None and (first.start, first.end) == (site.start, site.end):
                told.add(index)
                waiting.append(index)
                shown = "::".join(defs[source].path.split("::")[-2:])
                yield _claim(program, rule, target, (site.start, site.end), lent, shown)


def _first_of(body: it.Block) -> it.Call | it.MethodCall | None:
    """The call at the root of what a function's block gives, of which it gives a part."""
    expr: it.Expr | None = body.tail
    found: it.Call | it.MethodCall | None = None
    while expr is not None:
        match expr:
            case it.MethodCall():
                found, expr = expr, expr.receiver
            case it.Call():
                return expr
            case it.Field() | it.Index():
                expr = expr.base
            case it.Ref() | it.Unary():
                expr = expr.operand
            case it.Block() if not expr.stmts:
                expr = expr.tail
            case _:
                return found
    return found


def _lent(facts: _Facts, func: it.Function, target: Def) -> Lent | None:
    for lent in lent_references(func, target.container):
        if lent.type.is_mut == facts.is_mut and lent.bound in facts.origins:
            is_borrow = lent.bound == "type" and func.receiver[:1] == "&"
            if not (is_borrow and "mut" in func.receiver):
                return lent
    return None


def _consumes(program: Program, target: Def, func: it.Function) -> bool:
    """Whether a method uses up what it is called on: nobody can call it twice."""
    if func.receiver not in ("self", "mut self"):
        return False
    ty = program.world.methods.declared.context_of(target).self_type
    def_id = getattr(ty, "def_id", -1)
    return def_id >= 0 and "Copy" not in derived_traits(program.world.defmap.defs[def_id])


def _source(program: Program, facts: _Facts, operation: Operation, lent: Lent) -> Origin | None:
    """What the reference is made of, if it is made by this operation."""
    if not operation.is_returned or not operation.is_certain:
        return None
    if not _makes(facts, operation) or _is_once(facts, operation.checks):
        return None
    wanted = facts.origins[lent.bound]
    if operation.kind == "static":
        made = Origin("static", operation.name, operation.start)
        return made if "static" in wanted else None
    found: list[Origin] = []
    for origin in operation.operands[0].origins if operation.operands else ():
        is_owned = origin.param >= 0 and origin.type == "other"
        if is_owned or _is_made(facts, origin) or _is_static_field(program, origin):
            return None
        if _kind(origin) not in wanted or origin.is_offset:
            continue
        if lent.bound not in facts.near or program.values.is_moved(origin):
            found.append(origin)
    return min(found, key=lambda one: _distance(program, one), default=None)


def _distance(program: Program, origin: Origin) -> int:
    """How much an origin tells of what the reference is made of; the nearest tells the most."""
    if origin.kind == "call" and is_named(origin.name, program.values.moves):
        return 3
    if program.values.is_moved(origin):
        return 0
    return 2 if any(step.endswith("()") for step in origin.steps) else 1


def _is_once(facts: _Facts, checks: tuple[str, ...]) -> bool:
    return any(word in facts.once for check in checks for word in check.split())


def _is_static_field(program: Program, origin: Origin) -> bool:
    """Whether an origin is a field that is itself a reference for the life of the program."""
    if origin.owner < 0:
        return False
    item = program.world.defmap.defs[origin.owner].item
    if not isinstance(item, it.Adt):
        return False
    types = [field.type for field in item.fields if field.name == origin.field]
    return any(isinstance(ty, it.RefType) and ty.lifetime == "static" for ty in types)


def _makes(facts: _Facts, operation: Operation) -> bool:
    """Whether an operation gives a reference of the kind that is looked for."""
    if operation.kind == "call":
        if operation.type == "_":
            return is_named(operation.name, facts.casts)
        start = "&mut " if facts.is_mut else "&"
        return operation.type.startswith(start) or f"<{start}" in operation.type
    wanted = ("borrow mut",) if facts.is_mut else ("borrow", "borrow mut")
    return operation.access in wanted


def _is_made(facts: _Facts, origin: Origin) -> bool:
    names = [step.removesuffix("()") for step in origin.steps]
    if origin.kind == "call":
        names.append(origin.name)
    if origin.kind == "fresh" or any(is_named(name, facts.makers) for name in names):
        return True
    return any(name.rpartition("::")[2] in facts.once for name in names)


def _kind(origin: Origin) -> str:
    """The kind of an origin; of parameters and ``self``, with the kind of type."""
    if origin.kind != "parameter":
        return origin.kind
    word = "self" if origin.param == SELF else "parameter"
    return f"{word} {origin.type}".strip()


def _claim(
    program: Program, rule: Rule, target: Def, place: tuple[int, int], lent: Lent, source: str
) -> Finding:
    lifetime = f"'{lent.type.lifetime} " if lent.type.lifetime else ""
    reference = f"&{lifetime}{'mut ' if lent.type.is_mut else ''}".rstrip()
    values = {"function": target.name, "reference": reference, "source": source}
    func = target.item
    assert isinstance(func, it.Function)
    name = program.span(target.file, func.name_start, func.name_start + len(func.name.encode()))
    at = program.span(target.file, *place)
    made = Step(at, target.path, "the reference is made here")
    return program.claim(
        rule, name, site="function", subject=target.path, values=values, related=(made,)
    )


def _shown(origin: Origin) -> str:
    """A short name of what the reference is made of."""
    names = origin.name.partition("#")[0].split("::")
    is_of_type = origin.kind == "call" and len(names) > 1 and names[-2][:1].isupper()
    return "::".join(names[-2:]) if is_of_type else names[-1] or origin.kind


CHECK = Check(SPEC, find_returned_references)
