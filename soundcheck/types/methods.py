"""Methods, associated types and dereferencing: what a type can do, by the impls there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from soundcheck.crates.definitions import Def
from soundcheck.crates.stubs import is_stub
from soundcheck.syntax import items as it
from soundcheck.types.declared import Declarations
from soundcheck.types.found import Method, Sees, has_body, only, received, takes_value
from soundcheck.types.heads import Head, head_of, pair_twins
from soundcheck.types.inherited import (
    Inherited,
    find_derived,
    index_blankets,
    index_defaults,
)
from soundcheck.types.signatures import NO_BOUNDS
from soundcheck.types.ty import (
    UNKNOWN,
    Adt,
    ArrayOf,
    ClosureOf,
    Dyn,
    FnPtr,
    Foreign,
    Never,
    Opaque,
    Param,
    Projection,
    Reference,
    Slice,
    TraitRef,
    Ty,
    Unknown,
    substitute,
    substitute_trait,
    unify,
)

Bounds = Mapping[str, tuple[TraitRef, ...]]

# `Deref` chains are short; one that leads back to itself must end.
_MOST_DEREFS = 10


class Methods:
    """Lookups over all impls of a workspace."""

    def __init__(self, declared: Declarations) -> None:
        self.declared = declared
        self.defs = declared.defmap.defs
        self.inherent: dict[Head, dict[str, list[Def]]] = defaultdict(dict)
        self.of_traits: dict[Head, dict[str, list[Def]]] = defaultdict(dict)
        self.constants: dict[Head, dict[str, list[Def]]] = defaultdict(dict)
        self.blanket_impls: list[int] = []
        self.impls_by_trait: dict[int, list[int]] = defaultdict(list)
        self.impls_by_head: dict[Head, list[int]] = defaultdict(list)
        self.members: dict[int, dict[str, list[Def]]] = defaultdict(dict)
        self.by_name: dict[str, list[Def]] = defaultdict(list)
        self.twins = pair_twins(declared.defmap)
        self.stub_traits: dict[str, list[Def]] = defaultdict(list)
        self._dereferenced: dict[Ty, Ty | None] = {}
        self._inherited: dict[Head, Inherited] = {}
        self._attributed: dict[tuple[int, str], tuple[TraitRef, Sequence[Def]] | None] = {}
        self._file()
        self._blankets = index_blankets(declared, self.members, self.blanket_impls)

    def _file(self) -> None:
        heads: list[Head] = []
        inherent: list[bool] = []
        for impl in self.declared.defmap.impls.all:
            index = impl.index
            header = self.declared.header_of(index)
            head = head_of(header.self_type)
            heads.append(head)
            inherent.append(header.trait is None)
            if header.trait is not None and impl.is_primary:
                self.impls_by_trait[header.trait.def_id].append(index)
                if head[0] == "param":
                    self.blanket_impls.append(index)
                elif head[0] != "unknown":
                    self.impls_by_head[head].append(index)
        for target in self.defs:
            if not target.is_primary:
                continue
            if target.impl >= 0:
                self._file_member(target, heads[target.impl], is_inherent=inherent[target.impl])
            elif target.kind == "function" and target.owner >= 0:
                self.by_name[target.name].append(target)
            elif target.kind == "trait":
                # Asked in this order, so that no answer depends on which body asks first.
                self.declared.direct_supertraits(target)
                if is_stub(target.file):
                    self.stub_traits[target.name].append(target)
                    self.stub_traits[f"{target.path.partition('::')[0]}!"].append(target)

    def _file_member(self, target: Def, head: Head, *, is_inherent: bool) -> None:
        name = target.name
        self.members[target.impl].setdefault(name, []).append(target)
        if target.kind == "const" and is_inherent:
            self.constants[head].setdefault(name, []).append(target)
        if target.kind != "function":
            return
        self.by_name[name].append(target)
        if head[0] == "unknown":
            return
        if is_inherent:
            self.inherent[head].setdefault(name, []).append(target)
        elif head[0] != "param":
            self.of_traits[head].setdefault(name, []).append(target)

    def find(
        self, ty: Ty, name: str, bounds: Bounds = NO_BOUNDS, sees: Sees | None = None
    ) -> list[Method]:
        """The methods that ``receiver.name()`` may mean, of those that are in sight.

        The receiver is dereferenced until something fits, as the language does it.
        """
        steps = [*self.steps(ty)]
        later: list[Method] = []
        for step in steps:
            found = received(self.declared, only(self._find_meant(step, name, bounds), sees), steps)
            if isinstance(step, Reference):
                # What a reference has by `&self`, what it refers to has before it.
                later += [one for one in found if not takes_value(one.target)]
                found = [one for one in found if takes_value(one.target)]
            if found:
                return found
        if later:
            return later
        # A blanket impl counts last: whether its trait is in scope, we do not ask.
        for step in steps:
            if found := only(self._of_blankets(step, name, bounds), sees):
                return found
        return []

    def find_associated(
        self, ty: Ty, name: str, bounds: Bounds = NO_BOUNDS, sees: Sees | None = None
    ) -> list[Method]:
        """The functions that ``Type::name`` may mean; nothing is dereferenced."""
        found = only(self._find_meant(ty, name, bounds), sees)
        return found or only(self._of_blankets(ty, name, bounds), sees)

    def find_in_impl(self, impl: int, name: str) -> list[Method]:
        """The functions of one impl, for a ``Self`` whose type nobody can name."""
        members = self.members.get(impl, {}).get(name, ())
        trait = self.declared.header_of(impl).trait if members else None
        return [Method(one, {}, UNKNOWN, trait=trait) for one in members if one.kind == "function"]

    def find_constant(self, ty: Ty, name: str) -> Ty | None:
        """The type of the associated constant ``Type::name``."""
        for index in self.impls_by_head.get(head_of(ty), ()):
            for member in self.members.get(index, {}).get(name, ()):
                if member.kind == "const":
                    return self.declared.value_type(member)
        for member in self.constants.get(head_of(ty), {}).get(name, ()):
            return self.declared.value_type(member)
        return None

    def steps(self, ty: Ty) -> Iterator[Ty]:
        """A type and what it dereferences to, one after the other; an array ends as a slice."""
        for _ in range(_MOST_DEREFS):
            yield ty
            if isinstance(ty, ArrayOf):
                yield Slice(ty.inner)
            following = self.dereference(ty)
            if following is None:
                return
            ty = following

    def _find_meant(self, ty: Ty, name: str, bounds: Bounds) -> list[Method]:
        """What a type answers in all builds, also where its name stands for another."""
        if not isinstance(ty, Adt):
            return self._find_at(ty, name, bounds)
        found: list[Method] = []
        for cfg, meant in ty.meanings or ((None, ty),):
            here = self._find_at(meant, name, bounds)
            if isinstance(meant, Adt):
                here += self._of_twins(meant, name, bounds)
            found += here if cfg is None else [replace(one, cfg=cfg) for one in here]
        return found

    def _find_at(self, ty: Ty, name: str, bounds: Bounds) -> list[Method]:
        match ty:
            case Param():
                return self._of_bounds(ty, bounds.get(ty.name, ()), name)
            case Dyn() | Opaque():
                own = self._of_impls(self.inherent.get(head_of(ty), {}).get(name, ()), ty)
                return own or self._of_bounds(ty, ty.bounds, name)
            case Projection():
                return self._of_bounds(ty, self.projected_bounds(ty), name)
        head = head_of(ty)
        found = self._of_impls(self.inherent.get(head, {}).get(name, ()), ty)
        if found:
            return found
        # An impl for all references holds for those to what has the trait itself.
        asked = bounds if isinstance(ty, Reference) else None
        found = self._of_impls(self.of_traits.get(head, {}).get(name, ()), ty, asked)
        found += self._defaults(ty, head, name, asked)
        return found or self._of_attributes(ty, name)

    def _of_twins(self, ty: Adt, name: str, bounds: Bounds) -> list[Method]:
        found: list[Method] = []
        for twin in self.twins.get(ty.def_id, ()):
            found += self._find_at(self.declared.type_of_def(twin, ty.args), name, bounds)
        return found

    def _of_attributes(self, ty: Ty, name: str) -> list[Method]:
        """The methods of the traits that a type derives, or has from the macro that makes it."""
        if not isinstance(ty, Adt):
            return []
        key = (ty.def_id, name)
        if key not in self._attributed:
            owner = self.defs[ty.def_id]
            self._attributed[key] = find_derived(self.declared, self.stub_traits, owner, name)
        found = self._attributed[key]
        if found is None:
            return []
        trait, targets = found
        known = {**self._of_trait(trait), "Self": ty}
        return [Method(one, known, ty, trait=trait) for one in targets]

    def _of_impls(self, defs: Sequence[Def], ty: Ty, asked: Bounds | None = None) -> list[Method]:
        found = []
        for target in defs:
            header = self.declared.header_of(target.impl)
            known: dict[str, Ty] = {}
            if unify(header.self_type, ty, known):
                if asked is not None and not self._satisfies(header.bounds, known, asked):
                    continue
                known["Self"] = ty
                found.append(Method(target, known, ty, trait=header.trait))
        return found

    def _defaults(self, ty: Ty, head: Head, name: str, asked: Bounds | None) -> list[Method]:
        """The default methods of the traits that have an impl for a type and none of the method."""
        inherited = self._inherited.get(head)
        if inherited is None:
            impls = self.impls_by_head.get(head, ())
            inherited = index_defaults(self.declared, self.members, impls)
            self._inherited[head] = inherited
        found = []
        for index, targets in inherited.get(name, ()):
            header = self.declared.header_of(index)
            known: dict[str, Ty] = {}
            if header.trait is not None and unify(header.self_type, ty, known):
                if asked is not None and not self._satisfies(header.bounds, known, asked):
                    continue
                trait = substitute_trait(header.trait, known)
                known = {**self._of_trait(trait), **known, "Self": ty}
                found += [Method(target, known, ty, trait=trait) for target in targets]
        return found

    def _of_trait(self, trait: TraitRef) -> dict[str, Ty]:
        """What the parameters of a trait stand for in a bound."""
        if trait.def_id < 0:
            return {}
        names = self.declared.generic_names(self.defs[trait.def_id])
        return dict(zip(names, trait.args, strict=False))

    def _of_bounds(self, ty: Ty, bounds: tuple[TraitRef, ...], name: str) -> list[Method]:
        found = []
        seen: set[int] = set()
        for bound in bounds:
            for trait in self.declared.supertraits(bound):
                if trait.def_id < 0 or trait.def_id in seen:
                    continue
                seen.add(trait.def_id)
                for target in self.declared.associated(trait.def_id).get(name, ()):
                    if target.kind == "function":
                        known = {**self._of_trait(trait), "Self": ty}
                        found.append(Method(target, known, ty, is_dispatched=True, trait=trait))
        return found

    def _of_blankets(self, ty: Ty, name: str, bounds: Bounds) -> list[Method]:
        found: list[Method] = []
        if isinstance(ty, Unknown | Never):
            return found
        for index, targets in self._blankets.get(name, ()):
            header = self.declared.header_of(index)
            known: dict[str, Ty] = {}
            if header.trait is None or header.trait.def_id < 0:
                continue
            if not unify(header.self_type, ty, known):
                continue
            if not self._satisfies(header.bounds, known, bounds):
                continue
            known["Self"] = ty
            found += [
                Method(target, {**self._of_trait(header.trait), **known}, ty, trait=header.trait)
                for target in targets
            ]
        return found

    def _satisfies(self, wanted: Bounds, known: Mapping[str, Ty], bounds: Bounds) -> bool:
        """Whether what a blanket impl's parameters stand for may meet their bounds."""
        for name, traits in wanted.items():
            ty = known.get(name, UNKNOWN)
            for trait in traits:
                if trait.def_id >= 0 and not self.implements(ty, trait.def_id, bounds):
                    return False
        return True

    def implements(self, ty: Ty, trait: int, bounds: Bounds = NO_BOUNDS, depth: int = 0) -> bool:
        """Whether a type may implement a trait; what is unknown may."""
        match ty:
            case Param():
                return any(
                    above.def_id == trait
                    for bound in bounds.get(ty.name, ())
                    for above in self.declared.supertraits(bound)
                )
            case Dyn() | Opaque():
                return any(
                    above.def_id == trait
                    for bound in ty.bounds
                    for above in self.declared.supertraits(bound)
                )
        head = head_of(ty)
        if head[0] == "unknown" or not self.declared.associated(trait):
            # Who has a trait without methods (`Copy`, `Send`), is mostly told by nobody.
            return True
        for index in self.impls_by_trait.get(trait, ()):
            header = self.declared.header_of(index)
            known: dict[str, Ty] = {}
            if not unify(header.self_type, ty, known):
                continue
            if head_of(header.self_type)[0] != "param":
                return True
            if depth < 3 and self._satisfies_deep(header.bounds, known, bounds, depth):
                return True
        return False

    def _satisfies_deep(
        self, wanted: Bounds, known: Mapping[str, Ty], bounds: Bounds, depth: int
    ) -> bool:
        return all(
            trait.def_id < 0
            or self.implements(known.get(name, UNKNOWN), trait.def_id, bounds, depth + 1)
            for name, traits in wanted.items()
            for trait in traits
        )

    def bodies(self, method: Method) -> list[Def]:
        """The bodies that a dispatched call may run: those of all impls, and the default."""
        if not method.is_dispatched or method.trait is None:
            return [method.target]
        return self.overrides(method.target)

    def overrides(self, declaration: Def) -> list[Def]:
        """A trait's method and all that impls put in its place; a mere declaration runs nowhere."""
        found = [declaration] if has_body(declaration) else []
        for index in self.impls_by_trait.get(declaration.owner, ()):
            found += self.members.get(index, {}).get(declaration.name, ())
        return found

    # -- associated types ----------------------------------------------------------------------

    def normalize(self, ty: Ty, bounds: Bounds = NO_BOUNDS, depth: int = 0) -> Ty:
        """A type with its outermost projection worked out, as far as impls and bounds tell."""
        while isinstance(ty, Projection) and depth < _MOST_DEREFS:
            found = self.project(ty.base, ty.trait, ty.name, bounds, depth + 1)
            if found is None or found == ty:
                return ty
            ty = found
            depth += 1
        return ty

    def project(
        self, base: Ty, trait: TraitRef | None, name: str, bounds: Bounds, depth: int = 0
    ) -> Ty | None:
        """The associated type ``<base as trait>::name``; ``None`` where nothing tells."""
        base = self.normalize(base, bounds, depth)
        match base:
            case Param():
                return self._bound_binding(bounds.get(base.name, ()), name)
            case Dyn() | Opaque():
                return self._bound_binding(base.bounds, name)
            case ClosureOf() if name == "Output":
                return base.ret
            case FnPtr() if name == "Output":
                return base.ret
        head = head_of(base)
        for index in (*self.impls_by_head.get(head, ()), *self.blanket_impls):
            header = self.declared.header_of(index)
            if header.trait is None:
                continue
            if trait is not None and trait.def_id >= 0 and header.trait.def_id != trait.def_id:
                continue
            for member in self.members.get(index, {}).get(name, ()):
                known: dict[str, Ty] = {}
                if member.kind != "type alias" or not isinstance(member.item, it.TypeAlias):
                    continue
                if not unify(header.self_type, base, known):
                    continue
                if head_of(header.self_type)[0] == "param" and not self._satisfies(
                    header.bounds, known, bounds
                ):
                    continue
                written = self.declared.resolve(member.item.type, self.declared.context_of(member))
                known["Self"] = base
                return self.normalize(substitute(written, known), bounds, depth + 1)
        return None

    def _bound_binding(self, bounds: tuple[TraitRef, ...], name: str) -> Ty | None:
        for bound in bounds:
            for trait in self.declared.supertraits(bound):
                for bound_name, ty in trait.bindings:
                    if bound_name == name:
                        return ty
        return None

    def projected_bounds(self, ty: Projection) -> tuple[TraitRef, ...]:
        """The bounds that a trait puts on its associated type."""
        if ty.trait is None or ty.trait.def_id < 0:
            return ()
        found: tuple[TraitRef, ...] = ()
        for member in self.declared.associated(ty.trait.def_id).get(ty.name, ()):
            if isinstance(member.item, it.TypeAlias):
                context = self.declared.context_of(member)
                found += self.declared.resolve_bounds(member.item.bounds, context)
        return found

    # -- dereferencing -------------------------------------------------------------------------

    def dereference(self, ty: Ty) -> Ty | None:
        """What ``*value`` is for a value of a type; ``None`` where it has no such thing."""
        if isinstance(ty, Reference):
            return ty.inner
        if not isinstance(ty, Adt | Foreign):
            return None
        if ty not in self._dereferenced:
            self._dereferenced[ty] = None
            self._dereferenced[ty] = self._deref_target(ty)
        return self._dereferenced[ty]

    def _deref_target(self, ty: Ty) -> Ty | None:
        for index in self.impls_by_head.get(head_of(ty), ()):
            header = self.declared.header_of(index)
            if header.trait is None or header.trait.path.rpartition("::")[2] != "Deref":
                continue
            target = self.project(ty, header.trait, "Target", NO_BOUNDS)
            if target is not None and not isinstance(target, Never):
                return target
        return None
