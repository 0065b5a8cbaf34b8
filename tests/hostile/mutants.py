"""Good files with something wrong: the same number always gives the same file.

`python -m tests.hostile.mutants FIRST COUNT` examines so many of them in one process with limits, and prints what
became of them as JSON.
"""

import json
import logging
import random
import re
import resource
import sys
import tempfile
import time
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path

from badges.word import package
from submissions import checks
from submissions.checks.child import peak_mib
from tests.hostile import links, parts, raw, zips
from tests.submissions.checks import papers

MEMORY_BYTES = 512 << 20
_ODD = (
    b"",
    b"\0",
    b"<",
    b">",
    b"&",
    b"&#0;",
    b"\xff",
    b"]]>",
    b"<!--",
    b"<?",
    b"-1",
    b"99999999999",
    b"\xf0\x9d\x92\xb3",
)
_TAG = re.compile(rb"<[^<>]*>")


@cache
def good() -> tuple[bytes, ...]:
    """What mutants are made of."""
    return (
        papers.filled(),
        papers.filled(lose_tags=True),
        links.strict(),
        zips.through_python(),
        raw.written(raw.entries_of(papers.filled()), zip64=True, comment=b"Saved by a program"),
        parts.rich(),
    )


def mutant(number: int) -> bytes:
    draw = random.Random(number)
    content = draw.choice(good())
    for _ in range(draw.choice((1, 1, 1, 2, 5))):
        content = draw.choice(_CHANGES)(draw, content)
    return content


# of the file as it lies there


def _flip(draw: random.Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(draw.randint(1, 8)):
        place = draw.randrange(len(changed) or 1)
        changed[place : place + 1] = bytes([changed[place] ^ 1 << draw.randrange(8)]) if changed else b"\1"
    return bytes(changed)


def _overwrite(draw: random.Random, content: bytes) -> bytes:
    place = draw.randrange(len(content) + 1)
    run = draw.choice((draw.randbytes(draw.randint(1, 64)), bytes(draw.randint(1, 300)), b"\xff" * 4))
    return content[:place] + run + content[place + len(run) :]


def _cut(draw: random.Random, content: bytes) -> bytes:
    return content[: draw.randrange(len(content) + 1)]


def _take_out(draw: random.Random, content: bytes) -> bytes:
    start, end = _range(draw, content)
    return content[:start] + content[end:]


def _repeat(draw: random.Random, content: bytes) -> bytes:
    start, end = _range(draw, content)
    return content[:end] + content[start:end] + content[end:]


def _splice(draw: random.Random, content: bytes) -> bytes:
    other = draw.choice(good())
    return content[: draw.randrange(len(content) + 1)] + other[draw.randrange(len(other)) :]


def _field(draw: random.Random, content: bytes) -> bytes:
    """One number in one header of the zip."""
    places = [found.start() for found in re.finditer(rb"PK(?:\x01\x02|\x03\x04|\x05\x06|\x06\x06|\x06\x07)", content)]
    if not places:
        return content
    place = draw.choice(places) + draw.randrange(4, 46, 2)
    number = draw.choice((0, 1, 8, 0x7FFF, 0xFFFF, draw.randrange(0x10000)))
    return content[:place] + number.to_bytes(2, "little") + content[place + 2 :]


def _range(draw: random.Random, content: bytes) -> tuple[int, int]:
    start = draw.randrange(len(content) + 1)
    return start, min(len(content), start + draw.choice((1, 4, 30, 400, 4_000)))


# of what is in it


def _in_part(change):
    """The change of one part's bytes, as a change of the file."""

    def of_file(draw: random.Random, content: bytes) -> bytes:
        inside = _inside(content)
        if not inside:
            return _flip(draw, content)
        name = draw.choice((papers.MAIN, draw.choice(sorted(inside))))
        return package.pack({**inside, name: change(draw, inside.get(name, b""))})

    return of_file


def _in_parts(change):
    """The change of all parts, as a change of the file."""

    def of_file(draw: random.Random, content: bytes) -> bytes:
        inside = _inside(content)
        return package.pack(change(draw, dict(inside))) if inside else _flip(draw, content)

    return of_file


def _inside(content: bytes) -> dict[str, bytes]:
    try:
        return package.unpack(content)
    except Exception:  # whatever an earlier change has broken
        return {}


def _insert(draw: random.Random, data: bytes) -> bytes:
    place = draw.randrange(len(data) + 1)
    return data[:place] + draw.choice(_ODD) + data[place + draw.choice((0, 1)) :]


def _value(draw: random.Random, data: bytes) -> bytes:
    """One attribute says something else."""
    found = list(re.finditer(rb'"[^"<>]*"', data))
    if not found:
        return data
    one = draw.choice(found)
    said = draw.choice(
        (b"", b"-1", b"4.5", b"99999999999", b"true", "９".encode(), b"x" * 5_000, draw.choice(found)[0][1:-1])
    )
    return data[: one.start()] + b'"' + said + b'"' + data[one.end() :]


def _tags(change):
    """The change of a list of tags and what stands between them, as a change of a part."""

    def of_part(draw: random.Random, data: bytes) -> bytes:
        places = [0, *(place for found in _TAG.finditer(data) for place in found.span()), len(data)]
        return b"".join(change(draw, [data[start:end] for start, end in pairwise(places)]))

    return of_part


def _drop_tag(draw: random.Random, tokens: list[bytes]) -> list[bytes]:
    del tokens[draw.randrange(len(tokens))]
    return tokens


def _swap_tags(draw: random.Random, tokens: list[bytes]) -> list[bytes]:
    one, other = draw.randrange(len(tokens)), draw.randrange(len(tokens))
    tokens[one], tokens[other] = tokens[other], tokens[one]
    return tokens


def _repeat_tags(draw: random.Random, tokens: list[bytes]) -> list[bytes]:
    start = draw.randrange(len(tokens))
    end = start + draw.choice((1, 2, 10, 100))
    return tokens[:end] + tokens[start:end] * draw.choice((1, 3, 50)) + tokens[end:]


def _move_element(draw: random.Random, tokens: list[bytes]) -> list[bytes]:
    """A whole element, somewhere else: well-formed, and in a place where nobody expects it."""
    starts = [at for at, token in enumerate(tokens) if re.match(rb"<[\w:]+[^/]*>$", token)]
    if not starts:
        return tokens
    start = draw.choice(starts)
    name, depth, end = re.match(rb"<([\w:]+)", tokens[start])[1], 0, start
    for end in range(start, len(tokens)):
        token = tokens[end]
        depth += bool(re.match(rb"<%s[ >]" % name, token)) and not token.endswith(b"/>")
        depth -= token == b"</%s>" % name
        if not depth:
            break
    element, rest = tokens[start : end + 1], tokens[:start] + tokens[end + 1 :]
    spots = [at for at, token in enumerate(rest) if token.startswith(b"<w:")] or [0]
    place = draw.choice(spots)
    return rest[:place] + element + rest[place:]


def _without(draw: random.Random, inside: dict[str, bytes]) -> dict[str, bytes]:
    del inside[draw.choice(sorted(inside))]
    return inside


def _doubled(draw: random.Random, inside: dict[str, bytes]) -> dict[str, bytes]:
    one, other = draw.choice(sorted(inside)), draw.choice(sorted(inside))
    inside[one] = inside[other]
    return inside


def _swapped(draw: random.Random, inside: dict[str, bytes]) -> dict[str, bytes]:
    one, other = draw.choice(sorted(inside)), draw.choice(sorted(inside))
    inside[one], inside[other] = inside[other], inside[one]
    return inside


def _renamed(draw: random.Random, inside: dict[str, bytes]) -> dict[str, bytes]:
    name = draw.choice(sorted(inside))
    inside[draw.choice((name.upper(), f"{name}.bin", name.removesuffix(".xml"), f"x/{name}"))] = inside.pop(name)
    return inside


_CHANGES = (
    _flip, _overwrite, _cut, _take_out, _repeat, _splice, _field, _field,
    *map(_in_part, (_flip, _overwrite, _cut, _take_out, _repeat, _insert, _insert, _value, _value, _value)),
    *(_in_part(_tags(change)) for change in (_drop_tag, _swap_tags, _repeat_tags, _move_element, _move_element)),
    *map(_in_parts, (_without, _doubled, _swapped, _renamed)),
)  # fmt: skip


# all of them


def examined(numbers: range) -> dict:
    """What became of these mutants: how many of each verdict, which ones we failed at and why, and the memory taken."""
    told, failed, early = Counter(), {}, 0.0
    log = _Kept()
    logging.getLogger("submissions.checks").addHandler(log)
    expectation, longest = papers.expectation(), 0.0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "received"
        for number in numbers:
            path.write_bytes(mutant(number))
            began = time.process_time()
            found = checks.examine_here(path, expectation)
            longest = max(longest, time.process_time() - began)
            told[found.verdict] += 1
            if log.said or found.findings[0].code == "read.failed":
                failed[number] = log.said.pop() if log.said else "no reason"
            early = early if number > numbers[len(numbers) // 4] else peak_mib()
    return {"told": told, "failed": failed, "early_mib": early, "peak_mib": peak_mib(), "longest": longest}


class _Kept(logging.Handler):
    def __init__(self):
        super().__init__()
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said[:] = [logging.Formatter().format(record)]


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    first, count = map(int, sys.argv[1:])
    print(json.dumps(examined(range(first, first + count))))
