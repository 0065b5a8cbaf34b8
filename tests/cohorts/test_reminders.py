"""Reminders: owed when their time has come for each reader, once, to those whom they concern."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from cohorts import attending, bounces, previewing, reminder_rules, reminders
from cohorts.models import Event, Reminder
from microcred import clock as house_clock
from microcred import outbox
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
    """What beat does: owe, then send. How many left."""
    with house_clock.fixed(at):
        reminders.owe(at)
        return outbox.send_due()


def state_of(person):
    row = Message.objects.filter(person=person).latest("pk")
    return row.state, row.reason


def test_it_leaves_when_its_time_has_come_and_not_a_second_before(cohort):
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


def test_it_is_owed_a_day_before_without_its_words(cohort):
    rule(cohort)
    factories.enrollment(cohort)

    owed = [reminders.owe(EASTERN_NINE - timedelta(hours=hours)) for hours in (25, 24, 1)]

    row = Message.objects.get()
    assert (owed, row.subject, row.text, row.due_at) == ([0, 1, 0], "Meeting", "", EASTERN_NINE)


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


@pytest.mark.parametrize("off", ["rule", "closed", "not open", "cancelled"])
def test_nothing_leaves_when_it_is_turned_off(cohort, off):
    of = rule(cohort, is_on=off != "rule")
    factories.enrollment(cohort)
    by, at = cohort.opened_by, EASTERN_NINE - timedelta(days=1)
    match off:
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
    ada = factories.enrollment(cohort).person

    lines = previewing.day(cohort, EASTERN_NINE.date(), at=EASTERN_NINE - timedelta(hours=1))

    assert [(line.rule.key, dict(line.kept_back)) for line in lines] == [
        ("broken", {"The letter cannot be written: “cake” has no value.": [ada]}), ("meeting", {}),
    ]  # fmt: skip
    assert told_by_preview(lines) == {("meeting", "Ada")}
    assert [sweep(), sweep()] == [1, 0]

    [task] = cohort.tasks.all()
    assert task.sentence == (
        "The reminder “Broken” cannot be sent to Ada Ward. The letter cannot be written: “cake” has no value."
    )
    assert task.url == f"/cohorts/{cohort.slug}/reminders/broken/"


def test_a_reminder_of_a_meeting_brings_it_along_and_can_be_turned_off(cohort):
    rule(cohort)
    factories.enrollment(cohort)

    sweep()

    mail = Message.objects.get()
    assert (mail.is_optional, mail.attachment_name) == (True, "meeting.ics")
    assert "METHOD:PUBLISH" in mail.attachment


@pytest.mark.parametrize(("hours", "owed"), [(10.99, 1), (11, 0), (23, 0), (48, 0)])
def test_what_is_half_a_day_late_or_would_come_in_the_evening_is_not_sent_any_more(cohort, hours, owed):
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

    with django_assert_num_queries(5):  # rules, events, extensions, zones, rows
        reminders.owe(EASTERN_NINE)

    assert Message.objects.count() == count


def test_a_sweep_with_nothing_near_asks_little(cohort, django_assert_num_queries):
    rule(cohort)
    factories.enrollment(cohort)

    with django_assert_num_queries(3):  # rules, events, extensions
        reminders.owe(EASTERN_NINE - timedelta(days=10))


# Deadlines, whose audience the floor above brings --------------------------------------------------------------------
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

    first = sweep(datetime(2023, 11, 27, 14, tzinfo=UTC))
    second = sweep(datetime(2023, 12, 1, 14, tzinfo=UTC))

    assert (first, second, Message.objects.order_by("pk").last().person) == (1, 1, ada)
    assert not Message.objects.filter(is_optional=True).exists()


def test_three_days_are_counted_on_the_readers_calendar(cohort):
    evidence_rule(cohort)
    factories.enrollment(cohort, factories.person(zone="Pacific/Guam"))  # due on December 1, 2:59 PM there

    assert sweep(datetime(2023, 11, 27, 22, 59, tzinfo=UTC)) == 0
    assert sweep(datetime(2023, 11, 27, 23, tzinfo=UTC)) == 1


def test_a_reminder_of_what_is_over_comes_after_it(cohort):
    evidence_rule(cohort, key="late", days=1, at=time(17), zone_of="cohort")
    factories.enrollment(cohort)

    assert sweep(datetime(2023, 12, 1, 22, tzinfo=UTC)) == 1


# One mail a day ------------------------------------------------------------------------------------------------------
MORNING = datetime(2023, 11, 27, 14, tzinfo=UTC)  # 9:00 AM in New York


@pytest.fixture
def two_rules(cohort):
    """Both due on November 27, the meeting's in the afternoon."""
    meeting = Event.objects.get(cohort=cohort, kind="meeting", number=3)
    meeting.on = date(2023, 11, 29)
    meeting.save()
    rule(cohort, at=time(16), body="Dear {{ first_name }},\n\n{{ meeting_notes }}")
    return evidence_rule(cohort, body="Dear {{ first_name }},\n\nDue {{ due }}.")


def test_two_reminders_of_one_day_are_one_mail(cohort, two_rules, mailbox):
    ada = factories.enrollment(cohort).person

    left = [sweep(MORNING), sweep(MORNING + timedelta(hours=7)), sweep(MORNING + timedelta(hours=8))]

    [mail] = mailbox
    assert (left, mail.subject) == ([1, 0, 0], "Community of Practice 3, Wed, Nov 29, 4:00 PM")
    assert "Three days" in mail.body
    assert mail.body.count("Dear Ada") == 1
    rows = dict(Message.objects.filter(person=ada).values_list("kind", "state"))
    assert rows == {"reminder-three": "sent", "reminder-meeting": "merged"}
    merged = Message.objects.get(state="merged")
    assert (merged.reason, merged.merged_into.kind) == ("Said in the mail “Three” of the same day.", "reminder-three")


def test_what_was_not_known_in_the_morning_comes_the_next_day(cohort, two_rules):
    Reminder.objects.filter(key="meeting").update(is_on=False)
    factories.enrollment(cohort)
    sweep(MORNING)
    Reminder.objects.filter(key="meeting").update(is_on=True)

    next_day = datetime(2023, 11, 28, 13, tzinfo=UTC)
    left = [sweep(MORNING + timedelta(hours=7)), sweep(next_day - SECOND), sweep(next_day)]

    assert left == [0, 0, 1]


def test_whoever_is_done_when_it_leaves_gets_none(cohort, clock):
    rule(cohort)
    ada, ben = factories.enrollment(cohort), factories.enrollment(cohort, factories.person("Ben", "Lund"))
    reminders.owe(EASTERN_NINE - timedelta(hours=1))
    clock(EASTERN_NINE - timedelta(minutes=1))
    attending.cannot_come(ada, Event.objects.get(kind="meeting", number=3))

    assert sweep() == 1
    assert (state_of(ada.person), state_of(ben.person)) == (("skipped", "Excused."), ("sent", ""))


def test_a_merged_reminder_stands_for_itself_again_when_its_mail_has_nothing_to_say(cohort, two_rules, monkeypatch):
    """The mail server was away at the first try; then the deadline's reminder was turned off."""
    factories.enrollment(cohort)
    monkeypatch.setattr("microcred.outbox.EmailMultiAlternatives.send", refused)
    assert sweep(MORNING) == 0
    monkeypatch.undo()
    Reminder.objects.filter(pk=two_rules.pk).update(is_on=False)

    assert sweep(MORNING + timedelta(hours=7)) == 1

    assert dict(Message.objects.values_list("kind", "state")) == {
        "reminder-three": "skipped",
        "reminder-meeting": "sent",
    }


def refused(mail):
    raise OSError


def test_a_meeting_that_moves_after_its_reminder_is_reminded_of_again(cohort):
    rule(cohort)
    factories.enrollment(cohort)
    sweep()
    meeting = Event.objects.get(kind="meeting", number=3)
    meeting.on += timedelta(days=7)
    meeting.save()

    assert [sweep(EASTERN_NINE + timedelta(days=days, hours=1)) for days in (1, 6, 7)] == [0, 0, 1]


def test_a_reminder_of_a_meeting_that_moved_away_is_not_sent(cohort):
    rule(cohort)
    ada = factories.enrollment(cohort).person
    reminders.owe(EASTERN_NINE - timedelta(hours=1))
    meeting = Event.objects.get(kind="meeting", number=3)
    meeting.on = date(2023, 11, 20)
    meeting.save()

    assert sweep() == 0
    assert state_of(ada) == ("skipped", "What it reminds of was moved or cancelled.")


# Pausing, and mail that comes back -----------------------------------------------------------------------------------
def pause(cohort, at=EASTERN_NINE):
    cohort.sending_paused_at, cohort.sending_paused_by = at, cohort.opened_by
    cohort.save()


def resume(cohort):
    cohort.sending_paused_at = cohort.sending_paused_by = None
    cohort.save()


@pytest.mark.parametrize(("hours", "states"), [(3, ["sent"]), (13, ["skipped"])])
def test_a_pause_holds_what_is_owed_and_the_way_back_tells_what_leaves(cohort, hours, states):
    rule(cohort)
    factories.enrollment(cohort)
    reminders.owe(EASTERN_NINE - timedelta(hours=1))
    pause(cohort)
    at = EASTERN_NINE + timedelta(hours=hours)

    held, missed = sweep(at), reminder_rules.missed(cohort, at=at)
    resume(cohort)
    sweep(at)

    assert (held, missed) == (0, (1, 0) if states == ["sent"] else (0, 1))
    assert [*Message.objects.values_list("state", flat=True)] == states


def test_a_pause_holds_every_mail_of_the_cohort_and_no_sign_in_code(cohort, mailbox):
    ada = factories.person()
    for key, slug in (("receipt", cohort.slug), ("code", "")):
        Message.objects.create(key=key, kind=key, cohort_slug=slug, person=ada, address=ada.email, subject=key)
    pause(cohort)

    outbox.send_due()

    assert [mail.subject for mail in mailbox] == ["code"]


def test_an_address_from_which_mail_came_back_is_a_task_until_it_works_again(cohort):
    rule(cohort)
    ada = factories.enrollment(cohort, factories.person(email="a.ward@example.org", mail_bounced_at=EASTERN_NINE))
    by = cohort.opened_by

    asked = [bounces.ask_for_help(), bounces.ask_for_help()]
    [task] = cohort.tasks.all()
    bounces.works_again(ada.person, by=by)
    task.refresh_from_db()

    assert (asked, sweep(), task.done_by) == ([1, 1], 1, by)
    assert task.sentence == "Mail to a.ward@example.org came back. Call, or correct the address."
    assert task.url == f"/cohorts/{cohort.slug}/people/{ada.ref}/"


# The preview says what the sweep does --------------------------------------------------------------------------------
def told_by_preview(lines):
    return {(line.rule.key, person.first_name) for line in lines for people in line.going.values() for person in people}


def sent_on(day):
    """What left on that day of November on its reader's calendar."""
    rows = Message.objects.filter(state="sent").select_related("person")
    return [row for row in rows if row.sent_at.astimezone(ZoneInfo(row.person.zone)).day == day]


def test_the_preview_of_a_day_names_those_who_get_it(cohort, two_rules):
    """People in four zones; one excused, bounced, extended, withdrawn, not joined, without meeting reminders."""
    zones = ("America/New_York", "Pacific/Guam", "Pacific/Honolulu", "Asia/Kathmandu")
    for n, zone in enumerate(zones):
        factories.enrollment(cohort, factories.person(f"P{n}", zone=zone))
    by = cohort.opened_by
    factories.enrollment(cohort, factories.person("Bounced", mail_bounced_at=EASTERN_NINE))
    factories.enrollment(cohort, factories.person("Alone", wants_meeting_reminders=False))
    factories.enrollment(cohort, factories.person("New"), joined_at=None)
    factories.enrollment(cohort, factories.person("Gone"), withdrawn_at=EASTERN_NINE, withdrawn_by=by)
    later = {"extended_until": date(2023, 12, 4), "extended_at": EASTERN_NINE, "extended_by": by}
    factories.enrollment(cohort, factories.person("Later"), **later)
    start = datetime(2023, 11, 26, 11, tzinfo=UTC)

    days = {day: previewing.day(cohort, date(2023, 11, day), at=start) for day in (27, 28)}
    for hour in range(0, 60, 3):
        sweep(start + timedelta(hours=hour))

    assert {day: told_by_preview(lines) for day, lines in days.items()} == {
        day: {(row.kind.removeprefix("reminder-"), row.person.first_name) for row in sent_on(day)} for day in days
    }
    assert sorted(row.person.first_name for row in sent_on(27)) == ["Alone", "Later", "P0", "P2"]
    skipped = {
        (line.rule.key, reason, person.first_name)
        for line in days[27]
        for reason, people in line.skipped.items()
        for person in people
    }
    assert skipped == {
        *(("meeting", "merged with “Three”", name) for name in ("P0", "P2")),
        *((key, "mail came back", "Bounced") for key in ("meeting", "three")),
        *((key, "not joined", "New") for key in ("meeting", "three")),
        *((key, "withdrawn", "Gone") for key in ("meeting", "three")),
        ("meeting", "wants none about meetings", "Alone"),
        ("three", "extension", "Later"),
    }


CLOCKS = ("America/New_York", "America/Phoenix", "Pacific/Guam")


def two_terms(dice):
    """Two cohorts that share people in some zones, each with rules of the same week; some are on later than others.

    Some of their letters have a hole.
    """
    cohorts = [factories.cohort(), factories.cohort()]
    for cohort in cohorts:
        for number in range(3):
            rule(
                cohort, key=f"r{number}", event_kind="evidence_due", audience="not_submitted",
                days=dice.choice([-4, -3, -2]), at=time(dice.choice([6, 9, 16])), is_on=number > 0,
                zone_of=dice.choice(["reader", "cohort"]), subject="{{ first_name }}",
                body=dice.choice(["Dear {{ first_name }}"] * 4 + ["Bring {{ cake }}"]),
            )  # fmt: skip
    for n in range(4):
        person = factories.person(f"P{n}", zone=dice.choice(CLOCKS))
        for cohort in dice.choice([cohorts, cohorts, cohorts[:1]]):
            factories.enrollment(cohort, person)
    return cohorts


@pytest.mark.parametrize("seed", range(2))
def test_the_preview_is_what_leaves_whatever_left_before_and_whatever_other_cohorts_send(seed):
    """Midway through a day somebody turns on a rule; what it adds comes where nothing has left that day."""
    first, _ = two_terms(Random(seed))
    hours = [datetime(2023, 11, 26, 5, tzinfo=UTC) + timedelta(hours=hour) for hour in range(0, 84, 3)]
    midway = hours[9 + seed % 4]
    for hour in hours[: hours.index(midway)]:
        sweep(hour)
    Reminder.objects.update(is_on=True)

    days = {day: previewing.day(first, date(2023, 11, day), at=midway) for day in (27, 28, 29)}
    before = set(Message.objects.filter(state="sent").values_list("pk", flat=True))
    for hour in hours[hours.index(midway) :]:
        sweep(hour)

    left = {
        day: {(row.kind.removeprefix("reminder-"), row.person.first_name) for row in sent_on(day)
              if row.cohort_slug == first.slug and row.pk not in before}
        for day in days
    }  # fmt: skip
    assert {day: told_by_preview(lines) for day, lines in days.items()} == left
    assert any(left.values())


def test_the_preview_says_what_has_left_and_what_another_cohort_says(cohort, two_rules):
    """Ada is in two cohorts, Ben in this one; the afternoon's reminder is turned on after the morning's has left."""
    Reminder.objects.filter(key="meeting").update(is_on=False)
    elsewhere = factories.cohort()
    evidence_rule(elsewhere, at=time(8))
    ada, ben = factories.person("Ada"), factories.person("Ben")
    for where, who in ((cohort, ada), (cohort, ben), (elsewhere, ada)):
        factories.enrollment(where, who)
    sweep(MORNING)
    Reminder.objects.filter(key="meeting").update(is_on=True)

    told = {day: previewing.day(cohort, date(2023, 11, day), at=MORNING + timedelta(hours=1)) for day in (27, 28)}

    lines = {(day, line.rule.key): line for day, lines in told.items() for line in lines}
    assert lines[27, "three"].gone == [ben]
    assert lines[27, "three"].skipped == {"Said in the mail “Three” of the same day": [ada]}
    assert lines[27, "meeting"].skipped == {"it comes the next morning, after another of that day": [ada, ben]}
    assert {key: dict(line.going) for key, line in lines.items() if line.going} == {
        (28, "meeting"): {"8:00\N{NO-BREAK SPACE}AM their time, put off from the day before": [ada, ben]}
    }


def test_a_pause_holds_what_another_cohort_would_say_in_its_mail(cohort, mailbox):
    elsewhere = factories.cohort()
    ada = factories.person("Ada")
    for where in (cohort, elsewhere):
        evidence_rule(where, subject=f"From {where.slug}")
        factories.enrollment(where, ada)
    pause(elsewhere)

    left, [line] = [sweep(MORNING)], previewing.day(cohort, date(2023, 11, 27), at=MORNING + timedelta(hours=1))

    assert (left, mailbox[0].subject) == ([1], f"From {cohort.slug}")
    assert elsewhere.slug not in mailbox[0].body
    assert line.gone == [ada]


def test_the_preview_says_when_the_quiet_hours_move_one(cohort):
    rule(cohort, at=time(17), zone_of="cohort")
    factories.enrollment(cohort, factories.person(zone="Pacific/Guam"))

    [line] = previewing.day(cohort, date(2023, 11, 5), at=EASTERN_NINE - timedelta(days=1))

    assert [hour.replace("\N{NO-BREAK SPACE}", " ") for hour in line.going] == [
        "8:00 AM their time, moved out of the quiet hours"
    ]


def test_cohorts_of_other_admins_write_for_themselves(cohort, mailbox):
    """What one team says of somebody stands in no mail that another team reads; of one team it is one mail."""
    same, other = factories.cohort(), factories.cohort()
    ada = factories.person("Ada")
    for where, admin in ((cohort, cohort.opened_by), (same, cohort.opened_by), (other, other.opened_by)):
        factories.staff(where, admin, "admin")
        evidence_rule(where, subject=f"From {where.slug}")
        factories.enrollment(where, ada)

    sweep(MORNING)

    lines = previewing.day(other, date(2023, 11, 27), at=MORNING + timedelta(hours=1))
    said = [[where.slug for where in (cohort, same, other) if f"From {where.slug}" in f"{mail.subject} {mail.body}"]
            for mail in mailbox]  # fmt: skip
    assert sorted(said) == sorted([[cohort.slug, same.slug], [other.slug]])
    assert [line.gone for line in lines] == [[ada]]
