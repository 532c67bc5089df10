"""Which format a file or folder is in."""

import re
from collections.abc import Iterable

from soundcheck.source import SourceFile
from soundcheck.traces.chrome import read_chrome
from soundcheck.traces.replay import read_replay
from soundcheck.traces.trace import Trace
from soundcheck.traces.uftrace import read_uftrace

# A text may begin with a bracket as well, that of a thread's number.
_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\{|\[\s*[{\]])")


def read_trace(files: Iterable[SourceFile]) -> Trace:
    """The trace in these files: those of one folder, or one file of JSON or text."""
    files = tuple(files)
    if len(files) != 1 or files[0].path.endswith(("/info", ".dat")):
        return read_uftrace(files)
    return read_chrome(files[0]) if _JSON.match(files[0].data) else read_replay(files[0])
