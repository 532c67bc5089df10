"""Call sites as values: who calls, where, what, and how sure that is."""

from __future__ import annotations

import msgspec

from soundcheck.calls.shapes import Shape, Words

# Where a resolution names more bodies than this, it tells too little to be called one.
MOST_CANDIDATES = 8


# Why a drop may run elsewhere: its value is given away somewhere in the body.
MOVED_ON = "drop glue of what is moved on"
# Where the owner that counts may be the last: its value was taken out of where it was kept.
TAKEN_OUT = "drop glue of what is taken out"


class BodyId(msgspec.Struct, frozen=True, gc=False, array_like=True, order=True):
    """A body that can run: of a function, static or macro by its definition, or of a closure in it.

    ``closure`` is the offset at which the closure or async block is written, or -1.
    """

    owner: int
    closure: int = -1


class Passed(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A function or closure given as an argument: which, and as which; ``self`` is not counted."""

    index: int
    body: BodyId


class Given(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What a type parameter of a callee stands for in a call.

    ``type`` is the definition of a struct or enum; or -1, and ``own`` the parameter of the caller.
    """

    param: str
    type: int = -1
    own: str = ""


class Choice(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Which types a call is about, where those choose what is run.

    ``by`` is the type parameter of the caller whose impl a call runs, empty for a call that is
    chosen otherwise; ``given`` tells what the parameters of the callee stand for that have a trait
    of the workspace.
    """

    by: str = ""
    given: tuple[Given, ...] = ()


NO_CHOICE = Choice()


class CallSite(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One place from which something is called.

    ``kind``: ``path``, ``method``, ``value`` (through a function value), ``macro``, and what the
    language calls by itself: ``operator``, ``deref``, ``drop``, ``await``, ``format``, ``iterate``;
    what a library that is called here calls back is a ``callback``, what assembly names is
    ``assembly``, and what only a trace tells is ``observed``.
    ``resolution``: ``exact``, ``candidates``, ``external``, ``unknown``, or ``observed`` too;
    ``reason`` says why there are several or none, or names what is external. ``callees`` are the
    bodies it may run; an external call has those of a stub, if any, and one of what assembly
    defines has the declaration. ``name`` is the callee as written.
    """

    caller: BodyId
    kind: str
    start: int
    end: int
    name: str
    resolution: str
    callees: tuple[BodyId, ...] = ()
    reason: str = ""
    passed: tuple[Passed, ...] = ()
    choice: Choice = NO_CHOICE


# The kinds that a reader of the source would call a call.
WRITTEN = frozenset({"path", "method", "value", "macro"})


class Mention(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A function or closure used as a value: where it goes is not followed further than its type.

    ``how``: ``cast``, ``field``, ``static``, ``argument``, ``return``, ``value``. ``shape`` is that
    of what can be called. ``is_address`` tells that a cast leaves an integer, or a pointer to data,
    ``is_loose`` that it may be called from anywhere, and not just where it is passed.
    """

    holder: BodyId
    body: BodyId
    start: int
    how: str
    shape: Shape | None = None
    is_address: bool = False
    is_loose: bool = True


class Flow(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A callable that a parameter holds, given on for a parameter of another function.

    ``owner`` is -1 for what comes from elsewhere, and ``callee`` where it is kept for any call.
    ``is_generic`` tells that the parameter's type is that of the callable itself, which no function
    pointer has.
    """

    owner: int
    param: int
    callee: int = -1
    index: int = -1
    is_generic: bool = False


# The parameter `self`, which is not counted among the others.
SELF = -2


class ValueCall(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A call through a function value, to be resolved when all values are known.

    ``param`` is the index of the parameter of ``site.caller`` that is called, ``SELF``, or -1.
    ``args`` are the types of the arguments, as far as what is called must take them, and ``shape``
    is that of what the value's type lets it run, ``None`` where the type is not known.
    ``is_lent`` tells that who calls the function says what it is, ``is_outside`` that the caller is
    a stub: what it is given, those know who call it.
    """

    site: CallSite
    param: int
    args: tuple[Words, ...]
    shape: Shape | None = None
    is_lent: bool = False
    is_outside: bool = False


class Links(msgspec.Struct, frozen=True, gc=False):
    """What the bodies of one file call and mention.

    ``made`` are the shapes of function pointers that are made of other values, of whatever address
    may be in them: by ``transmute``, or read through a pointer to one.
    """

    sites: tuple[CallSite, ...]
    values: tuple[ValueCall, ...]
    mentions: tuple[Mention, ...]
    made: tuple[Shape, ...] = ()
    flows: tuple[Flow, ...] = ()
