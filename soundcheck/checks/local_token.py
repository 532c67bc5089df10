"""Tokens that stand for the state of one processor, and that another processor may see.

A token must not be ``Send``. Where it is ``Sync``, a reference to it goes where the token may not.
"""

from collections.abc import Iterator

import msgspec

from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.checks.kinds import Check
from soundcheck.crates.definitions import Def
from soundcheck.crates.impls import ImplDef
from soundcheck.crates.stubs import is_stub
from soundcheck.finding import Finding, Step
from soundcheck.program import Program
from soundcheck.syntax import items as it
from soundcheck.types.auto_traits import SEND, SYNC, AutoTraits, Verdict
from soundcheck.types.construction import names_in
from soundcheck.types.methods import Bounds
from soundcheck.types.ty import Adt, Dyn, Opaque, Param, Reference, TraitRef, Ty

SPEC = CheckSpec(
    facts={"markers": FactSpec(ListOf(Text()), default=())},
    placeholders=("type", "use"),
    needs_model=True,
)


class _Use(msgspec.Struct, frozen=True):
    """A function that takes a reference to a token, and what it takes it for."""

    func: Def
    what: str


def find_shared_tokens(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding a type that says it is not ``Send``, is ``Sync``, and is shown by reference."""
    autos = AutoTraits(program.world.methods)
    for owner, impl in _tokens(program, autos, frozenset(rule.texts("markers"))):
        if _decides(autos, owner, SYNC) or _lends(autos, owner):
            continue
        if autos.given(SYNC, owner, {}) is not Verdict.YES:
            continue
        use = _shown_to(autos, owner)
        if use is not None:
            yield _finding(program, rule, owner, impl, use)


def _finding(program: Program, rule: Rule, owner: Def, impl: ImplDef | None, use: _Use) -> Finding:
    item, func = owner.item, use.func.item
    start = item.name_start if isinstance(item, it.Adt) else owner.start
    at = program.span(owner.file, start, start + len(owner.name.encode()))
    values = {"type": owner.name, "use": use.what}
    finding = program.claim(rule, at, site="token", subject=owner.path, values=values)
    steps = []
    if impl is not None:
        head = program.span(impl.file, impl.item.start, impl.item.start + len(b"impl"))
        steps.append(Step(head, owner.path, "it is not `Send`"))
    if isinstance(func, it.Function):
        end = func.name_start + len(func.name.encode())
        place = program.span(use.func.file, func.name_start, end)
        steps.append(Step(place, use.func.path, f"{use.what} takes a reference for a proof"))
    return msgspec.structs.replace(finding, related=tuple(steps))


def _tokens(
    program: Program, autos: AutoTraits, markers: frozenset[str]
) -> Iterator[tuple[Def, ImplDef | None]]:
    """The structs that are not ``Send`` because somebody wrote it: by an impl, or by a marker."""
    impls = program.world.defmap.impls.all
    seen: set[int] = set()
    for impl in impls:
        header = autos.methods.declared.header_of(impl.index)
        if (
            not impl.item.is_negative
            or not impl.is_primary
            or not isinstance(header.self_type, Adt)
        ):
            continue
        owner = autos.methods.defs[header.self_type.def_id]
        is_ours = owner.file in program.facts and owner.index not in seen
        if is_ours and header.trait is not None and header.trait.path == SEND:
            seen.add(owner.index)
            yield owner, impl
    names = {marker.rpartition("::")[2] for marker in markers}
    for owner in autos.methods.defs:
        item = owner.item
        if not isinstance(item, it.Adt) or not owner.is_primary or owner.index in seen:
            continue
        if owner.file in program.facts and any(
            names & set(names_in(field.type)) for field in item.fields
        ):
            found = autos.methods.declared.fields_of(owner).values()
            if any(_is_marker(autos, ty, markers) for ty in found):
                yield owner, None


def _is_marker(autos: AutoTraits, ty: Ty, markers: frozenset[str]) -> bool:
    """Whether a type is a marker, or `PhantomData` of one."""
    if not isinstance(ty, Adt):
        return False
    if autos.methods.defs[ty.def_id].path in markers:
        return True
    return any(_is_marker(autos, arg, markers) for arg in ty.args)


def _decides(autos: AutoTraits, owner: Def, trait: str) -> bool:
    """Whether an impl of the type says something of a trait itself."""
    for index in autos.methods.impls_by_head.get(("adt", owner.index), ()):
        found = autos.methods.declared.header_of(index).trait
        if found is not None and found.path == trait:
            return True
    return False


def _lends(autos: AutoTraits, owner: Def) -> bool:
    """Whether it stands for a value and not for a state: it dereferences to something."""
    return _decides(autos, owner, "core::ops::Deref")


def _shown_to(autos: AutoTraits, owner: Def) -> _Use | None:
    """The first function that takes a token, or whatever implements a trait of it, by reference."""
    traits = {
        above.def_id: above.path.rpartition("::")[2]
        for index in autos.methods.impls_by_head.get(("adt", owner.index), ())
        for above in _own_traits(autos, index)
    }
    names = {owner.name, *traits.values()}
    for func in autos.methods.defs:
        item = func.item
        if not isinstance(item, it.Function) or not func.is_primary or is_stub(func.file):
            continue
        if func.owner in traits and item.receiver == "&self":
            return _Use(func, f"`{traits[func.owner]}::{func.name}`")
        if not item.params or not any(_is_written(one.type, item, names) for one in item.params):
            continue
        signature = autos.methods.declared.signature_of(func)
        for ty in signature.params:
            if isinstance(ty, Reference) and _is_or_has(ty.inner, owner, traits, signature.bounds):
                own = func.path.split("::")[-2:] if func.is_associated else [func.name]
                return _Use(func, f"`{'::'.join(own)}`")
    return None


def _is_written(ty: it.Type | None, func: it.Function, names: set[str]) -> bool:
    """Whether a parameter's type names one of ``names``, or a parameter that may be bound by it."""
    if not isinstance(ty, it.RefType):
        return False
    own = {param.name for param in func.generics.params}
    return bool((names | own) & set(names_in(ty)))


def _own_traits(autos: AutoTraits, impl: int) -> tuple[TraitRef, ...]:
    """The traits of the workspace that an impl is of."""
    trait = autos.methods.declared.header_of(impl).trait
    if trait is None:
        return ()
    return tuple(
        above
        for above in autos.methods.declared.supertraits(trait)
        if above.def_id >= 0 and not is_stub(autos.methods.defs[above.def_id].file)
    )


def _is_or_has(ty: Ty, owner: Def, traits: dict[int, str], bounds: Bounds) -> bool:
    """Whether a type is the token, or stands for all that have one of its traits."""
    match ty:
        case Adt():
            return ty.def_id == owner.index
        case Dyn() | Opaque():
            return any(bound.def_id in traits for bound in ty.bounds)
        case Param():
            return any(bound.def_id in traits for bound in bounds.get(ty.name, ()))
        case _:
            return False


CHECK = Check(SPEC, find_shared_tokens)
