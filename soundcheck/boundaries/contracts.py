"""Which functions promise to be safe whoever calls them, and which say what they demand."""

from __future__ import annotations

import re

from soundcheck.crates.definitions import Def
from soundcheck.crates.defmap import DefMap
from soundcheck.syntax import items as it

_SAFETY = re.compile(r"^\s*#+\s*safety\b", re.IGNORECASE | re.MULTILINE)
_EXPORTING = frozenset({"no_mangle", "export_name"})


def is_open(defmap: DefMap, target: Def) -> bool:
    """Whether safe code may call a function with whatever it has.

    Not so an ``unsafe fn``, one whose documentation has a section on safety, and what belongs to
    an unsafe trait: those have a contract. What is exported or has an ABI of its own is called by
    other languages, by assembly or by hardware, which know no safety.
    """
    func = target.item
    if not isinstance(func, it.Function) or target.kind != "function" or func.is_unsafe:
        return False
    if _SAFETY.search(func.doc) or is_foreign(func):
        return False
    container = target.container
    if isinstance(container, it.Impl) and container.is_unsafe:
        return False
    trait = defmap.defs[target.owner].item if target.owner >= 0 else None
    return not (isinstance(trait, it.Trait) and trait.is_unsafe)


def is_foreign(func: it.Function) -> bool:
    """Whether a function is meant to be called from outside of Rust."""
    return bool(func.abi) or any(one.path in _EXPORTING for one in func.attributes)
