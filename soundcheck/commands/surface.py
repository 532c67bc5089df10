"""``soundcheck surface``: how much safe code has to be read to believe the unsafe code."""

from typing import TYPE_CHECKING

import click

from soundcheck.commands.failures import RunError
from soundcheck.commands.options import Common, Selected, takes_common, takes_selection
from soundcheck.commands.session import Session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from soundcheck.boundaries.found import Site


@click.command(
    name="surface", short_help="list modules by the safe code that can break their unsafe code"
)
@takes_common
@takes_selection
@click.option(
    "--site",
    metavar="PATH[:LINE]",
    help="Tell of the unsafe sites there: what each leans on, and which functions to read.",
)
@click.option(
    "--output",
    "-o",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to show them.",
)
def command(common: Common, selected: Selected, site: str | None, form: str) -> None:
    """List the modules with unsafe code, those first that take most reading.

    For each: the lines and number of the functions whose safe code can break its unsafe code, here
    and in other modules; its unsafe sites, and how many of them leak to callers or writers
    elsewhere, rest on the order in which things run, or are not understood; the obligations that
    leave it, and those of others that it has to meet; and the share of sites that reading the
    module and what is inside it is enough for.

    The JSON has each site with the functions to read, each obligation with those who meet it, and
    each way in which one module can break another.
    """
    from soundcheck.boundaries.modules import build_modules
    from soundcheck.render.surface import render_site, render_surface

    session = Session(common)
    model = session.model(selected)
    found = model.program.boundaries
    reported = session.input.reported
    sites = [one for one in found.sites if reported is None or one.path in reported]
    if site is not None:
        click.echo(render_site(found, _chosen(sites, site), form), nl=False)
        return
    obligations = model.program.obligations
    graph = build_modules(found, sites, obligations)
    kept = [one for one in obligations if any(found.sites[i] in sites for i in one.sites)]
    click.echo(render_surface(found, sites, kept, graph, form), nl=False)


def _chosen(sites: "Sequence[Site]", asked: str) -> "list[Site]":
    """The sites of a file, or of one line of it."""
    path, colon, line = asked.rpartition(":")
    if not colon or not line.isdigit():
        path, line = asked, ""
    found = [one for one in sites if one.path == path and line in ("", str(one.line))]
    if not found:
        raise RunError(f"no unsafe site is known at {asked}")
    return found
