"""Guards that restore the state of one processor when dropped, and may be dropped on another."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from soundcheck.calls.sites import BodyId
from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.checks.kinds import Check
from soundcheck.crates.definitions import Def
from soundcheck.finding import Finding, Step
from soundcheck.program import Program
from soundcheck.syntax import items as it
from soundcheck.syntax.inline_assembly import assembly_calls, read_assembly
from soundcheck.syntax.instructions import (
    PATTERN,
    PATTERN_FORM,
    Pattern,
    instructions_of,
    match_of,
    read_patterns,
)
from soundcheck.syntax.visit import walk
from soundcheck.types.auto_traits import SEND, SYNC, AutoTraits, Verdict
from soundcheck.types.lending import parameters
from soundcheck.types.ty import Adt

_NAMES = FactSpec(ListOf(Text()), is_required=True)
_INSTRUCTIONS = FactSpec(ListOf(Text(pattern=PATTERN, form=PATTERN_FORM)), is_required=True)

SPEC = CheckSpec(
    facts={
        "restores": _NAMES,
        "masks": _NAMES,
        "restoring_instructions": _INSTRUCTIONS,
        "masking_instructions": _INSTRUCTIONS,
    },
    placeholders=("type", "how"),
    needs_model=True,
)

# A guard restores by a wrapper or two; what is farther away is not what it is for.
_DEEPEST = 2


class _Words(NamedTuple):
    """The page's lists: what restores and what masks, by name and by instruction."""

    restores: frozenset[tuple[str, ...]]
    masks: frozenset[tuple[str, ...]]
    restoring: Sequence[Pattern]
    masking: Sequence[Pattern]


class _Place(NamedTuple):
    """Where a state is restored, or taken, and by what."""

    func: Def
    start: int
    end: int
    how: str
    is_masked: bool


def find_sendable_guards(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a type that is ``Send``, and whose ``drop`` restores without having masked."""
    words = _Words(
        _names(rule, "restores"),
        _names(rule, "masks"),
        read_patterns(rule.texts("restoring_instructions")),
        read_patterns(rule.texts("masking_instructions")),
    )
    autos = AutoTraits(program.world.methods)
    declared = autos.methods.declared
    for impl in program.world.defmap.impls.all:
        trait = impl.item.trait
        if trait is None or trait.name != "Drop" or not impl.is_primary:
            continue
        ty = declared.header_of(impl.index).self_type
        if impl.file not in program.facts or not isinstance(ty, Adt):
            continue
        owner = autos.methods.defs[ty.def_id]
        for drop in impl.members.get("drop", ()):
            place = _first(program, words, drop, _DEEPEST)
            if place is None or place.is_masked or owner.file not in program.facts:
                continue
            # What it guards may go wherever it likes.
            both = dict.fromkeys(parameters(owner), (SEND, SYNC))
            if autos.given(SEND, owner, both) is Verdict.YES:
                yield _claim(program, rule, owner, drop, place)


def _names(rule: Rule, fact: str) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(name.split("::")) for name in rule.texts(fact))


def _first(program: Program, words: _Words, func: Def, depth: int) -> _Place | None:
    """The first place in a function, or in what it calls, that masks or restores a state.

    A function that does both is one that masks.
    """
    item = func.item
    if not isinstance(item, it.Function) or item.body is None:
        return None
    places = list(_direct(words, func, item))
    if places:
        return next((place for place in places if place.is_masked), places[0])
    for edge in program.graph.callees(BodyId(func.index)) if depth else ():
        callee = program.world.defmap.defs[edge.callee.owner]
        # What goes out of scope here has come here.
        if edge.kind == "drop" or edge.resolution != "exact" or callee.file not in program.facts:
            continue
        place = _first(program, words, callee, depth - 1)
        if place is not None:
            return place
    return None


def _direct(words: _Words, func: Def, item: it.Function) -> Iterator[_Place]:
    """The places in a body that restore or mask."""
    for node in walk(item):
        names: tuple[str, ...] = ()
        if isinstance(node, it.MethodCall):
            names = (node.name,)
        elif isinstance(node, it.Call) and isinstance(node.func, it.PathExpr):
            names = node.func.path.names
        ends = {names[-count:] for count in range(1, len(names) + 1)}
        if ends & words.masks or ends & words.restores:
            how = "::".join(names[-2:])
            yield _Place(func, node.start, node.end, how, is_masked=bool(ends & words.masks))
    for call in assembly_calls(item):
        assembly = read_assembly(call)
        for one in instructions_of(assembly):
            if match_of(assembly, one, words.masking) is not None:
                yield _Place(func, one.start, one.end, one.mnemonic, is_masked=True)
            elif match_of(assembly, one, words.restoring) is not None:
                yield _Place(func, one.start, one.end, one.mnemonic, is_masked=False)


def _claim(program: Program, rule: Rule, owner: Def, drop: Def, place: _Place) -> Finding:
    item = owner.item
    start = item.name_start if isinstance(item, it.Adt) else owner.start
    at = program.span(owner.file, start, start + len(owner.name.encode()))
    values = {"type": owner.name, "how": place.how}
    finding = program.claim(rule, at, site="guard", subject=owner.path, values=values)
    func = drop.item
    assert isinstance(func, it.Function)
    end = func.name_start + len(func.name.encode())
    steps = (
        Step(program.span(drop.file, func.name_start, end), drop.path, "dropped here"),
        Step(
            program.span(place.func.file, place.start, place.end),
            place.func.path,
            f"`{place.how}` restores the state of whatever processor this runs on",
        ),
    )
    return msgspec.structs.replace(finding, related=steps)


CHECK = Check(SPEC, find_sendable_guards)
