"""Configuration predicates as written: ``all(unix, not(feature = "smp"))`` and the like."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec


class Flag(msgspec.Struct, frozen=True, gc=False, tag="flag", array_like=True, cache_hash=True):
    """One option: ``unix`` is ``Flag("unix")``, ``feature = "smp"`` is ``Flag("feature", "smp")``.

    ``scope`` is empty as written. Packages have features of one name, so once it is known where a
    formula stands, it tells whose option this is: a package's folder, or the root of a crate.
    """

    key: str
    value: str = ""
    scope: str = ""


class All(msgspec.Struct, frozen=True, gc=False, tag="all", array_like=True, cache_hash=True):
    """True where every part is; ``All(())`` is always true."""

    parts: tuple[Cfg, ...]


class Any(msgspec.Struct, frozen=True, gc=False, tag="any", array_like=True, cache_hash=True):
    """True where some part is; ``Any(())`` is never true."""

    parts: tuple[Cfg, ...]


class Not(msgspec.Struct, frozen=True, gc=False, tag="not", array_like=True, cache_hash=True):
    """True where its part is not."""

    part: Cfg


Cfg = Flag | All | Any | Not

ALWAYS = All(())
NEVER = Any(())


def conjoin(*formulas: Cfg | None) -> Cfg | None:
    """The conjunction of the given formulas; ``None`` stands for "always"."""
    parts: dict[Cfg, None] = {}
    for formula in formulas:
        if isinstance(formula, All):
            parts.update(dict.fromkeys(formula.parts))
        elif formula is not None:
            parts[formula] = None
    if len(parts) < 2:
        return next(iter(parts), None)
    return All(tuple(parts))


def negate(formula: Cfg | None) -> Cfg:
    """The negation of a formula."""
    if formula is None:
        return NEVER
    return formula.part if isinstance(formula, Not) else Not(formula)


def flags_of(formula: Cfg | None) -> Iterator[Flag]:
    """Every option that a formula mentions, in order of writing, repeated as written."""
    stack: list[Cfg] = [] if formula is None else [formula]
    while stack:
        part = stack.pop()
        if isinstance(part, Flag):
            yield part
        elif isinstance(part, Not):
            stack.append(part.part)
        else:
            stack.extend(reversed(part.parts))


def show_cfg(formula: Cfg | None) -> str:
    """A formula as Rust writes it inside ``cfg(…)``; the empty string for "always"."""
    if formula is None:
        return ""
    if isinstance(formula, Flag):
        return f'{formula.key} = "{formula.value}"' if formula.value else formula.key
    if isinstance(formula, Not):
        return f"not({show_cfg(formula.part)})"
    word = "all" if isinstance(formula, All) else "any"
    return f"{word}({', '.join(show_cfg(part) for part in formula.parts)})"


def is_test_only(formula: Cfg | None) -> bool:
    """Whether a formula can hold in no build but a test's: ``test``, or a conjunction with it.

    A kernel that runs tests by a harness of its own names the option after it: ``ktest``.
    """
    if formula is None:
        return False
    if isinstance(formula, Flag):
        return formula.key.endswith("test") and not formula.value
    if isinstance(formula, All):
        return any(is_test_only(part) for part in formula.parts)
    if isinstance(formula, Any):
        return bool(formula.parts) and all(is_test_only(part) for part in formula.parts)
    return False
