"""``soundcheck baseline``: findings that are accepted for now."""

from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple

import click

from soundcheck.commands.auditing import (
    BASELINE,
    Choice,
    read_accepted,
    run_audit,
    shown,
    takes_choice,
)
from soundcheck.commands.failures import RunError
from soundcheck.commands.options import EVERY_BUILD, Common, takes_common
from soundcheck.commands.outputs import Target, write
from soundcheck.commands.session import Session
from soundcheck.finding import SEVERITIES, Accepted, Finding, Severity, Suppressed


@click.group(name="baseline", short_help="keep findings that are accepted for now")
def command() -> None:
    """Keep the findings that are accepted for now in soundcheck-baseline.toml.

    `check` counts what stands there and does not report it. The file is the project's and is
    committed: it has a line for each finding, and a reason on it where one is given.
    """


class Held(NamedTuple):
    """A baseline held against an audit: its file and entries, what meets them, and what is new."""

    file: Path
    name: str
    entries: tuple[Accepted, ...]
    met: tuple[Suppressed, ...]
    new: tuple[Finding, ...]
    unmet: tuple[Accepted, ...]


_OPTIONS = (
    click.option(
        "--baseline",
        "file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help=f"Another file than {BASELINE} in the root.",
    ),
    click.option(
        "--min-severity",
        type=click.Choice([one.value for one in SEVERITIES]),
        default="note",
        show_default=True,
        help="Only new findings at least this bad.",
    ),
)
_REASON = click.option(
    "--reason", default="", metavar="TEXT", help="Why the new findings are accepted."
)


class _Asked(NamedTuple):
    """What an audit for a baseline was told."""

    common: Common
    choice: Choice
    file: Path | None
    min_severity: str


def _takes_audit(function: Callable[..., Any]) -> Callable[..., Any]:
    """PATHs and the options of an audit, as the first argument."""

    @wraps(function)
    def handed_over(
        common: Common, choice: Choice, file: Path | None, min_severity: str, **values: Any
    ) -> Any:
        return function(_Asked(common, choice, file, min_severity), **values)

    decorated: Callable[..., Any] = handed_over
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return takes_common(takes_choice(decorated))


@command.command(name="create")
@_takes_audit
@_REASON
@click.option("--force", is_flag=True, help="Write over a baseline that is there.")
def create(asked: _Asked, reason: str, force: bool) -> None:
    """Accept all that is found."""
    session = Session(asked.common, asked.choice.profile)
    file, name = _file_of(session, asked)
    if file.exists() and not force:
        raise RunError(f"{name} is there already: `update` adds to it, --force begins anew")
    held = _hold(session, asked, ())
    _write(held, (_accept(finding, reason) for finding in held.new))


@command.command(name="update")
@_takes_audit
@_REASON
def update(asked: _Asked, reason: str) -> None:
    """Add what is new; entries keep their reasons."""
    held = _open(asked)
    _write(held, (*_renewed(held), *(_accept(finding, reason) for finding in held.new)))
    _tell_unmet(held)


@command.command(name="check")
@_takes_audit
def check(asked: _Asked) -> int:
    """Exit with 1 if something is new, or if an entry is met by no finding any more."""
    held = _open(asked)
    for finding in held.new:
        place = f"{finding.at.path}:{finding.at.line}"
        click.echo(f"{place}: {finding.severity}[{finding.rule}] {finding.message}")
    for entry in held.unmet:
        where = " in ".join(part for part in (entry.item, entry.path) if part)
        click.echo(f"{held.name}: {entry.rule} of {where}: no finding meets it any more")
    click.echo(f"{_count(held.entries)}: {len(held.new):,} new, {len(held.unmet):,} unmet")
    return 1 if held.new or held.unmet else 0


@command.command(name="prune")
@_takes_audit
def prune(asked: _Asked) -> None:
    """Drop the entries that no finding meets any more."""
    held = _open(asked)
    gone = {entry.fingerprint for entry in held.unmet}
    _write(held, (entry for entry in _renewed(held) if entry.fingerprint not in gone))


@command.command(name="import")
@click.argument("review", type=click.Path(path_type=Path), metavar="REVIEW.json")
@_takes_audit
def import_reviews(asked: _Asked, review: Path) -> None:
    """Accept what a review in the HTML report found to be a false alarm, or sound.

    The note of the review is the reason. Reviews of unsafe sites stay in the file.
    """
    from soundcheck.triage.reviews import import_reviews, read_reviews

    try:
        reviews = read_reviews(review.read_bytes())
    except OSError as error:
        raise RunError(f"{review}: {(error.strerror or str(error)).lower()}") from error
    if isinstance(reviews, str):
        raise RunError(f"{review}: no reviews: {reviews}")
    session = Session(asked.common, asked.choice.profile)
    file, _ = _file_of(session, asked)
    held = _hold(session, asked, read_accepted(session, file) if file.exists() else ())
    found = [*held.new, *(one.finding for one in held.met)]
    imported = import_reviews(reviews, {finding.fingerprint: finding for finding in found})
    reviewed = {entry.fingerprint for entry in imported.entries}
    kept = (entry for entry in _renewed(held) if entry.fingerprint not in reviewed)
    _write(held, (*kept, *imported.entries))
    if imported.lost:
        click.echo(f"{imported.lost:,} of the reviews are about no finding that is there")


def _file_of(session: Session, asked: _Asked) -> tuple[Path, str]:
    """The baseline's file, and how messages name it."""
    file = asked.file or session.baseline
    return file, shown(file, session.root)


def _open(asked: _Asked) -> Held:
    """The baseline, which must be there, held against an audit."""
    session = Session(asked.common, asked.choice.profile)
    file, name = _file_of(session, asked)
    if not file.exists():
        raise RunError(f"{name} is not there: `soundcheck baseline create` makes it")
    return _hold(session, asked, read_accepted(session, file))


def _hold(session: Session, asked: _Asked, entries: tuple[Accepted, ...]) -> Held:
    report, _, _ = run_audit(session, EVERY_BUILD, asked.choice, accepted=entries)
    least = SEVERITIES.index(Severity(asked.min_severity))
    return Held(
        *_file_of(session, asked),
        entries,
        tuple(one for one in report.suppressed if one.entry is not None),
        tuple(one for one in report.findings if SEVERITIES.index(one.severity) <= least),
        report.unmet,
    )


def _accept(finding: Finding, reason: str) -> Accepted:
    from soundcheck.triage.baseline import accept

    return accept(finding, reason)


def _renewed(held: Held) -> tuple[Accepted, ...]:
    """The entries, those that are met with the path, item and rule their finding has now."""
    from soundcheck.triage.baseline import renew

    renewed = {one.entry: renew(one.entry, one.finding) for one in held.met if one.entry}
    return tuple(renewed.get(entry, entry) for entry in held.entries)


def _write(held: Held, entries: Iterable[Accepted]) -> None:
    from soundcheck.triage.baseline import join_entries, write_baseline

    written = join_entries(entries)
    write(Target("toml", held.file), write_baseline(written))
    before = {entry.fingerprint for entry in held.entries}
    after = {entry.fingerprint for entry in written}
    changes = f"{len(after - before):,} new, {len(before - after):,} dropped"
    click.echo(f"{held.name}: {_count(written)}, {changes}")


def _tell_unmet(held: Held) -> None:
    if held.unmet:
        click.echo(f"{_count(held.unmet)} met by no finding any more: `prune` drops them")


def _count(entries: tuple[Accepted, ...]) -> str:
    return f"{len(entries):,} {'entry' if len(entries) == 1 else 'entries'}"
