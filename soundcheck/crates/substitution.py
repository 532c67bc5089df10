"""Putting into the items of a macro's arm what its metavariables stand for.

The lowering leaves metavariables in the items as plain names. Which name is one, the source tells:
there it stands behind a dollar sign.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

import msgspec

from soundcheck.crates.macro_matching import Tokens, is_name, split_tokens
from soundcheck.source import SourceFile
from soundcheck.syntax import items as it
from soundcheck.syntax.lowering import lower
from soundcheck.syntax.parser import read_file

_PATH = re.compile(r"\$crate\d*|(?:::)?\s*(?:r#)?[^\W\d]\w*(?:\s*::\s*(?:r#)?[^\W\d]\w*)*")
_DEEPEST = 60
_LONGEST_LEAF = 400
_END_OF_LEAF = re.compile(r"[,;{}]")
_DOLLAR = b"$"
# What no name stands in.
_PLAIN_FIELDS = frozenset(
    {"start", "end", "name_start", "visibility", "doc", "cfg", "text", "op", "kind", "label",
     "lifetime", "abi", "receiver", "qualifiers", "form", "is_ref", "is_mut", "is_raw", "is_move",
     "is_async", "is_global", "is_inclusive", "is_inline", "is_unsafe", "is_negative",
     "has_semicolon", "trait_len", "length"}
)  # fmt: skip
# What begins with a path's first name.
_AT_PATH = (it.PathExpr, it.StructLit, it.MacroCall, it.PathPat, it.StructPat, it.TupleStructPat)


class Writing:
    """How an arm is written: its file, and which names stand in it as themselves."""

    __slots__ = ("_follows", "_literal", "_source")

    def __init__(self, source: bytes, body: Tokens) -> None:
        self._source = source
        self._literal = {name for before, name in pairwise(("", *body)) if before != "$"}
        self._follows = {
            name
            for separator, mark, name in zip(body, body[1:], body[2:], strict=False)
            if separator == "::" and mark == "$"
        }

    def is_metavariable(self, at: int) -> bool:
        """Whether the name at a byte is a metavariable's."""
        return _DOLLAR in (self._source[at - 1 : at], self._source[at : at + 1])

    def metavariables_of(self, leaf: it.Import) -> tuple[list[bool], bool]:
        """Which of an import's last names, as far as they stand in its leaf, are metavariables.

        And whether the name that it binds is one.
        """
        text = self._source[leaf.start - 1 : leaf.start + _LONGEST_LEAF].decode("utf-8", "replace")
        tokens = split_tokens(_END_OF_LEAF.split(text[1:])[0])
        tokens = ("$", *tokens) if text[:1] == "$" else tokens
        marks: list[bool] = []
        for before, name in pairwise(("", *tokens)):
            if name == "as":
                break
            if is_name(name):
                marks.append(before == "$")
        behind = tokens[tokens.index("as") + 1 :] if "as" in tokens else ()
        alias = behind[:1] == ("$",) if behind else bool(marks and marks[-1])
        return marks[-len(leaf.names) :] if leaf.names else [], alias

    def may_be_metavariable(self, name: str, *, is_first: bool) -> bool:
        """The same of a name whose place is not known: if it starts a path, or follows in one."""
        return name not in self._literal or is_first or name in self._follows


class Substitution:
    """What to put in the place of metavariables: one text each, or one for each repetition."""

    def __init__(
        self, scalars: Mapping[str, str], lists: Mapping[str, Sequence[str]], writing: Writing
    ) -> None:
        self._names = {
            name: _plain(text) for name, text in scalars.items() if is_name(text) or name == "crate"
        }
        self._paths = {
            name: [_plain(part.strip()) for part in text.split("::")]
            for name, text in scalars.items()
            if _PATH.fullmatch(text)
        }
        self._texts = scalars
        self._lists = lists
        self._writing = writing

    def replace(self, node: Any, depth: int = 0) -> Any:
        """The same node with all replaced that is in it; itself where nothing is."""
        if isinstance(node, tuple):
            made = tuple(one for part in node for one in self._repeat(part, depth))
            is_same = len(made) == len(node) and all(map(_is, made, node))
            return node if is_same else made
        if not isinstance(node, msgspec.Struct) or depth > _DEEPEST:
            return node
        if isinstance(node, it.PathType):
            whole = self._type(node)
            if whole is not None:
                return whole
        changes: dict[str, Any] = {}
        for field in _fields(type(node)):
            value = getattr(node, field)
            new: Any
            if isinstance(value, str):
                new = self._name(node, value)
            elif isinstance(value, it.Path):
                new = self._path(value, node, depth)
            else:
                new = self.replace(value, depth + 1)
            if new is not value:
                changes[field] = new
        return msgspec.structs.replace(node, **changes) if changes else node

    def _repeat(self, part: Any, depth: int) -> Sequence[Any]:
        """A part of a list, once for each value of the metavariable that it is named by."""
        if isinstance(part, it.Import):
            return (self._import(part),)
        if isinstance(part, (it.Variant, it.FieldDef)) and part.name in self._lists:
            times = len(self._lists[part.name])
            made = []
            for index in range(times):
                scalars = {k: v[index] for k, v in self._lists.items() if len(v) == times}
                inner = Substitution({**self._texts, **scalars}, {}, self._writing)
                made.append(inner.replace(part, depth + 1))
            return made
        return (self.replace(part, depth + 1),)

    def _import(self, leaf: it.Import) -> it.Import:
        own, alias_is_one = self._writing.metavariables_of(leaf)
        prefix = len(leaf.names) - len(own)
        names: list[str] = []
        for index, name in enumerate(leaf.names):
            if index >= prefix and not own[index - prefix] and name != "crate":
                names.append(name)
            elif index == 0:
                names += self._paths.get(name, (name,))
            elif index >= prefix:
                names.append(self._names.get(name, name))
            else:
                names.append(self._following(name))
        alias = self._names.get(leaf.alias, leaf.alias) if alias_is_one else leaf.alias
        is_global = leaf.is_global or names[:1] == [""]
        plain = tuple(name for name in names if name)
        return msgspec.structs.replace(leaf, names=plain, alias=alias, is_global=is_global)

    def _parts(self, name: str) -> Sequence[str]:
        return self._paths.get(name, (name,))

    def _following(self, name: str) -> str:
        """What a name that does not start a path stands for."""
        if name not in self._names:
            return name
        is_one = self._writing.may_be_metavariable(name, is_first=False)
        return self._names[name] if is_one else name

    def _path(self, path: it.Path, holder: msgspec.Struct, depth: int) -> it.Path:
        """A path with what its names stand for in their places."""
        segments: list[it.Segment] = []
        is_global = path.is_global
        for index, old in enumerate(path.segments):
            segment = self.replace(old, depth + 1)
            if index or path.is_global:
                name = self._following(old.name)
                segments.append(_renamed(segment, name))
                continue
            parts = self._parts(old.name)
            if isinstance(holder, _AT_PATH) and old.name != "crate":
                parts = parts if self._writing.is_metavariable(holder.start) else (old.name,)
            is_global = parts[0] == ""
            names = parts[1:] if is_global else parts
            segments += (it.Segment(name) for name in names[:-1])
            segments.append(_renamed(segment, names[-1]))
        qself = self.replace(path.qself, depth + 1)
        is_same = len(segments) == len(path.segments) and all(map(_is, segments, path.segments))
        if is_same and qself is path.qself:
            return path
        more = len(segments) - len(path.segments)
        return msgspec.structs.replace(
            path,
            segments=tuple(segments),
            is_global=is_global,
            qself=qself,
            trait_len=path.trait_len + more if path.trait_len else 0,
        )

    def _type(self, ty: it.PathType) -> it.Type | None:
        """What a type that is a metavariable stands for, if that is no mere path."""
        path = ty.path
        if len(path.segments) != 1 or path.qself is not None or path.name in self._paths:
            return None
        text = self._texts.get(path.name)
        return None if text is None else _read_type(text)

    def _name(self, node: msgspec.Struct, value: str) -> str:
        """What a name that is no path's stands for."""
        if value not in self._names or isinstance(node, it.Segment):
            return value
        at = getattr(node, "name_start", -1)
        if isinstance(node, it.BindPat) and not (node.is_mut or node.is_ref):
            at = node.start
        if at >= 0:
            is_one = self._writing.is_metavariable(at)
        else:
            is_one = self._writing.may_be_metavariable(value, is_first=False)
        return self._names[value] if is_one else value


def _renamed(segment: it.Segment, name: str) -> it.Segment:
    return segment if segment.name == name else msgspec.structs.replace(segment, name=name)


@cache
def _fields(kind: type) -> tuple[str, ...]:
    """The fields of a kind of node in which names may stand."""
    return tuple(field for field in kind.__struct_fields__ if field not in _PLAIN_FIELDS)  # type: ignore[attr-defined]


@lru_cache(maxsize=1024)
def _read_type(text: str) -> it.Type | None:
    """The type that a text is, if it is one."""
    tree = lower(read_file(SourceFile("", f"type T = {text};".encode())))
    alias = tree.items[0] if len(tree.items) == 1 and not tree.gaps else None
    return alias.type if isinstance(alias, it.TypeAlias) else None


def _plain(name: str) -> str:
    return name.removeprefix("r#")


def _is(one: object, other: object) -> bool:
    return one is other
