"""Functions by the symbols they are exported as, for those who know no other name.

Foreign declarations and assembly name a function by its symbol.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from soundcheck.crates.definitions import Def
from soundcheck.syntax import items as it
from soundcheck.syntax.assembly import words_of

# The attributes that give a function a symbol.
EXPORTING = frozenset({"no_mangle", "export_name"})
ASSEMBLY = frozenset({"asm", "naked_asm", "global_asm", "llvm_asm"})

_STRING = re.compile(r'r(#*)"(.*?)"\1|"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def exports_of(target: Def) -> Iterator[str]:
    """The symbols that a function is exported as, under whatever condition."""
    if not isinstance(target.item, it.Function) or target.item.body is None:
        return
    for attribute in target.item.attributes:
        if attribute.path == "no_mangle":
            yield target.name
        elif attribute.path == "export_name" and attribute.value:
            yield attribute.value


def index_symbols(defs: Iterable[Def]) -> Mapping[str, tuple[Def, ...]]:
    """The functions with bodies that each symbol may stand for."""
    found: dict[str, list[Def]] = defaultdict(list)
    for target in defs:
        if target.kind == "function" and target.is_primary:
            for symbol in exports_of(target):
                found[symbol].append(target)
    return {symbol: tuple(targets) for symbol, targets in found.items()}


def imported_symbol(target: Def) -> str:
    """The symbol that a foreign declaration stands for."""
    attributes = target.item.attributes if isinstance(target.item, it.Function) else ()
    names = [one.value for one in attributes if one.path == "link_name" and one.value]
    return names[0] if names else target.name


def symbols_in(tokens: str) -> tuple[str, ...]:
    """The words that may be symbols in the templates of an assembly macro, in order."""
    templates = [
        _ESCAPE.sub(_unescaped, one[3]) if one[2] is None else one[2]
        for one in _STRING.finditer(tokens)
    ]
    return words_of("\n".join(templates))


def _unescaped(match: re.Match[str]) -> str:
    return "\n" if match[1] in "n\n" else " " if match[1] in "rt" else match[1]
