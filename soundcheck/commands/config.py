"""``soundcheck config``: what is configured, and what may be."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from soundcheck.catalog.selection import NOTHING_ASKED, names_of
from soundcheck.catalog.settings import (
    Settings,
    origins,
    setting_keys,
    values_of,
    write_settings,
)
from soundcheck.commands.configuration import Configuration, open_configuration
from soundcheck.commands.failures import RunError, told
from soundcheck.commands.policy import choose_rules, open_catalog
from soundcheck.workspace import find_root

if TYPE_CHECKING:
    from soundcheck.catalog import Catalog

_DEFAULT = "default"


@click.group(name="config", short_help="show the configuration, or its schema")
def command() -> None:
    """Show the configuration: soundcheck.toml at the root, and what stands beside it."""


def _takes_place(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that tell which configuration is meant."""
    root = click.option("--root", metavar="DIR", help="The root; otherwise found from here.")
    file = click.option(
        "--config",
        "file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="The configuration, in place of the root's soundcheck.toml and Cargo.toml.",
    )
    isolated = click.option("--isolated", is_flag=True, help="No configuration: the defaults.")
    return root(file(isolated(function)))


@command.command(name="show")
@_takes_place
@click.option(
    "--output",
    "-o",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to show it; the text is a soundcheck.toml too.",
)
def show(root: str | None, file: Path | None, isolated: bool, form: str) -> None:
    """Show every setting that is in force, and where it comes from."""
    configuration, catalog = _open(root, file, isolated)
    settings = configuration.settings
    said = origins(configuration.stated)
    rules = [rule.name for rule in choose_rules(catalog, settings, NOTHING_ASKED).rules]
    if form == "json":
        click.echo(_as_json(settings, said, rules))
        return
    comments = {key: said.get(key, _DEFAULT) for key in values_of(settings)}
    for line in write_settings(settings, comments):
        click.echo(line)
    click.echo(f"\n# {len(rules)} rules are on: {', '.join(rules) or 'none'}")


def _as_json(settings: Settings, said: dict[str, str], rules: list[str]) -> str:
    import msgspec

    rows = {
        key: {"value": value, "from": said.get(key, _DEFAULT)}
        for key, value in values_of(settings).items()
    }
    text = msgspec.json.encode({"settings": rows, "rules": rules})
    return msgspec.json.format(text, indent=2).decode()


@command.command(name="schema")
@_takes_place
def schema(root: str | None, file: Path | None, isolated: bool) -> None:
    """Print a JSON Schema of soundcheck.toml, for editors.

    It knows the rules and profiles there are, those that the configuration brings among them.
    """
    import msgspec

    from soundcheck.catalog.json_schema import json_schema

    _, catalog = _open(root, file, isolated)
    rules = catalog.rules.values()
    names = sorted(frozenset[str]().union(*map(names_of, rules)))
    own = sorted(name for rule in rules for name in (*rule.formerly, rule.name))
    keys = setting_keys(tuple(names), tuple(own), tuple(catalog.profiles))
    defaults = {key: value for key, value in values_of(Settings()).items() if value != ""}
    document = json_schema("soundcheck.toml", keys, defaults)
    click.echo(msgspec.json.format(msgspec.json.encode(document), indent=2).decode())


def _open(root: str | None, file: Path | None, isolated: bool) -> "tuple[Configuration, Catalog]":
    """The configuration that is meant, and the catalogue that it makes."""
    if file is not None and isolated:
        raise RunError("--config and --isolated contradict each other")
    with told():
        configuration = open_configuration(find_root((), root), file, is_isolated=isolated)
    return configuration, open_catalog(configuration)
