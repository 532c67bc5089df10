"""``soundcheck rules``: work on rule pages."""

from pathlib import Path

import click

from soundcheck.commands.configuration import open_configuration, read_texts
from soundcheck.commands.failures import RunError, told
from soundcheck.commands.policy import catalog_with, open_theory
from soundcheck.workspace import find_root


@click.group(name="rules", short_help="work on rule pages")
def command() -> None:
    """Work on rule pages."""


@command.command(name="test")
@click.argument("folder", required=False, type=click.Path(path_type=Path), metavar="[DIR]")
def test(folder: Path | None) -> int:
    """Run every example of the pages below DIR, or of all the pages there are.

    A page stands in a folder named after its family: DIR/FAMILY/RULE.md. Without DIR, the pages
    of the program are tried, and those that the configuration here names.
    """
    from soundcheck.trials import try_rule

    with told():
        configuration = open_configuration(find_root())
    pages, faults = ({}, []) if folder is None else read_texts(folder, "**/*.md")
    if faults:
        raise RunError("\n".join(faults))
    theory, catalog = open_theory(), catalog_with(configuration, pages)
    tried = [rule for rule in catalog.rules.values() if folder is None or rule.path in pages]
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
