"""Macro bodies, re-parsed in place.

To the grammar the tokens of a macro call, and the bodies of a macro definition, are no code. Here
they are parsed again as statements and items, or as arguments between commas, with offsets that
stay true to the file. Nothing is expanded: metavariables stand as plain names, a repetition as
one round of itself, and both branches of a ``cfg_if!`` side by side.
"""

from soundcheck.syntax.macros.branches import MacroBranch, macro_branches
from soundcheck.syntax.macros.pieces import Part
from soundcheck.syntax.macros.reading import (
    MacroArmTree,
    MacroTree,
    macro_arm_trees,
    macro_arms,
    read_arm,
    read_branch,
    read_macro,
)

__all__ = [
    "MacroArmTree",
    "MacroBranch",
    "MacroTree",
    "Part",
    "macro_arm_trees",
    "macro_arms",
    "macro_branches",
    "read_arm",
    "read_branch",
    "read_macro",
]
