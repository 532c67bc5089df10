"""Who sees a name: the module inside which it can be named, or everybody.

The rules are those of the Rust Reference, "Visibility and Privacy".
"""

from collections.abc import Sequence

from soundcheck.crates.definitions import PUBLIC
from soundcheck.crates.modules import ModuleForest, ModuleNode


def is_inside(modules: Sequence[ModuleNode], module: int, outer: int) -> bool:
    """Whether ``module`` is ``outer``, or stands inside it."""
    while module > outer:
        # A module comes after the one it stands in.
        module = modules[module].parent
    return module == outer


def is_visible(modules: Sequence[ModuleNode], visibility: int, module: int) -> bool:
    """Whether what has a ``visibility`` is seen from ``module``."""
    return visibility == PUBLIC or is_inside(modules, module, visibility)


def narrower(modules: Sequence[ModuleNode], one: int, other: int) -> int:
    """The visibility of what is seen only as far as both."""
    if one in (PUBLIC, other):
        return other
    if other == PUBLIC:
        return one
    return one if is_inside(modules, one, other) else other


def show_visibility(forest: ModuleForest, visibility: int) -> str:
    """A visibility in words: ``pub``, or the full path of the module that it is private to."""
    return "pub" if visibility == PUBLIC else f"pub(in {forest.modules[visibility].path})"


def resolve_visibility(forest: ModuleForest, written: str, module: int) -> int | None:
    """What an item's written visibility means in ``module``; ``None`` where it names no module."""
    if not written or written == "self":
        return module
    if written == "pub":
        return PUBLIC
    names = [name for name in written.split("::") if name]
    if names[0] in ("self", "super"):
        for name in names:
            if name not in ("self", "super"):
                return None
            # Nothing is around a root; that of a file nobody declares only seems to be one.
            if name == "super" and forest.modules[module].parent >= 0:
                module = forest.modules[module].parent
        return module
    # A path can only name one of the modules around, and starts at the root, edition 2015 or not.
    around = _around(forest, module)
    wanted = names[1:] if names[0] == "crate" else names
    own = [name for name, _ in around]
    if own[1 : len(wanted) + 1] == wanted:
        return around[len(wanted)][1]
    # An attribute macro may let it start elsewhere: the innermost that fits.
    for end in range(len(around), len(wanted), -1):
        if names[0] != "crate" and own[end - len(wanted) : end] == wanted:
            return around[end - 1][1]
    return None


def _around(forest: ModuleForest, module: int) -> list[tuple[str, int]]:
    """The modules around one, from the root to itself, with their own names."""
    found: list[tuple[str, int]] = []
    while module >= 0:
        item = forest.modules[module].item
        found.append(("" if item is None else item.name, module))
        module = forest.modules[module].parent
    return found[::-1]
