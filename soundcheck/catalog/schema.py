"""What a table of the policy may hold, as data, and the one reader that holds a table to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from soundcheck.catalog.problems import Problem, suggest, unknown
from soundcheck.catalog.toml import KeyPath, locate_keys


class Text(msgspec.Struct, frozen=True):
    """A string: one of ``choices`` where there are any, and wholly matching ``pattern``.

    ``form`` says in words what the pattern wants.
    """

    choices: tuple[str, ...] = ()
    pattern: str = ""
    form: str = ""


class Number(msgspec.Struct, frozen=True):
    """An integer, not below ``least``."""

    least: int = 0


class Flag(msgspec.Struct, frozen=True):
    """``true`` or ``false``."""


class ListOf(msgspec.Struct, frozen=True):
    """A list of values of one form; it may be written as a single value if ``or_one``."""

    of: FactType
    or_one: bool = False


class Table(msgspec.Struct, frozen=True):
    """A table with the given keys, and with any further ones if ``others`` says their form."""

    keys: Mapping[str, FactSpec] = {}
    others: FactType | None = None


FactType = Text | Number | Flag | ListOf | Table


class FactSpec(msgspec.Struct, frozen=True):
    """What one key takes, whether it must be there, and what stands for it if it is not.

    ``about`` says what it is for, in a clause.
    """

    type: FactType
    is_required: bool = False
    default: object = None
    about: str = ""


_Fault = tuple[KeyPath, str]


def read_table(
    path: str,
    text: str,
    table: Mapping[str, object],
    keys: Mapping[str, FactSpec],
    first_line: int = 1,
    *,
    within: KeyPath = (),
) -> tuple[dict[str, object], list[Problem]]:
    """The values of ``table``, lists as tuples and defaults filled in, and all that is wrong.

    ``text`` is what the table was read from, beginning on ``first_line`` of the file ``path``;
    the table is the one called ``within`` there. A value with a fault is left out.
    """
    values, faults = _read_keys(table, Table(keys), ())
    return values, place_faults(path, text, faults, first_line, within=within)


def read_values(
    table: Mapping[str, object], keys: Mapping[str, FactSpec]
) -> tuple[dict[str, object], list[str]]:
    """As ``read_table``, where the text is not at hand: mistakes are told without their lines."""
    values, faults = _read_keys(table, Table(keys), ())
    return values, [message for _, message in faults]


def place_faults(
    path: str,
    text: str,
    faults: Sequence[tuple[KeyPath, str]],
    first_line: int = 1,
    *,
    within: KeyPath = (),
) -> list[Problem]:
    """Mistakes with the lines of their keys in ``text``; see ``read_table``."""
    if not faults:
        return []
    lines = locate_keys(text)
    return [
        Problem(path, first_line + _line_of(lines, (*within, *at)) - 1, message)
        for at, message in faults
    ]


def _line_of(lines: Mapping[KeyPath, int], at: KeyPath) -> int:
    """The line of the innermost key that was written; a missing key has its table's."""
    while at and at not in lines:
        at = at[:-1]
    return lines.get(at, 1)


def _read_keys(
    table: Mapping[str, object], form: Table, at: KeyPath
) -> tuple[dict[str, object], list[_Fault]]:
    values: dict[str, object] = {}
    faults: list[_Fault] = []
    for name, value in table.items():
        key = form.keys.get(name)
        wanted = key.type if key else form.others
        if wanted is None:
            faults.append(((*at, name), unknown("key", name, form.keys)))
            continue
        result, found = _read_value(value, wanted, (*at, name))
        faults += found
        if not found:
            values[name] = result
    for name, key in form.keys.items():
        if name in table:
            continue
        if key.is_required:
            faults.append((at, f"missing key `{name}`"))
        elif key.default is not None:
            values[name] = key.default
    return values, faults


def _read_value(value: object, wanted: FactType, at: KeyPath) -> tuple[object, list[_Fault]]:
    if isinstance(wanted, Table) and isinstance(value, dict):
        return _read_keys(value, wanted, at)
    if isinstance(wanted, ListOf):
        if wanted.or_one and not isinstance(value, list | tuple):
            result, faults = _read_value(value, wanted.of, at)
            return (result,), faults
        if isinstance(value, list | tuple):
            parts = [_read_value(v, wanted.of, (*at, i)) for i, v in enumerate(value)]
            return tuple(part for part, _ in parts), [f for _, found in parts for f in found]
    return value, [(at, message) for message in _scalar_faults(value, wanted, at)]


def _scalar_faults(value: object, wanted: FactType, at: KeyPath) -> Iterator[str]:
    name = next((part for part in reversed(at) if isinstance(part, str)), "")
    if not _fits(value, wanted):
        yield f"`{name}` takes {_describe(wanted)}, not {_describe_value(value)}"
    elif isinstance(wanted, Text) and isinstance(value, str):
        if wanted.choices and value not in wanted.choices:
            choices = ", ".join(f"`{choice}`" for choice in wanted.choices)
            yield f"`{name}` is one of {choices}, not `{value}`{suggest(value, wanted.choices)}"
        elif wanted.pattern and not re.fullmatch(wanted.pattern, value):
            yield f"`{name}` takes {wanted.form}, not `{value}`"
    elif isinstance(wanted, Number) and isinstance(value, int) and value < wanted.least:
        yield f"`{name}` is at least {wanted.least}"


def _fits(value: object, wanted: FactType) -> bool:
    if isinstance(wanted, Text):
        return isinstance(value, str)
    if isinstance(wanted, Number):
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(wanted, Flag) and isinstance(value, bool)


def _describe(wanted: FactType) -> str:
    if isinstance(wanted, ListOf):
        return f"a list whose elements are each {_describe(wanted.of)}"
    return {Text: "a string", Number: "an integer", Flag: "true or false", Table: "a table"}[
        type(wanted)
    ]


def _describe_value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    names = {str: "a string", int: "an integer", float: "a float", list: "a list", dict: "a table"}
    return names.get(type(value), "a date")
