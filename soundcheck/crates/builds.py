"""What the builds leave out that a run is narrowed to."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from soundcheck.catalog.targets import Theory
from soundcheck.crates.configurations import Selection, holds
from soundcheck.crates.formula_table import FormulaTable
from soundcheck.crates.formulas import Logic
from soundcheck.crates.modules import Crate
from soundcheck.syntax.cfg import Cfg

Excludes = Callable[[Cfg | None, Crate], bool]
"""Whether a formula, as written in a crate, holds in none of the builds."""


def exclusion(selection: Selection, theory: Theory, logic: Logic) -> Excludes:
    """What the selected builds leave out."""
    formulas = FormulaTable(logic, theory)

    @cache
    def cannot_hold(formula: Cfg | None) -> bool:
        return holds(formula, selection, logic) is False

    return lambda formula, crate: cannot_hold(formulas.place(formula, crate))
