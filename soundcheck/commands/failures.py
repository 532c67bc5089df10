"""Runs that cannot be trusted."""

from collections.abc import Iterator
from contextlib import contextmanager

from soundcheck.catalog import CatalogError
from soundcheck.pool import WorkerDiedError
from soundcheck.workspace import UnusableInputError


class RunError(Exception):
    """One clear sentence, with the place, on why this run cannot be trusted: exit code 2."""


@contextmanager
def told() -> Iterator[None]:
    """Turn what the doors and the catalogue raise into a ``RunError``."""
    try:
        yield
    except (UnusableInputError, WorkerDiedError) as error:
        raise RunError(str(error)) from error
    except CatalogError as error:
        problems = [str(problem) for problem in error.problems]
        noun = "problem" if len(problems) == 1 else "problems"
        head = f"the rules cannot be used: {len(problems)} {noun}"
        raise RunError("\n".join([head, *problems])) from error
