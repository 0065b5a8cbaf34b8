"""What the overview counts, beside facts counted by hand."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from badges.models import Activity
from cohorts import extending, staff_tasks
from cohorts.models import ActivityMark, Attendance, Reminder
from reviews import decisions, needs, overview
from submissions.models import Submission
from submissions.states import State
from tests.support import factories, reviewing
from tests.support.submitting import BEFORE_DUE, add_all, submission_in

pytestmark = pytest.mark.django_db

NOW = datetime(2023, 12, 1, 10, tzinfo=ZoneInfo("America/New_York"))


@pytest.fixture
def cohort(clock):
    clock(NOW)
    made = factories.cohort()
    factories.staff(made, made.opened_by, role="admin")
    return made


@pytest.fixture
def page(cohort, client):
    client.force_login(cohort.opened_by)
    return lambda: client.get(f"/cohorts/{cohort.slug}/")


def facts_of(cohort, at=NOW):
    found = overview.counts(cohort, cohort.edition.documents.count())
    return needs.Facts(cohort, at, found, overview.loads(cohort), overview.tasks(cohort), list(cohort.reminders.all()))


def sentences(cohort, at=NOW):
    return [(need.count, need.fact) for need in needs.today(facts_of(cohort, at))]


def test_the_figures_are_those_counted_by_hand(cohort):
    submission_in(State.DRAFT, cohort=cohort)
    ready = submission_in(State.DRAFT, cohort=cohort)
    add_all(ready, at=BEFORE_DUE)
    submission_in(State.SUBMITTED, cohort=cohort)
    submission_in(State.WITHDRAWN, cohort=cohort)
    reviewing.reviewed(cohort=cohort)
    factories.enrollment(cohort, joined_at=None)
    met = factories.enrollment(cohort)
    for meeting in cohort.events.meetings()[:2]:
        Attendance.objects.create(event=meeting, enrollment=met, status="here", recorded_by=cohort.opened_by)

    found = overview.counts(cohort, 2)

    assert (found.enrolled, found.withdrawn, found.not_joined) == (6, 1, 1)
    assert (found.started, found.attending, found.documents, found.submitted) == (3, 1, 3, 2)
    assert (found.reviewed, found.awarded, found.not_submitted, found.ready) == (1, 0, 4, 1)
    assert (found.unassigned, found.decidable, found.decided) == (1, 1, 0)


def test_the_funnel_says_how_many_fewer(cohort):
    for _ in range(2):
        add_all(submission_in(State.DRAFT, cohort=cohort), at=BEFORE_DUE)
    submission_in(State.SUBMITTED, cohort=cohort)

    steps = overview.funnel(overview.counts(cohort, 2), cohort, 2)

    assert [(step.label, step.count, step.fewer) for step in steps] == [
        ("Started", 3, 0),
        ("Two or more meetings", 0, 3),
        ("All two documents", 3, 0),
        ("Submitted", 1, 2),
        ("Review finished", 0, 0),
        ("Badge awarded", 0, 0),
    ]


def test_each_reviewer_has_their_blocks(cohort):
    ana = factories.person("Ana", "Whitehorse")
    reviewing.reviewed(cohort=cohort, reviewer=ana)
    reviewing.started(cohort=cohort, reviewer=ana)
    reviewing.assigned(cohort=cohort, reviewer=ana)
    factories.staff(cohort, factories.person("Joan", "Bright"), takes_up_to=1)

    loads = overview.loads(cohort)

    assert [(load.name, load.blocks) for load in loads] == [("Ana Whitehorse", ["d", "p", ""]), ("Joan Bright", [])]
    assert [load.has_room for load in loads] == [True, True]


def test_nothing_needs_anybody_in_a_quiet_cohort(cohort, page):
    assert sentences(cohort) == []
    assert "Nothing needs you today." in page().content.decode()


def test_the_day_after_the_deadline_says_who_has_not_submitted(cohort):
    submission_in(State.DRAFT, cohort=cohort)
    extended = submission_in(State.DRAFT, cohort=cohort).enrollment
    extending.extend([extended], until=date(2023, 12, 8), because="", by=cohort.opened_by)

    need = needs.today(facts_of(cohort))[0]

    assert (need.count, need.fact, need.more) == (
        2, "people have not submitted", "One of them has an extension to December\N{NO-BREAK SPACE}8",
    )  # fmt: skip


def test_long_before_the_deadline_nobody_is_missed(cohort):
    submission_in(State.DRAFT, cohort=cohort)

    assert sentences(cohort, at=datetime(2023, 10, 2, 15, tzinfo=UTC)) == []


def test_work_that_waits_for_the_admin_is_named(cohort):
    submission_in(State.SUBMITTED, cohort=cohort)
    reviewing.reviewed(cohort=cohort)
    decided = reviewing.reviewed(cohort=cohort).assignment.submission
    decisions.decide(decided, by=cohort.opened_by)
    staff_tasks.ask(cohort, kind="conflict", key="c1", sentence="Ben handed 0002 back.", url="/somewhere/")

    assert sentences(cohort) == [
        (1, "submission has no reviewer"),
        (1, "conflict flagged"),
        (1, "submission is ready for a decision"),
        (1, "letter waits for its release"),
    ]


def test_a_reminder_of_today_is_announced_until_it_has_left(cohort):
    submission_in(State.DRAFT, cohort=cohort)
    Reminder.objects.create(
        cohort=cohort, key="late", event_kind="evidence_due", days=1, at=time(17), zone_of="cohort",
        audience="not_submitted", subject="Late", body="Late",
    )  # fmt: skip

    going = (1, "late notice goes out at 5:00\N{NO-BREAK SPACE}PM ET")
    assert going in sentences(cohort)
    assert going not in sentences(cohort, at=NOW + timedelta(hours=8))


def test_at_most_five_sentences_stand_there(cohort):
    submission_in(State.SUBMITTED, cohort=cohort)
    submission_in(State.DRAFT, cohort=cohort)
    decisions.decide(reviewing.reviewed(cohort=cohort).assignment.submission, by=cohort.opened_by)
    reviewing.reviewed(cohort=cohort)
    for kind in ("conflict", "mail", "read_file"):
        staff_tasks.ask(cohort, kind=kind, key=kind, sentence="Look.")

    assert len(sentences(cohort)) == 5


def test_the_heat_map_counts_marks_and_documents_by_week(cohort):
    Activity.objects.create(
        edition=cohort.edition, key="plan", group="Write", title="Write it", kind="write", position=2,
        document=cohort.edition.documents.get(key="growth-plan"),
    )  # fmt: skip
    submission = submission_in(State.DRAFT, cohort=cohort)
    add_all(submission, at=BEFORE_DUE)
    video = cohort.edition.activities.get(key="video")
    ActivityMark.objects.create(
        enrollment=submission.enrollment, activity=video, done_at=datetime(2023, 9, 5, 16, tzinfo=UTC)
    )

    weeks = overview.weeks(cohort, at=NOW)
    rows = overview.heat(cohort, weeks, enrolled=1)

    assert (weeks[0].monday, weeks[-1].monday) == (date(2023, 9, 4), date(2023, 11, 27))
    assert rows[0].counts == (1,) * 13
    assert rows[1].counts == (0,) * 11 + (1, 1)


def test_an_activity_that_people_pass_over_lags(cohort):
    video = cohort.edition.activities.get(key="video")
    later = Activity.objects.create(
        edition=cohort.edition, key="next", group="Stages", title="Read on", kind="read", position=2
    )
    for _ in range(2):
        ActivityMark.objects.create(enrollment=factories.enrollment(cohort), activity=later, done_at=BEFORE_DUE)

    rows = overview.heat(cohort, overview.weeks(cohort, at=NOW), enrolled=2)

    assert [(row.activity, row.lags) for row in rows] == [(video, True), (later, False)]
    assert overview.slowest(rows).activity == video


@pytest.mark.parametrize(
    ("at", "sentence"),
    [
        (
            datetime(2023, 8, 30, 15, tzinfo=UTC),
            "Learning begins Friday, September 1. Evidence is due Thursday, November 30.",
        ),
        (
            datetime(2023, 10, 30, 15, tzinfo=UTC),
            "Evidence is due Thursday, November 30, in 31 days. Community of Practice 3 is on Monday, November 6.",
        ),
        (NOW, "Evidence closed last night at 11:59 PM ET. Reviews finish by Wednesday, December 13."),
        (
            datetime(2023, 12, 14, 15, tzinfo=UTC),
            "Evidence closed on Thursday, November 30 at 11:59 PM ET. Decisions go out by Friday, December 15.",
        ),
    ],
)  # fmt: skip
def test_a_sentence_says_where_the_term_stands(cohort, at, sentence):
    assert overview.where_the_term_stands(cohort, at=at).replace("\N{NO-BREAK SPACE}", " ") == sentence


@pytest.mark.parametrize("count", [1, 4])
def test_the_overview_takes_the_same_queries_however_many_people_there_are(
    cohort, page, count, django_assert_max_num_queries
):
    for number in range(count):
        submission_in(State.DRAFT, cohort=cohort)
        reviewing.reviewed(cohort=cohort, reviewer=factories.person("Reader", str(number)))
        staff_tasks.ask(cohort, kind="mail", key=str(number), sentence="Look.")
        ActivityMark.objects.create(
            enrollment=Submission.objects.last().enrollment, activity=cohort.edition.activities.get(key="video")
        )

    with django_assert_max_num_queries(15):
        response = page()

    assert response.content.count(b'aria-label="Select ') == count


def test_every_number_leads_to_its_list(cohort, page, client):
    submission_in(State.DRAFT, cohort=cohort)
    content = page().content.decode()

    for show in ("enrolled", "started", "meetings", "documents", "submitted", "reviewed", "awarded", "not-submitted"):
        assert f"people/?show={show}" in content
        assert client.get(f"/cohorts/{cohort.slug}/people/?show={show}").status_code == 200


def test_another_cohorts_admin_sees_nothing(cohort, client):
    other = factories.cohort()
    dan = factories.staff(other, factories.person("Dan", "Elsewhere"), role="admin").person
    client.force_login(dan)

    assert client.get(f"/cohorts/{other.slug}/").status_code == 200
    for path in ("", "tasks/", "people/", "people/roster.csv", "decisions/", "decisions/?show=released"):
        assert client.get(f"/cohorts/{cohort.slug}/{path}").status_code == 404


def test_a_task_is_taken_off_the_list(cohort, client):
    staff_tasks.ask(cohort, kind="mail", key="m1", sentence="Mail to Ada came back.")
    client.force_login(cohort.opened_by)
    assert b"Mail to Ada came back." in client.get(f"/cohorts/{cohort.slug}/tasks/").content

    client.post(f"/cohorts/{cohort.slug}/tasks/done/", {"key": "m1"})

    assert cohort.tasks.get().done_by == cohort.opened_by
    assert b"No tasks." in client.get(f"/cohorts/{cohort.slug}/tasks/").content
