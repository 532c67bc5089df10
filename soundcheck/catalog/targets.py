"""What is known of the options in ``cfg``: the keys, and their values on each target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import permutations
from typing import cast

import msgspec

from soundcheck.catalog.problems import Problem, unknown
from soundcheck.catalog.schema import FactSpec, ListOf, Table, Text, read_table
from soundcheck.catalog.toml import KeyPath, locate_keys, parse_toml

Option = tuple[str, str]
"""A key and its value; the value is empty for an option that is a mere name."""

Values = Mapping[str, tuple[str, ...]]
"""What each key is on one target."""

_NAMES = ListOf(Text(), or_one=True)
_THEORY_KEYS: Mapping[str, FactSpec] = {
    "keys": FactSpec(
        Table(
            others=Table(
                {
                    "takes": FactSpec(Text(choices=("one", "many")), default="many"),
                    "scope": FactSpec(Text(choices=("build", "package", "crate")), default="build"),
                    "either": FactSpec(ListOf(Text()), default=()),
                    "exclusive": FactSpec(ListOf(Text()), default=()),
                    "decided_by": FactSpec(Text(), default=""),
                    "default": FactSpec(_NAMES),
                    "spec": FactSpec(Text(), default=""),
                }
            )
        ),
        is_required=True,
    ),
    "shorthands": FactSpec(Table(others=Table(others=Text())), default={}),
    "targets": FactSpec(Table(others=Table(others=_NAMES)), is_required=True),
}


class CfgKey(msgspec.Struct, frozen=True):
    """What is known of one key of ``cfg`` options.

    ``takes`` tells whether a build has ``one`` value of it or ``many``. It has exactly one of
    ``either``, which are two, and no two of ``exclusive``. ``scope`` is how far one setting
    reaches: the ``build``, a ``package`` or a ``crate``. ``decided_by`` is the key whose value
    decides this one's, as the targets show. ``is_of_target`` tells that the target alone sets it;
    ``spec`` is then what rustc's target specifications call it.
    """

    name: str
    takes: str
    scope: str
    either: tuple[str, ...]
    exclusive: tuple[str, ...]
    decided_by: str
    is_of_target: bool
    spec: str
    default: tuple[str, ...] | None = None


class Theory(msgspec.Struct, frozen=True):
    """All that is known of ``cfg`` options: the keys, the shorthands, and the targets by triple.

    ``consequences`` tells of an option which others are then set (``True``) and which are not.
    A key that is not listed takes many values and reaches as far as a package, since a build
    script may set it.
    """

    keys: Mapping[str, CfgKey]
    shorthands: Mapping[str, Option]
    targets: Mapping[str, Values]
    consequences: Mapping[Option, tuple[tuple[Option, bool], ...]]


NO_THEORY = Theory({}, {}, {}, {})


def read_theory(path: str, text: str) -> Theory | tuple[Problem, ...]:
    """The theory in a file, or all that is wrong with it, in order of lines."""
    table = parse_toml(path, text)
    if isinstance(table, Problem):
        return (table,)
    values, problems = read_table(path, text, table, _THEORY_KEYS)
    if problems:
        return tuple(sorted(problems))
    targets = cast("Mapping[str, Values]", values["targets"])
    of_target = {key for row in targets.values() for key in row}
    keys = {
        name: msgspec.convert(
            {"name": name, "is_of_target": name in of_target or "default" in facts, **facts}, CfgKey
        )
        for name, facts in cast("Mapping[str, Mapping[str, object]]", values["keys"]).items()
    }
    shorthands = cast("Mapping[str, Mapping[str, str]]", values["shorthands"])
    faults = [*_key_faults(keys), *_shorthand_faults(shorthands), *_target_faults(targets, keys)]
    if faults:
        lines = locate_keys(text)
        return tuple(sorted(Problem(path, lines.get(at, 1), message) for at, message in faults))
    full = {triple: _with_defaults(row, keys) for triple, row in targets.items()}
    return Theory(
        keys=keys,
        shorthands={name: next(iter(option.items())) for name, option in shorthands.items()},
        targets=full,
        consequences=_consequences(keys, full),
    )


def _with_defaults(row: Values, keys: Mapping[str, CfgKey]) -> Values:
    missing = {key.name: key.default for key in keys.values() if key.default is not None}
    return {**missing, **row}


# -- what is wrong -----------------------------------------------------------------------------

_Fault = tuple[KeyPath, str]


def _key_faults(keys: Mapping[str, CfgKey]) -> Iterator[_Fault]:
    for key in keys.values():
        at = ("keys", key.name)
        if key.either and (len(key.either) != 2 or key.takes != "one"):
            yield (*at, "either"), "`either` names the two values of a key that takes one"
        if key.decided_by and key.decided_by not in keys:
            yield (*at, "decided_by"), unknown("key", key.decided_by, keys)


def _shorthand_faults(shorthands: Mapping[str, Mapping[str, str]]) -> Iterator[_Fault]:
    for name, option in shorthands.items():
        if len(option) != 1:
            yield ("shorthands", name), "a shorthand stands for one option"


def _target_faults(targets: Mapping[str, Values], keys: Mapping[str, CfgKey]) -> Iterator[_Fault]:
    needed = [k.name for k in keys.values() if k.is_of_target and k.default is None]
    for triple, row in targets.items():
        at = ("targets", triple)
        for name in needed:
            if name not in row:
                yield at, f"missing key `{name}`"
        for name, values in row.items():
            key = keys.get(name)
            if key is None:
                yield (*at, name), unknown("key", name, keys)
            elif key.takes == "one" and len(values) != 1:
                yield (*at, name), f"`{name}` takes one value"
            elif key.either and values[0] not in key.either:
                yield (*at, name), unknown("value", values[0], key.either)


# -- what follows from what --------------------------------------------------------------------


def _consequences(
    keys: Mapping[str, CfgKey], targets: Mapping[str, Values]
) -> Mapping[Option, tuple[tuple[Option, bool], ...]]:
    """What a value says about those it excludes, and about those it decides if targets agree."""
    found: dict[Option, list[tuple[Option, bool]]] = {}
    for key in keys.values():
        for one, other in permutations(key.exclusive, 2):
            found.setdefault((key.name, one), []).append(((key.name, other), False))
        if not key.decided_by:
            continue
        seen: dict[str, list[frozenset[str]]] = {}
        for row in targets.values():
            for cause in row.get(key.decided_by, ()):
                seen.setdefault(cause, []).append(frozenset(row.get(key.name, ())))
        values = sorted({value for row in targets.values() for value in row.get(key.name, ())})
        for cause, rows in seen.items():
            set_always = [v for v in values if all(v in row for row in rows)]
            never_set = [v for v in values if not any(v in row for row in rows)]
            if key.takes == "one" and set_always:
                never_set = []
            known = [*((v, True) for v in set_always), *((v, False) for v in never_set)]
            found.setdefault((key.decided_by, cause), []).extend(
                ((key.name, value), is_set) for value, is_set in known
            )
    return {option: tuple(known) for option, known in sorted(found.items())}


# -- targets of one's own ----------------------------------------------------------------------

_ATOMIC_WIDTHS = (8, 16, 32, 64, 128)


def read_target_spec(theory: Theory, path: str, text: str) -> Values | Problem:
    """What each key is on a target that a JSON file for rustc's ``--target`` specifies."""
    try:
        spec = msgspec.json.decode(text, type=dict[str, object])
    except msgspec.DecodeError as error:
        return Problem(path, 1, f"not a target specification: {error}")
    values: dict[str, tuple[str, ...]] = {}
    for key in theory.keys.values():
        if not key.is_of_target or not key.spec:
            continue
        written = spec.get(key.spec)
        if written is None and key.default is None:
            return Problem(path, 1, f"a target specification without `{key.spec}`")
        parts = written if isinstance(written, list) else [written]
        values[key.name] = tuple(map(str, parts)) if written is not None else key.default or ()
    return {**_with_defaults({}, theory.keys), **values, **_atomics(theory, spec)}


def _atomics(theory: Theory, spec: Mapping[str, object]) -> Values:
    """The widths of atomic operations, which a specification tells by their limits."""
    atomics = "target_has_atomic"
    if atomics not in theory.keys:
        return {}
    pointer = _width(spec.get("target-pointer-width"))
    widest = _width(spec.get("max-atomic-width")) or pointer
    least = _width(spec.get("min-atomic-width"))
    if spec.get("atomic-cas") is False or spec.get("max-atomic-width") == 0:
        return {atomics: ()}
    widths = [width for width in _ATOMIC_WIDTHS if least <= width <= widest]
    return {atomics: (*map(str, widths), *(("ptr",) if pointer in widths else ()))}


def _width(value: object) -> int:
    text = str(value)
    return int(text) if text.isdecimal() else 0
