"""What declarations say: types of fields, statics and aliases, signatures, impl headers.

Everything is resolved on demand and remembered; nothing here looks into a body.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property

from soundcheck.crates.definitions import TYPES, Def, External, Primitive
from soundcheck.crates.defmap import DefMap
from soundcheck.syntax import items as it
from soundcheck.syntax.cfg import Cfg
from soundcheck.types.heads import place_cfg, take_turns
from soundcheck.types.signatures import Context, ImplHeader, Signature
from soundcheck.types.ty import (
    NEVER,
    PRIMITIVES,
    UNIT,
    UNKNOWN,
    Adt,
    ArrayOf,
    Dyn,
    FnPtr,
    Foreign,
    Opaque,
    Param,
    Pointer,
    Prim,
    Projection,
    Reference,
    Slice,
    TraitRef,
    TupleOf,
    Ty,
    one_of,
    somewhere_in,
    substitute,
)
from soundcheck.types.wrapping import Wrappers

_Named = Def | External | Primitive
_Targets = tuple[tuple[_Named, Cfg | None], ...]

# A constant argument that is what it is written as.
_CONSTANT = re.compile(r"true|false|-?\d+")
# An alias that leads to itself, by way of others, ends here.
_MOST_ALIASES = 16


class Declarations:
    """The declared types of a workspace, resolved as they are asked for."""

    def __init__(self, defmap: DefMap) -> None:
        self.defmap = defmap
        self._signatures: dict[int, Signature] = {}
        self._headers: dict[int, ImplHeader] = {}
        self._contexts: dict[int, Context] = {}
        self._types: dict[int, Ty] = {}
        self._fields: dict[int, Mapping[str, Ty]] = {}
        self._supertraits: dict[int, tuple[TraitRef, ...]] = {}
        self._wrappers = Wrappers(defmap)
        self._aliases = 0
        self._defaulted: set[int] = set()
        self._written: dict[tuple[int, bool, tuple[str, ...]], _Targets] = {}

    def associated(self, owner: int) -> Mapping[str, Sequence[Def]]:
        """What a trait or enum holds, by name: its items, or its variants."""
        return self.defmap.members.get(owner, {})

    # -- types as written ----------------------------------------------------------------------

    def resolve(self, ty: it.Type | None, context: Context) -> Ty:
        """What a written type means."""
        match ty:
            case it.PathType():
                return self._resolve_path(ty.path, context)
            case it.RefType():
                return Reference(self.resolve(ty.inner, context), ty.is_mut)
            case it.PtrType():
                return Pointer(self.resolve(ty.inner, context), ty.is_mut)
            case it.SliceType():
                return Slice(self.resolve(ty.inner, context))
            case it.ArrayType():
                return ArrayOf(self.resolve(ty.inner, context))
            case it.TupleType():
                return TupleOf(tuple([self.resolve(part, context) for part in ty.parts]))
            case it.FnType() if ty.sugar is not None:
                return Dyn(self.resolve_bounds((ty,), context))
            case it.FnType():
                params = tuple([self.resolve(part, context) for part in ty.params])
                ret = UNIT if ty.ret is None else self.resolve(ty.ret, context)
                return FnPtr(params, ret, ty.abi, ty.is_unsafe)
            case it.DynType():
                return Dyn(self.resolve_bounds(ty.bounds, context))
            case it.ImplType():
                return Opaque(self.resolve_bounds(ty.bounds, context))
            case it.ConstType():
                value = ty.text.strip("{} ")
                return Prim(f"={value}") if _CONSTANT.fullmatch(value) else UNKNOWN
            case it.NeverType():
                return NEVER
            case _:
                return UNKNOWN

    def resolve_bounds(self, bounds: tuple[it.Type, ...], context: Context) -> tuple[TraitRef, ...]:
        """The traits among written bounds; lifetimes and ``?Sized`` are none."""
        found = [self._resolve_bound(bound, context) for bound in bounds]
        return tuple([bound for bound in found if bound is not None])

    def _resolve_bound(self, bound: it.Type, context: Context) -> TraitRef | None:
        if isinstance(bound, it.FnType) and bound.sugar is not None:
            params = tuple([self.resolve(part, context) for part in bound.params])
            ret = UNIT if bound.ret is None else self.resolve(bound.ret, context)
            trait = self.resolve_trait(bound.sugar, context)
            return TraitRef(trait.def_id, trait.path, (TupleOf(params),), (("Output", ret),))
        if isinstance(bound, it.PathType):
            return self.resolve_trait(bound.path, context)
        return None

    def resolve_trait(self, path: it.Path, context: Context) -> TraitRef:
        """The trait that a path names, with its arguments."""
        args: tuple[Ty, ...] = ()
        bindings: tuple[tuple[str, Ty], ...] = ()
        if path.segments:
            last = path.segments[-1]
            args = self.resolve_args(last.args, context)
            bindings = tuple([(name, self.resolve(ty, context)) for name, ty in last.bindings])
        names = path.names
        for target, _ in self._targets(path, names, context):
            if isinstance(target, Def) and target.kind == "trait":
                return TraitRef(target.index, target.path, args, bindings)
            if isinstance(target, External):
                return TraitRef(-1, target.path, args, bindings)
        return TraitRef(-1, "::".join(names), args, bindings)

    def resolve_args(self, args: tuple[it.Type, ...], context: Context) -> tuple[Ty, ...]:
        """Generic arguments without the lifetimes among them."""
        return tuple(
            [self.resolve(arg, context) for arg in args if not isinstance(arg, it.LifetimeType)]
        )

    def _targets(self, path: it.Path, names: tuple[str, ...], context: Context) -> _Targets:
        """What a path without a type in front may mean, and under which formula."""
        key = (context.scope, path.is_global, names)
        known = self._written.get(key)
        if known is None:
            found = self.defmap.resolve(context.scope, path, TYPES)
            known = self._written[key] = tuple(
                (one.target, one.cfg)
                for one in found.candidates
                if not one.rest and isinstance(one.target, (Def, External, Primitive))
            )
        return known

    def _resolve_path(self, path: it.Path, context: Context) -> Ty:
        if path.qself is not None:
            return self._resolve_qualified(path, context)
        names = path.names
        if not names:
            return UNKNOWN
        first = names[0]
        if first == "Self" or first in context.generics:
            base = context.self_type if first == "Self" else Param(first)
            for name in names[1:]:
                base = Projection(base, self.trait_with(base, name, context), name)
            return base
        if len(names) == 1 and first in PRIMITIVES:
            return Prim(first)
        args = self.resolve_args(path.segments[-1].args, context)
        targets = self._targets(path, names, context)
        if len(targets) > 1 and take_turns(self.defmap, targets):
            return one_of([(cfg, self._type_of(target, args)) for target, cfg in targets])
        if targets:
            return self._type_of(targets[0][0], args)
        if len(names) > 1 and names[0] in ("core", "std", "alloc"):
            return Foreign("::".join(names), args)
        return UNKNOWN

    def _type_of(self, target: _Named, args: tuple[Ty, ...]) -> Ty:
        if isinstance(target, Def):
            return self.type_of_def(target, args)
        if isinstance(target, External):
            return self._foreign(target.path, args)
        return Prim(target.name)

    def _foreign(self, path: str, args: tuple[Ty, ...]) -> Ty:
        """A type of a crate that we do not have; its ``Result<T>`` is the library's, by custom."""
        if path.endswith("::Result") and args and self._result is not None:
            return Adt(self._result.index, (args[0], *(args[1:2] or (somewhere_in(path),))))
        return Foreign(path, args)

    @cached_property
    def _result(self) -> Def | None:
        known = (one for one in self.defmap.defs if one.name == "Result")
        return next((one for one in known if one.path == "core::result::Result"), None)

    def _resolve_qualified(self, path: it.Path, context: Context) -> Ty:
        base = self.resolve(path.qself, context)
        trait = None
        if path.trait_len:
            trait_path = it.Path(path.segments[: path.trait_len], path.is_global)
            trait = self.resolve_trait(trait_path, context)
        for name in path.names[path.trait_len :]:
            base = Projection(base, trait, name)
        return base

    def trait_with(self, base: Ty, name: str, context: Context) -> TraitRef | None:
        """The bound of a parameter that declares an associated type."""
        if not isinstance(base, Param):
            return None
        for bound in context.bounds.get(base.name, ()):
            for trait in self.supertraits(bound):
                if trait.def_id >= 0 and name in self.associated(trait.def_id):
                    # Its bindings tell no more of the projection, and may hold what it stands in.
                    return TraitRef(trait.def_id, trait.path, trait.args)
        return None

    def type_of_def(self, target: Def, args: tuple[Ty, ...]) -> Ty:
        """The type that a definition stands for, with its generic arguments."""
        if target.kind in ("struct", "enum", "union"):
            return Adt(target.index, self._with_defaults(target, args))
        if target.kind == "variant":
            return Adt(target.owner, args)
        if target.kind == "type alias" and isinstance(target.item, it.TypeAlias):
            if self._aliases > _MOST_ALIASES:
                return UNKNOWN
            self._aliases += 1
            meant = self.resolve(target.item.type, self.context_of(target))
            self._aliases -= 1
            return substitute(meant, dict(zip(_names(target.item.generics), args, strict=False)))
        if target.kind == "trait":
            return Dyn((TraitRef(target.index, target.path, args),))
        return UNKNOWN

    def _with_defaults(self, target: Def, args: tuple[Ty, ...]) -> tuple[Ty, ...]:
        if not isinstance(target.item, it.Adt):
            return args
        params = [one for one in target.item.generics.params if one.kind != "lifetime"]
        if len(args) >= len(params):
            return args
        missing = params[len(args) :]
        if target.index in self._defaulted or all(param.default is None for param in missing):
            # A default may name the type that it is a default of: `struct List<T = Box<List>>`.
            return (*args, *[UNKNOWN for _ in missing])
        self._defaulted.add(target.index)
        context = self.context_of(target)
        defaults = [
            UNKNOWN if param.default is None else self.resolve(param.default, context)
            for param in missing
        ]
        self._defaulted.remove(target.index)
        return (*args, *defaults)

    # -- where types are written ---------------------------------------------------------------

    def context_of(self, target: Def) -> Context:
        """The context of what is written in a definition."""
        known = self._contexts.get(target.index)
        if known is None:
            known = self._contexts[target.index] = self._make_context(target)
        return known

    def _make_context(self, target: Def) -> Context:
        self_type: Ty = UNKNOWN
        bounds: dict[str, tuple[TraitRef, ...]] = {}
        generics: frozenset[str] = frozenset()
        if target.impl >= 0:
            header = self.header_of(target.impl)
            self_type = header.self_type
            bounds.update(header.bounds)
            generics = frozenset(header.bounds)
        elif target.owner >= 0 and self.defmap.defs[target.owner].kind == "trait":
            outer = self.context_of(self.defmap.defs[target.owner])
            self_type, generics = outer.self_type, outer.generics
            bounds.update(outer.bounds)
        item = target.item
        if isinstance(item, it.Trait):
            self_type = Param("Self")
            generics = generics | {"Self"}
        elif isinstance(item, it.Adt):
            own = tuple(Param(name) for name in _names(item.generics))
            self_type = Adt(target.index, own)
        written = getattr(item, "generics", it.NO_GENERICS)
        return self._with_generics(target.scope, self_type, generics, bounds, written, target)

    def _with_generics(
        self,
        scope: int,
        self_type: Ty,
        generics: frozenset[str],
        bounds: dict[str, tuple[TraitRef, ...]],
        written: it.Generics,
        owner: Def | None = None,
    ) -> Context:
        if written.params:
            generics = generics | {param.name for param in written.params if param.kind == "type"}
        context = Context(scope, self_type, generics, bounds)
        if owner is not None:
            # Bounds may ask for the context that they are part of: `trait A<T: B<Self::C>>`.
            self._contexts[owner.index] = context
        if owner is not None and isinstance(owner.item, it.Trait):
            own = tuple(Param(name) for name in _names(owner.item.generics))
            bounds["Self"] = (TraitRef(owner.index, owner.path, own),)
        for param in written.params:
            if param.kind == "type":
                bounds[param.name] = self.resolve_bounds(param.bounds, context)
        for left, extra in written.predicates:
            if isinstance(left, it.PathType) and len(left.path.segments) == 1:
                name = left.path.name
                if name in generics:
                    more = self.resolve_bounds(extra, context)
                    bounds[name] = (*bounds.get(name, ()), *more)
        return context

    def header_of(self, impl: int) -> ImplHeader:
        """The declared types of an impl, by its index in the ``DefMap``."""
        known = self._headers.get(impl)
        if known is None:
            place = self.defmap.impls.all[impl]
            bounds: dict[str, tuple[TraitRef, ...]] = {}
            context = self._with_generics(
                place.scope, UNKNOWN, frozenset(), bounds, place.item.generics
            )
            self_type = self.resolve(place.item.self_type, context)
            inside = Context(place.scope, self_type, context.generics, bounds)
            trait = None
            if place.item.trait is not None:
                trait = self.resolve_trait(place.item.trait, inside)
            known = self._headers[impl] = ImplHeader(self_type, trait, bounds)
        return known

    # -- declarations --------------------------------------------------------------------------

    def signature_of(self, target: Def) -> Signature:
        """The declared types of a function."""
        known = self._signatures.get(target.index)
        if known is None:
            known = self._signatures[target.index] = self._make_signature(target)
        return known

    def _make_signature(self, target: Def) -> Signature:
        func = target.item
        context = self.context_of(target)
        if not isinstance(func, it.Function):
            return Signature((), UNKNOWN, None, context.bounds, ())
        ret: Ty = UNIT if func.ret is None else self.resolve(func.ret, context)
        if isinstance(ret, Opaque):
            ret = Opaque(ret.bounds, target.index)
        if func.is_async:
            ret = Opaque(
                (TraitRef(-1, "core::future::Future", (), (("Output", ret),)),), target.index
            )
        return Signature(
            tuple([self.resolve(param.type, context) for param in func.params]),
            ret,
            self._receiver(func, context),
            context.bounds,
            _names(func.generics),
        )

    def _receiver(self, func: it.Function, context: Context) -> Ty | None:
        if not func.receiver:
            return None
        if func.receiver_type is not None:
            return self.resolve(func.receiver_type, context)
        if func.receiver == "self":
            return context.self_type
        return Reference(context.self_type, "mut" in func.receiver)

    def fields_of(self, target: Def) -> Mapping[str, Ty]:
        """The declared types of a struct's, union's or variant's fields, by name.

        That of several of one name, each in builds of its own, has a meaning for each of them.
        """
        known = self._fields.get(target.index)
        if known is None:
            known = self._fields[target.index] = self._read_fields(target)
        return known

    def _read_fields(self, target: Def) -> Mapping[str, Ty]:
        item = target.item
        if not isinstance(item, it.Adt | it.Variant):
            return {}
        owner = self.defmap.defs[target.owner] if isinstance(item, it.Variant) else target
        context = self.context_of(owner)
        found: dict[str, list[tuple[Cfg | None, Ty]]] = {}
        for field in item.fields:
            cfg = None if field.cfg is None else place_cfg(self.defmap, target, field.cfg)
            found.setdefault(field.name, []).append((cfg, self.resolve(field.type, context)))
        return {name: one[0][1] if len(one) == 1 else one_of(one) for name, one in found.items()}

    def field_type(self, target: Def, name: str) -> Ty | None:
        """The declared type of one field."""
        return self.fields_of(target).get(name)

    def value_type(self, target: Def) -> Ty:
        """The declared type of a static or constant."""
        known = self._types.get(target.index)
        if known is None:
            item = target.item
            known = UNKNOWN
            if isinstance(item, it.Static):
                known = self.resolve(item.type, self.context_of(target))
                known = self._wrappers.wrap(self, target, known)
            self._types[target.index] = known
        return known

    def generic_names(self, target: Def) -> tuple[str, ...]:
        """The names of the type and const parameters of a definition, in order."""
        item = target.item
        if isinstance(item, it.Variant):
            item = self.defmap.defs[target.owner].item
        return _names(getattr(item, "generics", it.NO_GENERICS))

    def supertraits(self, trait: TraitRef) -> tuple[TraitRef, ...]:
        """A trait and all above it, each once, without those whose declaration we do not have."""
        found = [trait]
        for one in found:
            if one.def_id < 0 or len(found) > 40:
                continue
            target = self.defmap.defs[one.def_id]
            for above in self.direct_supertraits(target):
                if any(above.path == other.path for other in found):
                    continue
                if above.args:
                    known = dict(zip(self.generic_names(target), one.args, strict=False))
                    args = tuple([substitute(arg, known) for arg in above.args])
                    above = TraitRef(above.def_id, above.path, args, above.bindings)
                found.append(above)
        return tuple(found)

    def direct_supertraits(self, trait: Def) -> tuple[TraitRef, ...]:
        """The supertraits that a trait's declaration writes; their arguments are its own."""
        known = self._supertraits.get(trait.index)
        if known is None:
            # Where an argument is an associated type of the trait itself (`trait A: B<Self::C>`),
            # this is asked once more on the way, and then answers that it has none.
            self._supertraits[trait.index] = known = ()
            if isinstance(trait.item, it.Trait):
                context = self.context_of(trait)
                known = self.resolve_bounds(trait.item.supertraits, context)
                self._supertraits[trait.index] = known
        return known


def _names(generics: it.Generics) -> tuple[str, ...]:
    return tuple([param.name for param in generics.params if param.kind != "lifetime"])
