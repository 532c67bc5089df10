"""What boot code reads through a register of the core before it has put anything there."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, cast

from soundcheck.boundaries.facts import is_named
from soundcheck.calls.sites import BodyId, CallSite
from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Table, Text
from soundcheck.checks.kinds import Check
from soundcheck.crates.definitions import Def
from soundcheck.finding import Finding, Side, Step
from soundcheck.program import Program
from soundcheck.syntax import items as it
from soundcheck.syntax.inline_assembly import assembly_calls, read_assembly
from soundcheck.syntax.instructions import (
    Pattern,
    instructions_of,
    match_of,
    may_hold,
    read_patterns,
)
from soundcheck.types.ty import NEVER

SPEC = CheckSpec(
    facts={
        "installs": FactSpec(Table(others=ListOf(Text())), is_required=True),
        "install_calls": FactSpec(Table(others=ListOf(Text())), default={}),
        "reads": FactSpec(Table(others=ListOf(Text())), is_required=True),
        "log_macros": FactSpec(ListOf(Text()), default=()),
        "log_traits": FactSpec(ListOf(Text()), default=()),
    },
    placeholders=("function", "register", "through"),
    needs_model=True,
)

_MOST_STEPS = 8
_CALLS = frozenset({"macro", "method", "path"})


class _Slot(NamedTuple):
    """One register: the functions that fill it, and those that read what is behind it."""

    name: str
    fill: frozenset[int]
    read: frozenset[int]


class _Way(NamedTuple):
    """How a function comes to a reader: by a call at a place, of a function."""

    start: int
    end: int
    callee: int


def find_early_reads(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a function of the boot path and register, at the first call that reads it."""
    slots = list(_slots(program, rule))
    if not slots:
        return
    calls = _calls(program, frozenset(rule.texts("log_macros")), _loggers(program, rule))
    for slot in slots:
        boot = _Boot(program, calls, slot)
        for func, way in boot.early():
            if program.world.defmap.defs[func].file in program.facts:
                yield _claim(program, rule, boot, func, way)


def _loggers(program: Program, rule: Rule) -> tuple[int, ...]:
    """What a macro for logging runs: the loggers of the workspace."""
    wanted = set(rule.texts("log_traits"))
    defmap = program.world.defmap
    found = []
    for impl in defmap.impls.all:
        paths = {defmap.defs[key].path if isinstance(key, int) else key for key in impl.traits}
        if paths & wanted and impl.is_primary:
            found += [member.index for member in impl.members.get("log", ())]
    return tuple(sorted(found))


def _calls(
    program: Program, macros: frozenset[str], loggers: tuple[int, ...]
) -> dict[int, list[tuple[CallSite, int]]]:
    """The calls of each function outside its closures, with each callee, in order of place."""
    calls: dict[int, list[tuple[CallSite, int]]] = {}
    for site in program.graph.sites:
        if site.caller.closure >= 0 or site.kind not in _CALLS:
            continue
        callees = [one.owner for one in site.callees if one.closure < 0]
        if site.kind == "macro" and site.name.rpartition("::")[2].rstrip("!") in macros:
            callees += loggers
        elif site.resolution != "exact" and site.kind != "path":
            continue
        calls.setdefault(site.caller.owner, []).extend((site, callee) for callee in callees)
    return calls


def _slots(program: Program, rule: Rule) -> Iterator[_Slot]:
    installs = cast("Mapping[str, tuple[str, ...]]", rule.facts["installs"])
    reads = cast("Mapping[str, tuple[str, ...]]", rule.facts["reads"])
    named = cast("Mapping[str, tuple[str, ...]]", rule.facts["install_calls"])
    defs = program.world.defmap.defs
    assembled = [
        (func, call)
        for func, operations in program.operations.items()
        if any(one.kind == "assembly" for one in operations)
        for call in _assembly_of(defs[func].item)
    ]
    for name in reads:
        read = _running(assembled, read_patterns(reads[name]))
        if not read:
            continue
        fill = _running(assembled, read_patterns(installs.get(name, ())))
        wanted = frozenset(named.get(name, ()))
        if wanted:
            fill |= {
                site.caller.owner
                for site in program.graph.sites
                if site.resolution == "external" and is_named(site.reason or site.name, wanted)
            }
        read -= fill
        if fill and read:
            yield _Slot(name, frozenset(fill), frozenset(read))


def _assembly_of(item: it.Node | None) -> Iterator[it.MacroCall]:
    return assembly_calls(item) if isinstance(item, it.Function) else iter(())


def _running(
    assembled: Sequence[tuple[int, it.MacroCall]], patterns: tuple[Pattern, ...]
) -> set[int]:
    """The functions whose assembly runs an instruction of some patterns."""
    found = set()
    for func, call in assembled:
        if may_hold(call.text, patterns):
            assembly = read_assembly(call)
            if any(match_of(assembly, one, patterns) for one in instructions_of(assembly)):
                found.add(func)
    return found


class _Boot:
    """The functions on the way to the first filling of a register, walked in order."""

    def __init__(
        self, program: Program, calls: Mapping[int, list[tuple[CallSite, int]]], slot: _Slot
    ) -> None:
        self.slot = slot
        self._world = program.world
        self._defs = program.world.defmap.defs
        self._graph = program.graph
        self._calls = calls
        self._callers: dict[int, set[int]] = {}
        for caller, some in calls.items():
            for _, callee in some:
                self._callers.setdefault(callee, set()).add(caller)
        self._filling = self._back_from(slot.fill)
        self._reading = self._back_from(slot.read)
        self._found: dict[int, _Way] = {}
        self._fills: dict[int, bool] = {}

    def early(self) -> list[tuple[int, _Way]]:
        """The functions that read too early, each with the call by which it does."""
        for func in sorted(self._filling):
            is_start = not self._callers.get(func)
            if is_start or self._graph.named_by_assembly(BodyId(func)):
                self._walk(func, self._defs[func])
        return sorted(self._found.items())

    def way(self, func: int, root: Def) -> list[int]:
        """The functions from one that reads to one that does so itself, by the shortest way."""
        came: dict[int, int] = {func: -1}
        queue = [func]
        for one in queue:
            if one in self.slot.read:
                way = [one]
                while came[way[-1]] >= 0:
                    way.append(came[way[-1]])
                return way[::-1]
            for _, callee in self._calls.get(one, ()):
                if callee not in came and callee in self._reading and self._meet(root, callee):
                    came[callee] = one
                    queue.append(callee)
        return []

    def _meet(self, root: Def, func: int) -> bool:
        return self._world.callees.may_meet(root.cfg, self._defs[func].cfg)

    def _back_from(self, goals: frozenset[int]) -> set[int]:
        found = set(goals)
        pending = list(goals)
        while pending:
            for caller in self._callers.get(pending.pop(), ()):
                if caller not in found:
                    found.add(caller)
                    pending.append(caller)
        return found

    def _walk(self, func: int, root: Def) -> bool:
        """Whether the register is filled when a function returns; notes what reads before.

        What never returns goes its own way: it may fill the register where we do not see it.
        """
        if func in self.slot.fill:
            return True
        if func in self._fills:
            return self._fills[func]
        self._fills[func] = False
        for site, callee in self._calls.get(func, ()):
            if not self._meet(root, callee):
                continue
            if callee in self._filling:
                if self._walk(callee, root) and self._returns(callee):  # Else on another way.
                    self._fills[func] = True
                    return True
            elif callee in self._reading and self._returns(callee) and self.way(callee, root):
                self._found.setdefault(func, _Way(site.start, site.end, callee))
        return False

    def _returns(self, func: int) -> bool:
        return self._world.methods.declared.signature_of(self._defs[func]).ret != NEVER


def _claim(program: Program, rule: Rule, boot: _Boot, func: int, way: _Way) -> Finding:
    defs = program.world.defmap.defs
    target = defs[func]
    chain = boot.way(way.callee, target)
    at = program.span(target.file, way.start, way.start + 1)
    steps = [Step(at, target.path, f"calls `{defs[way.callee].path}`")]
    for one in [one for one in chain if defs[one].file in program.facts][:_MOST_STEPS]:
        place = program.span(defs[one].file, defs[one].start, defs[one].start + 2)
        last = f"reads {boot.slot.name}" if one in boot.slot.read else "which leads on"
        steps.append(Step(place, defs[one].path, last))
    values = {
        "function": target.name,
        "register": boot.slot.name,
        "through": defs[chain[-1]].name if chain else "",
    }
    subject = defs[chain[-1]].path if chain else target.path
    side = Side("boot", tuple(steps))
    return program.claim(rule, at, site="call", subject=subject, values=values, sides=(side,))


CHECK = Check(SPEC, find_early_reads)
