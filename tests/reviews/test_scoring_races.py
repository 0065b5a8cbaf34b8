"""Two tabs, and fifty at once: nothing is overwritten that was not seen, and who loses is told and keeps the text."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import combinations, product
from threading import Barrier

import pytest
from django.db import connection

from badges.models import Criterion
from reviews import scoring
from reviews.models import Assignment, Review, Score
from reviews.scoring import Entry
from submissions.states import State
from tests.support import reviewing
from tests.support.submitting import submission_in

SCRIPT = ("load", "save", "save", "settle")
STEPS = 2 * len(SCRIPT)
SCHEDULES = ["".join("A" if at in a else "B" for at in range(STEPS)) for a in combinations(range(STEPS), len(SCRIPT))]
SETTLES = ("keep mine", "use the other")
BEGINS = ("", "There before.")
SAYS = ("their own", "the same")


@dataclass(frozen=True)
class Case:
    """Whose turn it is in each step, what each tab chooses where it is told of a clash, and the words that meet."""

    schedule: str
    of_a: str
    of_b: str
    begins: str
    says: str

    @property
    def settles(self):
        return {"A": self.of_a, "B": self.of_b}

    def act(self, step):
        """What the tab does whose turn it is: the act, which of its saves it would be, and this case."""
        nth = self.schedule[:step].count(self.schedule[step])
        return SCRIPT[nth], nth, self


CASES = [Case(*parts) for parts in product(SCHEDULES, SETTLES, SETTLES, BEGINS, SAYS)]


@dataclass
class Row:
    """One row as a tab shows it: the version it carries, the texts seen in it, and what stands in the field."""

    version: int = 0
    seen: set[str] = field(default_factory=set)
    typed: str = ""
    clash: Score | None = None
    was_told: bool = False


class Tab:
    """One tab of the scoring page, on every row at once; each row plays another case."""

    def __init__(self, name, review, criteria):
        self.name, self.review, self.criteria = name, review, criteria
        self.rows = {}

    def act(self, acts):
        """What this tab does now, by row: `load`, `save` or `settle`, and the case that the row plays."""
        now = stored(self.review, self.criteria)
        for key, (act, _, _) in acts.items():
            if act == "load":
                version, text = now[key]
                self.rows[key] = Row(version, {text}, text)
        self.save({key: self.words(case, nth) for key, (act, nth, case) in acts.items() if act == "save"})
        self.settle({key: case.settles[self.name] for key, (act, _, case) in acts.items() if act == "settle"})

    def save(self, texts):
        """Send `texts`; check what the answer to each row says against what is stored before and after."""
        if not texts:
            return
        before = stored(self.review, self.criteria)
        entries = [Entry(self.criteria[key], None, text, version=self.rows[key].version) for key, text in texts.items()]
        clashes = {one.score.criterion_id: one.score for one in scoring.save_all(self.review, entries)}
        after = stored(self.review, self.criteria)
        for key, text in texts.items():
            row = self.rows[key]
            row.typed, row.clash = text, clashes.get(key)
            if row.clash:
                row.was_told = True
                assert after[key] == before[key]
                assert row.clash.comment == after[key][1] != text
            else:
                assert after[key][1] == text
                assert before[key][1] in row.seen | {text}, "a text was overwritten that nobody here had seen"
                row.version = after[key][0]
            row.seen.add(after[key][1])

    def settle(self, choices):
        """Choose where the last save was refused; the text in the field is still there to be kept."""
        told = {key: choice for key, choice in choices.items() if self.rows[key].clash}
        for key, choice in told.items():
            row = self.rows[key]
            row.version = row.clash.version
            if choice == "use the other":
                row.typed = row.clash.comment
        self.save({key: self.rows[key].typed for key in told})

    def words(self, case, nth):
        """What is typed for the nth time; in some cases the tabs say the same, in other order."""
        if case.says == "their own":
            return f"From {self.name}, {nth}."
        return f"From both, {nth if self.name == 'A' else 3 - nth}."


def stored(review, criteria):
    """Of each row the version and the text."""
    found = review.scores.values_list("criterion", "version", "comment")
    return dict.fromkeys(criteria, (0, "")) | {key: (version, text) for key, version, text in found}


@pytest.mark.django_db
def test_in_a_thousand_interleavings_of_two_tabs_no_words_are_lost():
    """The rubric has a row for each case; in every step each row moves the tab whose turn it is there."""
    review = reviewing.started(reviewing.assigned(submission_in(State.SUBMITTED)))
    guide = Criterion.objects.filter(document__is_scored=True).first().document
    made = [Criterion(document=guide, key=f"case{n}", title=f"Case {n}", position=10 + n) for n in range(len(CASES))]
    criteria = {row.pk: row for row in Criterion.objects.bulk_create(made)}
    cases = dict(zip(criteria, CASES, strict=True))
    scoring.save_all(review, [Entry(criteria[key], None, case.begins) for key, case in cases.items()])
    tabs = Tab("A", review, criteria), Tab("B", review, criteria)

    for step in range(STEPS):
        for tab in tabs:
            tab.act({key: case.act(step) for key, case in cases.items() if case.schedule[step] == tab.name})

    assert len(CASES) > 1000
    assert sum(row.was_told for tab in tabs for row in tab.rows.values()) > len(CASES) / 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_fifty_first_saves_at_once_one_counts_and_the_others_are_told():
    """Fifty tabs, opened before anything was scored, save the same row in the same moment."""
    if connection.vendor != "postgresql":
        pytest.skip("shows what PostgreSQL's locks do")
    given = reviewing.assigned(submission_in(State.SUBMITTED))
    row = Criterion.objects.filter(document__is_scored=True).first()
    barrier = Barrier(50)

    def save(number):
        assignment = Assignment.objects.with_submission().get(pk=given.pk)
        barrier.wait(timeout=30)
        try:
            return [
                clash.score.comment
                for clash in scoring.keep(assignment, [Entry(row, None, f"From tab {number}.")], by=given.reviewer)
            ]
        finally:
            connection.close()

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(save, range(50)))

    kept = Score.objects.get()
    assert (Review.objects.count(), kept.version, kept.history.count()) == (1, 1, 1)
    assert Counter(map(tuple, answers)) == {(): 1, (kept.comment,): 49}
    assert answers[int(kept.comment.removeprefix("From tab ").removesuffix("."))] == []
    assert given.submission.events.filter(move="start_review").count() == 1
