"""The full names of items: ``krate::module::Type::method``, and ``#2`` for the second of a name."""

from collections.abc import Mapping

from soundcheck.crates.modules import ModuleForest
from soundcheck.syntax.items import ExternCrate, ForeignMod, Impl, MacroItem, Module, Use

# These carry a name that is another item's, or their surroundings': no twins of it.
_LENT = frozenset({Impl, ForeignMod, MacroItem, Module})
_UNNAMED = frozenset({Use, ExternCrate})


def name_items(forest: ModuleForest) -> Mapping[str, Mapping[int, str]]:
    """The full name of every item but imports, by its file and its ``start``.

    Where items share a name, all but the first in order of path and place get ``#2``, ``#3``, and
    so on. An ``impl`` has its type's name, an ``extern`` block or a macro call that of the item or
    module around it; a macro's own name ends in ``!``.
    """
    names: dict[str, dict[int, str]] = {}
    first: dict[str, tuple[str, int]] = {}
    shared: dict[str, list[tuple[str, int]]] = {}
    for module in forest.modules:
        for part in module.parts:
            if not part.is_primary:
                continue
            file, path = part.file, module.path
            in_file = names.setdefault(file, {})
            for placed in part.outline.items:
                item = placed.item
                if type(item) in _UNNAMED:
                    continue
                name = f"{path}::{placed.name}" if placed.name else path
                start = item.start
                in_file[start] = name
                if type(item) in _LENT:
                    continue
                place = (file, start)
                if first.setdefault(name, place) is not place:
                    shared.setdefault(name, [first[name]]).append(place)
    for name, places in shared.items():
        for time, (file, start) in enumerate(sorted(places)[1:], 2):
            names[file][start] = f"{name}#{time}"
    return names
