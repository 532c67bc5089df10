"""What we offer to CI: the action's script in a real repository, the snippets, the matcher."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / ".github/action/check.sh"
MANIFEST = '[package]\nname = "k"\nedition = "2024"\n'
OLD = "pub static mut OLD: u8 = 0;\n"
NEW = "pub static mut NEW: u8 = 0;\n"


def git(folder: Path, *args: str) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    identity = ("-c", "user.name=n", "-c", "user.email=e")
    subprocess.run(
        ("git", *identity, *args), cwd=folder, check=True, capture_output=True, env=environment
    )


@pytest.fixture
def kernel(tmp_path: Path) -> Path:
    """A repository with one commit that has a finding, in a folder with a space."""
    root = tmp_path / "a kernel"
    (root / "src").mkdir(parents=True)
    (root / "Cargo.toml").write_text(MANIFEST)
    (root / "src/lib.rs").write_text(OLD)
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "first")
    return root


def act(kernel: Path, **inputs: str) -> tuple[dict[str, str], str, str]:
    """Run the script as the action does: its outputs, what it printed, and the summary."""
    runner = kernel.parent
    program = runner / "bin/soundcheck"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m soundcheck "$@"\n')
    program.chmod(0o755)
    output, summary = runner / "output", runner / "summary"
    environment = {
        **os.environ,
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "RUNNER_TEMP": str(runner),
        "GITHUB_OUTPUT": str(output),
        "GITHUB_STEP_SUMMARY": str(summary),
        "SOUNDCHECK_ARGS": "--select static-mut",
        **inputs,
    }
    run = subprocess.run(
        [SCRIPT], cwd=kernel, env=environment, capture_output=True, text=True, check=True
    )
    outputs = dict(line.split("=", 1) for line in output.read_text().splitlines())
    return outputs, run.stdout, summary.read_text() if summary.exists() else ""


def test_a_finding_is_shown_and_fails(kernel: Path) -> None:
    outputs, printed, summary = act(kernel)

    assert outputs["exit-code"] == "1"
    assert printed.startswith("::warning title=soundcheck static-mut,file=src/lib.rs,line=1,")
    assert "`src/lib.rs:1` **warning** `static-mut`" in summary
    assert len(json.loads(Path(outputs["sarif"]).read_text())["runs"][0]["results"]) == 1


def test_what_is_old_is_only_in_sarif(kernel: Path) -> None:
    (kernel / "src/lib.rs").write_text("// more\n" + OLD)

    outputs, printed, summary = act(kernel, SOUNDCHECK_SINCE="HEAD")

    assert (outputs["exit-code"], printed) == ("0", "")
    assert "older and not shown: 1." in summary
    assert len(json.loads(Path(outputs["sarif"]).read_text())["runs"][0]["results"]) == 1


def test_what_is_new_fails(kernel: Path) -> None:
    (kernel / "src/lib.rs").write_text(OLD + NEW)

    outputs, printed, _ = act(kernel, SOUNDCHECK_SINCE="HEAD")

    assert outputs["exit-code"] == "1"
    assert [line.partition(",")[2][:23] for line in printed.splitlines()] == [
        "file=src/lib.rs,line=2,"
    ]


@pytest.mark.parametrize(
    "inputs",
    [
        pytest.param({"SOUNDCHECK_ARGS": "--select no-such-rule"}, id="an unknown rule"),
        pytest.param({"SOUNDCHECK_SINCE": "nowhere"}, id="an unknown commit"),
        pytest.param({"SOUNDCHECK_PATHS": "$(touch hacked)"}, id="an input that is a command"),
        pytest.param({"SOUNDCHECK_PATHS": "--help"}, id="a path that is an option"),
    ],
)
def test_a_run_that_cannot_be_trusted(kernel: Path, inputs: dict[str, str]) -> None:
    outputs, _, _ = act(kernel, **inputs)

    assert outputs["exit-code"] == "2"
    assert not (kernel / "hacked").exists()


def test_paths_are_lines(kernel: Path) -> None:
    (kernel / "src/a b.rs").write_text("")
    (kernel / "src/c.rs").write_text("")

    outputs, printed, _ = act(kernel, SOUNDCHECK_PATHS="src/a b.rs\nsrc/c.rs")

    assert (outputs["exit-code"], printed) == ("0", "")


def test_the_matcher_reads_what_concise_prints() -> None:
    (matcher,) = json.loads((ROOT / ".github/problem-matcher.json").read_text())["problemMatcher"]
    (pattern,) = matcher["pattern"]
    lines = (ROOT / "tests/golden/report.concise").read_text().splitlines()

    matches = [found for line in lines if (found := re.match(pattern["regexp"], line))]

    severe = [line for line in lines if re.search(r": (error|warning)\[", line)]
    assert len(matches) == len(severe) > 0
    assert matches[0][pattern["file"]].endswith(".rs")
    assert {found[pattern["severity"]] for found in matches} == {"error", "warning"}


SNIPPETS = re.findall(
    r"<!-- snippet: ([\w-]+) -->\n```yaml\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL
)


def tool(name: str) -> str:
    """A tool of the development group, beside the Python that runs this."""
    found = shutil.which(name, path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    return found or pytest.skip(f"{name} is not installed")


@pytest.mark.parametrize(("schema", "text"), SNIPPETS)
def test_the_snippets_are_valid(tmp_path: Path, schema: str, text: str) -> None:
    file = tmp_path / "snippet.yml"
    file.write_text(text)

    subprocess.run(
        [tool("check-jsonschema"), "--builtin-schema", f"vendor.{schema}", file], check=True
    )


def test_the_workflow_is_safe(tmp_path: Path) -> None:
    workflow = dict(SNIPPETS)["github-workflows"]
    file = tmp_path / ".github/workflows/soundcheck.yml"
    file.parent.mkdir(parents=True)
    # Whoever copies it puts in a commit.
    file.write_text(workflow.replace("OWNER/soundcheck@COMMIT", f"owner/soundcheck@{'0' * 40}"))

    subprocess.run([tool("zizmor"), "--quiet", "--offline", file], check=True)
