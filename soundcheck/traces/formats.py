"""Which format a file or folder is in."""

from collections.abc import Iterable

from soundcheck.source import SourceFile
from soundcheck.traces.chrome import read_chrome
from soundcheck.traces.replay import read_replay
from soundcheck.traces.trace import Trace
from soundcheck.traces.uftrace import read_uftrace

# Enough of a file to see how it begins, whatever space stands before.
_BEGINNING = 1024


def read_trace(files: Iterable[SourceFile]) -> Trace:
    """The trace in these files: those of one folder, or one file of JSON or text."""
    files = tuple(files)
    if len(files) != 1 or files[0].path.endswith(("/info", ".dat")):
        return read_uftrace(files)
    start = files[0].data[:_BEGINNING].removeprefix(b"\xef\xbb\xbf").lstrip()
    return read_chrome(files[0]) if start[:1] in (b"{", b"[") else read_replay(files[0])
