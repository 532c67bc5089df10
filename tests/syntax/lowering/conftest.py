"""A short spelling of what lowering yields, for tables of snippets and what they become.

A node is written ``(kind part … field=value …)``: what every node of its kind has stands bare,
what may be absent stands under its name where it is not what is usual. Paths, plain bindings,
literals and formulas are written as in Rust.
"""

from collections.abc import Callable
from textwrap import dedent

import msgspec
import pytest

from soundcheck.source import SourceFile
from soundcheck.syntax import items as it
from soundcheck.syntax.cfg import All, Any, Flag, Not, show_cfg
from soundcheck.syntax.lowering import lower
from soundcheck.syntax.parser import read_file

_UNSHOWN = frozenset({"start", "end", "name_start", "holds_items"})


def read(text: str) -> it.ItemTree:
    """The tree of a text, which also survives encoding and decoding."""
    tree = lower(read_file(SourceFile("a.rs", text.encode())))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(tree), type=it.ItemTree) == tree
    return tree


def spell(value: object) -> str:
    """One value in its short spelling."""
    match value:
        case None:
            return "-"
        case bool():
            return str(value).lower()
        case str():
            return value if value and not set(value) & set(' "()[]{}\n') else f"`{value}`"
        case int():
            return str(value)
        case tuple():
            return f"[{' '.join(map(spell, value))}]"
        case it.Path():
            return _path(value)
        case it.Segment():
            return _segment(value)
        case it.PathExpr() | it.PathType():
            return _path(value.path)
        case it.Lit():
            return value.text if value.kind in ("int", "bool") else f"{value.kind}:{value.text}"
        case it.BindPat(_, _, name, False, False, None):
            return name
        case it.InferType() | it.WildPat():
            return "_"
        case it.RestPat():
            return ".."
        case it.NeverType():
            return "!"
        case Flag() | All() | Any() | Not():
            return f"cfg({show_cfg(value)})"
        case it.ExprStmt(_, _, expr, True, None):
            return f"{spell(expr)};"
        case it.ItemStmt():
            return spell(value.item)
        case msgspec.Struct():
            return _struct(value)
    raise TypeError(type(value))


def _struct(value: msgspec.Struct) -> str:
    words = [type(value).__name__.lower()]
    for field in msgspec.structs.fields(value):
        if field.name in _UNSHOWN:
            continue
        one = getattr(value, field.name)
        if field.required:
            words.append(spell(one))
        elif one != field.default:
            words.append(field.name if one is True else f"{field.name}={spell(one)}")
    return f"({' '.join(words)})"


def _path(path: it.Path) -> str:
    text = "::".join(map(_segment, path.segments[path.trait_len :]))
    if path.qself is not None:
        trait = "::".join(map(_segment, path.segments[: path.trait_len]))
        mark = "::" if path.is_global else ""
        return f"<{spell(path.qself)}{f' as {mark}{trait}' if trait else ''}>::{text}"
    return ("::" if path.is_global else "") + text


def _segment(segment: it.Segment) -> str:
    args = [spell(arg) for arg in segment.args]
    args += [f"{name}={spell(ty)}" for name, ty in segment.bindings]
    return segment.name + (f"<{', '.join(args)}>" if args else "")


def _gaps(tree: it.ItemTree, text: str) -> list[str]:
    data = text.encode()
    return [f"{gap.kind}: {data[gap.at.start : gap.at.end].decode()}" for gap in tree.gaps]


@pytest.fixture
def check_items() -> Callable[..., None]:
    """Assert what the items of a text become, one line each, and the gaps told."""

    def check(text: str, expected: str, *gaps: str) -> None:
        tree = read(text)
        assert "\n".join(map(spell, tree.items)) == dedent(expected).strip()
        assert _gaps(tree, text) == list(gaps)

    return check


@pytest.fixture
def check_body(check_items: Callable[..., None]) -> Callable[..., None]:
    """Assert what the statements of a function become, one line each, the tail last."""

    def check(text: str, expected: str, *gaps: str) -> None:
        whole = f"fn f() {{{text}}}"
        tree = read(whole)
        (func,) = tree.items
        assert isinstance(func, it.Function)
        assert func.body is not None
        lines = [spell(stmt) for stmt in func.body.stmts]
        if func.body.tail is not None:
            lines.append(spell(func.body.tail))
        assert "\n".join(lines) == dedent(expected).strip()
        assert _gaps(tree, whole) == list(gaps)

    return check
