"""Code nested deeper than anyone writes it: no crash, and what is not followed is a gap."""

import msgspec
import pytest

from soundcheck.source import SourceFile
from soundcheck.syntax.facts import FileFacts
from soundcheck.syntax.items import ItemTree
from soundcheck.syntax.lowering import lower
from soundcheck.syntax.parser import read_file
from soundcheck.syntax.reading import parse


def nest(opener, closer, middle=""):
    return lambda n: opener * n + middle + closer * n


def in_body(text):
    return lambda n: f"fn f() {{ {text(n)} }}"


def as_value(text):
    return lambda n: f"fn f() {{ let x = {text(n)}; }}"


def as_type(text):
    return lambda n: f"type A = {text(n)};"


def as_pattern(text):
    return lambda n: f"fn f() {{ let {text(n)} = x; }}"


FOLLOWED = {
    "else-if": in_body(nest("if a { b } else ", "", "{ c }")),
    "else-if-let": in_body(nest("if let A = b { c } else ", "", "{ d }")),
    "sum": as_value(nest("1 + ", "", "1")),
    "or": as_value(nest("a || ", "", "b")),
    "let-chain": in_body(lambda n: "if " + "let a = b && " * n + "c {}"),
    "alternatives": in_body(lambda n: "match a { " + "b | " * n + "c => d }"),
    "path": as_value(nest("a::", "", "b")),
    "bounds": lambda n: "fn f<T: " + "A + " * n + "B>() {}",
    "where": lambda n: "fn f() where " + "A: B, " * n + "{}",
    "uses": lambda n: "use a::{" + "b, " * n + "};",
    "attributes": lambda n: "#[cfg(a)] " * n + "fn f() {}",
    "docs": lambda n: "/// a\n" * n + "fn f() {}",
    "comments": lambda n: "/*" * n + "*/" * n + "fn f() {}",
    "statements": in_body(lambda n: "a(); " * n),
    "items": lambda n: "fn f() {} " * n,
    "flags": lambda n: "m! { struct A: u8 { " + "const B = 1; " * min(n, 3000) + "} }",
    "arguments": in_body(lambda n: "m!(" + "a, " * n + ")"),
    "assembly": in_body(lambda n: "asm!(" + '"a", ' * n + ")"),
    "arms": lambda n: "macro_rules! m { " + "($a:expr) => { $a }; " * n + "}",
}
LOST = {
    "parentheses": as_value(nest("(", ")", "1")),
    "blocks": in_body(nest("{", "}")),
    "unsafe-blocks": in_body(nest("unsafe { ", "}", "a")),
    "brackets": as_value(nest("[", "]", "1")),
    "generics": as_type(nest("A<", ">", "u8")),
    "turbofish": as_value(nest("a::<", ">::b", "u8")),
    "ifs": in_body(nest("if a {", "}")),
    "loops": in_body(nest("loop {", "}")),
    "matches": in_body(nest("match a { _ => ", "}", "1")),
    "scrutinees": in_body(nest("match ", " { _ => 1 }", "a")),
    "let-else": in_body(nest("let a = b else {", "};")),
    "negations": as_value(nest("!", "", "1")),
    "references": as_value(nest("&", "", "1")),
    "derefs": as_value(nest("*", "", "a")),
    "closures": as_value(nest("|a| ", "", "1")),
    "methods": as_value(nest("a", ".b()")),
    "fields": as_value(nest("", ".b", "a")),
    "tries": as_value(nest("", "?", "a")),
    "awaits": as_value(nest("", ".await", "a")),
    "indices": as_value(nest("", "[0]", "a")),
    "calls": as_value(nest("a(", ")", "1")),
    "casts": as_value(nest("", " as u8", "a")),
    "mixed-operators": as_value(nest("1 + 1 - ", "", "1")),
    "assignments": in_body(nest("a = ", "", "1")),
    "returns": in_body(nest("return ", "")),
    "structs": as_value(nest("S { a: ", "}", "1")),
    "modules": nest("mod a {", "}", "fn f() {}"),
    "functions": nest("fn f() {", "}"),
    "impls": nest("impl A { fn f() {", "}}"),
    "type-references": as_type(nest("&", "", "u8")),
    "slices": as_type(nest("[", "]", "u8")),
    "function-types": as_type(nest("fn() -> ", "", "u8")),
    "qualified": as_type(nest("<", " as B>::C", "u8")),
    "bound-bindings": as_type(nest("A<B: ", ">", "u8")),
    "tuple-patterns": as_pattern(nest("(a, ", ")", "b")),
    "variant-patterns": as_pattern(nest("Some(", ")", "a")),
    "struct-patterns": as_pattern(nest("S { a: ", "}", "b")),
    "reference-patterns": as_pattern(nest("&", "", "a")),
    "use-trees": lambda n: "use " + "a::{" * n + "b" + "}" * n + ";",
    "predicates": lambda n: "#[cfg(" + "not(" * n + "a" + ")" * n + ")] fn f() {}",
    "macro-parentheses": in_body(lambda n: "m!" + "(" * n + ")" * n),
    "macro-braces": in_body(lambda n: "m!" + "{" * n + "}" * n),
    "macro-words": in_body(lambda n: "m!(" + "a b, " * n + ")"),
    "macro-calls": as_value(nest("m!(", ")", "1")),
    "macro-calls-with-words": as_value(nest("m!(a b, ", ")", "1")),
    "ladders": nest("cfg_if! { if #[cfg(a)] {", "}}", "fn f() {}"),
    "unclosed": in_body(nest("{", "")),
    "unclosed-macro": nest("m!(", ""),
    "closing": nest("}", ""),
    "quotes": as_value(nest('"', "")),
}


def check(text):
    parsed = read_file(SourceFile("a.rs", text.encode()))
    tree = lower(parsed)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(tree), type=ItemTree) == tree
    return tree


@pytest.mark.parametrize("name", FOLLOWED)
def test_what_is_long_is_followed(name):
    assert check(FOLLOWED[name](5_000)).gaps == ()


@pytest.mark.parametrize("name", LOST)
def test_what_is_deep_is_a_gap(name):
    tree = check(LOST[name](2_000))
    # A predicate is kept as one flag of its text: nothing is lost of it.
    assert bool(tree.gaps) == (name != "predicates")


@pytest.mark.parametrize(
    "name", ["parentheses", "blocks", "generics", "macro-parentheses", "macro-calls"]
)
def test_deep_code_has_facts(name):
    facts = parse(SourceFile("a.rs", LOST[name](20_000).encode()), (("r", "(block) @a"),))
    assert facts.tree.gaps
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=FileFacts) == facts


def test_a_long_ladder_has_facts():
    text = FOLLOWED["else-if"](60_000)
    assert parse(SourceFile("a.rs", text.encode()), ()).tree.gaps == ()


def test_nothing_that_people_write_is_too_deep():
    text = in_body(nest("if a { b.c(|d| { m!(", ") }) }", "e"))(6)
    assert check(text).gaps == ()
