"""Random Rust, on which the fast count must equal the specification, and both geiger's own.

The grammar holds what the counting rules tell apart, combined as no sane program combines it.
geiger's own numbers come from the program that ``SOUNDCHECK_COUNT_UNSAFE`` names, if it does.
"""

import json
import os
import random
import re
import subprocess
from pathlib import Path

import pytest

from soundcheck.source import SourceFile
from soundcheck.syntax.counting import DIALECTS, GeigerCounts, count_geiger
from soundcheck.syntax.counting_reference import count_reference
from soundcheck.syntax.parser import read_file

# A name between per cents stands for one of its alternatives; beyond a depth for the first.
GRAMMAR: dict[str, tuple[str, ...]] = {
    "name": ("a", "b", "foo", "x1", "_y"),
    "literal": ("1", "0x1f", '"s"', 'b"s"', "'c'", "b'c'", "true", 'r#"r"#', "1u8", "1e3", "1."),
    "path": (
        "a", "foo::bar", "self.a", "Self::A", "crate::x", "<T as U>::f", "Foo::<u8>::f", "f::<u8>",
        "f::<{ %expr% }>", "Foo::<[u8; %expr%]>::f", "<[u8; %expr%]>::f",
    ),
    "place": ("a", "foo::bar", "self.a", "<T as U>::f", "<T>::f", "Foo::<u8>::f"),
    "type": (
        "u8", "Vec<%type%>", "&'a %type%", "&mut %type%", "[%type%; %expr%]", "[%type%]",
        "(%type%,)", "(%type%, %type%)", "()", "*const %type%", "fn(%type%) -> %type%",
        "impl Fn(%type%) -> %type%", "Box<dyn Tr<%type%> + Send>", "!", "m!(a)",
        'unsafe extern "C" fn(a: %type%)', "Foo<{ %body% }>", "<%type% as Tr>::Out",
        "Foo<'a, 3, Item = %type%>",
    ),
    "pattern": (
        "_", "a", "mut b", "ref c", "(%pattern%, %pattern%)", "(%pattern%, ..)", "Some(%pattern%)",
        "S { a, b: %pattern%, .. }", "[%pattern%, .., %pattern%]", "&%pattern%", "&mut %pattern%",
        "x @ %pattern%", "1", "-1", "1..=5", "-3..=-1", "A..=B", "(%pattern% | %pattern%)", "A::B",
        "'a'..='z'", "m!(x)", "1..", "..=3", "S::<u8>(%pattern%)", "const { %expr% }",
    ),
    "block": ("{ %body% }", "'l: { %body% }"),
    "body": (
        "", "%expr%", "%stmt%", "%stmt% %expr%", "%stmt% %macro%", "%stmt% %stmt% %blocklike%",
        "%stmt% %stmt% #[x] %expr%",
    ),
    "macro": (
        "m!()", "m!(a, b)", "a::m![]", "vec![a; 3]", "m!{}", "m! { a }", "m!(unsafe { x })",
        "m!{ fn f() {} }",
    ),
    "condition": (
        "%scrutinee%", "let %pattern% = %operand%", "a && b",
        "let %pattern% = %operand% && %operand%",
        "%operand% && let %pattern% = %operand% && let %pattern% = %operand%",
    ),
    "operand": (
        "a", "foo::bar", "f(%expr%)", "m!(x)", "!a", "(%expr%)", "a == b", "&a", "a.b[%expr%]",
        "unsafe { %body% }", "{ %body% }", "match a { %arms% }", "*a",
    ),
    "scrutinee": ("a", "%operand%", "a..b", "a.b(%expr%)"),
    "arms": ("", "%arm%", "%arm% %arm%", "%arm% %arm% %arm%"),
    "arm": (
        "%pattern% => %expr%,", "| %pattern% => %macro%,", "%pattern% | %pattern% => { %body% }",
        "#[cfg(a)] %pattern% if %condition% => %blocklike%,", "%pattern% => (),",
    ),
    "blocklike": (
        "{}", "%block%", "if %condition% { %body% }", "if %condition% { %body% } else { %body% }",
        "if %condition% { %body% } else if %condition% { %body% } else { %body% }",
        "while %condition% { %body% }", "'a: loop { %body% }", "loop { %body% }",
        "for %binding% in %scrutinee% { %body% }", "match %scrutinee% { %arms% }",
        "unsafe { %body% }", "unsafe { unsafe { %body% } %expr% }", "const { %body% }",
    ),
    "binding": ("a", "_", "(a, _)", "mut b", "S { a, .. }", "[a, ..]", "&a", "%pattern%"),
    "args": ("", "%expr%", "%expr%, %expr%", "%expr%, %expr%,"),
    "atom": (
        "a", "self.a", "(%expr%)", "f(%args%)", "a.b(%args%)", "m!(z)", "[%args%]", "a[%expr%]",
        "x.0", '"s"',
    ),
    "unary": ("%atom%", "%atom%", "-%atom%", "!%atom%", "*%atom%", "&%atom%", "&mut %atom%",
              "&&%atom%", "&& &%atom%"),
    "operator": ("+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", "&&", "||", "==", ">="),
    "jumped": ("a", "1", "f(%args%)", "(%expr%)", "<T as U>::f", "<T>::f(%args%)", "|a| %atom%",
               "|| %atom%", "-a", "m!(x)", "%block%"),
    "expr": (
        "a", "%literal%", "%path%", "(%expr%)", "(%expr%,)", "(%expr%, %expr%)", "()", "f(%args%)",
        "%atom%.m(%args%)", "%atom%.m::<u8>(%args%)", "%atom%.m::<{ %expr% }>()", "%atom%.a",
        "%atom%.0", "%atom%.0(%args%)", "(%atom%.f)(%args%)", "%atom%.0.1", "%atom%[%expr%]",
        "%atom%?", "%atom%.await", "[%args%]", "[%expr%; %expr%]", "[a; _]", "S { a: %expr%, b }",
        "S { a, ..%expr% }", "S::<u8> { 0: %expr% }", "a::S {}", "%unary% %operator% %unary%",
        "%atom% < %atom%", "%atom% as u8", "(%expr%) as [u8; 1 + 1]", "%atom% as m!(x)", "%unary%",
        "a = %expr%", "*a = %expr%", "a += %expr%", "a <<= %expr%", "_ = %expr%", "(_, a) = %expr%",
        "[_, b, ..] = %expr%", "S { a: _ } = %expr%", "Some(_) = %expr%", "%atom%..%atom%",
        "%atom%..=%atom%", "..", "%atom%..", "..%place%", "..=%place%", "a[..=%atom%]",
        "&..=%place%",
        "|| %expr%", "|%binding%| %expr%", "|%binding%, %binding%| %block%",
        "move |a: %type%| -> u8 { %body% }", "|(a, b): (u8, u8)| %expr%", "async { %body% }",
        "async move { %body% }", "%macro%", "%macro%.b()", "%macro%?", "%macro%.c", "return",
        "return %expr%", "break", "break 'a", "break %jumped%", "break 'a %jumped%", "continue",
        "continue 'a", "return &&%atom%", "break &&%atom%", "return -%atom%", "%blocklike%",
        "&raw const %atom%", "&raw mut %atom%", "try { %body% }", "unsafe { %expr% }",
        "unsafe { %body% }.m()", "/* c */ f /* d */ ( /* e */ a /* f */ )",
        "x /* c */ . /* d */ m /* e */ ()", "x. /*c*/ 0 /*d*/ ()",
    ),
    "stmt": (
        "f();", "let %binding% = %expr%;", "let %binding%: %type% = %expr%;", "let a;",
        "let a: %type%;", "let %pattern% = %operand% else { %body% };", "%expr%;", "%expr%;",
        "%blocklike%", "%blocklike%;", "%blocklike% ;;", ";", "m!(a);", "a::m![b];", "m!{}",
        "m! { a };", "m!{ a } ; ;", "%item%", "%item% ;", "%blocklike% && %atom%;",
        "%blocklike% -%atom%;", "%blocklike% *%atom%;", "%blocklike% &%atom%;",
        "%blocklike% (%atom%);", "m!{} && %atom%;", "m!{} *%atom%;", "m!{} (%atom%);",
        "m!{} <T>::f();", "m!{ a }.m(%args%);", "m!{ a }?;", '#[x = "y"] %expr%;',
        "#[cfg(a)] unsafe { %body% }", "#[allow(b)] m!(x);",
    ),
    "attribute": (
        "#[no_mangle]", "#[unsafe(no_mangle)]", '#[export_name = "q"]',
        '#[unsafe(export_name = "q")]', "#[inline]", "/// doc\n", '#[doc = "x"]',
        '#[doc = include_str!("x")]', '#[cfg(feature = "a")]', "#[cfg_attr(a, no_mangle)]",
        "#[a::no_mangle]", "// c\n", "/* c */",
    ),
    "generics": (
        "", "", "<T>", "<'a, T: Tr>", "<T: ?Sized + Fn(u8)>", "<const N: usize = 3>",
        "<const N: usize = { %expr% }>", "<T: Tr<{ %expr% }>>",
    ),
    "where": ("", "", "", " where T: Tr<[u8; %expr%]>,"),
    "params": ("", "%binding%: %type%", "%binding%: %type%, #[cfg(a)] %binding%: %type%"),
    "self": ("", "&self, ", "self: Box<Self>, ", "&mut self, "),
    "qualifier": ("", "", "unsafe ", "const ", "const unsafe ", "async ", 'unsafe extern "C" ',
                  'extern "C" '),
    "visibility": ("", "", "pub ", "pub(crate) "),
    "result": ("", "", " -> %type%"),
    "function": (
        "%visibility%%qualifier%fn %name%%generics%(%params%)%result%%where% { %body% }",
        "%attribute% %visibility%%qualifier%fn %name%(%params%)%result% { %body% }",
    ),
    "method": (
        "%qualifier%fn %name%%generics%(%self%%params%)%result%%where% { %body% }",
        "%attribute% %qualifier%fn %name%(%self%%params%) { %body% }",
    ),
    "associated": (
        "%method%", "const A: %type% = %expr%;", "type Q = %type%;", "m!{ a }", "m!(a);",
    ),
    "impl": ("", "%associated%", "pub %method% %associated%", "%associated% %associated%"),
    "required": (
        "%associated%", "%qualifier%fn %name%(%self%%params%)%result%;", "const A: %type%;",
        "type Q: Tr<[u8; %expr%]>;",
    ),
    "trait": ("", "%required%", "%required% %required%", "%required% %required% %required%"),
    "foreign": (
        "", "fn f(a: %type%);", "static mut A: %type%;", "pub unsafe fn f(); m!(a);",
        '#[doc = include_str!("x")] type Q;',
    ),
    "maybe_unsafe": ("", "", "unsafe "),
    "item": (
        "struct S;", "%function%", "%function%", "%function%", "%function%",
        "%maybe_unsafe%impl%generics% X { %impl% }",
        "%maybe_unsafe%impl%generics% a::Tr<u8> for [u8; %expr%] { %impl% }",
        "impl !Tr for &'a T { %impl% }",
        "%attribute% %visibility%%maybe_unsafe%trait Tr%generics%: Send + 'static { %trait% }",
        "%visibility%struct S%generics% { a: %type%, /// d\n pub b: %type% }",
        "struct S(%type%, pub %type%);",
        "enum E { A, B(%type%), C { a: %type% }, D = %expr%, F = -1 }", "union U { a: %type% }",
        "%attribute% const A: %type% = %expr%;", "static mut B: %type% = %expr%;",
        "type Al%generics% = %type%;", "use a::{b, c as _};", "mod m { %item% %item% }", "mod m;",
        'extern "C" { %foreign% }', 'unsafe extern "C" { %foreign% }',
        "macro_rules! q { ($a:expr) => { unsafe { $a } } }", "m!{ a }", "m!(a);",
        "m! { unsafe { x } }",
    ),
    "file": ("%item%", "%item%\n%item%\n", "#![no_std]\n%item% %item%",
             '#![doc = include_str!("x")]\n%item%\n%item%\n%item%'),
}  # fmt: skip
DEEPEST = 9
SEEDS = 400


def generate(seed: int) -> str:
    chance = random.Random(seed)

    def expand(name: str, depth: int) -> str:
        options = GRAMMAR[name]
        chosen = options[0] if depth > DEEPEST else chance.choice(options)
        return re.sub(r"%(\w+)%", lambda match: expand(match[1], depth + 1), chosen)

    return expand("file", 0)


@pytest.mark.parametrize("block", range(0, SEEDS, 50))
def test_the_fast_count_is_that_of_the_specification(block: int):
    for seed in range(block, block + 50):
        parsed = read_file(SourceFile("generated.rs", generate(seed).encode()))

        for dialect in DIALECTS:
            assert count_geiger(parsed, dialect) == count_reference(parsed, dialect), seed


def test_most_of_the_generated_files_are_rust():
    gaps = [read_file(SourceFile("a.rs", generate(seed).encode())).gaps for seed in range(200)]

    assert sum(map(bool, gaps)) < 10


def test_counts_are_those_of_geiger(tmp_path: Path):
    program = os.environ.get("SOUNDCHECK_COUNT_UNSAFE")
    if not program:
        pytest.skip("SOUNDCHECK_COUNT_UNSAFE names no count-unsafe 0.1.2")
    path = tmp_path / "generated.rs"
    compared = 0
    for seed in range(SEEDS):
        path.write_text(generate(seed))
        run = subprocess.run([program, path], capture_output=True, text=True)
        parsed = read_file(SourceFile("generated.rs", path.read_bytes()))
        if run.returncode or parsed.gaps:
            continue
        theirs = GeigerCounts(
            **{
                name: (pair["safe"], pair["unsafe_"])
                for name, pair in json.loads(run.stdout).items()
            }
        )
        compared += 1
        assert count_geiger(parsed, "geiger-0.5") == theirs, seed
    assert compared > SEEDS // 2
