"""Settings: what a ``soundcheck.toml`` may say, and what several such texts come to together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from soundcheck.catalog.problems import Problem
from soundcheck.catalog.schema import (
    FactSpec,
    Flag,
    ListOf,
    Table,
    Text,
    place_faults,
    read_table,
)
from soundcheck.catalog.toml import KeyPath, parse_toml
from soundcheck.finding import Precision, Severity

_NEVER = "never"
_TEXT = Text(pattern=r"\S[^\n]*", form="one line of text")
_TEXTS = ListOf(_TEXT)


def setting_keys(
    names: tuple[str, ...] = (), rules: tuple[str, ...] = (), profiles: tuple[str, ...] = ()
) -> Mapping[str, FactSpec]:
    """What a text of settings may say.

    ``names`` are all that selects rules, ``rules`` those of rules alone: where they are given,
    nothing else may be named. Without them any name may, until it is held against the catalogue.
    """
    selector = ListOf(Text(choices=names)) if names else _TEXTS
    severity = Text(choices=tuple(Severity))
    severities = Table({name: FactSpec(severity) for name in rules}, None if rules else severity)
    profile = Text(choices=profiles) if profiles else _TEXT
    selectors = {
        "select": FactSpec(selector, about="only these rules, families, classes or severities"),
        "extend-select": FactSpec(selector, about="these too, previews included"),
        "ignore": FactSpec(selector, about="all but these"),
    }
    paths = FactSpec(_TEXTS, is_required=True, about="globs as in a .gitignore")
    there = Table({"paths": paths, **selectors, "severity": FactSpec(severities)})
    return {
        **selectors,
        **_PLAIN_KEYS,
        "profile": FactSpec(
            ListOf(profile, or_one=True),
            about="the profiles of this kernel, where they are not to be told by its packages",
        ),
        "severity": FactSpec(
            severities, about="how bad findings of a rule are, where its page is not to decide"
        ),
        "per-path": FactSpec(
            ListOf(there), about="what is different below some paths; later tables win"
        ),
    }


_PLAIN_KEYS: Mapping[str, FactSpec] = {
    "preview": FactSpec(Flag(), about="rules in preview too"),
    "min-precision": FactSpec(
        Text(choices=tuple(Precision)), about="only findings at least this sure"
    ),
    "fail-on": FactSpec(
        Text(choices=(*Severity, _NEVER)), about="the least severity that makes the exit code 1"
    ),
    "tests": FactSpec(Flag(), about="report on test code too"),
    "exclude": FactSpec(
        _TEXTS, about="globs as in a .gitignore: read for what is declared, not reported on"
    ),
    "baseline": FactSpec(_TEXT, about="the file of the findings that are accepted for now"),
    "budget": FactSpec(_TEXT, about="the file of the ceilings that unsafe code is held to"),
    "rules": FactSpec(_TEXTS, about="folders of rule pages of yours, FAMILY/RULE.md in each"),
    "profiles": FactSpec(_TEXTS, about="folders of profiles of yours, NAME.toml in each"),
    "target": FactSpec(
        _TEXT, about="only code for this target: a triple, or the path of a specification"
    ),
    "features": FactSpec(_TEXTS, about="only code under these features, and the default ones"),
    "no-default-features": FactSpec(Flag(), about="without the default features"),
    "all-features": FactSpec(Flag(), about="with every feature"),
    "cfg": FactSpec(_TEXTS, about='only code under these options, each name or key="value"'),
}
SETTING_KEYS = setting_keys()


class PathSettings(msgspec.Struct, frozen=True, rename="kebab"):
    """What is different at the paths that the globs ``paths`` cover."""

    paths: tuple[str, ...]
    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = {}


class Settings(msgspec.Struct, frozen=True, rename="kebab"):
    """All settings of a run, whoever said them; ``setting_keys`` tells what each is."""

    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    preview: bool = False
    min_precision: Precision = Precision.LOW
    fail_on: str = Severity.WARNING.value
    tests: bool = False
    exclude: tuple[str, ...] = ()
    baseline: str = "soundcheck-baseline.toml"
    budget: str = "soundcheck-budget.toml"
    rules: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    profile: tuple[str, ...] = ()
    target: str = ""
    features: tuple[str, ...] = ()
    no_default_features: bool = False
    all_features: bool = False
    cfg: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = {}
    per_path: tuple[PathSettings, ...] = ()


class Stated(msgspec.Struct, frozen=True):
    """What one text says of settings: its values by key, as they are written.

    ``path`` is the text's file as messages name it; ``within`` is the table of the text that
    holds the settings, empty where it holds nothing else.
    """

    path: str
    text: str
    within: tuple[str, ...]
    values: Mapping[str, object]

    def problems(self, faults: Iterable[tuple[KeyPath, str]]) -> list[Problem]:
        """What is wrong with some keys, each at its place."""
        return place_faults(self.path, self.text, tuple(faults), within=self.within)


def read_stated(
    path: str, text: str, within: tuple[str, ...] = ()
) -> tuple[Stated | None, list[Problem]]:
    """What a text says, without the values that have a fault, and all that is wrong with it.

    There is nothing where the text has no table ``within``.
    """
    table = parse_toml(path, text)
    if isinstance(table, Problem):
        # What holds settings among other things has other readers to complain.
        return None, [] if within else [table]
    for key in within:
        inner = table.get(key)
        if not isinstance(inner, dict):
            return None, []
        table = inner
    values, problems = read_table(path, text, table, SETTING_KEYS, within=within)
    return Stated(path, text, within, values), problems


def join_settings(stated: Sequence[Stated]) -> Settings:
    """The settings of several texts: each key from the last that has it, else its default."""
    values = {key: value for one in stated for key, value in one.values.items()}
    return msgspec.convert(values, Settings)


def origins(stated: Sequence[Stated]) -> dict[str, str]:
    """Where each key that is set comes from, as ``file:line``."""
    found: dict[str, str] = {}
    for one in stated:
        for problem in one.problems([((key,), key) for key in one.values]):
            found[problem.message] = f"{problem.path}:{problem.line}"
    return found


# -- written as text ---------------------------------------------------------------------------


def values_of(settings: Settings) -> dict[str, object]:
    """Each setting by its key, as TOML and JSON have it."""
    values: dict[str, object] = msgspec.to_builtins(settings)
    return values


def write_settings(settings: Settings, comments: Mapping[str, str]) -> Iterator[str]:
    """The lines of a text that says these settings, each with a comment behind it."""
    width = 0
    plain = {k: v for k, v in values_of(settings).items() if k not in ("severity", "per-path")}
    lines = {key: f"{key} = {toml_value(value)}" for key, value in plain.items() if value != ""}
    width = min(max(map(len, lines.values())), 44)
    for key, line in lines.items():
        yield f"{line:{width}}  # {comments[key]}"
    if settings.severity:
        yield f"\n[severity]  # {comments['severity']}"
        yield from (f"{key} = {toml_value(value)}" for key, value in settings.severity.items())
    for table in settings.per_path:
        yield f"\n[[per-path]]  # {comments['per-path']}"
        said = msgspec.to_builtins(table)
        yield from (f"{key} = {toml_value(value)}" for key, value in said.items() if value)


def toml_value(value: object) -> str:
    """A value as TOML has it; a table stands on one line."""
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{key} = {toml_value(one)}" for key, one in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml_value, value))}]"
    # A string's escapes are JSON's, but for one that JSON leaves as it is.
    return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")
