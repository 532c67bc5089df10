"""``soundcheck lsp``: a language server for editors."""

from importlib.util import find_spec
from pathlib import Path

import click

from soundcheck.commands.failures import RunError


@click.command(name="lsp", short_help="serve an editor")
@click.option(
    "--cache-dir",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where parsed facts are kept; otherwise .soundcheck_cache in the root.",
)
def command(cache_dir: Path | None) -> None:
    """Serve an editor over stdin and stdout, in the Language Server Protocol.

    Findings of the open documents with the steps of their proofs, as they are written; what an
    unsafe block leans on and in which contexts a function runs, where the editor hovers; and the
    comment that suppresses a finding, for which a reason is to be written.
    """
    if find_spec("pygls") is None:
        raise RunError("the language server needs pygls: pip install 'soundcheck[lsp]'")
    from soundcheck.commands.language_server import serve

    serve(cache_dir)
