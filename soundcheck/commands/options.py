"""Options that commands share, and the one value they are handed over in."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple

import click

from soundcheck.pool import default_jobs


class Common(NamedTuple):
    """What every command that reads a workspace was told."""

    paths: tuple[str, ...]
    root: str | None
    jobs: int
    cache_dir: Path | None
    no_cache: bool
    color: str
    quiet: bool
    verbose: bool
    config: Path | None = None
    isolated: bool = False
    force_exclude: bool = False


_PATHS = click.argument("paths", nargs=-1, type=click.Path(path_type=str))
_OPTIONS = (
    click.option("--root", metavar="DIR", help="The root; otherwise found from the first PATH."),
    click.option(
        "--jobs",
        "-j",
        type=click.IntRange(1, 256),
        default=default_jobs,
        show_default="processors",
        help="How many processes parse.",
    ),
    click.option(
        "--cache-dir",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="Where parsed facts are kept; otherwise .soundcheck_cache in the root.",
    ),
    click.option("--no-cache", is_flag=True, help="Neither read nor write that cache."),
    click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        show_default=True,
        help="Whether to use colours.",
    ),
    click.option("--quiet", "-q", is_flag=True, help="No progress and no notes on stderr."),
    click.option("--verbose", "-v", is_flag=True, help="Every note on stderr."),
    click.option(
        "--config",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="The configuration, in place of the root's soundcheck.toml and Cargo.toml.",
    ),
    click.option("--isolated", is_flag=True, help="No configuration but this command line."),
    click.option(
        "--force-exclude",
        is_flag=True,
        help="What the configuration excludes is not reported though a PATH names it.",
    ),
)


def takes_common(function: Callable[..., Any]) -> Callable[..., Any]:
    """PATHs and the options of every command that reads a workspace, as its first argument."""

    @wraps(function)
    def handed_over(**values: Any) -> Any:
        shared = Common(**{name: values.pop(name) for name in Common._fields})
        return function(shared, **values)

    decorated: Callable[..., Any] = handed_over
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return _PATHS(decorated)


_SELECTION = (
    click.option(
        "--target",
        default="",
        metavar="TRIPLE",
        help="Only code for this target: a triple, or the path of a target specification.",
    ),
    click.option(
        "--features",
        multiple=True,
        metavar="NAMES",
        help="Only code under these features, and the default ones.",
    ),
    click.option("--no-default-features", is_flag=True, help="Without the default features."),
    click.option("--all-features", is_flag=True, help="With every feature."),
    click.option(
        "--cfg",
        "cfgs",
        multiple=True,
        metavar="OPTION",
        help='Only code under name or key="value".',
    ),
)


class Selected(NamedTuple):
    """The configuration that a command was told to narrow its run to."""

    target: str
    features: tuple[str, ...]
    no_default_features: bool
    all_features: bool
    cfgs: tuple[str, ...]


EVERY_BUILD = Selected("", (), False, False, ())


def takes_selection(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that narrow a run to one configuration, as the argument ``selected``."""

    @wraps(function)
    def handed_over(*args: Any, **values: Any) -> Any:
        selected = Selected(**{name: values.pop(name) for name in Selected._fields})
        return function(*args, selected=selected, **values)

    decorated: Callable[..., Any] = handed_over
    for option in reversed(_SELECTION):
        decorated = option(decorated)
    return decorated


def takes_output(formats: tuple[str, ...]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """``--output FORMAT[=FILE]``, repeatable; without a file it goes to stdout."""
    return click.option(
        "--output",
        "-o",
        "outputs",
        multiple=True,
        metavar="FORMAT[=FILE]",
        help=f"What to write, and where; repeatable. Formats: {', '.join(formats)}.",
    )
