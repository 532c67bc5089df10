"""Unsafe impls of ``Send`` and ``Sync`` that say no more than the fields do."""

from collections.abc import Iterator

from soundcheck.catalog import CheckSpec, Rule
from soundcheck.checks.kinds import Check
from soundcheck.crates.impls import ImplDef
from soundcheck.finding import Finding
from soundcheck.program import Program
from soundcheck.types.auto_traits import SEND, SYNC, AutoTraits, Verdict
from soundcheck.types.signatures import ImplHeader
from soundcheck.types.ty import Adt, Param

SPEC = CheckSpec(placeholders=("trait", "type"), needs_model=True)


def find_redundant(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding an unsafe impl for a type all of whose fields have the trait anyway."""
    autos = AutoTraits(program.world.methods)
    for impl in program.world.defmap.impls.all:
        if not impl.item.is_unsafe or not impl.is_primary or impl.file not in program.facts:
            continue
        header = autos.methods.declared.header_of(impl.index)
        if header.trait is None or header.trait.path not in (SEND, SYNC):
            continue
        if _is_made_by_macro(program, impl) or not _is_redundant(autos, header):
            continue
        start = impl.item.start
        at = program.span(impl.file, start, start + len(b"unsafe impl"))
        trait, owner = header.trait.path, impl.path
        values = {"trait": trait.rpartition("::")[2], "type": owner.rpartition("::")[2]}
        yield program.claim(rule, at, site="impl", subject=owner, values=values)


def _is_made_by_macro(program: Program, impl: ImplDef) -> bool:
    """Whether the impl is one of many, for each of which its text stands."""
    one = program.item_at(impl.file, impl.item.start)
    return one is None or one.is_in_macro


def _is_redundant(autos: AutoTraits, header: ImplHeader) -> bool:
    ty = header.self_type
    if not isinstance(ty, Adt) or header.trait is None:
        return False
    owner = autos.methods.defs[ty.def_id]
    own = autos.methods.declared.context_of(owner).bounds
    bounds = dict(own)
    for name, arg in zip(autos.methods.declared.generic_names(owner), ty.args, strict=False):
        if isinstance(arg, Param):
            bounds[name] = (*own.get(name, ()), *header.bounds.get(arg.name, ()))
    trait = header.trait.path
    kinds = (owner, *autos.methods.twins.get(owner.index, ()))
    if not all(autos.by_fields(trait, one, bounds) is Verdict.YES for one in kinds):
        return False
    # An impl that asks for more than the fields do takes something away, and must stay.
    is_narrower = any(
        autos.bound(one, name, bounds) is not autos.bound(one, name, own)
        for one in (SEND, SYNC)
        for name in bounds
    )
    return not (is_narrower and autos.by_fields(trait, owner, own) is Verdict.YES)


CHECK = Check(SPEC, find_redundant)
