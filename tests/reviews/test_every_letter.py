"""Every letter that an applicant can get, as the library is shipped: sent by what causes it, read as a person would."""

import re
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from allauth.account.adapter import get_adapter
from django.core.mail import EmailMessage
from icalendar import Calendar

from badges.editions import load_all
from badges.models import Award
from cohorts import extending, invitations, reminders, scheduling
from cohorts.models import Enrollment, Event, Reminder
from cohorts.opening import reminders_to_come
from microcred import outbox
from microcred.models import Message
from reviews import awarding, corrections, decisions, digests
from reviews.models import Decision
from submissions import moving, workflow
from submissions.models import Submission
from submissions.states import State
from tests.support import factories
from tests.support.reviewing import assigned, reviewed
from tests.support.submitting import add, submission_in

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]  # words; what causes them has its own tests on both

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "badges" / "library"
FOR_STAFF = {
    *("conflict-thanks", "hosting", "hosting-over", "joined-staff", "late-reviews", "reviewer-assigned"),
    *("reviews-due", "settle"),
}
BY_HAND = {"welcome", "missing-documents", "missed-meeting", "deadline-near"}  # test_writing sends them
OUTCOME = Decision.Outcome

FACTS = yaml.safe_load((ROOT / "tests" / "data" / "letters.yaml").read_text(encoding="utf-8"))


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


NOON = utc(2023, 11, 20, 17)  # in New York
DECEMBER = utc(2023, 12, 9, 17)


def dana():
    return factories.person("Dana", "Okafor", zone="America/Phoenix")


@pytest.fixture
def cohort():
    """The library's own term, with its letters and its reminders."""
    loaded = {edition.slug: edition for edition in load_all(LIBRARY)}
    made = factories.cohort(
        of=loaded["l2-practice"], attendance_edition=loaded["l2-shared-learning"], slug="fall-2023-l2"
    )
    Reminder.objects.bulk_create(reminders_to_come(made))
    return made


@pytest.fixture
def admin(cohort):
    return cohort.opened_by


def sent(kind: str) -> Message:
    """The last mail of that kind, sent now."""
    outbox.send_due()
    return Message.objects.filter(kind=kind).latest("pk")


class Told(HTMLParser):
    """What a person reads in the HTML of a mail, and where its links lead."""

    def __init__(self, html):
        super().__init__()
        self.words, self.links, self.loaded, self.hidden = [], [], [], 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.hidden += tag in ("style", "title") or "aria-hidden" in given
        self.links += [given["href"]] if tag == "a" else []
        self.loaded += [value for name, value in attrs if name in ("src", "srcset", "background", "poster", "action")]
        self.loaded += [tag] if tag in ("img", "link", "script", "iframe", "object", "form", "base") else []

    def handle_endtag(self, tag):
        self.hidden -= tag in ("style", "title") or (tag == "div" and self.hidden)

    def handle_data(self, data):
        if not self.hidden:
            self.words.append(data)


ADDRESS = re.compile(r"https?://[^\s<>]+")


def words_of(text: str) -> list[str]:
    """The words alone, without addresses and without the marks that lay out plain text."""
    return re.findall(r"[\w@.]*\w", re.sub(r"(?m)^\s*\d+\. ", "", ADDRESS.sub(" ", text)))


def faults_of(mail: Message, facts: dict) -> list[str]:
    told, read = Told(mail.html), " ".join(mail.text.replace("<", " ").replace(">", " ").split())
    faults = [f"does not say: {fact}" for fact in facts["says"] if fact not in read]
    if not " ".join(mail.subject.split()).startswith(facts["subject"]):
        faults.append(f"subject: {mail.subject}")
    if len(mail.subject) >= 64 or "\n" in mail.subject or "!" in mail.subject + mail.text:
        faults.append(f"{len(mail.subject)} signs, or more than one line: {mail.subject}")
    if words_of(mail.text) != words_of(" ".join(told.words)):
        faults.append(f"other words in HTML: {words_of(mail.text)} {words_of(' '.join(told.words))}")
    if set(ADDRESS.findall(mail.text)) != {link for link in told.links if not link.startswith("mailto:")}:
        faults.append(f"other links in HTML: {set(ADDRESS.findall(mail.text))} {set(told.links)}")
    if told.loaded or "url(" in mail.html or "@import" in mail.html:
        faults.append(f"fetches: {told.loaded}")
    return [f"{mail.kind}: {fault}" for fault in faults]


def in_time(cohort, admin, clock):
    """From the invitation to the meetings."""
    clock(utc(2023, 8, 28, 15))
    enrollment = factories.enrollment(cohort, dana(), joined_at=None)
    invitations.invite([enrollment], by=admin)
    yield sent("invitation")
    enrollment.joined_at = utc(2023, 8, 29, 15)
    enrollment.save()
    clock(utc(2023, 11, 4, 16))
    reminders.owe(utc(2023, 11, 4, 16))
    yield sent("reminder-meeting")
    meeting = Event.objects.get(cohort=cohort, kind="meeting", number=3)
    meeting.on = date(2023, 11, 7)
    scheduling.change(meeting)
    yield sent("meeting-changed")
    scheduling.cancel(meeting, by=admin)
    yield sent("meeting-cancelled")
    like = {name: getattr(meeting, name) for name in ("cohort", "kind", "starts", "ends")}
    scheduling.add([Event(title="Community of Practice 4", on=date(2023, 11, 13), **like)])
    yield sent("meeting-added")


def before_the_deadline(cohort, admin, clock):
    """The reminders of somebody who adds one document, then all, then presses Submit a day late."""
    clock(NOON)
    enrollment = factories.enrollment(cohort, dana(), joined_at=NOON)
    submission = workflow.begin(enrollment)
    remind = {"two-weeks": utc(2023, 11, 16, 16), "three-days": utc(2023, 11, 27, 16), "today": utc(2023, 11, 30, 16)}
    for kind, at in remind.items():
        clock(at)
        reminders.owe(at)
        yield sent(f"reminder-{kind}")
        slots = list(submission.documents.select_related("required"))
        for slot in slots[:1] if kind == "two-weeks" else slots[1:]:
            add(slot, at=at)
    late = utc(2023, 12, 1, 22)
    clock(late)
    reminders.owe(late)
    yield sent("reminder-late")
    at = utc(2023, 12, 1, 17)
    workflow.submit(submission, by=enrollment.person, at=at)
    yield sent("receipt-late")


def around_the_deadline(cohort, admin, clock):
    """What else may happen to somebody's evidence."""
    clock(NOON)
    submission = submission_in(State.SUBMITTED, cohort=cohort, person=dana(), at=NOON)
    yield sent("receipt")
    plan = submission.documents.get(required__key="growth-plan")
    guide = submission.documents.get(required__key="reflection-guide").current
    with guide.file.open() as file:
        add(plan, content=file.read(), name="plan.docx", at=NOON)
    yield sent("file-needs-fixing")
    extending.extend([submission.enrollment], until=date(2023, 12, 4), because="A move.", by=admin)
    yield sent("extension")
    clock(DECEMBER)
    workflow.return_incomplete(submission, by=admin, why="The last page is missing.")
    yield sent("returned-incomplete")
    workflow.withdraw(submission, by=submission.enrollment.person)
    yield sent("withdrawn")
    workflow.reinstate(submission, by=submission.enrollment.person)
    yield sent("reinstated")
    moving.move(factories.enrollment(cohort, dana(), joined_at=NOON), factories.cohort(of=cohort.edition), by=admin)
    yield sent("moved")


def decided(submission, admin, clock, ranks, at, **chosen) -> Decision:
    clock(at)
    reviewed(submission, factories.person("Ben", "Reader"), ranks=ranks, at=at)
    clock(at + timedelta(hours=1))
    made = decisions.decide(submission, by=admin, **chosen)
    return decisions.release(made, by=admin)


def after_the_reviews(cohort, admin, clock):
    """A revision, its reminders and its answer; a badge; none, and an appeal."""
    submission = submission_in(State.SUBMITTED, cohort=cohort, person=dana(), at=NOON)
    decided(submission, admin, clock, {1: 2, 4: 2}, DECEMBER, outcome=OUTCOME.REVISE)
    yield sent("revision")
    for kind, at in {"two-weeks": utc(2023, 12, 29, 16), "three-days": utc(2024, 1, 9, 16)}.items():
        clock(at)
        reminders.owe(at)
        yield sent(f"reminder-revision-{kind}")
    submission = Submission.objects.get(pk=submission.pk)
    add(submission.documents.get(required__key="reflection-guide"), at=at)
    workflow.submit(submission, by=submission.enrollment.person, at=at)
    yield sent("revised-received")
    given = submission_in(State.SUBMITTED, cohort=cohort, person=dana(), at=NOON)
    decided(given, admin, clock, {}, DECEMBER)
    yield sent("award")
    award, because = Award.objects.standing().get(person=given.enrollment.person), "It was issued to another person."
    awarding.withdraw(award, cohort=cohort, by=admin, because=because)
    yield sent("award-withdrawn")
    refused = submission_in(State.SUBMITTED, cohort=cohort, person=dana(), at=NOON)
    refusal = decided(refused, admin, clock, {2: 1}, DECEMBER, outcome=OUTCOME.NOT_AWARDED)
    yield sent("not-awarded")
    subject, words = corrections.start(refusal)
    corrections.send(refusal, subject=subject, letter=words, by=admin)
    yield sent("correction")
    workflow.appeal(Submission.objects.get(pk=refused.pk), by=admin, why="A page was overlooked.")
    yield sent("appeal")


def about_the_account(cohort, admin, clock):
    """What django-allauth writes, in our words."""
    clock(utc(2023, 11, 20, 22))
    person, adapter = dana(), get_adapter()
    told = {
        "user": person, "code": "482913", "ip": "10.0.0.9", "user_agent": "Firefox_on Windows",
        "from_email": "old@example.org", "to_email": "new@example.org", "deleted_email": "old@example.org",
        "password_reset_url": "https://there.example.org/r", "activate_url": "https://there.example.org/k",
    }  # fmt: skip
    for path in sorted((ROOT / "templates").glob("*/email/*_subject.txt")):
        name = path.name.removesuffix("_subject.txt")
        without = {key: value for key, value in told.items() if key != "code" or name == "login_code"}
        adapter.send_mail(f"{path.parts[-3]}/email/{name}", "dana@example.org", without)
        yield sent(name.replace("_", "-"))


STORIES = (in_time, before_the_deadline, around_the_deadline, after_the_reviews, about_the_account)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_each_letter_says_what_it_has_to_alike_in_both_its_parts(cohort, admin, clock, mailbox, story):
    mails = list(story(cohort, admin, clock))

    assert [fault for mail in mails for fault in faults_of(mail, FACTS[mail.kind])] == []


def test_no_letter_of_the_library_is_left_out():
    """A reminder rule may be named otherwise than its letter; the two of meetings and reviews are."""
    in_library = {path.stem for path in (LIBRARY / "l2-practice" / "letters").glob("*.md")} - FOR_STAFF - BY_HAND

    assert {kind.removeprefix("reminder-") for kind in FACTS} >= in_library


def test_badges_that_follow_from_others_are_told_as_well(cohort, admin, clock, mailbox):
    clock(DECEMBER)
    enrollment = factories.enrollment(cohort, dana(), joined_at=NOON)
    given = submission_in(State.SUBMITTED, cohort=cohort, person=dana(), at=NOON)
    decided(given, admin, clock, {}, DECEMBER)
    Enrollment.objects.filter(pk=enrollment.pk).delete()
    for meeting in cohort.events.meetings():
        meeting.attendances.create(enrollment=given.enrollment, status="here", minutes=90, recorded_by=admin)

    awarding.issue_attendance_awards(cohort, by=admin)

    outbox.send_due()
    for slug in ("l2-shared-learning", "l2-apprentice"):
        award = Award.objects.get(edition__slug=slug)
        assert faults_of(Message.objects.get(key=f"award:{award.ref}"), FACTS[f"award of {slug}"]) == []


def headers(mail: EmailMessage) -> dict[str, str]:
    return dict(mail.message().items())


def test_what_changes_of_a_meeting_follows_its_invitation(cohort, admin, clock, mailbox):
    list(in_time(cohort, admin, clock))

    _, invitation, changed, cancelled, _ = mailbox
    first = headers(invitation)["Message-ID"]
    assert [headers(mail)["References"].split()[0] for mail in (changed, cancelled)] == [first, first]
    assert headers(cancelled)["In-Reply-To"] == headers(changed)["Message-ID"]


def test_a_meeting_in_a_mail_is_one_meeting_that_is_published_moved_and_cancelled(cohort, admin, clock, mailbox):
    list(in_time(cohort, admin, clock))

    parts = [mail.message().get_payload()[-1] for mail in mailbox[1:4]]
    events = [Calendar.from_ical(part.get_payload(decode=True)) for part in parts]
    assert [part.get_param("method") for part in parts] == ["PUBLISH", "PUBLISH", "CANCEL"]
    assert [str(each["METHOD"]) for each in events] == ["PUBLISH", "PUBLISH", "CANCEL"]
    assert [int(each.events[0]["SEQUENCE"]) for each in events] == [0, 1, 2]
    assert len({str(each.events[0]["UID"]) for each in events}) == 1


def test_what_is_said_of_a_submission_is_one_thread(cohort, admin, clock, mailbox):
    list(around_the_deadline(cohort, admin, clock))

    *theirs, moved = mailbox
    ids = [headers(mail)["Message-ID"] for mail in theirs]
    assert [headers(mail)["In-Reply-To"] for mail in theirs[1:]] == ids[:-1]
    assert "In-Reply-To" not in headers(moved)  # what is said of another submission begins with it


def test_no_mail_to_an_applicant_names_a_reader(cohort, admin, clock, mailbox):
    list(after_the_reviews(cohort, admin, clock))

    theirs = [mail for mail in mailbox if mail.to[0].startswith("dana")]
    assert {headers(mail)["From"] for mail in theirs} == {"Fall 2023 team <no-reply@localhost>"}
    assert {headers(mail)["Reply-To"] for mail in theirs} == {"fall-2023@example.org"}
    assert not [mail.subject for mail in theirs if "Ben" in mail.message().as_string() or "Reader" in mail.body]


def test_a_mail_to_a_reader_does_not_name_who_wrote(cohort, admin, clock, mailbox):
    submission = submission_in(State.SUBMITTED, cohort=cohort, person=dana(), at=NOON)
    assigned(submission, factories.person("Ben", "Reader"), at=DECEMBER)

    clock(DECEMBER + digests.ONE_SITTING)
    digests.tell_of_new_work(DECEMBER + digests.ONE_SITTING)

    sent("reviewer-assigned")
    assert mailbox[-1].to[0].startswith("ben")
    assert "Okafor" not in mailbox[-1].message().as_string()
    assert "Dana" not in mailbox[-1].body
