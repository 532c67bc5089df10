"""``soundcheck trace``: hold what was executed against the call graph."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from soundcheck.commands.failures import RunError
from soundcheck.commands.options import Common, Selected, takes_common, takes_selection
from soundcheck.commands.session import Session

if TYPE_CHECKING:
    from soundcheck.source import SourceFile
    from soundcheck.traces.trace import Trace

# What a folder of uftrace holds beside other tools' files, by the ends of their names.
_ENDINGS = ("info", "task.txt", ".map", ".sym", ".dat")


@click.command(name="trace", short_help="hold a trace against the call graph")
@click.argument("trace")
@takes_common
@takes_selection
@click.option(
    "--output",
    "-o",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to show it.",
)
def command(common: Common, selected: Selected, trace: str, form: str) -> None:
    """Hold TRACE against the call graph of the workspace that PATHs belong to.

    TRACE is a folder that uftrace or rftrace recorded, the text of `uftrace replay`, or JSON for
    Chrome. Told are the executed calls that the graph has, those that it lacks, and the unsafe
    sites in executed functions. A call that the graph lacks is `observed`, and `unlinked` where
    functions outside the workspace lie between its ends.
    """
    from soundcheck.render.trace import render_trace
    from soundcheck.witness import hear

    read = open_trace(trace)
    model = Session(common).call_model(selected)
    testimony = hear(read, model.world, model.graph, model.program.facts)
    click.echo(render_trace(testimony, model.world, form), nl=False)


def open_trace(name: str) -> "Trace":
    """The trace at a path, a folder or a file."""
    from soundcheck.traces.formats import read_trace

    found = read_trace(_files(name))
    if not found.functions:
        why = f": {found.gaps[0].what}" if found.gaps else ""
        raise RunError(f"{name} is no trace of uftrace, rftrace or Chrome{why}")
    return found


def _files(name: str) -> "list[SourceFile]":
    from soundcheck.source import SourceFile

    place = Path(name)
    files = [place]
    if place.is_dir():
        files = [one for one in sorted(place.iterdir()) if one.name.endswith(_ENDINGS)]
        if not files:
            raise RunError(f"{name} is no trace: the folder has no files of uftrace")
    base = place.name or "trace"
    try:
        return [
            SourceFile(base if one == place else f"{base}/{one.name}", one.read_bytes())
            for one in files
            if not one.is_dir()
        ]
    except OSError as error:
        raise RunError(f"{name} cannot be read: {error.strerror or error}") from error
