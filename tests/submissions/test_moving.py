"""On to another cohort of the same badge, with what was not handed in yet."""

import pytest

from badges.models import Activity, Letter
from cohorts.models import ActivityMark, Enrollment
from microcred.models import Message
from microcred.verdict import Refused
from submissions import moving, permissions, workflow
from submissions.models import Submission, Version
from submissions.states import State
from tests.support import factories
from tests.support.submitting import BEFORE_DUE, add, submission_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(clock):
    clock(BEFORE_DUE)
    return factories.cohort()


@pytest.fixture
def there(here):
    """The next term: another edition of the same badge."""
    edition = factories.edition()
    edition.badge, edition.term = here.edition.badge, "Spring 2024"
    edition.save()
    Letter.objects.create(
        edition=edition, key="moved", subject="You are in {{ cohort }}", body="Due {{ due }}. {{ link }}"
    )
    made = factories.cohort(of=edition)
    factories.staff(made, here.opened_by, role="admin")
    return made


def test_files_and_marks_go_along_and_the_person_is_told(here, there, django_capture_on_commit_callbacks):
    old = submission_in(State.DRAFT, cohort=here)
    file = add(old.documents.first(), at=BEFORE_DUE)
    alone = Activity.objects.create(edition=here.edition, key="alone", group="Stages", title="Read", position=2)
    for activity in (alone, here.edition.activities.get(key="video")):
        ActivityMark.objects.create(enrollment=old.enrollment, activity=activity)

    with django_capture_on_commit_callbacks() as owed:
        new = moving.move(old.enrollment, there, by=here.opened_by)

    slot = new.submission.documents.get(required__key=file.document.required.key)
    assert (slot.current.file.name, slot.current.verdict) == (file.file.name, Version.Verdict.CHECKING)
    assert slot.required.edition == there.edition
    assert [mark.activity for mark in new.marks.all()] == [there.edition.activities.get()]
    assert [mail.kind for mail in Message.objects.filter(person=new.person)] == ["moved"]
    assert owed
    old.refresh_from_db()
    assert (old.state, old.events.last().why) == (State.WITHDRAWN, f"Moved to the {there} cohort.")


def test_the_place_that_was_left_is_not_taken_again(here, there):
    old = submission_in(State.DRAFT, cohort=here)
    moving.move(old.enrollment, there, by=here.opened_by)
    old = Submission.objects.get(pk=old.pk)

    assert permissions.may_reinstate(here.opened_by, old).reason == (
        "Only the applicant and the admins of the cohort can do this."
    )
    assert permissions.may_reinstate(old.enrollment.person, old).reason == (
        "This place was given up for one in another cohort."
    )
    with pytest.raises(Refused, match="They went on to another cohort"):
        workflow.reinstate(old, by=old.enrollment.person)


def test_who_has_not_joined_is_invited_there(here, there):
    invited = factories.enrollment(here, joined_at=None)

    new = moving.move(invited, there, by=here.opened_by)

    assert new.joined_at is None
    assert Message.objects.get().kind == "invitation"


def test_what_was_handed_in_stays(here, there):
    submitted = submission_in(State.SUBMITTED, cohort=here)

    with pytest.raises(Refused, match="What was handed in stays with the cohort that reads it."):
        moving.move(submitted.enrollment, there, by=here.opened_by)

    assert Enrollment.objects.count() == 1


def test_nobody_has_two_places_in_a_cohort(here, there):
    enrollment = factories.enrollment(here)
    factories.enrollment(there, enrollment.person)

    with pytest.raises(Refused, match="has a place in the Fall 2023 cohort already"):
        moving.move(enrollment, there, by=here.opened_by)
    assert not moving.open_to(enrollment, by=here.opened_by).exists()


def test_only_running_cohorts_of_the_badge_that_one_leads_are_offered(here, there):
    enrollment, lead = factories.enrollment(here), here.opened_by
    factories.staff(factories.cohort(), lead, role="admin")
    factories.cohort(of=there.edition)

    assert list(moving.open_to(enrollment, by=lead)) == [there]

    there.closed_at, there.closed_by = BEFORE_DUE, lead
    there.save()
    assert not moving.open_to(enrollment, by=lead).exists()
