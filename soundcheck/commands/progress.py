"""One line on stderr while work takes longer than a second on a terminal."""

import os
import sys
import time
from collections.abc import Callable

_PATIENCE = 1.0


def progress(what: str, *, is_quiet: bool) -> Callable[[int], None] | None:
    """A function that takes the percentage done; ``None`` where nobody is watching."""
    if is_quiet or os.environ.get("CI") or os.environ.get("PRE_COMMIT") or not sys.stderr.isatty():
        return None
    started = time.monotonic()

    def tell(percent: int) -> None:
        if time.monotonic() - started > _PATIENCE:
            sys.stderr.write(f"\r{what} … {percent:3d} %")
            sys.stderr.flush()

    return tell


def wipe(tell: Callable[[int], None] | None) -> None:
    """Leave the line empty again."""
    if tell is not None:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
