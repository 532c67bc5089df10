"""Calls of unsafe functions whose demands nothing in the calling safe function answers."""

from collections.abc import Iterator

from soundcheck.boundaries.contracts import is_open, section_of, takes_token
from soundcheck.boundaries.facts import is_named
from soundcheck.boundaries.found import Site
from soundcheck.boundaries.operations import SELF, Operation, Origin
from soundcheck.boundaries.reach import words_of
from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.checks.kinds import Check
from soundcheck.crates.definitions import Def
from soundcheck.finding import Finding, Step
from soundcheck.program import Program
from soundcheck.syntax import items as it

SPEC = CheckSpec(
    facts={
        "uncalled": FactSpec(ListOf(Text()), default=()),
        "harmless": FactSpec(ListOf(Text()), default=()),
    },
    placeholders=("function", "callee", "why", "reach"),
    needs_model=True,
)

_SILENT = "which takes no value that could make it right"
_WRITTEN = "whose `# Safety` section asks for something"


def find_undischarged(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding an unsafe block, at its first call of the kind."""
    defmap = program.world.defmap
    uncalled = frozenset(rule.texts("uncalled"))
    harmless = frozenset(rule.texts("harmless"))
    comments = {
        (path, one.site.start): one.comments
        for path in program.paths
        for one in program.facts[path].sites
        if one.site.kind == "block"
    }
    for site in program.boundaries.sites:
        func = defmap.defs[site.func]
        if site.kind != "block" or comments.get((site.path, site.start)):
            continue
        if not is_open(defmap, func) or takes_token(func, program.values):
            continue
        if func.impl >= 0 and func.name in uncalled:
            continue  # What only the compiler calls, its type answers for.
        for operation in site.operations:
            why = _why(program, operation, harmless)
            if why:
                yield _claim(program, rule, site, operation, why)
                break


def _why(program: Program, operation: Operation, harmless: frozenset[str]) -> str:
    """What a call leaves unanswered; empty where nothing is, or that is not known."""
    if operation.kind != "call" or operation.target < 0 or not operation.is_certain:
        return ""
    target = program.world.defmap.defs[operation.target]
    # What another language does has no contract here, and is unsafe for being that.
    if program.world.callees.is_stub(target) or isinstance(target.container, it.ForeignMod):
        return ""
    if is_named(target.path, harmless):
        return ""
    if _only_reads_registers(program, operation.target):
        return ""
    if not operation.operands:
        return "" if program.values.is_checked(operation) else _SILENT
    if not section_of(program.world.defmap, target):
        return ""
    origins = [origin for operand in operation.operands for origin in operand.origins]
    is_answered = all(_is_own(program, origin) for origin in origins)
    return "" if is_answered else _WRITTEN


def _only_reads_registers(program: Program, target: int) -> bool:
    """Whether all that a function does is assembly that is given nothing."""
    inner = program.operations.get(target, ())
    return bool(inner) and all(
        one.kind == "assembly"
        and all(origin.kind == "assembly" for operand in one.operands for origin in operand.origins)
        for one in inner
    )


def _is_own(program: Program, origin: Origin) -> bool:
    """Whether a value is a constant, a field of the function's own type, or was asked something."""
    if origin.kind in ("constant", "borrow", "fresh", "static"):
        return True
    if origin.kind == "parameter" and (origin.field or origin.param == SELF):
        return True
    return program.values.is_checked(origin)


def _is_mild(program: Program, func: Def, reach: int, why: str) -> bool:
    """Whether only the module can call it, or what its callers give may have to do with it.

    A function that is given nothing is right or wrong by when it is called, in the module too.
    """
    item = func.item
    is_given = isinstance(item, it.Function) and bool(item.params or item.receiver)
    if words_of(program.world.defmap.forest, reach, func.module) == "module":
        return is_given or func.name == "main"
    return why == _WRITTEN and is_given


def _claim(program: Program, rule: Rule, site: Site, operation: Operation, why: str) -> Finding:
    found = program.boundaries
    func: Def = program.world.defmap.defs[site.func]
    callee = program.world.defmap.defs[operation.target]
    reach = found.reach.of(func)
    at = program.span(site.path, operation.start, operation.end)
    values = {
        "function": func.name,
        "callee": callee.name,
        "why": why,
        "reach": found.reach.show(reach),
    }
    related: tuple[Step, ...] = ()
    if callee.file in program.facts:
        place = program.span(callee.file, callee.start, callee.start + 2)
        related = (Step(place, callee.path, "what it demands is its own to say"),)
    return program.claim(
        rule,
        at,
        site=site.kind,
        subject=callee.path,
        values=values,
        related=related,
        is_mild=_is_mild(program, func, reach, why),
    )


CHECK = Check(SPEC, find_undischarged)
