"""How a run ends: with all it had to say written, or with one sentence on why it could not."""

import os
import subprocess
import sys

import pytest

FULL = "/dev/full"


@pytest.mark.skipif(not os.path.exists(FULL), reason="no device that is always full")
@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("rule", "double-lock"), id="what is echoed"),
        pytest.param(("check", "--no-cache", "-q", "--output", "json"), id="what is rendered"),
    ],
)
def test_output_that_cannot_be_written_is_told(arguments, tmp_path):
    (tmp_path / "lib.rs").write_text("pub fn f() {}\n")
    command = [sys.executable, "-m", "soundcheck", *arguments]
    with open(FULL, "wb") as full:
        done = subprocess.run(command, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2
    assert done.stderr.decode().splitlines() == [
        "soundcheck: error: the output could not be written: no space left on device"
    ]


def test_all_is_written_to_a_pipe(tmp_path):
    text = "".join(f"pub static mut S{n}: u8 = 0;\n" for n in range(3_000))
    (tmp_path / "lib.rs").write_text(text)
    command = [sys.executable, "-m", "soundcheck", "check", "--no-cache", "-q", "--output=concise"]
    done = subprocess.run([*command, "--exit-zero"], cwd=tmp_path, capture_output=True)
    assert done.returncode == 0
    lines = done.stdout.decode().splitlines()
    assert sum("static-mut" in line for line in lines) == 3_000
