"""The states in which reviewers, second readers and admins find their pages, in one list; reached by what people do.

Ben and Una read for the cohort, Sue settles what they differ on, Cleo leads it. Ada handed in the first submission.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from cohorts import importing, reminder_rules
from cohorts.models import Cohort
from microcred import clock
from microcred.models import User
from reviews import corrections, decisions, scoring, settling
from reviews.exports import jobs
from reviews.exports.models import Export
from reviews.models import Assignment, Decision, Review
from submissions import notes, workflow
from submissions.models import Submission
from submissions.states import State
from tests.support import calibrating, factories, reviewing
from tests.support.states import GUIDE, MORE
from tests.support.submitting import AFTER_ALL, add, submission_in

NOW = AFTER_ALL + timedelta(hours=6)
WIDTHS = (1280, 820, 390)
ROSTER = "E-mail\tLast name\tFirst name\n{}\tOrtiz\tLena\nomar@example.org\tHaddad\tOmar\n"


@dataclass
class Desk:
    cohort: Cohort
    cleo: User
    ben: User
    una: User
    sue: User

    @classmethod
    def opens(cls) -> "Desk":
        cleo, ben, una, sue = (factories.person(name, "Reader") for name in ("Cleo", "Ben", "Una", "Sue"))
        cohort = factories.cohort(opened_by=cleo, readers_per_submission=2, slug="fall")
        for person, role in ((cleo, "admin"), (ben, "reviewer"), (una, "reviewer"), (sue, "second_reader")):
            factories.staff(cohort, person, role)
        return cls(cohort, cleo, ben, una, sue)

    def hands_in(self, first="Ada", last="Ward") -> Submission:
        return submission_in(State.SUBMITTED, cohort=self.cohort, person=factories.person(first, last))

    def now(self) -> Submission:
        """Ada's."""
        return Submission.objects.get(pk=self.cohort.enrollments.get(person__first_name="Ada").submission.pk)

    def reads(self, reader: User, rank: int = 3) -> Review:
        """All that Ada handed in; its first row gets that level."""
        return reviewing.reviewed(self.now(), reader, ranks={1: rank})

    def is_decided(self) -> Decision:
        self.agree(2)
        return decisions.decide(self.now(), by=self.cleo)

    def agree(self, rank: int = 3) -> None:
        self.hands_in()
        self.reads(self.ben, rank)
        self.reads(self.una, rank)

    def settlement(self) -> Assignment:
        return Assignment.objects.settling().standing().with_submission().get(submission=self.now())


# How each is reached -------------------------------------------------------------------------------------------------
def nothing(desk: Desk) -> None:
    pass


def wait_for_readers(desk: Desk) -> None:
    """Ben has begun the first; nobody has the second."""
    desk.hands_in()
    desk.hands_in("Bo", "Baker")
    half = reviewing.started(reviewing.assigned(desk.now(), desk.ben))
    reviewing.score(half, 1, 2, comment="", private_note="Read it once more.")


def agree(desk: Desk) -> None:
    desk.agree()


def differ(desk: Desk) -> None:
    desk.hands_in()
    desk.reads(desk.ben)
    desk.reads(desk.una, 1)


def is_reopened(desk: Desk) -> None:
    desk.hands_in()
    scoring.reopen_review(desk.reads(desk.ben, 2), by=desk.ben)


def one_thinks_again(desk: Desk) -> None:
    differ(desk)
    scoring.reopen_review(Review.objects.get(assignment__reviewer=desk.una), by=desk.una)


def is_settled(desk: Desk) -> None:
    differ(desk)
    review = reviewing.started(desk.settlement())
    reviewing.score(review, 1, 2, private_note="Named, and not shown.")
    settling.settle(desk.settlement(), by=desk.sue)


def is_decided(desk: Desk) -> None:
    desk.is_decided()


def waits_for_its_day(desk: Desk) -> None:
    decision = desk.is_decided()
    decisions.schedule([decision], at=clock.now() + timedelta(days=2), by=decision.made_by)
    reminder_rules.pause(desk.cohort, by=desk.cleo)


def is_released(desk: Desk) -> None:
    decisions.release(desk.is_decided(), by=desk.cleo)


def comes_back(desk: Desk) -> None:
    """With another answer to the first of two questions, and what she says of it."""
    is_released(desk)
    add(desk.now().documents.get(required__key=GUIDE), answers={"L2-RG-Q1": MORE})
    notes.keep(desk.now(), {row.pk: "What our team did." for row in desk.now().current_round.criteria.all()})
    workflow.submit(desk.now(), by=desk.now().enrollment.person, at=clock.now())


def rows_are_read(desk: Desk) -> None:
    importing.begin(desk.cohort, ROSTER.format("lena@example.org"), by=desk.cleo)


def a_row_is_wrong(desk: Desk) -> None:
    importing.begin(desk.cohort, ROSTER.format("lena@example"), by=desk.cleo)


def rows_are_added(desk: Desk) -> None:
    rows_are_read(desk)
    begun = desk.cohort.imports.get()
    importing.finish(begun, by=desk.cleo, seen=importing.look(begun, by=desk.cleo).fingerprint)


@dataclass(frozen=True)
class Scene:
    """`who` sits at which desk; `pages` are addresses, in which {n} is Ada's submission and {ref} the import.

    `press`: a button that is pressed on the last page, for what only an answer shows.
    """

    name: str
    who: str
    set_up: Callable[[Desk], None]
    pages: tuple[str, ...]
    press: str = ""

    def __str__(self) -> str:
        return self.name

    def reach(self) -> Desk:
        desk = Desk.opens()
        self.set_up(desk)
        return desk

    def addresses(self, desk: Desk) -> list[str]:
        ada = desk.cohort.enrollments.filter(person__first_name="Ada").first()
        begun = desk.cohort.imports.first()
        known = {"n": ada and ada.submission.number, "ada": ada and ada.ref, "ref": begun and begun.ref}
        return [page.replace("~", "/cohorts/fall").format(**known) for page in self.pages]


SCENES = (
    Scene("nothing to review", "ben", nothing, ("/review/", "/review/by-question/", "/review/comments/")),
    Scene("half scored", "ben", wait_for_readers, ("/review/", "/review/{n}/", "/review/{n}/finish/"), press="Finish"),
    Scene("finished", "ben", agree, ("/review/", "/review/{n}/finish/", "/review/done/")),
    Scene("reopened", "ben", is_reopened, ("/review/{n}/",)),
    Scene("the other differs", "ben", differ, ("/review/{n}/finish/",)),
    Scene("revised", "ben", comes_back, ("/review/", "/review/{n}/", "/review/{n}/versions/1/")),
    Scene("nothing to settle", "sue", nothing, ("/settle/",)),
    Scene("to settle", "sue", differ, ("/settle/", "/settle/{n}/"), press="Settle and send to decisions"),
    Scene("a reader is at it again", "sue", one_thinks_again, ("/settle/", "/settle/{n}/")),
    Scene("settled", "sue", is_settled, ("/settle/", "/settle/{n}/")),
    Scene("a cohort without people", "cleo", nothing,
          ("~/", "~/people/", "~/reviews/", "~/decisions/", "~/reminders/", "~/calendar/1/attendance/")),
    Scene("to be assigned", "cleo", wait_for_readers, ("~/", "~/people/", "~/reviews/", "~/reviews/plan/")),
    Scene("the readers differ", "cleo", differ, ("~/decisions/", "~/decisions/{n}/", "/settle/{n}/")),
    Scene("to be decided", "cleo", agree, ("~/", "~/decisions/", "~/decisions/{n}/")),
    Scene("decided", "cleo", is_decided,
          ("~/decisions/", "~/decisions/{n}/letter/", "~/decisions/letters/?n={n}", "~/decisions/release/?n={n}")),
    Scene("scheduled, and paused", "cleo", waits_for_its_day, ("~/decisions/", "~/decisions/{n}/", "~/reminders/")),
    Scene("released", "cleo", is_released, ("~/decisions/?show=released", "~/decisions/{n}/", "~/people/{ada}/")),
    Scene("a row is wrong", "cleo", a_row_is_wrong, ("~/people/import/{ref}/",), press="Continue"),
    Scene("rows were read", "cleo", rows_are_read, ("~/people/import/{ref}/confirming/",)),
    Scene("rows were added", "cleo", rows_are_added, ("~/people/import/{ref}/result/", "~/people/")),
)  # fmt: skip


# One term, walked through once --------------------------------------------------------------------------------------
def asks_for_a_sample(desk: Desk) -> None:
    calibrating.draft(desk.cohort.edition, by=desk.cleo, title="Draft")
    calibrating.published(desk.cohort.edition, by=desk.cleo)
    Cohort.objects.update(calibration_percent=80)


def _tries(desk: Desk, rank: int) -> None:
    cohort = Cohort.objects.get()
    sample = cohort.edition.samples.offered().get()
    calibrating.attempted(sample, desk.ben, cohort, ranks=dict.fromkeys(range(1, 10), rank))


def fails(desk: Desk) -> None:
    _tries(desk, 1)


def passes(desk: Desk) -> None:
    _tries(desk, 3)


def begins_to_read(desk: Desk) -> None:
    """Nobody is asked for a sample any more; the two readers differ, and what is settled goes out."""
    Cohort.objects.update(calibration_percent=None)
    is_settled(desk)
    another = desk.hands_in("Bo", "Baker")
    reviewing.reviewed(another, desk.ben)
    reviewing.reviewed(another, desk.una, ranks={1: 2})
    decision = decisions.decide(desk.now(), by=desk.cleo)
    decisions.release(decision, by=desk.cleo)


def corrects(desk: Desk) -> None:
    said = {"subject": "About your letter", "letter": "Dear {{ first_name }}, the day was wrong. {{ link }}"}
    corrections.send(Decision.objects.select_related("submission").get(), by=desk.cleo, **said)


def asks_for_exports(desk: Desk) -> None:
    jobs.ask(desk.cohort, kind="roster", form="csv", by=desk.cleo)


def gets_one(desk: Desk) -> None:
    jobs.make(Export.objects.get())


def gets_none(desk: Desk) -> None:
    failed = jobs.ask(desk.cohort, kind="scores", form="csv", by=desk.cleo)
    Export.objects.filter(pk=failed.pk).update(failed_at=clock.now(), tries=3)


@dataclass(frozen=True)
class Step:
    """What is done next, and where `who` looks then; {decision} and {export} are the last ones."""

    name: str
    who: str
    act: Callable[[Desk], None]
    pages: tuple[str, ...]

    def addresses(self) -> list[str]:
        decision, export = Decision.objects.first(), Export.objects.order_by("pk").last()
        known = {
            "decision": decision and f"~/decisions/{decision.submission.number}/letters/{decision.pk}",
            "export": export and export.ref,
        }
        return [page.format(**known).replace("~", "/cohorts/fall") for page in self.pages]


TERM = (
    Step("nothing yet", "cleo", nothing,
         ("~/reviews/agreement/", "~/reviews/samples/", "~/reviews/second-reads/", "~/exports/", "~/log/?q=nobody")),
    Step("a sample is asked for", "cleo", asks_for_a_sample, ("~/reviews/samples/", "~/reviews/samples/1/")),
    Step("and is open", "ben", nothing, ("/review/samples/", "/review/samples/fall/2/")),
    Step("and failed", "ben", fails, ("/review/samples/", "/review/samples/fall/2/1/")),
    Step("and passed", "ben", passes, ("/review/samples/",)),
    Step("few are read", "cleo", begins_to_read,
         ("~/reviews/agreement/", "~/reviews/samples/", "{decision}/correction/", "~/decisions/")),
    Step("a letter is corrected", "cleo", corrects, ("{decision}/correction/", "~/log/", "~/log/?kind=reviews")),
    Step("an export is made", "cleo", asks_for_exports, ("~/exports/", "~/exports/{export}/")),
    Step("it is ready", "cleo", gets_one, ("~/exports/{export}/",)),
    Step("another failed", "cleo", gets_none, ("~/exports/", "~/exports/{export}/")),
)  # fmt: skip
