"""Processes, since parsing holds the interpreter lock; the parent works on a share like any other.

Work goes in by fork and results come back as bytes, so nothing is ever pickled.
"""

import os
from collections.abc import Callable, Sequence
from typing import BinaryIO, TypeVar

T = TypeVar("T")

# Below this much work, in the unit of the weights, a second process costs more than it saves.
LEAST_WEIGHT = 150_000


class WorkerDiedError(Exception):
    """A worker process ended before it had sent its results."""


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
    share done, in percent, from time to time. Raises ``WorkerDiedError``.
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
        loads[lightest] += weights[index] + 200
    return shares


def _fan_out(
    function: Callable[[T], bytes],
    items: Sequence[T],
    shares: list[list[int]],
    tell: Callable[[int], None] | None,
) -> list[bytes]:
    workers: list[tuple[int, BinaryIO]] = []
    results: list[bytes] = [b""] * len(items)
    try:
        for share in shares[1:]:
            reading, writing = os.pipe()
            worker = os.fork()
            if worker == 0:
                os.close(reading)
                _serve(function, items, share, writing)
            os.close(writing)
            workers.append((worker, os.fdopen(reading, "rb")))
        for index, result in zip(shares[0], _work(function, items, shares[0], tell), strict=True):
            results[index] = result
        for share, (_, reader) in zip(shares[1:], workers, strict=True):
            for index in share:
                results[index] = _receive(reader)
    finally:
        for worker, reader in workers:
            reader.close()
            os.waitpid(worker, 0)
    return results


def _receive(reader: BinaryIO) -> bytes:
    """One result as ``_serve`` sends it: its length in eight bytes, and itself."""
    head = reader.read(8)
    size = int.from_bytes(head, "little")
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
        results = _work(function, items, share, None)
        with os.fdopen(writing, "wb") as writer:
            for result in results:
                writer.write(len(result).to_bytes(8, "little"))
                writer.write(result)
        status = 0
    except BaseException:  # noqa: S110  the parent sees the pipe close and tells
        pass
    finally:
        os._exit(status)
