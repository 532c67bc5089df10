"""Module trees: which file holds which module, under which formula, and what is left over."""

import re

import pytest

from soundcheck.syntax.cfg import show_cfg


def shown(forest):
    """One line for each module: its path, its file, and its formula."""
    lines = []
    for module in forest.modules:
        formula = show_cfg(module.cfg)
        lines.append(f"{module.path} {module.file}" + (f" if {formula}" if formula else ""))
    return sorted(lines)


def told(forest):
    return [f"{gap.at.path}:{gap.at.line} {gap.kind} {gap.item}" for gap in forest.gaps]


LOOKUP = [
    pytest.param(
        "//- /src/lib.rs\nmod a;\n//- /src/a.rs\n",
        ["k src/lib.rs", "k::a src/a.rs"],
        id="file",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod a;\n//- /src/a/mod.rs\n",
        ["k src/lib.rs", "k::a src/a/mod.rs"],
        id="mod-rs",
    ),
    pytest.param(
        "//- /src/lib.rs\npub(crate) mod a;\n//- /src/a.rs\nmod b;\n//- /src/a/b.rs\n",
        ["k src/lib.rs", "k::a src/a.rs", "k::a::b src/a/b.rs"],
        id="child-of-a-file",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod a;\n//- /src/a/mod.rs\nmod b;\n//- /src/a/b.rs\n",
        ["k src/lib.rs", "k::a src/a/mod.rs", "k::a::b src/a/b.rs"],
        id="child-of-mod-rs",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod a { mod b; }\n//- /src/a/b.rs\nmod c;\n//- /src/a/b/c/mod.rs\n",
        ["k src/lib.rs", "k::a src/lib.rs", "k::a::b src/a/b.rs", "k::a::b::c src/a/b/c/mod.rs"],
        id="inside-inline",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod a;\n//- /src/a.rs\nmod b { mod c { mod d; } }\n//- /src/a/b/c/d.rs\n",
        [
            "k src/lib.rs",
            "k::a src/a.rs",
            "k::a::b src/a.rs",
            "k::a::b::c src/a.rs",
            "k::a::b::c::d src/a/b/c/d.rs",
        ],
        id="inside-inline-of-a-file",
    ),
    pytest.param(
        '//- /Cargo.toml\n[package]\nname = "k"\n[lib]\npath = "kernel/all.rs"\n'
        "//- /kernel/all.rs\nmod a;\n//- /kernel/a.rs\n",
        ["k kernel/all.rs", "k::a kernel/a.rs"],
        id="root-of-any-name",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod r#async;\n//- /src/async.rs\n",
        ["k src/lib.rs", "k::async src/async.rs"],
        id="raw-name",
    ),
    pytest.param(
        "//- /src/lib.rs\n/// Documented.\n#[allow(x)]\nmod a;\n// mod b;\n/* mod c; */\n"
        "//- /src/a.rs\n",
        ["k src/lib.rs", "k::a src/a.rs"],
        id="comments-declare-nothing",
    ),
]

PATHS = [
    pytest.param(
        '//- /src/lib.rs\n#[path = "x/y.rs"]\nmod a;\n//- /src/x/y.rs\nmod b;\n//- /src/x/b.rs\n',
        ["k src/lib.rs", "k::a src/x/y.rs", "k::a::b src/x/b.rs"],
        id="children-lie-beside",
    ),
    pytest.param(
        '//- /src/lib.rs\n#[path = "../b.rs"]\nmod a;\n//- /b.rs\n',
        ["k src/lib.rs", "k::a b.rs"],
        id="upwards",
    ),
    pytest.param(
        '//- /src/lib.rs\n#[path = "./b.rs"]\nmod a;\n//- /src/b.rs\n',
        ["k src/lib.rs", "k::a src/b.rs"],
        id="dots",
    ),
    pytest.param(
        '//- /src/lib.rs\nmod a;\n//- /src/a.rs\n#[path = "o.rs"]\nmod b;\n//- /src/o.rs\n',
        ["k src/lib.rs", "k::a src/a.rs", "k::a::b src/o.rs"],
        id="from-a-file",
    ),
    pytest.param(
        '//- /src/lib.rs\nmod a;\n//- /src/a.rs\nmod i {\n#[path = "o.rs"]\nmod b;\n}\n'
        "//- /src/a/i/o.rs\n",
        ["k src/lib.rs", "k::a src/a.rs", "k::a::i src/a.rs", "k::a::i::b src/a/i/o.rs"],
        id="from-inline-of-a-file",
    ),
    pytest.param(
        '//- /src/lib.rs\nmod a;\n//- /src/a/mod.rs\nmod i {\n#[path = "o.rs"]\nmod b;\n}\n'
        "//- /src/a/i/o.rs\n",
        ["k src/lib.rs", "k::a src/a/mod.rs", "k::a::i src/a/mod.rs", "k::a::i::b src/a/i/o.rs"],
        id="from-inline-of-mod-rs",
    ),
    pytest.param(
        '//- /src/lib.rs\n#[path = "x"]\nmod i {\nmod b;\n#[path = "y.rs"]\nmod c;\n}\n'
        "//- /src/x/b.rs\n//- /src/x/y.rs\n",
        ["k src/lib.rs", "k::i src/lib.rs", "k::i::b src/x/b.rs", "k::i::c src/x/y.rs"],
        id="on-inline-it-is-a-folder",
    ),
    pytest.param(
        '//- /src/lib.rs\n#[path = "b.rs"]\n#[path = "c.rs"]\nmod a;\n//- /src/b.rs\n',
        ["k src/lib.rs", "k::a src/b.rs"],
        id="the-first-counts",
    ),
    pytest.param(
        '//- /src/lib.rs\nfn f() {\n#[path = "b.rs"]\nmod a;\n}\n//- /src/b.rs\n',
        ["k src/lib.rs", "k::f::a src/b.rs"],
        id="in-a-body",
    ),
]

FORMULAS = [
    pytest.param(
        '//- /src/lib.rs\n#[cfg(unix)]\nmod a;\n//- /src/a.rs\n#![cfg(feature = "x")]\nmod b {}\n',
        [
            "k src/lib.rs",
            'k::a src/a.rs if all(unix, feature = "x")',
            'k::a::b src/a.rs if all(unix, feature = "x")',
        ],
        id="joined",
    ),
    pytest.param(
        "//- /src/lib.rs\n#[cfg(unix)]\nmod a { #![cfg(smp)] }\n",
        ["k src/lib.rs", "k::a src/lib.rs if all(unix, smp)"],
        id="inner-attribute",
    ),
    pytest.param(
        '//- /src/lib.rs\n#[cfg(x)]\n#[path = "x.rs"]\nmod a;\n'
        '#[cfg(not(x))]\n#[path = "y.rs"]\nmod a;\n//- /src/x.rs\n//- /src/y.rs\n',
        ["k src/lib.rs", "k::a src/x.rs if x", "k::a src/y.rs if not(x)"],
        id="twins",
    ),
    pytest.param(
        '//- /src/lib.rs\n#[cfg_attr(target_arch = "a", path = "a.rs")]\n'
        '#[cfg_attr(target_arch = "b", path = "b.rs")]\nmod arch;\n//- /src/a.rs\n//- /src/b.rs\n',
        [
            "k src/lib.rs",
            'k::arch src/a.rs if target_arch = "a"',
            'k::arch src/b.rs if target_arch = "b"',
        ],
        id="one-module-many-files",
    ),
    pytest.param(
        '//- /src/lib.rs\n#[cfg_attr(x, path = "a.rs")]\n#[cfg_attr(y, path = "b.rs")]\nmod m;\n'
        "//- /src/a.rs\n//- /src/b.rs\n//- /src/m.rs\n",
        [
            "k src/lib.rs",
            "k::m src/a.rs if x",
            "k::m src/b.rs if all(not(x), y)",
            "k::m src/m.rs if all(not(x), not(y))",
        ],
        id="the-first-that-holds",
    ),
    pytest.param(
        '//- /src/lib.rs\n#[cfg_attr(x, path = "a.rs")]\n#[cfg_attr(y, path = "a.rs")]\nmod m;\n'
        "//- /src/a.rs\n",
        ["k src/lib.rs", "k::m src/a.rs if any(x, all(not(x), y))"],
        id="the-same-file-twice",
    ),
    pytest.param(
        '//- /src/lib.rs\n#[cfg_attr(x, path = "a.rs")]\n#[path = "b.rs"]\nmod m;\n'
        "//- /src/a.rs\n//- /src/b.rs\n",
        ["k src/lib.rs", "k::m src/a.rs if x", "k::m src/b.rs if not(x)"],
        id="or-else",
    ),
    pytest.param(
        "//- /src/lib.rs\ncfg_if::cfg_if! {\nif #[cfg(x)] { mod a; } else { mod b; }\n}\n"
        "//- /src/a.rs\n//- /src/b.rs\n",
        ["k src/lib.rs", "k::a src/a.rs if x", "k::b src/b.rs if not(x)"],
        id="cfg-if",
    ),
    pytest.param(
        "//- /src/lib.rs\n#[cfg(x)]\nbring! { mod a; mod b { mod c; } }\n"
        "//- /src/a.rs\n//- /src/b/c.rs\n",
        ["k src/lib.rs", "k::a src/a.rs if x", "k::b src/lib.rs if x", "k::b::c src/b/c.rs if x"],
        id="any-macro",
    ),
    pytest.param(
        "//- /src/lib.rs\n#[cfg(x)]\nfn f() { if true { mod m { fn g() {} } } }\n",
        ["k src/lib.rs", "k::f::m src/lib.rs if x"],
        id="in-a-body",
    ),
    pytest.param(
        "//- /src/lib.rs\nmacro_rules! m { () => { mod a; mod b { fn f() {} } } }\n",
        ["k src/lib.rs"],
        id="a-macro-definition-declares-nothing",
    ),
]

INCLUDES = [
    pytest.param(
        '//- /src/lib.rs\nmod m { include!("x/y.rs"); }\n//- /src/x/y.rs\nmod a;\n'
        "//- /src/x/a.rs\n",
        ["k src/lib.rs", "k::m src/lib.rs", "k::m::a src/x/a.rs"],
        id="modules-lie-beside-the-included-file",
    ),
    pytest.param(
        "//- /src/lib.rs\nmod a;\n//- /src/a.rs\n"
        'include!(concat!(env!("CARGO_MANIFEST_DIR"), "/gen/x.rs"));\n//- /gen/x.rs\nmod b {}\n',
        ["k src/lib.rs", "k::a src/a.rs", "k::a::b gen/x.rs"],
        id="from-the-manifest",
    ),
    pytest.param(
        '//- /src/lib.rs\nstatic T: [u8; 2] = include!("t.rs");\n//- /src/t.rs\n[1, 2]\n',
        ["k src/lib.rs"],
        id="an-expression",
    ),
]


@pytest.mark.parametrize(("text", "expected"), [*LOOKUP, *PATHS, *FORMULAS, *INCLUDES])
def test_modules(forest_of, text, expected):
    forest = forest_of(text)
    assert shown(forest) == expected
    assert told(forest) == []


@pytest.mark.parametrize(
    ("text", "links", "expected"),
    [
        pytest.param(
            "//- /src/lib.rs\nmod a;\n//- /common/x.rs\nmod b;\n//- /src/a/b.rs\n",
            [("src/a.rs", "common/x.rs")],
            ["k src/lib.rs", "k::a common/x.rs", "k::a::b src/a/b.rs"],
            id="a-file",
        ),
        pytest.param(
            "//- /src/lib.rs\nmod arch;\n//- /x86/mod.rs\nmod irq;\n//- /x86/irq.rs\n",
            [("src/arch", "x86")],
            ["k src/lib.rs", "k::arch x86/mod.rs", "k::arch::irq x86/irq.rs"],
            id="a-folder",
        ),
        pytest.param(
            "//- /src/lib.rs\nmod up { mod lib; }\n",
            [("src/up", "src")],
            ["k src/lib.rs", "k::up src/lib.rs"],
            id="a-loop",
        ),
    ],
)
def test_links(forest_of, text, links, expected):
    assert shown(forest_of(text, links)) == expected


# -- what is not found -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "//- /src/lib.rs\n\nmod a;\n",
            ["src/lib.rs:2 unresolved-module k::a"],
            id="no-file",
        ),
        pytest.param(
            '//- /src/lib.rs\n#[path = "/etc/a.rs"]\nmod a;\n',
            ["src/lib.rs:2 unresolved-module k::a"],
            id="an-absolute-path",
        ),
        pytest.param(
            '//- /src/lib.rs\n#[path = "../../a.rs"]\nmod a;\n',
            ["src/lib.rs:2 unresolved-module k::a"],
            id="outside-the-root",
        ),
        pytest.param(
            '//- /src/lib.rs\n#[cfg_attr(x, path = "a.rs")]\nmod a;\n//- /src/a/mod.rs\n',
            ["src/lib.rs:2 unresolved-module k::a"],
            id="one-of-two",
        ),
        pytest.param(
            "//- /src/lib.rs\nfn f() { mod a; }\n//- /src/a.rs\n",
            ["src/a.rs:1 unreached-file k::a", "src/lib.rs:1 unresolved-module k::f::a"],
            id="in-a-body",
        ),
        pytest.param(
            '//- /src/lib.rs\nmod a { #[path = "../lib.rs"] mod b; }\n',
            ["src/lib.rs:1 module-cycle k::a::b"],
            id="itself",
        ),
        pytest.param(
            '//- /src/lib.rs\nmod a;\n//- /src/a.rs\n#[path = "b.rs"] mod b;\n'
            '//- /src/b.rs\n#[path = "a.rs"] mod c;\n',
            ["src/b.rs:1 module-cycle k::a::b::c"],
            id="a-cycle",
        ),
        pytest.param(
            '//- /src/lib.rs\ninclude!("lib.rs");\n',
            ["src/lib.rs:1 module-cycle k"],
            id="includes-itself",
        ),
        pytest.param(
            '//- /src/lib.rs\nmod a { include!(concat!(env!("OUT_DIR"), "/b.rs")); }\n'
            'fn f() { include!("no.rs") }\n',
            ["src/lib.rs:1 unresolved-include k::a", "src/lib.rs:2 unresolved-include k::f"],
            id="includes",
        ),
        pytest.param(
            '//- /src/lib.rs\nmacro_rules! m { () => { include!("no.rs"); } }\n',
            [],
            id="an-include-in-a-definition",
        ),
    ],
)
def test_what_is_not_found(forest_of, text, expected):
    assert told(forest_of(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "//- /src/lib.rs\nmod a;\n",
            "`mod a;` finds neither `src/a.rs` nor `src/a/mod.rs`",
            id="both-candidates",
        ),
        pytest.param(
            '//- /src/lib.rs\n#[path = "x.rs"]\nmod a;\n',
            "`mod a;` does not find `src/x.rs`",
            id="the-named-one",
        ),
        pytest.param(
            "//- /src/lib.rs\nfn f() { mod a; }\n",
            "`mod a;` names no file, in the body of a function",
            id="none",
        ),
    ],
)
def test_a_gap_names_what_was_tried(forest_of, text, expected):
    assert [gap.what for gap in forest_of(text).gaps] == [expected]


def test_paths_that_multiply_are_bounded(forest_of):
    """Each file declares the next one twice: without a bound, the last stands for 2**40 modules."""
    files = [
        f'//- /src/m{i}.rs\n#[path = "m{i + 1}.rs"] mod a;\n#[path = "m{i + 1}.rs"] mod b;\n'
        for i in range(40)
    ]
    forest = forest_of("//- /src/lib.rs\nmod m0;\n//- /src/m40.rs\n" + "".join(files))
    assert len(forest.modules) < 1000
    assert {gap.kind for gap in forest.gaps} == {"module-cycle"}


def test_deep_nesting_is_survived(forest_of):
    """Beyond the depth that lowering reads, nothing is left to resolve."""
    forest = forest_of("//- /src/lib.rs\n" + "mod a { " * 500 + "}" * 500)
    assert forest.modules[1].path == "k::a"


# -- files that no crate reaches ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "modules", "gaps"),
    [
        pytest.param(
            "//- /src/lib.rs\n//- /src/arch/old.rs\n",
            ["k src/lib.rs", "k::arch::old src/arch/old.rs"],
            ["src/arch/old.rs:1 unreached-file k::arch::old"],
            id="named-as-if-declared",
        ),
        pytest.param(
            "//- /src/lib.rs\n//- /src/old/mod.rs\nmod a;\n//- /src/old/a.rs\nmod b;\n"
            "//- /src/old/a/b.rs\n",
            [
                "k src/lib.rs",
                "k::old src/old/mod.rs",
                "k::old::a src/old/a.rs",
                "k::old::a::b src/old/a/b.rs",
            ],
            ["src/old/mod.rs:1 unreached-file k::old"],
            id="with-what-it-declares",
        ),
        pytest.param(
            "//- /src/lib.rs\n//- /src/old.rs\nmod a;\n//- /src/old/a.rs\n",
            ["k src/lib.rs", "k::old src/old.rs", "k::old::a src/old/a.rs"],
            ["src/old.rs:1 unreached-file k::old"],
            id="as-a-module",
        ),
        pytest.param(
            "//- /src/lib.rs\n//- /ui/case-1.rs\nmod a;\n//- /ui/a.rs\n",
            ["k src/lib.rs", "k::ui::case_1 ui/case-1.rs", "k::ui::case_1::a ui/a.rs"],
            ["ui/case-1.rs:1 unreached-file k::ui::case_1"],
            id="as-a-root",
        ),
        pytest.param(
            '//- /src/lib.rs\n//- /src/x.rs\n#[path = "y.rs"] mod y;\n'
            '//- /src/y.rs\n#[path = "x.rs"] mod x;\n',
            ["k src/lib.rs", "k::x src/x.rs", "k::x::y src/y.rs"],
            ["src/x.rs:1 unreached-file k::x", "src/y.rs:1 module-cycle k::x::y::x"],
            id="a-cycle",
        ),
        pytest.param(
            '//- /Cargo.toml\n[package]\nname = "k"\n//- /src/lib.rs\n'
            '//- /deep/er/Cargo.toml\n[package]\nname = "in-ner"\n'
            "//- /deep/er/src/lib.rs\n//- /deep/er/src/x.rs\n",
            ["in_ner deep/er/src/lib.rs", "in_ner::x deep/er/src/x.rs", "k src/lib.rs"],
            ["deep/er/src/x.rs:1 unreached-file in_ner::x"],
            id="of-the-nearest-package",
        ),
        pytest.param(
            "//- /Cargo.toml\n[package\n//- /src/lib.rs\nmod a;\n//- /src/a.rs\n",
            ["lib src/lib.rs", "lib::a src/a.rs"],
            [],
            id="below-a-broken-manifest",
        ),
    ],
)
def test_unreached_files(forest_of, text, modules, gaps):
    forest = forest_of(text)
    assert shown(forest) == modules
    assert told(forest) == gaps


@pytest.mark.parametrize(
    ("text", "modules"),
    [
        pytest.param(
            "//- /main.rs\nmod a;\n//- /a.rs\n", ["main main.rs", "main::a a.rs"], id="main"
        ),
        pytest.param(
            "//- /kernel/src/main.rs\nmod a;\n//- /kernel/src/a/mod.rs\n",
            ["kernel kernel/src/main.rs", "kernel::a kernel/src/a/mod.rs"],
            id="folder",
        ),
        pytest.param(
            "//- /a.rs\nmod c;\n//- /b-1.rs\n//- /c.rs\n",
            ["a a.rs", "a::c c.rs", "b_1 b-1.rs"],
            id="each-root",
        ),
        pytest.param(
            "//- /lib.rs\nmod x;\n//- /main.rs\nmod x;\n//- /x.rs\n",
            ["lib lib.rs", "lib::x x.rs", "main main.rs", "main::x x.rs"],
            id="two-roots-share",
        ),
    ],
)
def test_without_a_manifest(bare_forest_of, text, modules):
    forest = bare_forest_of(text)
    assert shown(forest) == modules
    assert told(forest) == []
    assert {crate.edition for crate in forest.crates} == {"2024"}


# -- crates ------------------------------------------------------------------------------------


def test_crates_share_files(forest_of):
    forest = forest_of(
        "//- /src/lib.rs\nmod x;\n//- /src/main.rs\nmod x;\n//- /src/x.rs\n"
        "//- /tests/t.rs\nmod common;\n//- /tests/common/mod.rs\n//- /tests/other/a.rs\n"
    )
    crates = [(c.kind, c.name, c.is_test_only) for c in forest.crates]
    assert crates == [
        ("lib", "k", False),
        ("bin", "k", False),
        ("test", "t", True),
        ("loose", "k", True),
    ]
    assert [forest.crates[m.crate].kind for m in forest.modules if m.file == "src/x.rs"] == [
        "lib",
        "bin",
    ]
    assert forest.modules[forest.primary["src/x.rs"]].crate == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("#[cfg(test)]\nmod a;\n", True, id="test"),
        pytest.param("#[cfg(all(test, unix))]\nmod a;\n", True, id="test-and"),
        pytest.param("#[cfg(any(test, unix))]\nmod a;\n", False, id="test-or"),
        pytest.param("#[cfg(not(test))]\nmod a;\n", False, id="no-test"),
        pytest.param("mod a;\n", False, id="always"),
    ],
)
def test_test_only(forest_of, text, expected):
    forest = forest_of(f"//- /src/lib.rs\n{text}//- /src/a.rs\n")
    assert forest.modules[1].is_test_only is expected


def test_a_file_belongs_to_its_own_package_first(forest_of):
    forest = forest_of(
        '//- /Cargo.toml\n[package]\nname = "outer"\n'
        '//- /src/lib.rs\n#[path = "../in/src/x.rs"] mod y;\n'
        '//- /in/Cargo.toml\n[package]\nname = "inner"\n//- /in/src/main.rs\nmod x;\n'
        "//- /in/src/x.rs\n"
    )
    assert forest.modules[forest.primary["in/src/x.rs"]].path == "inner::x"


def test_parents_and_children(forest_of):
    forest = forest_of("//- /src/lib.rs\nmod a { mod b {} }\nmod c {}\n")
    tree = {m.path: [forest.modules[child].path for child in m.children] for m in forest.modules}
    assert tree == {"k": ["k::a", "k::c"], "k::a": ["k::a::b"], "k::a::b": [], "k::c": []}
    assert [m.parent for m in forest.modules if m.path == "k"] == [-1]


def test_shuffled_files_make_the_same_forest(forest_of):
    text = "//- /src/x.rs\nmod y {}\n//- /src/lib.rs\nmod x;\n//- /src/old.rs\n//- /src/a.rs\n"
    parts = re.split(r"^(?=//- /)", text, flags=re.MULTILINE)[1:]
    forests = {repr(forest_of("".join(order))) for order in (parts, parts[::-1])}
    assert len(forests) == 1
