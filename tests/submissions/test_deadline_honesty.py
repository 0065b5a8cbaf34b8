"""What counts is when the request began to arrive: a second on either side of every edge, wherever the cohort is."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from cohorts.models import Event
from submissions import uploads, workflow
from submissions.models import Receipt, Submission, Version
from submissions.states import State
from tests.support import factories
from tests.support.submitting import add_all, fill_guide, submission_in, upload_of

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
NEW_YORK = "America/New_York"
ON_TIME, LATE, CLOSED = "On time", "Late", ""
PLACES = [
    (NEW_YORK, date(2023, 11, 5)),  # a day of 25 hours
    (NEW_YORK, date(2024, 3, 10)),  # a day of 23 hours
    (NEW_YORK, date(2023, 11, 30)),
    (NEW_YORK, date(2024, 2, 29)),
    ("America/Phoenix", date(2023, 12, 31)),
    ("Pacific/Honolulu", date(2024, 2, 29)),
    ("Pacific/Guam", date(2023, 11, 30)),
    ("Asia/Kathmandu", date(2023, 12, 31)),
    ("Etc/GMT+12", date(2024, 2, 29)),
    ("Pacific/Kiritimati", date(2023, 12, 31)),
    ("Australia/Lord_Howe", date(2024, 4, 7)),  # the clocks change by half an hour
    ("America/Santiago", date(2024, 9, 7)),  # the day ends an hour early: midnight does not exist
]


def midnight_after(day: date, zone: str) -> datetime:
    """The end of `day`, found by walking through the seconds that clocks in `zone` show."""
    moment = datetime.combine(day, time(12), ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))
    while moment.astimezone(ZoneInfo(zone)).date() == day:
        moment += timedelta(minutes=15)
    return moment


@pytest.fixture
def hand_in(client, clock):
    """`hand_in(zone, due)`: a cohort there, and someone with everything added who has not submitted."""

    def begin(zone: str, due: date, **enrolled) -> Submission:
        cohort = factories.cohort(zone=zone)
        cohort.events.filter(kind=Event.Kind.EVIDENCE_DUE).update(on=due)
        early = datetime.combine(due - timedelta(days=20), time(12), ZoneInfo(zone))
        clock(early)
        submission = workflow.begin(factories.enrollment(cohort, joined_at=early, **enrolled))
        add_all(submission, at=early)
        client.force_login(submission.enrollment.person)
        return submission

    return begin


@pytest.fixture
def answer_at(client, clock):
    """`answer_at(instant, submission)`: what a submit that begins to arrive then is told; nothing stays changed."""

    def post(instant: datetime, submission: Submission) -> str:
        clock(instant)
        with transaction.atomic():
            page = client.post(f"/my/{submission.enrollment.cohort.slug}/submit/", follow=True)
            kept = Receipt.objects.filter(submission=submission).first()
            transaction.set_rollback(True)
        said = LATE if kept and kept.is_late else ON_TIME if kept else CLOSED
        assert page.status_code == (200 if said else 422)
        assert not said or f"<dd>{said}" in page.text
        return said

    return post


@pytest.mark.parametrize(("zone", "due"), PLACES)
def test_a_second_on_either_side_of_every_edge(hand_in, answer_at, zone, due):
    submission = hand_in(zone, due)
    due_at, closes_at = midnight_after(due, zone), midnight_after(due + timedelta(days=7), zone)
    grace_ends_at = due_at + timedelta(minutes=15)

    edges = [edge + step for edge in (due_at, grace_ends_at, closes_at) for step in (-SECOND, 0 * SECOND, SECOND)]

    assert [answer_at(instant, submission) for instant in edges] == [
        ON_TIME, ON_TIME, ON_TIME,
        ON_TIME, LATE, LATE,
        LATE, CLOSED, CLOSED,
    ]  # fmt: skip


def test_an_extension_moves_every_edge(hand_in, answer_at):
    submission = hand_in(NEW_YORK, date(2023, 11, 30), extended_until=date(2023, 12, 4))
    grace_ends_at = midnight_after(date(2023, 12, 4), NEW_YORK) + timedelta(minutes=15)

    assert [answer_at(grace_ends_at + step, submission) for step in (-SECOND, 0 * SECOND)] == [ON_TIME, LATE]


def test_a_cohort_without_late_work_closes_with_the_grace(hand_in, answer_at):
    submission = hand_in(NEW_YORK, date(2023, 11, 30))
    cohort = submission.enrollment.cohort
    cohort.late_days = 0
    cohort.save()
    grace_ends_at = midnight_after(date(2023, 11, 30), NEW_YORK) + timedelta(minutes=15)

    assert [answer_at(grace_ends_at + step, submission) for step in (-SECOND, 0 * SECOND)] == [ON_TIME, CLOSED]


@pytest.mark.parametrize(("begins", "is_taken"), [(-SECOND, True), (0 * SECOND, False)])
def test_an_upload_that_the_end_overtakes_counts_from_its_beginning(
    client, clock, hand_in, monkeypatch, begins, is_taken
):
    submission = hand_in(NEW_YORK, date(2023, 11, 30))
    slot = submission.documents.get(required__key="growth-plan")
    content = fill_guide(slot.required, person=submission.enrollment.person, text="Other words about the plan")
    closes_at = midnight_after(date(2023, 12, 7), NEW_YORK)
    take = uploads.LimitedUploadHandler.receive_data_chunk

    def slowly(handler, raw_data, start):
        clock(closes_at + timedelta(minutes=9))
        return take(handler, raw_data, start)

    monkeypatch.setattr(uploads.LimitedUploadHandler, "receive_data_chunk", slowly)
    clock(closes_at + begins)

    client.post(
        f"/my/{submission.enrollment.cohort.slug}/documents/growth-plan/", {"file": upload_of(content)}, follow=True
    )

    newest = Version.objects.filter(document=slot).latest("pk")
    assert (Version.objects.filter(document=slot).count() == 2) == is_taken
    assert not is_taken or newest.arrived_at == closes_at - SECOND


def test_what_was_asked_to_be_revised_has_its_own_end(client, clock, answer_at):
    submission = submission_in(State.REVISION_REQUESTED)
    asked = list(submission.current_round.documents.all())
    add_all(submission, at=midnight_after(date(2024, 1, 10), NEW_YORK), only=asked)
    client.force_login(submission.enrollment.person)
    grace_ends_at = midnight_after(date(2024, 1, 12), NEW_YORK) + timedelta(minutes=15)

    assert [answer_at(grace_ends_at + step, submission) for step in (-SECOND, 0 * SECOND)] == [ON_TIME, LATE]
