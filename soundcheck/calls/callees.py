"""What a name, a method or a value in the place of a callee stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from soundcheck.calls.sites import MOST_CANDIDATES, BodyId
from soundcheck.calls.symbols import imported_symbol, index_symbols
from soundcheck.crates.definitions import MACROS, TYPES, VALUES, Def, External, Primitive
from soundcheck.syntax import items as it
from soundcheck.syntax.cfg import Cfg
from soundcheck.types.declared import Context, Declarations, Signature
from soundcheck.types.drops import Drops
from soundcheck.types.methods import Bounds, Method, Methods
from soundcheck.types.ty import (
    NEVER,
    PRIMITIVES,
    STR,
    UNIT,
    UNKNOWN,
    Adt,
    ArrayOf,
    ClosureOf,
    Dyn,
    FnItem,
    FnPtr,
    Foreign,
    Opaque,
    Param,
    Prim,
    Projection,
    Reference,
    Slice,
    TraitRef,
    TupleOf,
    Ty,
    Unknown,
    somewhere_in,
    substitute,
)

if TYPE_CHECKING:
    from soundcheck.calls.bodies import BodyWalk

Targets = tuple[tuple[Def | External | Primitive, tuple[str, ...]], ...]

_OWN_CRATES = frozenset({"core", "alloc", "std"}) | PRIMITIVES
_CALLABLE = frozenset({"Fn", "FnMut", "FnOnce", "AsyncFn", "AsyncFnMut", "AsyncFnOnce"})


class Callee(NamedTuple):
    """What is called, and how sure that is; see ``CallSite``."""

    resolution: str
    bodies: tuple[BodyId, ...]
    reason: str


class Value(NamedTuple):
    """What a path stands for as a value.

    ``callee`` and ``signature`` are those of a call of it; a constructor has no callee. ``known``
    is what the generic parameters stand for.
    """

    ty: Ty
    callee: Callee | None = None
    signature: Signature | None = None
    known: Mapping[str, Ty] = {}
    is_constructor: bool = False


_NOTHING = Value(UNKNOWN)


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
        self._paths: dict[tuple[int, it.Path, int, Cfg | None], Targets] = {}
        self._fns_by_arity: dict[tuple[str, int], list[Def]] = {}
        self._used = self._used_crates()

    def _used_crates(self) -> frozenset[int]:
        """The crates that crates of the workspace can name."""
        search = self.defmap.search
        return frozenset(
            self._crate_of(entry.target)
            for crate, externs in zip(search.forest.crates, search.externs, strict=True)
            if crate.module not in self.stubs
            for entries in externs.values()
            for entry in entries
            if isinstance(entry.target, Def)
        )

    def _crate_of(self, target: Def) -> int:
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

    def value_of(self, walk: BodyWalk, path: it.Path) -> Value:
        """What a path stands for as a value, in a body."""
        context = walk.context
        names = path.names
        cfg = walk.place.cfg
        if path.qself is not None:
            return self._of_qualified(walk, path)
        if not names:
            return _NOTHING
        if names[0] == "Self" or names[0] in context.generics:
            return self._of_own(walk, path)
        targets = self.lookup(context.scope, path, VALUES, cfg)
        if not targets:
            return Value(UNKNOWN, Callee("unknown", (), "name not found"))
        whole = [target for target, rest in targets if not rest and isinstance(target, Def)]
        if whole:
            return self._of_defs(walk, whole, path)
        for target, rest in targets:
            if isinstance(target, External):
                name = "::".join((target.path, *rest))
                return Value(UNKNOWN, Callee("external", (), name))
            if isinstance(target, Primitive) and rest:
                return self._of_type(walk, Prim(target.name), rest[0], path)
            if isinstance(target, Def) and rest:
                return self._behind(walk, target, rest, path)
        return Value(UNKNOWN, Callee("unknown", (), "name not found"))

    def _behind(self, walk: BodyWalk, target: Def, rest: tuple[str, ...], path: it.Path) -> Value:
        """What a type, trait or alias answers for the names behind it."""
        if target.kind == "enum" and len(rest) == 1:
            variants = self.variants(target, rest[0])
            if variants:
                return self._of_defs(walk, variants, path)
        if target.kind == "trait":
            return self._of_trait(walk, target, rest[0], UNKNOWN, path)
        index = len(path.segments) - len(rest) - 1
        written = path.segments[index].args if 0 <= index < len(path.segments) else ()
        args = self.declared.resolve_args(written, walk.context)
        ty = self.declared.type_of_def(target, args)
        return self._of_type(walk, ty, rest[0], path)

    def _of_own(self, walk: BodyWalk, path: it.Path) -> Value:
        """``Self``, ``Self::name`` and ``T::name``."""
        names = path.names
        base: Ty = walk.context.self_type if names[0] == "Self" else Param(names[0])
        if len(names) == 1:
            if isinstance(base, Adt):
                return self._of_defs(walk, [self.defmap.defs[base.def_id]], path, base)
            return _NOTHING
        for name in names[1:-1]:
            trait = self.declared.trait_with(base, name, walk.context)
            base = walk.methods.normalize(Projection(base, trait, name), walk.bounds)
        if isinstance(base, Adt):
            variants = self.variants(self.defmap.defs[base.def_id], names[-1])
            if variants:
                return self._of_defs(walk, variants, path, base)
        if isinstance(base, Unknown) and len(names) == 2:
            found = self.methods.find_in_impl(walk.place.owner.impl, names[1])
            if found:
                return self._of_methods(walk, found, path)
        return self._of_type(walk, base, names[-1], path)

    def _of_qualified(self, walk: BodyWalk, path: it.Path) -> Value:
        base = walk.ty(path.qself)
        if not path.trait_len:
            return self._of_type(walk, base, path.name, path)
        trait = it.Path(path.segments[: path.trait_len], path.is_global)
        reference = self.declared.resolve_trait(trait, walk.context)
        between = path.names[path.trait_len : -1]
        if between:
            for name in between:
                base = walk.methods.normalize(Projection(base, reference, name), walk.bounds)
            return self._of_type(walk, base, path.name, path)
        if reference.def_id < 0:
            return Value(UNKNOWN, Callee("external", (), f"{reference.path}::{path.name}"))
        return self._of_trait(walk, self.defmap.defs[reference.def_id], path.name, base, path)

    def _of_trait(self, walk: BodyWalk, trait: Def, name: str, base: Ty, path: it.Path) -> Value:
        """``Trait::name`` and ``<T as Trait>::name``: the impl's, if the type is known."""
        if not isinstance(base, Unknown | Param):
            found = [
                one
                for one in self.methods.find(base, name, walk.bounds)
                if one.trait is not None and one.trait.def_id == trait.index
            ]
            if found:
                return self._of_methods(walk, found, path)
        declared = [
            one
            for one in self.declared.associated(trait.index).get(name, ())
            if one.kind == "function"
        ]
        reference = TraitRef(trait.index, trait.path)
        found = [
            Method(one, {"Self": base}, base, is_dispatched=True, trait=reference)
            for one in declared
        ]
        if not found:
            return Value(UNKNOWN, Callee("unknown", (), f"no {name} in the trait"))
        return self._of_methods(walk, found, path)

    def _of_type(self, walk: BodyWalk, ty: Ty, name: str, path: it.Path) -> Value:
        """``Type::name``: a method, a constructor function, a constant."""
        ty = walk.methods.normalize(ty, walk.bounds)
        if isinstance(ty, Foreign):
            return Value(UNKNOWN, Callee("external", (), f"{ty.path}::{name}"))
        found = self.methods.find_associated(ty, name, walk.bounds)
        if found:
            return self._of_methods(walk, found, path)
        constant = self.methods.find_constant(ty, name)
        if constant is not None:
            return Value(constant)
        outside = self.outside(ty)
        if outside:
            return Value(UNKNOWN, Callee("external", (), f"{outside}::{name}"))
        if isinstance(ty, Unknown):
            return Value(UNKNOWN, Callee("unknown", (), "the type is not known"))
        return Value(UNKNOWN, Callee("unknown", (), f"no {name} among the methods of the type"))

    def twin_of(self, ty: Adt, cfg: Cfg | None) -> Def:
        """What the name of a type stands for under a formula."""
        own = self.defmap.defs[ty.def_id]
        if self.may_meet(own.cfg, cfg):
            return own
        twins = self.methods.twins.get(ty.def_id, ())
        return next((one for one in twins if self.may_meet(one.cfg, cfg)), own)

    def of_build(self, found: list[Method], cfg: Cfg | None) -> list[Method]:
        """The methods that are there under a formula; all of them if none is."""
        return [one for one in found if self.may_meet(one.target.cfg, cfg)] or found

    def _of_methods(self, walk: BodyWalk, found: list[Method], path: it.Path) -> Value:
        found = self.of_build(found, walk.place.cfg)
        first = found[0]
        signature = self.declared.signature_of(first.target)
        known = dict(first.known)
        written = path.segments[-1].args if path.segments else ()
        if written:
            own = self.declared.resolve_args(written, walk.context)
            known.update(zip(signature.own, own, strict=False))
        callee = self.of_methods(found, walk.place.cfg)
        ty = FnItem(first.target.index, tuple(sorted(known.items(), key=lambda pair: pair[0])))
        return Value(ty, callee, signature, known)

    def _of_defs(
        self, walk: BodyWalk, targets: list[Def], path: it.Path, base: Ty = UNKNOWN
    ) -> Value:
        first = targets[0]
        if first.kind in ("static", "const"):
            return Value(self.methods.normalize(self.declared.value_type(first)))
        written = path.segments[-1].args if path.segments else ()
        args = self.declared.resolve_args(written, walk.context)
        if first.kind in ("struct", "variant", "enum", "union"):
            return self._of_constructor(walk, first, path, base)
        if first.kind != "function":
            return _NOTHING
        signature = self.declared.signature_of(first)
        known: dict[str, Ty] = dict(zip(signature.own, args, strict=False))
        callee = self.of_defs(targets)
        ty = FnItem(first.index, tuple(sorted(known.items(), key=lambda pair: pair[0])))
        return Value(ty, callee, signature, known)

    def _of_constructor(self, walk: BodyWalk, target: Def, path: it.Path, base: Ty) -> Value:
        """A tuple struct or variant as a function, a unit one as a value."""
        owner = target.owner if target.kind == "variant" else target.index
        names = self.declared.generic_names(target)
        known: dict[str, Ty] = {}
        written: tuple[it.Type, ...] = ()
        for segment in path.segments[-2:]:
            written = segment.args or written
        given = self.declared.resolve_args(written, walk.context)
        if isinstance(base, Adt):
            given = base.args
        known.update(zip(names, given, strict=False))
        result = Adt(owner, tuple([Param(name) for name in names]))
        item = target.item
        form = item.form if isinstance(item, it.Adt | it.Variant) else ""
        if form != "tuple":
            filled = {name: known.get(name, UNKNOWN) for name in names}
            return Value(substitute(result, filled))
        types = self.declared.fields_of(target)
        params = tuple([types[name] for name in sorted(types, key=int)])
        signature = Signature(params, result, None, dict.fromkeys(names, ()), names)
        return Value(FnPtr(params, result), None, signature, known, is_constructor=True)

    # -- callees -------------------------------------------------------------------------------

    def of_defs(self, targets: Sequence[Def]) -> Callee:
        """A call of functions that a path names: one, or one for each configuration."""
        return self._judge(targets, "configurations")

    def of_methods(self, found: Sequence[Method], cfg: Cfg | None) -> Callee:
        """A call of methods: what of them may run under a formula."""
        bodies: dict[int, Def] = {}
        is_dispatched = False
        for method in found:
            is_dispatched = is_dispatched or method.is_dispatched
            for target in self.methods.bodies(method):
                if self.may_meet(target.cfg, cfg) and not self.is_excluded(target):
                    bodies[target.index] = target
        targets = list(bodies.values())
        if not targets:
            declared = found[0].target
            if self.is_stub(declared):
                return Callee("external", (BodyId(declared.index),), declared.path)
            reason = f"no impl of {declared.path}" if is_dispatched else "other configurations"
            return Callee("unknown", (), reason)
        own = [target for target in targets if not self.is_stub(target)]
        if is_dispatched and own and len(own) < len(targets):
            targets = own
        return self._judge(targets, "dispatch" if is_dispatched else "impls")

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

    def by_name(self, receiver: Ty, name: str, arity: int, cfg: Cfg | None) -> Callee:
        """A method on a receiver that nobody can type: those of its name, if they are few."""
        outside = self.outside(receiver)
        if outside and not outside.endswith("::_"):
            return Callee("external", (), f"{outside}::{name}")
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
            if self.may_meet(target.cfg, cfg)
            and not self.is_excluded(target)
            and (not self.is_stub(target) or self._crate_of(target) in self._used)
        ]
        own = [one for one in fitting if not self.is_stub(one) and _has_body(one)]
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
        return ty if isinstance(ty, Adt | Prim | Reference) and not _is_generic(ty) else UNKNOWN

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

    # -- values that can be called -------------------------------------------------------------

    def body_of(self, ty: Ty, owner: Def) -> BodyId | None:
        """The body that a value of a type runs when called, as far as the type tells."""
        while isinstance(ty, Reference):
            ty = ty.inner
        if isinstance(ty, ClosureOf):
            return BodyId(owner.index, ty.start)
        if isinstance(ty, FnItem) and self.defmap.defs[ty.def_id].kind == "function":
            return BodyId(ty.def_id)
        if isinstance(ty, Adt) and len(ty.args) == 1 and isinstance(ty.args[0], ClosureOf):
            # Box::new(|| …), Arc::new(async { … }): the pointer is as good as what it owns.
            return BodyId(owner.index, ty.args[0].start)
        return None

    def arity_of(self, ty: Ty) -> int:
        """How many arguments a function value takes; -1 where that is not known."""
        while isinstance(ty, Reference):
            ty = ty.inner
        if isinstance(ty, Adt) and len(ty.args) == 1:
            ty = ty.args[0]
        if isinstance(ty, ClosureOf):
            return len(ty.params)
        if isinstance(ty, FnItem):
            signature = self.declared.signature_of(self.defmap.defs[ty.def_id])
            return len(signature.params) + (signature.receiver is not None)
        return -1

    def called_types(self, ty: Ty, bounds: Bounds) -> tuple[tuple[Ty, ...], Ty]:
        """The parameters and the result of a call of a value."""
        for step in self.methods.steps(ty):
            match step:
                case FnPtr() | ClosureOf():
                    return step.params, step.ret
                case FnItem():
                    signature = self.declared.signature_of(self.defmap.defs[step.def_id])
                    known = dict(step.args)
                    params = tuple([substitute(one, known) for one in signature.params])
                    return params, substitute(signature.ret, known)
                case Param():
                    return _callable(bounds.get(step.name, ()))
                case Dyn() | Opaque():
                    return _callable(step.bounds)
        return (), UNKNOWN

    def awaited(self, walk: BodyWalk, ty: Ty) -> tuple[Callee, Ty]:
        """What runs when a future of a type is awaited, and what that gives."""
        for step in self.methods.steps(ty):
            if isinstance(step, ClosureOf):
                body = BodyId(walk.place.owner.index, step.start)
                return Callee("exact", (body,), ""), step.ret
            if isinstance(step, Opaque):
                bindings = [pair for bound in step.bounds for pair in bound.bindings]
                result = next((one for name, one in bindings if name == "Output"), UNKNOWN)
                if step.body >= 0:
                    return Callee("exact", (BodyId(step.body),), ""), result
                return Callee("unknown", (), "a future of an opaque type"), result
        for name in ("poll", "into_future"):
            found = self.methods.find(ty, name, walk.bounds)
            if found:
                output = self.methods.project(ty, None, "Output", walk.bounds)
                callee = self.of_methods(found, walk.place.cfg)
                return callee, UNKNOWN if output is None else output
        return Callee("unknown", (), "the type of the future is not known"), UNKNOWN

    # -- what the language does by itself ------------------------------------------------------

    def drops(self, ty: Ty) -> tuple[int, ...]:
        """The ``Drop`` impls that run when a value of a type goes out of scope."""
        return self._drops.of(ty)

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
        if known == "never":
            return NEVER
        if known == "str":
            return Reference(STR)
        if known == "unit":
            return UNIT
        if known is not None and known.startswith("vec"):
            target = self.facts.types.get("Vec")
            return UNKNOWN if target is None else Adt(target, (types[0] if types else UNKNOWN,))
        if known is not None:
            target = self.facts.types.get(known)
            return UNKNOWN if target is None else Adt(target)
        del types
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

    def is_foreign(self, target: Def) -> bool:
        """Whether a definition is declared in an ``extern`` block."""
        return isinstance(target.container, it.ForeignMod)


class CallFacts(NamedTuple):
    """What the facts about core say that names in the program mean to the walk.

    ``types`` are definitions by a short name, ``formatting`` macros that format their arguments,
    ``macro_types`` the types of macro calls: ``never``, ``unit``, ``str``, ``vec``, or a type.
    """

    types: Mapping[str, int]
    formatting: frozenset[str]
    macro_types: Mapping[str, str]


def _callable(bounds: Iterable[TraitRef]) -> tuple[tuple[Ty, ...], Ty]:
    for bound in bounds:
        if bound.path.rpartition("::")[2] in _CALLABLE and bound.args:
            params = bound.args[0]
            ret = bound.bindings[0][1] if bound.bindings else UNIT
            return (params.parts if isinstance(params, TupleOf) else ()), ret
    return (), UNKNOWN


def _has_body(target: Def) -> bool:
    return isinstance(target.item, it.Function) and target.item.body is not None


def _is_generic(ty: Ty) -> bool:
    match ty:
        case Param() | Projection():
            return True
        case Adt():
            return any(_is_generic(arg) for arg in ty.args)
        case Reference():
            return _is_generic(ty.inner)
        case _:
            return False
