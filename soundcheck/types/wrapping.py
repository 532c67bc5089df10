"""What a macro wraps the types of the statics in that it is given: ``per_cpu! { static A: T }``."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from soundcheck.crates.definitions import Def
from soundcheck.crates.defmap import DefMap
from soundcheck.syntax import items as it
from soundcheck.types.ty import Ty, substitute

if TYPE_CHECKING:
    from soundcheck.types.declared import Declarations


class Wrapper(NamedTuple):
    """The type that a macro's definition writes for a static, and the name in it for what is given.

    ``macro`` is the definition, in whose scope the type is written.
    """

    macro: Def
    type: it.Type
    name: str


class Wrappers:
    """The wrappers of a workspace's macros, by the macros' names."""

    def __init__(self, defmap: DefMap) -> None:
        self._modules = defmap.forest.modules
        self._known: dict[str, list[Wrapper]] = defaultdict(list)
        for target in defmap.defs:
            if isinstance(target.item, it.MacroDef) and target.is_primary:
                found = _wrapper(target, target.item)
                if found is not None:
                    self._known[target.name].append(found)

    def wrap(self, declared: Declarations, target: Def, given: Ty) -> Ty:
        """The type of a static that is given to a macro with some type: that type, or around it."""
        wrapper = self._of(target)
        if wrapper is None:
            return given
        outside = declared.context_of(wrapper.macro)
        inside = msgspec.structs.replace(outside, generics=frozenset({wrapper.name}))
        return substitute(declared.resolve(wrapper.type, inside), {wrapper.name: given})

    def _of(self, target: Def) -> Wrapper | None:
        """The wrapper of a static among the tokens of a macro call; the own crate's macro first."""
        call = target.container
        if not isinstance(call, it.MacroItem) or target.is_made:
            return None
        found = self._known.get(call.name.rpartition("::")[2].strip(), [])
        crate = self._modules[target.module].crate
        own = [one for one in found if self._modules[one.macro.module].crate == crate]
        return next(iter(own or found), None)


def _wrapper(macro: Def, item: it.MacroDef) -> Wrapper | None:
    """The first type that an arm writes around the type which its static is given."""
    for arm in item.arms:
        kinds = dict(arm.fragments)
        for one in arm.items:
            if not isinstance(one, it.Static) or kinds.get(one.name) != "ident":
                continue
            if isinstance(one.type, it.PathType) and one.type.path.segments:
                for arg in one.type.path.segments[-1].args:
                    name = arg.path.name if isinstance(arg, it.PathType) else ""
                    if kinds.get(name) == "ty":
                        return Wrapper(macro, one.type, name)
    return None
