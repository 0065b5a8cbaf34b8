"""Who sits where: as many places filled as can be, nobody with much more than the others.

Each work wants some different people out of those who may take it; each person takes so many. A place is filled by the
least loaded person who can be reached, if need be by moving what was planned before (an augmenting path). That fills
the most places there can be, and leaves no exchange that would balance the loads better.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Work:
    """What wants `places` people out of `may`, beside those whom it `has`; those of `rather` go first."""

    key: int
    places: int
    may: tuple[int, ...]
    rather: frozenset[int] = frozenset()
    has: int = 0


@dataclass
class Desk:
    """A person who has `has` works and takes up to `takes`."""

    takes: int
    has: int = 0

    @property
    def has_room(self) -> bool:
        return self.has < self.takes

    @property
    def load(self) -> tuple[float, int]:
        """How full it would be with one more, measured by what it takes."""
        return (self.has + 1) / self.takes, self.has


@dataclass
class Seating:
    """The places filled so far; `holders` says who has each work, in the order in which they got it."""

    works: Mapping[int, Work]
    desks: Mapping[int, Desk]
    holders: dict[int, list[int]] = field(default_factory=dict)
    kept: set[tuple[int, int]] = field(default_factory=set)
    movable: dict[tuple[int, int], dict[int, None]] = field(default_factory=dict)

    def seat_favourites(self) -> None:
        """Give works to those who should rather have them; they are moved for a place that stays empty otherwise."""
        for work in self.works.values():
            for person in [one for one in work.may if one in work.rather][: work.places]:
                if self.desks[person].has_room:
                    self.desks[person].has += 1
                    self.kept.add((work.key, person))
                    self._held(work, [*self.holders.get(work.key, ()), person])

    def fill(self, work: Work) -> bool:
        """One more person for `work`; false when nobody can have it, however the others move."""
        if self._fill(work):
            return True
        if not self.kept:
            return False
        released = {key for key, _ in self.kept}
        self.kept.clear()
        for key in released:
            self._held(self.works[key], self.holders[key])
        return self._fill(work)

    def _fill(self, work: Work) -> bool:
        path = self._path([person for person in work.may if person not in self.holders.get(work.key, ())])
        if not path:
            return False
        self.desks[path[-1]].has += 1
        for giver, taker in reversed(list(zip(path, path[1:], strict=False))):
            moved = self.works[next(iter(self.movable[giver, taker]))]
            self._held(moved, [taker if one == giver else one for one in self.holders[moved.key]])
        self._held(work, [*self.holders.get(work.key, ()), path[0]])
        return True

    def _path(self, first: Sequence[int]) -> list[int]:
        """From one of `first` to the least loaded person with room, each giving one work to the next."""
        came_from: dict[int, int | None] = dict.fromkeys(first)
        reached = list(first)
        for person in reached:
            for other in self.desks:
                if other not in came_from and self.movable.get((person, other)):
                    came_from[other] = person
                    reached.append(other)
        with_room = [person for person in reached if self.desks[person].has_room]
        if not with_room:
            return []
        path = [min(with_room, key=lambda person: self.desks[person].load)]
        while (before := came_from[path[-1]]) is not None:
            path.append(before)
        return path[::-1]

    def _held(self, work: Work, holders: list[int]) -> None:
        """Write down who has `work` now, and to whom each of them could give it."""
        for person in self.holders.get(work.key, ()):
            for other in work.may:
                self.movable.get((person, other), {}).pop(work.key, None)
        self.holders[work.key] = holders
        for person in holders:
            if (work.key, person) not in self.kept:
                for other in work.may:
                    if other not in holders:
                        self.movable.setdefault((person, other), {})[work.key] = None


def seated(works: Iterable[Work], desks: Mapping[int, Desk]) -> dict[int, list[int]]:
    """Who takes each work, by its key. A first person for everything goes before anybody's second."""
    by_key = {work.key: work for work in works}
    seating = Seating(by_key, desks)
    seating.seat_favourites()
    most = max((work.has + work.places for work in by_key.values()), default=0)
    for number in range(most):
        for work in by_key.values():
            if work.has + len(seating.holders.get(work.key, ())) == number < work.has + work.places:
                seating.fill(work)
    return seating.holders
