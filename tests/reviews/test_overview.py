"""What the overview counts, beside facts counted by hand, and the people behind each of its numbers."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from badges import awards
from badges.models import Activity
from cohorts import extending, staff_tasks
from cohorts.models import ActivityMark, Attendance, Cohort, Enrollment, Event, Reminder, StaffTask
from microcred.models import Message
from reviews import another_reader, decisions, needs, overview, stuck
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
    made.events.meetings().update(counts_for_attendance=False)  # nobody has to write them down
    return made


@pytest.fixture
def page(cohort, client):
    client.force_login(cohort.opened_by)
    return lambda: client.get(f"/cohorts/{cohort.slug}/")


def facts_of(cohort, at=NOW):
    """What the set-up owed has left by then."""
    Message.objects.exclude(kind__in=("held", "reminder-late")).delete()
    ours = overview.with_surroundings(Cohort.objects.all(), at=at).get(pk=cohort.pk)
    going = overview.going_today(ours, ours.reminders.all(), at=at)
    found = overview.counts(ours, ours.edition.documents.count(), going)
    return needs.Facts(
        ours, at, found, overview.loads(ours), overview.tasks(ours, closed=Enrollment.objects.none()), going
    )


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
    cohort.events.meetings().update(counts_for_attendance=True)
    for meeting in cohort.events.meetings()[:2]:
        Attendance.objects.create(event=meeting, enrollment=met, status="here", recorded_by=cohort.opened_by)

    found = overview.counts(cohort, 2)

    assert (found.enrolled, found.withdrawn, found.not_joined) == (6, 1, 1)
    assert (found.started, found.meetings, found.documents, found.submitted) == (3, 1, 3, 2)
    assert (found.reviewed, found.awarded, found.not_submitted, found.ready) == (1, 0, 4, 1)
    assert (found.no_reviewer, found.to_decide, found.decided) == (1, 1, 0)


def test_the_funnel_says_how_many_fewer(cohort):
    for _ in range(2):
        add_all(submission_in(State.DRAFT, cohort=cohort), at=BEFORE_DUE)
    submission_in(State.SUBMITTED, cohort=cohort)

    steps = overview.funnel(overview.counts(cohort, 2), cohort, 2)

    assert [(step.label, step.count, step.lost, step.is_fewer) for step in steps] == [
        ("Started", 3, 0, True),
        ("Two or more meetings", 0, 3, True),
        ("All two documents", 3, 0, False),  # three more, though nobody is lost
        ("Submitted", 1, 2, True),
        ("Review finished", 0, 0, True),
        ("Badge awarded", 0, 0, True),
    ]


def test_a_badge_that_was_withdrawn_is_counted_no_more(cohort, client, page):
    theirs = submission_in(State.AWARDED, cohort=cohort).enrollment.person
    badge = awards.issue(cohort.edition, person=theirs, name="Ada", by=cohort.opened_by, grounds={}, at=NOW)
    assert (overview.counts(cohort, 2).awarded, page().status_code) == (1, 200)

    awards.revoke(badge, by=cohort.opened_by, because="A mistake.", at=NOW)

    assert overview.counts(cohort, 2).awarded == 0
    assert [row.status.words for row in client.get(f"/cohorts/{cohort.slug}/people/").context["rows"]] == [
        "Badge withdrawn"
    ]
    assert not client.get(f"/cohorts/{cohort.slug}/people/?show=awarded").context["rows"]


def test_each_reviewer_has_their_blocks(cohort):
    ana = factories.person("Ana", "Whitehorse")
    reviewing.reviewed(cohort=cohort, reviewer=ana)
    reviewing.started(cohort=cohort, reviewer=ana)
    reviewing.assigned(cohort=cohort, reviewer=ana)
    factories.staff(cohort, factories.person("Joan", "Bright"), takes_up_to=1)

    loads = overview.loads(cohort)

    assert [(load.name, load.blocks) for load in loads] == [("Ana Whitehorse", ["d", "p", ""]), ("Joan Bright", [])]
    assert [load.has_room for load in loads] == [True, True]
    assert [(load.given, load.finished, load.begun) for load in loads] == [(3, 1, 1), (0, 0, 0)]


def test_nothing_needs_anybody_in_a_quiet_cohort(cohort, page):
    submission_in(State.AWARDED, cohort=cohort)

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
        (1, "reader to find"),
        (1, "submission is ready for a decision"),
        (1, "letter waits for its release"),
    ]


def test_a_reminder_of_today_is_announced_until_it_has_left(cohort):
    submission_in(State.DRAFT, cohort=cohort)
    rule, told = _late_notice(cohort), submission_in(State.DRAFT, cohort=cohort).enrollment.person
    Message.objects.create(
        key="told", kind="reminder-late", about=f"{cohort.events.get(kind=rule.event_kind).pk}@2023-11-30",
        cohort_slug=cohort.slug, person=told, address=told.email, state="skipped",
    )  # fmt: skip

    going = (1, "late notice goes out at 5:00\N{NO-BREAK SPACE}PM ET")
    assert going in sentences(cohort)
    assert going not in sentences(cohort, at=NOW + timedelta(hours=8))


def test_at_most_five_sentences_stand_there_and_the_rest_behind_a_link(cohort, page, client):
    submission_in(State.SUBMITTED, cohort=cohort)
    submission_in(State.DRAFT, cohort=cohort)
    decisions.decide(reviewing.reviewed(cohort=cohort).assignment.submission, by=cohort.opened_by)
    reviewing.reviewed(cohort=cohort)
    for kind in ("conflict", "mail", "read_file"):
        staff_tasks.ask(cohort, kind=kind, key=kind, sentence="Look.")

    every = sentences(cohort)
    content, tasks = page().content.decode(), client.get(f"/cohorts/{cohort.slug}/tasks/").content.decode()

    assert len(every) == 7
    assert content.count('class="n num"') == 5
    assert f'<a href="/cohorts/{cohort.slug}/tasks/">See 2 more</a>' in content
    assert tasks.count('class="n num"') == 7


def test_every_kind_of_task_has_its_sentence():
    assert set(needs.TASKS) == set(StaffTask.Kind)


def test_a_meeting_that_nobody_wrote_down_is_named_until_somebody_does(cohort):
    met = factories.enrollment(cohort)
    last = cohort.events.meetings().last()
    Event.objects.filter(pk=last.pk).update(counts_for_attendance=True)
    missing = (1, "person has no attendance at Community of Practice 3")
    assert missing in sentences(cohort)

    Attendance.objects.create(event=last, enrollment=met, status="absent", recorded_by=cohort.opened_by)

    assert missing not in sentences(cohort)


def test_mail_that_hangs_is_named_and_why(cohort):
    submission_in(State.AWARDED, cohort=cohort)
    owed = {"cohort_slug": cohort.slug, "person": cohort.opened_by, "address": "olive@example.org", "kind": "held"}
    for key, ago in (("old", 31), ("new", 29)):
        Message.objects.create(key=key, due_at=NOW - timedelta(minutes=ago), **owed)
    assert sentences(cohort) == [(1, "mail should have left")]

    Cohort.objects.filter(pk=cohort.pk).update(sending_paused_at=NOW, sending_paused_by=cohort.opened_by)

    assert [(need.fact, need.more) for need in needs.today(facts_of(cohort))] == [("mail waits", "Sending is paused")]


def test_a_round_that_wants_another_reader_waits_for_one(cohort):
    submission = reviewing.assigned(cohort=cohort).submission
    assert sentences(cohort) == []

    another_reader.want(submission, "near_pass")

    assert (1, "submission waits for another reader") in sentences(cohort)


def test_late_reviewers_are_named(cohort):
    for first in ("Ana", "Ben", "Cleo"):
        reviewing.assigned(cohort=cohort, reviewer=factories.person(first, "Reader"))

    need = needs.today(facts_of(cohort, at=datetime(2023, 12, 14, 15, tzinfo=UTC)))[0]

    assert (need.count, need.fact) == (3, "submissions are still being read")
    assert need.more.replace("\N{NO-BREAK SPACE}", " ") == (
        "Reviews were due Wednesday, December 13. Ana Reader, Ben Reader and one more"
    )


@pytest.mark.parametrize(
    ("enrolled", "fact"), [(0, "people are on the roster"), (1, "person waits for the cohort to open")]
)
def test_before_it_opens_a_cohort_needs_people_and_then_its_opening(cohort, page, enrolled, fact):
    Cohort.objects.filter(pk=cohort.pk).update(opened_at=None, opened_by=None)
    for _ in range(enrolled):
        factories.enrollment(cohort, joined_at=None)

    assert sentences(cohort) == [(enrolled, fact)]
    assert "This cohort is not open yet." in page().content.decode()


def test_once_closed_a_cohort_needs_nobody(cohort, page):
    submission_in(State.DRAFT, cohort=cohort)
    Cohort.objects.filter(pk=cohort.pk).update(closed_at=NOW, closed_by=cohort.opened_by)

    content = page().content.decode().replace("\N{NO-BREAK SPACE}", " ")

    assert "This cohort was closed on Friday, December 1." in content
    assert "Nothing needs you today." in content


def test_nobody_is_missed_once_nothing_is_taken_any_more(cohort):
    submission_in(State.DRAFT, cohort=cohort)

    assert len(sentences(cohort, at=datetime(2023, 12, 7, 15, tzinfo=UTC))) == 1
    assert sentences(cohort, at=datetime(2023, 12, 8, 15, tzinfo=UTC)) == []


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

    weeks = stuck.weeks(cohort, at=NOW)
    rows = stuck.heat(cohort, weeks, enrolled=1)

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

    rows = stuck.heat(cohort, stuck.weeks(cohort, at=NOW), enrolled=2)

    assert [(row.activity, row.lags) for row in rows] == [(video, True), (later, False)]
    assert stuck.slowest(rows).activity == video


def test_the_hardest_row_comes_first(cohort):
    assert stuck.hardest(cohort) == []
    for ranks in ({2: 1}, {2: 2}, {}):
        reviewing.reviewed(cohort=cohort, ranks=ranks)

    rows = stuck.hardest(cohort)

    assert stuck.labels(rows) == ["Not yet", "Approaching", "Meets"]
    assert [(row.title, [level.given for level in row.levels]) for row in rows] == [
        ("Row 2", [1, 1, 1]),
        ("Row 1", [0, 0, 3]),
    ]


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


LINK = re.compile(r'<a href="([^"]+)">(?:[^<0-9]|<[^a/][^>]*>)*?(\d+)')


def test_every_number_has_behind_it_as_many_as_it_says(cohort, page, client):
    """In a cohort where every part of the page has something to say."""
    ben = factories.person("Ben", "Reader")
    Event.objects.filter(cohort=cohort, kind="meeting", number=3).update(counts_for_attendance=True)
    _people_in_many_states(cohort, ben)
    content = page().text + client.get(f"/cohorts/{cohort.slug}/tasks/").text  # with the sentences beyond the fifth

    found = [(href.replace("&amp;", "&"), int(said)) for href, said in LINK.findall(content) if "?" in href]
    wrong = {(href, said): counted for href, said in found if (counted := _behind(client, href)) != said}

    assert wrong == {}
    shown = {href.partition("?")[2].partition("=")[0] for href, _ in found}
    assert shown == {"show", "kind", "done", "not-done", "read-by", "given-to", "row", "state", "reminder"}
    assert {"started-not-meetings", "documents-not-submitted"} <= {href.rpartition("=")[2] for href, _ in found}
    assert len(found) > 50


def _late_notice(cohort) -> Reminder:
    return Reminder.objects.create(
        cohort=cohort, key="late", event_kind="evidence_due", days=1, at=time(17), zone_of="cohort",
        audience="not_submitted", subject="Late", body="Late",
    )  # fmt: skip


def _people_in_many_states(cohort, ben) -> None:
    later = Activity.objects.create(
        edition=cohort.edition, key="next", group="Stages", title="Read on", kind="read", position=2
    )
    for _ in range(3):
        draft = submission_in(State.DRAFT, cohort=cohort)
        ActivityMark.objects.create(enrollment=draft.enrollment, activity=later, done_at=BEFORE_DUE)
    extending.extend([draft.enrollment], until=date(2023, 12, 8), because="", by=cohort.opened_by)
    add_all(submission_in(State.DRAFT, cohort=cohort), at=BEFORE_DUE)
    factories.enrollment(cohort, joined_at=None)
    for state in (State.WITHDRAWN, State.SUBMITTED, State.AWARDED, State.DECIDED):
        submission_in(state, cohort=cohort)
    _late_notice(cohort)
    apart = reviewing.reviewed(cohort=cohort, ranks={1: 1}).assignment.submission
    reviewing.reviewed(apart, factories.person("Una", "Reader"), ranks={1: 3})
    for ranks in ({1: 1}, {2: 2}):
        reviewing.reviewed(cohort=cohort, reviewer=ben, ranks=ranks)
    another_reader.want(reviewing.assigned(cohort=cohort, reviewer=ben).submission, "near_pass")
    for key in ("m1", "m2"):
        staff_tasks.ask(cohort, kind="mail", key=key, sentence="Mail came back.")
        Message.objects.create(
            key=key,
            cohort_slug=cohort.slug,
            kind="held",
            person=ben,
            address=ben.email,
            due_at=NOW - timedelta(hours=1),
        )


def _behind(client, href) -> int:
    """How many rows the list at that address has, over all its pages."""
    response = client.get(href)
    assert response.status_code == 200, href
    listed = response.context["page"].paginator.count
    rows = response.context.get("rows", response.context["page"].object_list)
    assert len(rows) == listed
    return listed


def test_a_list_that_nobody_can_mean_is_not_there(cohort, client):
    client.force_login(cohort.opened_by)

    for query in ("given-to=x", "given-to=999999999", "row=nothing", "row=reflection-guide/q1&level=", "done=nothing"):
        assert client.get(f"/cohorts/{cohort.slug}/people/?{query}").status_code == 404


def test_another_cohorts_admin_sees_nothing(cohort, client):
    other = factories.cohort()
    dan = factories.staff(other, factories.person("Dan", "Elsewhere"), role="admin").person
    client.force_login(dan)

    assert client.get(f"/cohorts/{other.slug}/").status_code == 200
    for path in ("", "tasks/", "people/", "exports/", "log/", "decisions/", "decisions/?show=released"):
        assert client.get(f"/cohorts/{cohort.slug}/{path}").status_code == 404


def test_a_task_is_taken_off_the_list(cohort, client):
    staff_tasks.ask(cohort, kind="mail", key="m1", sentence="Mail to Ada came back.")
    client.force_login(cohort.opened_by)
    assert b"Mail to Ada came back." in client.get(f"/cohorts/{cohort.slug}/tasks/").content

    client.post(f"/cohorts/{cohort.slug}/tasks/done/", {"key": "m1"})

    assert cohort.tasks.get().done_by == cohort.opened_by
    assert b"No tasks." in client.get(f"/cohorts/{cohort.slug}/tasks/").content
