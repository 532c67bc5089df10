"""Profiles: facts about one kernel, or about what all of them share, from TOML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import msgspec

from soundcheck.catalog.kernel_facts import KERNEL_KEYS
from soundcheck.catalog.problems import Problem
from soundcheck.catalog.rules import NAME
from soundcheck.catalog.schema import FactSpec, Flag, ListOf, Table, Text, read_table
from soundcheck.catalog.toml import parse_toml

_LINE = Text(pattern=r"\S[^\n]*", form="one line of text")
_EDITION = Text(choices=("2015", "2018", "2021", "2024"))
_CRATE = Text(pattern=r"[a-z_]\w*", form="the name of a crate as code writes it")

# What a profile may say. A table that a later stage reads is one more entry here.
PROFILE_KEYS: Mapping[str, FactSpec] = {
    "name": FactSpec(Text(pattern=NAME, form="lower-case words and hyphens"), is_required=True),
    "summary": FactSpec(_LINE, is_required=True),
    "detect": FactSpec(
        Table(
            {
                "always": FactSpec(Flag()),
                "manifests": FactSpec(ListOf(Text()), default=()),
                "imports": FactSpec(ListOf(Text()), default=()),
            }
        )
    ),
    "macros": FactSpec(
        Table(
            {
                "formatting": FactSpec(ListOf(Text()), default=()),
                "types": FactSpec(Table(others=Text()), default={}),
                "methods": FactSpec(Table(others=Text()), default={}),
            }
        )
    ),
    "stub": FactSpec(
        ListOf(
            Table(
                {
                    "crate": FactSpec(_CRATE, is_required=True),
                    "edition": FactSpec(_EDITION, is_required=True),
                    "source": FactSpec(Text(), is_required=True),
                }
            )
        )
    ),
    "values": FactSpec(
        Table(
            {
                "moves": FactSpec(ListOf(Text()), default=()),
                "idle": FactSpec(ListOf(Text()), default=()),
                "tokens": FactSpec(ListOf(Text()), default=()),
                "addresses": FactSpec(ListOf(Text()), default=()),
                "storing": FactSpec(ListOf(Text()), default=()),
                "loads": FactSpec(ListOf(Text()), default=()),
            }
        )
    ),
    **KERNEL_KEYS,
}
_OWN_KEYS = ("name", "summary", "detect")


class Profile(msgspec.Struct, frozen=True):
    """Facts about one kernel, and the signs by which it is known.

    It holds wherever ``is_always``, else where a manifest declares a package of ``manifests`` or
    the code imports a crate of ``imports``, or where a user names it. ``facts`` are its other
    tables, read by the stages they are about.
    """

    name: str
    summary: str
    is_always: bool = False
    manifests: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    facts: Mapping[str, object] = {}
    path: str = ""


def read_profile(path: str, text: str) -> Profile | tuple[Problem, ...]:
    """The profile in a file, or all that is wrong with it, in order of lines."""
    table = parse_toml(path, text)
    if isinstance(table, Problem):
        return (table,)
    values, problems = read_table(path, text, table, PROFILE_KEYS)
    stem = path.rpartition("/")[2].removesuffix(".toml")
    if values.get("name", stem) != stem:
        problems.append(Problem(path, 1, f"the name is the file's name, `{stem}`"))
    if problems:
        return tuple(sorted(problems))
    signs = cast("Mapping[str, object]", values.get("detect", {}))
    return Profile(
        name=str(values["name"]),
        summary=str(values["summary"]),
        is_always=bool(signs.get("always")),
        manifests=cast("tuple[str, ...]", signs.get("manifests", ())),
        imports=cast("tuple[str, ...]", signs.get("imports", ())),
        facts={key: value for key, value in values.items() if key not in _OWN_KEYS},
        path=path,
    )
