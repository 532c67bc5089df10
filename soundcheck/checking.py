"""Stage 5 run: checks of single files from what was seen of them before, the others abreast."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from hashlib import blake2b
from itertools import chain
from typing import NamedTuple

import msgspec

from soundcheck.catalog import Rule
from soundcheck.checks import check_of
from soundcheck.checks.kinds import Check, FileCheck
from soundcheck.finding import Finding
from soundcheck.program import Program


class Memory(NamedTuple):
    """What runs before made of files, for as long as the bytes of a file stay, and more.

    Of ``looks`` the code of the checks stays, of ``supplies`` all names, types and signatures.
    Both functions take one of these words, what else all rests on, and paths, or values by path.
    """

    recall: Callable[[str, bytes, Sequence[str]], Mapping[str, bytes]]
    keep: Callable[[str, bytes, Mapping[str, bytes]], None]


NO_MEMORY = Memory(lambda _what, _rest, _paths: {}, lambda _what, _rest, _values: None)


class Task(NamedTuple):
    """Work that gives bytes, and the paths of the files that it goes through."""

    work: Callable[[], bytes]
    paths: Collection[str]


Spread = Callable[[Sequence[Task]], Sequence[bytes]]
"""What tasks give, from one process or several; of those with the most files, the first is done
in this one."""

_ENCODER = msgspec.msgpack.Encoder()
_LOOKS = msgspec.msgpack.Decoder(dict[str, bytes])


def one_by_one(tasks: Sequence[Task]) -> list[bytes]:
    """Do tasks here, in turn."""
    return [task.work() for task in tasks]


def find(
    program: Program, rules: Sequence[Rule], memory: Memory, spread: Spread
) -> Iterator[Finding]:
    """The findings of all rules but those of late checks, by rule, in the order of ``rules``."""
    checks = [(rule, check_of(rule.check)) for rule in rules]
    single = [(rule, check) for rule, check in checks if isinstance(check, FileCheck)]
    whole = [(rule, check) for rule, check in checks if isinstance(check, Check)]
    guided = [one for one in whole if one[1].spec.needs_contexts]
    plain = [one for one in whole if not one[1].spec.needs_contexts]
    named = repr([rule for rule, _ in single]).encode("utf-8", "surrogatepass")
    asked = blake2b(named, digest_size=20).digest()
    paths = tuple(program.paths) if single else ()
    known = memory.recall("looks", asked, paths)
    groups = [Task(partial(_find_group, program, plain), program.paths)] if plain else []
    # Contexts are for this process to have: from it come those that do what rests on them.
    contexts = [Task(partial(_infer, program), program.paths)] if guided else []
    # All ask which items there are: that is found out before the work is spread.
    next(program.items(), None)
    results = spread([*contexts, *groups, *_look_tasks(program, single, paths, known)])
    results = results[len(contexts) :]
    looks: dict[str, bytes] = {}
    for result in results[len(groups) :]:
        looks.update(_LOOKS.decode(result))
    new = {path: one for path, one in looks.items() if known.get(path) != one}
    memory.keep("looks", asked, new)
    found = dict(_conclude(program, single, looks))
    parts = [_PART.decode(result) for result in results[: len(groups)]]
    found.update(_by_rule(plain, parts))
    by_check = _by_check(guided)
    results = spread([Task(partial(_find_group, program, one), program.paths) for one in by_check])
    more = [_PART.decode(result) for result in results]
    found.update(_by_rule(chain.from_iterable(by_check), more))
    supplies = [part.supplies for part in (*parts, *more)]
    memory.keep("supplies", b"", {path: one for part in supplies for path, one in part.items()})
    for rule in rules:
        yield from found.get(rule.name, ())


# -- file by file ------------------------------------------------------------------------------

# Several, so that who is done early takes the next; few, since each process has to begin.
_SHARES = 8
# With no more to look at than this, one process has it done before a second one has begun.
_FEW = 10
# The hash of what a look rests on besides its file, in bytes, before what was seen.
_REST = 20


def _look_tasks(
    program: Program,
    checks: Sequence[tuple[Rule, FileCheck]],
    paths: Sequence[str],
    known: Mapping[str, bytes],
) -> Iterator[Task]:
    look = _looks(program, checks, known)
    shares = _SHARES if len(paths) - len(known) > _FEW else 1
    for i in range(shares):
        if share := paths[i::shares]:
            yield Task(partial(look, share), [path for path in share if path not in known])


def _looks(
    program: Program, checks: Sequence[tuple[Rule, FileCheck]], known: Mapping[str, bytes]
) -> Callable[[Sequence[str]], bytes]:
    """What gives for some files what each check sees there, behind a hash of what that rests on."""

    @cache
    def around() -> tuple[list[object], bytes]:
        values = [check.around(program, rule) for rule, check in checks]
        digest = blake2b(digest_size=20)
        for value in values:
            digest.update(repr(_in_order(value)).encode("utf-8", "surrogatepass"))
        return values, digest.digest()

    def look(path: str) -> bytes:
        view = program.only(path)
        parts = zip(checks, around()[0], strict=True)
        seen = [list(check.look(view, rule, value)) for (rule, check), value in parts]
        return _ENCODER.encode(seen)

    def look_at(paths: Sequence[str]) -> bytes:
        looks: dict[str, bytes] = {}
        for path in paths:
            rest = blake2b(around()[1] + _place_of(program, path), digest_size=_REST).digest()
            kept = known.get(path, b"")
            looks[path] = kept if kept.startswith(rest) else rest + look(path)
        return _ENCODER.encode(looks)

    return look_at


def _conclude(
    program: Program, checks: Sequence[tuple[Rule, FileCheck]], looks: Mapping[str, bytes]
) -> Iterator[tuple[str, Iterable[Finding]]]:
    """The findings by rule, from what was seen in each file."""
    split = msgspec.msgpack.Decoder(list[msgspec.Raw])
    by_file = {path: split.decode(looks[path][_REST:]) for path in program.paths if looks}
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


def _infer(program: Program) -> bytes:
    """Make the contexts and the items, which a program keeps, for what rests on both."""
    assert program.contexts is not None
    for path in program.paths:
        program.items(path)
    return b""


def _by_check(
    checks: Sequence[tuple[Rule, Check]],
) -> list[list[tuple[Rule, Check]]]:
    """Rules of one check together: they share what takes long."""
    groups: dict[str, list[tuple[Rule, Check]]] = {}
    for rule, check in checks:
        groups.setdefault(rule.check, []).append((rule, check))
    return list(groups.values())


class _Part(msgspec.Struct, array_like=True):
    """What some checks found, rule by rule, and what became known of files on the way."""

    findings: list[list[Finding]]
    supplies: dict[str, bytes]


_PART = msgspec.msgpack.Decoder(_Part)


def _find_group(program: Program, checks: Sequence[tuple[Rule, Check]]) -> bytes:
    findings = [list(check.run(program, rule)) for rule, check in checks]
    return _ENCODER.encode(_Part(findings, program.supplies.new()))


def _by_rule(
    checks: Iterable[tuple[Rule, Check]], parts: Iterable[_Part]
) -> Iterator[tuple[str, Iterable[Finding]]]:
    """The findings by rule, from parts in the order of the checks."""
    found = chain.from_iterable(part.findings for part in parts)
    for (rule, _), findings in zip(checks, found, strict=True):
        yield rule.name, findings
