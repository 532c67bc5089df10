"""The command line: one file a command, loaded when it is called."""

import contextlib
import errno
import gc
import importlib
import os
import sys
from typing import NoReturn

import click

from soundcheck import __version__
from soundcheck.commands.failures import RunError

_COMMANDS = {
    "baseline": "keep findings that are accepted for now",
    "check": "audit a workspace and report",
    "clean": "remove the cache",
    "config": "show the configuration, or its schema",
    "count": "count unsafe code",
    "diff": "tell what changed between two commits",
    "explain": "tell all that is inferred of an item",
    "gaps": "list what was not understood",
    "graph": "show the graph of calls, modules, contexts or locks",
    "init": "begin: a configuration, and a baseline of what there is",
    "locks": "list locks with the contexts that take them",
    "lsp": "serve an editor",
    "profile": "facts about kernels: show, check, or guess them",
    "report": "write the report for reviewers, with every file",
    "rule": "show a rule's page, or list the rules",
    "rules": "work on rule pages",
    "surface": "list modules by the safe code that can break their unsafe code",
    "trace": "hold a trace against the call graph",
}

# What writing to a disk or a terminal fails with.
_FULL = (errno.ENOSPC, errno.EIO)


class _Commands(click.Group):
    """The commands, imported one at a time."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"soundcheck.commands.{cmd_name}")
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(sorted(_COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            from soundcheck.catalog.problems import suggest

            ctx.fail(f"no such command '{args[0]}'{suggest(args[0], _COMMANDS)}")
        return super().resolve_command(ctx, args)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(
    __version__, "-V", "--version", prog_name="soundcheck", message="%(prog)s %(version)s"
)
def cli() -> None:
    """Is this unsafe Rust sound, and does its safety depend on context?"""


def run() -> NoReturn:
    """Run the command line and leave with its exit code: 0, 1 for findings, 2 for no trust."""
    # A run makes millions of values and drops few: looking for garbage among them costs a third.
    gc.disable()
    try:
        code = cli.main(prog_name="soundcheck", standalone_mode=False)
    except click.exceptions.Abort:
        _say("interrupted")
        code = 2
    except click.ClickException as error:
        error.show()
        code = 2
    except RunError as failure:
        _say(str(failure))
        code = 2
    except BrokenPipeError:
        # Who reads our output has seen enough.
        _drop_output()
        code = 0
    except OSError as error:
        _say(_unwritten(error) if error.errno in _FULL else _internal(error))
        _drop_output()
        code = 2
    except Exception as error:
        _say(_internal(error))
        code = 2
    _leave(code if isinstance(code, int) else 0)


def _leave(code: int) -> NoReturn:
    """End the process once all is written.

    Python would first free every value by itself, which takes as long as a sixth of a warm run.
    """
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = 0
    except OSError as error:
        _say(_unwritten(error))
        code = 2
    with contextlib.suppress(OSError):
        sys.stderr.flush()
    os._exit(code)


def _drop_output() -> None:
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115


def _unwritten(error: OSError) -> str:
    return f"the output could not be written: {(error.strerror or str(error)).lower()}"


def _say(message: str) -> None:
    lines = message.splitlines() or [""]
    click.echo(f"soundcheck: error: {lines[0]}", err=True)
    for line in lines[1:]:
        click.echo(f"  {line}", err=True)


def _internal(error: Exception) -> str:
    import traceback

    if os.environ.get("SOUNDCHECK_TRACEBACK"):
        traceback.print_exc()
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else "?"
    what = f"internal error: {type(error).__name__} at {place}: {error}"
    return f"{what}\nplease report it; SOUNDCHECK_TRACEBACK=1 shows where it comes from"
