"""What one visit costs, counted inside this process: statements, rows built, bytes, and the processor's time."""

import resource
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from unittest.mock import patch
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.db.models import Model
from django.test import Client

from reviews.bench.visits import Visit

FORM = "application/x-www-form-urlencoded"
ANSWERS = (200, 302)


class Unanswered(Exception):
    """The page answered with something else than a page."""


@dataclass(frozen=True)
class Cost:
    """`most_repeated`: how often the statement ran that ran most often, whatever its values."""

    queries: int
    models_built: int
    most_repeated: int
    bytes: int


def cost(visit: Visit) -> Cost:
    with _statements() as statements, _instances() as built:
        answer = pay(visit)
    return Cost(sum(statements.values()), built.total(), max(statements.values(), default=0), len(answer.content))


def least_ms(visit: Visit, *, rounds: int = 25) -> tuple[float, float]:
    """The least that the visit took of the processor, and in all with its database: what disturbs it only ever adds."""
    taken, waited = [], []
    for _ in range(rounds):
        began, looked = time.process_time(), time.perf_counter()
        pay(visit)
        taken.append(time.process_time() - began)
        waited.append(time.perf_counter() - looked)
    return min(taken) * 1000, min(waited) * 1000


def peak_mib() -> float:
    """The most memory that this process held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def pay(visit: Visit):
    """Make the visit as a browser would, forgery check included. Raises: Unanswered."""
    client = Client(enforce_csrf_checks=True, SERVER_NAME=urlsplit(settings.SITE_URL).hostname)
    client.cookies.load(visit.cookie)
    headers = {"referer": f"{settings.SITE_URL}{visit.path}"}
    answer = client.generic(visit.method, visit.path, visit.body, FORM, secure=settings.HTTPS, headers=headers)
    if answer.status_code not in ANSWERS:
        raise Unanswered(f"{visit.method} {visit.path} answered {answer.status_code}.")
    return answer


@contextmanager
def _statements() -> Iterator[Counter]:
    seen: Counter[str] = Counter()

    def note(execute, sql, *rest):
        seen[sql] += 1
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        yield seen


@contextmanager
def _instances() -> Iterator[Counter]:
    """Rows of the database that became objects, by model."""
    seen: Counter[str] = Counter()
    genuine = Model.__dict__["from_db"].__func__

    def from_db(model, *row):
        seen[model.__name__] += 1
        return genuine(model, *row)

    with patch.object(Model, "from_db", classmethod(from_db)):
        yield seen
