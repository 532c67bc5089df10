"""The policy as checked values: texts of rule pages and profiles in, a ``Catalog`` out.

Text becomes a value here, or a list of problems, each with its file and line; all of them at once,
since who writes a page wants to see every mistake in one run. Nothing here reads a file.
"""

from soundcheck.catalog.examples import Example, ExampleFile, Mark, read_example, read_marks
from soundcheck.catalog.index import render_index
from soundcheck.catalog.library import Catalog, CatalogError, find_rule, hash_texts, load_catalog
from soundcheck.catalog.messages import fill_message
from soundcheck.catalog.problems import Problem, suggest
from soundcheck.catalog.profiles import PROFILE_KEYS, Profile, read_profile
from soundcheck.catalog.rules import CheckSpec, Rule, Status, read_rule
from soundcheck.catalog.schema import FactSpec, Flag, ListOf, Number, Table, Text

__all__ = [
    "PROFILE_KEYS",
    "Catalog",
    "CatalogError",
    "CheckSpec",
    "Example",
    "ExampleFile",
    "FactSpec",
    "Flag",
    "ListOf",
    "Mark",
    "Number",
    "Problem",
    "Profile",
    "Rule",
    "Status",
    "Table",
    "Text",
    "fill_message",
    "find_rule",
    "hash_texts",
    "load_catalog",
    "read_example",
    "read_marks",
    "read_profile",
    "read_rule",
    "render_index",
    "suggest",
]
