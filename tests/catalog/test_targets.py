"""What is known of cfg options, and what is wrong with it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundcheck.catalog.problems import Problem
from soundcheck.catalog.targets import Theory, read_target_spec, read_theory

PATH = "rules/targets.toml"
REAL = (Path(__file__).parents[2] / PATH).read_text(encoding="utf-8")
TEXT = """\
[keys.arch]
takes = "one"
spec = "arch"

[keys.width]
takes = "one"
decided_by = "arch"
spec = "width"

[keys.endian]
takes = "one"
either = ["little", "big"]
decided_by = "arch"
default = "little"
spec = "endian"

[keys.os]
takes = "one"
default = "none"
spec = "os"

[keys.family]
exclusive = ["fruit", "nut"]
decided_by = "os"
default = []
spec = "families"

[keys.feature]
scope = "package"

[shorthands]
fruit = { family = "fruit" }

[targets]
"oak-none" = { arch = "oak", width = "64" }
"oak-be" = { arch = "oak", width = "64", endian = "big" }
"fig-none" = { arch = "fig", width = "32" }
"fig-x32" = { arch = "fig", width = "16" }
"oak-plum" = { arch = "oak", width = "64", os = "plum", family = "fruit" }
"oak-pear" = { arch = "oak", width = "64", os = "pear", family = ["fruit", "tall"] }
"fig-pear" = { arch = "fig", width = "32", os = "pear", family = "fruit" }
"""


def theory_of(text: str) -> Theory:
    theory = read_theory(PATH, text)
    assert isinstance(theory, Theory), theory
    return theory


def test_a_target_has_its_values_and_the_defaults() -> None:
    assert theory_of(TEXT).targets["oak-plum"] == {
        "arch": ("oak",),
        "width": ("64",),
        "endian": ("little",),
        "os": ("plum",),
        "family": ("fruit",),
    }


@pytest.mark.parametrize(
    ("option", "known"),
    [
        pytest.param(("arch", "oak"), {"width=64"}, id="all-targets-agree-on-one"),
        pytest.param(("arch", "fig"), {"not width=64", "endian=little"}, id="on-others"),
        pytest.param(("os", "none"), {"not family=fruit", "not family=tall"}, id="on-none"),
        pytest.param(("os", "plum"), {"family=fruit", "not family=tall"}, id="on-some-of-many"),
        pytest.param(("os", "pear"), {"family=fruit"}, id="they-differ"),
        pytest.param(("family", "nut"), {"not family=fruit"}, id="exclusive"),
        pytest.param(("feature", "fruit"), set(), id="nothing"),
        pytest.param(("arch", "elm"), set(), id="no-target"),
    ],
)
def test_what_a_value_decides(option: tuple[str, str], known: set[str]) -> None:
    found = {
        f"{'' if is_set else 'not '}{key}={value}"
        for (key, value), is_set in theory_of(TEXT).consequences.get(option, ())
    }

    assert found == known


def test_other_keys_decide_nothing_of_their_own_accord() -> None:
    text = TEXT.replace('decided_by = "arch"\n', "").replace('decided_by = "os"\n', "")

    assert set(theory_of(text).consequences) == {("family", "fruit"), ("family", "nut")}


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        pytest.param("takes =", "takes", 2, "not TOML", id="not-toml"),
        pytest.param('"one"', '"once"', 2, "`takes` is one of `one`, `many`", id="bad-choice"),
        pytest.param("decided_by", "decide_by", 7, "unknown key `decide_by`; did", id="bad-key"),
        pytest.param('"arch"\nspec', '"arc"\nspec', 7, "unknown key `arc`; did you", id="decider"),
        pytest.param(', "big"', "", 12, "`either` names the two values", id="either-of-one"),
        pytest.param(
            '{ family = "fruit" }', "{}", 32, "a shorthand stands for one", id="shorthand"
        ),
        pytest.param('arch = "oak", ', "", 35, "missing key `arch`", id="missing"),
        pytest.param('"64", endian', '"64", endia', 36, "unknown key `endia`; did", id="odd-key"),
        pytest.param('"big" }', '"bug" }', 36, "unknown value `bug`; did you", id="odd-value"),
        pytest.param('"fig", width', '["fig", "oak"], width', 37, "`arch` takes one", id="two"),
    ],
)
def test_mistakes_have_their_lines(old: str, new: str, line: int, message: str) -> None:
    found = read_theory(PATH, TEXT.replace(old, new, 1))

    assert isinstance(found, tuple)
    assert any(p.line == line and p.message.startswith(message) for p in found), found


def test_all_mistakes_are_told_at_once() -> None:
    text = TEXT.replace('"big" }', '"bug" }').replace('"arch"\nspec', '"arc"\nspec')

    found = read_theory(PATH, text)

    assert isinstance(found, tuple)
    assert [problem.line for problem in found] == [7, 36]


@given(st.text())
def test_any_text_is_a_theory_or_has_problems(text: str) -> None:
    assert isinstance(read_theory(PATH, text), (Theory, tuple))


# -- target specifications ---------------------------------------------------------------------


def test_a_specification_is_read() -> None:
    spec = '{"arch": "elm", "width": 64, "families": ["fruit"], "linker": "x"}'

    assert read_target_spec(theory_of(TEXT), "t.json", spec) == {
        "arch": ("elm",),
        "width": ("64",),
        "endian": ("little",),
        "os": ("none",),
        "family": ("fruit",),
    }


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        pytest.param("{", "not a target specification", id="not-json"),
        pytest.param("[]", "not a target specification", id="no-object"),
        pytest.param("{}", "a target specification without `arch`", id="empty"),
        pytest.param('{"arch": "elm"}', "a target specification without `width`", id="half"),
    ],
)
def test_a_bad_specification_is_told(spec: str, message: str) -> None:
    found = read_target_spec(theory_of(TEXT), "t.json", spec)

    assert isinstance(found, Problem)
    assert found.message.startswith(message)


@pytest.mark.parametrize(
    ("more", "atomics"),
    [
        pytest.param("", ("8", "16", "32", "ptr"), id="as-wide-as-a-pointer"),
        pytest.param(', "max-atomic-width": 64', ("8", "16", "32", "64", "ptr"), id="wider"),
        pytest.param(', "max-atomic-width": 16', ("8", "16"), id="narrower"),
        pytest.param(', "min-atomic-width": 32', ("32", "ptr"), id="not-so-narrow"),
        pytest.param(', "max-atomic-width": 0', (), id="none"),
        pytest.param(', "atomic-cas": false', (), id="loads-and-stores-only"),
    ],
)
def test_the_widths_of_atomics(more: str, atomics: tuple[str, ...]) -> None:
    spec = f'{{"arch": "arm", "target-pointer-width": "32"{more}}}'
    values = read_target_spec(theory_of(REAL), "t.json", spec)

    assert not isinstance(values, Problem)
    assert values["target_has_atomic"] == atomics


# -- the theory that we ship -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("triple", "options"),
    [
        ("x86_64-unknown-none", "x86_64 64 little none"),
        ("aarch64-unknown-none-softfloat", "aarch64 64 little none"),
        ("aarch64_be-unknown-none-softfloat", "aarch64 64 big none"),
        ("riscv64gc-unknown-none-elf", "riscv64 64 little none"),
        ("riscv32imac-unknown-none-elf", "riscv32 32 little none"),
        ("thumbv7em-none-eabihf", "arm 32 little none"),
        ("armebv7r-none-eabi", "arm 32 big none"),
        ("loongarch64-unknown-none", "loongarch64 64 little none"),
        ("x86_64-unknown-hermit", "x86_64 64 little hermit"),
        ("x86_64-unknown-linux-gnu", "x86_64 64 little linux unix"),
        ("x86_64-pc-windows-msvc", "x86_64 64 little windows windows"),
        ("aarch64-apple-darwin", "aarch64 64 little macos unix"),
    ],
)
def test_targets_are_as_rustc_has_them(triple: str, options: str) -> None:
    row = theory_of(REAL).targets[triple]
    keys = ("target_arch", "target_pointer_width", "target_endian", "target_os", "target_family")

    assert " ".join(value for key in keys for value in row[key]) == options


@pytest.mark.parametrize(
    ("option", "other", "is_set"),
    [
        (("target_arch", "x86_64"), ("target_pointer_width", "64"), True),
        (("target_arch", "riscv32"), ("target_pointer_width", "32"), True),
        (("target_arch", "x86"), ("target_endian", "little"), True),
        (("target_arch", "aarch64"), ("target_endian", "little"), None),
        (("target_arch", "arm"), ("target_endian", "big"), None),
        (("target_arch", "mips64"), ("target_endian", "big"), None),
        (("target_os", "none"), ("target_family", "unix"), False),
        (("target_os", "linux"), ("target_family", "unix"), True),
        (("target_os", "unknown"), ("target_family", "wasm"), None),
        (("target_os", "linux"), ("target_family", "windows"), False),
        (("target_family", "unix"), ("target_family", "windows"), False),
        (("target_family", "unix"), ("target_family", "wasm"), None),
    ],
)
def test_what_the_targets_agree_on(
    option: tuple[str, str], other: tuple[str, str], is_set: bool | None
) -> None:
    assert dict(theory_of(REAL).consequences[option]).get(other) is is_set
