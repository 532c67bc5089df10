"""Processes, since parsing holds the interpreter lock; the parent works on a share like any other.

Work goes in by fork and results come back as bytes, so nothing is ever pickled.
"""

import contextlib
import os
import signal
import warnings
from collections.abc import Callable, Sequence
from typing import BinaryIO, NamedTuple, TypeVar

T = TypeVar("T")

# Below this much work, in the unit of the weights, a second process costs more than it saves.
LEAST_WEIGHT = 150_000
# What an item costs that has no weight of its own.
_BASE_WEIGHT = 200
# Stands where the length of a result would, before the words of what went wrong.
_FAILED = (1 << 64) - 1


class WorkerDiedError(Exception):
    """A worker process ended before it had sent its results, or could not make them."""


class _Worker(NamedTuple):
    """A process, the indices of the items it works on, and the end of its pipe that is ours."""

    process: int
    share: list[int]
    reader: BinaryIO


def default_jobs() -> int:
    """How many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def map_bytes(
    function: Callable[[T], bytes],
    items: Sequence[T],
    weights: Sequence[int],
    jobs: int,
    tell: Callable[[int], None] | None = None,
) -> list[bytes]:
    """Apply ``function`` to each item, in up to ``jobs`` processes; results stand in item order.

    ``weights`` say how much work each item is, in bytes of source. ``tell`` is called with the
    share done, in percent, from time to time. Raises ``WorkerDiedError``, and what ``function``
    raises in this process.
    """
    jobs = min(jobs, len(items), 1 + sum(weights) // LEAST_WEIGHT)
    if jobs < 2 or not hasattr(os, "fork"):
        return _work(function, items, range(len(items)), tell)
    return _fan_out(function, items, _shares(weights, jobs), tell)


def _work(
    function: Callable[[T], bytes],
    items: Sequence[T],
    indices: Sequence[int],
    tell: Callable[[int], None] | None,
) -> list[bytes]:
    results: list[bytes] = []
    for done, index in enumerate(indices):
        if tell is not None and done % 16 == 0:
            tell(100 * done // len(indices))
        results.append(function(items[index]))
    return results


def _shares(weights: Sequence[int], jobs: int) -> list[list[int]]:
    """Split the indices into shares of about equal weight: the largest first, to the lightest."""
    shares: list[list[int]] = [[] for _ in range(jobs)]
    loads = [0] * jobs
    for index in sorted(range(len(weights)), key=lambda index: (-weights[index], index)):
        lightest = loads.index(min(loads))
        shares[lightest].append(index)
        loads[lightest] += weights[index] + _BASE_WEIGHT
    return shares


def _fan_out(
    function: Callable[[T], bytes],
    items: Sequence[T],
    shares: list[list[int]],
    tell: Callable[[int], None] | None,
) -> list[bytes]:
    workers: list[_Worker] = []
    results: list[bytes] = [b""] * len(items)
    own = shares[0]
    is_done = False
    try:
        for share in shares[1:]:
            try:
                workers.append(_start(function, items, share, workers))
            except OSError:  # no more processes or pipes to be had
                own = own + share
        for index, result in zip(own, _work(function, items, own, tell), strict=True):
            results[index] = result
        for worker in workers:
            for index in worker.share:
                results[index] = _receive(worker.reader)
        is_done = True
    finally:
        for worker in workers:
            worker.reader.close()
            with contextlib.suppress(OSError):
                if not is_done:
                    os.kill(worker.process, signal.SIGKILL)
                os.waitpid(worker.process, 0)
    return results


def _start(
    function: Callable[[T], bytes], items: Sequence[T], share: list[int], others: list[_Worker]
) -> _Worker:
    reading, writing = os.pipe()
    try:
        with warnings.catch_warnings():
            # A progress bar may have a thread; a worker calls nothing that it could hold locked.
            warnings.simplefilter("ignore", DeprecationWarning)
            process = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        raise
    if process == 0:
        os.close(reading)
        for other in others:
            other.reader.close()
        _serve(function, items, share, writing)
    os.close(writing)
    return _Worker(process, share, os.fdopen(reading, "rb"))


def _receive(reader: BinaryIO) -> bytes:
    """One result as ``_serve`` sends it: its length in eight bytes, and itself."""
    head = reader.read(8)
    size = int.from_bytes(head, "little")
    if len(head) == 8 and size == _FAILED:
        words = reader.read().decode("utf-8", "replace")
        raise WorkerDiedError(f"a worker process failed: {words}")
    result = reader.read(size) if len(head) == 8 else b""
    if len(head) < 8 or len(result) < size:
        raise WorkerDiedError("a worker process died before it had sent its results")
    return result


def _serve(
    function: Callable[[T], bytes], items: Sequence[T], share: list[int], writing: int
) -> None:
    """Do a share, send the results and leave; never returns."""
    status = 1
    try:
        with os.fdopen(writing, "wb") as writer:
            try:
                results = _work(function, items, share, None)
            except Exception as error:
                writer.write(_FAILED.to_bytes(8, "little"))
                writer.write(f"{type(error).__name__}: {error}".encode("utf-8", "replace"))
            else:
                for result in results:
                    writer.write(len(result).to_bytes(8, "little"))
                    writer.write(result)
                status = 0
    except BaseException:  # noqa: S110  the parent sees the pipe close and tells
        pass
    finally:
        os._exit(status)
