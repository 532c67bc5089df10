"""The world that bodies are linked against: names, types, methods and what the facts say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import msgspec

from soundcheck.calls.callees import Callees, CallFacts
from soundcheck.calls.linking import World
from soundcheck.catalog.targets import Theory
from soundcheck.crates.configurations import Selection, holds
from soundcheck.crates.defmap import build_def_map
from soundcheck.crates.features import implied_features
from soundcheck.crates.formulas import Logic
from soundcheck.crates.manifests import Package
from soundcheck.crates.modules import ModuleForest
from soundcheck.crates.stubs import stub_modules
from soundcheck.syntax.cfg import Cfg
from soundcheck.syntax.items import ItemTree
from soundcheck.types.declared import Declarations
from soundcheck.types.methods import Methods


class MacroFacts(msgspec.Struct, frozen=True):
    """What macros whose bodies are out of sight do.

    ``formatting`` are those that format their arguments. ``types`` are the types of calls:
    ``never``, ``unit``, ``str``, ``vec`` (of the first argument's type), or a type of a stub.
    ``methods`` are what macros call on their first argument.
    """

    formatting: frozenset[str]
    types: Mapping[str, str]
    methods: Mapping[str, str]


def build_world(
    forest: ModuleForest,
    trees: Mapping[str, ItemTree],
    texts: Mapping[str, bytes],
    packages: Sequence[Package],
    theory: Theory,
    macros: MacroFacts,
    selection: Selection,
) -> World:
    """Resolve the names of a workspace and its stubs, and index types and methods.

    What holds in none of the selected builds is left out of the calls.
    """
    logic = Logic(theory, implied_features(packages))
    defmap = build_def_map(forest, trees, texts, packages, {}, logic, theory)
    methods = Methods(Declarations(defmap))
    stubs = stub_modules(forest)
    types: dict[str, int] = {}
    for target in defmap.defs:
        if target.module in stubs and target.kind in ("struct", "enum"):
            types.setdefault(target.name, target.index)
    facts = CallFacts(types, macros.formatting, macros.types, macros.methods)
    # Formulas are many fewer than definitions.
    formulas = {target.cfg for target in defmap.defs if target.cfg is not None}
    impossible = {one for one in formulas if holds(one, selection, logic) is False}
    excluded = frozenset(target.index for target in defmap.defs if target.cfg in impossible)

    @cache
    def cannot_hold(formula: Cfg | None) -> bool:
        return holds(formula, selection, logic) is False

    callees = Callees(methods, stubs, facts, excluded, cannot_hold)
    return World(defmap, methods, callees, trees)
