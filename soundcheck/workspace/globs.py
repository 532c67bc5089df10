"""Globs as in a ``.gitignore``, matched against paths from the root."""

import re
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from soundcheck.workspace.root import UnusableInputError

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


class UnusableGlobError(UnusableInputError):
    """A text that is no glob; one clause says why."""


def match_globs(globs: Sequence[str]) -> Callable[[str], bool]:
    """Whether a path is covered by ``globs``, all of them together read as git reads them.

    Raises:
        UnusableGlobError: where one of them is no glob.
    """
    return _read(globs).match_file if globs else lambda _path: False


def glob_fault(glob: str) -> str:
    """Why a glob covers nothing at all; empty where it may."""
    try:
        patterns = _read([glob]).patterns
    except UnusableGlobError as error:
        return str(error)
    if all(pattern.regex is None for pattern in patterns):
        return f"the glob `{glob}` matches nothing"
    if re.match(r"!?/?\.\.?/", glob):
        return f"the glob `{glob}` matches nothing: a path begins at the root, without `./`"
    return ""


def _read(globs: Sequence[str]) -> "GitIgnoreSpec":
    from pathspec import GitIgnoreSpec  # dear, and most runs exclude nothing

    with warnings.catch_warnings():
        # Python has a view on some classes of characters that git takes as they are.
        warnings.simplefilter("ignore", FutureWarning)
        try:
            return GitIgnoreSpec.from_lines(globs)
        except (ValueError, re.error) as error:
            raise UnusableGlobError(f"not a glob: {error}") from None
