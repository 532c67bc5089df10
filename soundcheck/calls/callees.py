"""What a path or a method in the place of a callee leads to, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from soundcheck.calls.dispatch import is_for_everybody, is_in_sight, run_by
from soundcheck.calls.sites import MOST_CANDIDATES, BodyId
from soundcheck.calls.symbols import imported_symbol, index_symbols
from soundcheck.crates.definitions import MACROS, TYPES, Def, External, Primitive
from soundcheck.crates.programs import find_programs, may_run
from soundcheck.syntax import items as it
from soundcheck.syntax.cfg import Cfg
from soundcheck.types.declared import Declarations
from soundcheck.types.drops import Drops
from soundcheck.types.found import Method, has_body
from soundcheck.types.methods import Methods
from soundcheck.types.signatures import Context
from soundcheck.types.ty import (
    NEVER,
    PRIMITIVES,
    STR,
    UNIT,
    UNKNOWN,
    Adt,
    ArrayOf,
    Foreign,
    Param,
    Pointer,
    Prim,
    Reference,
    Slice,
    Ty,
    is_generic,
    one_of,
    somewhere_in,
)

if TYPE_CHECKING:
    from soundcheck.calls.callbacks import Inner

Targets = tuple[tuple[Def | External | Primitive, tuple[str, ...]], ...]

_OWN_CRATES = frozenset({"core", "alloc", "std"}) | PRIMITIVES
_MACRO_TYPES: Mapping[str, Ty] = {"never": NEVER, "str": Reference(STR), "unit": UNIT}


class Callee(NamedTuple):
    """What is called, and how sure that is; see ``CallSite``."""

    resolution: str
    bodies: tuple[BodyId, ...]
    reason: str


class Place(NamedTuple):
    """A body to walk: whose it is, and where its names and types are looked up."""

    owner: Def
    context: Context
    cfg: Cfg | None


class Callees:
    """Lookups of callees over a whole workspace."""

    def __init__(
        self,
        methods: Methods,
        stubs: frozenset[int],
        facts: CallFacts,
        excluded: frozenset[int] = frozenset(),
        cannot_hold: Callable[[Cfg | None], bool] = lambda _: False,
    ) -> None:
        self.methods = methods
        self.declared: Declarations = methods.declared
        self.defmap = methods.declared.defmap
        self.stubs = stubs
        self.facts = facts
        self.excluded = excluded
        self.cannot_hold = cannot_hold
        self.symbols = index_symbols(self.defmap.defs)
        self._drops = Drops(methods)
        self.inner: dict[int, tuple[Inner, ...]] = {}
        self.ours: dict[Ty, bool] = {}
        self._paths: dict[tuple[int, it.Path, int, Cfg | None], Targets] = {}
        self._fns_by_arity: dict[tuple[str, int], list[Def]] = {}
        self._used = self._used_crates()
        search = self.defmap.search
        self.programs = find_programs(search.forest, search.externs)

    def _used_crates(self) -> frozenset[int]:
        """The crates that crates of the workspace can name."""
        search = self.defmap.search
        return frozenset(
            self.crate_of(entry.target)
            for crate, externs in zip(search.forest.crates, search.externs, strict=True)
            if crate.module not in self.stubs
            for entries in externs.values()
            for entry in entries
            if isinstance(entry.target, Def)
        )

    def may_run(self, caller: BodyId, body: BodyId) -> bool:
        """Whether what a body calls may be another, by the crates that they are in."""
        defs = self.defmap.defs
        crates = (self.crate_of(defs[one.owner]) for one in (caller, body))
        return may_run(self.programs, *crates)

    def crate_of(self, target: Def) -> int:
        """The index of the crate that a definition is in."""
        return self.defmap.forest.modules[target.module].crate

    # -- names ---------------------------------------------------------------------------------

    def lookup(self, scope: int, path: it.Path, namespace: int, cfg: Cfg | None) -> Targets:
        """What a path leads to in a scope under a formula."""
        key = (scope, path, namespace, cfg)
        known = self._paths.get(key)
        if known is None:
            found = self.defmap.resolve(scope, path, namespace, cfg)
            known = self._paths[key] = tuple(
                (one.target, one.rest)
                for one in found.candidates
                if isinstance(one.target, Def | External | Primitive)
                and not self.is_excluded(one.target)
            )
        return known

    def lookup_constructor(self, context: Context, path: it.Path, cfg: Cfg | None) -> Targets:
        """The struct, union or variant that a path names in a literal or a pattern."""
        names = path.names
        if names[:1] == ("Self",):
            if not isinstance(context.self_type, Adt):
                return ()
            owner = self.defmap.defs[context.self_type.def_id]
            if len(names) == 1:
                return ((owner, ()),)
            return tuple((one, ()) for one in self.variants(owner, names[1]))
        found: list[tuple[Def | External | Primitive, tuple[str, ...]]] = []
        for target, rest in self.lookup(context.scope, path, TYPES, cfg):
            if not isinstance(target, Def):
                continue
            if target.kind == "type alias":
                meant = self.declared.type_of_def(target, ())
                if isinstance(meant, Adt):
                    target = self.defmap.defs[meant.def_id]
            if len(rest) == 1:
                found.extend((one, ()) for one in self.variants(target, rest[0]))
            elif not rest:
                found.append((target, ()))
        return tuple(found)

    def variants(self, owner: Def, name: str) -> list[Def]:
        """The variants of an enum that have a name: one, or one for each configuration."""
        members = self.declared.associated(owner.index).get(name, ())
        return [one for one in members if one.kind == "variant"]

    def twin_of(self, ty: Adt, cfg: Cfg | None) -> Def:
        """What the name of a type stands for under a formula."""
        own = self.defmap.defs[ty.def_id]
        if self.may_meet(own.cfg, cfg):
            return own
        twins = self.methods.twins.get(ty.def_id, ())
        return next((one for one in twins if self.may_meet(one.cfg, cfg)), own)

    def of_build(self, found: list[Method], cfg: Cfg | None) -> list[Method]:
        """The methods that are there under a formula; all of them if none is."""
        return [
            one
            for one in found
            if self.may_meet(one.target.cfg, cfg) and self._may_hold(one.cfg, cfg)
        ] or found

    def as_built(self, ty: Ty, cfg: Cfg | None) -> Ty:
        """A type as it is meant under a formula, where its name stands for several."""
        if isinstance(ty, Reference):
            inner = self.as_built(ty.inner, cfg)
            return ty if inner is ty.inner else Reference(inner, ty.is_mut)
        if not isinstance(ty, Adt) or not ty.meanings:
            return ty
        meanings = [one for one in ty.meanings if self._may_hold(one[0], cfg)]
        if not meanings or len(meanings) == len(ty.meanings):
            return ty
        return one_of(meanings)

    def _may_hold(self, one: Cfg | None, cfg: Cfg | None) -> bool:
        return one is None or (self.may_meet(one, cfg) and not self.cannot_hold(one))

    # -- callees -------------------------------------------------------------------------------

    def of_defs(self, targets: Sequence[Def]) -> Callee:
        """A call of functions that a path names: one, or one for each configuration."""
        return self._judge(targets, "configurations")

    def of_methods(self, found: Sequence[Method], place: Place) -> Callee:
        """A call of methods in a place: what of them may run there.

        Which impl a stub's generic code runs, its caller knows: it leads to the declaration.
        """
        is_dispatched = any(method.is_dispatched for method in found)
        targets = list(
            {
                target.index: target
                for method in found
                for target in run_by(self, method, place)
                if self.may_meet(target.cfg, place.cfg) and not self.is_excluded(target)
            }.values()
        )
        if not targets:
            declared = found[0].target
            if self.is_stub(declared):
                return Callee("external", (BodyId(declared.index),), declared.path)
            reason = f"no impl of {declared.path}" if is_dispatched else "other configurations"
            return Callee("unknown", (), reason)
        own = [target for target in targets if not self.is_stub(target)]
        if not is_dispatched:
            return self._unless_another(found, place, self._judge(targets, "impls"))
        if own and not (self.is_stub(place.owner) and isinstance(found[0].receiver, Param)):
            targets = own
        elif not own and not is_for_everybody(found[0]):
            # Of the impls outside, one is as likely as the other.
            targets = [found[0].target]
        return self._judge(targets, "dispatch")

    def _unless_another(self, found: Sequence[Method], place: Place, callee: Callee) -> Callee:
        """The callee, as a candidate if but one of the types meant here has the method."""
        is_one = len(found) == 1 and callee.resolution == "exact"
        if not is_one or self.defmap.search.formulas.is_implied(found[0].cfg, place.cfg):
            return callee
        return Callee("candidates", callee.bodies, "configurations")

    def _judge(self, targets: Sequence[Def], reason: str) -> Callee:
        if all(self.is_foreign(target) for target in targets):
            # What is declared here may be defined elsewhere in the workspace.
            own = [one for each in targets for one in self.symbols.get(imported_symbol(each), ())]
            targets = list(dict.fromkeys(own)) or targets
        bodies = tuple([BodyId(target.index) for target in targets])
        if all(self.is_stub(target) for target in targets):
            return Callee("external", bodies[:MOST_CANDIDATES], targets[0].path)
        if all(self.is_foreign(target) for target in targets):
            return Callee("external", (), targets[0].path)
        if len(bodies) == 1:
            return Callee("exact", bodies, "")
        if len(bodies) > MOST_CANDIDATES:
            return Callee("unknown", (), f"{len(bodies)} candidates by {reason}")
        return Callee("candidates", bodies, reason)

    def by_name(self, receiver: Ty, name: str, arity: int, place: Place) -> Callee:
        """A method on a receiver that nobody can type: those of its name, if they are few."""
        outside = self.outside(receiver)
        if outside and not outside.endswith("::_"):
            return Callee("external", (), f"{outside}::{name}")
        if self.is_stub(place.owner):
            return Callee("unknown", (), f"the receiver of {name} is not known")
        key = (name, arity)
        known = self._fns_by_arity.get(key)
        if known is None:
            known = self._fns_by_arity[key] = [
                target
                for target in self.methods.by_name.get(name, ())
                if isinstance(target.item, it.Function)
                and target.item.receiver
                and len(target.item.params) == arity
            ]
        fitting = [
            target
            for target in known
            if self.may_meet(target.cfg, place.cfg)
            and not self.is_excluded(target)
            and (not self.is_stub(target) or self.crate_of(target) in self._used)
            and is_in_sight(self, target, place)
        ]
        own = [one for one in fitting if not self.is_stub(one) and has_body(one)]
        if outside and not own:
            return Callee("external", (), f"{outside}::{name}")
        if len(own) < len(fitting):
            # A method of the standard library has this name too: it is as likely the one.
            is_common = any(self.is_stub(one) for one in fitting)
            if is_common:
                if not own:
                    bodies = tuple([BodyId(one.index) for one in fitting[:MOST_CANDIDATES]])
                    return Callee("external", bodies, fitting[0].path)
                if len(fitting) > MOST_CANDIDATES:
                    return Callee("unknown", (), f"the receiver of {name} is not known")
                bodies = tuple([BodyId(one.index) for one in fitting])
                return Callee("candidates", bodies, "name")
        if own and len(own) <= MOST_CANDIDATES:
            bodies = tuple([BodyId(one.index) for one in own])
            return Callee("candidates", bodies, "name")
        if own:
            return Callee("unknown", (), f"{len(own)} candidates by name")
        return Callee("unknown", (), f"the receiver of {name} is not known")

    def outside(self, ty: Ty) -> str:
        """The name of a type whose methods the workspace does not declare; empty for any other.

        It is that of the last type it dereferences to: what is not known there may be ours.
        """
        match list(self.methods.steps(ty))[-1]:
            case Foreign(path=path):
                return path
            case Adt(def_id=def_id) if self.is_stub(self.defmap.defs[def_id]):
                return self.defmap.defs[def_id].path
            case Prim(name=name) if name[:1] != "{":
                return name
            case Slice() | ArrayOf():
                return "[_]"
            case _:
                return ""

    def common_result(self, callee: Callee) -> Ty:
        """The type that all candidates give back, if they agree and it is not generic."""
        if callee.resolution == "external" and not callee.bodies and callee.reason:
            return self.given_by(callee)
        if callee.resolution not in ("exact", "candidates", "external") or not callee.bodies:
            return UNKNOWN
        types = {
            self.declared.signature_of(self.defmap.defs[body.owner]).ret
            for body in callee.bodies
            if body.closure < 0
        }
        if len(types) != 1:
            return UNKNOWN
        (ty,) = types
        return ty if isinstance(ty, Adt | Prim | Reference) and not is_generic(ty) else UNKNOWN

    def given_by(self, callee: Callee) -> Ty:
        """The type of what an external function gives whose declaration we do not have."""
        crate = callee.reason.partition("::")[0]
        is_nameable = callee.resolution == "external" and not callee.bodies
        # What the language's own crates give is mostly made of what they are given.
        if not is_nameable or crate in _OWN_CRATES or not crate.isidentifier():
            return UNKNOWN
        return somewhere_in(crate)

    def of_macro(self, scope: int, call: it.MacroCall, cfg: Cfg | None) -> Callee | None:
        """A macro of the workspace, whose arms are bodies; ``None`` for any other."""
        targets = [
            target
            for target, rest in self.lookup(scope, call.path, MACROS, cfg)
            if not rest and isinstance(target, Def) and target.kind == "macro"
        ]
        if not targets:
            return None
        bodies = tuple([BodyId(target.index) for target in targets])
        if all(self.is_stub(target) for target in targets):
            return Callee("external", bodies[:MOST_CANDIDATES], targets[0].path)
        return Callee("exact" if len(bodies) == 1 else "candidates", bodies, "macro")

    def of_symbols(self, names: Iterable[str], cfg: Cfg | None) -> dict[str, Callee]:
        """The functions of the workspace among the symbols that assembly names."""
        found: dict[str, Callee] = {}
        for name in names:
            targets = [one for one in self.symbols.get(name, ()) if self.may_meet(one.cfg, cfg)]
            if targets:
                found[name] = self._judge(targets, "configurations")
        return found

    # -- what the language does by itself ------------------------------------------------------

    def drops(self, ty: Ty, cfg: Cfg | None) -> tuple[BodyId, ...]:
        """The ``Drop`` impls that run when a value of a type goes out of scope under a formula."""
        found = self._drops.of(self.as_built(ty, cfg))
        if not found:
            return ()
        return tuple(
            BodyId(index)
            for index in found
            if index not in self.excluded and self.may_meet(self.defmap.defs[index].cfg, cfg)
        )

    def range_of(self, expr: it.Range, inner: Ty) -> Ty:
        """The type of a range expression."""
        if expr.low is None or expr.high is None:
            name = "RangeFrom" if expr.low is not None else "RangeTo"
            if expr.low is None and expr.high is None:
                name = "RangeFull"
        else:
            name = "RangeInclusive" if expr.is_inclusive else "Range"
        target = self.facts.types.get(name)
        return UNKNOWN if target is None else Adt(target, (inner,))

    def formats(self, macro: str) -> bool:
        """Whether a macro formats its arguments."""
        return macro in self.facts.formatting

    def macro_type(self, name: str, types: list[Ty], body: Ty) -> Ty:
        """The type of a macro call, where the facts tell it; else that of its last expression."""
        known = self.facts.macro_types.get(name)
        if known is not None and known in _MACRO_TYPES:
            return _MACRO_TYPES[known]
        if known in ("const pointer", "mut pointer"):
            return Pointer(types[0], known.startswith("mut")) if types else UNKNOWN
        if known is not None and known.startswith("vec"):
            target = self.facts.types.get("Vec")
            return UNKNOWN if target is None else Adt(target, (types[0] if types else UNKNOWN,))
        if known is not None:
            target = self.facts.types.get(known)
            return UNKNOWN if target is None else Adt(target)
        return body

    # -- configurations and stubs --------------------------------------------------------------

    def may_meet(self, one: Cfg | None, other: Cfg | None) -> bool:
        """Whether two formulas can hold in one build."""
        return one is other or self.defmap.search.formulas.logic.may_meet(one, other)

    def is_excluded(self, target: Def | External | Primitive) -> bool:
        """Whether a definition holds in none of the builds that the run is narrowed to."""
        return isinstance(target, Def) and target.index in self.excluded

    def is_stub(self, target: Def) -> bool:
        """Whether a definition is a declaration of a crate that is not part of the workspace."""
        return target.module in self.stubs

    def is_called_outside(self, target: Def) -> bool:
        """Whether a function is an impl's of a trait that is declared outside the workspace."""
        if target.impl < 0:
            return False
        trait = self.declared.header_of(target.impl).trait
        return trait is not None and (
            trait.def_id < 0 or self.is_stub(self.defmap.defs[trait.def_id])
        )

    def is_foreign(self, target: Def) -> bool:
        """Whether a definition is declared in an ``extern`` block."""
        return isinstance(target.container, it.ForeignMod)


class CallFacts(NamedTuple):
    """What the facts about core say that names in the program mean to the walk.

    ``types`` are definitions by a short name, ``formatting`` macros that format their arguments,
    ``macro_types`` the types of macro calls: ``never``, ``unit``, ``str``, ``vec``, ``const
    pointer`` or ``mut pointer`` to the first argument, or a type; ``macro_methods`` what macros
    call on their first argument.
    """

    types: Mapping[str, int]
    formatting: frozenset[str]
    macro_types: Mapping[str, str]
    macro_methods: Mapping[str, str]
