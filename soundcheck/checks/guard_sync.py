"""Guards that threads may share though what they lend must not be shared."""

from collections.abc import Iterator

import msgspec

from soundcheck.catalog import CheckSpec, Rule
from soundcheck.checks.kinds import Check
from soundcheck.crates.definitions import Def
from soundcheck.crates.impls import ImplDef
from soundcheck.finding import Finding, Step
from soundcheck.program import Program
from soundcheck.syntax import items as it
from soundcheck.types.auto_traits import SEND, SYNC, AutoTraits, Verdict
from soundcheck.types.lending import derefs_to, has_lifetime, parameters
from soundcheck.types.ty import Adt

SPEC = CheckSpec(placeholders=("type", "param", "how"), needs_model=True)

_DEREF = "core::ops::Deref"


def find_lenders(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a guard that is ``Sync`` for a ``T`` that is merely ``Send``."""
    autos = AutoTraits(program.world.methods)
    seen: set[int] = set()
    for impl in program.world.defmap.impls.all:
        if not impl.is_primary or impl.file not in program.facts or impl.item.trait is None:
            continue
        header = autos.methods.declared.header_of(impl.index)
        ty = header.self_type
        if header.trait is None or header.trait.path != _DEREF or not isinstance(ty, Adt):
            continue
        owner = autos.methods.defs[ty.def_id]
        name = derefs_to(autos.methods, owner)
        if owner.index in seen or owner.file not in program.facts or not name:
            continue
        seen.add(owner.index)
        if has_lifetime(owner) and _is_sync_without(autos, owner, name):
            yield _finding(program, rule, autos, owner, name, impl)


def _is_sync_without(autos: AutoTraits, owner: Def, name: str) -> bool:
    """Whether the guard is ``Sync`` for every ``T: Send``, its other parameters being both."""
    bounds = autos.methods.declared.context_of(owner).bounds
    if autos.bound(SYNC, name, bounds) is not Verdict.NO:
        return False
    both = dict.fromkeys(parameters(owner), (SEND, SYNC))
    return autos.given(SYNC, owner, {**both, name: (SEND,)}) is Verdict.YES


def _finding(
    program: Program, rule: Rule, autos: AutoTraits, owner: Def, name: str, deref: ImplDef
) -> Finding:
    explicit = _explicit(program, autos, owner)
    values = {"type": owner.name, "param": name}
    if explicit is not None:
        start = explicit.item.start
        at = program.span(explicit.file, start, start + len(b"unsafe impl"))
        values["how"] = "its `unsafe impl Sync` does not ask for that"
    else:
        item = owner.item
        start = item.name_start if isinstance(item, it.Adt) else owner.start
        at = program.span(owner.file, start, start + len(owner.name.encode()))
        values["how"] = "its fields make it `Sync` without"
    finding = program.claim(rule, at, site="guard", subject=owner.path, values=values)
    lent = program.span(deref.file, deref.item.start, deref.item.start + len(b"impl"))
    step = Step(lent, owner.path, f"here it lends a `&{name}`")
    return msgspec.structs.replace(finding, related=(step,))


def _explicit(program: Program, autos: AutoTraits, owner: Def) -> ImplDef | None:
    for index in autos.methods.impls_by_head.get(("adt", owner.index), ()):
        impl = program.world.defmap.impls.all[index]
        trait = autos.methods.declared.header_of(index).trait
        if trait is not None and trait.path == SYNC and impl.file in program.facts:
            return impl
    return None


CHECK = Check(SPEC, find_lenders)
