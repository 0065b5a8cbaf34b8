"""Pages of cohorts: what they cost whatever their length, what they say when empty, and where each role is at home."""

from datetime import UTC, date, datetime, time

import pytest
from django.urls import reverse

from cohorts import feeds, invitations
from cohorts.models import Cohort, Enrollment, Event, Reminder
from microcred import outbox
from microcred.models import Message
from tests.support import factories

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2023, 10, 30, 15, tzinfo=UTC)


@pytest.fixture
def cohort():
    return factories.cohort()


@pytest.fixture
def admin(client, cohort):
    cleo = factories.person("Cleo", "Lead")
    factories.staff(cohort, cleo, "admin")
    client.force_login(cleo)
    return cleo


@pytest.fixture
def applicant(client, cohort):
    enrollment = factories.enrollment(cohort)
    feeds.feed_of(enrollment.person)
    client.force_login(enrollment.person)
    return enrollment


# What they cost: session, person, two for the header, and their own --------------------------------------------------
@pytest.mark.parametrize("count", [1, 4])
@pytest.mark.parametrize(
    ("page", "queries"),
    [
        ("schedule", 6),  # cohort, events
        ("attendance", 9),  # cohort, meeting, people, attendances, the last save
        ("reminders", 8),  # cohort, rules, events, extensions, one count
        ("sent", 10),  # cohort, count, mails, and whose mail the reader does not read
        ("meeting", 9),
    ],
)
def test_an_admins_page_takes_the_same_queries_however_long(
    client, cohort, admin, django_assert_num_queries, page, queries, count
):
    rows = [factories.enrollment(cohort, joined_at=None) for _ in range(count)]
    invitations.invite(rows, by=admin)
    Enrollment.objects.update(joined_at=LONG_AGO)
    for number in range(count):
        Reminder.objects.create(
            cohort=cohort, key=f"r{number}", event_kind="meeting", days=-1, at=time(9), audience="expected",
            subject="Soon", body="Dear {{ first_name }}",
        )  # fmt: skip
    numbered = {"number": 3} if page in ("attendance", "meeting") else {}

    with django_assert_num_queries(queries):
        answer = client.get(reverse(f"cohorts:{page}", kwargs={"cohort": cohort.slug, **numbered}))

    assert answer.status_code == 200


@pytest.mark.parametrize("count", [1, 4])
def test_the_list_of_cohorts_takes_the_same_queries(client, admin, django_assert_num_queries, count):
    for _ in range(count):
        factories.staff(factories.cohort(), admin, "admin")

    with django_assert_num_queries(6):  # the cohorts, whether another may be prepared
        page = client.get("/cohorts/")

    assert len(page.context["cohorts"]) == count + 1


@pytest.mark.parametrize("count", [1, 4])
def test_a_directors_page_takes_the_same_queries(client, django_assert_num_queries, count):
    dora = factories.person("Dora", "Keller")
    for _ in range(count):
        cohort = factories.cohort()
        factories.staff(cohort, dora, "director")
        factories.enrollment(cohort)
        factories.enrollment(cohort, joined_at=None)
    client.force_login(dora)

    with django_assert_num_queries(6):  # whether there are any, and all of them
        page = client.get("/program/")

    assert [(one.enrolled, one.joined) for one in page.context["cohorts"]] == [(2, 1)] * count


@pytest.mark.parametrize("count", [1, 4])
def test_the_calendar_takes_the_same_queries(client, cohort, applicant, django_assert_num_queries, count):
    for number in range(4, 4 + count):
        Event.objects.create(
            cohort=cohort, kind="meeting", number=number, title=f"Extra {number}", on=date(2023, 11, 20),
            starts=time(16), ends=time(17),
        )  # fmt: skip

    with django_assert_num_queries(8):
        answer = client.get(reverse("cohorts:my_calendar", kwargs={"cohort": cohort.slug}))

    assert answer.status_code == 200


# What an applicant does ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("at", "is_open"), [("20:44:59", False), ("20:45:00", True), ("22:29:59", True)])
def test_the_way_in_opens_fifteen_minutes_before(client, cohort, applicant, clock, at, is_open):
    clock(datetime.fromisoformat(f"2023-11-06T{at}+00:00"))

    page = client.get(f"/my/{cohort.slug}/calendar/").text

    assert ("Join now" in page) == is_open


def test_one_says_that_one_cannot_come_and_takes_it_back(client, cohort, applicant, clock):
    clock(LONG_AGO)
    meeting = f"/my/{cohort.slug}/calendar/3"

    page = client.post(f"{meeting}/absence/", follow=True).text
    assert "You said that you cannot come." in page

    client.post(f"{meeting}/presence/")
    assert applicant.attendances.count() == 0


def test_an_activity_is_ticked_off_and_back(client, cohort, applicant):
    address = f"/my/{cohort.slug}/activities/video/"

    answer = client.post(address, {"next": f"/my/{cohort.slug}/"})
    assert (answer.url, applicant.marks.count()) == (f"/my/{cohort.slug}/", 1)

    client.post(address)
    assert applicant.marks.count() == 1

    client.post(address, {"done": "no"})
    assert applicant.marks.count() == 0


def test_a_form_leads_back_to_pages_of_ours_only(client, cohort, applicant):
    answer = client.post(f"/my/{cohort.slug}/activities/video/", {"next": "https://elsewhere.example.org/"})

    assert answer.url == f"/my/{cohort.slug}/directions/"


def test_who_has_left_changes_nothing(client, cohort, applicant):
    applicant.withdrawn_at, applicant.withdrawn_by = LONG_AGO, applicant.person
    applicant.save()

    answer = client.post(f"/my/{cohort.slug}/activities/video/")

    assert (answer.status_code, applicant.marks.count()) == (403, 0)
    assert "You have left the Fall 2023 cohort." in answer.text


# What an admin does --------------------------------------------------------------------------------------------------
def test_reminders_are_paused_and_resumed(client, cohort, admin):
    for path, is_paused in (("pausing", True), ("resuming", False)):
        client.post(f"/cohorts/{cohort.slug}/reminders/{path}/")

        cohort.refresh_from_db()
        assert (cohort.sending_paused_at is not None) == is_paused


def test_a_rule_is_turned_off_and_read_as_a_person(client, cohort, admin, clock):
    clock(LONG_AGO)
    rule = Reminder.objects.create(
        cohort=cohort, key="three-days", event_kind="evidence_due", days=-3, at=time(9), audience="not_submitted",
        subject="Three days left", body="Dear {{ first_name }}, due {{ due }}. {{ what_is_left }}",
    )  # fmt: skip
    factories.enrollment(cohort, factories.person("Dana", "Okafor", zone="America/Phoenix"))

    page = client.get(f"/cohorts/{cohort.slug}/reminders/three-days/").text.replace("&nbsp;", " ")
    assert "Dear Dana, due Thu, Nov 30, 9:59 PM MST (11:59 PM ET). Missing:" in page

    client.post(f"/cohorts/{cohort.slug}/reminders/three-days/turning/")
    rule.refresh_from_db()
    assert not rule.is_on


@pytest.fixture
def mails(cohort):
    """One mail of the cohort, one of another, one of none."""
    invitations.invite([factories.enrollment(cohort, joined_at=None)], by=cohort.opened_by)
    other = factories.cohort()
    invitations.invite([factories.enrollment(other, joined_at=None)], by=cohort.opened_by)
    ada = factories.person()
    outbox.owe(
        [
            Message(
                key="code",
                kind="login-code",
                person=ada,
                address=ada.email,
                subject="Your sign-in code",
                text="x",
                html="x",
            )
        ]
    )
    return Message.objects.order_by("pk")


def test_an_admin_reads_the_mails_of_the_own_cohort(client, cohort, admin, mails):
    page = client.get(f"/cohorts/{cohort.slug}/reminders/sent/")

    assert [mail.pk for mail in page.context["page"]] == [mails[0].pk]
    assert client.get(f"/cohorts/{cohort.slug}/reminders/sent/{mails[1].pk}/").status_code == 404


def test_in_a_demo_also_those_that_belong_to_no_cohort(client, cohort, admin, mails, settings):
    settings.DEMO = True

    page = client.get("/demo/mail/", follow=True)

    assert [mail.subject for mail in page.context["page"]] == ["Your sign-in code", mails[0].subject]


def test_without_a_demo_there_is_no_mailroom(client, admin):
    assert client.get("/demo/mail/").status_code == 404


def test_a_mail_is_shown_without_anything_that_runs(client, cohort, admin, mails):
    mail = mails[0]
    mail.html = "<main><p>Dear <strong>Ada</strong><script>alert(1)</script><a href='javascript:x'>go</a></p></main>"
    mail.save()

    page = client.get(f"/cohorts/{cohort.slug}/reminders/sent/{mail.pk}/").text

    assert "<p>Dear <strong>Ada</strong><u>go</u></p>" in page


# Roles and the way home ----------------------------------------------------------------------------------------------
def test_whoever_has_no_role_reads_how_to_get_one(client):
    client.force_login(factories.person())

    assert "You are not in a cohort yet" in client.get("/").text


@pytest.mark.parametrize(
    ("role", "home"),
    [
        ("applicant", "/my/"),
        ("admin", "/cohorts/{slug}/"),
        ("reviewer", "/review/"),
        ("second_reader", "/review/"),
        ("director", "/program/"),
    ],
)
def test_each_role_has_its_home(client, cohort, role, home):
    ada = factories.person()
    if role == "applicant":
        factories.enrollment(cohort, ada)
    else:
        factories.staff(cohort, ada, role)
    client.force_login(ada)

    assert client.get("/").url == home.format(slug=cohort.slug)


def test_an_admin_of_two_chooses_from_the_list(client, admin):
    factories.staff(factories.cohort(), admin, "admin")

    assert client.get("/").url == "/cohorts/"


def test_a_person_changes_hats_and_keeps_it_on(client, cohort, applicant):
    factories.staff(cohort, applicant.person, "reviewer")

    answer = client.post("/switch/reviewer/")

    assert (answer.url, client.get("/").url) == ("/review/", "/review/")
    chosen = [role.label for role in client.get("/help/").context["roles"] if role.current]
    assert chosen == ["Reviewer"]


def test_nobody_puts_on_a_hat_of_others(client, applicant):
    assert client.post("/switch/admin/").status_code == 404


def test_the_page_decides_the_role_and_the_links(client, cohort, applicant):
    factories.staff(cohort, applicant.person, "admin")

    mine = client.get(f"/my/{cohort.slug}/calendar/").context
    theirs = client.get(f"/cohorts/{cohort.slug}/calendar/").context

    assert (mine["role"], theirs["role"]) == ("applicant", "admin")
    assert [link.label for link in mine["nav"] if link.current] == ["Calendar"]
    assert [link.url for link in theirs["nav"]][0] == f"/cohorts/{cohort.slug}/"


def test_every_link_of_the_navigation_leads_somewhere(client, cohort, applicant):
    for url in [link.url for link in client.get(f"/my/{cohort.slug}/calendar/").context["nav"]]:
        assert client.get(url).status_code == 200


def test_the_operator_runs_every_cohort(client, cohort):
    olga = factories.person("Olga", "Root", is_superuser=True, is_staff=True)
    client.force_login(olga)

    assert client.get(f"/cohorts/{cohort.slug}/calendar/").status_code == 200
    assert list(Cohort.objects.run_by(olga)) == [cohort]


@pytest.mark.parametrize("model", ["user", "message", "cohort", "enrollment", "reminder", "stafftask", "attendance"])
def test_the_operator_looks_things_up(client, cohort, model):
    app = "microcred" if model in ("user", "message") else "cohorts"
    factories.enrollment(cohort)
    client.force_login(factories.person("Olga", "Root", is_superuser=True, is_staff=True))

    assert client.get(f"/admin/{app}/{model}/").status_code == 200
