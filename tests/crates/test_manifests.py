"""Cargo manifests: packages, targets, dependencies, features, workspaces, and what is wrong."""

import pytest

from soundcheck.crates.files import FileIndex
from soundcheck.crates.manifests import read_manifests
from soundcheck.source import SourceFile


def package(text):
    """A package ``k`` of edition 2021 in the root."""
    return f'//- /Cargo.toml\n[package]\nname = "k"\nedition = "2021"\n{text}'


def told(manifests):
    return [f"{gap.at.path}:{gap.at.line} {gap.what}" for gap in manifests.gaps]


def only(manifests):
    assert told(manifests) == []
    (found,) = manifests.packages
    return found


# -- targets -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("//- /src/lib.rs\n", ["lib k src/lib.rs"], id="library"),
        pytest.param("//- /src/main.rs\n", ["bin k src/main.rs"], id="binary"),
        pytest.param(
            "//- /src/lib.rs\n//- /src/main.rs\n",
            ["lib k src/lib.rs", "bin k src/main.rs"],
            id="both",
        ),
        pytest.param(
            "//- /src/bin/a-b.rs\n//- /src/bin/c/main.rs\n//- /src/bin/c/d.rs\n"
            "//- /src/bin/e/f.rs\n",
            ["bin a_b src/bin/a-b.rs", "bin c src/bin/c/main.rs"],
            id="binaries",
        ),
        pytest.param(
            "//- /src/lib.rs\n//- /tests/a.rs\n//- /tests/b/main.rs\n//- /tests/b/c.rs\n"
            "//- /examples/d.rs\n//- /benches/e.rs\n//- /tests/.f.rs\n//- /tests/g.txt\n",
            [
                "lib k src/lib.rs",
                "example d examples/d.rs",
                "test a tests/a.rs",
                "test b tests/b/main.rs",
                "bench e benches/e.rs",
            ],
            id="tests-examples-benches",
        ),
        pytest.param(
            "autobins = false\nautotests = false\nautoexamples = false\nautobenches = false\n"
            "//- /src/lib.rs\n//- /src/main.rs\n//- /tests/a.rs\n//- /examples/b.rs\n"
            "//- /benches/c.rs\n",
            ["lib k src/lib.rs"],
            id="nothing-automatic",
        ),
        pytest.param(
            "autolib = false\n//- /src/lib.rs\n//- /src/main.rs\n",
            ["bin k src/main.rs"],
            id="no-automatic-library",
        ),
        pytest.param(
            '[lib]\nname = "other"\npath = "kernel/all.rs"\n//- /kernel/all.rs\n//- /src/lib.rs\n',
            ["lib other kernel/all.rs"],
            id="library-of-another-name",
        ),
        pytest.param(
            "[lib]\nproc-macro = true\n//- /src/lib.rs\n", ["proc-macro k src/lib.rs"], id="macro"
        ),
        pytest.param(
            '[lib]\ncrate-type = ["proc-macro"]\n//- /src/lib.rs\n',
            ["proc-macro k src/lib.rs"],
            id="macro-by-type",
        ),
        pytest.param("//- /src/lib.rs\n//- /build.rs\n",
            ["lib k src/lib.rs", "build-script k_build_script build.rs"], id="build-script"),
        pytest.param(
            "build = false\n//- /src/lib.rs\n//- /build.rs\n",
            ["lib k src/lib.rs"],
            id="no-build-script",
        ),
        pytest.param(
            'build = "tools/b.rs"\n//- /src/lib.rs\n//- /tools/b.rs\n//- /build.rs\n',
            ["lib k src/lib.rs", "build-script k_build_script tools/b.rs"],
            id="another-build-script",
        ),
        pytest.param(
            '[[bin]]\nname = "a-b"\npath = "x.rs"\n'
            "//- /x.rs\n//- /src/main.rs\n//- /src/bin/c.rs\n",
            ["bin a_b x.rs", "bin k src/main.rs", "bin c src/bin/c.rs"],
            id="declared-and-found",
        ),
        pytest.param(
            '[[bin]]\nname = "a"\npath = "src/main.rs"\n//- /src/main.rs\n',
            ["bin a src/main.rs"],
            id="declared-once-is-not-found-again",
        ),
        pytest.param(
            '[[bin]]\nname = "c"\ntest = false\n//- /src/bin/c/main.rs\n',
            ["bin c src/bin/c/main.rs"],
            id="declared-without-a-path",
        ),
        pytest.param(
            '[[test]]\nname = "t"\nharness = false\n//- /src/lib.rs\n//- /tests/t.rs\n',
            ["lib k src/lib.rs", "test t tests/t.rs"],
            id="declared-test",
        ),
    ],
)  # fmt: skip
def test_targets(manifests_of, text, expected):
    targets = only(manifests_of(package(text))).targets
    assert [f"{t.kind} {t.name} {t.root}" for t in targets] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            '[[bin]]\nname = "a"\npath = "a.rs"\n//- /a.rs\n//- /src/main.rs\n',
            ["bin a a.rs"],
            id="declaring-one-ends-the-search",
        ),
        pytest.param('[[bin]]\nname = "a"\n//- /src/main.rs\n', ["bin a src/main.rs"], id="main"),
        pytest.param('[[bin]]\nname = "a"\n//- /src/a.rs\n', ["bin a src/a.rs"], id="own-name"),
        pytest.param("[lib]\n//- /src/k.rs\n", ["lib k src/k.rs"], id="library-of-its-name"),
    ],
)
def test_targets_of_2015(manifests_of, text, expected):
    found = only(manifests_of(f'//- /Cargo.toml\n[package]\nname = "k"\n{text}'))
    assert found.edition == "2015"
    assert [f"{t.kind} {t.name} {t.root}" for t in found.targets] == expected


def test_facts_of_targets(manifests_of):
    found = only(
        manifests_of(
            package(
                'version = "1.2.3"\n[lib]\ncrate-type = ["staticlib"]\n'
                '[[bin]]\nname = "b"\nedition = "2018"\nrequired-features = ["x"]\n'
                "//- /src/lib.rs\n//- /src/bin/b.rs\n"
            )
        )
    )
    assert (found.name, found.version, found.edition) == ("k", "1.2.3", "2021")
    assert found.library == found.targets[0]
    assert [target.crate_types for target in found.targets] == [("staticlib",), ()]
    assert [target.required_features for target in found.targets] == [(), ("x",)]
    assert [target.edition for target in found.targets] == ["2021", "2018"]


def test_a_target_behind_a_link(manifests_of):
    found = manifests_of(package("//- /common/l.rs\n"), links=[("src", "common")])
    assert found.packages[0].targets == ()
    found = manifests_of(package("//- /common/lib.rs\n"), links=[("src", "common")])
    assert [target.root for target in found.packages[0].targets] == ["common/lib.rs"]


# -- dependencies ------------------------------------------------------------------------------


def shown(dependency):
    words = [dependency.kind, dependency.name]
    if dependency.package != dependency.name:
        words.append(f"({dependency.package})")
    if dependency.path is not None:
        words.append(f"at {dependency.path or '.'}")
    if dependency.target:
        words.append(f"for {dependency.target}")
    words += ["optional"] * dependency.is_optional
    words += ["bare"] * (not dependency.has_default_features)
    return " ".join((*words, *dependency.features))


OTHERS = """//- /src/lib.rs
//- /libs/a-b/Cargo.toml
[package]
name = "a-b"
edition = "2021"
//- /libs/a-b/src/lib.rs
//- /libs/c/Cargo.toml
[package]
name = "c"
edition = "2021"
[lib]
name = "see"
//- /libs/c/src/lib.rs
//- /vendor/d-1.0/Cargo.toml
[package]
name = "d"
version = "1.0.3"
//- /vendor/d-1.0/src/lib.rs
//- /vendor/d/Cargo.toml
[package]
name = "d"
version = "2.1.0"
//- /vendor/d/src/lib.rs
"""
VENDORED = ("vendor/d-1.0/Cargo.toml", "vendor/d/Cargo.toml")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", [], id="none"),
        pytest.param('[dependencies]\nx = "1"\n', ["normal x"], id="version"),
        pytest.param('[dependencies]\nx-y = "1"\n', ["normal x_y (x-y)"], id="dashes"),
        pytest.param(
            '[dependencies]\na-b = { path = "libs/a-b" }\n',
            ["normal a_b (a-b) at libs/a-b"],
            id="path",
        ),
        pytest.param(
            '[dependencies]\nc = { path = "libs/../libs/c/" }\n',
            ["normal see (c) at libs/c"],
            id="called-by-its-library",
        ),
        pytest.param(
            '[dependencies]\nx = { path = "libs/c", package = "c" }\n',
            ["normal x (c) at libs/c"],
            id="renamed",
        ),
        pytest.param(
            '[dependencies.x]\nversion = "1"\noptional = true\ndefault-features = false\n'
            'features = ["f", "g"]\n',
            ["normal x optional bare f g"],
            id="facts",
        ),
        pytest.param(
            '[dev-dependencies]\nx = "1"\n[build-dependencies]\ny = "1"\n'
            '[build_dependencies]\nz = "1"\n',
            ["dev x", "build y", "build z"],
            id="kinds",
        ),
        pytest.param(
            '[target."cfg(unix)".dependencies]\nx = "1"\n'
            '[target.x86_64-unknown-none.dev-dependencies]\ny = "1"\n',
            ["normal x for cfg(unix)", "dev y for x86_64-unknown-none"],
            id="targets",
        ),
        pytest.param('[dependencies]\nd = "1"\n', ["normal d at vendor/d-1.0"], id="vendored-1"),
        pytest.param('[dependencies]\nd = "2.1"\n', ["normal d at vendor/d"], id="vendored-2"),
        pytest.param('[dependencies]\nd = "*"\n', ["normal d at vendor/d"], id="vendored-any"),
        pytest.param('[dependencies]\na-b = "1"\n', ["normal a_b (a-b)"], id="a-name-is-no-path"),
        pytest.param(
            '[dependencies]\na-b = "1"\n[patch.crates-io]\na-b = { path = "libs/a-b" }\n',
            ["normal a_b (a-b) at libs/a-b"],
            id="patched",
        ),
        pytest.param(
            '[dependencies]\na-b = { git = "u" }\n'
            '[patch."u"]\nx = { package = "a-b", path = "libs/a-b" }\n',
            ["normal a_b (a-b) at libs/a-b"],
            id="patched-git",
        ),
        pytest.param(
            '[dependencies]\nc = "1"\n[replace]\n"c:1.0.0" = { path = "libs/c" }\n',
            ["normal see (c) at libs/c"],
            id="replaced",
        ),
        pytest.param(
            '[dependencies]\nx = {\n  version = "1", # why\n  features = [\n    "f",\n  ],\n}\n',
            ["normal x f"],
            id="toml-1.1",
        ),
    ],
)
def test_dependencies(manifests_of, text, expected):
    manifests = manifests_of(package(text) + OTHERS, vendored=VENDORED)
    assert told(manifests) == []
    (found,) = (one for one in manifests.packages if one.name == "k")
    assert [shown(dependency) for dependency in found.dependencies] == expected


# -- features ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", {}, id="none"),
        pytest.param(
            '[features]\ndefault = ["a"]\na = []\n', {"default": ("a",), "a": ()}, id="declared"
        ),
        pytest.param(
            '[dependencies]\nx-y = { version = "1", optional = true }\n',
            {"x-y": ("dep:x-y",)},
            id="implied",
        ),
        pytest.param(
            '[dependencies]\nx = { version = "1", optional = true }\n[features]\na = ["dep:x"]\n',
            {"a": ("dep:x",)},
            id="not-implied-once-mentioned",
        ),
        pytest.param(
            '[dependencies]\nx = { version = "1", optional = true }\n'
            '[features]\na = ["x", "x/f", "x?/g"]\n',
            {"a": ("x", "x/f", "x?/g"), "x": ("dep:x",)},
            id="still-implied",
        ),
        pytest.param('[dependencies]\nx = "1"\n', {}, id="not-optional"),
    ],
)
def test_features(manifests_of, text, expected):
    found = only(manifests_of(package(text) + "//- /src/lib.rs\n"))
    assert dict(found.features) == expected


# -- workspaces --------------------------------------------------------------------------------

MEMBERS = """//- /a/Cargo.toml
[package]
name = "a"
//- /a/src/lib.rs
//- /b/Cargo.toml
[package]
name = "b"
//- /b/src/lib.rs
//- /b/c/Cargo.toml
[package]
name = "c"
//- /b/c/src/lib.rs
"""


@pytest.mark.parametrize(
    ("workspace", "expected"),
    [
        pytest.param('members = ["a"]\n', ("a",), id="named"),
        pytest.param('members = ["./a/", "b/../b"]\n', ("a", "b"), id="dots"),
        pytest.param('members = ["*"]\n', ("a", "b"), id="star-stays-in-one-folder"),
        pytest.param('members = ["**"]\n', ("a", "b", "b/c"), id="two-stars"),
        pytest.param('members = ["b/*", "[a]"]\n', ("a", "b/c"), id="globs"),
        pytest.param('members = ["?", "b/c"]\nexclude = ["b"]\n', ("a", "b/c"), id="exclude"),
        pytest.param("", (), id="none"),
    ],
)
def test_members(manifests_of, workspace, expected):
    manifests = manifests_of(f"//- /Cargo.toml\n[workspace]\n{workspace}{MEMBERS}")
    assert told(manifests) == []
    (found,) = manifests.workspaces
    assert found.members == expected
    homes = {one.folder: one.workspace for one in manifests.packages}
    assert {folder for folder, home in homes.items() if home == ""} == set(expected)


def test_a_path_dependency_is_a_member(manifests_of):
    manifests = manifests_of(
        package(
            '[workspace]\nmembers = ["a"]\ndefault-members = ["a"]\n'
            '[workspace.metadata.soundcheck]\nprofile = "x"\n'
            '[package.metadata.soundcheck]\nexclude = ["y"]\n'
            "//- /src/lib.rs\n"
            '//- /a/Cargo.toml\n[package]\nname = "a"\n[dependencies]\nb = { path = "../b" }\n'
            "//- /a/src/lib.rs\n"
            '//- /b/Cargo.toml\n[package]\nname = "b"\n//- /b/src/lib.rs\n'
            '//- /d/Cargo.toml\n[package]\nname = "d"\n//- /d/src/lib.rs\n'
        )
    )
    (found,) = manifests.workspaces
    assert found.members == ("", "a", "b")
    assert found.default_members == ("a",)
    assert found.settings == {"profile": "x"}
    assert manifests.packages[0].settings == {"exclude": ["y"]}
    assert [one.workspace for one in manifests.packages] == ["", "", "", None]


def test_several_workspaces(manifests_of):
    manifests = manifests_of(
        '//- /Cargo.toml\n[workspace]\nmembers = ["a"]\nexclude = ["x"]\n'
        '//- /a/Cargo.toml\n[package]\nname = "a"\n//- /a/src/lib.rs\n'
        '//- /x/Cargo.toml\n[workspace]\nmembers = ["y"]\n'
        '[workspace.package]\nedition = "2018"\n'
        '//- /x/y/Cargo.toml\n[package]\nname = "y"\nedition.workspace = true\n'
        "//- /x/y/src/lib.rs\n"
        '//- /z/Cargo.toml\n[package]\nname = "z"\nworkspace = "../x"\n'
        "edition = { workspace = true }\n//- /z/src/lib.rs\n"
    )
    assert told(manifests) == []
    assert [(one.folder, one.members) for one in manifests.workspaces] == [
        ("", ("a",)),
        ("x", ("x/y",)),
    ]
    packages = {one.name: (one.workspace, one.edition) for one in manifests.packages}
    assert packages == {"a": ("", "2015"), "y": ("x", "2018"), "z": (None, "2018")}


def test_inheritance(manifests_of):
    manifests = manifests_of(
        '//- /Cargo.toml\n[workspace]\nmembers = ["k"]\n'
        '[workspace.package]\nedition = "2024"\nversion = "3.0.0"\n'
        '[workspace.dependencies]\nlib = { path = "lib", features = ["f"] }\nx = "1"\n'
        'y = { version = "1", default-features = false }\n'
        '//- /k/Cargo.toml\n[package]\nname = "k"\nedition.workspace = true\n'
        "version = { workspace = true }\n[dependencies]\n"
        'lib = { workspace = true, features = ["g"], optional = true }\nx.workspace = true\n'
        "y = { workspace = true, default-features = true }\n//- /k/src/lib.rs\n"
        '//- /lib/Cargo.toml\n[package]\nname = "lib"\n//- /lib/src/lib.rs\n'
    )
    assert told(manifests) == []
    found = manifests.packages[0]
    assert (found.edition, found.version) == ("2024", "3.0.0")
    assert [shown(dependency) for dependency in found.dependencies] == [
        "normal lib at lib optional f g",
        "normal x",
        "normal y",
    ]
    assert manifests.workspaces[0].members == ("k", "lib")


def test_an_excluded_folder_below_a_member_still_inherits(manifests_of):
    """Cargo's own test: what lies below a member's folder is not excluded."""
    manifests = manifests_of(
        '//- /Cargo.toml\n[workspace]\nmembers = ["m"]\nexclude = ["m/x", "y"]\n'
        '[workspace.package]\nedition = "2021"\n'
        '//- /m/Cargo.toml\n[package]\nname = "m"\n//- /m/src/lib.rs\n'
        '//- /m/x/Cargo.toml\n[package]\nname = "x"\nedition.workspace = true\n'
        "//- /m/x/src/lib.rs\n"
        '//- /y/Cargo.toml\n[package]\nname = "y"\nedition.workspace = true\n//- /y/src/lib.rs\n'
    )
    assert [one.edition for one in manifests.packages] == ["2015", "2021", "2015"]
    assert told(manifests) == ["y/Cargo.toml:3 no workspace says what `edition` is"]


# -- what is wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "//- /Cargo.toml\n[package]\nname = \n",
            ["Cargo.toml:2 not TOML: Invalid value"],
            id="no-toml",
        ),
        pytest.param(
            '//- /Cargo.toml\n[package]\nname = "k"\nname = "k"\n//- /src/lib.rs\n',
            ["Cargo.toml:3 not TOML: Cannot overwrite a value"],
            id="twice",
        ),
        pytest.param(
            "//- /Cargo.toml\n", ["Cargo.toml:1 neither a package nor a workspace"], id="empty"
        ),
        pytest.param(
            '//- /Cargo.toml\n[package]\nversion = "1"\n//- /src/lib.rs\n',
            ["Cargo.toml:1 a package without a name"],
            id="no-name",
        ),
        pytest.param(
            package("version = 1\n//- /src/lib.rs\n"),
            ["Cargo.toml:4 `version` is not a string"],
            id="no-string",
        ),
        pytest.param(
            '//- /Cargo.toml\n[package]\nname = "k"\nedition = "1492"\n//- /src/lib.rs\n',
            ["Cargo.toml:3 an edition we do not know: 1492"],
            id="edition",
        ),
        pytest.param(
            package(""),
            ["Cargo.toml:1 no target: neither `src/lib.rs` nor `src/main.rs`"],
            id="no-target",
        ),
        pytest.param(
            package('[lib]\npath = "no.rs"\n'),
            ["Cargo.toml:5 the target's root `no.rs` is not there"],
            id="no-root",
        ),
        pytest.param(
            package("[lib]\n"), ["Cargo.toml:4 the library has no `src/lib.rs`"], id="no-lib"
        ),
        pytest.param(
            package('[[bin]]\nname = "b"\n//- /src/main.rs\n'),
            ["Cargo.toml:5 the target `b` has no file in `src/bin`"],
            id="no-binary",
        ),
        pytest.param(
            package('[[bin]]\npath = "b.rs"\n//- /b.rs\n'),
            ["Cargo.toml:4 a `[[bin]]` without a name"],
            id="a-nameless-binary",
        ),
        pytest.param(
            package("bin = 1\n//- /src/lib.rs\n"),
            [],
            id="a-key-of-no-meaning",
        ),
        pytest.param(
            package('[dependencies]\nx = { path = "../x" }\n//- /src/lib.rs\n'),
            ["Cargo.toml:5 no manifest in `../x`, where `x` should be"],
            id="no-dependency",
        ),
        pytest.param(
            package("[dependencies]\nx = 1\n//- /src/lib.rs\n"),
            ["Cargo.toml:5 the dependency `x` is neither a version nor a table"],
            id="no-version",
        ),
        pytest.param(
            package("[dependencies]\nx.workspace = true\n//- /src/lib.rs\n"),
            ["Cargo.toml:5 no workspace says what the dependency `x` is"],
            id="no-inheritance",
        ),
        pytest.param(
            package("[features]\na = 1\n//- /src/lib.rs\n"),
            ["Cargo.toml:5 the feature `a` is no list"],
            id="no-list",
        ),
        pytest.param(
            '//- /Cargo.toml\n[workspace]\n# "x" is gone\nmembers = [\n  "x",\n  "y*",\n]\n',
            ["Cargo.toml:4 the member `x` has no manifest"],
            id="no-member",
        ),
    ],
)
def test_what_is_wrong(manifests_of, text, expected):
    assert told(manifests_of(text)) == expected


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xff\xfe", id="no-text"),
        pytest.param(b"[package]\nname = '\xe4'\n", id="no-utf8"),
        pytest.param(b"\xef\xbb\xbf[package]\r\nname = 'k'\r\n", id="byte-order-mark"),
        pytest.param(b"a = " + b"[" * 10_000, id="nested-too-deeply"),
        pytest.param(
            b"package = 1\nworkspace = 2\nfeatures = 3\ndependencies = 4\n", id="no-tables"
        ),
        pytest.param(
            b"[workspace]\nmembers = 1\nexclude = [[]]\ndefault-members = {}\n", id="lists"
        ),
        pytest.param(b"[package]\nname = 'k'\n[target]\nx = 1\ny.dependencies = 2\n", id="targets"),
        pytest.param(b"[package]\nname = 'k'\nbuild = [1, 'a.rs']\n[lib]\nname = []\n", id="types"),
        pytest.param(b"[package]\nname = 'k'\nworkspace = '../..'\n", id="workspace-outside"),
        pytest.param(b"[package]\nname = 'k'\n[dependencies]\nk = { path = '.' }\n", id="itself"),
        pytest.param(b"[patch]\nx = 1\n[replace]\ny = 2\n[package]\nname = 'k'\n", id="patches"),
        pytest.param(b'[package]\nname = "k"\n[lib]\npath = "../../../x.rs"\n', id="path-outside"),
        pytest.param(b"x = '", id="open-string"),
        pytest.param(b"x = { y = {\n z = [1,\n2, ], # }\n}, }\n", id="nested-inline-tables"),
    ],
)
def test_nonsense_is_survived(data):
    manifests = read_manifests([SourceFile("Cargo.toml", data)], FileIndex([]))
    assert all(gap.kind == "manifest" for gap in manifests.gaps)
    assert all(gap.at.end <= len(data) for gap in manifests.gaps)
