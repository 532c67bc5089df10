"""Which functions types have from traits, by name: defaults that stay, and blanket impls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from soundcheck.crates.definitions import Def
from soundcheck.syntax import items as it
from soundcheck.types.declared import Declarations
from soundcheck.types.heads import derived_traits
from soundcheck.types.ty import TraitRef

Members = Mapping[int, Mapping[str, Sequence[Def]]]
"""What impls hold, by their index and by name."""

Inherited = Mapping[str, Sequence[tuple[int, Sequence[Def]]]]
"""The functions of a name, each with the impl by which a type has them, in order of impls."""


def index_defaults(declared: Declarations, members: Members, impls: Iterable[int]) -> Inherited:
    """The functions of traits that some impls leave as the trait has them."""
    found: dict[str, list[tuple[int, Sequence[Def]]]] = {}
    for index in impls:
        own = members.get(index, {})
        for name, functions in _of_trait(declared, index).items():
            if name not in own:
                found.setdefault(name, []).append((index, functions))
    return found


def index_blankets(declared: Declarations, members: Members, impls: Iterable[int]) -> Inherited:
    """The functions that blanket impls give, their own before those of their traits."""
    found: dict[str, list[tuple[int, Sequence[Def]]]] = {}
    for index in impls:
        own = {name: _functions(each) for name, each in members.get(index, {}).items()}
        traits = _of_trait(declared, index)
        for name in {**traits, **own}:
            functions = own.get(name) or traits.get(name, ())
            if functions:
                found.setdefault(name, []).append((index, functions))
    return found


def find_derived(
    declared: Declarations, stub_traits: Mapping[str, Sequence[Def]], owner: Def, name: str
) -> tuple[TraitRef, Sequence[Def]] | None:
    """The functions of a name in the traits that a type derives, or that its macro gives it.

    A macro is taken to implement the traits at the root of its crate's stub, which are in
    ``stub_traits`` by the crate's name with a ``!``; the others are there by their own.
    """
    names = derived_traits(owner)
    if isinstance(owner.container, it.MacroItem):
        names = (*names, f"{owner.container.name.partition('::')[0].strip()}!")
    for trait_name in names:
        for trait in stub_traits.get(trait_name, ()):
            found = _functions(declared.associated(trait.index).get(name, ()))
            if found:
                return TraitRef(trait.index, trait.path), found
    return None


def _of_trait(declared: Declarations, impl: int) -> dict[str, Sequence[Def]]:
    trait = declared.header_of(impl).trait
    if trait is None or trait.def_id < 0:
        return {}
    named = {name: _functions(each) for name, each in declared.associated(trait.def_id).items()}
    return {name: functions for name, functions in named.items() if functions}


def _functions(targets: Iterable[Def]) -> Sequence[Def]:
    return [one for one in targets if one.kind == "function"]
