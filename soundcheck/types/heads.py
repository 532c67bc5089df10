"""What types are known by: their heads, the traits they derive, their twins in other builds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from soundcheck.crates.definitions import Def, External, Primitive
from soundcheck.crates.defmap import DefMap
from soundcheck.syntax.cfg import Cfg
from soundcheck.types.ty import (
    Adt,
    ArrayOf,
    ClosureOf,
    Dyn,
    FnItem,
    FnPtr,
    Foreign,
    Param,
    Pointer,
    Prim,
    Reference,
    Slice,
    TupleOf,
    Ty,
)

Head = tuple[str, int | str]

_TYPE_KINDS = frozenset({"struct", "enum", "union", "type alias"})


def head_of(ty: Ty) -> Head:
    """What impls are filed under: the outermost constructor of a type."""
    match ty:
        case Adt():
            return ("adt", ty.def_id)
        case Foreign():
            return ("foreign", ty.path)
        case Prim(name="{integer}"):
            return ("prim", "usize")
        case Prim(name="{float}"):
            return ("prim", "f64")
        case Prim():
            return ("prim", ty.name)
        case Reference():
            return ("ref", "")
        case Pointer():
            return ("ptr", "mut" if ty.is_mut else "const")
        case Slice():
            return ("slice", "")
        case ArrayOf():
            return ("array", "")
        case TupleOf():
            return ("tuple", len(ty.parts))
        case FnPtr() | FnItem() | ClosureOf():
            return ("fn", "")
        case Dyn():
            return ("dyn", ty.bounds[0].def_id if ty.bounds else -1)
        case Param():
            return ("param", "")
        case _:
            return ("unknown", "")


def derived_traits(target: Def) -> tuple[str, ...]:
    """The last names of the traits that a type derives, under whatever condition."""
    return tuple(
        word.strip().rpartition("::")[2]
        for attribute in (target.item.attributes if target.item is not None else ())
        if attribute.path == "derive"
        for word in attribute.args.strip("()").split(",")
    )


def take_turns(
    defmap: DefMap, targets: Sequence[tuple[Def | External | Primitive, Cfg | None]]
) -> bool:
    """Whether a name stands for types of several names, each in builds of its own.

    Types of one name are twins, which are known by that.
    """
    (first, own), *others = targets
    name = first.name if isinstance(first, Def) and first.kind != "type alias" else ""
    if name and all(isinstance(one, Def) and one.name == name for one, _ in others):
        return False
    logic = defmap.search.formulas.logic
    return not any(logic.may_meet(own, cfg) for _, cfg in others)


def place_cfg(defmap: DefMap, owner: Def, written: Cfg) -> Cfg:
    """A formula that is written inside a definition, with that of all around it."""
    crate = defmap.forest.crates[defmap.forest.modules[owner.module].crate]
    formulas = defmap.search.formulas
    return formulas.join(owner.cfg, formulas.place(written, crate)) or written


def pair_twins(defmap: DefMap) -> dict[int, tuple[Def, ...]]:
    """For each type, those of its name in its crate that are never in one build with it."""
    modules = defmap.forest.modules
    logic = defmap.search.formulas.logic
    named: dict[tuple[int, str], list[Def]] = defaultdict(list)
    for target in defmap.defs:
        if target.is_primary and target.kind in _TYPE_KINDS and target.cfg is not None:
            named[(modules[target.module].crate, target.name)].append(target)
    found: dict[int, tuple[Def, ...]] = {}
    for group in named.values():
        for one in group if len(group) > 1 else ():
            twins = [two for two in group if not logic.may_meet(one.cfg, two.cfg)]
            if twins:
                found[one.index] = tuple(twins)
    return found


def is_packed(target: Def) -> bool:
    """Whether a type is laid out without gaps, wherever its fields come to stand."""
    return has_repr(target, "packed")


def has_repr(target: Def, word: str) -> bool:
    """Whether a type's ``repr`` has a word in it."""
    attributes = () if target.item is None else target.item.attributes
    return any(one.path == "repr" and word in one.args for one in attributes)
