"""Who reads which submission, and how far they are: pure, from numbers alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from reviews.models import READABLE
from submissions.states import State

REVIEWERS, READINGS = 20, 3
QUEUES = (50, 250)  # the first reviewers have exactly so many to do; the others share the rest evenly
CYCLE = 12  # of so many submissions two are in other hands; readers have ten before them
SETTLED = {5: State.RETURNED, 11: State.DECIDED}
SUBMITTED_EVERY = 5  # of those ten, so many have not been opened


class Progress(Enum):
    FINISHED = auto()
    STARTED = auto()
    WAITING = auto()


@dataclass(frozen=True)
class Reading:
    """One reader's share; `reader` counts from 0."""

    reader: int
    progress: Progress


@dataclass(frozen=True)
class Share:
    """One submission, `number` counted from 0: its state, and who reads it."""

    number: int
    state: State
    readings: tuple[Reading, ...]


def shares(count: int) -> Iterator[Share]:
    """The first so many submissions, always the same."""
    readable = turn = 0
    for number in range(count):
        state = _state(number, readable)
        is_readable = state in READABLE
        first = [queue for queue, length in enumerate(QUEUES) if is_readable and readable < length]
        others = range(turn, turn + READINGS - len(first))
        turn = others.stop
        readers = [*first, *(len(QUEUES) + other % (REVIEWERS - len(QUEUES)) for other in others)]
        readings = tuple(Reading(reader, _progress(state, reader, readable + n)) for n, reader in enumerate(readers))
        readable += is_readable
        yield Share(number, state, readings)


def queue_lengths(count: int) -> tuple[int, ...]:
    """How many the first reviewers have to do; fewer than `QUEUES` where too few submissions lie before readers."""
    readable = sum(share.state in READABLE for share in shares(min(count, 2 * max(QUEUES))))
    return tuple(min(length, readable) for length in QUEUES)


def _state(number: int, readable: int) -> State:
    if number % CYCLE in SETTLED:
        return SETTLED[number % CYCLE]
    return State.IN_REVIEW if readable % SUBMITTED_EVERY else State.SUBMITTED


def _progress(state: State, reader: int, turn: int) -> Progress:
    """In a review that goes on, one reader has finished, one has started, one has not; long queues stay as long."""
    if state == State.DECIDED:
        return Progress.FINISHED
    if state != State.IN_REVIEW:
        return Progress.WAITING
    if reader < len(QUEUES):
        return Progress.STARTED if turn % 3 == 0 else Progress.WAITING
    return tuple(Progress)[turn % 3]
