"""The home page of an applicant: one step, one date, and a price that does not grow."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from badges import awards
from cohorts.models import Attendance, Enrollment
from microcred.models import User
from submissions import workflow
from submissions.models import Submission
from submissions.states import State
from tests.support import factories
from tests.support.submitting import BEFORE_DUE, add, add_all, submission_in

pytestmark = pytest.mark.django_db
PHOENIX = ZoneInfo("America/Phoenix")


def show(client, submission):
    client.force_login(submission.enrollment.person)
    return client.get(f"/my/{submission.enrollment.cohort.slug}/")


def test_one_cohort_leads_straight_home(client, ada, address):
    assert client.get("/my/").url == address()


def test_several_cohorts_are_listed_with_their_next_steps(client, ada):
    factories.enrollment(who=ada.person)

    response = client.get("/my/")

    assert response.content.count(b"Add your Reflection Guide") == 2


def test_no_cohort_says_how_one_gets_into_one(client, db):
    client.force_login(factories.person())

    assert b"You are in no cohort yet." in client.get("/my/").content


def test_a_new_applicant_sees_where_to_begin(client, ada, address):
    response = client.get(address())

    assert b"Add your Reflection Guide" in response.content
    assert b"0 of 2 added" in response.content
    assert Submission.objects.get().enrollment == ada


def test_time_is_shown_in_both_zones(client, ada, address, clock):
    clock(datetime(2023, 10, 30, 10, 30, tzinfo=PHOENIX))

    page = client.get(address()).content.decode().replace("\N{NO-BREAK SPACE}", " ")

    assert '<p class="n num">31<small>days left</small></p>' in page
    assert '<dt>Your time</dt><dd><time datetime="2023-12-01T04:59:59Z">Thu, Nov 30, 9:59 PM MST</time></dd>' in page
    assert "<dt>Cohort</dt><dd>11:59 PM ET</dd>" in page


def test_a_reader_in_the_cohorts_zone_sees_one_line(client, ada, address):
    User.objects.update(zone="America/New_York")

    page = client.get(address()).content.decode()

    assert "<dt>Due</dt>" in page
    assert "<dt>Cohort</dt>" not in page


def test_near_the_end_our_clock_is_told(client, ada, address, clock):
    clock(datetime(2023, 11, 30, 21, 41, tzinfo=PHOENIX))

    page = client.get(address()).content.decode().replace("\N{NO-BREAK SPACE}", " ")

    assert "19 minutes left" in page
    assert re.search(r"Our clock says <span[^>]*>9:41 PM</span>\.", page)


def test_the_next_meeting_says_that_the_clocks_change(client, ada, address, clock):
    clock(datetime(2023, 10, 30, 10, 30, tzinfo=PHOENIX))

    page = client.get(address()).content.decode().replace("\N{NO-BREAK SPACE}", " ")

    assert "2:00–3:30 PM MST" in page
    assert "Eastern Time changes its clocks on November 5; Arizona does not." in page


def test_a_meeting_today_comes_first_and_opens_15_minutes_before(client, ada, address, clock):
    starts = datetime(2023, 11, 6, 14, tzinfo=PHOENIX)
    clock(starts - timedelta(minutes=16))
    before = client.get(address())
    clock(starts - timedelta(minutes=15))
    open_now = client.get(address())

    assert "Community of Practice 3 at 2:00\N{NO-BREAK SPACE}PM" in before.content.decode()
    assert b'class="btn" href="https://meet.example.org/cop">Join' not in before.content
    assert b'class="btn" href="https://meet.example.org/cop">Join' in open_now.content


def test_who_said_they_cannot_come_is_not_sent_there(client, ada, address, clock):
    clock(datetime(2023, 11, 6, 13, tzinfo=PHOENIX))
    meeting = ada.cohort.events.get(kind="meeting", number=3)
    Attendance.objects.create(event=meeting, enrollment=ada, status="excused", recorded_by=ada.person)

    page = client.get(address()).content.decode()

    assert "Community of Practice 3 at" not in page
    assert "You said you cannot come." in page


def test_before_the_first_day_nothing_is_due(client, ada, address, clock):
    clock(datetime(2023, 8, 20, 9, tzinfo=PHOENIX))

    page = client.get(address()).content.decode()

    assert "Learning begins September 1" in page
    assert "Nothing is due yet." in page


def test_activities_are_ticked_at_home_and_unticked_there(client, ada, address):
    place = re.search(r'action="([^"]+/activities/[^"]+)"', client.get(address()).text)[1]

    done = client.post(place, {"next": f"{address()}#activities"}, follow=True)
    undone = client.post(place, {"next": f"{address()}#activities", "done": "no"}, follow=True)

    assert done.redirect_chain == [(f"{address()}#activities", 302)]
    assert ("1 of 1 done" in done.text, "1 of 1 done" in undone.text) == (True, False)


def test_a_document_that_is_in_marks_its_activity(client, ada, address):
    plan = ada.cohort.edition.documents.get(key="growth-plan")
    plan.activities.create(
        edition=ada.cohort.edition, key="write", group="Growth Plan", title="Write it", kind="write", position=2
    )
    before = client.get(address()).content
    add(Submission.objects.get().documents.get(required=plan), at=BEFORE_DUE)
    after = client.get(address()).content

    assert (b"0 of 2 done" in before, b"1 of 2 done" in after) == (True, True)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.DRAFT, "Add your Reflection Guide"),
        (State.SUBMITTED, "See your receipt"),
        (State.RETURNED, "The last page is missing."),
        (State.IN_REVIEW, "You are done. Decision by"),
        (State.DECIDED, "You are done. Decision by"),
        (State.REVISION_REQUESTED, "Revise one answer and resubmit"),
        (State.NOT_AWARDED, "The badge is not awarded this term"),
        (State.WITHDRAWN, "You have left this cohort"),
    ],
)
def test_every_state_has_its_page(state, words, client, before_due):
    assert words in show(client, submission_in(state)).content.decode()


def test_a_badge_is_ready_until_it_is_withdrawn(client, before_due):
    submission = submission_in(State.AWARDED)
    cohort, person = submission.enrollment.cohort, submission.enrollment.person
    issued = {"by": cohort.opened_by, "grounds": {}, "at": BEFORE_DUE}
    award = awards.issue(cohort.edition, person=person, name="Ada Ward", **issued)

    ready = show(client, submission).text
    awards.revoke(award, by=cohort.opened_by, because="It was somebody else's work.", at=BEFORE_DUE)

    assert "Your badge is ready" in ready
    assert "Your badge was withdrawn" in show(client, submission).text


def test_a_decision_does_not_show_before_its_release(client, before_due):
    reviewed, decided = (
        show(client, submission_in(state, person=factories.person("Bea", "Lund"))).content.decode()
        for state in (State.IN_REVIEW, State.DECIDED)
    )

    assert "decided" not in decided.lower()
    assert decided.count("Being reviewed") == reviewed.count("Being reviewed") == 2


def test_late_work_is_announced_while_it_is_taken(client, ada, address, clock):
    clock(datetime(2023, 12, 2, 9, tzinfo=PHOENIX))

    page = client.get(address()).content.decode()

    assert "it will be marked late" in page
    assert "Was due Thu, Nov" in page


def test_an_extension_is_said_with_the_day_it_replaces(client, ada, address):
    Enrollment.objects.update(extended_until=date(2023, 12, 4))

    page = client.get(address()).text.replace("\N{NO-BREAK SPACE}", " ")

    assert "Mon, Dec 4, 9:59 PM MST" in page
    assert "Your extension, instead of Thu, Nov 30." in page


def test_closed_evidence_says_whom_to_write_to(client, ada, address, clock):
    clock(datetime(2023, 12, 20, 9, tzinfo=PHOENIX))

    page = client.get(address()).content.decode()

    assert "Evidence is closed" in page
    assert "Your documents are still here. Write to fall-2023@example.org about your options." in page
    assert 'type="file"' not in page


def grow(cohort):
    """Everything that the page lists, four times over."""
    edition = cohort.edition
    for number in range(3, 7):
        more = edition.documents.create(
            key=f"more-{number}", title=f"More {number}", short_title=f"More {number}", position=number
        )
        more.prompts.create(code=f"L2-M{number}-Q1", number=1, text="What else?", min_words=3)
        edition.activities.create(
            key=f"more-{number}", group="More", title=f"More {number}", kind="read", position=number
        )
        cohort.events.create(kind="reviews_due", number=number, title="More", on=date(2023, 12, number))


@pytest.mark.parametrize("is_large", [False, True])
@pytest.mark.parametrize("state", [State.SUBMITTED, State.REVISION_REQUESTED, State.AWARDED])
def test_the_page_takes_at_most_twelve_queries_however_much_it_shows(
    state, is_large, client, before_due, django_assert_max_num_queries
):
    cohort = factories.cohort()
    if is_large:
        grow(cohort)
    submission = submission_in(state, cohort=cohort)
    if state == State.AWARDED:
        person = submission.enrollment.person
        awards.issue(cohort.edition, person=person, name="Ada Ward", by=cohort.opened_by, grounds={}, at=BEFORE_DUE)
    show(client, submission)

    with django_assert_max_num_queries(12):
        response = client.get(f"/my/{cohort.slug}/")

    assert response.status_code == 200


def test_a_submission_of_somebody_else_does_not_exist(client, ada):
    other = submission_in(State.DRAFT, person=factories.person("Bea", "Lund"))

    assert client.get(f"/my/{other.enrollment.cohort.slug}/").status_code == 404


def test_who_has_left_is_led_back(client, before_due):
    submission = submission_in(State.DRAFT)
    add_all(submission, at=BEFORE_DUE)
    workflow.withdraw(submission, by=submission.enrollment.person)

    page = show(client, submission).content.decode()

    assert 'href="reinstate/"' in page
    assert "Check and submit" not in page
