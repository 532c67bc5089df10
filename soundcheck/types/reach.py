"""How far a field is seen: everywhere its own visibility and that of its type let it be named."""

from soundcheck.crates.definitions import PUBLIC, Def
from soundcheck.crates.defmap import DefMap
from soundcheck.crates.visibility import is_inside, narrower, resolve_visibility
from soundcheck.syntax import items as it


def field_reach(defmap: DefMap, owner: Def, field: it.FieldDef) -> str:
    """Who sees a field besides the module of its type, as words; empty where nobody does.

    What is inside the module sees its private fields too.
    """
    modules = defmap.forest.modules
    seen = resolve_visibility(defmap.forest, field.visibility, owner.module)
    if seen is None:
        return ""
    seen = narrower(modules, seen, owner.visibility)
    if seen == PUBLIC:
        crate = defmap.forest.crates[modules[owner.module].crate]
        if crate.kind == "lib":
            return "everybody"
        # Nobody else can name what is in a program.
        seen = crate.module
    if is_inside(modules, seen, owner.module):
        return ""
    return f"all of `{modules[seen].path}`"
