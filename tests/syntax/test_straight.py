"""What a body does every time it is entered."""

import pytest

from soundcheck.source import SourceFile
from soundcheck.syntax import items as it
from soundcheck.syntax.lowering import lower
from soundcheck.syntax.parser import read_file
from soundcheck.syntax.straight import always_run

CASES = [
    pytest.param("a(); b();", "a b", id="statements"),
    pytest.param("a()", "a", id="tail"),
    pytest.param("let x = a(b());", "b a", id="let"),
    pytest.param("unsafe { a() }; { b() }", "a b", id="blocks"),
    pytest.param("const { a() }", "a", id="const-block"),
    pytest.param("a().b(c())", "a c b", id="methods"),
    pytest.param("if a() { b() } c()", "a c", id="branch"),
    pytest.param("if a() { b() } else { c() } d()", "a d", id="branches"),
    pytest.param("if a() { return; } c()", "a", id="way-out"),
    pytest.param("if a() { b()?; } c()", "a", id="way-out-by-error"),
    pytest.param("match a() { _ => b() } c()", "a c", id="match"),
    pytest.param("match a() { 1 => return, _ => b() } c()", "a", id="match-way-out"),
    pytest.param("while a() { b() } c()", "a c", id="while"),
    pytest.param("for x in a() { b() } c()", "a c", id="for"),
    pytest.param("loop { a(); b() } c()", "a b", id="loop"),
    pytest.param("a()?; b()", "a", id="error"),
    pytest.param("return a(); b()", "a", id="return"),
    pytest.param("let Some(x) = a() else { return b() }; c()", "a", id="let-else"),
    pytest.param("a() && b(); c()", "a c", id="and"),
    pytest.param("a() + b(); c()", "a b c", id="sum"),
    pytest.param("let f = || a(); b()", "b", id="closure"),
    pytest.param("let f = async { a() }; b()", "b", id="async-block"),
    pytest.param("'l: { a(); break 'l } b()", "b", id="labelled-block"),
    pytest.param("m!(a()); b()", "a b", id="macro-arguments"),
    pytest.param("m! { a(); b() } c()", "c", id="macro-block"),
    pytest.param("cfg_if! { if #[cfg(x)] { a() } else { b() } } c()", "a b c", id="configuration"),
    pytest.param("fn inner() { a() } b()", "b", id="item"),
]


@pytest.mark.parametrize(("body", "expected"), CASES)
def test_always_run(body, expected):
    tree = lower(read_file(SourceFile("a.rs", f"fn f() {{ {body} }}".encode())))
    func = tree.items[0]
    assert isinstance(func, it.Function)
    assert func.body is not None

    names = [
        node.name if isinstance(node, it.MethodCall) else node.func.path.name
        for node in always_run(func.body)
        if isinstance(node, it.MethodCall | it.Call)
    ]

    assert " ".join(names) == expected
