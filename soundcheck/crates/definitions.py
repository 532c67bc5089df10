"""What a name can stand for: definitions of the workspace, and what lies outside of it.

Rust keeps types, values and macros apart: one name may stand for one of each. Namespaces are
bits here, so that a tuple struct, which is a type and a function, can be in two at once.
"""

import msgspec

from soundcheck.syntax import items as it
from soundcheck.syntax.cfg import Cfg

TYPES = 1
VALUES = 2
MACROS = 4
EVERY = TYPES | VALUES | MACROS

PUBLIC = -1
NOWHERE = -1

INCLUDE = "include"

PRIMITIVES = frozenset(
    {"bool", "char", "str", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64",
     "i128", "isize", "f16", "f32", "f64", "f128"}
)  # fmt: skip


class Def(msgspec.Struct, frozen=True, gc=False, eq=False):
    """One definition under one configuration; two of them are equal only if they are the same.

    ``index`` is its place in ``DefMap.defs``; those of modules are the modules' own. ``kind`` is
    ``module``, ``function``, ``static``, ``const``, ``struct``, ``enum``, ``union``, ``variant``,
    ``trait``, ``type alias`` or ``macro``. ``path`` is the full name, ``scope`` where the names in
    it are looked up, ``visibility`` the module that sees it with all inside, or ``PUBLIC``.
    ``cfg`` joins the formulas of the item and all around it. What a macro call makes has the call
    as its ``container``; it stands where the macro's definition has it, or if that is not known
    is the call itself, whose tokens only name it. ``owner`` is the enum or trait it
    belongs to and ``impl`` the impl, ``NOWHERE`` for none. ``start`` is the item's own. ``item``
    is ``None`` for the root module of a crate. ``is_primary`` tells that no other crate's copy of
    the same file goes before this one.
    """

    index: int
    kind: str
    name: str
    path: str
    namespaces: int
    module: int
    scope: int
    visibility: int
    cfg: Cfg | None
    file: str
    start: int
    item: it.AnyItem | it.Variant | None = None
    container: it.AnyItem | None = None
    owner: int = NOWHERE
    impl: int = NOWHERE
    is_primary: bool = True
    is_in_body: bool = False

    @property
    def is_associated(self) -> bool:
        """Whether it belongs to a trait or an impl, and is no name of its module."""
        return self.impl >= 0 or (self.owner >= 0 and self.kind != "variant")

    @property
    def is_made(self) -> bool:
        """Whether a macro call makes it, and it does not stand among the tokens of the call."""
        call = self.container
        return isinstance(call, it.MacroItem) and all(one is not self.item for one in call.items)


class External(msgspec.Struct, frozen=True, gc=False):
    """A name of a crate that the workspace does not contain: ``spin::Mutex``.

    ``is_guess`` tells that a glob of that crate may bring the name, and nothing else does.
    """

    path: str
    is_guess: bool = False


class Primitive(msgspec.Struct, frozen=True, gc=False):
    """A type of the language itself: ``u8``, ``str``."""

    name: str


class Missing(msgspec.Struct, frozen=True, gc=False):
    """Something that is there, and that we cannot look into, as a clause tells.

    ``kind`` is ``module`` for one without a file, ``macro`` for what a macro call makes, and
    ``include`` for what stands in a file that only a build makes.
    """

    kind: str
    what: str


Target = Def | External | Primitive | Missing


class Entry(msgspec.Struct, frozen=True, gc=False, eq=False):
    """What a name means in a scope: the target, who sees it there, and under which formula."""

    target: Target
    namespaces: int
    visibility: int
    cfg: Cfg | None


class Candidate(msgspec.Struct, frozen=True, gc=False, eq=False):
    """One thing that a path may mean.

    ``rest`` holds the last names of the path that the target, a type or trait or an alias of one,
    has to answer: ``new`` of ``Type::new``. ``cfg`` is the formula under which the path leads
    there.
    """

    target: Target
    rest: tuple[str, ...] = ()
    cfg: Cfg | None = None


class Resolution(msgspec.Struct, frozen=True, gc=False, eq=False):
    """What a path means.

    Without candidates ``why`` is ``local`` where the path starts with a name that the asker has
    himself (a variable, a generic parameter, ``Self``), ``type`` where it starts with a type that
    is no path, ``excluded`` where all that is found holds only under other formulas, ``missing``
    where it leads into what cannot be looked into, and else ``unknown``; ``what`` is a clause
    about it.
    """

    candidates: tuple[Candidate, ...]
    why: str = ""
    what: str = ""

    @property
    def defs(self) -> tuple[Def, ...]:
        """The definitions that the whole path means."""
        return tuple(
            one.target for one in self.candidates if isinstance(one.target, Def) and not one.rest
        )

    @property
    def external(self) -> External | None:
        """The name outside the workspace that the path means, if it means nothing else."""
        if len(self.candidates) != 1:
            return None
        target = self.candidates[0].target
        return target if isinstance(target, External) else None


_KINDS = {
    it.Function: "function",
    it.Trait: "trait",
    it.TypeAlias: "type alias",
    it.MacroDef: "macro",
}
_NAMESPACES = {
    it.Function: VALUES,
    it.Static: VALUES,
    it.Trait: TYPES,
    it.TypeAlias: TYPES,
    it.MacroDef: MACROS,
}
_PROC_MACROS = frozenset({"proc_macro", "proc_macro_attribute"})


def kind_of(item: it.AnyItem) -> str:
    """The kind of definition that an item is; empty for what defines no name."""
    known = _KINDS.get(type(item))
    if known is not None:
        return known
    return item.kind if isinstance(item, (it.Adt, it.Static)) else ""


def namespaces_of(item: it.AnyItem) -> int:
    """The namespaces that an item's name is in."""
    if isinstance(item, it.Adt):
        return TYPES if item.form == "struct" else TYPES | VALUES
    if item.attributes and isinstance(item, it.Function):
        is_macro = any(attribute.path in _PROC_MACROS for attribute in item.attributes)
        return VALUES | MACROS if is_macro else VALUES
    return _NAMESPACES.get(type(item), 0)


def derive_name(item: it.AnyItem) -> str:
    """The name of the derive macro that a function implements; empty for any other item."""
    for attribute in item.attributes:
        if attribute.path == "proc_macro_derive":
            return attribute.args.strip("()").partition(",")[0].strip()
    return ""


def has_attribute(item: it.AnyItem, path: str) -> bool:
    """Whether an item carries an attribute, under whatever condition."""
    return any(attribute.path == path for attribute in item.attributes)
