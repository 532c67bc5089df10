"""Which functions types have from traits, by name: defaults that stay, and blanket impls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from soundcheck.crates.definitions import Def
from soundcheck.types.declared import Declarations

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


def _of_trait(declared: Declarations, impl: int) -> dict[str, Sequence[Def]]:
    trait = declared.header_of(impl).trait
    if trait is None or trait.def_id < 0:
        return {}
    named = {name: _functions(each) for name, each in declared.associated(trait.def_id).items()}
    return {name: functions for name, functions in named.items() if functions}


def _functions(targets: Iterable[Def]) -> Sequence[Def]:
    return [one for one in targets if one.kind == "function"]
