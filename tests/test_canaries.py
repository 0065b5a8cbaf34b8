"""No applicant finds out who reviews them, and where names are hidden no reviewer finds out whose work it is.

One submission goes through every state there is. In each of them its applicant, or its reviewers, ask for every route
of the site and for all that leads on from there, and read every mail that they got; nothing may hold a sign of the
others.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.db import transaction
from django.http import HttpResponse

from badges.word import package
from cohorts.models import Cohort
from microcred import outbox
from reviews import agreement, decisions, settling
from reviews.models import Assignment
from submissions import notes, workflow
from submissions.models import Submission
from submissions.states import State
from tests.support import access, canaries, factories, reviewing
from tests.support.canaries import Person
from tests.support.submitting import AFTER_ALL, add_all, submission_in
from tests.support.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]  # what a page shows does not depend on the database

ENDS = ("account_logout", "sign_out_everywhere")  # the session
SECRET_TO_APPLICANTS = (  # addresses that nobody knows but who was sent them
    "badges:award", "badges:award_file", "badges:award_json", "cohorts:feed", "cohorts:invitation", "notices",
)  # fmt: skip
READERS = {  # who looks, in each state
    "submitted": "ann",
    "one of two has read": "bob",
    "apart": "sue",
    "settled": "ann",
    "decided": "bob",
    "revision asked for": "ann",
    "not awarded": "sue",
    "appealed": "eve",
    "awarded": "fay",
}
NAMES = {"first", "last"}


class Story:
    """Dana hands in; Ann and Bob differ, Sue settles; after a revision and an appeal Eve and Fay award the badge."""

    def __init__(self, clock):
        self.clock, self.day = clock, AFTER_ALL
        clock(AFTER_ALL)
        self.cohort = factories.cohort(readers_per_submission=2)
        self.admin = self.cohort.opened_by
        factories.staff(self.cohort, self.admin, "admin")
        self.dana, self.readers = Person("dana"), {name: Person(name) for name in ("ann", "bob", "sue", "eve", "fay")}
        for name, reader in self.readers.items():
            role = "second_reader" if name == "sue" else "reviewer"
            factories.staff(self.cohort, reader.person, role, organization=reader.marks["district"])
        self.submission = submission_in(
            State.SUBMITTED,
            cohort=self.cohort,
            person=self.dana.person,
            organization=self.dana.marks["district"],
        )
        self.dana.marks["enrollment"] = self.submission.enrollment.ref
        self.dana.marks["invitation"] = self.submission.enrollment.invitation.lower()

    @property
    def now(self) -> Submission:
        return Submission.objects.get(pk=self.submission.pk)

    def told(self) -> Iterator[str]:
        """Goes on to the next state, and names it."""
        yield "submitted"
        self._is_read({"ann": {1: 2}}, also="bob")
        yield "one of two has read"
        self._is_read({"bob": {1: 1, 2: 1}})
        yield "apart"
        self._settles()
        yield "settled"
        decision = decisions.decide(self.now, by=self.admin, outcome="revise")
        yield "decided"
        decisions.release(decision, by=self.admin)
        yield "revision asked for"
        self._revises()
        self._is_read({"ann": {1: 1, 2: 1}, "bob": {1: 1, 2: 1}})
        decisions.release(decisions.decide(self.now, by=self.admin), by=self.admin)
        yield "not awarded"
        self._next_day()
        workflow.appeal(self.now, by=self.admin, why="A page was not read.")
        yield "appealed"
        self._next_day()
        self._is_read({"eve": {}, "fay": {}})
        decisions.release(decisions.decide(self.now, by=self.admin), by=self.admin)
        yield "awarded"

    def _next_day(self) -> None:
        self.day += timedelta(days=1)
        self.clock(self.day)

    def _is_read(self, ranks: dict[str, dict[int, int]], *, also: str = "") -> None:
        if also:
            reviewing.started(reviewing.assigned(self.now, self.readers[also].person, at=self.day), at=self.day)
        for name, given in ranks.items():
            reviewing.reviewed(self.now, self.readers[name].person, ranks=given, at=self.day)

    def _settles(self) -> None:
        given = Assignment.objects.standing().settling().with_submission().get(submission=self.submission)
        for row in agreement.of(self.now).disputed:
            reviewing.score(reviewing.started(given, at=self.day), row.number, 2, private_note="Named, not shown.")
        settling.settle(given, by=given.reviewer)

    def _revises(self) -> None:
        self._next_day()
        now = self.now
        add_all(now, only=list(now.current_round.documents.all()), at=self.day)
        notes.keep(now, {row.pk: "What our team did." for row in now.current_round.criteria.all()})
        workflow.submit(now, by=self.dana.person, at=self.day)

    def crawled(self, who: Person, role: str, *, everywhere: bool) -> list[tuple[str, bytes]]:
        """The routes of the table with the parts that lead to this submission, and on from there. Nothing of it stays.

        `everywhere`: also what the table says is not theirs, or is the same in every state, and what they send.
        """
        people = {"applicant": self.dana.person, "reviewer": who.person, "admin": self.admin}
        people["other_reviewer"] = self.readers["fay"].person
        now = self.now
        world, patterns = World(people, self.cohort, now, now, now, {}), dict(access.routes())
        asked = [
            (method, name)
            for method, name, answer in lines(role)
            if everywhere or (method == "GET" and ":" in name and answer not in ("404", "405"))
        ]
        if role == "reviewer":
            asked = [(method, name) for method, name in asked if name not in SECRET_TO_APPLICANTS]
        with transaction.atomic():
            start = [(method, world.address(name, patterns[name])) for method, name in asked]
            found = list(canaries.crawl(who.person, start, in_parts=everywhere))
            transaction.set_rollback(True)
        return found


def lines(role: str) -> list[tuple[str, str, str]]:
    """Method, name and expected answer of every route in the table, but of those that end the session."""
    found = [(*access.asked(row), row[role]) for row in access.rows()]
    return [line for line in found if line[1] not in ENDS]


def leaks(places, people, *, allowed=frozenset()) -> set[str]:
    """Where which sign was found."""
    return {
        f"{place}: {part} of {one.person.first_name}"
        for place, content in places
        for one in people
        for part in one.within(content) - allowed
    }


def mails_to(who: Person, mailbox) -> list[tuple[str, bytes]]:
    outbox.send_due()
    return [(f"mail {mail.subject}", canaries.of_mail(mail)) for mail in mailbox if who.person.email in mail.to]


def test_no_byte_of_a_reviewer_reaches_the_applicant(clock, mailbox):
    story, found, own = Story(clock), {}, set()
    for state in story.told():
        places = story.crawled(story.dana, "applicant", everywhere=state == "apart")
        places += mails_to(story.dana, mailbox)
        found[state] = leaks(places, story.readers.values())
        own |= {place for place, content in places if story.dana.within(content)}

    assert {state: signs for state, signs in found.items() if signs} == {}
    assert list(found) == list(READERS)
    assert len(own) > 30  # the same search finds what may be there


def test_no_byte_of_the_applicant_reaches_a_reviewer_where_names_are_hidden(clock, mailbox):
    story, found, own = Story(clock), {}, set()
    for state in story.told():
        reader = story.readers[READERS[state]]
        places = story.crawled(reader, "reviewer", everywhere=state == "settled") + mails_to(reader, mailbox)
        found[state] = leaks(places, [story.dana])
        own |= {place for place, content in places if reader.within(content)}

    assert {state: signs for state, signs in found.items() if signs} == {}
    assert own


def test_where_the_cohort_names_its_reviewers_it_does_so_after_the_release_and_nothing_more(clock):
    story, found = Story(clock), {}
    Cohort.objects.update(shows_reviewer_names=True)
    for state in story.told():
        if state in ("decided", "revision asked for"):
            with transaction.atomic():
                start = [("GET", f"/my/{story.cohort.slug}/feedback/"), ("GET", "/account/readers/")]
                found[state] = list(canaries.crawl(story.dana.person, start, in_parts=False))
        if state == "revision asked for":
            break

    readers = story.readers.values()
    assert leaks(found["decided"], readers) == set()
    assert leaks(found["revision asked for"], readers, allowed=NAMES) == set()
    assert leaks(found["revision asked for"], readers)


# The search itself ---------------------------------------------------------------------------------------------------
def answer(body=b"", *, cookie="", **headers) -> bytes:
    made = HttpResponse(body, headers=headers)
    if cookie:
        made.set_cookie("seen", cookie)
    return canaries.of_answer(made)


@pytest.mark.parametrize(
    "planted",
    (
        lambda sign: answer(f"<p title='{sign.upper()}'>".encode()),
        lambda sign: answer(**{"X-Reader": sign}),
        lambda sign: answer(cookie=sign),
        lambda sign: answer(package.pack({"docProps/core.xml": sign.encode()})),
        lambda sign: answer(package.pack({f"word/{sign}.xml": b""})),
        lambda sign: answer(package.pack({"work.docx": package.pack({"people.xml": sign.encode()})})),
        lambda sign: answer(sign.encode("utf-16-le")),
        lambda sign: canaries.of_mail(EmailMessage(headers={"X-Reader": sign})),
        lambda sign: canaries.of_mail(EmailMessage(attachments=[("a.bin", sign.encode(), "application/octet-stream")])),
    ),
)
def test_a_sign_that_was_planted_is_found(planted):
    ann = Person("ann")

    assert ann.within(planted(ann.marks["host"])) == {"host"}
    assert ann.within(planted("nobody")) == set()
