"""An admin sees an applicant's pages as they do: to read only, for half an hour, and told."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cohorts.models import CalendarFeed, RecordReading
from reviews import decisions
from submissions.models import Submission
from submissions.states import State
from tests.support import factories, reviewing
from tests.support.submitting import submission_in

pytestmark = pytest.mark.django_db

NOW = datetime(2023, 11, 27, 10, tzinfo=ZoneInfo("America/New_York"))


@pytest.fixture
def cohort(clock):
    clock(NOW)
    made = factories.cohort()
    factories.staff(made, made.opened_by, role="admin")
    return made


@pytest.fixture
def dana(cohort):
    return factories.enrollment(cohort, factories.person("Dana", "Okafor", zone="Pacific/Honolulu"))


@pytest.fixture
def admin(cohort, client):
    client.force_login(cohort.opened_by)
    return client


def story_of(enrollment):
    return f"/cohorts/{enrollment.cohort.slug}/people/{enrollment.ref}/"


def sees_as(client, enrollment):
    return client.post(f"{story_of(enrollment)}seeing-as/", follow=True)


def test_the_home_is_theirs_in_their_time_with_a_way_back(cohort, admin, dana):
    page = sees_as(admin, dana)

    content = page.content.decode()
    assert page.redirect_chain == [(f"/my/{cohort.slug}/", 302)]
    assert "as <strong>Dana Okafor</strong> does, to read only" in content
    assert f'action="{story_of(dana)}seeing-as/end/"' in content
    assert "HST" in content
    assert [link.label for link in page.context["nav"]] == ["Home", "Directions", "Documents", "Calendar"]

    assert admin.post(f"{story_of(dana)}seeing-as/end/").url == story_of(dana)
    assert admin.get(f"/my/{cohort.slug}/").status_code == 404


def test_nothing_is_written_by_looking(cohort, admin, dana):
    sees_as(admin, dana)

    for page in ("", "directions/", "documents/", "documents/growth-plan/", "calendar/", "feedback/"):
        assert admin.get(f"/my/{cohort.slug}/{page}").status_code == 200

    assert not Submission.objects.exists()
    assert not CalendarFeed.objects.exists()


def test_a_letter_that_staff_looked_at_is_still_unread(cohort, admin):
    submission = submission_in(State.SUBMITTED, cohort=cohort, person=factories.person("Dana", "Okafor"))
    reviewing.reviewed(submission, at=NOW)
    decision = decisions.release(decisions.decide(submission, by=cohort.opened_by), by=cohort.opened_by)

    sees_as(admin, submission.enrollment)
    assert admin.get(f"/my/{cohort.slug}/feedback/").status_code == 200

    decision.refresh_from_db()
    assert decision.read_at is None


@pytest.mark.parametrize(
    ("method", "page", "why"),
    [
        ("post", "activities/video/", "to read only. Nothing was changed."),
        ("post", "withdraw/", "to read only. Nothing was changed."),
        ("delete", "", "to read only. Nothing was changed."),
        ("get", "documents/growth-plan/template/", "This page is Dana’s alone."),
        ("get", "withdraw/", "This page is Dana’s alone."),
    ],
)
def test_what_is_theirs_alone_is_refused_with_its_reason(cohort, admin, dana, method, page, why):
    sees_as(admin, dana)

    answer = getattr(admin, method)(f"/my/{cohort.slug}/{page}")

    assert answer.status_code == 403
    assert why in answer.content.decode()


def test_the_address_of_their_calendar_is_not_shown(cohort, admin, dana):
    secret = CalendarFeed.objects.create(person=dana.person).secret
    sees_as(admin, dana)

    content = admin.get(f"/my/{cohort.slug}/calendar/").content.decode()

    assert "Community of Practice 1" in content
    assert secret not in content and "webcal" not in content


def test_it_ends_after_half_an_hour(cohort, admin, dana, clock):
    sees_as(admin, dana)

    clock(NOW + timedelta(minutes=31))
    page = admin.get(f"/my/{cohort.slug}/", follow=True)

    assert page.redirect_chain == [(story_of(dana), 302)]
    assert "You no longer see as Dana Okafor" in page.content.decode()
    assert admin.get(f"/my/{cohort.slug}/").status_code == 404


def test_it_ends_when_the_role_does(cohort, admin, dana):
    sees_as(admin, dana)

    cohort.staff.all().delete()

    assert admin.get(f"/my/{cohort.slug}/", follow=True).status_code == 404
    assert RecordReading.objects.get(form="seen").ended_at == NOW


def test_only_that_cohort_is_theirs(cohort, admin, dana):
    other = factories.enrollment(factories.cohort(), dana.person).cohort
    sees_as(admin, dana)

    assert admin.get(f"/my/{other.slug}/").status_code == 404
    assert admin.get("/account/").context["user"] == cohort.opened_by


@pytest.mark.parametrize("role", ["admin", "director"])
def test_nobody_sees_as_staff(cohort, admin, dana, role):
    factories.staff(factories.cohort(), dana.person, role=role)

    assert sees_as(admin, dana).status_code == 403
    assert "works for the program" in admin.get(story_of(dana)).content.decode()
    assert admin.get(f"/my/{cohort.slug}/").status_code == 404


def test_the_person_is_told_who_looked(cohort, admin, dana, client):
    sees_as(admin, dana)
    admin.get(story_of(dana))
    admin.get(story_of(dana))

    client.force_login(dana.person)
    told = client.get("/account/readers/").context["records"]

    assert [(reading.who, reading.what) for reading in told] == [
        ("Olive Opener, cohort admin", "Your whole story"),
        ("Olive Opener, cohort admin", "Your pages, as you see them"),
    ]
