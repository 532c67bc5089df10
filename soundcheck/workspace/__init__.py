"""The only reader of the audited tree: which files there are, and what stands in them.

Listing and reading are two steps, so that a run which remembers contents need not read them.
Paths are relative to the root, POSIX and real. A symbolic link that stays inside the root is an
alias of what it leads to and is told apart as such; a file that a link leads to outside the root
is read under the path of the link, a folder there is not entered and is a gap.
"""

from soundcheck.workspace.commits import Commit, find_commit, read_commit
from soundcheck.workspace.discovery import walk_like_count_unsafe
from soundcheck.workspace.globs import glob_fault, match_globs
from soundcheck.workspace.listing import ListedFile, Listing, list_files
from soundcheck.workspace.reading import Workspace, has_settings, read_file, read_files
from soundcheck.workspace.root import MANIFEST, SETTINGS, UnusableInputError, find_root

__all__ = [
    "MANIFEST",
    "SETTINGS",
    "Commit",
    "ListedFile",
    "Listing",
    "UnusableInputError",
    "Workspace",
    "find_commit",
    "find_root",
    "glob_fault",
    "has_settings",
    "list_files",
    "match_globs",
    "read_commit",
    "read_file",
    "read_files",
    "walk_like_count_unsafe",
]
