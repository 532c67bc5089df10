"""Of which mentions of ``S`` no more than the address is taken."""

import pytest

from soundcheck.source import SourceFile
from soundcheck.syntax.addresses import mentions_in
from soundcheck.syntax.lowering import lower
from soundcheck.syntax.parser import read_file

ADDRESSES = [
    pytest.param("&raw const S;", id="raw"),
    pytest.param("&raw mut S;", id="raw-mut"),
    pytest.param("addr_of!(S);", id="macro"),
    pytest.param("core::ptr::addr_of_mut!(crate::a::S);", id="macro-with-path"),
    pytest.param("addr_of!(S) as usize;", id="integer"),
    pytest.param("give((&raw mut S).cast::<u8>(), 4);", id="handed-on"),
    pytest.param("let p = (&raw mut S).cast::<u8>(); give(p);", id="local-handed-on"),
    pytest.param("(&raw mut S[1].f).wrapping_add(1);", id="part"),
    pytest.param('asm!("a {}", sym S);', id="symbol"),
    pytest.param("let p = &raw mut S; *q = 1;", id="another-local"),
]
ACCESSES = [
    pytest.param("S = 1;", id="written"),
    pytest.param("f(S);", id="read"),
    pytest.param("&S;", id="borrowed"),
    pytest.param("S.lock();", id="called"),
    pytest.param("(&raw mut S).write(1);", id="written-by-pointer"),
    pytest.param("(&raw const S).cast::<u8>().read_volatile();", id="read-by-pointer"),
    pytest.param("ptr::read_volatile(addr_of!(S));", id="read-by-function"),
    pytest.param("copy(&raw const T, &raw mut S, 4);", id="copied-over"),
    pytest.param("*addr_of!(S);", id="followed"),
    pytest.param("&mut *addr_of_mut!(S);", id="borrowed-by-pointer"),
    pytest.param("(*(&raw mut S)).f = 1;", id="field-by-pointer"),
    pytest.param("*(&raw mut S as *mut u8) = 1;", id="cast"),
    pytest.param("*(&raw mut S).cast::<u8>().add(1) = 1;", id="moved"),
    pytest.param("let p = &raw mut S; *p = 1;", id="local"),
    pytest.param("let p = addr_of!(S); p.read();", id="local-read"),
    pytest.param('asm!("a {}", in(reg) S);', id="operand"),
]


def mentions(body):
    tree = lower(read_file(SourceFile("a.rs", f"fn f() {{ {body} }}".encode())))
    return list(mentions_in(tree.items[0], {"S"}))


@pytest.mark.parametrize("body", ADDRESSES)
def test_address(body):
    assert mentions(body) == [("S", True)]


@pytest.mark.parametrize("body", ACCESSES)
def test_access(body):
    assert mentions(body) == [("S", False)]


def test_other_names_and_other_items():
    assert mentions("T = 1; &raw mut T; fn g() { S = 1 } s += 1;") == []


def test_every_mention():
    found = mentions("S = &raw const S; a[S][addr_of!(S) as usize];")

    assert sorted(found) == [("S", False)] * 2 + [("S", True)] * 2
