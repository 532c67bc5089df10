"""``soundcheck count``: count unsafe code."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import click
import msgspec

from soundcheck.commands.budgeting import list_events
from soundcheck.commands.failures import RunError, told
from soundcheck.commands.options import (
    EVERY_BUILD,
    Common,
    Selected,
    takes_common,
    takes_output,
    takes_selection,
)
from soundcheck.commands.outputs import note, read_targets, use_color, write
from soundcheck.commands.session import Session
from soundcheck.commands.store import Store
from soundcheck.finding import Gap
from soundcheck.inventory import GROUPS, Row, add, document
from soundcheck.source import SourceFile
from soundcheck.syntax.columns import OWN_PROFILE, PROFILES, Counts
from soundcheck.workspace import find_root, read_file, walk_like_count_unsafe

FORMATS = ("text", "json")
# What count-unsafe 0.1.2 counts by.
_LIKE = "geiger-0.5"
_BROKEN = frozenset({"unparsed", "not-utf8", "unreadable-file", "unreadable-folder", "not-a-file"})


class Tally(NamedTuple):
    """What was counted: in all, by rows, and what could not be."""

    total: Counts
    rows: tuple[Row, ...]
    gaps: tuple[Gap, ...]


@click.command(name="count", short_help="count unsafe code")
@takes_common
@takes_selection
@takes_output(FORMATS)
@click.option(
    "--counting",
    type=click.Choice(PROFILES),
    default=OWN_PROFILE,
    show_default=True,
    help="The counting profile: whose rules are followed.",
)
@click.option(
    "--by",
    type=click.Choice(GROUPS),
    help="What a row of the table is; otherwise crate for our own profile, total for the others.",
)
@click.option(
    "--like",
    type=click.Choice(["count-unsafe"]),
    help="Print to the byte what count-unsafe 0.1.2 prints for the one PATH that it takes.",
)
@click.option(
    "--strict", is_flag=True, help="Exit with 2, and print nothing, where a file cannot be counted."
)
def command(
    common: Common,
    selected: Selected,
    outputs: tuple[str, ...],
    counting: str,
    by: str | None,
    like: str | None,
    strict: bool,
) -> None:
    """Count the unsafe code below PATHs.

    The profile soundcheck also sees what geiger's do not: macro bodies, trait methods, extern
    blocks, attributes, mutable statics and assembly, and it tells tests apart.
    """
    targets = read_targets(outputs, FORMATS)
    if like is not None:
        if selected != EVERY_BUILD:
            raise RunError("--like count-unsafe counts all there is: it cannot be narrowed")
        tally = _count_like(common)
    else:
        by = by or ("crate" if counting == OWN_PROFILE else "total")
        tally = _count(common, selected, counting, by)
    broken = [gap for gap in tally.gaps if gap.kind in _BROKEN]
    if broken and strict:
        raise RunError("\n".join(["some files cannot be counted:", *_lines(broken)]))
    if broken and not common.quiet:
        note("counted as far as they could be read:")
        for line in _lines(broken):
            note(f"  {line}")
    for target in targets:
        if like is not None:
            # serde's pretty form, without a line end.
            text = json.dumps(document(_LIKE, tally.total), indent=2)
        elif target.form == "json":
            text = _as_json(counting, by or "total", tally)
        else:
            from soundcheck.render.counts import render_counts

            is_colored = use_color(common.color, target)
            text = render_counts(counting, by or "total", tally.rows, tally.total, color=is_colored)
        write(target, text)


def _lines(gaps: list[Gap]) -> list[str]:
    files: dict[str, list[Gap]] = {}
    for gap in gaps:
        files.setdefault(gap.at.path, []).append(gap)
    return [
        f"{path}:{found[0].at.line}: {found[0].what}"
        + (f", and {len(found) - 1} more" if len(found) > 1 else "")
        for path, found in files.items()
    ]


def _count_like(common: Common) -> Tally:
    """Count what count-unsafe counts: every file, hidden and ignored ones too."""
    if len(common.paths) > 1:
        raise RunError("--like count-unsafe takes one PATH")
    gaps: list[Gap] = []
    files: list[SourceFile] = []
    with told():
        path = common.paths[0] if common.paths else "."
        root = find_root((path,), common.root)
        for name in walk_like_count_unsafe(path, gaps.append):
            found = read_file("", name)
            if isinstance(found, Gap):
                gaps.append(found)
            else:
                files.append(found)
    store = Store(common, Path(root))
    total, more = _total(store, files, _LIKE)
    store.close()
    return Tally(total, (), (*gaps, *more))


def _total(store: Store, files: list[SourceFile], profile: str) -> tuple[Counts, list[Gap]]:
    rows, gaps = _by_file(store, files, profile)
    return add((row.counts for row in rows), profile), gaps


def _by_file(store: Store, files: list[SourceFile], profile: str) -> tuple[list[Row], list[Gap]]:
    encoded = store.remembered(f"count:{profile}", b"", files, _counter(profile))
    decode = msgspec.msgpack.Decoder(tuple[Counts, tuple[Gap, ...]]).decode
    rows: list[Row] = []
    gaps: list[Gap] = []
    for file, value in zip(files, encoded, strict=True):
        counts, found = decode(value)
        rows.append(Row(file.path, counts))
        gaps.extend(found)
    return rows, gaps


def _counter(profile: str) -> Callable[[SourceFile], bytes]:
    """A function that counts one file; the parser is loaded when the first file needs it."""

    def count(file: SourceFile) -> bytes:
        from soundcheck.syntax.tally import count_file

        return msgspec.msgpack.encode(count_file(file, profile))

    return count


def _count(common: Common, selected: Selected, profile: str, by: str) -> Tally:
    """Count what is reported of the workspace that PATHs belong to."""
    session = Session(common)
    space = session.workspace
    files = [file for file in space.files if file.path in space.reported]
    gaps = [gap for gap in space.gaps if gap.at.path in space.reported]
    if profile == OWN_PROFILE or by not in ("total", "file") or session.is_narrowed(selected):
        rows, more = _grouped(session, selected, files, profile, by)
    else:
        rows, more = _by_file(session.store, files, profile)
    session.store.close()
    total = add((row.counts for row in rows), profile)
    return Tally(total, tuple(rows) if by != "total" else (), (*gaps, *more))


def _grouped(
    session: Session, selected: Selected, files: list[SourceFile], profile: str, by: str
) -> tuple[list[Row], list[Gap]]:
    """Count by what only the module tree tells: crates, modules, items, tests, and builds."""
    from soundcheck.inventory import Event, group, own_events
    from soundcheck.resolving import UnusableSelectionError, resolve

    facts = session.parse(session.input.files, ())
    asked = session.asked(selected)
    try:
        program, _ = resolve(session.input, facts, session.theory, asked)
    except UnusableSelectionError as error:
        raise RunError(str(error)) from error
    paths = [file.path for file in files]
    gaps = [gap for path in paths for gap in facts[path].tree.gaps]
    by = "crate" if by == "total" else by
    if profile == OWN_PROFILE:
        return group(program, by, own_events(program, paths), profile), gaps

    listed = list_events(session, files, profile)
    events = {path: [Event(*event) for event in listed[path]] for path in paths}
    return group(program, by, events, profile), gaps


_LISTS = {"crate": "crates", "module": "modules", "file": "files", "item": "items"}


def _as_json(profile: str, by: str, tally: Tally) -> str:
    value: dict[str, object] = {"counting": profile, "total": document(profile, tally.total)}
    if by != "total":
        key = "path" if by == "file" else "item"
        value[_LISTS[by]] = [{key: row.name, **document(profile, row.counts)} for row in tally.rows]
    value["gaps"] = [
        {"kind": gap.kind, "what": gap.what, "path": gap.at.path, "line": gap.at.line}
        for gap in tally.gaps
    ]
    return json.dumps(value, indent=2) + "\n"
