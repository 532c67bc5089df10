"""The command line run as a process of its own would, without the cost of one."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from soundcheck.commands import cli
from soundcheck.commands.failures import RunError

Run = Callable[..., Result]


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A cache for the runs that are not about the cache."""
    return os.fspath(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, shared: str) -> Run:
    """Call ``run(*args, cwd=…)``; a run that cannot be trusted shows as exit code 2.

    ``--cache-dir=shared`` among the arguments names a cache that such runs have in common.
    """

    def call(*args: str | Path, cwd: Path | None = None) -> Result:
        if cwd is not None:
            monkeypatch.chdir(cwd)
        words = [
            f"--cache-dir={shared}" if arg == "--cache-dir=shared" else os.fspath(arg)
            for arg in args
        ]
        result = CliRunner().invoke(cli, words, standalone_mode=False)
        if isinstance(result.exception, RunError):
            result.exit_code = 2
        elif isinstance(result.return_value, int):
            result.exit_code = result.return_value
        return result

    return call


@pytest.fixture
def write(tmp_path: Path) -> Callable[[dict[str, str | bytes]], Path]:
    """Write files below a fresh folder that is its own root."""

    def lay_out(files: dict[str, str | bytes]) -> Path:
        for name, content in files.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path

    return lay_out
