"""Where results go: formats, files written whole or not at all, colours, notes."""

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import click

from soundcheck.commands.failures import RunError
from soundcheck.render.places import Place


class Target(NamedTuple):
    """A format, and the file it goes to; without a file it goes to stdout."""

    form: str
    file: Path | None


def read_targets(outputs: tuple[str, ...], formats: tuple[str, ...]) -> list[Target]:
    """What ``--output`` asks for; the first of ``formats`` where it asks for nothing."""
    targets: list[Target] = []
    for output in outputs or (formats[0],):
        form, separator, file = output.partition("=")
        if form not in formats:
            from soundcheck.catalog.problems import suggest

            known = ", ".join(formats)
            raise RunError(
                f"--output {form}: no such format{suggest(form, formats)}; there are {known}"
            )
        if separator and not file:
            raise RunError(f"--output {output}: no file is named behind the =")
        targets.append(Target(form, Path(file) if file else None))
    on_stdout = [target.form for target in targets if target.file is None]
    if len(on_stdout) > 1:
        raise RunError(f"--output: {' and '.join(on_stdout)} cannot both go to stdout")
    return targets


def write(target: Target, text: str) -> None:
    """Write a result to its file, whole or not at all, or to stdout."""
    if target.file is None:
        # Bytes, so that no platform's encoding or line ends change what was rendered.
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "replace"))
        sys.stdout.flush()
        return
    content = text.encode("utf-8", "replace")
    try:
        if target.file.exists() and not target.file.is_file():
            # Nothing may take the place of a device or a pipe; a folder says that it is one.
            target.file.write_bytes(content)
            return
        # A link stays a link: the file that it leads to is replaced.
        path = Path(os.path.realpath(target.file))
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            mask = os.umask(0)
            os.umask(mask)
            os.chmod(name, 0o666 & ~mask)
            os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise RunError(f"cannot write {target.file}: {reason}") from error


def use_color(color: str, target: Target) -> bool:
    """Whether to colour what goes to ``target``."""
    if color != "auto":
        return color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return target.file is None and sys.stdout.isatty()


def terminal_width() -> int:
    """The width of the terminal in cells; a hundred where there is none."""
    return shutil.get_terminal_size((100, 24)).columns if sys.stdout.isatty() else 100


def note(text: str) -> None:
    """A line for people, on stderr."""
    click.echo(f"soundcheck: {text}", err=True)


def linker(root: str, color: str, target: Target) -> Callable[[Place], str] | None:
    """What turns places below ``root`` into addresses, for a terminal that opens them.

    ``FORCE_HYPERLINK`` decides where it is set; 0 means no.
    """
    if target.file is not None or color == "never":
        return None
    forced = os.environ.get("FORCE_HYPERLINK")
    is_able = sys.stdout.isatty() and use_color(color, target) and opens_links(os.environ)
    if not (forced not in ("", "0") if forced is not None else is_able):
        return None
    program = os.environ.get("TERM_PROGRAM")
    host = "" if program == "vscode" else platform.node()
    has_lines = "kitty" in os.environ.get("TERM", "")

    def address(place: Place) -> str:
        path = quote(f"{root.rstrip('/')}/{place.path}")
        if program == "vscode":
            return f"vscode://file{path}:{place.line}:{place.column}"
        return f"file://{host}{path}" + (f"#{place.line}" if has_lines else "")

    return address


# Terminals known to open OSC 8 hyperlinks, by what they say of themselves.
_LINKING_PROGRAMS = frozenset({"ghostty", "iTerm.app", "rio", "vscode", "WezTerm", "zed"})
_LINKING_TERMS = frozenset({"alacritty", "contour", "foot", "xterm-ghostty", "xterm-kitty"})
_LINKING_VARIABLES = ("DOMTERM", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "WT_SESSION")


def opens_links(environ: Mapping[str, str]) -> bool:
    """Whether the terminal that an environment tells of opens hyperlinks."""
    if environ.get("CI") or environ.get("TERM") == "dumb":
        return False
    if environ.get("TERM_PROGRAM") in _LINKING_PROGRAMS or environ.get("TERM") in _LINKING_TERMS:
        return True
    vte = environ.get("VTE_VERSION", "")
    return (vte.isdecimal() and int(vte) >= 5000) or any(map(environ.get, _LINKING_VARIABLES))
