"""Who opened my files: everybody else, by name only where the cohort shows it, and only one's own files."""

from datetime import timedelta

import pytest

from reviews import decisions
from reviews.models import Decision
from submissions import serving, workflow
from submissions.models import DocumentAccess, Version
from submissions.states import State
from tests.support import factories
from tests.support.reviewing import reviewed
from tests.support.submitting import AFTER_ALL, add_all, submission_in

pytestmark = pytest.mark.django_db
FORM = DocumentAccess.Form


@pytest.fixture
def ben(cohort):
    return factories.staff(cohort, factories.person("Ben", "Reader")).person


@pytest.fixture
def cleo(cohort):
    return factories.staff(cohort, factories.person("Cleo", "Lead"), "admin").person


@pytest.fixture
def cohort(clock):
    clock(AFTER_ALL)
    return factories.cohort()


@pytest.fixture
def submission(cohort):
    return submission_in(State.SUBMITTED, cohort=cohort, person=factories.person("Ada", "Ward"))


def guide_of(submission):
    return Version.objects.filter(document__submission=submission, document__required__is_scored=True).latest("pk")


def shown(client, submission):
    client.force_login(submission.enrollment.person)
    return [(one.who, one.what) for one in client.get("/account/readers/").context["readings"]]


def test_each_reading_is_told_by_role(client, submission, ben, cleo, clock):
    guide = guide_of(submission)
    serving.log(guide, ben, "reviewer", FORM.TEXT)
    clock(AFTER_ALL + timedelta(hours=1))
    serving.log(guide, cleo, "admin", FORM.ORIGINAL)

    assert shown(client, submission) == [
        ("Cleo Lead, cohort admin", "Reflection Guide, version 1: the file as it came"),
        ("A reviewer", "Reflection Guide, version 1: what we read in it"),
    ]


def test_ones_own_readings_and_those_of_others_files_are_not_in_it(client, cohort, submission, ben):
    serving.log(guide_of(submission), submission.enrollment.person, "applicant", FORM.TEXT)
    bea = submission_in(State.SUBMITTED, cohort=cohort, person=factories.person("Bea", "Lund"))
    serving.log(guide_of(bea), ben, "reviewer", FORM.TEXT)

    assert (shown(client, submission), len(shown(client, bea))) == ([], 1)


@pytest.mark.parametrize(
    ("shows", "released", "who"),
    [(True, True, "Ben Reader, reviewer"), (True, False, "A reviewer"), (False, True, "A reviewer")],
)
def test_a_reviewer_has_a_name_where_the_cohort_shows_it_and_after_the_release(
    client, cohort, submission, ben, cleo, shows, released, who
):
    cohort.shows_reviewer_names = shows
    cohort.save()
    reviewed(submission, ben, ranks={1: 2})
    serving.log(guide_of(submission), ben, "reviewer", FORM.TEXT)
    if released:
        made = decisions.decide(submission, by=cleo, outcome=Decision.Outcome.REVISE)
        decisions.release(made, by=cleo)

    assert {name for name, _ in shown(client, submission)} == {who}


@pytest.mark.parametrize("count", [1, 4])
def test_the_page_takes_the_same_queries_however_long(client, submission, ben, django_assert_num_queries, count):
    for _ in range(count):
        serving.log(guide_of(submission), ben, "reviewer", FORM.TEXT)
    client.force_login(submission.enrollment.person)

    with django_assert_num_queries(7):  # session, person, two for the header, how many, they, and who read the record
        page = client.get("/account/readers/")

    assert len(page.context["readings"]) == count


def test_who_read_what_reviewers_said_shows_after_the_release_only(client, cohort, submission, ben, cleo):
    reviewed(submission, ben, ranks={1: 2})
    client.force_login(cleo)
    client.get(f"/cohorts/{cohort.slug}/decisions/{submission.number}/")
    said = ("Cleo Lead, cohort admin", "Reflection Guide, version 1: what reviewers said of it")
    assert DocumentAccess.objects.filter(person=cleo, form=FORM.SCORES).count() == 1
    assert said not in shown(client, submission)

    made = decisions.decide(submission, by=cleo, outcome=Decision.Outcome.REVISE)
    decisions.release(made, by=cleo)

    assert said in shown(client, submission)


def test_what_was_read_again_before_the_next_release_stays_unsaid(client, cohort, submission, ben, cleo, clock):
    cohort.shows_reviewer_names = True
    cohort.save()
    read_before, person = guide_of(submission), submission.enrollment.person
    reviewed(submission, ben, ranks={1: 2})
    made = decisions.decide(submission, by=cleo, outcome=Decision.Outcome.REVISE)
    decisions.release(made, by=cleo)
    later = AFTER_ALL + timedelta(days=1)
    clock(later)
    submission = type(submission).objects.get(pk=submission.pk)
    add_all(submission, at=later, only=list(submission.current_round.documents.all()))
    workflow.submit(submission, by=person, at=later)

    clock(later + timedelta(days=1))
    serving.log(read_before, ben, "reviewer", FORM.TEXT)
    serving.log(read_before, cleo, "admin", FORM.SCORES)

    assert shown(client, submission)[0] == ("A reviewer", "Reflection Guide, version 1: what we read in it")
    assert not any("said of it" in what for _, what in shown(client, submission))
