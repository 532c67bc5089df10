"""``soundcheck profile``: facts about kernels: which are used, which are met, and first guesses."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import click

from soundcheck.commands.failures import RunError
from soundcheck.commands.options import Common, takes_common
from soundcheck.commands.policy import open_catalog
from soundcheck.commands.session import Session

if TYPE_CHECKING:
    from soundcheck.catalog.profiles import Profile
    from soundcheck.contexts.guesses import Guess

_TABLES = ("entry", "lock", "once", "mask", "effect", "cell")


@click.group(name="profile", short_help="facts about kernels: show, check, or guess them")
def command() -> None:
    """Facts about kernels: show them, see which are met, or guess those of a new kernel."""


@command.command(name="show")
@click.argument("name", required=False)
def show(name: str | None) -> None:
    """List the profiles, or show the tables of the profile NAME."""
    from soundcheck.catalog.problems import suggest

    profiles = open_catalog().profiles
    if name is None:
        for profile in profiles.values():
            always = " (always used)" if profile.is_always else ""
            click.echo(f"{profile.name:16} {profile.summary}{always}")
        return
    if name not in profiles:
        raise RunError(f"no profile is called {name}{suggest(name, profiles)}")
    for line in _tables(profiles[name]):
        click.echo(line)


def _tables(profile: "Profile") -> Iterator[str]:
    yield f"{profile.name}: {profile.summary}"
    for key in _TABLES:
        for number, table in enumerate(_rows(profile, key)):
            yield f"  {key} {number + 1}: {_brief(table)}"


def _rows(profile: "Profile", key: str) -> tuple[Mapping[str, object], ...]:
    found = profile.facts.get(key, ())
    return tuple(found) if isinstance(found, tuple | list) else ()


def _brief(table: Mapping[str, object]) -> str:
    parts = []
    for key, value in table.items():
        if value in ((), "", None):
            continue
        shown = ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
        parts.append(f"{key} {shown}")
    return "; ".join(parts)


@command.command(name="check")
@takes_common
def check(common: Common) -> int:
    """Tell how often each fact of the profiles in use is met in the workspace of PATHs.

    A fact that is never met may be wrong, or about code that this version of the kernel does not
    have: its `unmet` key says which. The exit code is 1 where a fact is not met and does not say
    why, in profiles that are not used everywhere.
    """
    from soundcheck.contexts.entries import count_facts

    model = Session(common).model()
    contexts = model.program.contexts
    counts = count_facts(contexts.roots, contexts.flows)
    unexplained = 0
    for profile in contexts.facts.profiles:
        rows = [(key, i, row) for key in _TABLES for i, row in enumerate(_rows(profile, key))]
        if not rows:
            continue
        click.echo(f"{profile.name}:")
        for key, number, row in rows:
            met = counts.get((profile.name, key, number), 0)
            reason = f" ({row['unmet']})" if not met and row.get("unmet") else ""
            if not met and not reason and not profile.is_always:
                unexplained += 1
            click.echo(f"  {met:6,}  {key} {number + 1}: {_brief(row)[:100]}{reason}")
    if unexplained:
        click.echo(f"{unexplained} facts are never met, and do not say why they stay")
    return 1 if unexplained else 0


@command.command(name="init")
@takes_common
def init(common: Common) -> None:
    """Guess a profile for the kernel that PATHs belong to, and print it.

    It is made of what the code itself does: types that give out guards, functions that leave
    interrupts masked, exported functions that are named like handlers. Read it before you use it.
    """
    from soundcheck.contexts.guesses import guess_facts

    session = Session(common)
    model = session.model()
    names = sorted(set(_packages(model.program.forest)))
    click.echo('name = "mine"')
    click.echo('summary = "a first guess, to be read and mended"')
    click.echo(f"\n[detect]\nmanifests = [{', '.join(map(_quoted, names[:5]))}]")
    for guess in guess_facts(model.program.contexts):
        click.echo("")
        for line in _as_toml(guess):
            click.echo(line)


def _packages(forest: object) -> Iterator[str]:
    for crate in getattr(forest, "crates", ()):
        name = getattr(crate, "name", "")
        if name and not (getattr(crate, "package", "") or "").startswith("<"):
            yield name


def _as_toml(guess: "Guess") -> Iterator[str]:
    yield f"# {guess.why}"
    yield f"[[{guess.table}]]"
    for key, value in guess.keys:
        if isinstance(value, list):
            yield f"{key} = [{', '.join(map(_quoted, value))}]"
        else:
            yield f"{key} = {_quoted(str(value))}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
