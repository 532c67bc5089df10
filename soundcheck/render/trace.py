"""What a trace says about the call graph: as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from soundcheck.calls.linking import World
from soundcheck.calls.names import Names
from soundcheck.calls.routes import Link
from soundcheck.witness import (
    ExecutedCall,
    ExecutedSite,
    Testimony,
    place_of,
    times,
    unlinked_calls,
)


def render_trace(testimony: Testimony, world: World, form: str) -> str:
    """A testimony in one of the formats."""
    names = Names(world)
    if form == "json":
        value = _as_value(testimony, world, names)
        return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"
    return "".join(f"{line}\n" for line in _lines(testimony, world, names))


def _lines(testimony: Testimony, world: World, names: Names) -> Iterator[str]:
    known = [call for call in testimony.calls if call.resolution == "known"]
    lacking = [call for call in testimony.calls if call.resolution != "known"]
    direct, through = _share(testimony, has_via=False), _share(testimony, has_via=True)
    yield f"executed calls the graph has ({len(known)}):"
    for call in known:
        yield f"  {_pair(call)}: {_way(call, names)}"
    yield f"executed calls the graph lacks ({len(lacking)}):"
    for call in lacking:
        at = place_of(world, call)
        yield f"  {at.path}:{at.line}: {_pair(call)}{_via(call)}: {call.resolution}"
    yield f"unsafe sites in executed functions ({len(testimony.sites)}):"
    for one in testimony.sites:
        yield f"  {one.file}:{one.line}: {one.site.kind} in {one.item}, entered {times(one.count)}"
    yield f"functions not matched ({len(testimony.unmatched)}):"
    for name, count in testimony.unmatched.items():
        yield f"  {name}, entered {times(count)}"
    if testimony.outside:
        yield f"functions of other crates ({sum(testimony.outside.values()):,}):"
        yield from (f"  {krate}: {count:,}" for krate, count in testimony.outside.items())
    yield f"gaps of the trace ({len(testimony.gaps)}):"
    for gap in testimony.gaps:
        yield f"  {gap.at.path}:{gap.at.line}: {gap.kind}: {gap.what}"
    yield f"{len(testimony.functions)} functions matched"
    yield f"{direct} of their calls of each other in the graph"
    yield f"{through} of those through functions outside the workspace"


def _share(testimony: Testimony, *, has_via: bool) -> str:
    calls = [call for call in testimony.calls if bool(call.via) is has_via]
    known = _count(calls, "known")
    share = f" ({100 * known / len(calls):.1f} %)" if calls else ""
    return f"{known} of {len(calls)}{share}"


def _pair(call: ExecutedCall) -> str:
    return f"{call.caller} -> {call.callee}, {times(call.count)}"


def _via(call: ExecutedCall) -> str:
    """The first and the last of what stands between the two."""
    if not call.via:
        return ""
    first, last = call.via[0], call.via[-1]
    return f" through {first}" + (f" … {last}" if len(call.via) > 1 else "")


def _way(call: ExecutedCall, names: Names) -> str:
    noun = "call" if call.cost == 1 else "calls"
    between = " > ".join(_names(call, names)[1:-1])
    return f"{call.cost} {noun}" + (f", by {between}" if between else "")


def _names(call: ExecutedCall, names: Names) -> list[str]:
    """The names along a way, from the caller to the callee."""
    found = [names.name(call.links[0].caller)] if call.links else []
    for link in call.links:
        if link.through is not None:
            found.append(names.name(link.through))
        found.append(names.name(link.callee))
    return found


def _as_value(testimony: Testimony, world: World, names: Names) -> dict[str, object]:
    return {
        "calls": [_call(call, world, names) for call in testimony.calls],
        "functions": [
            {"item": one.name, "count": one.count, "items": [names.name(x) for x in one.bodies]}
            for one in testimony.functions
        ],
        "sites": [_site(one) for one in testimony.sites],
        "unmatched": [
            {"function": name, "count": count} for name, count in testimony.unmatched.items()
        ],
        "outside": testimony.outside,
        "gaps": [
            {
                "kind": gap.kind,
                "what": gap.what,
                "path": gap.at.path,
                "line": gap.at.line,
                "item": gap.item,
            }
            for gap in (*testimony.gaps, *unlinked_calls(world, testimony))
        ],
        "statistics": {
            "functions": len(testimony.functions),
            "known": _count(testimony.calls, "known"),
            "known_direct": _count([call for call in testimony.calls if not call.via], "known"),
            "observed": _count(testimony.calls, "observed"),
            "unlinked": _count(testimony.calls, "unlinked"),
            "sites": len(testimony.sites),
            "unmatched": len(testimony.unmatched),
        },
    }


def _count(calls: Iterable[ExecutedCall], resolution: str) -> int:
    return sum(call.resolution == resolution for call in calls)


def _call(call: ExecutedCall, world: World, names: Names) -> dict[str, object]:
    at = place_of(world, call)
    return {
        "caller": call.caller,
        "callee": call.callee,
        "count": call.count,
        "resolution": call.resolution,
        "path": at.path,
        "line": at.line,
        "via": call.via,
        "calls": call.cost if call.links else None,
        "links": [_link(link, world, names) for link in call.links],
    }


def _link(link: Link, world: World, names: Names) -> dict[str, object]:
    file = world.defmap.defs[link.caller.owner].file
    return {
        "caller": names.name(link.caller),
        "callee": names.name(link.callee),
        "through": None if link.through is None else names.name(link.through),
        "kind": link.site.kind,
        "resolution": link.site.resolution,
        "path": file,
        "line": world.trees[file].line_of(link.site.start),
    }


def _site(one: ExecutedSite) -> dict[str, object]:
    return {
        "path": one.file,
        "line": one.line,
        "kind": one.site.kind,
        "in_macro": one.site.in_macro,
        "item": one.item,
        "count": one.count,
    }
