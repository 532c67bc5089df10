"""The catalogue: every rule and every profile, held against each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from soundcheck.catalog.problems import Problem, unknown
from soundcheck.catalog.profiles import Profile, read_profile
from soundcheck.catalog.rules import CheckSpec, Rule, read_rule

T = TypeVar("T", Rule, Profile)


class Catalog(msgspec.Struct, frozen=True):
    """The rules and profiles by name, in order of names, and a hash of all their texts."""

    rules: Mapping[str, Rule]
    profiles: Mapping[str, Profile]
    rules_hash: str


class CatalogError(Exception):
    """The policy cannot be used: all that is wrong with it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def load_catalog(
    pages: Mapping[str, str],
    profiles: Mapping[str, str],
    checks: Mapping[str, CheckSpec],
    unheld: Mapping[str, str] = {},
) -> Catalog:
    """The catalogue of the given pages and profiles, which are texts by path.

    ``unheld`` are pages whose facts wait for ``hold``: so not every check has to be loaded.

    Raises:
        CatalogError: if any text has a problem, with the problems of all texts.
    """
    problems: list[Problem] = []
    rules: list[Rule] = []
    names: Mapping[str, CheckSpec | None] = dict.fromkeys(checks)
    for path, text in sorted({**pages, **unheld}.items()):
        rule = read_rule(path, text, names if path in unheld else checks)
        if isinstance(rule, Rule):
            rules.append(rule)
        else:
            problems += rule
    known: list[Profile] = []
    for path, text in sorted(profiles.items()):
        profile = read_profile(path, text)
        if isinstance(profile, Profile):
            known.append(profile)
        else:
            problems += profile
    if not problems:
        problems += _clashes(rules)
        problems += _unknown_names(rules, known)
    if problems:
        raise CatalogError(tuple(sorted(problems)))
    return Catalog(
        {rule.name: rule for rule in sorted(rules, key=lambda rule: rule.name)},
        {profile.name: profile for profile in sorted(known, key=lambda profile: profile.name)},
        hash_texts({**pages, **unheld, **profiles}),
    )


def encode_catalog(catalog: Catalog) -> bytes:
    """A catalogue as bytes, for who has checked it and wants it again."""
    return msgspec.msgpack.encode(catalog)


def decode_catalog(data: bytes) -> Catalog:
    """The catalogue that ``encode_catalog`` made bytes of."""
    catalog = msgspec.msgpack.decode(data, type=Catalog)
    rules = {name: _refrozen(rule) for name, rule in catalog.rules.items()}
    profiles = {name: _refrozen(profile) for name, profile in catalog.profiles.items()}
    return replace(catalog, rules=rules, profiles=profiles)


def _refrozen(known: T) -> T:
    """A rule or profile whose facts hold tuples again, where bytes know only lists."""
    return replace(known, facts=_frozen(known.facts))


def _frozen(value: object) -> object:
    if isinstance(value, list):
        return tuple(map(_frozen, value))
    if isinstance(value, dict):
        return {key: _frozen(part) for key, part in value.items()}
    return value


def find_rule(catalog: Catalog, name: str) -> Rule | None:
    """The rule of that name, or the one that had it formerly."""
    if rule := catalog.rules.get(name):
        return rule
    return next((rule for rule in catalog.rules.values() if name in rule.formerly), None)


def hash_texts(texts: Mapping[str, str]) -> str:
    """A hash of texts and their names, 32 hexadecimal digits, whatever their order."""
    digest = blake2b(digest_size=16)
    for name, text in sorted(texts.items()):
        for part in (name.encode(), text.encode()):
            digest.update(len(part).to_bytes(8, "little"))
            digest.update(part)
    return digest.hexdigest()


def _clashes(rules: list[Rule]) -> Iterator[Problem]:
    """Names are kept for ever, so no two rules may share one, nor a former one."""
    owners: dict[str, str] = {}
    for rule in rules:
        if rule.name in owners:
            yield Problem(rule.path, 1, f"`{rule.name}` is also the name of {owners[rule.name]}")
        owners.setdefault(rule.name, rule.path)
    for rule in rules:
        for name in rule.formerly:
            if name in owners:
                yield Problem(rule.path, 1, f"`{name}` in `formerly` belongs to {owners[name]}")
            owners.setdefault(name, rule.path)


def _unknown_names(rules: list[Rule], profiles: list[Profile]) -> Iterator[Problem]:
    names = [rule.name for rule in rules]
    profile_names = [profile.name for profile in profiles]
    for rule in rules:
        for name in rule.profiles:
            if name not in profile_names:
                yield Problem(rule.path, 1, unknown("profile", name, profile_names))
        for name in rule.yields_to:
            if name not in names or name == rule.name:
                others = [other for other in names if other != rule.name]
                yield Problem(rule.path, 1, unknown("rule", name, others))
        for example in rule.examples:
            lines = {file.path: file.line for file in example.files}
            for mark in example.marks:
                if mark.name not in names:
                    line = lines[mark.path] + mark.line - 1
                    yield Problem(rule.path, line, unknown("rule", mark.name, names))
