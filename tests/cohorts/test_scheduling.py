"""A cohort is prepared and opened, its dates hold together, and changes are told to those who counted on them."""

from datetime import UTC, date, datetime, time

import pytest
from django.core.exceptions import ValidationError

from cohorts import attending, feeds, opening, scheduling, series
from cohorts.models import Cohort, Event, Reminder
from microcred.models import Message
from microcred.verdict import Refused
from tests.support import factories

pytestmark = pytest.mark.django_db
SUMMER = datetime(2023, 8, 1, tzinfo=UTC)
BEFORE = datetime(2023, 10, 20, 15, tzinfo=UTC)
RULE = {
    "key": "meeting", "event_kind": "meeting", "days": -2, "at": "09:00", "zone_of": "reader", "audience": "expected",
    "letter": "reminder-meeting",
}  # fmt: skip
NEW = {
    "name": "Fall 2023", "slug": "fall-2023-l2", "team_email": "fall@example.org", "zone": "America/New_York",
    "learning_begins": "2023-09-01", "evidence_due": "2023-11-30", "reviews_due": "2023-12-13",
    "decisions": "2023-12-15",
}  # fmt: skip
CLOSED = "Evidence is due on November\N{NO-BREAK SPACE}30, 2023."


@pytest.fixture
def cohort():
    return factories.cohort()


@pytest.fixture
def meeting(cohort):
    return Event.objects.get(cohort=cohort, kind="meeting", number=3)


@pytest.fixture
def admin(client, cohort):
    cleo = factories.person("Cleo", "Lead")
    factories.staff(cohort, cleo, "admin")
    client.force_login(cleo)
    return cleo


def prepared(**fields):
    dates = {"learning_begins": date(2023, 9, 1), "evidence_due": date(2023, 11, 30)}
    edition = factories.edition(reminders=[RULE])
    return opening.create(
        edition,
        by=factories.person("Cleo", "Lead"),
        dates=dates,
        name="Fall 2023",
        slug="fall",
        team_email="f@example.org",
    )


# Opening -------------------------------------------------------------------------------------------------------------
def test_opening_freezes_the_edition_and_copies_its_reminders(clock):
    clock(SUMMER)
    cohort = prepared()

    opening.open_cohort(cohort, by=factories.person())

    cohort.edition.refresh_from_db()
    reminder = Reminder.objects.get()
    assert cohort.edition.is_frozen
    assert (reminder.at, reminder.days, reminder.subject) == (time(9), -2, "reminder-meeting for {{ first_name }}")


def test_a_cohort_opens_once(clock):
    clock(SUMMER)
    cohort = prepared()
    opening.open_cohort(cohort, by=factories.person())

    with pytest.raises(Refused) as refusal:
        opening.open_cohort(cohort, by=factories.person())

    assert str(refusal.value) == "The Fall 2023 cohort is open already."


def test_a_cohort_whose_evidence_was_due_does_not_open():
    with pytest.raises(Refused, match="that day has passed. Choose a later one"):
        opening.open_cohort(prepared(), by=factories.person())


def test_a_cohort_without_a_date_for_evidence_stays_closed():
    cohort = prepared()
    cohort.events.filter(kind="evidence_due").delete()

    with pytest.raises(Refused) as refusal:
        opening.open_cohort(cohort, by=factories.person())

    assert str(refusal.value) == ("The cohort has no date for “Evidence due” yet. Add it to the calendar first.")


def test_an_admin_prepares_another_cohort_and_runs_it(client, admin, clock):
    clock(SUMMER)
    client.post("/cohorts/new/", NEW | {"edition": factories.edition().pk})

    made = Cohort.objects.get(slug="fall-2023-l2")
    assert made in Cohort.objects.run_by(admin)
    assert dict(made.events.values_list("kind", "on"))["evidence_due"] == date(2023, 11, 30)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("evidence_due", "2023-08-01", "Learning begins on September\N{NO-BREAK SPACE}1, 2023."),
        ("reviews_due", "2023-11-30", CLOSED),
        ("decisions", "2023-11-01", CLOSED),
        ("decisions", "2023-12-12", "Reviews are due on December\N{NO-BREAK SPACE}13, 2023."),
        ("slug", "New", "“new” is taken by a page of ours."),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(client, admin, field, value, sentence):
    page = client.post("/cohorts/new/", NEW | {"edition": factories.edition().pk, field: value})

    assert page.context["form"].errors[field][0].startswith(sentence)


# Dates and meetings --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("on", "sentence"),
    [
        ("2023-08-31", "Learning begins on September\N{NO-BREAK SPACE}1, 2023. Choose that day or a later one."),
        ("2023-12-01", f"{CLOSED} A meeting has to come before it, or on that day."),
    ],
)
def test_a_meeting_lies_within_the_term(client, cohort, admin, on, sentence):
    posted = {"title": "Extra", "on": on, "starts": "16:00", "ends": "17:30"}

    page = client.post(f"/cohorts/{cohort.slug}/calendar/new/", posted)

    assert page.context["form"].errors["on"] == [sentence]


def test_a_meeting_is_added_with_the_next_number(client, cohort, admin):
    posted = {"title": "Extra", "on": "2023-11-20", "starts": "16:00", "ends": "17:30"}

    client.post(f"/cohorts/{cohort.slug}/calendar/new/", posted)

    added = Event.objects.get(number=4)
    assert (added.title, added.starts_at) == ("Extra", datetime(2023, 11, 20, 21, tzinfo=UTC))


@pytest.mark.parametrize(("starts", "ends"), [("16:00", "16:00"), ("16:00", "")])
def test_a_meeting_ends_after_it_begins(client, cohort, admin, starts, ends):
    posted = {"title": "Extra", "on": "2023-11-20", "starts": starts, "ends": ends}

    page = client.post(f"/cohorts/{cohort.slug}/calendar/new/", posted)

    assert "ends" in page.context["form"].errors


@pytest.mark.parametrize("on", [date(2023, 11, 5), date(2024, 3, 10)])
def test_an_hour_that_comes_twice_or_never_is_no_time_for_a_meeting(cohort, on):
    hour = time(1, 30) if on.month == 11 else time(2, 30)
    event = Event(cohort=cohort, kind="meeting", number=9, title="Night", on=on, starts=hour, ends=time(5))

    with pytest.raises(ValidationError) as refusal:
        event.full_clean()

    assert refusal.value.messages == [f"The clocks change in that hour on {on:%B} {on.day}. Choose a time outside it."]


def test_looking_shows_each_clock_and_saves_nothing(client, cohort, meeting, admin):
    factories.enrollment(cohort, factories.person(zone="America/Phoenix"))
    posted = {"title": "Moved", "on": "2023-11-07", "starts": "16:00", "ends": "17:30", "look": "yes"}

    page = client.post(f"/cohorts/{cohort.slug}/calendar/3/", posted)

    shown = [(row.place, row.time, row.last, row.people) for row in page.context["outlook"].views]
    hour = "{}:00\N{NO-BREAK SPACE}PM".format
    assert shown == [("Eastern Time", hour(4), "", 0), ("Arizona", hour(2), hour(1), 1)]
    assert Event.objects.get(pk=meeting.pk).title == "Community of Practice 3"


def test_a_moved_meeting_is_told_once_to_everyone_taking_part(cohort, meeting, clock):
    clock(BEFORE)
    ada = factories.enrollment(cohort)
    factories.enrollment(cohort, joined_at=None)
    meeting.on = date(2023, 11, 7)

    scheduling.change(meeting)

    mail = Message.objects.get()
    assert (mail.person, mail.kind, mail.attachment_name) == (ada.person, "meeting-changed", "meeting.ics")
    assert all(line in mail.attachment for line in ("METHOD:PUBLISH", "SEQUENCE:1", f"UID:{meeting.uid}"))


def test_who_could_not_come_is_asked_again_about_another_day(cohort, meeting, clock):
    clock(BEFORE)
    ben = factories.enrollment(cohort)
    attending.cannot_come(ben, meeting)
    letter = cohort.edition.letters.get(key="meeting-changed")
    letter.body = "{{ meeting_notes }}"
    letter.save()
    meeting.on = date(2023, 11, 7)

    scheduling.change(meeting)

    assert "You had said that you cannot come on Mon, Nov\N{NO-BREAK SPACE}6." in Message.objects.get().text
    assert not meeting.attendances.exists()


def test_an_excuse_stays_when_only_the_hour_changes(cohort, meeting, clock):
    clock(BEFORE)
    ben = factories.enrollment(cohort)
    attending.cannot_come(ben, meeting)
    meeting.starts = time(16, 30)

    assert scheduling.change(meeting) == 1
    assert meeting.attendances.get().enrollment == ben


def test_pages_say_where_a_meeting_was_before_it_moved(client, cohort, meeting, clock):
    clock(BEFORE)
    ada = factories.enrollment(cohort, factories.person(zone="America/Phoenix"))
    meeting.on = date(2023, 11, 7)
    scheduling.change(meeting)
    client.force_login(ada.person)

    for page in ("", "calendar/"):
        shown = client.get(f"/my/{cohort.slug}/{page}").text.replace("\N{NO-BREAK SPACE}", " ")
        assert "Moved</span>" in shown and "It was on Mon, Nov 6, 2:00 PM." in shown


def test_pages_say_that_a_meeting_is_cancelled(client, cohort, meeting, clock):
    clock(BEFORE)
    ada = factories.enrollment(cohort)
    scheduling.cancel(meeting, by=cohort.opened_by)
    client.force_login(ada.person)

    home, calendar = (
        client.get(f"/my/{cohort.slug}/{page}").text.replace("\N{NO-BREAK SPACE}", " ") for page in ("", "calendar/")
    )
    assert "Community of Practice 3 on Mon, Nov 6 is cancelled." in home
    assert "This meeting does not take place." in calendar
    assert "Community of Practice 3, cancelled</span>" in calendar  # in the month


def test_what_is_over_is_not_cancelled(client, cohort, meeting, admin, clock):
    clock(datetime(2023, 11, 7, tzinfo=UTC))

    answers = [
        client.get(f"/cohorts/{cohort.slug}/calendar/3/cancelling/"),
        client.get(f"/cohorts/{cohort.slug}/calendar/3/"),
    ]

    assert [answer.status_code for answer in answers] == [403, 200]
    assert "Community of Practice 3 is over." in answers[0].text and "cancelling" not in answers[1].text
    with pytest.raises(Refused):
        scheduling.cancel(meeting, by=admin)


def test_a_cancelled_meeting_has_no_form(client, cohort, meeting, admin, clock):
    clock(BEFORE)
    scheduling.cancel(meeting, by=admin)

    page = client.post(f"/cohorts/{cohort.slug}/calendar/3/", EXTRA, follow=True).text

    assert "Community of Practice 3 is cancelled" in page and 'name="starts"' not in page
    assert "Community of Practice 3 was cancelled meanwhile. Nothing was changed." in page


def test_another_link_is_nobodys_mail(cohort, meeting, clock):
    clock(BEFORE)
    factories.enrollment(cohort)
    meeting.where = "https://meet.example.org/other"

    assert (scheduling.change(meeting), Event.objects.get(pk=meeting.pk).sequence) == (0, 1)


def test_what_was_is_changed_without_telling(cohort, meeting, clock):
    clock(datetime(2023, 11, 20, tzinfo=UTC))
    factories.enrollment(cohort)
    meeting.ends = time(17)

    assert scheduling.change(meeting) == 0


def test_a_cancelled_meeting_stays_and_is_told(client, cohort, meeting, admin, clock):
    clock(BEFORE)
    factories.enrollment(cohort)
    page = client.get(f"/cohorts/{cohort.slug}/calendar/3/cancelling/")
    assert "1 person is told by e-mail" in page.text

    client.post(f"/cohorts/{cohort.slug}/calendar/3/cancelling/")
    client.post(f"/cohorts/{cohort.slug}/calendar/3/cancelling/")

    meeting.refresh_from_db()
    mail = Message.objects.get()
    assert (meeting.cancelled_by, meeting.sequence, mail.kind) == (admin, 1, "meeting-cancelled")
    assert "METHOD:CANCEL" in mail.attachment


def test_dates_move_together_or_not_at_all(client, cohort, admin):
    kept = {"learning_begins": "2023-09-01", "reviews_due": "2023-12-13", "decisions": "2023-12-15"}

    page = client.post(f"/cohorts/{cohort.slug}/calendar/dates/", kept | {"evidence_due": "2023-11-01"})

    assert page.context["form"].errors["evidence_due"] == [
        "Community of Practice 3 is after that day. Move the meeting first."
    ]


def test_a_date_is_moved(client, cohort, admin):
    kept = {"learning_begins": "2023-09-01", "reviews_due": "2023-12-13", "decisions": "2023-12-15"}

    client.post(f"/cohorts/{cohort.slug}/calendar/dates/", kept | {"evidence_due": "2023-12-01"})

    event = cohort.events.get(kind="evidence_due")
    assert (event.on, event.sequence, event.ends_at) == (
        date(2023, 12, 1), 1, datetime(2023, 12, 2, 5, tzinfo=UTC),
    )  # fmt: skip


# Two at once ---------------------------------------------------------------------------------------------------------
def test_two_meetings_added_at_once_both_stand(cohort):
    fields = {"kind": "meeting", "number": 4, "on": date(2023, 11, 20), "starts": time(16), "ends": time(17)}
    pages = [Event(cohort=cohort, title=title, **fields) for title in ("One tab", "Another tab")]

    for event in pages:
        scheduling.add([event])

    assert [event.number for event in pages] == [4, 5]


# New ones ------------------------------------------------------------------------------------------------------------
MOVED_BY_CLOCKS = (
    "Eastern Time changes its clocks on November 5. 3 people (Arizona, Hawaii) get another hour than on October 16. "
    "They are told."
)
EXTRA = {"title": "Community of Practice 4", "on": "2023-11-13", "starts": "16:00", "ends": "17:30"}


def say(cohort, letter, body):
    cohort.edition.letters.filter(key=letter).update(subject=letter, body=body)


def test_a_meeting_added_to_an_open_cohort_is_announced(client, cohort, admin, clock):
    clock(BEFORE)
    say(cohort, "meeting-added", "{{ meetings_short }}\n\n{{ meeting_list }}")
    ada = factories.enrollment(cohort, factories.person(zone="America/Phoenix"))

    page = client.post(f"/cohorts/{cohort.slug}/calendar/new/", EXTRA, follow=True)

    mail = Message.objects.get()
    assert "1 person is told by e-mail." in page.text
    assert (mail.person, mail.kind) == (ada.person, "meeting-added")
    assert "Community of Practice 4, Mon, Nov 13, 2:00 PM" in mail.text
    assert all(line in mail.attachment for line in ("METHOD:PUBLISH", "SEQUENCE:0", "DTSTART;TZID=America/New_York"))


def test_a_program_without_such_a_letter_adds_in_silence(client, cohort, admin, clock):
    clock(BEFORE)
    cohort.edition.letters.filter(key="meeting-added").delete()
    factories.enrollment(cohort)

    client.post(f"/cohorts/{cohort.slug}/calendar/new/", EXTRA)

    assert cohort.events.filter(number=4).exists() and not Message.objects.exists()


def test_a_series_is_adjusted_first_and_told_in_one_mail(client, cohort, admin, clock):
    clock(datetime(2023, 9, 12, tzinfo=UTC))
    factories.enrollment(cohort)
    asked = EXTRA | {"on": "2023-09-25", "count": "3", "every": "two_weeks"}

    first = client.post(f"/cohorts/{cohort.slug}/calendar/new/", asked)
    shown = [(row.typed, row.notes) for row in first.context["series"]]
    assert shown == [("2023-09-25", []), ("2023-10-09", ["Columbus Day."]), ("2023-10-23", [])]
    assert cohort.events.meetings().count() == 3 and not Message.objects.exists()

    days = {"rhythm": first.context["rhythm"], "day-1": "2023-09-25", "day-2": "2023-10-10", "day-3": "2023-12-24"}
    second = client.post(f"/cohorts/{cohort.slug}/calendar/new/", asked | days)
    assert second.context["series"][2].problem.startswith(CLOSED)

    client.post(f"/cohorts/{cohort.slug}/calendar/new/", asked | days | {"day-3": "2023-10-23"})
    added = cohort.events.filter(number__gte=4).order_by("number").values_list("number", "title", "on")
    assert [(number, title, f"{on:%m-%d}") for number, title, on in added] == [
        (4, "Community of Practice 4", "09-25"), (5, "Community of Practice 5", "10-10"),
        (6, "Community of Practice 6", "10-23"),
    ]  # fmt: skip
    assert Message.objects.get().attachment.count("BEGIN:VEVENT") == 3


@pytest.mark.parametrize(
    ("first", "every", "days"),
    [
        ("2023-10-30", "week", ["2023-10-30", "2023-11-06", "2023-11-13"]),
        ("2023-09-11", "month", ["2023-09-11", "2023-10-09", "2023-11-13"]),  # the second Monday
        ("2023-08-31", "month", ["2023-08-31", "2023-09-28", "2023-10-26"]),  # the fifth Thursday, or the last
        ("2023-12-04", "month", ["2023-12-04", "2024-01-01", "2024-02-05"]),
    ],
)
def test_a_series_keeps_its_weekday(first, every, days):
    assert [day.isoformat() for day in series.days(date.fromisoformat(first), 3, every)] == days


# What an admin is told before saving ---------------------------------------------------------------------------------
def test_a_change_is_shown_as_one_of_those_who_get_it(client, cohort, meeting, admin, clock):
    clock(BEFORE)
    say(cohort, "meeting-changed", "From {{ meeting_before }} to {{ meeting_time }}. {{ meeting_notes }}")
    ada = factories.enrollment(cohort)
    ben = factories.enrollment(cohort, factories.person("Ben", "Zane", zone="America/Phoenix"))
    attending.cannot_come(ben, meeting)
    moved = EXTRA | {"title": "Community of Practice 3", "on": "2023-11-07"}

    page = client.post(f"/cohorts/{cohort.slug}/calendar/3/", moved | {"look": "yes", "as": ben.ref})
    shown = page.context["mail"]
    assert "This changes the time for 2 people" in page.text and "You had said that you cannot come" in shown.text
    assert meeting.attendances.count() == 1 and not Message.objects.exists()

    client.post(f"/cohorts/{cohort.slug}/calendar/3/", moved)
    sent = {mail.person: mail for mail in Message.objects.all()}
    assert set(sent) == {ada.person, ben.person}
    assert (sent[ben.person].subject, sent[ben.person].text) == (shown.subject, shown.text)


def test_who_reads_of_another_day_reads_what_the_clocks_do(client, cohort, admin, clock):
    clock(BEFORE)
    say(cohort, "meeting-changed", "{{ meeting_notes }}")
    factories.enrollment(cohort, factories.person(zone="Pacific/Guam"))

    page = client.post(f"/cohorts/{cohort.slug}/calendar/3/", EXTRA | {"on": "2023-11-07", "look": "yes"})

    assert "One hour later on your clock than on October 17." in page.context["mail"].text.replace("\u00a0", " ")
    assert [view.day.replace("\u00a0", " ") for view in page.context["outlook"].views] == ["", "Wed, Nov 8"]


def test_what_people_expect_does_not_move_into_the_past(client, cohort, meeting, admin, clock):
    clock(BEFORE)

    page = client.post(f"/cohorts/{cohort.slug}/calendar/3/", EXTRA | {"on": "2023-10-17"})

    assert page.context["form"].errors["on"] == [
        "That time has passed, and people expect Community of Practice 3. Choose a later one, or cancel the meeting."
    ]
    meeting.on = date(2023, 10, 17)
    with pytest.raises(Refused):
        scheduling.change(meeting)


def test_what_has_been_and_is_recorded_is_not_put_off(client, cohort, meeting, admin, clock):
    clock(datetime(2023, 11, 7, tzinfo=UTC))
    ada = factories.enrollment(cohort)
    attending.record(meeting, {ada.pk: attending.Mark("here")}, by=admin)

    page = client.post(f"/cohorts/{cohort.slug}/calendar/3/", EXTRA)

    said = "Community of Practice 3 has been, and its attendance is recorded. Add another meeting instead."
    assert page.context["form"].errors["on"] == [said]


def test_nobody_is_told_of_another_link(client, cohort, admin, clock):
    clock(BEFORE)
    factories.enrollment(cohort)
    kept = EXTRA | {"on": "2023-11-06", "where": "https://meet.example.org/other", "look": "yes"}

    page = client.post(f"/cohorts/{cohort.slug}/calendar/3/", kept)

    assert "mail" not in page.context and "Nobody is told by e-mail: the time stays" in page.text


@pytest.mark.parametrize(
    ("on", "notes"),
    [
        ("2023-11-06", [MOVED_BY_CLOCKS, "Monday, November 6 is no holiday."]),
        ("2023-11-23", [MOVED_BY_CLOCKS, "Thanksgiving Day."]),
        ("2023-10-21", ["A Saturday."]),
    ],
)
def test_the_day_is_looked_at(client, cohort, admin, on, notes):
    for zone in ("America/Phoenix", "America/Phoenix", "Pacific/Honolulu", "America/Chicago"):
        factories.enrollment(cohort, factories.person(zone=zone))

    page = client.post(f"/cohorts/{cohort.slug}/calendar/3/", EXTRA | {"on": on, "look": "yes"})

    said = [note.replace(" ", " ") for note in page.context["outlook"].notes]
    places = [view.place for view in page.context["outlook"].views]
    assert said == notes and places[0] == "Eastern Time" and set(places[1:]) == {"Arizona", "Hawaii", "Central Time"}


def test_what_nobody_saw_is_removed(client, cohort, meeting, admin):
    Cohort.objects.filter(pk=cohort.pk).update(opened_at=None, opened_by=None)
    page = client.get(f"/cohorts/{cohort.slug}/calendar/3/cancelling/")
    assert "Nobody has been told of it" in page.text

    client.post(f"/cohorts/{cohort.slug}/calendar/3/cancelling/")

    assert not Event.objects.filter(pk=meeting.pk).exists()


def test_what_people_know_of_is_not_removed(meeting):
    with pytest.raises(Refused, match="Cancel it instead"):
        scheduling.remove(meeting)


# Two admins ----------------------------------------------------------------------------------------------------------
def test_of_two_who_edit_a_meeting_the_second_keeps_what_they_typed(client, cohort, meeting, admin):
    meeting.title = "Theirs"
    scheduling.change(meeting)
    mine = EXTRA | {"title": "Mine", "seen": "0"}

    page = client.post(f"/cohorts/{cohort.slug}/calendar/3/", mine)

    assert (page.status_code, page.context["form"]["title"].value()) == (409, "Mine")
    assert "Someone else changed this while you were writing." in page.text and "Theirs: Theirs" in page.text
    client.post(f"/cohorts/{cohort.slug}/calendar/3/", mine | {"seen": page.context["form"]["seen"].value()})
    assert Event.objects.get(pk=meeting.pk).title == "Mine"


def test_of_two_who_edit_the_dates_the_second_keeps_what_they_typed(client, cohort, admin):
    kept = {"learning_begins": "2023-09-01", "reviews_due": "2023-12-13", "decisions": "2023-12-15"}
    seen = scheduling.version_of_dates(cohort)
    client.post(f"/cohorts/{cohort.slug}/calendar/dates/", kept | {"evidence_due": "2023-12-01", "seen": seen})

    page = client.post(f"/cohorts/{cohort.slug}/calendar/dates/", kept | {"evidence_due": "2023-12-04", "seen": seen})

    assert (page.status_code, page.context["form"]["evidence_due"].value()) == (409, "2023-12-04")
    again = {"evidence_due": "2023-12-04", "seen": page.context["form"]["seen"].value()}
    client.post(f"/cohorts/{cohort.slug}/calendar/dates/", kept | again)
    assert cohort.events.get(kind="evidence_due").on == date(2023, 12, 4)


# Years that cannot be meant ------------------------------------------------------------------------------------------
ABSURD = ["9999-12-28", "9999-12-31", "0001-01-01", "1999-12-31", "2101-01-01"]
YEARS = "Choose a day between 2000 and 2100."


@pytest.mark.parametrize("day", ABSURD)
@pytest.mark.parametrize("field", ["learning_begins", "evidence_due", "reviews_due", "decisions"])
def test_a_date_of_the_cohort_is_in_a_year_that_can_be_meant(client, cohort, admin, field, day):
    page = client.post(f"/cohorts/{cohort.slug}/calendar/dates/", {**NEW, field: day})

    assert page.context["form"].errors[field] == [YEARS]


@pytest.mark.parametrize("day", ABSURD)
def test_a_new_cohort_and_a_meeting_are_in_a_year_that_can_be_meant(client, cohort, admin, day):
    opened = client.post("/cohorts/new/", {**NEW, "evidence_due": day})
    meeting = client.post(
        f"/cohorts/{cohort.slug}/calendar/new/", {"title": "Extra", "on": day, "starts": "16:00", "ends": "17:00"}
    )

    assert [opened.context["form"].errors["evidence_due"], meeting.context["form"].errors["on"]] == [[YEARS]] * 2


@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_operators_pages_refuse_such_a_year_too(cohort, day):
    event = cohort.events.get(kind="evidence_due")
    event.on = day

    with pytest.raises(ValidationError, match=YEARS):
        event.full_clean()


# Hosts ---------------------------------------------------------------------------------------------------------------
HOSTING = {
    "key": "hosting",
    "subject": "You host: {{ meetings_short }}",
    "body": "{{ meeting_list }}\n\n[See]({{ link }})",
}


HOSTING_OVER = {
    "key": "hosting-over",
    "subject": "You no longer host {{ meeting }}",
    "body": "{{ meeting_time }}, from now on: {{ hosted_by }}\n\n[See]({{ link }})",
}


@pytest.fixture
def hosted(cohort, meeting, clock):
    """Meeting 3, hosted by Ben, who reviews here; and Ada takes part."""
    clock(BEFORE)
    for letter in (HOSTING, HOSTING_OVER):
        cohort.edition.letters.create(**letter)
    meeting.host = factories.person("Ben", "Reader", zone="America/Phoenix")
    meeting.save()
    factories.staff(cohort, meeting.host, "reviewer")
    factories.staff(cohort, meeting.host, "second_reader")
    factories.enrollment(cohort, factories.person("Ada", "Ward"))
    return meeting


def sequence_of(mail):
    return [line for line in mail.attachment.splitlines() if line.startswith(("UID", "SEQUENCE", "METHOD"))]


def test_a_host_gets_each_change_once_with_the_meeting_for_their_calendar(cohort, hosted):
    hosted.on = date(2023, 11, 7)
    told = scheduling.change(hosted)
    hosted.bring = "A question"
    nobody = scheduling.change(hosted)
    cancelled = scheduling.cancel(hosted, by=cohort.opened_by)

    moved, off = Message.objects.filter(person=hosted.host).order_by("pk")
    theirs = Message.objects.filter(person__first_name="Ada").order_by("pk")
    assert (told, nobody, cancelled, theirs.count()) == (2, 0, 2, 2)
    assert (moved.kind, off.kind) == ("hosting", "meeting-cancelled")
    assert "It was on Mon, Nov 6, 2:00–3:30 PM MST" in moved.text.replace("\N{NO-BREAK SPACE}", " ")
    assert [sequence_of(one) for one in (moved, off)] == [sequence_of(one) for one in theirs]


def test_who_hosts_from_now_on_is_told_and_a_host_who_takes_part_is_told_once(cohort, hosted):
    hosted.host = factories.person("Cleo", "Lead")
    factories.staff(cohort, hosted.host, "admin")
    assert scheduling.change(hosted) == 2

    mail = Message.objects.get(kind="hosting")
    assert (mail.person, f"/cohorts/{cohort.slug}/calendar/" in mail.text) == (hosted.host, True)

    factories.enrollment(cohort, hosted.host)
    hosted.on = date(2023, 11, 7)
    assert scheduling.change(hosted) == 2
    assert [one.kind for one in Message.objects.filter(person=hosted.host).order_by("pk")] == [
        "hosting", "meeting-changed",
    ]  # fmt: skip


def test_who_is_to_host_no_longer_is_told_once_and_loses_it_from_their_calendar(client, cohort, hosted, admin):
    ben, posted = hosted.host, EXTRA | {"title": hosted.title, "on": "2023-11-06", "host": admin.pk}
    page = client.post(f"/cohorts/{cohort.slug}/calendar/3/", posted | {"look": "yes", "as": "former-host"})
    shown = page.context["mail"]
    assert "2 people are told" in page.text and "Ben Reader, host until now</option>" in page.text

    client.post(f"/cohorts/{cohort.slug}/calendar/3/", posted)
    client.post(f"/cohorts/{cohort.slug}/calendar/3/", posted)

    mail = Message.objects.get(person=ben)
    said = "Mon, Nov 6, 2:00–3:30 PM MST (4:00–5:30 PM ET), from now on: Cleo Lead"
    assert mail.text.replace("\N{NO-BREAK SPACE}", " ").startswith(said)
    assert (mail.subject, mail.text) == (shown.subject, shown.text)
    assert sequence_of(mail) == ["METHOD:CANCEL", f"UID:{hosted.uid}", "SEQUENCE:1"]
    assert "STATUS:CANCELLED" in mail.attachment
    assert Message.objects.exclude(person=ben).get().kind == "hosting"


def test_a_former_host_who_takes_part_keeps_the_meeting(cohort, hosted):
    factories.enrollment(cohort, hosted.host)
    hosted.host = None

    assert scheduling.change(hosted) == 0


def test_a_new_series_is_one_mail_to_its_host_and_stands_in_their_feed(cohort, hosted):
    kind, host = Event.Kind.MEETING, factories.person("Cleo", "Lead")
    days = [date(2023, 11, 13), date(2023, 11, 20)]
    new = [Event(cohort=cohort, kind=kind, title=f"Extra {on.day}", on=on, starts=time(16), ends=time(17), host=host)
           for on in days]  # fmt: skip

    scheduling.add(new)

    mail = Message.objects.get(person=host)
    assert (mail.text.count("Extra"), mail.attachment.count("BEGIN:VEVENT")) == (2, 2)
    assert feeds.personal(host).decode().count("BEGIN:VEVENT") == 2
