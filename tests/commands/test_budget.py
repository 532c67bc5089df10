"""The budget as a run of ``check`` finds it: beside the configuration, read whole or not at all."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]
Write = Callable[[dict[str, str | bytes]], Path]

BUDGET = "soundcheck-budget.toml"
KERNEL = {
    "Cargo.toml": '[package]\nname = "k"\nedition = "2024"\n',
    "src/lib.rs": "mod mm;\npub fn f(p: *mut u8) { unsafe { p.write(1) } }\n",
    "src/mm.rs": (
        "pub fn map(p: *mut u8) { unsafe { p.write(1) }; unsafe { p.write(2) } }\n"
        "pub fn unmap(p: *mut u8) { unsafe { p.write(0) } }\n"
        "#[cfg(test)] mod tests { #[test] fn t() { unsafe { core::ptr::null::<u8>().read() }; } }\n"
    ),
}


def check(run: Run, root: Path, *args: str) -> dict[str, object]:
    result = run("check", root, "--select", "metrics", "--ignore", "hidden-unsafe", "-o", "json",
                 "--exit-zero", "--cache-dir=shared", *args)  # fmt: skip
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize(
    ("budget", "lines"),
    [
        pytest.param("", [], id="empty"),
        pytest.param('[modules]\n"k::mm" = { blocks = 3, reason = "a" }', [], id="kept"),
        pytest.param(
            '[modules]\n"k::mm" = { blocks = 2, reason = "a" }', [("src/lib.rs", 1)], id="exceeded"
        ),
        pytest.param(
            '[modules."k::mm"]\nblocks = 2\nreason = "a"\nknown.blocks = { map = 2 }',
            [("src/mm.rs", 2)],
            id="exceeded-where-items-are-known",
        ),
        pytest.param(
            '[modules."k::mm"]\nblocks = 2\nreason = "a"\nknown.blocks = { map = 1, unmap = 1 }',
            [("src/mm.rs", 1)],
            id="exceeded-in-a-known-item",
        ),
        pytest.param(
            '[paths]\n"src/mm.rs" = { blocks = 0, reason = "a" }', [("src/mm.rs", 1)], id="none"
        ),
        pytest.param('[modules]\nk = { blocks = 4, reason = "a" }', [], id="crate-without-tests"),
        pytest.param(
            'counting = "geiger-0.5"\n[paths]\n"src/mm.rs" = { exprs = 5, reason = "a" }',
            [],
            id="kept-by-another-profile-with-its-tests",
        ),
        pytest.param(
            'counting = "geiger-0.5"\n[modules."k::mm"]\nexprs = 2\nreason = "a"\n'
            'known.exprs = { map = 2 }',
            [("src/mm.rs", 2)],
            id="exceeded-by-another-profile",
        ),
        pytest.param(
            '[allowed.modules]\n"k::mm" = "a"', [("src/lib.rs", 2)], id="outside-of-the-list"
        ),
        pytest.param('[allowed.paths]\nsrc = "a"', [], id="inside-of-the-list"),
    ],
)  # fmt: skip
def test_findings(run: Run, write: Write, budget: str, lines: list[tuple[str, int]]) -> None:
    """What is beyond the budget is found where it is new, if the budget tells."""
    found = check(run, write({**KERNEL, BUDGET: budget}))

    assert [(one["path"], one["line"]) for one in found["findings"]] == lines


def test_no_budget(run: Run, write: Write) -> None:
    """Without the file nobody has said how much unsafe code there may be."""
    assert check(run, write(KERNEL))["findings"] == []


def test_the_proof_names_the_line_of_the_budget(run: Run, write: Write) -> None:
    """The finding tells what the line says, why, and what it could say instead."""
    budget = '# ours\n[modules."k::mm"]\nblocks = 2\nreason = "page tables"\n'
    (finding,) = check(run, write({**KERNEL, BUDGET: budget}))["findings"]

    assert finding["message"] == (
        "`k::mm` has 3 unsafe blocks, and its budget is 2: its line does not tell which are new"
    )
    (line,) = finding["related"]
    assert (line["path"], line["line"]) == (BUDGET, 2)
    assert line["message"] == (
        "the budget: `blocks = 2`, “page tables”; with a new reason it could be "
        '`blocks = 3`, `known.blocks = { "map" = 2, "unmap" = 1 }`'
    )


def test_a_line_about_nothing_is_a_gap(run: Run, write: Write) -> None:
    """What the budget speaks of and nobody finds is told, whatever paths are reported on."""
    root = write({**KERNEL, BUDGET: '[modules]\n"k::fs" = { asm = 0, reason = "a" }'})

    for args in [(), (str(root / "src" / "mm.rs"),)]:
        gaps = check(run, root, *args)["gaps"]
        assert [(gap["kind"], gap["path"], gap["line"]) for gap in gaps] == [
            ("unmet-budget", BUDGET, 2)
        ]


@pytest.mark.parametrize(
    ("budget", "words"),
    [
        pytest.param(b"[modules]\na = { block = 1 }\n[path]\n",
                     [f"{BUDGET}:2: missing key `reason`", f"{BUDGET}:2: unknown key `block`",
                      f"{BUDGET}:3: unknown key `path`"], id="mistakes"),
        pytest.param(b"[modules", [f"{BUDGET}:1: not TOML"], id="no-toml"),
        pytest.param(b"\xff\xfe", [f"{BUDGET}: cannot be read: not UTF-8"], id="no-text"),
    ],
)  # fmt: skip
def test_a_budget_that_cannot_be_used(
    run: Run, write: Write, budget: bytes, words: list[str]
) -> None:
    """All its mistakes are told at once, with their lines, and nothing is audited."""
    result = run("check", write({**KERNEL, BUDGET: budget}), "--cache-dir=shared")

    assert result.exit_code == 2
    assert all(word in str(result.exception) for word in words), result.exception


def test_a_folder_of_that_name(run: Run, write: Write) -> None:
    """What is there and is no file is told, too."""
    result = run("check", write({**KERNEL, f"{BUDGET}/x": ""}), "--cache-dir=shared")

    assert result.exit_code == 2
    assert f"{BUDGET}: cannot be read" in str(result.exception)
