"""From one term to the next: the dates move by whole weeks, everything that a term needs comes along, people do not."""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest

from badges.models import Edition
from cohorts import next_term, opening
from cohorts.holidays import holiday_on
from cohorts.models import Cohort, Event, Reminder
from microcred.models import Message
from tests.support import factories

DECEMBER = datetime(2023, 12, 18, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2024, 1, 15), "Martin Luther King Jr. Day"),
        (date(2024, 5, 27), "Memorial Day"),
        (date(2023, 11, 23), "Thanksgiving Day"),
        (date(2023, 11, 10), "Veterans Day (kept)"),
        (date(2021, 12, 31), "New Year’s Day (kept)"),
        (date(2023, 7, 4), "Independence Day"),
        (date(2024, 1, 16), ""),
    ],
)
def test_holidays_are_found_by_their_rules(day, name):
    assert holiday_on(day) == name


@pytest.fixture
def cleo():
    return factories.person("Cleo", "Lead")


@pytest.fixture
def fall(db, clock, cleo):
    clock(DECEMBER)
    cohort = factories.cohort(late_days=3, reads_blind=False)
    factories.staff(cohort, cleo, "admin")
    factories.staff(cohort, role="reviewer", takes_up_to=5)
    factories.enrollment(cohort)
    Reminder.objects.create(
        cohort=cohort, key="own", event_kind="meeting", days=-1, at=time(10), audience="expected",
        subject="Tomorrow", body="Dear {{ first_name }}", is_on=False,
    )  # fmt: skip
    return cohort


@pytest.mark.parametrize("begins", [date(2024, 1, 16), date(2024, 1, 19), date(2024, 8, 30)])
def test_dates_move_by_whole_weeks_so_that_weekdays_stay(fall, begins):
    rows = next_term.proposed(fall, begins)

    assert [row.on for row in rows if row.event.kind == "learning_begins"] == [begins]
    moved = {(row.on - row.event.on).days for row in rows if row.event.kind != "learning_begins"}
    assert len(moved) == 1
    assert moved.pop() % 7 == 0


def test_holidays_weekends_and_changes_of_the_clocks_are_said(fall):
    notes = [row.notes for row in next_term.proposed(fall, date(2024, 1, 5)) if row.event.is_meeting]

    assert notes[:2] == [["Martin Luther King Jr. Day."], ["Washington’s Birthday."]]
    assert notes[2][0].startswith("Eastern Time changes its clocks on March\N{NO-BREAK SPACE}10: where clocks do not")


def hidden(page):
    """What the form of a page would send."""
    fields = re.findall(r'<input type="(?:hidden|date)" name="([\w-]+)" value="([^"]*)"', page.text)
    return {name: value for name, value in fields if name != "csrfmiddlewaretoken"}


def test_a_term_is_opened_on_pages_alone(client, fall, cleo):
    client.force_login(cleo)
    asked = client.get(
        f"/cohorts/{fall.slug}/next-term/", {"term": "Spring 2024", "name": "Spring 2024", "begins": "2024-01-12"}
    )
    third = fall.events.get(kind="meeting", number=3)
    sent = hidden(asked) | {f"day_{third.pk}": "2024-03-19"}

    made = client.post(f"/cohorts/{fall.slug}/next-term/", sent, follow=True)
    again = client.post(f"/cohorts/{fall.slug}/next-term/", sent)
    spring = Cohort.objects.get(name="Spring 2024")
    rows = "E-mail,Last name,First name\nrosa@example.org,Alvarez,Rosa\n"
    checked = client.post("/cohorts/spring-2024-l2/people/import/", {"text": rows}).url
    confirmed = client.get(client.post(checked).url)
    client.post(f"{checked}confirming/", {"seen": confirmed.context["roster"].fingerprint})
    shown = client.get("/cohorts/spring-2024-l2/opening/").text
    inviting = client.post("/cohorts/spring-2024-l2/opening/").url
    told_before = Message.objects.count()
    [rosa] = client.get(inviting).context["waiting"]
    client.post(inviting, {"who": rosa.ref})

    spring.refresh_from_db()
    assert "There is a cohort “Spring 2024” with Level 2 Practice, Spring 2024 already." in again.text
    assert made.redirect_chain == [("/cohorts/spring-2024-l2/opening/", 302)]
    assert (spring.edition.succeeds, spring.edition.term) == (fall.edition, "Spring 2024")
    assert (spring.late_days, spring.reads_blind, spring.team_email) == (3, False, fall.team_email)
    assert list(spring.staff.order_by("role").values_list("role", "takes_up_to")) == [("admin", 8), ("reviewer", 5)]
    assert list(spring.reminders.values_list("key", "is_on", "at")) == [("own", False, time(10))]
    assert [event.on for event in spring.events.meetings().in_time_order()] == [
        date(2024, 1, 22), date(2024, 2, 26), date(2024, 3, 19),
    ]  # fmt: skip
    assert spring.events.get(kind="evidence_due").on == date(2024, 4, 11)
    assert "Invitation for Rosa" in shown.replace("invitation for", "Invitation for")
    assert "<dt>On the roster</dt><dd>1</dd>" in shown
    assert spring.opened_at == DECEMBER
    assert spring.edition.is_frozen
    assert (told_before, Message.objects.get().address) == (0, "rosa@example.org")
    assert "Everybody on the roster is invited." in client.get(inviting).text


def test_only_reminders_of_its_own_come_along_the_others_come_with_the_edition(fall, cleo):
    """What is changed in the set-up of the next edition counts: last term's copy does not stand in its way."""
    rules = [
        {"key": key, "event_kind": "evidence_due", "days": -7, "at": "09:00", "zone_of": "reader",
         "audience": "not_submitted", "letter": "invitation"} for key in ("brought", "later")
    ]  # fmt: skip
    Edition.objects.filter(pk=fall.edition_id).update(reminders=rules)
    fall.edition.refresh_from_db()
    for rule in opening.reminders_to_come(fall):
        rule.days = -3 if rule.key == "later" else rule.days
        rule.save()
    days = {event.pk: event.on + timedelta(weeks=20) for event in fall.events.standing()}

    spring = next_term.prepare(fall, by=cleo, term="Spring 2024", name="Spring 2024", days=days)

    assert set(spring.reminders.values_list("key", "days")) == {("own", -1), ("later", -3)}
    Edition.objects.filter(pk=spring.edition_id).update(reminders=[rules[0] | {"days": -10}])
    opening.open_cohort(Cohort.objects.get(pk=spring.pk), by=cleo)
    assert spring.reminders.get(key="brought").days == -10


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"begins": "2023-12-17"}, "That day has passed; today is Monday, December\N{NO-BREAK SPACE}18."),
        ({"begins": ""}, "This field is required."),
    ],
)
def test_a_term_that_is_over_is_refused(client, fall, cleo, changed, sentence):
    client.force_login(cleo)

    page = client.get(f"/cohorts/{fall.slug}/next-term/", {"term": "S", "name": "S", **changed})

    assert page.context["form"].errors["begins"][0].startswith(sentence)


def test_a_date_that_cannot_stand_is_refused_and_what_was_typed_stays(client, fall, cleo):
    client.force_login(cleo)
    address = f"/cohorts/{fall.slug}/next-term/"
    sent = hidden(client.get(address, {"term": "Spring 2024", "name": "Spring", "begins": "2024-01-12"}))
    evidence = fall.events.get(kind="evidence_due")

    page = client.post(address, sent | {f"day_{evidence.pk}": "2024-01-15"})

    assert "A meeting has to come before it" in page.text
    assert f'name="day_{evidence.pk}" value="2024-01-15"' in page.text
    assert Cohort.objects.count() == 1


def test_a_cohort_of_a_past_term_is_not_prepared(client, fall, cleo):
    client.force_login(cleo)

    page = client.post(
        "/cohorts/new/", {"zone": "America/New_York", "learning_begins": "2023-09-01", "evidence_due": "2023-11-30"}
    )

    assert page.context["form"].errors["evidence_due"] == [
        "Evidence was due on Thu, Nov\N{NO-BREAK SPACE}30; that day has passed. Choose a later one."
    ]


def test_when_revisions_are_due_is_kept_with_the_other_dates(client, fall, cleo):
    client.force_login(cleo)
    days = {"learning_begins": "2023-09-01", "evidence_due": "2023-11-30", "decisions": "2023-12-15"}
    address = f"/cohorts/{fall.slug}/calendar/dates/"

    early = client.post(address, {**days, "revisions_due": "2023-12-15"})
    client.post(address, {**days, "revisions_due": "2024-01-12"})

    assert early.context["form"].errors["revisions_due"][0].startswith("Decisions come on December")
    assert fall.events.get(kind=Event.Kind.REVISIONS_DUE).on == date(2024, 1, 12)


def test_pages_cost_the_same_however_many_dates(client, fall, cleo, django_assert_max_num_queries):
    client.force_login(cleo)
    counts = []
    for number in (0, 4, 5, 6):
        if number:
            Event.objects.create(
                cohort=fall, kind="meeting", number=number, title=f"Extra {number}", on=date(2023, 11, 20),
                starts=time(16), ends=time(17),
            )  # fmt: skip
        Cohort.objects.filter(pk=fall.pk).update(opened_at=None, opened_by=None)
        with django_assert_max_num_queries(60) as taken:
            client.get(f"/cohorts/{fall.slug}/next-term/", {"term": "S", "name": "S", "begins": "2024-01-12"})
            client.get(f"/cohorts/{fall.slug}/opening/")
        counts.append(len(taken))

    assert len(set(counts)) == 1
