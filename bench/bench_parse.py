"""The bare parse: what tree-sitter alone takes. Budgets of time are multiples of it.

One process, all files in memory, no garbage collection; the median of five rounds.
"""

import argparse
import gc
import statistics
import time
from pathlib import Path

import tree_sitter_rust
from tree_sitter import Language, Parser

ROUNDS = 5


def read_rust(folder: Path) -> list[bytes]:
    paths = [folder] if folder.is_file() else sorted(folder.rglob("*.rs"))
    return [path.read_bytes() for path in paths if path.is_file() and "target" not in path.parts]


def time_round(parser: Parser, files: list[bytes]) -> float:
    """Seconds that one parse of every file takes; the trees are freed at once."""
    start = time.perf_counter()
    for data in files:
        parser.parse(data)
    return time.perf_counter() - start


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path, nargs="?", default=Path("fixtures"))
    files = read_rust(arguments.parse_args().folder)
    parser = Parser(Language(tree_sitter_rust.language()))
    gc.disable()
    rounds = [time_round(parser, files) for _ in range(ROUNDS)]
    seconds = statistics.median(rounds)
    size = sum(map(len, files))
    lines = sum(data.count(b"\n") for data in files)
    print(f"{len(files):,} files, {lines:,} lines, {size / 1e6:.2f} MB")
    print(f"bare parse: {seconds * 1e3:.1f} ms, median of {ROUNDS}", end=" ")
    print(f"({min(rounds) * 1e3:.1f} to {max(rounds) * 1e3:.1f}), {size / 1e6 / seconds:.1f} MB/s")


if __name__ == "__main__":
    main()
