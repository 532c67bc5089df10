"""Work in several processes gives what it gives in one, and no process is left behind."""

import os
import signal
import threading
import time

import pytest

from soundcheck.pool import LEAST_WEIGHT, WorkerDiedError, default_jobs, map_bytes

MUCH = 10 * LEAST_WEIGHT


def double(number):
    return str(2 * number).encode()


def run(function, items, jobs, weights=None, tell=None):
    return map_bytes(function, items, weights or [MUCH] * len(items), jobs, tell)


@pytest.fixture(autouse=True)
def _no_process_is_left():
    yield
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@pytest.mark.parametrize("jobs", [1, 2, 3, 8, 100])
def test_results_stand_in_the_order_of_items(jobs):
    items = list(range(50))
    assert run(double, items, jobs) == [double(item) for item in items]


WEIGHTS = [
    pytest.param([MUCH] * 9, id="equal"),
    pytest.param([MUCH * number for number in range(9)], id="rising"),
    pytest.param([0] * 8 + [MUCH], id="one-heavy"),
    pytest.param([1] * 9, id="light"),
]


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("jobs", [1, 2, 4])
def test_weights_change_nothing(weights, jobs):
    assert run(double, range(9), jobs, weights) == [double(item) for item in range(9)]


@pytest.mark.parametrize("jobs", [0, 1, 2, 8])
def test_nothing_to_do(jobs):
    assert run(double, [], jobs) == []


@pytest.mark.parametrize("jobs", [1, 2])
def test_one_item(jobs):
    assert run(double, [21], jobs) == [b"42"]


def processes_of(jobs, weights):
    return len(set(run(lambda _: str(os.getpid()).encode(), range(len(weights)), jobs, weights)))


def test_work_is_shared():
    assert processes_of(3, [MUCH] * 9) == 3


def test_little_work_stays_here():
    assert run(lambda _: str(os.getpid()).encode(), range(9), 4, [1] * 9) == (
        [str(os.getpid()).encode()] * 9
    )


def test_there_are_no_more_processes_than_items():
    assert processes_of(8, [MUCH] * 2) == 2


def test_results_larger_than_a_pipe_arrive_whole():
    def large(number):
        return bytes([number]) * 3_000_000

    assert run(large, range(6), 3) == [large(number) for number in range(6)]


def test_empty_results_arrive():
    assert run(lambda _: b"", range(5), 2) == [b""] * 5


def test_any_bytes_arrive():
    value = bytes(range(256)) * 3 + b"\xff" * 20
    assert run(lambda _: value, range(4), 2) == [value] * 4


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_goes_wrong_here_is_raised_here(jobs):
    def fail(number):
        raise LookupError(number)

    with pytest.raises(LookupError):
        run(fail, range(4), jobs)


def test_what_goes_wrong_in_a_worker_is_told():
    here = os.getpid()

    def fail_elsewhere(number):
        if os.getpid() != here:
            raise LookupError("no such thing: é")
        return double(number)

    with pytest.raises(WorkerDiedError, match="LookupError: no such thing: é"):
        run(fail_elsewhere, range(4), 2)


def test_a_worker_that_is_killed_is_told():
    here = os.getpid()

    def die_elsewhere(number):
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return double(number)

    with pytest.raises(WorkerDiedError, match="died"):
        run(die_elsewhere, range(4), 3)


def test_a_worker_that_leaves_early_is_told():
    here = os.getpid()

    def leave_elsewhere(number):
        if os.getpid() != here:
            raise SystemExit(0)
        return double(number)

    with pytest.raises(WorkerDiedError, match="died"):
        run(leave_elsewhere, range(4), 2)


def test_workers_do_not_outlive_a_failure_here():
    here = os.getpid()

    def fail_here(number):
        if os.getpid() == here:
            raise LookupError(number)
        time.sleep(600)
        return b""

    with pytest.raises(LookupError):
        run(fail_here, range(4), 3)


def test_where_no_process_can_be_had_the_work_is_done_here(monkeypatch):
    def no_more():
        raise BlockingIOError("no more processes")

    monkeypatch.setattr(os, "fork", no_more)
    assert run(double, range(9), 4) == [double(item) for item in range(9)]


def test_no_file_stays_open():
    before = os.listdir("/dev/fd")
    run(double, range(9), 4)
    assert len(os.listdir("/dev/fd")) == len(before)


def test_beside_a_thread():
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert run(double, range(6), 3) == [double(item) for item in range(6)]
    finally:
        done.set()
        thread.join()


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_share_done_is_told_in_percent(jobs):
    told = []
    run(double, range(100), jobs, tell=told.append)
    assert told[0] == 0
    assert told == sorted(told)
    assert all(0 <= percent < 100 for percent in told)


def test_there_is_a_processor():
    assert default_jobs() >= 1
