"""Which functions promise to be safe whoever calls them, and which say what they demand."""

from __future__ import annotations

import re

from soundcheck.boundaries.facts import ValueFacts, is_named
from soundcheck.crates.definitions import Def
from soundcheck.crates.defmap import DefMap
from soundcheck.syntax import items as it

_SAFETY = re.compile(r"^\s*#+\s*safety\b", re.IGNORECASE | re.MULTILINE)
_HEADING = re.compile(r"^\s*#+\s", re.MULTILINE)
# Attributes of this tool say what a function demands, and where that was seen to.
_TAGS = "safety::"
_EXPORTING = frozenset({"no_mangle", "export_name"})


def is_open(defmap: DefMap, target: Def) -> bool:
    """Whether safe code may call a function with whatever it has.

    Not so an ``unsafe fn``, one whose documentation has a section on safety or whose attributes
    tell one, and what belongs to an unsafe trait: those have a contract. What is exported or has
    an ABI of its own is called by other languages, by assembly or by hardware, which know no
    safety.
    """
    func = target.item
    if not isinstance(func, it.Function) or target.kind != "function" or func.is_unsafe:
        return False
    if _SAFETY.search(func.doc) or is_foreign(func) or is_tagged(func):
        return False
    container = target.container
    if isinstance(container, it.Impl) and container.is_unsafe:
        return False
    trait = defmap.defs[target.owner].item if target.owner >= 0 else None
    return not (isinstance(trait, it.Trait) and trait.is_unsafe)


def is_foreign(func: it.Function) -> bool:
    """Whether a function is meant to be called from outside of Rust."""
    return bool(func.abi) or any(one.path in _EXPORTING for one in func.attributes)


def section_of(defmap: DefMap, target: Def) -> str:
    """What the documentation of a function says under *Safety*; that of its trait's, if none."""
    for one in (target, *_declared(defmap, target)):
        doc = one.item.doc if isinstance(one.item, it.Function) else ""
        found = _SAFETY.search(doc)
        if found is not None:
            return _HEADING.split(doc[found.end() :], maxsplit=1)[0]
    return ""


def _declared(defmap: DefMap, target: Def) -> list[Def]:
    """The declarations, in traits of the workspace, of what an impl defines."""
    if target.impl < 0:
        return []
    traits = [one for one in defmap.impls.all[target.impl].traits if isinstance(one, int)]
    return [one for trait in traits for one in defmap.members.get(trait, {}).get(target.name, ())]


def is_tagged(func: it.Function) -> bool:
    """Whether a function's attributes say what it demands: ``#[safety::requires(…)]``."""
    return any(one.path.startswith(_TAGS) for one in func.attributes)


def takes_token(target: Def, values: ValueFacts) -> bool:
    """Whether a function is given a value that proves in what state it runs."""
    func = target.item
    if not isinstance(func, it.Function):
        return False
    types = [param.type for param in func.params]
    container = target.container
    if func.receiver and isinstance(container, it.Impl):
        types.append(container.self_type)
    return any(is_named(_name_of(ty), values.tokens) for ty in types if ty is not None)


def _name_of(ty: it.Type) -> str:
    while isinstance(ty, it.RefType):
        ty = ty.inner
    return "::".join(ty.path.names) if isinstance(ty, it.PathType) else ""
