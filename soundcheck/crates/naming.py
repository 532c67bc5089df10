"""The full names of items: ``krate::module::Type::method``, and ``#2`` for the second of a name."""

from collections.abc import Mapping

from soundcheck.crates.modules import ModuleForest
from soundcheck.syntax.items import ExternCrate, ForeignMod, Impl, MacroItem, Module, Use

# These carry a name that is another item's, or their surroundings': no twins of it.
_LENT = (Impl, ForeignMod, MacroItem, Module)
_UNNAMED = (Use, ExternCrate)


def name_items(forest: ModuleForest) -> Mapping[str, Mapping[int, str]]:
    """The full name of every item but imports, by its file and its ``start``.

    Where items share a name, all but the first in order of path and place get ``#2``, ``#3``, and
    so on. An ``impl`` has its type's name, an ``extern`` block or a macro call that of the item or
    module around it; a macro's own name ends in ``!``.
    """
    places: list[tuple[str, int, str, bool]] = []
    for module in forest.modules:
        for part in module.parts:
            if not part.is_primary:
                continue
            for placed in part.outline.items:
                if isinstance(placed.item, _UNNAMED):
                    continue
                name = f"{module.path}::{placed.name}" if placed.name else module.path
                is_own = not isinstance(placed.item, _LENT)
                places.append((part.file, placed.item.start, name, is_own))
    places.sort()
    names: dict[str, dict[int, str]] = {}
    times: dict[str, int] = {}
    for file, start, name, is_own in places:
        if is_own:
            time = times.get(name, 0) + 1
            times[name] = time
            if time > 1:
                name = f"{name}#{time}"
        names.setdefault(file, {})[start] = name
    return names
