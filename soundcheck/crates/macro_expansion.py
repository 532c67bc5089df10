"""The items that a macro call makes: those of the arm that matches, its metavariables replaced.

Names, paths and types are put in the place of metavariables; one that stands for anything else
stays as its own name, a hole that no name resolves. Without the macro's definition
only the names that the call's own tokens declare are known: ``bitflags! { pub struct Mode … }``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec

from soundcheck.crates.macro_matching import (
    Bindings,
    calls_in,
    is_name,
    match_arm,
    paste,
    split_tokens,
    texts_of,
    transcribe,
)
from soundcheck.crates.substitution import Substitution, Writing
from soundcheck.syntax import items as it

_KEYWORDS = frozenset(
    {"struct", "enum", "union", "trait", "type", "fn", "static", "const", "mod"}
)  # fmt: skip
_BETWEEN = frozenset({"mut", "ref", "unsafe", "fn", "extern", "async"})
_VISIBILITY = re.compile(r"pub(?:\s*\(\s*(?:in\s+)?(.*?)\s*\))?")


Texts = Mapping[str, tuple[str, ...]]
"""What each metavariable stands for, in order, whatever repetitions it is in."""


class Declared(NamedTuple):
    """A name that the tokens of a macro call declare, by the keyword before it."""

    kind: str
    name: str
    visibility: str


def declared_in(text: str) -> Iterator[Declared]:
    """The names that tokens declare as Rust does, outside of all braces."""
    tokens = paste(split_tokens(text))
    depth = 0
    visibility = ""
    for i, word in enumerate(tokens):
        if word in ("(", "[", "{"):
            depth += 1
        elif word in (")", "]", "}"):
            depth -= 1
        elif depth == 0 and word == "pub":
            visibility = "".join(tokens[i + 2 : i + 3]) if tokens[i + 1 : i + 2] == ["("] else "pub"
        elif depth == 0 and word in _KEYWORDS:
            j = i + 1
            while j < len(tokens) and tokens[j] in _BETWEEN:
                j += 1
            if j < len(tokens) and is_name(tokens[j]) and tokens[j] not in _KEYWORDS:
                yield Declared(word, tokens[j].removeprefix("r#"), visibility)
            visibility = ""


class Expansion(NamedTuple):
    """What a macro call makes: items, and calls of further macros by name and tokens.

    ``held`` are the items that the tokens of such a call already are, by the macro's name, and
    ``text`` is all that is made, where nothing of it could be read as items.
    """

    items: list[it.AnyItem]
    calls: list[tuple[str, str]]
    held: dict[str, list[it.AnyItem]]
    text: str


def expand(definition: it.MacroDef, text: str, source: bytes, root: str) -> Expansion | None:
    """What the first arm that matches a call's tokens makes; ``None`` where none does.

    ``source`` is the file of the definition, ``root`` what ``$crate`` is where the call stands.
    """
    tokens = split_tokens(text)
    for arm in definition.arms:
        matched = match_arm(arm.matcher, tokens)
        if matched is None:
            continue
        bindings = {**matched, "crate": root}
        texts = {name: texts_of(value) for name, value in bindings.items()}
        body = split_tokens(source[arm.start + 1 : arm.end - 1].decode("utf-8", "replace"))
        writing = Writing(source, body)
        shown = _visibility_of(matched)
        held: dict[str, list[it.AnyItem]] = {}
        for name, item in _items_of_calls(arm):
            held.setdefault(name, []).extend(_instances(item, texts, writing, shown))
        made = transcribe(body, bindings)
        return Expansion(
            items=[
                one
                for item in arm.items
                if not isinstance(item, it.MacroItem)
                for one in _instances(item, texts, writing, shown)
            ],
            calls=list(calls_in(made)),
            held=held,
            text="" if arm.form else " ".join(made),
        )
    return None


def _visibility_of(bindings: Bindings) -> str:
    """The visibility that a metavariable stands for, if one does."""
    for value in bindings.values():
        for text in texts_of(value):
            found = _VISIBILITY.fullmatch(text)
            if found is not None:
                return found[1] or "pub"
    return ""


def _items_of_calls(arm: it.MacroArm) -> Iterator[tuple[str, it.AnyItem]]:
    """The items that the macro calls directly in an arm hold, with the macros' names."""
    for item in arm.items:
        if isinstance(item, it.MacroItem):
            yield from ((item.name.rpartition("::")[2], one) for one in item.items)
    stack: list[tuple[str, it.Node | None]] = []
    if arm.body is not None:
        stack += (("", node) for node in (*arm.body.stmts, arm.body.tail))
    while stack:
        name, node = stack.pop(0)
        call = node.expr if isinstance(node, it.ExprStmt) else node
        if isinstance(call, it.MacroCall) and call.body is not None and not name:
            stack += ((call.path.name, one) for one in (*call.body.stmts, call.body.tail))
        elif isinstance(call, it.ItemStmt) and name:
            yield name, call.item


def _instances(
    item: it.AnyItem, texts: Texts, writing: Writing, shown: str
) -> Iterator[it.AnyItem]:
    """An item with its metavariables replaced, once for each repetition of those in its head."""
    times = max((len(texts[name]) for name in _head(item) if name in texts), default=1)
    for index in range(times):
        scalars = {
            name: values[index] if len(values) == times else values[0]
            for name, values in texts.items()
            if len(values) in (1, times) and values
        }
        lists = {k: v for k, v in texts.items() if k not in scalars and len(v) > 1}
        made = Substitution(scalars, lists, writing).replace(item)
        if shown and not made.visibility and not isinstance(made, (it.Impl, it.MacroItem)):
            made = msgspec.structs.replace(made, visibility=shown)
        yield made


def _head(item: it.AnyItem) -> Iterator[str]:
    """The names in an item's head that may be metavariables which it is repeated for."""
    if isinstance(item, it.Impl):
        for ty in (item.self_type, None if item.trait is None else it.PathType(item.trait)):
            if isinstance(ty, it.PathType):
                yield from ty.path.names
                for segment in ty.path.segments:
                    yield from (a.path.name for a in segment.args if isinstance(a, it.PathType))
    elif isinstance(item, it.Use):
        yield from (name for leaf in item.imports for name in leaf.names)
    else:
        yield item.name
