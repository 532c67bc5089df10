"""The wheel as users get it: built, installed elsewhere, run from another folder.

No network: the build uses what is installed, and the fresh environment borrows this one's
packages, all but the project itself.
"""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from soundcheck import __version__

ROOT = Path(__file__).parent.parent

pytestmark = [pytest.mark.wheel, pytest.mark.xdist_group("wheel")]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    run = subprocess.run([*command, str(ROOT)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    [path] = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """The command, installed in an environment of its own."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    site = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder)}))
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    # Paths are added, `.pth` files in them are not read: an editable install does not come along.
    site.joinpath("borrowed.pth").write_text("\n".join(sorted(borrowed)) + "\n")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    script = folder / "bin" / "soundcheck"
    script.write_text(f"#!{folder}/bin/python\nfrom soundcheck.__main__ import main\nmain()\n")
    script.chmod(0o755)
    return script


def run(command: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return subprocess.run(
        [str(command), *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_wheel_holds_the_policy_and_the_face(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    data = {
        f"soundcheck/_data/{path.relative_to(ROOT).as_posix()}"
        for folder in ("rules", "reports")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    }

    assert data <= {*names}
    assert "soundcheck/py.typed" in names
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"soundcheck"}
    assert {name for name in names if name.endswith(("LICENSE-APACHE", "LICENSE-MIT"))}
    assert wheel.name == f"soundcheck-{__version__}-py3-none-any.whl"


def test_it_is_the_installed_one_that_runs(installed, tmp_path):
    code = "import soundcheck; print(soundcheck.__file__)"
    shown = run(installed.with_name("python"), "-c", code, cwd=tmp_path).stdout.strip()

    assert Path(shown).is_relative_to(installed.parent.parent)
    assert run(installed, "--version", cwd=tmp_path).stdout == f"soundcheck {__version__}\n"


def test_it_shows_every_page(installed, tmp_path):
    shown = run(installed, "rule", "--all", "--output", "markdown", cwd=tmp_path)

    assert shown.returncode == 0, shown.stderr
    for page in (ROOT / "rules").glob("*/*.md"):
        assert page.read_text() in shown.stdout


def test_it_audits_and_counts(installed, tmp_path):
    (tmp_path / "irq.rs").write_text("static mut TICKS: u64 = 0;\n")

    shown = run(installed, "check", "--output", "concise", cwd=tmp_path)
    assert shown.returncode == 1, shown.stderr
    assert "irq.rs:1:" in shown.stdout
    assert "static-mut" in shown.stdout
    assert run(installed, "count", cwd=tmp_path).returncode == 0
