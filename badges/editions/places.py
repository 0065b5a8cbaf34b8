"""Where a part stands in the plain form, and the form with that part put in, moved or taken out. Pure.

A place is a tuple of names and keys by turns: `("documents", "growth-plan", "prompts", "L2-GP-Q1")`. One that ends
in a name leads to a list; one that ends in a key leads to one of its entries. The empty place is the edition itself.
"""

from copy import deepcopy
from hashlib import sha256
from json import dumps

KEYS = {"prompts": "code"}  # what tells the entries of a list apart, where it is not `key`


def key_of(name):
    """By what the entries of the list `name` are told apart."""
    return KEYS.get(name, "key")


def free(stem, taken):
    """`stem`, or `stem-2` and so on: the first that is not in `taken`."""
    return next(key for key in [stem, *(f"{stem}-{number}" for number in range(2, 1000))] if key not in taken)


def listed(form, place):
    """The list at `place`. Raises: LookupError."""
    *above, name = place
    found = entry(form, above)[name]
    if not isinstance(found, list):
        raise LookupError(name)
    return found


def entry(form, place):
    """The entry at `place`. Raises: LookupError."""
    if not place:
        return form
    return listed(form, place[:-1])[_index(form, place)]


def _index(form, place):
    *above, key = place
    name = key_of(above[-1])
    keys = [part[name] for part in listed(form, above)]
    if key not in keys:
        raise LookupError(key)
    return keys.index(key)


def put(form, place, part):
    """The form with the fields of `part` at `place`; as the last entry of its list when there is none yet."""
    made = deepcopy(form)
    if not place or place[-1] in [each[key_of(place[-2])] for each in listed(made, place[:-1])]:
        entry(made, place).update(part)
    else:
        listed(made, place[:-1]).append({key_of(place[-2]): place[-1]} | part)
    return made


def moved(form, place, by):
    """The form with the entry at `place` so many steps further down its list; never past its ends."""
    made = deepcopy(form)
    rows, here = listed(made, place[:-1]), _index(made, place)
    rows.insert(min(max(here + by, 0), len(rows) - 1), rows.pop(here))
    return made


def without(form, place):
    """The form without the entry at `place`."""
    made = deepcopy(form)
    listed(made, place[:-1]).pop(_index(made, place))
    return made


def print_of(part):
    """A short text that changes when anything in `part` does."""
    return sha256(dumps(part, sort_keys=True, default=str).encode()).hexdigest()[:16]
