"""Processes, since parsing holds the interpreter lock; the parent works on a share like any other.

Work goes in by fork and results come back as bytes, so nothing is ever pickled.
"""

import contextlib
import os
import signal
import struct
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextvars import ContextVar
from functools import partial
from typing import BinaryIO, NamedTuple, TypeVar

T = TypeVar("T")

# Below this much work, in the unit of the weights, a second process costs more than it saves.
LEAST_WEIGHT = 150_000
# Stands where the number of results would, before the words of what went wrong.
_FAILED = (1 << 64) - 1
# What a number of the queue takes, in bytes, and how many a pipe holds anywhere.
_TOKEN = 4
_MOST_TOKENS = 1_000

# Whether this is a share of the work of several processes, which makes no further ones.
_is_share = ContextVar("is_share", default=False)


class WorkerDiedError(Exception):
    """A worker process ended before it had sent its results, or could not make them."""


class _Worker(NamedTuple):
    """A process, and the end of its pipe that is ours."""

    process: int
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

    Of the items of the most work the first is this process's own, so that what it keeps is here.

    ``weights`` say how much work each item is, in bytes of source. ``tell`` is called with the
    share done, in percent, from time to time. Raises ``WorkerDiedError``, and what ``function``
    raises in this process. ``function`` may call this again, which then makes no processes.
    """
    jobs = min(jobs, len(items), 1 + sum(weights) // LEAST_WEIGHT)
    # The most work first: who is last to finish is then late by little.
    order = sorted(range(len(items)), key=lambda index: (-weights[index], index))

    def work(places: Iterable[int], tell: Callable[[int], None] | None) -> dict[int, bytes]:
        results: dict[int, bytes] = {}
        for done, place in enumerate(places):
            if tell is not None and done % 8 == 0:
                tell(100 * place // len(order))
            results[order[place]] = function(items[order[place]])
        return results

    if jobs < 2 or _is_share.get() or not hasattr(os, "fork"):
        results = work(range(len(order)), tell)
    else:
        results = _fan_out(work, len(order), jobs, tell)
    return [results[index] for index in range(len(items))]


def _fan_out(
    work: Callable[[Iterable[int], Callable[[int], None] | None], dict[int, bytes]],
    count: int,
    jobs: int,
    tell: Callable[[int], None] | None,
) -> dict[int, bytes]:
    """Each process begins at a place of its own, and then takes what nobody has taken yet."""
    workers: list[_Worker] = []
    own = [0]
    is_done = False
    inside = _is_share.set(True)
    with _queue(jobs, count) as queue:
        try:
            for place in range(1, jobs):
                try:
                    begin = partial(work, queue.places([place]), None)
                    workers.append(_start(begin, workers))
                except OSError:  # no more processes or pipes to be had
                    own.extend(range(place, jobs))
                    break
            results = work(queue.places(own), tell)
            for worker in workers:
                results.update(_receive(worker.reader))
            is_done = True
        finally:
            _is_share.reset(inside)
            for worker in workers:
                worker.reader.close()
                with contextlib.suppress(OSError):
                    if not is_done:
                        os.kill(worker.process, signal.SIGKILL)
                    os.waitpid(worker.process, 0)
    return results


class _Queue(NamedTuple):
    """Places that processes take from, each by one: the end of a pipe that holds their numbers."""

    reading: int
    step: int
    end: int

    def places(self, own: Iterable[int]) -> Iterator[int]:
        """Some places, and then those that nobody else has taken."""
        yield from own
        while token := os.read(self.reading, _TOKEN):
            start = int.from_bytes(token, "little")
            yield from range(start, min(start + self.step, self.end))


@contextlib.contextmanager
def _queue(start: int, count: int) -> Iterator[_Queue]:
    """The places from ``start`` on; several together where there are more than a pipe holds."""
    step = 1 + (count - start) // _MOST_TOKENS
    reading, writing = os.pipe()
    try:
        with os.fdopen(writing, "wb") as pipe:
            for place in range(start, count, step):
                pipe.write(place.to_bytes(_TOKEN, "little"))
        yield _Queue(reading, step, count)
    finally:
        os.close(reading)


def _start(work: Callable[[], dict[int, bytes]], others: list[_Worker]) -> _Worker:
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
        _serve(work, writing)
    os.close(writing)
    return _Worker(process, os.fdopen(reading, "rb"))


def _receive(reader: BinaryIO) -> dict[int, bytes]:
    """Results as ``_serve`` sends them."""
    results: dict[int, bytes] = {}
    (count,) = _receive_numbers(reader, 1)
    if count == _FAILED:
        words = reader.read().decode("utf-8", "replace")
        raise WorkerDiedError(f"a worker process failed: {words}")
    for _ in range(count):
        index, size = _receive_numbers(reader, 2)
        results[index] = _receive_bytes(reader, size)
    return results


def _receive_numbers(reader: BinaryIO, count: int) -> tuple[int, ...]:
    return struct.unpack(f"<{count}Q", _receive_bytes(reader, 8 * count))


def _receive_bytes(reader: BinaryIO, size: int) -> bytes:
    data = reader.read(size)
    if len(data) < size:
        raise WorkerDiedError("a worker process died before it had sent its results")
    return data


def _serve(work: Callable[[], dict[int, bytes]], writing: int) -> None:
    """Work, send how many results there are, and each with its index and length; never returns."""
    status = 1
    try:
        with os.fdopen(writing, "wb") as writer:
            try:
                results = work()
            except Exception as error:
                writer.write(struct.pack("<Q", _FAILED))
                writer.write(f"{type(error).__name__}: {error}".encode("utf-8", "replace"))
            else:
                writer.write(struct.pack("<Q", len(results)))
                for index, result in results.items():
                    writer.write(struct.pack("<QQ", index, len(result)))
                    writer.write(result)
                status = 0
    except BaseException:  # noqa: S110  the parent sees the pipe close and tells
        pass
    finally:
        os._exit(status)
