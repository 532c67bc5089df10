"""One audit, as the commands that need findings run it: rules chosen, terms read, stages run."""

import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click
from msgspec.structs import replace

from soundcheck.catalog import Rule
from soundcheck.catalog.selection import Selectors
from soundcheck.catalog.settings import Settings
from soundcheck.commands.budgeting import read_accounts
from soundcheck.commands.failures import RunError
from soundcheck.commands.options import Selected
from soundcheck.commands.policy import choose_rules, hold_rules, split_names
from soundcheck.commands.session import Session
from soundcheck.finding import PRECISIONS, Accepted, Precision, Report

if TYPE_CHECKING:
    from soundcheck.program import Program

BASELINE = Settings().baseline


class Choice(NamedTuple):
    """Which rules a run uses, on what, and on which day."""

    select: tuple[str, ...]
    extend_select: tuple[str, ...]
    ignore: tuple[str, ...]
    preview: bool | None
    min_precision: str | None
    with_tests: bool | None
    profile: tuple[str, ...]
    today: str


_CHOICE = (
    click.option(
        "--select",
        multiple=True,
        metavar="NAME",
        help="Only these rules, families, classes or severities.",
    ),
    click.option(
        "--extend-select", multiple=True, metavar="NAME", help="These too, previews included."
    ),
    click.option("--ignore", multiple=True, metavar="NAME", help="All but these."),
    click.option("--preview/--no-preview", default=None, help="Rules in preview too."),
    click.option(
        "--min-precision",
        type=click.Choice([one.value for one in PRECISIONS]),
        show_default="low",
        help="Only findings at least this sure.",
    ),
    click.option("--tests/--no-tests", "with_tests", default=None, help="Report on test code too."),
    click.option(
        "--profile",
        multiple=True,
        metavar="NAME",
        help="The profile of this kernel, where it is not to be told by its packages; repeatable.",
    ),
    click.option(
        "--today",
        default="",
        metavar="DATE",
        help="The day by which suppressions end; otherwise SOURCE_DATE_EPOCH's, or today.",
    ),
)


def takes_choice(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that choose rules and what they are held to, as the argument ``choice``."""

    @wraps(function)
    def handed_over(*args: Any, **values: Any) -> Any:
        choice = Choice(**{name: values.pop(name) for name in Choice._fields})
        return function(*args, choice=choice, **values)

    decorated: Callable[..., Any] = handed_over
    for option in reversed(_CHOICE):
        decorated = option(decorated)
    return decorated


class Audited(NamedTuple):
    """What came out of an audit, the rules it used, and the program that was judged."""

    report: Report
    rules: tuple[Rule, ...]
    program: "Program"


def run_audit(
    session: Session,
    selected: Selected,
    choice: Choice,
    *,
    accepted: tuple[Accepted, ...],
    heeds_comments: bool = True,
    with_model: bool = False,
) -> Audited:
    """Audit the workspace of a session; ``accepted`` is the baseline.

    What the command line left open is as the configuration has it. ``with_model`` links the
    program though no rule asks for that.
    """
    from soundcheck.audit import Stages, examine
    from soundcheck.checking import Memory
    from soundcheck.resolving import UnusableSelectionError
    from soundcheck.triage import Terms

    settings = _decided(session.configuration.settings, choice)
    terms = Terms(read_day(choice.today), accepted, heeds_comments, settings.tests)
    asked = Selectors(
        split_names(choice.select), split_names(choice.extend_select), split_names(choice.ignore)
    )
    chosen, severity_of = choose_rules(session.catalog, settings, asked)
    rules = hold_rules(chosen)
    stages = Stages(
        session.parse,
        session.link,
        session.theory,
        session.profiles,
        Memory(session.recall, session.keep),
        session.spread,
    )
    source = replace(session.input, accounts=read_accounts(session))
    try:
        report, program = examine(
            source,
            session.catalog,
            rules,
            stages,
            asked=session.asked(selected),
            terms=terms,
            severity_of=severity_of,
            with_model=with_model,
        )
    except UnusableSelectionError as error:
        raise RunError(str(error)) from error
    finally:
        session.store.close()
    return Audited(report, rules, program)


def _decided(settings: Settings, choice: Choice) -> Settings:
    """The settings, and over them what the command line says."""
    given = {
        "preview": choice.preview,
        "tests": choice.with_tests,
        "min_precision": Precision(choice.min_precision) if choice.min_precision else None,
    }
    return replace(settings, **{key: value for key, value in given.items() if value is not None})


def read_day(given: str) -> str:
    """The day of this run: as given, else that of ``SOURCE_DATE_EPOCH``, else today's in UTC."""
    if given:
        try:
            return date.fromisoformat(given).isoformat()
        except ValueError:
            raise RunError(f"--today {given}: no day; write it as 2027-01-31") from None
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch:
        return datetime.now(UTC).date().isoformat()
    try:
        return datetime.fromtimestamp(int(epoch), UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        raise RunError(f"SOURCE_DATE_EPOCH={epoch}: no number of seconds since 1970") from None


def read_accepted(session: Session, file: Path | None) -> tuple[Accepted, ...]:
    """The entries of the baseline: of ``file``, else of the session's own, if there is one."""
    path, root = file or session.baseline, session.root
    try:
        text = path.read_bytes().decode()
    except FileNotFoundError as error:
        if file is None:
            return ()
        raise RunError(f"{file}: there is no such file") from error
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise RunError(f"{shown(path, root)}: cannot be read: {reason}") from error
    from soundcheck.triage.baseline import read_baseline

    entries, problems = read_baseline(shown(path, root), text)
    if problems:
        raise RunError("\n".join(["the baseline cannot be used:", *map(str, problems)]))
    return entries


def shown(path: Path, root: str) -> str:
    """A path as messages name it: from the root, where it lies below it."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
