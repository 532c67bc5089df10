"""The baseline: findings that are accepted for now, as a text that people read and git merges.

One line an entry, in order of path, rule, item and fingerprint, and no line numbers: an entry
changes only when what it accepts does, and the lines of two branches may stand together.
"""

import re
from collections.abc import Iterable, Sequence
from typing import cast

import msgspec
from msgspec.structs import replace

from soundcheck.catalog import FactSpec, ListOf, Number, Problem, Table, Text
from soundcheck.catalog.schema import read_table
from soundcheck.catalog.toml import parse_toml
from soundcheck.finding import Accepted, Finding

_HEAD = """\
# Findings that are accepted for now; `soundcheck baseline update` writes this file.
# One line each. Where two branches have changed it, keep the lines of both and run that again.
version = 1
findings = [
"""
_KEYS = ("path", "rule", "item", "fingerprint", "reason", "reviewer")
_OPTIONAL = ("reason", "reviewer")
_ENTRY = Table({key: FactSpec(Text(), key not in _OPTIONAL, "") for key in _KEYS})
_FILE = {
    "version": FactSpec(Number(), is_required=True),
    "findings": FactSpec(ListOf(_ENTRY), is_required=True),
}
_CONFLICT_HELP = (
    "an unresolved merge conflict; delete git's marks, keep the lines of both sides, and run "
    "`soundcheck baseline update`"
)
_CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7}|\|{7})(?: |$)", re.MULTILINE)


def read_baseline(path: str, text: str) -> tuple[tuple[Accepted, ...], tuple[Problem, ...]]:
    """The entries in a text, each fingerprint once, and all that is wrong with it."""
    conflict = _CONFLICT.search(text)
    if conflict is not None:
        return (), (Problem(path, text.count("\n", 0, conflict.start()) + 1, _CONFLICT_HELP),)
    table = parse_toml(path, text)
    if isinstance(table, Problem):
        return (), (table,)
    values, problems = read_table(path, text, table, _FILE)
    if not problems and values["version"] != 1:
        problems = [Problem(path, 1, f"version {values['version']} is not known; there is 1")]
    if problems:
        return (), tuple(sorted(problems))
    entries = cast("Sequence[dict[str, str]]", values["findings"])
    return join_entries(Accepted(**entry) for entry in entries), ()


def write_baseline(entries: Iterable[Accepted]) -> str:
    """The entries as text; the same ones make the same text, whatever their order."""
    lines = [f"  {{ {_write_entry(entry)} }},\n" for entry in join_entries(entries)]
    return f"{_HEAD}{''.join(lines)}]\n"


def join_entries(entries: Iterable[Accepted]) -> tuple[Accepted, ...]:
    """Each fingerprint once, in order of path; of two entries, the one that gives a reason."""
    known: dict[str, Accepted] = {}
    for entry in sorted(entries, key=lambda one: (not one.reason, msgspec.structs.astuple(one))):
        known.setdefault(entry.fingerprint, entry)
    return tuple(sorted(known.values(), key=lambda e: (e.path, e.rule, e.item, e.fingerprint)))


def accept(finding: Finding, reason: str = "", reviewer: str = "") -> Accepted:
    """The entry that accepts a finding."""
    return Accepted(
        finding.fingerprint, finding.rule, finding.at.path, finding.item, reason, reviewer
    )


def renew(entry: Accepted, finding: Finding) -> Accepted:
    """An entry as it would be made for its finding today, with the reason it has."""
    return replace(accept(finding), reason=entry.reason, reviewer=entry.reviewer)


def _write_entry(entry: Accepted) -> str:
    pairs = [(key, getattr(entry, key)) for key in _KEYS]
    return ", ".join(
        f"{key} = {_quote(value)}" for key, value in pairs if value or key not in _OPTIONAL
    )


def _quote(text: str) -> str:
    """A text as a basic string of TOML, on one line whatever is in it."""
    return f'"{"".join(map(_escape, text))}"'


def _escape(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
