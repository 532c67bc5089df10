"""Counting beside count-unsafe 0.1.2: whole commands in turn, and their numbers compared.

The program is looked for on the path and in ``--program``; ``--install`` builds it with cargo
into a folder. Runs alternate, since two runs that follow each other on a shared machine differ by
more than what is measured. Where count-unsafe gives up on a file it prints no numbers at all.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

VERSION = "0.1.2"
ROUNDS = 7


def find_program(given: Path | None, folder: Path | None) -> str:
    if folder is not None:
        subprocess.run(
            ["cargo", "install", "count-unsafe", "--version", VERSION, "--root", folder], check=True
        )
        return str(folder / "bin" / "count-unsafe")
    found = str(given) if given else shutil.which("count-unsafe")
    if found is None:
        sys.exit("no count-unsafe on the path: name one with --program, or --install FOLDER")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True)
    if VERSION not in version.stdout:
        sys.exit(f"{found} is {version.stdout.strip()}, not {VERSION}")
    return found


def timed(command: list[str]) -> tuple[float, str]:
    start = time.perf_counter()
    run = subprocess.run(command, capture_output=True, text=True)
    return time.perf_counter() - start, run.stdout


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path, nargs="?", default=Path("fixtures"))
    arguments.add_argument("--program", type=Path)
    arguments.add_argument("--install", type=Path, metavar="FOLDER")
    arguments.add_argument("--jobs", type=int, default=2)
    options = arguments.parse_args()
    theirs = [find_program(options.program, options.install), str(options.folder)]
    ours = [sys.executable, "-m", "soundcheck", "count", "--like", "count-unsafe", "--no-cache"]
    ours += ["--jobs", str(options.jobs), str(options.folder)]
    times: dict[str, list[float]] = {"count-unsafe": [], "soundcheck": []}
    outputs: dict[str, str] = {}
    for _ in range(ROUNDS):
        for name, command in (("count-unsafe", theirs), ("soundcheck", ours)):
            seconds, outputs[name] = timed(command)
            times[name].append(seconds)
    for name, seconds in times.items():
        median = statistics.median(seconds)
        print(f"{name:>12}: {median * 1e3:7.0f} ms, {min(seconds) * 1e3:.0f} at best")
    ratio = statistics.median(times["soundcheck"]) / statistics.median(times["count-unsafe"])
    print(f"{'ratio':>12}: {ratio:7.2f}")
    if not outputs["count-unsafe"]:
        print("count-unsafe gave up on a file and printed no numbers")
    elif json.loads(outputs["count-unsafe"]) != json.loads(outputs["soundcheck"]):
        sys.exit("the numbers differ")
    else:
        print("the numbers are the same")


if __name__ == "__main__":
    main()
