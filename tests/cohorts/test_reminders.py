"""Reminders: owed when their time has come for each reader, once, to those whom they concern."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from cohorts import attending, reminders
from cohorts.models import Enrollment, Event, Reminder
from microcred.models import Message
from tests.support import factories

pytestmark = pytest.mark.django_db
EASTERN_NINE = datetime(2023, 11, 4, 13, tzinfo=UTC)  # two days before the third meeting, 9:00 AM in New York
SECOND = timedelta(seconds=1)


@pytest.fixture
def cohort():
    return factories.cohort()


def rule(cohort, **fields):
    given = {
        "key": "meeting", "event_kind": "meeting", "days": -2, "at": time(9), "audience": "expected",
        "subject": "{{ meeting }}, {{ meeting_short }}", "body": "{{ meeting_time }} {{ meeting_notes }}",
    }  # fmt: skip
    return Reminder.objects.create(cohort=cohort, **given | fields)


def sweep(at=EASTERN_NINE):
    return reminders.remind_of_meetings(at)


def test_it_is_owed_when_its_time_has_come_and_not_a_second_before(cohort):
    rule(cohort)
    factories.enrollment(cohort)

    assert (sweep(EASTERN_NINE - SECOND), sweep(EASTERN_NINE)) == (0, 1)


@pytest.mark.parametrize(
    ("zone", "at"),
    [
        ("America/New_York", "2023-11-04T13:00"),
        ("America/Phoenix", "2023-11-04T16:00"),
        ("Pacific/Honolulu", "2023-11-04T19:00"),
        ("Pacific/Guam", "2023-11-04T23:00"),  # the meeting is on November 7 there
        ("Asia/Kathmandu", "2023-11-05T03:15"),
    ],
)
def test_nine_in_the_morning_is_the_readers_nine(cohort, zone, at):
    rule(cohort)
    factories.enrollment(cohort, factories.person(zone=zone))
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)

    assert (sweep(moment - SECOND), sweep(moment)) == (0, 1)
    assert Message.objects.get().due_at == moment


def test_twice_is_once(cohort):
    rule(cohort)
    factories.enrollment(cohort)

    assert [sweep(EASTERN_NINE + timedelta(minutes=minutes)) for minutes in (0, 1, 60)] == [1, 0, 0]


def test_two_sweeps_at_once_owe_once(cohort, monkeypatch):
    rule(cohort)
    factories.enrollment(cohort)
    monkeypatch.setattr(reminders, "_not_owed_yet", lambda members, rule, occasion: members)

    sweep()
    sweep()

    assert Message.objects.count() == 1


def test_each_meeting_is_its_own_occasion(cohort):
    rule(cohort)
    factories.enrollment(cohort)

    sweep(datetime(2023, 10, 14, 13, tzinfo=UTC))
    sweep()

    assert sorted(Message.objects.values_list("subject", flat=True)) == [
        "Community of Practice 2, Mon, Oct 16, 4:00 PM",
        "Community of Practice 3, Mon, Nov 6, 4:00 PM",
    ]


def test_it_says_the_hour_in_both_zones_and_that_the_clocks_moved_it(cohort):
    rule(cohort)
    factories.enrollment(cohort, factories.person(zone="America/Phoenix"))

    sweep(datetime(2023, 11, 4, 16, tzinfo=UTC))

    text = Message.objects.get().text.replace("\N{NO-BREAK SPACE}", " ")
    assert text.splitlines()[0] == (
        "Mon, Nov 6, 2:00–3:30 PM MST (4:00–5:30 PM ET) One hour later on your clock than on October 16. "
        "Eastern Time changes its clocks on November 5; Arizona does not. It lasts 90 minutes."
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"joined_at": None},
        {"withdrawn_at": EASTERN_NINE},
        {"who": {"is_active": False}},
        {"who": {"mail_bounced_at": EASTERN_NINE}},
        {"who": {"wants_meeting_reminders": False}},
    ],
    ids=["not joined", "withdrawn", "inactive", "mail came back", "wants none"],
)
def test_some_are_skipped(cohort, fields):
    rule(cohort)
    ada = factories.person(**fields.pop("who", {}))
    if "withdrawn_at" in fields:
        fields["withdrawn_by"] = ada
    factories.enrollment(cohort, ada, **fields)

    assert sweep() == 0


def test_those_who_cannot_come_are_skipped(cohort, clock):
    rule(cohort)
    ada, _ = factories.enrollment(cohort), factories.enrollment(cohort)
    clock(EASTERN_NINE - timedelta(days=1))
    attending.cannot_come(ada, Event.objects.get(kind="meeting", number=3))

    assert sweep() == 1


@pytest.mark.parametrize("off", ["rule", "paused", "closed", "not open", "cancelled"])
def test_nothing_leaves_when_it_is_turned_off(cohort, off):
    of = rule(cohort, is_on=off != "rule")
    factories.enrollment(cohort)
    by, at = cohort.opened_by, EASTERN_NINE - timedelta(days=1)
    match off:
        case "paused":
            cohort.sending_paused_at, cohort.sending_paused_by = at, by
        case "closed":
            cohort.closed_at, cohort.closed_by = at, by
        case "not open":
            cohort.opened_at = cohort.opened_by = None
        case "cancelled":
            cohort.events.filter(kind=of.event_kind).update(cancelled_at=at, cancelled_by=by)
    cohort.save()

    assert sweep() == 0


def test_a_letter_with_a_hole_is_a_task_for_a_person_and_stops_no_other(cohort):
    rule(cohort, key="broken", body="Bring {{ cake }}.")
    rule(cohort)
    factories.enrollment(cohort)

    assert [sweep(), sweep()] == [1, 0]

    [task] = cohort.tasks.all()
    assert task.sentence == ("The reminder “Broken” cannot be sent. The letter cannot be written: “cake” has no value.")
    assert task.url == f"/cohorts/{cohort.slug}/reminders/broken/"


def test_a_reminder_of_a_meeting_brings_it_along_and_can_be_turned_off(cohort):
    rule(cohort)
    factories.enrollment(cohort)

    sweep()

    mail = Message.objects.get()
    assert (mail.is_optional, mail.attachment_name) == (True, "meeting.ics")
    assert "METHOD:PUBLISH" in mail.attachment


@pytest.mark.parametrize(("hours", "owed"), [(11.99, 1), (12, 0), (48, 0)])
def test_what_is_too_old_is_not_sent_any_more(cohort, hours, owed):
    rule(cohort)
    factories.enrollment(cohort)

    assert sweep(EASTERN_NINE + timedelta(hours=hours)) == owed


def test_nobody_is_reminded_of_what_has_begun(cohort):
    rule(cohort, days=0, at=time(15, 55))
    factories.enrollment(cohort)
    begins = datetime(2023, 11, 6, 21, tzinfo=UTC)

    assert (sweep(begins), sweep(begins - SECOND)) == (0, 1)
    assert Message.objects.get().useless_at == begins


@pytest.mark.parametrize(
    ("at", "zone_of", "zone", "comes"),
    [
        (time(22), "reader", "America/New_York", "2023-11-05T13:00"),  # the morning after, in winter time
        (time(5), "reader", "America/New_York", "2023-11-04T12:00"),
        (time(17), "cohort", "Pacific/Guam", "2023-11-04T22:00"),  # 7:00 AM there
        (time(20), "reader", "America/Phoenix", "2023-11-05T15:00"),
        (time(8), "reader", "America/Phoenix", "2023-11-04T15:00"),
    ],
)
def test_nothing_comes_in_the_quiet_hours(cohort, at, zone_of, zone, comes):
    of = rule(cohort, at=at, zone_of=zone_of)
    meeting = Event.objects.get(kind="meeting", number=3)

    moment = of.moment(meeting.starts_at, reader=zone, cohort=cohort.zone)

    assert f"{moment:%Y-%m-%dT%H:%M}" == comes


@pytest.mark.parametrize("count", [1, 4])
def test_a_sweep_takes_the_same_queries_however_many(cohort, django_assert_num_queries, count):
    rule(cohort)
    for _ in range(count):
        factories.enrollment(cohort)

    with django_assert_num_queries(9):
        sweep()


def test_a_sweep_with_nothing_near_asks_little(cohort, django_assert_num_queries):
    rule(cohort)
    factories.enrollment(cohort)

    with django_assert_num_queries(2):  # rules, events
        sweep(EASTERN_NINE - timedelta(days=10))


def test_more_than_a_batch_is_owed_in_batches(cohort, monkeypatch):
    monkeypatch.setattr(reminders, "BATCH", 2)
    rule(cohort)
    for _ in range(5):
        factories.enrollment(cohort)

    assert (sweep(), Message.objects.count()) == (5, 5)


# Deadlines, as the floors above ask for them -------------------------------------------------------------------------
def remind_of_evidence(at):
    def values(rule, occasion, members):
        return {member.pk: {} for member in members}

    def everybody(occasion):
        return Enrollment.objects.taking_part().filter(cohort=occasion.cohort)

    return reminders.owe_due("not_submitted", everybody, now=at, values_for=values)


def evidence_rule(cohort, **fields):
    given = {"key": "three", "event_kind": "evidence_due", "audience": "not_submitted", "days": -3}
    return rule(cohort, **given | {"subject": "Three days", "body": "Dear {{ first_name }}"} | fields)


def test_an_extension_moves_the_reminder(cohort):
    evidence_rule(cohort)
    factories.enrollment(cohort)
    ada = factories.person()
    factories.enrollment(
        cohort, ada, extended_until=date(2023, 12, 4), extended_at=EASTERN_NINE, extended_by=cohort.opened_by
    )

    first = remind_of_evidence(datetime(2023, 11, 27, 14, tzinfo=UTC))
    second = remind_of_evidence(datetime(2023, 12, 1, 14, tzinfo=UTC))

    assert (first, second, Message.objects.order_by("pk").last().person) == (1, 1, ada)
    assert not Message.objects.filter(is_optional=True).exists()


def test_three_days_are_counted_on_the_readers_calendar(cohort):
    evidence_rule(cohort)
    factories.enrollment(cohort, factories.person(zone="Pacific/Guam"))  # due on December 1, 2:59 PM there

    assert remind_of_evidence(datetime(2023, 11, 27, 22, 59, tzinfo=UTC)) == 0
    assert remind_of_evidence(datetime(2023, 11, 27, 23, tzinfo=UTC)) == 1


def test_a_reminder_of_what_is_over_comes_after_it(cohort):
    evidence_rule(cohort, key="late", days=1, at=time(17), zone_of="cohort")
    factories.enrollment(cohort)

    assert remind_of_evidence(datetime(2023, 12, 1, 22, tzinfo=UTC)) == 1
