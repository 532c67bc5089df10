"""Safe functions that hand what they are given to unsafe code, at once or by way of a field."""

from collections.abc import Iterator
from typing import NamedTuple

from soundcheck.boundaries.contracts import is_open
from soundcheck.boundaries.demands import Demands
from soundcheck.boundaries.leans import Key
from soundcheck.boundaries.obligations import Obligation, is_kept
from soundcheck.boundaries.operations import Operation
from soundcheck.boundaries.supports import keys_of
from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.checks.kinds import Check
from soundcheck.crates.definitions import Def
from soundcheck.finding import Finding, Step
from soundcheck.program import Program
from soundcheck.source import Span
from soundcheck.syntax import items as it
from soundcheck.types.ty import INTEGERS

SPEC = CheckSpec(
    facts={
        "accesses": FactSpec(ListOf(Text()), is_required=True),
        "measures": FactSpec(ListOf(Text()), is_required=True),
    },
    placeholders=("function", "parameter", "does", "reach", "today"),
    needs_model=True,
)

_MOST_CALLERS = 4


class _Use(NamedTuple):
    """The operation that an obligation is about, and the function it stands in."""

    func: Def
    operation: Operation


def find_forwarded_obligations(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a function and operation, at the first parameter that the operation uses."""
    found = program.boundaries
    demands = found.demands(frozenset(rule.texts("accesses")), frozenset(rule.texts("measures")))
    uses = _uses(program, demands)
    told: set[tuple[int, int]] = set()
    for obligation in program.obligations:
        if obligation.key[0] != "parameter":
            continue
        # What a constructor stores is used where the field is.
        use = uses.get(obligation.behind if obligation.behind[1] >= 0 else obligation.key)
        place = (-1, -1) if use is None else (obligation.item, use.operation.start)
        if use is not None and place not in told:
            told.add(place)
            yield _claim(program, rule, obligation, use)


def _uses(program: Program, demands: Demands) -> dict[Key, _Use]:
    """For each parameter and field the first operation that a wrong value breaks."""
    uses: dict[Key, _Use] = {}
    defs = program.world.defmap.defs
    for site in program.boundaries.sites:
        if not is_open(program.world.defmap, defs[site.func]):
            continue
        for operation in site.operations:
            for key in demands.keys_of(site.func, operation):
                for behind in _behind(program, key):
                    uses.setdefault(behind, _Use(defs[site.func], operation))
    return uses


def _is_number(program: Program, key: Key) -> bool:
    """Whether a key is the number in a type that is nothing else, as an address is."""
    item = program.world.defmap.defs[key[1]].item
    if key[0] != "field" or not isinstance(item, it.Adt) or len(item.fields) != 1:
        return False
    ty = item.fields[0].type
    return isinstance(ty, it.PathType) and ty.path.name in INTEGERS


def _behind(program: Program, key: Key) -> Iterator[Key]:
    """A key, and where it is a function's result what that function gives as it came."""
    seen = {key}
    pending = [key]
    while pending:
        one = pending.pop()
        yield one
        if one[0] == "result":
            for support in program.boundaries.supports.of(one):
                new = [
                    inner
                    for inner in keys_of(support.leans)
                    if inner not in seen and not _is_number(program, inner)
                ]
                seen.update(new)
                pending += new


def _claim(program: Program, rule: Rule, obligation: Obligation, use: _Use) -> Finding:
    found = program.boundaries
    func = program.world.defmap.defs[obligation.item]
    item = func.item
    assert isinstance(item, it.Function)
    name = found.show(obligation.key).split("`")[1]
    param = int(obligation.key[2])
    place = program.span(func.file, func.start, func.start + 2)
    if 0 <= param < len(item.params):
        pat = item.params[param].pat
        place = program.span(func.file, pat.start, pat.end)
    operation = program.span(use.func.file, use.operation.start, use.operation.end)
    at, related = operation, [Step(place, func.path, f"`{name}` is what the caller gives")]
    does = _does(use.operation)
    if obligation.behind[1] >= 0:
        field = f"`{_short(found.show(obligation.behind))}`"
        does_there = _does(use.operation)
        at, does = place, f"stores it in {field}, which unsafe code uses"
        related = [Step(operation, use.func.path, f"unsafe code {does_there}")]
    values = {
        "function": func.name,
        "parameter": name,
        "does": does,
        "reach": found.reach.show(obligation.reach),
        "today": _today(obligation),
    }
    related += _callers(program, obligation)
    return program.claim(
        rule,
        at,
        site=obligation.key[0],
        subject=func.path,
        values=values,
        related=tuple(related),
        is_mild=is_kept(found, obligation),
    )


def _does(operation: Operation) -> str:
    if operation.kind == "dereference":
        return "dereferences it"
    if operation.kind == "assembly":
        return "hands it to assembly"
    return f"passes it to `{operation.name.rpartition('::')[2]}`"


def _short(shown: str) -> str:
    return "::".join(shown.strip("`").split("::")[-2:])


def _today(obligation: Obligation) -> str:
    count = len(obligation.supports)
    callers = f"{count} call{'' if count == 1 else 's'} of it"
    return {
        "met": f"the {callers} today {'gives' if count == 1 else 'give'} what is right",
        "not met": f"of the {callers} today not all see to it",
        "unknown": f"what the {callers} today {'gives' if count == 1 else 'give'} is not all known",
        "unused": "nobody calls it today",
    }[obligation.state]


def _callers(program: Program, obligation: Obligation) -> list[Step]:
    steps = []
    for one in obligation.supports:
        func = program.world.defmap.defs[one.func]
        if func.file in program.facts:
            place: Span = program.span(func.file, one.start, one.end)
            steps.append(Step(place, func.path, _WORDS[one.verdict]))
    order = ("is not seen to here", "is not known here")
    steps.sort(key=lambda step: order.index(step.message) if step.message in order else 2)
    return steps[:_MOST_CALLERS]


_WORDS = {
    "leaks": "is not seen to here",
    "context": "is not known here",
    "unknown": "is not known here",
    "encapsulated": "is seen to here",
    "declared": "is seen to here, by contract",
}


CHECK = Check(SPEC, find_forwarded_obligations)
