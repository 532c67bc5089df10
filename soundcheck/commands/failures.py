"""Runs that cannot be trusted."""

from collections.abc import Iterator
from contextlib import contextmanager

from soundcheck.pool import WorkerDiedError
from soundcheck.workspace import UnusableInputError


class RunError(Exception):
    """One clear sentence, with the place, on why this run cannot be trusted: exit code 2."""


@contextmanager
def told() -> Iterator[None]:
    """Turn what the doors raise into a ``RunError``."""
    try:
        yield
    except (UnusableInputError, WorkerDiedError) as error:
        raise RunError(str(error)) from error
