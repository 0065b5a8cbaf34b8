"""Reminders on pages: added, read as a person, changed, copied, tested, turned off, removed; and what was sent."""

from datetime import UTC, datetime, time, timedelta

import pytest

from cohorts import reminders
from cohorts.models import Reminder
from microcred import outbox
from microcred.models import Message
from tests.support import factories

pytestmark = pytest.mark.django_db
NOVEMBER = datetime(2023, 11, 1, 15, tzinfo=UTC)
TYPED = {
    "name": "Two days", "audience": "expected", "count": 2, "side": "before", "event_kind": "meeting", "at": "09:00",
    "zone_of": "reader", "subject": "{{ meeting }}", "body": "Dear {{ first_name }}, {{ meeting_time }}", "seen": 1,
}  # fmt: skip


@pytest.fixture(autouse=True)
def november(clock):
    clock(NOVEMBER)


@pytest.fixture
def cohort():
    return factories.cohort()


@pytest.fixture
def admin(client, cohort):
    priya = factories.person("Priya", "Raman")
    factories.staff(cohort, priya, role="admin")
    client.force_login(priya)
    return priya


@pytest.fixture
def rule(cohort):
    return Reminder.objects.create(
        cohort=cohort, key="two-days", event_kind="meeting", days=-2, at=time(9), audience="expected",
        subject="{{ meeting }}", body="Dear {{ first_name }}, {{ meeting_time }}",
    )  # fmt: skip


@pytest.fixture
def dana(cohort):
    return factories.enrollment(cohort, factories.person("Dana", "Okafor", zone="America/Phoenix"))


def page(cohort, path=""):
    return f"/cohorts/{cohort.slug}/reminders/{path}"


def test_one_is_added_and_read_as_a_person(client, cohort, admin, dana):
    answer = client.post(page(cohort, "new/"), TYPED, follow=True)

    made = Reminder.objects.get()
    assert (made.key, made.days, made.at, made.is_on) == ("two-days", -2, time(9), True)
    assert "Dear Dana, Mon, Nov 6, 2:00–3:30 PM MST" in answer.text.replace("&nbsp;", " ")


def test_it_can_be_read_before_it_is_kept(client, cohort, admin, dana):
    answer = client.post(page(cohort, "new/"), TYPED | {"look": "yes"})

    assert "Dear Dana, Mon" in answer.text
    assert not Reminder.objects.exists()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"body": "{{ what_is_left }}"}, "This audience has no {{ what_is_left }}."),
        ({"event_kind": "evidence_due"}, "For these people count from “Community of Practice”."),
        ({"name": "Sent"}, "There is a reminder of that name."),
        ({"count": 121}, "less than or equal to 120"),
        ({"body": "{{ full_name }} {{ first_name }}", "subject": ""}, "This field is required."),
    ],
)
def test_what_does_not_fit_is_said_beside_it_and_kept(client, cohort, admin, dana, typed, told):
    answer = client.post(page(cohort, "new/"), TYPED | typed)

    assert told in answer.text
    assert not Reminder.objects.exists()
    assert "9:00" in answer.text or "09:00" in answer.text


def test_a_letter_that_would_have_a_hole_is_refused_with_the_name(client, cohort, admin, dana):
    cohort.name = ""
    cohort.save()

    answer = client.post(page(cohort, "new/"), TYPED | {"body": "{{ cohort }}"})

    assert "For Dana Okafor it would come out with a hole." in answer.text


def test_a_change_takes_back_what_is_owed_and_is_owed_anew(client, cohort, admin, dana, rule, clock):
    clock(datetime(2023, 11, 4, 1, tzinfo=UTC))
    reminders.owe(datetime(2023, 11, 4, 1, tzinfo=UTC))
    first = Message.objects.get()

    client.post(page(cohort, "two-days/editing/"), TYPED | {"at": "11:00"})
    reminders.owe(datetime(2023, 11, 4, 1, tzinfo=UTC))

    assert Message.objects.get().due_at - first.due_at == timedelta(hours=2)


def test_of_two_who_change_it_the_second_is_told_and_loses_nothing(client, cohort, admin, dana, rule):
    client.post(page(cohort, "two-days/editing/"), TYPED | {"subject": "First"})

    answer = client.post(page(cohort, "two-days/editing/"), TYPED | {"subject": "Second"})

    rule.refresh_from_db()
    assert (answer.status_code, rule.subject) == (409, "First")
    assert "Someone else changed this" in answer.text
    assert 'value="Second"' in answer.text
    client.post(page(cohort, "two-days/editing/"), TYPED | {"subject": "Second", "seen": 2})
    rule.refresh_from_db()
    assert rule.subject == "Second"


def test_a_copy_is_off_until_somebody_turns_it_on(client, cohort, admin, rule):
    client.post(page(cohort, "two-days/copying/"))
    client.post(page(cohort, "two-days/copying/"))

    assert list(cohort.reminders.values_list("key", "is_on")) == [
        ("two-days", True),
        ("two-days-2", False),
        ("two-days-3", False),
    ]


@pytest.mark.parametrize(("state", "left"), [("owed", 0), ("skipped", 0), ("sent", 1), ("merged", 1)])
def test_only_what_never_went_out_is_removed(client, cohort, admin, dana, rule, state, left):
    Message.objects.create(
        key="one", kind="reminder-two-days", cohort_slug=cohort.slug, person=dana.person, address="d@example.org",
        subject="Soon", is_reminder=True, state=state, sent_at=NOVEMBER if state == "sent" else None,
    )  # fmt: skip

    client.post(page(cohort, "two-days/removing/"))

    assert Reminder.objects.count() == left
    assert Message.objects.filter(state="owed").count() == 0


def test_a_test_goes_to_whoever_asks_and_says_what_it_is(client, cohort, admin, dana, rule, mailbox):
    client.post(page(cohort, "two-days/testing/"), {"as": dana.ref})
    outbox.send_due()

    [mail] = mailbox
    assert (mail.to, mail.subject) == ([admin.email], "Test: Community of Practice 3")
    assert mail.body.startswith("Dear Dana")


def test_a_pause_is_told_and_so_is_what_comes_of_it(client, cohort, admin, dana):
    client.post(page(cohort, "pausing/"))
    for key, useless_at in (("one", None), ("two", NOVEMBER)):
        Message.objects.create(
            key=key, kind="receipt", cohort_slug=cohort.slug, person=dana.person, address="d@example.org",
            subject="Soon", useless_at=useless_at,
        )  # fmt: skip
    assert "No mail of this cohort leaves" in client.get(page(cohort)).text

    answer = client.post(page(cohort, "resuming/"), follow=True)

    assert "Of the mails that waited, 1 leaves now and 1 comes too late to be sent." in answer.text


@pytest.mark.parametrize("count", [1, 4])
@pytest.mark.parametrize(("path", "queries"), [("preview/?on=2023-11-04", 14), ("two-days/", 14), ("sent/?q=ok", 10)])
def test_a_page_takes_the_same_queries_however_many_people(
    client, cohort, admin, rule, django_assert_num_queries, path, queries, count
):
    for _ in range(count):
        factories.enrollment(cohort, factories.person("Dana", "Okafor"))
    reminders.owe(datetime(2023, 11, 4, 1, tzinfo=UTC))

    with django_assert_num_queries(queries):
        answer = client.get(page(cohort, path))

    assert answer.text.count("Okafor") >= count


def test_a_day_says_who_is_skipped_and_why(client, cohort, admin, dana, rule):
    factories.enrollment(cohort, factories.person("Hana", "Nguyen", mail_bounced_at=NOVEMBER))

    told = client.get(page(cohort, "preview/"), {"on": "2023-11-04"}).text
    nothing = client.get(page(cohort, "preview/"), {"on": "2023-11-09"}).text

    assert "Dana Okafor" in told
    assert "Skipped: mail came back" in told
    assert f'<option value="{dana.ref}">Dana Okafor</option>' in told
    assert "Hana Nguyen" in told
    assert "Nothing leaves on that day." in nothing


def test_a_day_says_who_is_kept_back_by_a_hole_in_the_letter(client, cohort, admin, dana, rule):
    Reminder.objects.filter(pk=rule.pk).update(body="Bring {{ cake }}.")

    told = client.get(page(cohort, "preview/"), {"on": "2023-11-04"}).text

    assert ">Kept back</span>" in told
    assert "The letter cannot be written: “cake” has no value." in told
    assert "0 people" in told


def test_an_admin_says_that_an_address_works_again(client, cohort, admin, dana):
    dana.person.mail_bounced_at = NOVEMBER
    dana.person.save()

    client.post(f"/cohorts/{cohort.slug}/people/{dana.ref}/address-works/")

    dana.person.refresh_from_db()
    assert dana.person.mail_bounced_at is None


def test_sent_mail_is_found_by_its_reader(client, cohort, admin, dana, rule):
    factories.enrollment(cohort, factories.person("Bea", "Lund"))
    reminders.owe(datetime(2023, 11, 4, 1, tzinfo=UTC))

    found = client.get(page(cohort, "sent/"), {"q": "dana oka"}).context["page"]

    assert [mail.person for mail in found] == [dana.person]
