"""Auto traits: whether a type is ``Send`` or ``Sync``, as far as its declarations tell.

The rules are those of the Rust Reference, "Auto traits": an explicit impl, negative or not, has
the word; without one a type is what all its fields are. Of a stub's type without fields nothing
is known unless an impl tells it: such a field list is short because it is not the whole truth.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping

from soundcheck.crates.definitions import Def
from soundcheck.crates.stubs import is_stub
from soundcheck.syntax import items as it
from soundcheck.types.heads import head_of
from soundcheck.types.lending import fields_of
from soundcheck.types.methods import Bounds, Methods
from soundcheck.types.signatures import NO_BOUNDS
from soundcheck.types.ty import (
    UNKNOWN,
    Adt,
    ArrayOf,
    Dyn,
    FnItem,
    FnPtr,
    Never,
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
    Unknown,
    substitute,
    unify,
)

SEND = "core::marker::Send"
SYNC = "core::marker::Sync"

# Types nest as deep as people write them; what is deeper is generated or feeds itself.
_DEEPEST = 24
# No type that somebody wrote takes more questions than this.
_MOST_QUESTIONS = 20_000
_NO_ASSUMPTION = 1 << 30


class Verdict(enum.Enum):
    """Whether a type has a trait; of a generic one, for everything its bounds let in."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """``YES`` only if all are, ``NO`` if one is."""
    found = Verdict.YES
    for verdict in verdicts:
        if verdict is Verdict.NO:
            return Verdict.NO
        if verdict is Verdict.UNKNOWN:
            found = Verdict.UNKNOWN
    return found


def _agreed(verdicts: Iterable[Verdict]) -> Verdict:
    """What all say; ``UNKNOWN`` where one build says this and another that."""
    found = set(verdicts)
    return found.pop() if len(found) == 1 else Verdict.UNKNOWN


def _is_for_all(pattern: Ty, ty: Adt) -> bool:
    """Whether an impl's type has a parameter, too, wherever a type has one."""
    args = pattern.args if isinstance(pattern, Adt) else ()
    return not any(
        isinstance(arg, Param) and not isinstance(own, Param | Unknown)
        for own, arg in zip(args, ty.args, strict=False)
    )


class AutoTraits:
    """Auto traits by type, remembered."""

    def __init__(self, methods: Methods) -> None:
        self.methods = methods
        self._declared = methods.declared
        self._defs = methods.defs
        self._traits = {
            target.path: target.index
            for target in reversed(self._defs)
            if target.kind == "trait" and target.path in (SEND, SYNC)
        }
        self._known: dict[tuple[object, ...], dict[tuple[str, Ty], Verdict]] = {}
        # Of the question in progress: what is answered for good under its bounds, how much was
        # asked, and the outermost assumption that the present answer leans on.
        self._answers: dict[tuple[str, Ty], Verdict] = {}
        self._asked = 0
        self._low = _NO_ASSUMPTION

    def is_send(self, ty: Ty, bounds: Bounds = NO_BOUNDS) -> Verdict:
        """Whether a value of the type may move to another thread."""
        return self.has(SEND, ty, bounds)

    def is_sync(self, ty: Ty, bounds: Bounds = NO_BOUNDS) -> Verdict:
        """Whether several threads may share a value of the type."""
        return self.has(SYNC, ty, bounds)

    def has(self, trait: str, ty: Ty, bounds: Bounds = NO_BOUNDS) -> Verdict:
        """Whether a type has the trait ``SEND`` or ``SYNC``, its parameters bounded as told."""
        self._begin(bounds)
        return self._has(trait, ty, bounds, ())

    def given(self, trait: str, owner: Def, params: Mapping[str, tuple[str, ...]]) -> Verdict:
        """Whether a type has a trait, where its parameters have these besides what it demands."""
        bounds = self._declared.context_of(owner).bounds
        for name, traits in params.items():
            bounds = self.grant(bounds, name, *traits)
        args = tuple(Param(name) for name in self._declared.generic_names(owner))
        return self.has(trait, Adt(owner.index, args), bounds)

    def by_fields(self, trait: str, target: Def, bounds: Bounds = NO_BOUNDS) -> Verdict:
        """What a struct, enum or union would be without an explicit impl.

        ``bounds`` are those of the parameters that it declares itself.
        """
        args = tuple(Param(name) for name in self._declared.generic_names(target))
        self._begin(bounds)
        return self._by_fields(trait, Adt(target.index, args), bounds, ())

    def _begin(self, bounds: Bounds) -> None:
        """Begin a question; what was answered under the same bounds need not be asked again."""
        key = tuple(sorted(bounds.items())) if bounds else ()
        self._answers = self._known.setdefault(key, {})
        self._asked = 0
        self._low = _NO_ASSUMPTION

    def bound(self, trait: str, name: str, bounds: Bounds) -> Verdict:
        """Whether the bounds of a parameter demand a trait, of themselves or by a supertrait."""
        found = Verdict.NO
        for one in bounds.get(name, ()):
            for above in self._declared.supertraits(one):
                if self._is(above, trait):
                    return Verdict.YES
                if above.def_id < 0:
                    found = Verdict.UNKNOWN
        return found

    def grant(self, bounds: Bounds, name: str, *traits: str) -> Bounds:
        """The bounds, and of one parameter some more."""
        more = tuple(TraitRef(self._traits.get(trait, -1), trait) for trait in traits)
        return {**bounds, name: (*bounds.get(name, ()), *more)}

    def _is(self, one: TraitRef, trait: str) -> bool:
        if one.def_id >= 0:
            return one.def_id == self._traits.get(trait)
        return one.path.rpartition("::")[2] == trait.rpartition("::")[2]

    def _has(self, trait: str, ty: Ty, bounds: Bounds, around: tuple[Ty, ...]) -> Verdict:
        # A type is assumed to have the trait while the question is whether it does.
        if ty in around:
            self._low = min(self._low, around.index(ty))
            return Verdict.YES
        known = self._answers.get((trait, ty))
        if known is not None:
            return known
        self._asked += 1
        if len(around) > _DEEPEST or self._asked > _MOST_QUESTIONS:
            # Of the types around it this tells nothing for good.
            self._low = -1
            return Verdict.UNKNOWN
        outer, self._low = self._low, _NO_ASSUMPTION
        verdict = self._judge(trait, ty, bounds, (*around, ty))
        # What is not even so by an assumption is not so without it.
        if self._low >= len(around) or verdict is Verdict.NO:
            self._answers[trait, ty] = verdict
            self._low = outer
        else:
            self._low = min(outer, self._low)
        return verdict

    def _judge(self, trait: str, ty: Ty, bounds: Bounds, around: tuple[Ty, ...]) -> Verdict:
        match ty:
            case Prim() | Never() | FnPtr() | FnItem():
                return Verdict.YES
            case Pointer():
                return Verdict.NO
            case Reference():
                # `&T` may go where `T` may be shared.
                wanted = trait if ty.is_mut else SYNC
                return self._has(wanted, ty.inner, bounds, around)
            case Slice() | ArrayOf():
                return self._has(trait, ty.inner, bounds, around)
            case TupleOf():
                return all_of([self._has(trait, part, bounds, around) for part in ty.parts])
            case Param():
                return self.bound(trait, ty.name, bounds)
            case Dyn():
                return self._of_bounds(trait, ty.bounds, Verdict.NO)
            case Opaque():
                return self._of_bounds(trait, ty.bounds, Verdict.UNKNOWN)
            case Projection():
                return self._of_projection(trait, ty, bounds, around)
            case Adt():
                return self._of_adt(trait, ty, bounds, around)
            case _:
                return Verdict.UNKNOWN

    def _of_bounds(self, trait: str, traits: tuple[TraitRef, ...], otherwise: Verdict) -> Verdict:
        found = self.bound(trait, "", {"": traits})
        return otherwise if found is Verdict.NO else found

    def _of_projection(
        self, trait: str, ty: Projection, bounds: Bounds, around: tuple[Ty, ...]
    ) -> Verdict:
        meant = self.methods.normalize(ty, bounds)
        if not isinstance(meant, Projection):
            return self._has(trait, meant, bounds, around)
        found = self.bound(trait, "", {"": self.methods.projected_bounds(meant)})
        # A `where` clause may say it of the projection, which we do not see here.
        return found if found is Verdict.YES else Verdict.UNKNOWN

    def _of_adt(self, trait: str, ty: Adt, bounds: Bounds, around: tuple[Ty, ...]) -> Verdict:
        verdicts = [self._of_one(trait, ty, bounds, around)]
        for twin in self.methods.twins.get(ty.def_id, ()):
            meant = self._declared.type_of_def(twin, ty.args)
            if isinstance(meant, Adt) and meant.def_id == twin.index:
                # Not the twins of the twin: this type is among them.
                verdicts.append(self._of_one(trait, meant, bounds, (*around, meant)))
            else:
                verdicts.append(self._has(trait, meant, bounds, around))
        verdicts += [self._has(trait, meant, bounds, around) for _, meant in ty.meanings]
        return _agreed(verdicts)

    def _of_one(self, trait: str, ty: Adt, bounds: Bounds, around: tuple[Ty, ...]) -> Verdict:
        target = self._defs[ty.def_id]
        always: list[Verdict] = []
        sometimes: list[Verdict] = []
        for index in self.methods.impls_by_head.get(head_of(ty), ()):
            header = self._declared.header_of(index)
            if header.trait is None or not self._is(header.trait, trait):
                continue
            impl = self._declared.defmap.impls.all[index]
            verdict = Verdict.NO
            known: dict[str, Ty] = {}
            if unify(header.self_type, ty, known) and not impl.item.is_negative:
                verdict = self._meets(header.bounds, known, bounds, around)
                if not _is_for_all(header.self_type, ty):
                    verdict = Verdict.UNKNOWN
            is_always = impl.cfg is None or impl.cfg == target.cfg
            (always if is_always else sometimes).append(verdict)
        if Verdict.YES in always:
            return Verdict.YES
        if sometimes:
            rest = all_of(always) if always else self._by_fields(trait, ty, bounds, around)
            return _agreed([*sometimes, rest])
        if always:
            return _agreed(always)
        return self._by_fields(trait, ty, bounds, around)

    def _meets(
        self, wanted: Bounds, known: Mapping[str, Ty], bounds: Bounds, around: tuple[Ty, ...]
    ) -> Verdict:
        """Whether what an impl's parameters stand for is as ``Send`` and ``Sync`` as demanded."""
        verdicts = []
        for name, traits in wanted.items():
            ty = known.get(name, UNKNOWN)
            verdicts += [
                self._has(trait, ty, bounds, around)
                for trait in (SEND, SYNC)
                if self.bound(trait, "", {"": traits}) is Verdict.YES
            ]
        return all_of(verdicts)

    def _by_fields(self, trait: str, ty: Adt, bounds: Bounds, around: tuple[Ty, ...]) -> Verdict:
        target = self._defs[ty.def_id]
        known = dict(zip(self._declared.generic_names(target), ty.args, strict=False))
        if not self._is_told(target):
            return Verdict.UNKNOWN
        verdicts = []
        for field, declared in fields_of(self.methods, target):
            inner = self.methods.normalize(substitute(declared, known), bounds)
            verdict = self._has(trait, inner, bounds, around)
            if field.cfg is not None and verdict is Verdict.NO:
                verdict = Verdict.UNKNOWN
            verdicts.append(verdict)
        return all_of(verdicts)

    def _is_told(self, target: Def) -> bool:
        """Whether all fields of a type are there to be seen."""
        item = target.item
        if not isinstance(item, it.Adt):
            return False
        if target.kind == "enum":
            members = self._declared.associated(target.index).values()
            variants = [one for some in members for one in some if one.kind == "variant"]
            return len(variants) >= len(item.variants)
        is_rewritten = isinstance(target.container, it.MacroItem) and not target.is_made
        return bool(item.fields) or not (is_stub(target.file) or is_rewritten)
