"""Globs as in a ``.gitignore``."""

import pytest

from soundcheck.workspace import UnusableInputError, glob_fault, match_globs


@pytest.mark.parametrize(
    ("globs", "covered"),
    [
        pytest.param([], [], id="none"),
        pytest.param(["/gen/"], ["gen/a.rs", "gen/b/c.rs"], id="folder-at-the-root"),
        pytest.param(["gen"], ["gen/a.rs", "gen/b/c.rs", "src/gen/d.rs"], id="any-folder"),
        pytest.param(["*.rs", "!gen/**"], ["a.rs", "src/gen/d.rs"], id="all-but"),
        pytest.param(["src/**/d.rs"], ["src/gen/d.rs"], id="any-depth"),
        pytest.param(["[a-b].rs"], ["a.rs", "gen/a.rs"], id="class"),
        pytest.param(["# gen"], [], id="comment"),
    ],
)
def test_what_is_covered(globs, covered):
    covers = match_globs(globs)
    paths = ["a.rs", "gen/a.rs", "gen/b/c.rs", "src/gen/d.rs"]

    assert [path for path in paths if covers(path)] == covered


@pytest.mark.parametrize(
    ("glob", "fault"),
    [
        pytest.param("gen/", "", id="folder"),
        pytest.param("**", "", id="everything"),
        pytest.param("[[:alpha:]]", "", id="a-class-that-is-odd-in-python"),
        pytest.param("..rs", "", id="dots-of-a-name"),
        pytest.param("!", "not a glob", id="nothing-negated"),
        pytest.param("a\\", "not a glob", id="backslash"),
        pytest.param("[z-a]", "not a glob", id="backward-range"),
        pytest.param("a[b", "matches nothing", id="open-class"),
        pytest.param("/", "matches nothing", id="slash"),
        pytest.param("# a", "matches nothing", id="comment"),
        pytest.param("./gen", "a path begins at the root", id="dot"),
        pytest.param("!../gen", "a path begins at the root", id="outside"),
    ],
)
def test_faults(glob, fault):
    assert fault in glob_fault(glob)
    assert bool(fault) == bool(glob_fault(glob))


def test_a_fault_stops_the_run():
    with pytest.raises(UnusableInputError, match="not a glob"):
        match_globs(["src", "!"])
