"""``unsafe impl<T> Send for W<T>``: what the impl lets in, and what the type does with it.

A ``Send`` type moves what it owns to another thread. A ``Sync`` type hands what its methods on
``&self`` give out to another thread. Either asks something of ``T`` that the impl must ask too.
"""

from collections.abc import Iterator

import msgspec

from soundcheck.boundaries.facts import is_named
from soundcheck.catalog import CheckSpec, FactSpec, ListOf, Rule, Text
from soundcheck.checks.kinds import Check
from soundcheck.crates.definitions import Def
from soundcheck.crates.impls import ImplDef
from soundcheck.crates.stubs import is_stub
from soundcheck.finding import Finding, Step
from soundcheck.program import Program
from soundcheck.syntax import items as it
from soundcheck.syntax.visit import walk
from soundcheck.types.auto_traits import SEND, SYNC, AutoTraits, Verdict
from soundcheck.types.construction import is_filled, is_given, is_made_freely, names_in
from soundcheck.types.heads import derived_traits
from soundcheck.types.lending import (
    Role,
    Way,
    accesses,
    as_declared,
    derefs_to,
    fields_of,
    has_lifetime,
    parameters,
    roles,
)
from soundcheck.types.methods import Bounds
from soundcheck.types.ty import Adt, Param, Ty

SPEC = CheckSpec(
    facts={
        "plain": FactSpec(ListOf(Text()), is_required=True),
        "threads": FactSpec(ListOf(Text()), default=()),
    },
    placeholders=("trait", "type", "param", "why", "bound"),
    needs_model=True,
)

_SAYS = {
    Way.SHARED: "lends a `&{param}`",
    Way.UNIQUE: "lends a `&mut {param}`",
    Way.VALUE: "moves a `{param}` out",
    Way.COPY: "gives out a `{param}`",
    Way.TAKES: "moves a `{param}` in",
    Way.GUARD: "lends a `{param}`",
}
# What a `&self` method asks of its `T`: `Sync` where two threads see the same one, `Send` where
# it goes from one to the other. Where a guard lends it, or a copy is made, either will do.
_ASKS = {Way.SHARED: (SYNC,), Way.UNIQUE: (SEND,), Way.VALUE: (SEND,), Way.TAKES: (SEND,)}
# From the most telling to the least.
_ORDER = (Way.UNIQUE, Way.SHARED, Way.VALUE, Way.TAKES, Way.GUARD, Way.COPY)


class _Case(msgspec.Struct, frozen=True):
    """One parameter of one impl, with what the impl and the type say of it."""

    impl: ImplDef
    owner: Def
    ty: Adt
    trait: str
    position: int
    name: str
    bounds: Bounds


class _Fault(msgspec.Struct, frozen=True):
    """The bounds that are missing, any of which would do, why, and the method that shows it."""

    bounds: tuple[str, ...]
    why: str
    method: Def | None = None


def find_unbounded(program: Program, rule: Rule) -> Iterator[Finding]:
    """One finding an unsafe impl of ``Send`` or ``Sync`` that leaves out a bound."""
    autos = AutoTraits(program.world.methods)
    plain, threads = frozenset(rule.texts("plain")), frozenset(rule.texts("threads"))
    seen: set[tuple[str, int]] = set()
    for impl in program.world.defmap.impls.all:
        place = (impl.file, impl.item.start)
        if place in seen or impl.file not in program.facts or not impl.item.is_unsafe:
            continue
        seen.add(place)
        for case in _cases(program, impl):
            fault = None if _is_bounded_otherwise(autos, case, plain) else _fault(autos, case)
            if fault is not None and not _asks_for_thread(autos, case, threads):
                yield _finding(program, rule, case, fault)
                break


def _finding(program: Program, rule: Rule, case: _Case, fault: _Fault) -> Finding:
    start = case.impl.item.start
    values = {
        "trait": case.trait.rpartition("::")[2],
        "type": case.owner.name,
        "param": case.name,
        "why": fault.why,
        "bound": fault.bounds[0].rpartition("::")[2],
    }
    at = program.span(case.impl.file, start, start + len(b"unsafe impl"))
    finding = program.claim(rule, at, site="impl", subject=case.owner.path, values=values)
    method = fault.method
    if method is None or not isinstance(method.item, it.Function):
        return finding
    end = method.item.name_start + len(method.name.encode())
    step = Step(program.span(method.file, method.item.name_start, end), method.path, fault.why)
    return msgspec.structs.replace(finding, related=(step,))


def _cases(program: Program, impl: ImplDef) -> Iterator[_Case]:
    methods = program.world.methods
    header = methods.declared.header_of(impl.index)
    ty = header.self_type
    if header.trait is None or header.trait.path not in (SEND, SYNC) or not isinstance(ty, Adt):
        return
    owner = methods.defs[ty.def_id]
    if owner.file not in program.facts:
        return
    positions = parameters(owner).values()
    for position, arg in enumerate(ty.args):
        if isinstance(arg, Param) and position in positions:
            yield _Case(impl, owner, ty, header.trait.path, position, arg.name, header.bounds)


def _is_bounded_otherwise(autos: AutoTraits, case: _Case, plain: frozenset[str]) -> bool:
    """Whether the impl bounds the parameter in a way that is not weighed here.

    An unsafe trait may promise anything of its implementors.
    """
    for bound in case.bounds.get(case.name, ()):
        trait = autos.methods.defs[bound.def_id].item if bound.def_id >= 0 else None
        is_promise = isinstance(trait, it.Trait) and trait.is_unsafe
        if bound.path.rpartition("::")[2] in plain or (
            is_promise and bound.path not in (SEND, SYNC)
        ):
            return True
    for left, _ in case.impl.item.generics.predicates:
        is_itself = isinstance(left, it.PathType) and left.path.names == (case.name,)
        if not is_itself and case.name in names_in(left):
            return True
    return False


def _fault(autos: AutoTraits, case: _Case) -> _Fault | None:
    verdicts = {trait: autos.bound(trait, case.name, case.bounds) for trait in (SEND, SYNC)}
    if Verdict.UNKNOWN in verdicts.values():
        return None
    has = {trait for trait, verdict in verdicts.items() if verdict is Verdict.YES}
    if len(has) == len(verdicts):
        return None
    fault = (_unsent if case.trait == SEND else _unshared)(autos, case, has)
    if fault is None:
        return None
    if any(_is_implied(autos, case, trait) for trait in fault.bounds):
        return None
    # A default value is nobody else's yet: it may go where it likes, but not be shared.
    is_free = case.trait == SYNC and "Default" in derived_traits(case.owner)
    is_free = is_free or is_made_freely(
        autos.methods, autos, case.owner, case.position, fault.bounds
    )
    return fault if is_free else None


def _is_implied(autos: AutoTraits, case: _Case, trait: str) -> bool:
    """Whether a bound lets in only types of the workspace that all have a trait."""
    methods = autos.methods
    for bound in case.bounds.get(case.name, ()):
        if bound.def_id < 0 or is_stub(methods.defs[bound.def_id].file):
            continue
        types = [
            methods.declared.header_of(index).self_type
            for index in methods.impls_by_trait.get(bound.def_id, ())
        ]
        if types and all(autos.has(trait, ty) is Verdict.YES for ty in types):
            return True
    return False


def _unshared(autos: AutoTraits, case: _Case, has: set[str]) -> _Fault | None:
    """What the methods on ``&self`` ask of the parameter, and a ``Sync`` impl does not."""
    methods = autos.methods
    if derefs_to(methods, case.owner) and has_lifetime(case.owner):
        return None
    fields = [as_declared(methods, case.owner, case.ty, one) for _, one in _fields(autos, case)]
    held = {role for field in fields for role in roles(methods, field, case.name)}
    if not held & {Role.OWNED, Role.POINTED}:
        return None
    if _is_bound_to_thread(autos, case):
        return None
    return _asked(autos, case, has, "shared")


def _is_bound_to_thread(autos: AutoTraits, case: _Case) -> bool:
    """Whether a type makes its ``T`` itself, and may refuse to lend it: to other threads, say."""
    found = accesses(autos.methods, case.owner, case.position, "shared")
    if any(one.is_sure or one.way is Way.TAKES for one in found):
        return False
    return not is_filled(autos.methods, case.owner, case.position)


def _asks_for_thread(autos: AutoTraits, case: _Case, threads: frozenset[str]) -> bool:
    """Whether a ``T`` gets in and out by methods alone that ask which thread they are on.

    What a constructor is given was the thread's that called it.
    """
    if is_given(autos.methods, case.owner, case.position):
        return False
    for one in accesses(autos.methods, case.owner, case.position, "any"):
        func = one.method.item
        for node in walk(func) if isinstance(func, it.Function) else ():
            called = node.func if isinstance(node, it.Call) else None
            name = called.path.name if isinstance(called, it.PathExpr) else ""
            name = node.name if isinstance(node, it.MethodCall) else name
            if name and is_named(name, threads):
                return True
    return False


def _asked(autos: AutoTraits, case: _Case, has: set[str], receivers: str) -> _Fault | None:
    """The first thing that a method asks of the parameter and the impl does not."""
    found = accesses(autos.methods, case.owner, case.position, receivers)
    for way in _ORDER:
        for one in found:
            wanted = _ASKS.get(way, (SEND, SYNC))
            if one.way is not way or has.intersection(wanted):
                continue
            if not any(autos.bound(to, one.name, one.bounds) is Verdict.YES for to in wanted):
                why = f"`{one.method.name}` {_SAYS[way].format(param=case.name)}"
                return _Fault(wanted, why, one.method)
    return None


def _unsent(autos: AutoTraits, case: _Case, has: set[str]) -> _Fault | None:
    """What the fields ask of the parameter, and a ``Send`` impl does not."""
    methods = autos.methods
    is_pointed = False
    for field, declared in _fields(autos, case):
        ty = as_declared(methods, case.owner, case.ty, declared)
        here = roles(methods, ty, case.name)
        is_pointed = is_pointed or Role.POINTED in here
        missing = _missing(autos, case, ty, has) if Role.OWNED in here else ()
        if missing:
            return _Fault(missing, f"its field `{field.name}` holds a `{case.name}`")
    return _asked(autos, case, has, "any") if is_pointed and not has else None


def _missing(autos: AutoTraits, case: _Case, ty: Ty, has: set[str]) -> tuple[str, ...]:
    """What a parameter must be for a field to be ``Send``; nothing where it is so already."""
    if autos.is_send(ty, case.bounds) is Verdict.YES:
        return ()
    for trait in (SEND, SYNC):
        if autos.is_send(ty, autos.grant(case.bounds, case.name, trait)) is Verdict.YES:
            return (trait,)
    # Something else in the field is not `Send` either, which the impl vouches for.
    return () if has else (SEND,)


def _fields(autos: AutoTraits, case: _Case) -> list[tuple[it.FieldDef, Ty]]:
    return list(fields_of(autos.methods, case.owner))


CHECK = Check(SPEC, find_unbounded)
