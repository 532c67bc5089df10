"""Which symbols an address has."""

import pytest

from soundcheck.traces.symbol_tables import (
    Mapping,
    read_mappings,
    read_symbols,
    symbols_at,
    table_for,
)


@pytest.mark.parametrize(
    ("text", "address", "symbols"),
    [
        pytest.param("10 T a\n20 t b\n", 0x10, ("a",), id="start"),
        pytest.param("10 T a\n20 t b\n", 0x1F, ("a",), id="end"),
        pytest.param("10 T a\n20 t b\n", 0x20, ("b",), id="next"),
        pytest.param("10 T a\n20 t b\n", 0x99999, ("b",), id="last-has-no-end"),
        pytest.param("10 T a\n20 t b\n30 r c\n", 0x30, (), id="last-ends-at-data"),
        pytest.param("0 b tls\n10 T a\n15 d tls\n20 t b\n", 0x18, ("a",), id="thread-local"),
        pytest.param("10 T a\n", 0xF, (), id="before-all"),
        pytest.param("", 0x10, (), id="empty"),
        pytest.param("20 t b\n10 T a\n", 0x10, ("a",), id="unsorted"),
        pytest.param("10 T a\n10 T b\n10 T a\n", 0x10, ("a", "b"), id="one-kind"),
        pytest.param("10 T a\n10 t b\n10 t c\n", 0x10, ("b", "a", "c"), id="two-kinds"),
        pytest.param("10 T a\n10 d b\n", 0x10, ("a",), id="data-at-the-same-place"),
        pytest.param("10 t $x\n10 t .Lanon\n10 t a\n", 0x10, ("a",), id="marks"),
        pytest.param("# symbols: 2\n10 00000008 T a\n", 0x17, ("a",), id="with-size"),
        pytest.param("# symbols: 2\n10 00000008 T a\n", 0x18, (), id="beyond-its-size"),
        pytest.param("10 T a\n20 ? __sym_end\n", 0x20, (), id="end-of-symbols"),
        pytest.param("                 U puts\n10 T a\n", 0x10, ("a",), id="undefined"),
        pytest.param("10 T a b c\n", 0x10, ("a b c",), id="demangled-by-nm"),
        pytest.param("10 t btrfs_end\t[btrfs]\n", 0x10, ("btrfs_end",), id="linux-module"),
        pytest.param("ffffffff80100000 T a\n", 0xFFFF80100004, ("a",), id="higher-half"),
        pytest.param("nonsense\n10\n10 T\n", 0x10, (), id="nonsense"),
    ],
)
def test_symbols(text, address, symbols):
    assert symbols_at(read_symbols(text), address) == symbols


@pytest.mark.parametrize(
    ("text", "mappings"),
    [
        pytest.param("", (), id="empty"),
        pytest.param(
            "1000-2000 r-xp 00000000 08:01 5      /bin/a\n",
            (Mapping(0x1000, 0x2000, "/bin/a"),),
            id="one",
        ),
        pytest.param(
            "1000-2000 r--p 00000000 08:01 5 /bin/a\n2000-3000 r-xp 00001000 08:01 5 /bin/a\n"
            "5000-6000 r-xp 00000000 08:01 6 /lib/b build-id:0123456789\n",
            (Mapping(0x1000, 0x3000, "/bin/a"), Mapping(0x5000, 0x6000, "/lib/b", "0123456789")),
            id="parts-of-one",
        ),
        pytest.param("1000-2000 rw-p 0 00:00 0\n1-2 rw-p 0 0:0 0 [stack]\n", (), id="no-file"),
        pytest.param("nonsense\n", (), id="nonsense"),
    ],
)
def test_mappings(text, mappings):
    assert read_mappings(text) == mappings


@pytest.mark.parametrize(
    ("path", "build_id", "files", "found"),
    [
        pytest.param("/bin/a", "", ["a.sym", "b.sym"], "a.sym", id="by-name"),
        pytest.param("/bin/a", "12ab00", ["a.sym", "a-12ab.sym"], "a-12ab.sym", id="by-build-id"),
        pytest.param("/bin/a", "", ["a-0fe2.sym"], "a-0fe2.sym", id="by-anything"),
        pytest.param("/bin/a", "", ["ab.sym", "a.map", "a-test.sym"], None, id="none"),
        pytest.param("/bin/c++(1)", "", ["c++(1).sym"], "c++(1).sym", id="odd-name"),
    ],
)
def test_files_of_symbols(path, build_id, files, found):
    assert table_for(Mapping(0, 1, path, build_id), files) == found
