"""Who reads what: by hand, by a plan, and who may not."""

import pytest

from cohorts.models import StaffMembership, StaffTask
from microcred.models import User
from microcred.verdict import Refused
from reviews import another_reader, assigning, conflicts, decisions, planning, scoring
from reviews.models import Assignment, Review
from submissions import workflow
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


def reviewer(cohort, first="Ben", **membership):
    return factories.staff(cohort, factories.person(first, "Reader"), **membership).person


def handed_in(cohort, count=1, **enrolled):
    made = [submission_in(State.SUBMITTED, cohort=cohort, **enrolled) for _ in range(count)]
    return made if count > 1 else made[0]


def readers(submission):
    return [one.reviewer for one in submission.assignments.standing()]


# By hand -------------------------------------------------------------------------------------------------------------
def test_an_applicant_never_reads_their_own_submission(cohort, cleo):
    submission = handed_in(cohort)
    author = submission.enrollment.person
    factories.staff(cohort, author)

    with pytest.raises(Refused, match="wrote Submission"):
        assigning.assign(submission, author, by=cleo)

    assert readers(submission) == []


def test_somebody_from_outside_the_cohort_cannot_be_assigned(cohort, cleo):
    with pytest.raises(Refused, match="no reviewer of this cohort"):
        assigning.assign(handed_in(cohort), factories.person("Dan", "Elsewhere"), by=cleo)


def test_a_draft_is_not_assigned(cohort, cleo):
    with pytest.raises(Refused, match="once it is submitted"):
        assigning.assign(submission_in(State.DRAFT, cohort=cohort), reviewer(cohort), by=cleo)


def test_who_handed_it_back_does_not_get_it_again(cohort, cleo):
    assignment = reviewing.assigned(handed_in(cohort), reviewer(cohort))
    scoring.hand_back(assignment, kind="coached", note="", by=assignment.reviewer)

    with pytest.raises(Refused, match="I coached this work"):
        assigning.assign(assignment.submission, assignment.reviewer, by=cleo)


def test_a_new_reader_settles_the_task_of_the_one_who_handed_it_back(cohort, cleo):
    assignment = reviewing.assigned(handed_in(cohort), reviewer(cohort))
    scoring.hand_back(assignment, kind="knows", note="My neighbor.", by=assignment.reviewer)

    assigning.assign(assignment.submission, reviewer(cohort, "Bea"), by=cleo)

    assert StaffTask.objects.get(cohort=cohort).done_by == cleo


def test_another_reader_takes_over_and_the_first_keeps_their_work(cohort, cleo):
    review = reviewing.started(reviewing.assigned(handed_in(cohort), reviewer(cohort)))
    reviewing.score(review, 1, 3)
    bea = reviewer(cohort, "Bea")

    assigning.reassign(review.assignment, bea, by=cleo)

    assert readers(review.assignment.submission) == [bea]
    assert review.scores.count() == 1


def test_a_refused_change_leaves_the_present_reader(cohort, cleo):
    assignment = reviewing.assigned(handed_in(cohort), reviewer(cohort))

    with pytest.raises(Refused):
        assigning.reassign(assignment, factories.person("Dan", "Elsewhere"), by=cleo)

    assert readers(assignment.submission) == [assignment.reviewer]


def test_a_draft_is_handed_over_only_when_an_admin_says_so(client, cohort, cleo):
    review = reviewing.started(reviewing.assigned(handed_in(cohort), reviewer(cohort)))
    reviewing.score(review, 1, 3, private_note="Page 2.")
    ben, bea = review.assignment.reviewer, reviewer(cohort, "Bea")
    url = f"/cohorts/{cohort.slug}/reviews/{review.assignment.submission.number}/"

    asked = client.post(url, {"was": ben.pk, "reader": bea.pk})
    page = client.get(asked["Location"]).content.decode()
    before = readers(review.assignment.submission)
    client.post(url, {"was": ben.pk, "reader": bea.pk, "sure": 1, "draft": 1})

    assert before == [ben]
    assert "Ben Reader has started this review</strong>, with 1 question scored" in page
    theirs = Review.objects.get(assignment__reviewer=bea)
    assert theirs.handed_over_from == review
    assert [(one.level.rank, one.private_note) for one in theirs.scores.all()] == [(3, "Page 2.")]
    assert review.scores.get().history.count() == 1
    with pytest.raises(Refused, match="has been given to somebody else"):
        reviewing.score(review, 2, 3)


def test_a_started_review_that_is_moved_is_not_seen_by_its_new_reader(cohort, cleo):
    review = reviewing.started(reviewing.assigned(handed_in(cohort), reviewer(cohort)))
    reviewing.score(review, 1, 3)

    given = assigning.reassign(review.assignment, reviewer(cohort, "Bea"), by=cleo)

    assert not Review.objects.filter(assignment=given).exists()
    assert not Review.objects.readable_by(given.reviewer).exists()


def test_what_was_given_by_mistake_is_taken_back_without_a_trace(client, cohort, cleo):
    ben, bea = reviewer(cohort), reviewer(cohort, "Bea")
    submission = handed_in(cohort)
    assigning.assign(submission, ben, by=cleo)
    url = f"/cohorts/{cohort.slug}/reviews/{submission.number}/"

    changed = client.post(url, {"was": ben.pk, "reader": bea.pk}, follow=True).content.decode()
    client.post(url, {"was": bea.pk, "reader": ben.pk})

    assert "Undo" in changed
    assert [one.reviewer for one in submission.assignments.all()] == [ben]


def test_who_was_taken_off_can_come_back_to_the_same_review(cohort, cleo):
    review = reviewing.started(reviewing.assigned(handed_in(cohort), reviewer(cohort)))
    assigning.take_away(review.assignment, by=cleo)

    again = assigning.assign(review.assignment.submission, review.assignment.reviewer, by=cleo)

    assert again.review == review


LEAVING = {
    "the staff": lambda ben: ben.staff_memberships.all().delete(),
    "the site": lambda ben: User.objects.filter(pk=ben.pk).update(is_active=False),
}


@pytest.mark.parametrize("leaves", LEAVING.values(), ids=LEAVING)
def test_what_somebody_began_who_leaves_goes_back_and_another_reader_is_found(client, cohort, cleo, leaves):
    review, bea = reviewing.started(cohort=cohort), reviewer(cohort, "Bea")
    done = reviewing.reviewed(cohort=cohort, reviewer=review.assignment.reviewer)
    reviewing.score(review, 1, 3)
    submission = review.assignment.submission
    leaves(review.assignment.reviewer)

    counts = [assigning.take_from_who_left() for _ in range(2)]

    assert counts == [1, 0]
    assert StaffTask.objects.open().get().sentence == (
        f"Ben Reader had {submission} to read, and has left the staff. Find another reader."
    )
    assert [pair.reader.person for pair in planning.suggest(cohort).pairs] == [bea]
    assert "left the staff" in client.get(f"/cohorts/{cohort.slug}/reviews/{submission.number}/").content.decode()
    assert readers(done.assignment.submission) == [done.assignment.reviewer]
    assert review.scores.count() == 1


def test_what_is_decided_keeps_its_readers(cohort, cleo):
    review = reviewing.reviewed(cohort=cohort)
    submission = review.assignment.submission
    decisions.decide(Submission.objects.get(pk=submission.pk), by=cleo)

    with pytest.raises(Refused, match="Its readers stay as they are"):
        assigning.take_away(review.assignment, by=cleo)

    assert readers(submission) == [review.assignment.reviewer]


def test_who_settles_a_submission_is_not_made_its_reader(cohort, cleo):
    submission, sue = handed_in(cohort), reviewer(cohort, "Sue")
    submission.assignments.create(round_number=1, reviewer=sue, role="second_reader")

    with pytest.raises(Refused, match="Sue Reader settles"):
        assigning.assign(submission, sue, by=cleo)

    assert submission.assignments.get().settles


def test_an_appeal_is_read_by_somebody_else(cohort, cleo):
    review = reviewing.reviewed(handed_in(cohort), reviewer(cohort), ranks={1: 1})
    submission = Submission.objects.get()
    decision = decisions.decide(submission, by=cleo, outcome="not_awarded")
    decisions.release(decision, by=cleo)
    submission = Submission.objects.get()
    workflow.appeal(submission, by=cleo, why="The second page was overlooked.")

    with pytest.raises(Refused, match="before its appeal"):
        assigning.assign(submission, review.assignment.reviewer, by=cleo)
    bea = reviewer(cohort, "Bea")

    assert [(pair.submission.pk, pair.reader.person) for pair in planning.suggest(cohort).pairs] == [
        (submission.pk, bea)
    ]


# By a plan -----------------------------------------------------------------------------------------------------------
def test_the_plan_balances_the_load(cohort):
    for first in ("Ana", "Ben", "Bea"):
        reviewer(cohort, first)
    handed_in(cohort, 6)

    plan = planning.suggest(cohort)

    assert len(plan.pairs) == 6
    assert set(plan.loads.values()) == {2}
    assert plan.not_done == ()


def test_the_plan_keeps_clear_of_the_same_organization_and_of_oneself(cohort):
    ben = reviewer(cohort, organization="Harbor City")
    own = submission_in(State.SUBMITTED, cohort=cohort, person=ben)
    same = handed_in(cohort, organization=" harbor city")

    plan = planning.suggest(cohort)

    assert plan.pairs == ()
    assert plan.not_done == tuple(f"{one.short_number} has no reader without a conflict." for one in (own, same))


def test_the_plan_says_when_everyone_has_as_many_as_they_take(cohort):
    reviewer(cohort, takes_up_to=1)
    handed_in(cohort, 2)

    plan = planning.suggest(cohort)

    assert len(plan.pairs) == 1
    assert "everyone who could read it has as many as they take" in plan.not_done[0]


def test_a_cohort_with_two_readers_gets_two_different_ones(cohort):
    cohort.readers_per_submission = 2
    cohort.save()
    ben, bea = reviewer(cohort), reviewer(cohort, "Bea")
    handed_in(cohort)

    plan = planning.suggest(cohort)

    assert {pair.reader.person for pair in plan.pairs} == {ben, bea}


def test_the_plan_is_applied_as_it_was_shown(client, cohort, cleo):
    ben = reviewer(cohort)
    submission = handed_in(cohort)
    url = f"/cohorts/{cohort.slug}/reviews/plan/"

    shown = client.get(url).context["plan"]
    client.post(url, {"plan": shown.token})

    assert readers(submission) == [ben]


MEANWHILE = {
    "somebody submits": lambda one, ben: handed_in(one.enrollment.cohort),
    "the applicant withdraws": lambda one, ben: workflow.withdraw(one, by=one.enrollment.person),
    "a conflict is declared": lambda one, ben: conflicts.declare(
        one.enrollment.cohort, ben, other=one.enrollment.person, kind="knows", by=ben
    ),
    "nobody takes any more": lambda one, ben: StaffMembership.objects.update(takes_up_to=0),
    "the reader leaves the staff": lambda one, ben: ben.staff_memberships.all().delete(),
    "the reader cannot sign in": lambda one, ben: User.objects.filter(pk=ben.pk).update(is_active=False),
}


@pytest.mark.parametrize("happens", MEANWHILE.values(), ids=MEANWHILE)
def test_a_plan_that_has_changed_since_is_shown_again_and_not_applied(client, cohort, cleo, happens):
    ben, submission = reviewer(cohort), handed_in(cohort)
    url = f"/cohorts/{cohort.slug}/reviews/plan/"
    shown = client.get(url).context["plan"]
    happens(submission, ben)

    answer = client.post(url, {"plan": shown.token})

    assert len(shown.pairs) == 1
    assert answer.status_code == 409
    assert "Look once more." in answer.content.decode()
    assert Assignment.objects.count() == 0


def test_of_two_admins_who_apply_one_plan_the_second_is_told(client, cohort, cleo):
    reviewer(cohort, takes_up_to=1)
    handed_in(cohort, 2)
    url = f"/cohorts/{cohort.slug}/reviews/plan/"
    shown = client.get(url).context["plan"]

    first, second = [client.post(url, {"plan": shown.token}) for _ in range(2)]

    assert [first.status_code, second.status_code] == [302, 409]
    assert "Let somebody take more" in second.content.decode()
    assert Assignment.objects.count() == 1


def test_a_plan_moves_what_it_planned_before_it_leaves_somebody_without_a_reader(cohort):
    reviewer(cohort, takes_up_to=1)
    reviewer(cohort, "Bea", takes_up_to=1, organization="Harbor City")
    first, second = handed_in(cohort), handed_in(cohort, organization="Harbor City Schools")

    plan = planning.suggest(cohort)

    assert plan.not_done == ()
    assert [(pair.number, pair.reader.person.first_name) for pair in plan.pairs] == [
        (first.short_number, "Bea"),
        (second.short_number, "Ben"),
    ]


def test_a_second_reader_is_found_for_what_wants_one(cohort, cleo):
    ben, bea = reviewer(cohort), reviewer(cohort, "Bea")
    asked, plain = handed_in(cohort, 2)
    for submission in (asked, plain):
        assigning.assign(submission, ben, by=cleo)
    StaffMembership.objects.filter(person=bea).update(takes_up_to=0)  # nobody is free when it is asked for
    another_reader.ask(asked, why="I am not sure about question 2.", by=cleo)
    StaffMembership.objects.filter(person=bea).update(takes_up_to=8)

    plan = planning.suggest(cohort)

    assert [(pair.number, pair.reader.person, pair.is_first) for pair in plan.pairs] == [
        (asked.short_number, bea, False)
    ]


# The page ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("count", (1, 4))
def test_the_table_takes_the_same_queries_however_long_it_is(client, cohort, cleo, django_assert_num_queries, count):
    for number in range(count):
        reviewing.assigned(handed_in(cohort), reviewer(cohort, f"Ben {number}"))
    handed_in(cohort)

    with django_assert_num_queries(20):
        response = client.get(f"/cohorts/{cohort.slug}/reviews/")

    assert len(response.context["rows"]) == count + 1


def test_a_reader_is_chosen_changed_and_taken_off_in_the_row(client, cohort, cleo):
    ben, bea = reviewer(cohort), reviewer(cohort, "Bea")
    submission = handed_in(cohort)
    url = f"/cohorts/{cohort.slug}/reviews/{submission.number}/"

    client.post(url, {"was": "", "reader": ben.pk})
    first = readers(submission)
    client.post(url, {"was": ben.pk, "reader": bea.pk})
    second = readers(submission)
    client.post(url, {"was": bea.pk, "reader": ""})

    assert (first, second, readers(submission)) == ([ben], [bea], [])


def test_a_row_that_changed_meanwhile_is_left_alone(client, cohort, cleo):
    ben, bea, bo = (reviewer(cohort, first) for first in ("Ben", "Bea", "Bo"))
    assignment = reviewing.assigned(handed_in(cohort), bea)

    answer = client.post(
        f"/cohorts/{cohort.slug}/reviews/{assignment.submission.number}/", {"was": ben.pk, "reader": bo.pk}, follow=True
    )

    assert "since you looked" in answer.content.decode()
    assert readers(assignment.submission) == [bea]


def test_only_those_who_run_the_cohort_see_its_reviews(client, cohort):
    for person in (reviewer(cohort), factories.staff(factories.cohort(), role="admin").person):
        client.force_login(person)

        assert client.get(f"/cohorts/{cohort.slug}/reviews/").status_code == 404


def test_an_unknown_reader_leaves_the_present_one(client, cohort, cleo):
    submission, ben = handed_in(cohort), reviewer(cohort)
    assigning.assign(submission, ben, by=cleo)

    page = client.post(
        f"/cohorts/{cohort.slug}/reviews/{submission.number}/", {"was": ben.pk, "reader": 999_999}, follow=True
    )

    assert "That reviewer is not on the list." in page.content.decode()
    assert readers(submission) == [ben]


def test_an_admin_does_not_choose_who_reads_their_own_work(client, cohort, cleo):
    submission, ben = submission_in(State.SUBMITTED, cohort=cohort, person=cleo), reviewer(cohort)

    answer = client.post(f"/cohorts/{cohort.slug}/reviews/{submission.number}/", {"was": "", "reader": ben.pk})

    assert answer.status_code == 404
    assert readers(submission) == []


def test_a_stale_submission_is_not_assigned(cohort, cleo):
    submission, ben = handed_in(cohort), reviewer(cohort)
    workflow.return_incomplete(Submission.objects.get(pk=submission.pk), by=cleo, why="A page is missing.")

    with pytest.raises(Refused, match="Readers are assigned once"):
        assigning.assign(submission, ben, by=cleo)
