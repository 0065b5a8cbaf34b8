"""As many places filled as can be, evenly: against every possible seating of small cases."""

from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from reviews.balancing import Desk, Work, seated

PEOPLE = 3
MAY = st.sets(st.integers(0, PEOPLE - 1)).map(lambda people: tuple(sorted(people)))
WORKS = st.lists(st.tuples(st.integers(1, 2), MAY), min_size=1, max_size=4)
ROOMS = st.tuples(*[st.integers(0, 3)] * PEOPLE)


def works_of(wanted, **more):
    return [Work(key, places, may, **more) for key, (places, may) in enumerate(wanted)]


def every_seating(works, rooms):
    """All that keep to who may and to how many each takes."""
    choices = [
        [set(some) for count in range(work.places + 1) for some in combinations(work.may, count)] for work in works
    ]
    for seating in product(*choices):
        loads = [sum(person in some for some in seating) for person in range(PEOPLE)]
        if all(load <= room for load, room in zip(loads, rooms, strict=True)):
            yield seating, loads


def unevenness(loads, rooms):
    """How full everybody is, the fullest weighing most: each further work costs as much as the desk is full with it."""
    return sum(sum(range(1, load + 1)) / room for load, room in zip(loads, rooms, strict=True) if room)


@given(WORKS, ROOMS)
@settings(max_examples=60)
def test_no_seating_gives_more_works_a_first_person_or_fills_more_places(wanted, rooms):
    works = works_of(wanted)

    holders = seated(works, {person: Desk(room) for person, room in enumerate(rooms)})

    possible = [[len(some) for some in seating] for seating, _ in every_seating(works, rooms)]
    counts = [len(holders.get(work.key, ())) for work in works]
    assert sum(map(bool, counts)) == max(sum(map(bool, each)) for each in possible)
    assert sum(counts) == max(sum(each) for each in possible)


@given(WORKS, ROOMS)
@settings(max_examples=60)
def test_nobody_gets_what_they_may_not_or_more_than_they_take(wanted, rooms):
    works, desks = works_of(wanted), {person: Desk(room) for person, room in enumerate(rooms)}

    holders = seated(works, desks)

    assert all(set(people) <= set(works[key].may) for key, people in holders.items())
    assert all(len(set(people)) == len(people) <= works[key].places for key, people in holders.items())
    loads = [sum(person in people for people in holders.values()) for person in range(PEOPLE)]
    assert loads == [desk.has for desk in desks.values()]
    assert all(load <= room for load, room in zip(loads, rooms, strict=True))


@given(st.lists(MAY, min_size=1, max_size=4), ROOMS)
@settings(max_examples=60)
def test_no_seating_of_as_many_is_more_even(may, rooms):
    works = works_of([(1, some) for some in may])
    desks = {person: Desk(room) for person, room in enumerate(rooms)}

    holders = seated(works, desks)

    seats = {work.key: bool(holders.get(work.key)) for work in works}
    same = [
        loads
        for seating, loads in every_seating(works, rooms)
        if [bool(some) for some in seating] == [seats[work.key] for work in works]
    ]
    best = min(unevenness(loads, rooms) for loads in same)
    assert abs(unevenness([desk.has for desk in desks.values()], rooms) - best) < 1e-9


def test_a_favourite_goes_first_and_steps_back_for_a_place_that_stays_empty_otherwise():
    alone = [Work(1, 1, (7, 8), frozenset({7}))]
    crowded = [*alone, Work(2, 1, (7,))]

    assert seated(alone, {7: Desk(9, has=5), 8: Desk(9)}) == {1: [7]}
    assert seated(crowded, {7: Desk(1), 8: Desk(1)}) == {1: [8], 2: [7]}


def test_a_work_without_anybody_goes_before_a_second_person():
    works = [Work(1, 1, (7,), has=1), Work(2, 1, (7,))]

    assert seated(works, {7: Desk(1)}) == {2: [7]}
