"""Withdrawing a badge on its holder's page: what is said before, what changes with it, and the way back."""

import pytest

from badges import awards, editions
from badges.models import Award
from cohorts.models import Attendance, Enrollment
from microcred.models import Message
from reviews import awarding
from tests.support import factories
from tests.support.submitting import AFTER_ALL

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort(clock):
    """Dana earns the last part of the Apprentice badge, and that one with it."""
    clock(AFTER_ALL)
    loaded = {one.slug: one for one in editions.load_all("badges/library")}
    made = factories.cohort(of=loaded["l2-practice"], attendance_edition=loaded["l2-shared-learning"])
    factories.staff(made, made.opened_by, role="admin")
    dana = factories.enrollment(made, factories.person("Dana", "Okafor"))
    for edition in (loaded["l2-shared-learning"], loaded["l2-practice"]):
        awards.issue(edition, person=dana.person, name="Dana Okafor", by=made.opened_by, grounds={"n": 1}, at=AFTER_ALL)
    return made


@pytest.fixture
def page(cohort, client):
    client.force_login(cohort.opened_by)
    dana = Enrollment.objects.get(cohort=cohort)
    return f"/cohorts/{cohort.slug}/people/{dana.ref}/"


def held():
    return {award.edition.badge.slug for award in Award.objects.standing()}


def of(slug):
    return Award.objects.filter(edition__slug=slug).first()


def test_a_badge_is_withdrawn_with_what_stands_on_it_and_its_holder_told(cohort, client, page):
    path = f"{page}awards/{of('l2-practice').ref}/"

    asked = client.get(path).text
    refused = client.post(path, {"why": " "})
    done = client.post(path, {"why": "It was meant for Dan Okafor."}, follow=True).text

    assert "Level 2 Apprentice</strong> badge is made up of it" in asked
    assert refused.context["form"].errors
    assert held() == {"l2-shared-learning"}
    assert "Withdrawn: the Level 2 Practice and Level 2 Apprentice badges of Dana Okafor." in done
    assert "Issue the Level 2 Practice badge again" in done
    letter = Message.objects.get(kind="award-withdrawn")
    assert letter.subject == "Withdrawn: your Level 2 Practice and Level 2 Apprentice badges"
    assert "It was meant for Dan Okafor." in letter.text
    assert client.get(f"{of('l2-practice').get_absolute_url()}credential.json").status_code in (404, 410)
    log = client.get(f"/cohorts/{cohort.slug}/log/?kind=steps").text
    assert "Badge withdrawn: Level 2 Apprentice" in log


def test_a_withdrawn_badge_comes_back_as_a_new_award_with_its_letter(cohort, client, page):
    path, first = f"{page}awards/{of('l2-practice').ref}/", of("l2-practice")
    client.post(path, {"why": "A mistake."})

    client.post(f"{path}again/")
    client.post(f"{path}again/")

    assert held() == {"l2-practice", "l2-shared-learning", "l2-apprentice"}
    again = Award.objects.standing().get(edition__slug="l2-practice")
    assert (again.ref != first.ref, again.grounds) == (True, {"n": 1})
    assert Message.objects.filter(kind="award").count() == 2
    assert "Withdraw the Level 2 Practice badge" in client.get(page).text


def test_the_attendance_badge_is_not_issued_again_unawares(cohort, client, page):
    client.post(f"{page}awards/{of('l2-shared-learning').ref}/", {"why": "They were not there."})
    dana = Enrollment.objects.get(cohort=cohort)
    for event in cohort.events.meetings():
        Attendance.objects.create(
            event=event, enrollment=dana, status="present", minutes=90, recorded_at=AFTER_ALL,
            recorded_by=cohort.opened_by,
        )  # fmt: skip

    earned = awarding.earned_by_attending(cohort)

    assert (dana.attendances.count(), list(earned)) == (3, [])


def test_only_badges_of_the_cohort_and_of_nobody_in_conflict_are_withdrawn(cohort, client, page):
    stranger = factories.enrollment(cohort, factories.person("Ben", "Lund"))
    own = factories.enrollment(cohort, cohort.opened_by)
    mine = awards.issue(cohort.edition, person=own.person, name="Me", by=cohort.opened_by, grounds={}, at=AFTER_ALL)
    people = page.rpartition(page.split("/")[-2])[0]

    answers = [
        client.post(f"{people}{who.ref}/awards/{award.ref}/", {"why": "No."}).status_code
        for who, award in ((stranger, of("l2-practice")), (own, mine))
    ]

    assert answers == [404, 404]
    assert Award.objects.standing().count() == 4
