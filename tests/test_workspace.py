"""The door to the audited tree: which root, which files, what is told of the rest."""

import os
import re
import subprocess

import pytest

from soundcheck.source import SourceFile
from soundcheck.workspace import (
    UnusableInputError,
    find_root,
    list_files,
    read_file,
    read_files,
    walk_like_count_unsafe,
)

CRATE = """
//- /Cargo.toml
[package]
name = "k"
//- /src/lib.rs
mod a;
//- /src/a.rs
//- /boot.S
//- /notes.txt
"""


def write_tree(root, text):
    for part in re.split(r"^//- /", text, flags=re.MULTILINE)[1:]:
        name, _, body = part.partition("\n")
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body)
    return root


def git(folder, *args):
    identity = ("-c", "user.name=n", "-c", "user.email=e", "-c", "protocol.file.allow=always")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(
        ("git", *identity, *args), cwd=folder, check=True, capture_output=True, env=environment
    )


def repository(root, text):
    write_tree(root, text)
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "all")
    return root


def listed(root, *paths, **options):
    return list_files(os.path.realpath(root), [str(path) for path in paths], **options)


def rust(listing):
    return [file.path for file in listing.rust]


def gaps(listing):
    return [(gap.kind, gap.at.path) for gap in listing.gaps]


# -- the root ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        pytest.param("//- /a/Cargo.toml\n//- /a/src/lib.rs\n", "a", "a", id="package"),
        pytest.param("//- /a/Cargo.toml\n//- /a/src/lib.rs\n", "a/src", "a", id="from-below"),
        pytest.param("//- /a/Cargo.toml\n//- /a/src/lib.rs\n", "a/src/lib.rs", "a", id="a-file"),
        pytest.param(
            "//- /Cargo.toml\n//- /a/Cargo.toml\n//- /a/l.rs\n", "a/l.rs", "", id="outermost"
        ),
        pytest.param(
            "//- /soundcheck.toml\n//- /a/Cargo.toml\n//- /a/l.rs\n", "a", "", id="settings"
        ),
        pytest.param("//- /a/b/x.rs\n", "a/b", "a/b", id="nothing-known"),
        pytest.param("//- /a/b/x.rs\n", "a/b/x.rs", "a/b", id="nothing-known-of-a-file"),
        pytest.param("//- /a/.git/HEAD\n//- /Cargo.toml\n//- /a/b/x.rs\n", "a/b", "a", id="git"),
        pytest.param("//- /a/.git\ngitdir: x\n//- /a/b/x.rs\n", "a/b", "a", id="submodule"),
        pytest.param("//- /.git/x\n//- /a/Cargo.toml\n", "a", "a", id="folder-git-is-no-git"),
    ],
)
def test_root(tmp_path, text, path, expected):
    write_tree(tmp_path, text)
    root = find_root([str(tmp_path / path)])
    assert root == os.path.realpath(tmp_path / expected)


def test_root_can_be_given(tmp_path):
    write_tree(tmp_path, "//- /Cargo.toml\n//- /a/x.rs\n")
    assert find_root([str(tmp_path / "a")], str(tmp_path / "a")) == os.path.realpath(tmp_path / "a")


def test_root_is_real(tmp_path):
    write_tree(tmp_path, "//- /a/Cargo.toml\n//- /a/src/x.rs\n")
    (tmp_path / "b").symlink_to("a/src")
    assert find_root([str(tmp_path / "b")]) == os.path.realpath(tmp_path / "a")


@pytest.mark.parametrize(
    ("paths", "root", "message"),
    [
        pytest.param(["no"], None, r"no: no such file or directory", id="missing-path"),
        pytest.param(["x.rs"], "no", r"the root no is not a folder", id="missing-root"),
        pytest.param(["loop"], None, r"loop: too many levels of symbolic links", id="loop"),
    ],
)
def test_unusable_root(tmp_path, monkeypatch, paths, root, message):
    write_tree(tmp_path, "//- /x.rs\n")
    (tmp_path / "loop").symlink_to("loop")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnusableInputError, match=message):
        find_root(paths, root)


# -- listing without git -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(CRATE, ["src/a.rs", "src/lib.rs"], id="crate"),
        pytest.param(
            "//- /Cargo.toml\n//- /a.rs\n//- /target/debug/gen.rs\n", ["a.rs"], id="target"
        ),
        pytest.param(
            "//- /src/target/mod.rs\n", ["src/target/mod.rs"], id="a-module-called-target"
        ),
        pytest.param("//- /a.rs\n//- /out/CACHEDIR.TAG\n//- /out/g.rs\n", ["a.rs"], id="cache"),
        pytest.param("//- /a.rs\n//- /.old/g.rs\n", ["a.rs"], id="hidden-folder"),
        pytest.param("//- /x.rs/y.rs\n", ["x.rs/y.rs"], id="folder-called-rs"),
        pytest.param("//- /a.rs\n//- /.rs\n//- /b.RS\n//- /c.rs.in\n", ["a.rs"], id="extensions"),
        pytest.param(
            "//- /b.rs\n//- /a/z.rs\n//- /a-b.rs\n", ["a-b.rs", "a/z.rs", "b.rs"], id="sorted"
        ),
    ],
)
def test_walk(tmp_path, text, expected):
    write_tree(tmp_path, text)
    listing = listed(tmp_path)
    assert rust(listing) == expected
    assert listing.gaps == ()


def test_kinds(tmp_path):
    listing = listed(write_tree(tmp_path, CRATE))
    assert [file.path for file in listing.manifests] == ["Cargo.toml"]
    assert [file.path for file in listing.assembly] == ["boot.S"]
    assert listing.reported == {"Cargo.toml", "src/a.rs", "src/lib.rs", "boot.S"}
    assert listing.named == ("",)


def test_assembly_by_the_ends_of_names(tmp_path):
    names = ("a.s", "b.S", "c.asm", ".s", ".asm", "d.sx", "e.S.in", "asm")
    root = write_tree(tmp_path, CRATE + "".join(f"//- /src/{name}\n" for name in names))

    listing = listed(root)

    assert [file.path for file in listing.assembly] == ["boot.S", "src/a.s", "src/b.S", "src/c.asm"]


# -- listing with git --------------------------------------------------------------------------


def test_git_lists_tracked_and_untracked_but_not_ignored(tmp_path):
    repository(tmp_path, "//- /.gitignore\n/gen\n//- /a.rs\n//- /.ci/tool.rs\n")
    write_tree(tmp_path, "//- /new.rs\n//- /gen/x.rs\n")
    listing = listed(tmp_path)
    assert rust(listing) == [".ci/tool.rs", "a.rs", "new.rs"]
    assert listing.gaps == ()


def test_deleted_but_tracked_is_no_gap(tmp_path):
    repository(tmp_path, "//- /a.rs\n//- /b/c.rs\n//- /d.rs\n")
    (tmp_path / "b" / "c.rs").unlink()
    (tmp_path / "d.rs").unlink()
    (tmp_path / "b").rmdir()
    listing = listed(tmp_path)
    assert rust(listing) == ["a.rs"]
    assert listing.gaps == ()


def test_unmerged_file_is_listed_once(tmp_path):
    repository(tmp_path, "//- /a.rs\n1\n")
    git(tmp_path, "checkout", "-qb", "other")
    write_tree(tmp_path, "//- /a.rs\n2\n")
    git(tmp_path, "commit", "-qam", "2")
    git(tmp_path, "checkout", "-q", "-")
    write_tree(tmp_path, "//- /a.rs\n3\n")
    git(tmp_path, "commit", "-qam", "3")
    with pytest.raises(subprocess.CalledProcessError):
        git(tmp_path, "merge", "other")
    assert rust(listed(tmp_path)) == ["a.rs"]


def test_root_inside_a_repository(tmp_path):
    repository(tmp_path, "//- /a.rs\n//- /k/b.rs\n//- /k/c.rs\n")
    assert rust(listed(tmp_path / "k")) == ["b.rs", "c.rs"]


def test_submodule_is_listed_where_it_is_checked_out(tmp_path):
    repository(tmp_path / "lib", "//- /l.rs\n//- /.gitignore\ng.rs\n")
    top = repository(tmp_path / "top", "//- /a.rs\n")
    git(top, "submodule", "--quiet", "add", str(tmp_path / "lib"), "deps/lib")
    git(top, "submodule", "--quiet", "add", str(tmp_path / "lib"), "deps/away")
    git(top, "submodule", "--quiet", "deinit", "-f", "deps/away")
    write_tree(top, "//- /deps/lib/g.rs\n//- /deps/lib/new.rs\n")
    listing = listed(top)
    assert rust(listing) == ["a.rs", "deps/lib/l.rs", "deps/lib/new.rs"]
    assert gaps(listing) == [("missing-submodule", "deps/away")]


def test_repository_that_is_no_submodule_is_a_gap(tmp_path):
    repository(tmp_path, "//- /a.rs\n")
    repository(tmp_path / "clone", "//- /b.rs\n")
    listing = listed(tmp_path)
    assert rust(listing) == ["a.rs"]
    assert gaps(listing) == [("nested-repository", "clone")]


def test_a_hook_does_not_lead_astray(tmp_path, monkeypatch):
    repository(tmp_path / "other", "//- /b.rs\n")
    repository(tmp_path / "this", "//- /a.rs\n")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "nowhere"))
    assert rust(listed(tmp_path / "this")) == ["a.rs"]


@pytest.mark.parametrize("breakage", ["no-git", "broken"])
def test_without_a_working_git_all_is_walked(tmp_path, monkeypatch, breakage):
    repository(tmp_path, "//- /.gitignore\ng.rs\n//- /a.rs\n")
    write_tree(tmp_path, "//- /g.rs\n")
    if breakage == "no-git":
        monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    else:
        (tmp_path / ".git" / "HEAD").write_text("nonsense")
    listing = listed(tmp_path)
    assert rust(listing) == ["a.rs", "g.rs"]
    assert gaps(listing) == [("no-git", ".")]
    assert str(tmp_path) not in listing.gaps[0].what


# -- the paths of the command line -------------------------------------------------------------


@pytest.mark.parametrize(
    ("paths", "reported"),
    [
        pytest.param([], ["a/x.rs", "b/y.rs", "b/z.rs", "c.rs"], id="none"),
        pytest.param(["."], ["a/x.rs", "b/y.rs", "b/z.rs", "c.rs"], id="root"),
        pytest.param(["b"], ["b/y.rs", "b/z.rs"], id="folder"),
        pytest.param(["b/"], ["b/y.rs", "b/z.rs"], id="folder-with-slash"),
        pytest.param(["b/y.rs", "a"], ["a/x.rs", "b/y.rs"], id="file-and-folder"),
        pytest.param(["b/../b/./y.rs"], ["b/y.rs"], id="dots"),
        pytest.param(["link/y.rs"], ["b/y.rs"], id="through-a-link"),
    ],
)
def test_paths_restrict_what_is_reported_not_what_is_read(tmp_path, monkeypatch, paths, reported):
    write_tree(tmp_path, "//- /a/x.rs\n//- /b/y.rs\n//- /b/z.rs\n//- /c.rs\n")
    (tmp_path / "link").symlink_to("b")
    monkeypatch.chdir(tmp_path)
    listing = listed(tmp_path, *paths)
    assert rust(listing) == ["a/x.rs", "b/y.rs", "b/z.rs", "c.rs"]
    assert sorted(listing.reported) == reported


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("gen", ["a.rs", "gen/x.rs", "gen/y.rs"], id="ignored-folder"),
        pytest.param("gen/x.rs", ["a.rs", "gen/x.rs"], id="ignored-file"),
        pytest.param(".out", [".out/z.rs", "a.rs"], id="hidden-folder"),
    ],
)
def test_a_named_path_is_read_though_ignored(tmp_path, path, expected):
    repository(tmp_path, "//- /.gitignore\n/gen\n/.out\n//- /a.rs\n")
    write_tree(tmp_path, "//- /gen/x.rs\n//- /gen/y.rs\n//- /.out/z.rs\n")
    assert rust(listed(tmp_path, tmp_path / path)) == expected


@pytest.mark.parametrize(
    ("path", "message"),
    [
        pytest.param("missing.rs", "missing.rs: no such file", id="missing"),
        pytest.param("docs", "docs: no Rust here", id="folder-without-rust"),
        pytest.param("docs/a.md", "a.md: no Rust here", id="file-that-is-no-rust"),
        pytest.param("empty", "empty: no Rust here", id="empty-folder"),
        pytest.param("pipe.rs", "pipe.rs: neither a file nor a folder", id="pipe"),
        pytest.param("/", "/: outside the root", id="outside"),
    ],
)
def test_unusable_paths(tmp_path, path, message):
    write_tree(tmp_path, "//- /a.rs\n//- /docs/a.md\n")
    (tmp_path / "empty").mkdir()
    os.mkfifo(tmp_path / "pipe.rs")
    with pytest.raises(UnusableInputError, match=re.escape(message)):
        listed(tmp_path, tmp_path / path)


def test_a_tree_without_rust_is_unusable(tmp_path):
    with pytest.raises(UnusableInputError, match="no Rust here"):
        listed(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("name", ["a.rs", "b"])
def test_a_named_path_must_be_readable(tmp_path, name):
    write_tree(tmp_path, "//- /a.rs\n//- /b/c.rs\n//- /d.rs\n")
    (tmp_path / name).chmod(0)
    with pytest.raises(UnusableInputError, match="permission denied"):
        listed(tmp_path, tmp_path / name)


# -- what is not reported ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "paths", "reported"),
    [
        pytest.param({}, [], ["gen/x.rs", "src/a.rs"], id="nothing-excluded"),
        pytest.param({"exclude": ["gen/"]}, [], ["src/a.rs"], id="folder"),
        pytest.param({"exclude": ["*.rs", "!src/**"]}, [], ["src/a.rs"], id="all-but"),
        pytest.param({"exclude": ["/x.rs"]}, [], ["gen/x.rs", "src/a.rs"], id="anchored"),
        pytest.param({"exclude": ["gen/"]}, ["gen"], ["gen/x.rs"], id="named-folder-wins"),
        pytest.param({"exclude": ["gen/"]}, ["gen/x.rs"], ["gen/x.rs"], id="named-file-wins"),
        pytest.param({"exclude": ["x.rs"]}, ["gen"], [], id="named-folder-is-not-the-file"),
        pytest.param({"force_exclude": ["gen/"]}, ["gen"], [], id="forced"),
        pytest.param({"force_exclude": ["gen/"]}, ["gen", "src"], ["src/a.rs"], id="forced-part"),
    ],
)
def test_exclude(tmp_path, options, paths, reported):
    write_tree(tmp_path, "//- /src/a.rs\n//- /gen/x.rs\n")
    listing = listed(tmp_path, *(tmp_path / path for path in paths), **options)
    assert rust(listing) == ["gen/x.rs", "src/a.rs"]
    assert sorted(listing.reported) == reported


@pytest.mark.parametrize(
    ("text", "vendored"),
    [
        pytest.param("//- /src/vendor/mod.rs\n", [], id="a-module-called-vendor"),
        pytest.param("//- /vendors/a.rs\n", [], id="a-folder-called-nearly-so"),
        pytest.param("//- /a.rs\n//- /vendor/b.rs\n", ["vendor/b.rs"], id="vendor-at-the-top"),
        pytest.param(
            "//- /k/vendor/d/Cargo.toml\n//- /k/vendor/d/src/lib.rs\n//- /k/a.rs\n",
            ["k/vendor/d/Cargo.toml", "k/vendor/d/src/lib.rs"],
            id="packages-below-vendor",
        ),
        pytest.param(
            "//- /third/d/.cargo-checksum.json\n//- /third/d/l.rs\n//- /third/own.rs\n",
            ["third/d/l.rs"],
            id="cargo-checksum",
        ),
    ],
)
def test_vendored(tmp_path, text, vendored):
    write_tree(tmp_path, text)
    listing = listed(tmp_path)
    assert sorted(listing.vendored) == vendored
    assert listing.reported & set(rust(listing)) == set(rust(listing)) - listing.vendored
    assert not listing.reported & listing.vendored


def test_a_vendored_path_is_reported_when_named(tmp_path):
    write_tree(tmp_path, "//- /a.rs\n//- /vendor/d/Cargo.toml\n//- /vendor/d/l.rs\n")
    reported = listed(tmp_path, tmp_path / "vendor").reported
    assert reported == {"vendor/d/Cargo.toml", "vendor/d/l.rs"}


def test_gaps_are_reported_where_their_path_is(tmp_path):
    write_tree(tmp_path, "//- /a/x.rs\n//- /b/y.rs\n")
    os.mkfifo(tmp_path / "a" / "p.rs")
    os.mkfifo(tmp_path / "b" / "p.rs")
    listing = listed(tmp_path, tmp_path / "b", exclude=["a/"])
    assert gaps(listing) == [("not-a-file", "a/p.rs"), ("not-a-file", "b/p.rs")]
    assert listing.reported == {"b/p.rs", "b/y.rs"}


# -- links and what is no file -----------------------------------------------------------------


def test_links_inside_the_root_are_told_and_each_file_is_read_once(tmp_path):
    write_tree(tmp_path, "//- /common/a.rs\n//- /common/sub/b.rs\n")
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "a.rs").symlink_to("../common/a.rs")
    (tmp_path / "x" / "sub").symlink_to("../common/sub")
    listing = listed(tmp_path)
    assert rust(listing) == ["common/a.rs", "common/sub/b.rs"]
    assert listing.links == (("x/a.rs", "common/a.rs"), ("x/sub", "common/sub"))
    assert listing.gaps == ()


def test_a_tracked_link_is_followed(tmp_path):
    write_tree(tmp_path, "//- /.gitignore\n/gen\n//- /a.rs\n//- /gen/x.rs\n")
    (tmp_path / "x.rs").symlink_to("gen/x.rs")
    repository(tmp_path, "")
    listing = listed(tmp_path)
    assert rust(listing) == ["a.rs", "gen/x.rs"]
    assert listing.links == (("x.rs", "gen/x.rs"),)


def test_a_file_outside_the_root_is_read_where_its_link_stands(tmp_path):
    write_tree(tmp_path, "//- /outside/x.rs\nfn f() {}\n//- /root/a.rs\n")
    (tmp_path / "root" / "x.rs").symlink_to(tmp_path / "outside" / "x.rs")
    workspace = read_files(listed(tmp_path / "root"))
    assert [(f.path, f.data) for f in workspace.files] == [("a.rs", b""), ("x.rs", b"fn f() {}\n")]
    assert workspace.links == ()


def test_a_folder_outside_the_root_is_a_gap(tmp_path):
    write_tree(tmp_path, "//- /outside/x.rs\n//- /root/a.rs\n")
    (tmp_path / "root" / "o").symlink_to(tmp_path / "outside")
    listing = listed(tmp_path / "root")
    assert rust(listing) == ["a.rs"]
    assert gaps(listing) == [("linked-folder", "o")]


def test_link_loops_are_survived(tmp_path):
    write_tree(tmp_path, "//- /a.rs\n//- /d/b.rs\n")
    (tmp_path / "loop").symlink_to(".")
    (tmp_path / "d" / "up").symlink_to("..")
    (tmp_path / "self.rs").symlink_to("self.rs")
    (tmp_path / "nowhere.rs").symlink_to("gone.rs")
    (tmp_path / ".#a.rs").symlink_to("someone@somewhere.1234")
    listing = listed(tmp_path)
    assert rust(listing) == ["a.rs", "d/b.rs"]
    assert gaps(listing) == [("unreadable-file", "nowhere.rs"), ("unreadable-file", "self.rs")]


def test_links_to_what_is_no_rust_are_no_gaps(tmp_path):
    write_tree(tmp_path, "//- /a.rs\n//- /n.txt\n//- /d.rs/b.rs\n")
    (tmp_path / "t").symlink_to("n.txt")
    (tmp_path / "e.rs").symlink_to("d.rs")
    listing = listed(tmp_path)
    assert rust(listing) == ["a.rs", "d.rs/b.rs"]
    assert listing.links == (("e.rs", "d.rs"),)
    assert listing.gaps == ()


def test_pipes_and_sockets_are_gaps(tmp_path):
    write_tree(tmp_path, "//- /a.rs\n")
    os.mkfifo(tmp_path / "pipe.rs")
    os.mkfifo(tmp_path / "pipe.txt")
    listing = listed(tmp_path)
    assert rust(listing) == ["a.rs"]
    assert gaps(listing) == [("not-a-file", "pipe.rs")]


def test_a_tracked_file_become_a_folder_is_a_gap(tmp_path):
    repository(tmp_path, "//- /a.rs\n//- /b.rs\n")
    (tmp_path / "b.rs").unlink()
    (tmp_path / "b.rs").mkdir()
    assert gaps(listed(tmp_path)) == [("not-a-file", "b.rs")]


def test_a_name_that_is_not_utf8_is_a_gap(tmp_path):
    write_tree(tmp_path, "//- /a.rs\n")
    with open(os.fsencode(tmp_path) + b"/\xff.rs", "wb"):
        pass
    listing = listed(tmp_path)
    assert rust(listing) == ["a.rs"]
    assert gaps(listing) == [("unreadable-name", "\N{REPLACEMENT CHARACTER}.rs")]


@pytest.mark.parametrize("name", ["ä.rs", "a b.rs", "a\nb.rs", "a\tb.rs", 'a"b.rs', "-a.rs"])
@pytest.mark.parametrize("is_repository", [True, False], ids=["git", "walk"])
def test_odd_names_are_read(tmp_path, name, is_repository):
    (tmp_path / name).write_text("x")
    if is_repository:
        repository(tmp_path, "")
    workspace = read_files(listed(tmp_path))
    assert workspace.files == (SourceFile(name, b"x"),)
    assert workspace.gaps == ()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("is_repository", [True, False], ids=["git", "walk"])
def test_unreadable_files_and_folders_are_gaps(tmp_path, is_repository):
    write_tree(tmp_path, "//- /a.rs\n//- /b.rs\n//- /c/d.rs\n")
    if is_repository:
        repository(tmp_path, "")
        write_tree(tmp_path, "//- /e/f.rs\n")
        (tmp_path / "e").chmod(0)
    (tmp_path / "b.rs").chmod(0)
    (tmp_path / "c").chmod(0)
    workspace = read_files(listed(tmp_path))
    assert [file.path for file in workspace.files] == ["a.rs"]
    unreadable = {path for kind, path in gaps(workspace) if kind.startswith("unreadable-")}
    assert "b.rs" in unreadable
    assert unreadable & {"c", "c/d.rs"}
    assert not is_repository or "e" in unreadable


# -- reading -----------------------------------------------------------------------------------


def test_what_vanishes_or_changes_before_it_is_read_is_a_gap(tmp_path):
    write_tree(tmp_path, "//- /a.rs\na\n//- /b.rs\n//- /c.rs\n//- /d.rs\n")
    listing = listed(tmp_path)
    for name in ("b.rs", "c.rs", "d.rs"):
        (tmp_path / name).unlink()
    os.mkfifo(tmp_path / "c.rs")
    (tmp_path / "d.rs").mkdir()
    workspace = read_files(listing)
    assert workspace.files == (SourceFile("a.rs", b"a\n"),)
    assert gaps(workspace) == [
        ("unreadable-file", "b.rs"),
        ("not-a-file", "c.rs"),
        ("not-a-file", "d.rs"),
    ]


def test_what_vanishes_though_named_is_unusable(tmp_path):
    write_tree(tmp_path, "//- /a.rs\n//- /b.rs\n")
    listing = listed(tmp_path, tmp_path / "b.rs")
    (tmp_path / "b.rs").unlink()
    with pytest.raises(UnusableInputError, match=r"b\.rs: no such file"):
        read_files(listing)


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="needs a file that fails")
def test_a_file_that_fails_to_read_is_a_gap(tmp_path):
    write_tree(tmp_path, "//- /a.rs\n")
    (tmp_path / "m.rs").symlink_to("/proc/self/mem")
    assert gaps(read_files(listed(tmp_path))) == [("unreadable-file", "m.rs")]


def test_a_large_file_is_read_whole(tmp_path):
    data = b"// generated\n" * 250_000
    (tmp_path / "a.rs").write_bytes(data)
    assert read_files(listed(tmp_path)).files == (SourceFile("a.rs", data),)


def test_a_file_beyond_all_measure_is_a_gap(tmp_path):
    write_tree(tmp_path, "//- /a.rs\n//- /b.rs\n")
    os.truncate(tmp_path / "b.rs", 1 << 40)
    assert gaps(read_files(listed(tmp_path))) == [("oversized-file", "b.rs")]


def test_stamps_tell_a_change(tmp_path):
    write_tree(tmp_path, "//- /a.rs\n//- /b.rs\n")
    before = listed(tmp_path).rust
    write_tree(tmp_path, "//- /b.rs\nnew\n")
    after = listed(tmp_path).rust
    assert before[0] == after[0]
    assert before[1] != after[1]


def test_one_file_is_read_by_its_path(tmp_path):
    write_tree(tmp_path, "//- /soundcheck.toml\nx\n")
    assert read_file(str(tmp_path), "soundcheck.toml") == SourceFile("soundcheck.toml", b"x\n")
    missing = read_file(str(tmp_path), "other.toml")
    assert not isinstance(missing, SourceFile)
    assert missing.kind == "unreadable-file"


# -- walking as count-unsafe does --------------------------------------------------------------


def counted(path):
    return sorted(os.path.relpath(file, path) for file in walk_like_count_unsafe(str(path)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("//- /a.rs\n//- /b/c.rs\n//- /d.txt\n", ["a.rs", "b/c.rs"], id="plain"),
        pytest.param("//- /.h/a.rs\n//- /.b.rs\n", [".b.rs", ".h/a.rs"], id="hidden"),
        pytest.param("//- /Cargo.toml\n//- /target/x.rs\n", ["target/x.rs"], id="target"),
        pytest.param("//- /.gitignore\n*\n//- /x.rs\n", ["x.rs"], id="ignored"),
        pytest.param("//- /.rs\n//- /a.RS\n//- /rs\n", [], id="no-extension"),
        pytest.param("//- /x.rs/y.rs\n", ["x.rs/y.rs"], id="folder-called-rs"),
    ],
)
def test_walk_like_count_unsafe(tmp_path, text, expected):
    assert counted(write_tree(tmp_path, text)) == expected


def test_walk_like_count_unsafe_follows_no_links_below_its_root(tmp_path):
    write_tree(tmp_path, "//- /r/a.rs\n//- /r/d/b.rs\n")
    (tmp_path / "r" / "l.rs").symlink_to("a.rs")
    (tmp_path / "r" / "e").symlink_to("d")
    os.mkfifo(tmp_path / "r" / "p.rs")
    (tmp_path / "link").symlink_to("r")
    (tmp_path / "file.rs").symlink_to("r/a.rs")
    assert counted(tmp_path / "r") == ["a.rs", "d/b.rs"]
    assert counted(tmp_path / "link") == ["a.rs", "d/b.rs"]
    assert list(walk_like_count_unsafe(str(tmp_path / "file.rs"))) == []


def test_walk_like_count_unsafe_takes_a_single_file(tmp_path):
    write_tree(tmp_path, "//- /a.rs\n//- /b.txt\n")
    assert list(walk_like_count_unsafe(str(tmp_path / "a.rs"))) == [str(tmp_path / "a.rs")]
    assert list(walk_like_count_unsafe(str(tmp_path / "b.txt"))) == []
    with pytest.raises(UnusableInputError, match="no such file"):
        next(walk_like_count_unsafe(str(tmp_path / "c.rs")))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_walk_like_count_unsafe_tells_what_it_could_not_enter(tmp_path):
    write_tree(tmp_path, "//- /a.rs\n//- /b/c.rs\n")
    (tmp_path / "b").chmod(0)
    told = []
    assert len(list(walk_like_count_unsafe(str(tmp_path), told.append))) == 1
    assert [gap.kind for gap in told] == ["unreadable-folder"]
