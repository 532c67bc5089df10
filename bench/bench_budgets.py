"""The budgets of time: whole commands on a kernel, as multiples of the bare parse.

Each round takes the bare parse and every command in turn, since a shared machine is not equally
fast for long. Cold is without a cache; warm is after a run, with one function body in one file
edited. The kernel is copied first, so that the edits and the cache stay out of it.
"""

import argparse
import gc
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import tree_sitter_rust
from bench_parse import read_rust, time_round
from tree_sitter import Language, Parser

from soundcheck.checks import check_of
from soundcheck.commands.policy import open_catalog

BODY = re.compile(rb"\bfn \w+\([^)]*\)[^{;]*\{\n")
KEPT = ("*.rs", "Cargo.toml", "*.s", "*.S", "*.asm")


class Budget(NamedTuple):
    """A command, and how often it may take the time of the bare parse."""

    name: str
    command: tuple[str, ...]
    cold: int
    warm: int


def budgets() -> tuple[Budget, ...]:
    rules = open_catalog().rules.values()
    plain = ",".join(rule.name for rule in rules if not check_of(rule.check).spec.needs_model)
    return (
        Budget("rules without the model", ("check", "--select", plain), 8, 4),
        Budget("the program model", ("graph", "calls"), 16, 6),
        Budget("everything", ("check",), 25, 8),
    )


def copy_kernel(source: Path, target: Path) -> None:
    for pattern in KEPT:
        for file in source.rglob(pattern):
            if file.is_file() and not file.is_symlink():
                place = target / file.relative_to(source)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, place)


def edit(folder: Path, number: int) -> None:
    """Put a statement at the start of a function, in the file of median size that has one."""
    files = sorted(folder.rglob("*.rs"), key=lambda file: (file.stat().st_size, file))
    files = [file for file in files if BODY.search(file.read_bytes())]
    file = files[len(files) // 2]
    data = file.read_bytes()
    body = BODY.search(data)
    assert body is not None
    statement = f"let _edited = {number};\n".encode()
    file.write_bytes(data[: body.end()] + statement + data[body.end() :])


def run(command: list[str]) -> tuple[float, float, float]:
    """Seconds by the clock, seconds of processors, and the largest process in MB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)}: exit code {process.returncode}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path, nargs="?", default=Path("fixtures"))
    arguments.add_argument("--jobs", type=int, default=2)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--only", choices=[one.name for one in budgets()])
    options = arguments.parse_args()
    chosen = [one for one in budgets() if options.only in (None, one.name)]
    files = read_rust(options.folder)
    parser = Parser(Language(tree_sitter_rust.language()))
    gc.disable()
    bare: list[float] = []
    found: dict[tuple[str, str], list[tuple[float, float, float]]] = {}
    with tempfile.TemporaryDirectory() as base:
        kernel = Path(base, "kernel")
        copy_kernel(options.folder, kernel)
        program = [sys.executable, "-m", "soundcheck"]
        for number in range(options.rounds + 1):
            bare.append(statistics.median(time_round(parser, files) for _ in range(5)))
            edit(kernel, number)
            for one in chosen:
                common = ["--quiet", "--jobs", str(options.jobs), str(kernel)]
                cache = ["--cache-dir", str(Path(base, one.name))]
                cold = run([*program, *one.command, "--no-cache", *common])
                warm = run([*program, *one.command, *cache, *common])
                if number:  # the first round fills the caches
                    found.setdefault((one.name, "cold"), []).append(cold)
                    found.setdefault((one.name, "warm"), []).append(warm)
    unit = statistics.median(bare[1:])
    print(f"bare parse: {unit * 1e3:.0f} ms, median of {options.rounds}")
    for one in chosen:
        for kind, ceiling in (("cold", one.cold), ("warm", one.warm)):
            rows = found[one.name, kind]
            times = [seconds / own for (seconds, _, _), own in zip(rows, bare[1:], strict=True)]
            seconds, processors, memory = (
                statistics.median(each) for each in zip(*rows, strict=True)
            )
            print(
                f"{one.name:>24}, {kind}: {statistics.median(times):5.1f}x of {ceiling}x,"
                f" {seconds:.2f} s, {processors:.2f} s of processors, {memory:.0f} MB"
            )


if __name__ == "__main__":
    main()
