"""Stage 5 run: checks of single files from what was seen of them before, the others abreast."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from hashlib import blake2b
from itertools import chain

import msgspec

from soundcheck.catalog import Rule
from soundcheck.checks import check_of
from soundcheck.checks.kinds import Check, FileCheck
from soundcheck.finding import Finding
from soundcheck.program import Program

Recall = Callable[[Mapping[str, bytes], Callable[[str], bytes]], Mapping[str, bytes]]
"""What a function makes of files, by path: made anew, or known from a run with the same bytes.

The bytes beside a path are all that the function rests on besides the file itself.
"""

Spread = Callable[[Sequence[Callable[[], bytes]]], Sequence[bytes]]
"""The results of some functions, from one process or several."""

_ENCODER = msgspec.msgpack.Encoder()
_FINDINGS = msgspec.msgpack.Decoder(list[list[Finding]])


def recall_nothing(files: Mapping[str, bytes], look: Callable[[str], bytes]) -> dict[str, bytes]:
    """Look at each file anew."""
    return {path: look(path) for path in files}


def one_by_one(functions: Sequence[Callable[[], bytes]]) -> list[bytes]:
    """Call functions here, in turn."""
    return [function() for function in functions]


def find(
    program: Program, rules: Sequence[Rule], recall: Recall, spread: Spread
) -> Iterator[Finding]:
    """The findings of all rules but those of late checks, by rule, in the order of ``rules``."""
    checks = [(rule, check_of(rule.check)) for rule in rules]
    single = [(rule, check) for rule, check in checks if isinstance(check, FileCheck)]
    whole = [(rule, check) for rule, check in checks if isinstance(check, Check)]
    found = dict(_find_by_file(program, single, recall))
    found |= _find_abreast(program, whole, spread)
    for rule in rules:
        yield from found.get(rule.name, ())


# -- file by file ------------------------------------------------------------------------------


def _find_by_file(
    program: Program, checks: Sequence[tuple[Rule, FileCheck]], recall: Recall
) -> Iterator[tuple[str, list[Finding]]]:
    if not checks:
        return
    around = [check.around(program, rule) for rule, check in checks]
    rest = blake2b(digest_size=20)
    for (rule, _), known in zip(checks, around, strict=True):
        rest.update(repr((rule, _in_order(known))).encode("utf-8", "surrogatepass"))

    def look(path: str) -> bytes:
        view = program.only(path)
        parts = zip(checks, around, strict=True)
        seen = [list(check.look(view, rule, known)) for (rule, check), known in parts]
        return _ENCODER.encode([_ENCODER.encode(one) for one in seen])

    keys = {path: rest.digest() + _place_of(program, path) for path in program.paths}
    looks = recall(keys, look)
    split = msgspec.msgpack.Decoder(list[bytes])
    by_file = {path: split.decode(looks[path]) for path in program.paths}
    for i, (rule, check) in enumerate(checks):
        decoder = msgspec.msgpack.Decoder(check.sees)
        seen = {path: decoder.decode(parts[i]) for path, parts in by_file.items()}
        if check.conclude is None:
            yield rule.name, list(chain.from_iterable(seen.values()))
        else:
            yield rule.name, list(check.conclude(program, rule, seen))


def _place_of(program: Program, path: str) -> bytes:
    """A hash of where a file stands in the program: of the names of its items, and its modules'."""
    digest = blake2b(digest_size=20)
    for one in program.items(path):
        words = (one.name, one.module.path, one.is_test, one.cfg)
        digest.update(repr(words).encode("utf-8", "surrogatepass"))
    digest.update(program.name_at(path, -1).encode("utf-8", "surrogatepass"))
    digest.update(bytes([program.is_test_at(path, -1)]))
    return digest.digest()


def _in_order(value: object) -> object:
    """A value whose text depends on no order that a set has chosen."""
    if isinstance(value, frozenset):
        return sorted(map(repr, value))
    if isinstance(value, Mapping):
        return [(key, _in_order(part)) for key, part in value.items()]
    return [_in_order(part) for part in value] if isinstance(value, tuple) else value


# -- abreast -----------------------------------------------------------------------------------


def _find_abreast(
    program: Program, checks: Sequence[tuple[Rule, Check]], spread: Spread
) -> Iterable[tuple[str, list[Finding]]]:
    """Those that follow contexts apart from those that do not: they share what takes long."""
    groups = [
        [(rule, check) for rule, check in checks if check.spec.needs_contexts == needs]
        for needs in (True, False)
    ]
    groups = [group for group in groups if group]
    results = spread([partial(_find_group, program, group) for group in groups])
    for group, result in zip(groups, results, strict=True):
        names = (rule.name for rule, _ in group)
        yield from zip(names, _FINDINGS.decode(result), strict=True)


def _find_group(program: Program, checks: Sequence[tuple[Rule, Check]]) -> bytes:
    return _ENCODER.encode([list(check.run(program, rule)) for rule, check in checks])
