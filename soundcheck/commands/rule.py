"""``soundcheck rule``: the page of a rule, or the list of rules."""

import click

from soundcheck.catalog import Rule, find_rule, suggest
from soundcheck.commands.configuration import open_configuration
from soundcheck.commands.failures import RunError, told
from soundcheck.commands.policy import open_catalog
from soundcheck.workspace import find_root


@click.command(name="rule", short_help="show a rule's page, or list the rules")
@click.argument("name", required=False)
@click.option("--all", "show_all", is_flag=True, help="Every page, one after the other.")
@click.option(
    "--output",
    "-o",
    "form",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    show_default=True,
    help="How to show it.",
)
def command(name: str | None, show_all: bool, form: str) -> None:
    """Show the page of the rule NAME; without a name, one line on each rule.

    Rules that the configuration here brings are among them.
    """
    with told():
        catalog = open_catalog(open_configuration(find_root()))
    if name is not None:
        rule = find_rule(catalog, name)
        if rule is None:
            raise RunError(f"no rule is called {name}{suggest(name, catalog.rules)}")
        rules = [rule]
    else:
        rules = list(catalog.rules.values())
    if form == "json":
        click.echo(_as_json(rules))
    elif name is None and not show_all:
        click.echo(_as_list(rules))
    else:
        separator = "\n---\n\n" if form == "markdown" else "\n" + "=" * 79 + "\n\n"
        pages = [rule.text if form == "markdown" else _as_text(rule) for rule in rules]
        click.echo(separator.join(pages), nl=False)


def _as_list(rules: list[Rule]) -> str:
    width = max((len(rule.name) for rule in rules), default=0)
    return "\n".join(
        f"{rule.name:{width}}  {rule.severity.value:7}  {rule.precision.value:6}  "
        f"{rule.status.value:7}  {rule.summary}"
        for rule in rules
    )


def _as_text(rule: Rule) -> str:
    head = f"{rule.family}/{rule.name}: {rule.summary}\n"
    facts = (
        f"{rule.severity.value}, precision {rule.precision.value}, {rule.harm.value}, "
        f"{rule.status.value}, since {rule.since}\n"
    )
    sections = (f"\n{one.heading.upper()}\n\n{one.text.strip()}\n" for one in rule.sections)
    return head + facts + "".join(sections)


def _as_json(rules: list[Rule]) -> str:
    import msgspec

    rows = [
        {
            "name": rule.name,
            "family": rule.family,
            "summary": rule.summary,
            "message": rule.message,
            "help": rule.help,
            "severity": rule.severity,
            "precision": rule.precision,
            "class": rule.harm,
            "status": rule.status,
            "since": rule.since,
            "formerly": rule.formerly,
            "yields_to": rule.yields_to,
            "check": rule.check,
            "page": rule.text,
        }
        for rule in rules
    ]
    text = msgspec.json.encode(rows if len(rows) != 1 else rows[0])
    return msgspec.json.format(text, indent=2).decode()
