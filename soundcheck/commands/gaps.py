"""``soundcheck gaps``: what was not understood, by kind and by module."""

from collections import Counter

import click

from soundcheck.commands.options import Common, takes_common
from soundcheck.commands.session import Session
from soundcheck.finding import Gap


@click.command(name="gaps", short_help="list what was not understood")
@takes_common
@click.option(
    "--by",
    type=click.Choice(["place", "kind", "module"]),
    default="place",
    show_default=True,
    help="Each gap with its place, or how many there are.",
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
def command(common: Common, by: str, form: str) -> None:
    """List what soundcheck did not understand of the workspace that PATHs belong to."""
    from soundcheck.audit import audit
    from soundcheck.commands.policy import open_catalog

    session = Session(common)
    report = audit(session.input, open_catalog(), (), session.parse, with_tests=True)
    session.store.close()
    if form == "json":
        click.echo(_as_json(report.gaps))
    elif by == "place":
        for gap in report.gaps:
            click.echo(f"{gap.at.path}:{gap.at.line}: {gap.kind}: {gap.what}")
    else:
        counts = Counter(gap.kind if by == "kind" else _module_of(gap) for gap in report.gaps)
        for name, number in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
            click.echo(f"{number:7,}  {name}")
    if form == "text":
        click.echo(f"{len(report.gaps):,} gaps in {report.files:,} files", err=True)


def _module_of(gap: Gap) -> str:
    return gap.item or gap.at.path


def _as_json(gaps: tuple[Gap, ...]) -> str:
    import msgspec

    rows = [
        {
            "kind": gap.kind,
            "what": gap.what,
            "path": gap.at.path,
            "line": gap.at.line,
            "item": gap.item,
        }
        for gap in gaps
    ]
    return msgspec.json.format(msgspec.json.encode({"gaps": rows}), indent=2).decode()
