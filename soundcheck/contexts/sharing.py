"""Types of which several contexts have one value: by somebody's word, or by a function's gift."""

from functools import lru_cache

from soundcheck.contexts.infer import Contexts
from soundcheck.crates.stubs import is_stub
from soundcheck.syntax import items as it
from soundcheck.types.ty import Adt, Reference

# A result or an option of a reference is a reference where it matters.
_HOLDERS = frozenset({"core::option::Option", "core::result::Result"})


@lru_cache(maxsize=1)
def declared_sync(contexts: Contexts) -> frozenset[str]:
    """The paths of the types that an ``unsafe impl Sync`` tells to be shared."""
    declared, defs = contexts.world.methods.declared, contexts.world.defmap.defs
    found: set[str] = set()
    for impl in contexts.world.defmap.impls.all:
        header = declared.header_of(impl.index)
        is_sync = header.trait is not None and header.trait.path.endswith("Sync")
        if is_sync and isinstance(header.self_type, Adt):
            found.add(defs[header.self_type.def_id].path)
    return frozenset(found)


@lru_cache(maxsize=1)
def handed_out(contexts: Contexts) -> frozenset[str]:
    """The paths of the types of which functions that are given nothing lend what lives on."""
    declared, defs = contexts.world.methods.declared, contexts.world.defmap.defs
    found: set[str] = set()
    for target in defs:
        item = target.item
        if not isinstance(item, it.Function) or item.receiver or item.params:
            continue
        if is_stub(target.file):
            continue
        ty = declared.signature_of(target).ret
        while isinstance(ty, Adt) and ty.args and defs[ty.def_id].path in _HOLDERS:
            ty = ty.args[0]
        if isinstance(ty, Reference) and isinstance(ty.inner, Adt):
            found.add(defs[ty.inner.def_id].path)
    return frozenset(found)
