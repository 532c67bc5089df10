"""``soundcheck clean``: remove the cache."""

from pathlib import Path

import click

from soundcheck.cache import FOLDER, remove_cache
from soundcheck.commands.failures import told
from soundcheck.workspace import find_root


@click.command(name="clean", short_help="remove the cache")
@click.option("--root", metavar="DIR", help="The root; otherwise found from here.")
@click.option(
    "--cache-dir",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The cache, if it is not in the root.",
)
def command(root: str | None, cache_dir: Path | None) -> None:
    """Remove the cache of parsed facts."""
    with told():
        folder = cache_dir or Path(find_root((), root)) / FOLDER
    click.echo("removed the cache" if remove_cache(folder) else "there is no cache")
