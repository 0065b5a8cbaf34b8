"""Every state in which an applicant may find their pages, in one list, so that none is forgotten.

Each is reached by what people do. The cohort is the program's own Fall 2023 term; the applicant reads in Phoenix, so
that every date is said in two zones.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse

from badges.models import Award
from cohorts import extending, scheduling
from cohorts.models import Cohort, Enrollment
from microcred import clock
from reviews import decisions
from reviews.models import Decision
from submissions import notes, workflow
from submissions.models import Document, Submission, Version
from submissions.states import State
from tests.submissions.checks import papers
from tests.support import factories, reviewing
from tests.support.submitting import add, add_all, fill_guide

EASTERN = ZoneInfo("America/New_York")
PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
MORE = "We wrote terms of reference in October and finished the training schedule"
GUIDE, PLAN = "reflection-guide", "growth-plan"


def eastern(month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(2023, month, day, hour, minute, tzinfo=EASTERN)


EARLY, LATE_OCTOBER, IN_TIME, REVIEWED = eastern(10, 10), eastern(10, 30), eastern(11, 20), eastern(12, 9)


@dataclass
class Ada:
    """The applicant, and what she and the program do."""

    cohort: Cohort
    enrollment: Enrollment
    submission: Submission

    @classmethod
    def joins(cls) -> "Ada":
        cohort = factories.cohort()
        ada = factories.person("Ada", "Ward", zone="America/Phoenix")
        enrollment = factories.enrollment(cohort, ada)
        return cls(cohort, enrollment, workflow.begin(enrollment))

    @property
    def person(self):
        return self.enrollment.person

    def now(self) -> Submission:
        return Submission.objects.get(pk=self.submission.pk)

    def slot(self, key: str) -> Document:
        return self.now().documents.get(required__key=key)

    def submits(self) -> None:
        add_all(self.now(), at=clock.now())
        workflow.submit(self.now(), by=self.person, at=clock.now())

    def submits_in_time(self) -> None:
        with clock.fixed(IN_TIME):
            self.submits()

    def is_decided(self, *, first: int = 3, outcome: str | None = None) -> Decision:
        """Handed in in time, read by Ben, who gives the first row that rank; decided, not released."""
        self.submits_in_time()
        reader = factories.person("Ben", "Reader")
        reviewing.reviewed(self.now(), reader, ranks={1: first}, at=clock.now() - timedelta(hours=2))
        return decisions.decide(self.now(), by=self.cohort.opened_by, outcome=outcome)

    def is_told(self, **how) -> None:
        decisions.release(self.is_decided(**how), by=self.cohort.opened_by)

    def revises(self) -> None:
        """The first of two answers was asked for and is better; the plan is replaced as well."""
        self.is_told(first=2)
        add(self.slot(GUIDE), answers={"L2-RG-Q1": MORE})
        add(self.slot(PLAN), text="A plan that follows from what the readers wrote")
        notes.keep(self.now(), {row.pk: "What our team did." for row in self.now().current_round.criteria.all()})


@dataclass(frozen=True)
class Scene:
    """One state: when, how it is reached, what the submission and a document are in it, and which pages show it.

    `press`: a button that is pressed on the last page, for what only an answer shows.
    """

    name: str
    at: datetime
    state: State
    set_up: Callable[[Ada], object]
    pages: tuple[str, ...]
    slot: str = Document.EMPTY
    press: str = ""

    def __str__(self) -> str:
        return self.name

    def reach(self) -> Ada:
        ada = Ada.joins()
        self.set_up(ada)
        return ada

    def addresses(self, ada: Ada) -> list[str]:
        return [address_of(page, ada) for page in self.pages]


def address_of(page: str, ada: Ada) -> str:
    """The address of a route, for the guide where it is about a document and for its newest version and receipt."""
    if page in ("cohorts:account", "submissions:cohorts", "badges:mine", "submissions:readers", "reviews:own_data"):
        return reverse(page)
    if page == "badges:award":
        return Award.objects.get(person=ada.person).get_absolute_url()
    parts: dict[str, object] = {"cohort": ada.cohort.slug}
    if page in ("submissions:document", "submissions:answers", "submissions:version"):
        parts["slot"] = GUIDE
    if page == "submissions:version":
        parts["number"] = ada.slot(GUIDE).versions.latest("number").number
    if page == "submissions:receipt":
        parts["ref"] = ada.now().receipts.first().ref
    return reverse(page, kwargs=parts)


# How each is reached -------------------------------------------------------------------------------------------------
def nothing(ada: Ada) -> None:
    pass


def adds_guide(ada: Ada, **file) -> Version:
    return add(ada.slot(GUIDE), **file)


def adds_all(ada: Ada) -> None:
    add_all(ada.now())


def adds_hastily(ada: Ada) -> None:
    adds_guide(ada, name="my guide FINAL (2).docx", answers={"L2-RG-Q2": ""})


def adds_again_in_vain(ada: Ada) -> None:
    adds_guide(ada)
    adds_guide(ada, name="guide.pdf", content=PDF)


def adds_what_we_cannot_read(ada: Ada) -> None:
    """A question was deleted from the file."""
    content = fill_guide(ada.slot(GUIDE).required, person=ada.person)
    lost = r"<w:tbl>(?:(?!<w:tbl>).)*?L2-RG-Q2.*?</w:tbl>"
    adds_guide(ada, content=papers.altered(content, lambda text: re.sub(lost, "", text)))


def gets_more_time(ada: Ada) -> None:
    extending.extend([ada.enrollment], until=date(2023, 12, 8), because="By telephone.", by=ada.cohort.opened_by)


def is_sent_back(ada: Ada) -> None:
    ada.submits()
    workflow.return_incomplete(ada.now(), by=ada.cohort.opened_by, why="The last page is missing.")


def is_in_review(ada: Ada) -> None:
    ada.submits_in_time()
    workflow.start_review(ada.now())


def resubmits(ada: Ada) -> None:
    ada.revises()
    workflow.submit(ada.now(), by=ada.person, at=clock.now())


def is_not_awarded(ada: Ada) -> None:
    ada.is_told(first=1, outcome=Decision.Outcome.NOT_AWARDED)


def appeals(ada: Ada) -> None:
    is_not_awarded(ada)
    workflow.appeal(ada.now(), by=ada.cohort.opened_by, why="A page was not read.")


def withdraws(ada: Ada) -> None:
    adds_guide(ada)
    workflow.withdraw(ada.now(), by=ada.person, why="A new post.")


def joins_another(ada: Ada) -> None:
    adds_guide(ada)
    factories.enrollment(factories.cohort(), ada.person)


def loses_a_meeting(ada: Ada) -> None:
    scheduling.cancel(ada.cohort.events.get(kind="meeting", number=3), by=ada.cohort.opened_by)


HOME, DOCUMENTS, DOCUMENT = "submissions:home", "submissions:documents", "submissions:document"
SUBMIT, RECEIPT, FEEDBACK = "submissions:submit", "submissions:receipt", "reviews:feedback"
REVISE, CALENDAR = "reviews:revise", "cohorts:my_calendar"
S, V = State, Version.Verdict

SCENES = (
    Scene("before the first day", eastern(8, 20), S.DRAFT, nothing, (HOME, CALENDAR, "submissions:directions")),
    Scene("nothing added", EARLY, S.DRAFT, nothing, (HOME, DOCUMENTS, DOCUMENT, SUBMIT, "reviews:tell_concern")),
    Scene("some added", LATE_OCTOBER, S.DRAFT, adds_guide,
          (HOME, DOCUMENT, "submissions:answers", "submissions:version"), slot=V.READY),
    Scene("checking", LATE_OCTOBER, S.DRAFT, lambda ada: adds_guide(ada, check=False),
          (HOME, DOCUMENT), slot=V.CHECKING),
    Scene("advice", LATE_OCTOBER, S.DRAFT, adds_hastily, (HOME, DOCUMENT, SUBMIT), slot=V.ADVICE),
    Scene("blocked", LATE_OCTOBER, S.DRAFT, lambda ada: adds_guide(ada, name="guide.pdf", content=PDF),
          (HOME, DOCUMENT, "submissions:version"), slot=V.BLOCKED),
    Scene("blocked beside one that counts", LATE_OCTOBER, S.DRAFT, adds_again_in_vain, (HOME, DOCUMENT), slot=V.READY),
    Scene("unread", LATE_OCTOBER, S.DRAFT, adds_what_we_cannot_read,
          (HOME, DOCUMENT, "submissions:answers"), slot=V.UNREAD),
    Scene("all ready", IN_TIME, S.DRAFT, adds_all, (HOME, SUBMIT, "submissions:withdraw"), slot=V.READY),
    Scene("submit errors", IN_TIME, S.DRAFT, nothing, (SUBMIT,), press="Submit my two documents"),
    Scene("two hours left", eastern(11, 30, 22, 30), S.DRAFT, adds_all, (HOME, SUBMIT), slot=V.READY),
    Scene("late and not submitted", eastern(12, 2), S.DRAFT, adds_all, (HOME, SUBMIT), slot=V.READY),
    Scene("closed", eastern(12, 20), S.DRAFT, nothing, (HOME, DOCUMENT, SUBMIT)),
    Scene("with more time", eastern(12, 3), S.DRAFT, gets_more_time, (HOME, SUBMIT)),
    Scene("submitted", IN_TIME, S.SUBMITTED, Ada.submits, (HOME, DOCUMENT, RECEIPT, SUBMIT), slot=V.READY),
    Scene("submitted late", eastern(12, 2), S.SUBMITTED, Ada.submits, (HOME, RECEIPT), slot=V.READY),
    Scene("sent back", IN_TIME, S.RETURNED, is_sent_back, (HOME, FEEDBACK), slot=V.READY),
    Scene("in review", REVIEWED, S.IN_REVIEW, is_in_review, (HOME, DOCUMENT, FEEDBACK), slot=V.READY),
    Scene("decided, not released", REVIEWED, S.DECIDED, Ada.is_decided, (HOME, FEEDBACK), slot=V.READY),
    Scene("revision asked for", REVIEWED, S.REVISION_REQUESTED, lambda ada: ada.is_told(first=2),
          (HOME, FEEDBACK, REVISE, DOCUMENT), slot=V.READY),
    Scene("revised", REVIEWED, S.REVISION_REQUESTED, Ada.revises, (HOME, REVISE, SUBMIT), slot=V.READY),
    Scene("resubmitted", REVIEWED, S.SUBMITTED, resubmits, (HOME, FEEDBACK, RECEIPT), slot=V.READY),
    Scene("awarded", REVIEWED, S.AWARDED, Ada.is_told, (HOME, FEEDBACK, "badges:mine", "badges:award"), slot=V.READY),
    Scene("not awarded", REVIEWED, S.NOT_AWARDED, is_not_awarded, (HOME, FEEDBACK), slot=V.READY),
    Scene("appealed", REVIEWED, S.IN_REVIEW, appeals, (HOME, FEEDBACK), slot=V.READY),
    Scene("withdrawn", LATE_OCTOBER, S.WITHDRAWN, withdraws, (HOME, "submissions:reinstate"), slot=V.READY),
    Scene("in two cohorts", LATE_OCTOBER, S.DRAFT, joins_another, ("submissions:cohorts", HOME), slot=V.READY),
    Scene("meeting today", eastern(11, 6, 15, 50), S.DRAFT, adds_guide, (HOME, CALENDAR), slot=V.READY),
    Scene("a meeting was cancelled", LATE_OCTOBER, S.DRAFT, loses_a_meeting, (HOME, CALENDAR)),
    Scene("in the account", LATE_OCTOBER, S.DRAFT, nothing,
          ("cohorts:account", "submissions:readers", "reviews:own_data")),
)  # fmt: skip
