"""Stage 5 run: checks of single files from what was seen of them before, the others abreast."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
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
_LOOKS = msgspec.msgpack.Decoder(dict[str, msgspec.Raw])


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
    groups = list(_groups([(rule, check) for rule, check in checks if isinstance(check, Check)]))
    shares = list(_shares(program) if groups else [program.paths]) if single else []
    look = _looks(program, single, recall)
    functions = [
        *(partial(_find_group, program, group) for group in groups),
        *(partial(look, paths) for paths in shares),
    ]
    # Without those that run abreast, it is the looks that are made in several processes.
    results = (spread if groups else one_by_one)(functions)
    found: dict[str, Iterable[Finding]] = {}
    for group, result in zip(groups, results[: len(groups)], strict=True):
        names = (rule.name for rule, _ in group)
        found.update(zip(names, _FINDINGS.decode(result), strict=True))
    found.update(_conclude(program, single, results[len(groups) :]))
    for rule in rules:
        yield from found.get(rule.name, ())


# -- file by file ------------------------------------------------------------------------------

# Several, so that who is done early takes the next; few, since each has to begin.
_SHARES = 8


def _shares(program: Program) -> Iterator[Sequence[str]]:
    """The files in parts that take about as long."""
    paths = tuple(program.paths)
    for i in range(_SHARES):
        yield paths[i::_SHARES]


def _looks(
    program: Program, checks: Sequence[tuple[Rule, FileCheck]], recall: Recall
) -> Callable[[Sequence[str]], bytes]:
    """What gives for some files what each check sees there."""

    @cache
    def around() -> tuple[list[object], bytes]:
        known = [check.around(program, rule) for rule, check in checks]
        digest = blake2b(digest_size=20)
        for (rule, _), one in zip(checks, known, strict=True):
            digest.update(repr((rule, _in_order(one))).encode("utf-8", "surrogatepass"))
        return known, digest.digest()

    def look(path: str) -> bytes:
        view = program.only(path)
        parts = zip(checks, around()[0], strict=True)
        seen = [list(check.look(view, rule, known)) for (rule, check), known in parts]
        return _ENCODER.encode(seen)

    def look_at(paths: Sequence[str]) -> bytes:
        rest = around()[1]
        keys = {path: rest + _place_of(program, path) for path in paths}
        return _ENCODER.encode({path: msgspec.Raw(one) for path, one in recall(keys, look).items()})

    return look_at


def _conclude(
    program: Program, checks: Sequence[tuple[Rule, FileCheck]], shares: Iterable[bytes]
) -> Iterator[tuple[str, Iterable[Finding]]]:
    """The findings by rule, from what was seen in each share of the files."""
    looks = dict(chain.from_iterable(_LOOKS.decode(share).items() for share in shares))
    split = msgspec.msgpack.Decoder(list[msgspec.Raw])
    by_file = {path: split.decode(looks[path]) for path in program.paths} if looks else {}
    for i, (rule, check) in enumerate(checks):
        decoder = msgspec.msgpack.Decoder(check.sees)
        seen = {path: decoder.decode(parts[i]) for path, parts in by_file.items()}
        if check.conclude is None:
            yield rule.name, chain.from_iterable(seen.values())
        else:
            yield rule.name, check.conclude(program, rule, seen)


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


def _groups(
    checks: Sequence[tuple[Rule, Check]],
) -> Iterator[Sequence[tuple[Rule, Check]]]:
    """Those that follow contexts apart from those that do not: they share what takes long."""
    for needs in (True, False):
        group = [(rule, check) for rule, check in checks if check.spec.needs_contexts == needs]
        if group:
            yield group


def _find_group(program: Program, checks: Sequence[tuple[Rule, Check]]) -> bytes:
    return _ENCODER.encode([list(check.run(program, rule)) for rule, check in checks])
