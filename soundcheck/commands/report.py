"""``soundcheck report``: the report for reviewers as a folder, with every file in it."""

import os
from pathlib import Path

import click

from soundcheck import __version__
from soundcheck.commands.auditing import Choice, read_accepted, run_audit, takes_choice
from soundcheck.commands.failures import RunError
from soundcheck.commands.options import Common, Selected, takes_common, takes_selection
from soundcheck.commands.outputs import Target, write
from soundcheck.commands.session import Session

# By this a folder is known to be one of ours, whose files may be written over.
_MARK = b'<meta name="generator" content="soundcheck'
_HEAD = 4096


@click.command(name="report", short_help="write the report for reviewers, with every file")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@takes_common
@takes_selection
@takes_choice
def command(common: Common, selected: Selected, choice: Choice, folder: Path) -> None:
    """Write the report for reviewers on the workspace that PATHs belong to into DIR.

    It is that of `check --output html`, in DIR/index.html, and behind it every file from end to
    end: with its unsafe code and findings, the contexts in which each function runs, and what its
    calls lead to. An earlier report in DIR is replaced; a folder with anything else is refused.
    """
    from soundcheck.audit import read_argument_marks
    from soundcheck.render.html.folder import INDEX, render_folder
    from soundcheck.resources import read_face
    from soundcheck.survey import take_survey
    from soundcheck.survey.references import find_references

    old = _old_pages(folder, INDEX)
    session = Session(common, choice.profile)
    report, rules, program = run_audit(
        session, selected, choice, accepted=read_accepted(session, None), with_model=True
    )
    survey = take_survey(session.input, program, read_argument_marks(session.catalog))
    references = find_references(session.input, program)
    files = render_folder(
        report, survey, references, session.input.files, rules, read_face(), version=__version__
    )
    number = 0
    for name, text in files:
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunError(f"cannot write {path.parent}: {error.strerror}") from error
        write(Target("html", path), text)
        old.discard(path)
        number += 1
    for path in old:
        path.unlink(missing_ok=True)
    if not common.quiet:
        click.echo(f"{folder / INDEX}: {number - 1:,} files behind it")


def _old_pages(folder: Path, index: str) -> set[Path]:
    """The pages of an earlier report in a folder; one with anything else is not touched."""
    if not folder.exists():
        return set()
    if not folder.is_dir():
        raise RunError(f"{folder}: no folder")
    if not os.listdir(folder):
        return set()
    try:
        with (folder / index).open("rb") as file:
            is_ours = _MARK in file.read(_HEAD)
    except OSError:
        is_ours = False
    if not is_ours:
        raise RunError(f"{folder}: there is something else in it than a report")
    return set((folder / "files").glob("*.html"))
