"""``soundcheck rules``: work on rule pages."""

from pathlib import Path

import click

from soundcheck.commands.failures import RunError
from soundcheck.commands.policy import check_catalog, open_catalog, open_theory
from soundcheck.resources import read_profiles


@click.group(name="rules", short_help="work on rule pages")
def command() -> None:
    """Work on rule pages."""


@command.command(name="test")
@click.argument("folder", required=False, type=click.Path(path_type=Path), metavar="[DIR]")
def test(folder: Path | None) -> int:
    """Run every example of the pages below DIR, or of the pages that ship with the program.

    A page stands in a folder named after its family: DIR/FAMILY/RULE.md.
    """
    from soundcheck.trials import try_rule

    catalog, theory = open_catalog(), open_theory()
    tried = list(catalog.rules.values())
    if folder is not None:
        own = check_catalog(_read_pages(folder), read_profiles())
        tried = list(own.rules.values())
    mismatches = [mismatch for rule in tried for mismatch in try_rule(catalog, theory, rule)]
    for mismatch in mismatches:
        click.echo(str(mismatch))
    examples = sum(len(rule.examples) for rule in tried)
    marks = sum(len(example.marks) for rule in tried for example in rule.examples)
    click.echo(
        f"{len(tried)} rules, {examples} examples, {marks} marks: "
        f"{len(mismatches) or 'no'} mismatch{'' if len(mismatches) == 1 else 'es'}"
    )
    return 1 if mismatches else 0


def _read_pages(folder: Path) -> dict[str, str]:
    if not folder.is_dir():
        raise RunError(f"{folder}: there is no such folder")
    pages: dict[str, str] = {}
    for file in sorted(folder.rglob("*.md")):
        if file.name == "README.md":
            continue
        try:
            pages[file.as_posix()] = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RunError(f"{file}: cannot be read: {error}") from error
    if not pages:
        raise RunError(f"{folder}: there are no rule pages below it")
    return pages
