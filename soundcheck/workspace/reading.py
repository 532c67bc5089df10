"""The contents of what was listed, read so that nothing in the tree can hold a run up."""

import os
import stat

import msgspec

from soundcheck.finding import Gap
from soundcheck.source import SourceFile
from soundcheck.workspace.listing import ListedFile, Listing
from soundcheck.workspace.root import MANIFEST, SETTINGS, UnusableInputError, failure, gap_at

# Beyond this, a file is data that happens to be called Rust.
MOST_BYTES = 64 * 1024 * 1024


class Workspace(msgspec.Struct, frozen=True):
    """The contents of what was listed; see ``Listing``."""

    files: tuple[SourceFile, ...]
    manifests: tuple[SourceFile, ...]
    assembly: tuple[SourceFile, ...]
    links: tuple[tuple[str, str], ...]
    vendored: frozenset[str]
    reported: frozenset[str]
    gaps: tuple[Gap, ...]


def read_files(listing: Listing) -> Workspace:
    """Read all that was listed; what cannot be read is a gap, unless it was named itself."""
    gaps = list(listing.gaps)

    def read(listed: tuple[ListedFile, ...]) -> tuple[SourceFile, ...]:
        files = []
        for entry in listed:
            file = read_file(listing.root, entry.path)
            if isinstance(file, SourceFile):
                files.append(file)
            elif entry.path in listing.named:
                raise UnusableInputError(f"{entry.path}: {file.what}")
            else:
                gaps.append(file)
        return tuple(files)

    return Workspace(
        files=read(listing.rust),
        manifests=read(listing.manifests),
        assembly=read(listing.assembly),
        links=listing.links,
        vendored=listing.vendored,
        reported=listing.reported,
        gaps=tuple(sorted(gaps, key=lambda gap: (gap.at, gap.kind))),
    )


def has_settings(root: str) -> bool:
    """Whether a file at the root may hold settings of ours."""
    if os.path.lexists(os.path.join(root, SETTINGS)):
        return True
    manifest = read_file(root, MANIFEST)
    return isinstance(manifest, SourceFile) and b"soundcheck" in manifest.data


def read_file(root: str, path: str) -> SourceFile | Gap:
    """Read one file below the root, of any kind; it never waits for a pipe or a device."""
    try:
        descriptor = os.open(os.path.join(root, path), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        return gap_at("unreadable-file", failure(error), path)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return gap_at("not-a-file", "neither a file nor a link to one", path)
        if status.st_size > MOST_BYTES:
            return gap_at("oversized-file", f"{status.st_size:,} bytes", path)
        parts = []
        while part := os.read(descriptor, status.st_size + 1):
            parts.append(part)
    except OSError as error:
        return gap_at("unreadable-file", failure(error), path)
    finally:
        os.close(descriptor)
    return SourceFile(path, parts[0] if len(parts) == 1 else b"".join(parts))
