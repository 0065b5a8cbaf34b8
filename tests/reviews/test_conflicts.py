"""Who must not judge whose work, and what follows when it is said."""

import pytest

from cohorts.models import StaffTask
from microcred.verdict import Refused
from reviews import assigning, conflicts, decisions, permissions, planning, scoring
from reviews.models import DeclaredConflict
from submissions.models import Submission
from submissions.states import State
from tests.support import factories, reviewing
from tests.support.submitting import submission_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return factories.cohort()


@pytest.fixture
def cleo(client, cohort):
    """She leads the cohort, and is signed in."""
    person = factories.person("Cleo", "Lead")
    factories.staff(cohort, person, role="admin")
    client.force_login(person)
    return person


@pytest.fixture
def ben(cohort):
    return factories.staff(cohort, factories.person("Ben", "Reader")).person


@pytest.fixture
def submission(cohort):
    ada = factories.person("Ada", "Ward")
    return submission_in(State.SUBMITTED, cohort=cohort, person=ada, organization="Harbor City Schools")


def declared(cohort, person, *, by=None, kind="coached", **said):
    return conflicts.declare(cohort, person, kind=kind, by=by or person, **said)


# Spellings -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("first", "second", "is_alike"),
    [
        ("Harbor City", " harbor city ", True),
        ("Harbor City", "Harbor City Schools", True),
        ("Harbor City Schools", "Habor City Schools", True),
        ("Commission scolaire de Montréal", "Commission Scolaire de Montreal", True),
        ("Prairie Unified", "Unified, Prairie", True),
        ("CESA 4", "CESA 5", False),
        ("Lakeview Area Schools", "Lakewood Area Schools", False),
        ("Prairie Unified", "Saguaro Valley Unified", False),
        ("", "", False),
        ("–", "Harbor City", False),
    ],
)
def test_near_spellings_mean_one_organization(first, second, is_alike):
    assert conflicts.alike(first, second) == conflicts.alike(second, first) == is_alike


# What a conflict does ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["reader", "applicant"])
def test_whoever_says_it_the_two_do_not_judge_each_other(cohort, cleo, ben, submission, who):
    ada = submission.enrollment.person
    first, second = (ben, ada) if who == "reader" else (ada, ben)
    declared(cohort, first, other=second, kind="relative", by=cleo)

    with pytest.raises(Refused, match="in conflict with Submission .*: related"):
        assigning.assign(submission, ben, by=cleo)

    assert planning.suggest(cohort).not_done == (f"{submission.short_number} has no reader without a conflict.",)


def test_a_declared_organization_counts_in_any_spelling(cohort, cleo, ben, submission):
    declared(cohort, ben, organization="Harbor City", kind="employer")

    with pytest.raises(Refused, match="same district or employer, Harbor City"):
        assigning.assign(submission, ben, by=cleo)


def test_a_shared_workplace_is_avoided_by_the_plan_and_asked_about_by_hand(client, cohort, cleo, submission):
    bea = factories.staff(cohort, factories.person("Bea", "Reader"), organization="Harbor City").person
    url = f"/cohorts/{cohort.slug}/reviews/{submission.number}/"

    asked = client.post(url, {"was": "", "reader": bea.pk})
    page = client.get(asked["Location"]).content.decode()
    nobody = submission.assignments.count()
    client.post(url, {"was": "", "reader": bea.pk, "sure": 1})

    assert "Bea Reader: same district or employer." in page
    assert (nobody, submission.assignments.count()) == (0, 1)


def test_what_one_has_of_it_goes_back_at_once_and_somebody_is_asked_to_find_another(cohort, cleo, ben, submission):
    review = reviewing.started(reviewing.assigned(submission, ben))
    reviewing.score(review, 1, 3)
    untouched = reviewing.assigned(cohort=cohort, reviewer=ben)

    _, returned = declared(cohort, ben, other=submission.enrollment.person)

    assert returned == 1
    assert [one.pk for one in cohort.declared_conflicts.standing()]
    assert [one.submission for one in untouched.reviewer.assignments.standing()] == [untouched.submission]
    assert StaffTask.objects.open().get(cohort=cohort).sentence.endswith("coached the work. Find another reader.")
    with pytest.raises(Refused):
        scoring.finish(review, by=ben)
    assert review.scores.count() == 1


@pytest.mark.parametrize("happens", ["declared", "released, then declared", "left the staff"])
def test_who_may_not_read_a_revised_version_is_not_given_it(cohort, cleo, ben, submission, happens):
    reviewing.reviewed(submission, ben, ranks={2: 2})
    decision = decisions.decide(Submission.objects.get(pk=submission.pk), by=cleo)

    for step in happens.split(", then "):
        if step == "declared":
            declared(cohort, ben, organization="Harbor City")
        elif step == "left the staff":
            ben.staff_memberships.all().delete()
        if not decision.submission.decisions.released().exists():
            decisions.release(decision, by=cleo)

    given = submission.assignments.standing()
    assert list(given.values_list("round_number", "conflict")) == [(1, "" if "left" in happens else "coached")]


def test_a_conflict_that_is_taken_back_binds_no_more_and_stays_written(cohort, cleo, ben, submission):
    said, _ = declared(cohort, ben, organization="Harbor City")

    conflicts.take_back(said, by=cleo)

    assert assigning.assign(submission, ben, by=cleo)
    assert DeclaredConflict.objects.get().taken_back_by == cleo


def test_the_same_is_said_only_once(cohort, ben):
    declared(cohort, ben, organization="Harbor City")

    with pytest.raises(Refused, match="on the list already"):
        declared(cohort, ben, organization="Harbor City")


# It beats every role -------------------------------------------------------------------------------------------------
def test_an_admin_in_conflict_neither_sees_nor_gives_nor_decides(client, cohort, cleo, ben, submission):
    reviewing.assigned(submission, ben)
    declared(cohort, cleo, other=submission.enrollment.person, kind="relative")

    table = client.get(f"/cohorts/{cohort.slug}/reviews/").content.decode()
    change = client.post(f"/cohorts/{cohort.slug}/reviews/{submission.number}/", {"was": ben.pk, "reader": ""})

    assert "You are in conflict with this submission." in table
    assert change.status_code == 404
    assert client.get(f"/cohorts/{cohort.slug}/decisions/{submission.number}/").status_code == 404
    assert submission.assignments.standing().count() == 1
    assert permissions.may_decide(cleo, submission).reason.endswith("related. Another admin decides on it.")


# The pages -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("count", (1, 4))
def test_the_list_takes_the_same_queries_however_long_it_is(
    client, cohort, cleo, django_assert_num_queries, submission, count
):
    for number in range(count):
        person = factories.person(f"Ben {number}", "Reader")
        factories.staff(cohort, person, organization="Harbor City")
        declared(cohort, person, other=submission.enrollment.person)

    with django_assert_num_queries(12):  # of what applicants told: two
        response = client.get(f"/cohorts/{cohort.slug}/reviews/conflicts/")

    assert len(response.context["page"]) == len(response.context["shared"]) == count


@pytest.mark.parametrize("words", ["ada  ward", "{email}", "{number}", "#{number:04}"])
def test_a_person_is_named_as_people_name_them(client, cohort, cleo, ben, submission, words):
    ada = submission.enrollment.person
    typed = {
        "person": ben.pk,
        "kind": "knows",
        "other": words.format(email=ada.email.upper(), number=submission.number),
    }

    client.post(f"/cohorts/{cohort.slug}/reviews/conflicts/", typed)

    assert cohort.declared_conflicts.get().other == ada


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"other": "Nobody Here"}, "Nobody of Fall 2023 is called “Nobody Here”."),
        ({"other": "Ada Ward", "organization": "Harbor"}, "Write either a person or a district"),
        ({}, "Write whom, or which district or employer."),
        ({"other": "Ada Ward", "kind": "other"}, "Say in a sentence what the reason is."),
    ],
)
def test_what_cannot_be_meant_is_said_and_kept(client, cohort, cleo, ben, submission, typed, said):
    answer = client.post(f"/cohorts/{cohort.slug}/reviews/conflicts/", {"person": ben.pk, "kind": "knows", **typed})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert all(value in page for value in typed.values())
    assert not cohort.declared_conflicts.exists()


def test_a_reviewer_tells_of_people_only_where_names_are_shown(client, cohort, ben, submission):
    client.force_login(ben)
    blind = client.get("/review/conflicts/").content.decode()
    client.post("/review/conflicts/", {"cohort": cohort.slug, "kind": "knows", "other": "Ada Ward"})
    hidden = cohort.declared_conflicts.count()
    cohort.reads_blind = False
    cohort.save()

    client.post("/review/conflicts/", {"cohort": cohort.slug, "kind": "knows", "other": "Ada Ward"})

    assert 'name="other"' not in blind
    assert (hidden, cohort.declared_conflicts.get().person) == (0, ben)


def test_a_reviewer_sees_and_takes_back_only_what_they_said_themself(client, cohort, cleo, ben, submission):
    theirs, _ = declared(cohort, ben, organization="Delta Parish")
    others, _ = declared(cohort, ben, other=submission.enrollment.person, by=cleo)
    client.force_login(ben)

    page = client.get("/review/conflicts/").content.decode()
    answers = [client.post(f"/review/conflicts/{one.pk}/removal/").status_code for one in (theirs, others)]

    assert "Delta Parish" in page and "Ada Ward" not in page
    assert answers == [302, 404]
    assert list(cohort.declared_conflicts.standing()) == [others]
