"""Ways through a program as the sides of a proof: each step with its place and what happens."""

from __future__ import annotations

from itertools import pairwise

from soundcheck.calls.sites import BodyId
from soundcheck.contexts.entries import Root
from soundcheck.contexts.flows import MASKED, Event
from soundcheck.contexts.infer import Contexts, Node
from soundcheck.contexts.scripts import Call
from soundcheck.crates.stubs import is_stub
from soundcheck.finding import Side, Step
from soundcheck.source import Span
from soundcheck.syntax import items as it

_ROLES = {
    "interrupt": "is an interrupt handler",
    "exception": "handles an exception",
    "nmi": "handles a non-maskable interrupt",
    "bottom-half": "runs in a bottom half",
    "panic": "runs when the kernel panics",
    "boot": "runs at boot",
    "task": "runs in a task",
}


def name_of(contexts: Contexts, body: BodyId) -> str:
    """The name of a body: its function's, or told to be a closure in it."""
    name = contexts.definition(body).path
    return name if body.closure < 0 else f"{name}::{{closure}}"


def short(path: str) -> str:
    """The last two segments of a full name, which is enough to recognise it by."""
    return "::".join(path.split("::")[-2:])


def side_of(contexts: Contexts, label: str, node: Node, at: Span, message: str) -> Side:
    """One side: from the root of a node's context, call by call, to what happens at a place."""
    steps: list[Step] = []
    chain = contexts.way(node)
    root = chain[0][1].root
    assert root is not None
    steps.append(_root_step(contexts, root))
    for (caller, _), (callee, way) in pairwise(chain):
        event = way.event
        assert event is not None
        assert event.site is not None
        if is_stub(contexts.definition(caller.body).file):
            continue
        span = contexts.span(caller.body, event.op.start, event.site.end)
        says = _call(contexts, event, callee.body, sure=way.sure)
        irq = contexts.irq_at(caller, event.state)
        if irq == MASKED != caller.irq:
            says += ", with interrupts masked"
        steps.append(Step(span, name_of(contexts, caller.body), says))
    steps.append(Step(at, name_of(contexts, node.body), message))
    return Side(label, tuple(steps))


def _root_step(contexts: Contexts, root: Root) -> Step:
    name = name_of(contexts, root.body)
    role = _ROLES[root.entry.context]
    return Step(root.at, name, f"`{short(name)}` {role}: {root.why}")


def _call(contexts: Contexts, event: Event, callee: BodyId, *, sure: bool) -> str:
    site = event.site
    assert site is not None
    name = short(name_of(contexts, callee))
    if callee not in site.callees:
        return f"gives `{name}` to `{site.name}`, which calls it"
    match site.kind:
        case "drop":
            return f"drops a value: `{name}`"
        case "await":
            return f"awaits `{name}`"
        case "value":
            return f"calls a function value, perhaps `{name}`"
    if site.resolution == "candidates" and not sure:
        return f"calls `{site.name}`, perhaps `{name}`"
    return f"calls `{name}`"


def place_of(contexts: Contexts, body: BodyId, event: Event) -> Span:
    """The small place of a step: for a call the name of what is called."""
    op = event.op
    if isinstance(op, Call) and op.name[0] >= 0:
        return contexts.span(body, *op.name)
    return contexts.span(body, op.start, getattr(op, "end", op.start))


def is_function(contexts: Contexts, body: BodyId) -> bool:
    """Whether a body is that of a function rather than of a closure, static or macro."""
    return body.closure < 0 and isinstance(contexts.definition(body).item, it.Function)
