"""An invitation explains on GET, joins on POST, and signs nobody in."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from cohorts import invitations
from cohorts.models import Enrollment
from microcred import outbox
from microcred.models import Message
from microcred.verdict import Refused
from submissions import workflow
from tests.support import factories

pytestmark = pytest.mark.django_db
NAMES = {"name_on_badge": "Dana Okafor", "last_name": "Okafor", "first_name": "Dana", "zone": "America/Phoenix"}


@pytest.fixture
def enrollment():
    dana = factories.person("Dana", "Okafor", zone="")
    return factories.enrollment(factories.cohort(), dana, joined_at=None)


@pytest.fixture
def address(enrollment):
    return f"/invite/{enrollment.invitation}/"


def joined(enrollment):
    enrollment.refresh_from_db()
    return enrollment.joined_at


def test_a_stranger_reads_what_it_is_about(client, address):
    page = client.get(address)

    assert page.status_code == 200
    for words in ("Level 2 Practice", "Friday, September\N{NO-BREAK SPACE}1", "Nov\N{NO-BREAK SPACE}30"):
        assert words in page.text


@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_whoever_opens_it_is_not_signed_in_and_nobody_joins(client, address, enrollment, method):
    getattr(client, method)(address, NAMES if method == "post" else None)

    assert (client.session.get("_auth_user_id"), joined(enrollment)) == (None, None)


def test_looking_at_it_does_not_join(client, address, enrollment):
    client.force_login(enrollment.person)

    client.get(address)

    assert joined(enrollment) is None


def test_the_way_to_sign_in_leads_back(client, address, enrollment):
    page = client.get(address).text

    assert f'<input type="hidden" name="email" value="{enrollment.person.email}">' in page
    assert f'<input type="hidden" name="next" value="{address}">' in page


def test_the_invited_person_joins_with_their_own_names_and_zone(client, address, enrollment):
    client.force_login(enrollment.person)

    answer = client.post(address, NAMES)

    assert (answer.url, joined(enrollment) is not None) == (f"/my/{enrollment.cohort.slug}/", True)
    assert (enrollment.person.zone, enrollment.person.file_names) == ("America/Phoenix", ("Okafor", "Dana"))


def test_joining_twice_is_joining_once(client, address, enrollment, clock):
    client.force_login(enrollment.person)
    clock(datetime(2023, 8, 28, 13, tzinfo=UTC))
    client.post(address, NAMES)
    clock(datetime(2023, 8, 29, 13, tzinfo=UTC))

    answer = client.post(address, NAMES)

    assert (answer.status_code, joined(enrollment)) == (302, datetime(2023, 8, 28, 13, tzinfo=UTC))


def test_somebody_else_reads_how_to_get_out(client, address, enrollment):
    client.force_login(factories.person("Ben", "Reader"))

    page = client.post(address, NAMES)

    assert "This invitation is for someone else" in page.text
    assert joined(enrollment) is None


def test_a_missing_name_stands_beside_its_field(client, address, enrollment):
    client.force_login(enrollment.person)

    page = client.post(address, NAMES | {"name_on_badge": ""})

    assert (page.context["form"].errors.keys(), joined(enrollment)) == ({"name_on_badge"}, None)


def test_a_guessed_token_is_nothing(client):
    assert client.get("/invite/0123456789/").status_code == 404


def test_a_closed_cohort_takes_nobody(enrollment):
    enrollment.cohort.closed_at, enrollment.cohort.closed_by = enrollment.cohort.opened_at, enrollment.person
    enrollment.cohort.save()

    with pytest.raises(Refused):
        invitations.join(enrollment, enrollment.person, **NAMES)


# Inviting ------------------------------------------------------------------------------------------------------------
def test_each_gets_one_mail_with_their_own_address(enrollment):
    cleo = factories.person("Cleo", "Lead")

    invitations.invite([enrollment], by=cleo)
    invitations.invite([enrollment], by=cleo)

    mail = Message.objects.get()
    assert (mail.address, mail.kind, mail.reply_to) == (
        enrollment.person.email,
        "invitation",
        enrollment.cohort.team_email,
    )


def test_those_who_joined_are_left_alone():
    enrollment = factories.enrollment()

    assert (invitations.invite([enrollment], by=enrollment.person), Message.objects.count()) == (0, 0)


@pytest.mark.parametrize(("leave", "state"), [("joining", "skipped"), ("withdrawing", "skipped"), ("", "sent")])
def test_an_invitation_for_later_reaches_only_those_it_still_concerns(enrollment, clock, leave, state):
    admin, later = factories.person("Priya", "Raman"), datetime(2023, 9, 4, 13, tzinfo=UTC)
    clock(later - timedelta(days=2))
    invitations.invite([enrollment], by=admin, at=later)
    if leave == "joining":
        invitations.join(enrollment, enrollment.person, **NAMES)
    elif leave:
        workflow.withdraw(workflow.begin(enrollment), by=admin)

    clock(later)
    outbox.send_due()

    enrollment.refresh_from_db()
    assert Message.objects.get(kind="invitation").state == state
    assert (enrollment.invited_at is None) == bool(leave)


def test_nobody_is_invited_to_a_cohort_that_is_not_open(enrollment):
    enrollment.cohort.opened_at = enrollment.cohort.opened_by = None
    enrollment.cohort.save()

    with pytest.raises(Refused) as refusal:
        invitations.invite([enrollment], by=enrollment.person)

    assert str(refusal.value) == "The Fall 2023 cohort is not open yet. Open it first, then invite."


def test_it_is_shown_as_somebody_reads_it_whom_it_goes_to(enrollment):
    factories.enrollment(enrollment.cohort, factories.person("Ada", "Able"), joined_at=enrollment.cohort.opened_at)

    shown = invitations.sample(enrollment.cohort, by=factories.person("Cleo", "Lead"))

    assert shown.person == enrollment.person


@pytest.mark.parametrize("count", [1, 4])
def test_inviting_takes_the_same_queries_however_many(django_assert_num_queries, count):
    cohort, cleo = factories.cohort(), factories.person("Cleo", "Lead")
    for _ in range(count):
        factories.enrollment(cohort, joined_at=None)
    rows = list(Enrollment.objects.select_related("cohort__edition__badge", "person"))

    with django_assert_num_queries(6):  # savepoints, learning begins, letters, invited, messages
        invitations.invite(rows, by=cleo)


def test_from_the_mail_through_the_code_to_the_cohort(client, enrollment, mailbox):
    invitations.invite([enrollment], by=factories.person("Cleo", "Lead"))
    address = f"/invite/{enrollment.invitation}/"
    asked = client.post("/sign-in/code/", {"email": enrollment.person.email, "next": address}, follow=True)
    outbox.send_due()
    code = re.search(r"Type (\S+) on", mailbox[-1].body)[1]
    back = re.search(r'name="next" value="([^"]+)"', asked.text)[1]

    signed_in = client.post("/sign-in/code/check/", {"code": code, "next": back})
    client.post(signed_in.url, NAMES)

    assert (signed_in.url, joined(enrollment) is not None) == (address, True)
