"""What reviews lead to, and how a decision goes out: all of it, or nothing."""

from datetime import date, timedelta

import pytest

from badges import awards
from badges.models import Award, Badge, Edition, Letter, Program
from cohorts import attending
from cohorts.attending import Mark
from cohorts.models import Attendance, Event
from microcred.models import Message
from microcred.verdict import Refused
from reviews import agreement, awarding, decisions, scoring
from reviews.models import Assignment, Decision
from submissions import workflow
from submissions.models import Submission
from submissions.states import State
from tests.support import factories, reviewing
from tests.support.submitting import AFTER_ALL, add_all, submission_in

pytestmark = pytest.mark.django_db

LATER = AFTER_ALL + timedelta(days=1)
LETTERS = {
    "revision": (
        "Your {{ badge }} review: {{ answers }} to revise by {{ due_day }}",
        "**{{ summary }}**\n\n{{ comments }}\n\n[See]({{ link }}) by {{ due }}: {{ documents }}, {{ first_name }}",
    ),
    "award": ("Your {{ badge }} badge", "Dear {{ first_name }}, your badge is ready. [See it]({{ link }})"),
    "not-awarded": ("Your {{ badge }} review", "Dear {{ first_name }}, not in {{ rows }}.\n\n{{ comments }}"),
}


@pytest.fixture
def cohort(clock):
    clock(AFTER_ALL)
    made = factories.cohort(attempts=2)
    factories.staff(made, made.opened_by, role="admin")
    for key, (subject, body) in LETTERS.items():
        made.edition.letters.filter(key=key).update(subject=subject, body=body)
    return made


def reviewed(cohort, ranks=None, reviewer=None):
    """A submission whose only review is finished with `ranks`, by the number of the row."""
    submission = submission_in(State.SUBMITTED, cohort=cohort, person=factories.person("Dana", "Okafor"))
    reviewing.reviewed(submission, reviewer, ranks=ranks)
    return Submission.objects.get(pk=submission.pk)


def decided(cohort, ranks=None, **given):
    return decisions.decide(reviewed(cohort, ranks), by=cohort.opened_by, **given)


def revising(cohort, reviewer=None):
    """A submission of which the first row has to be revised, released."""
    submission = reviewed(cohort, {1: 2}, reviewer)
    decisions.release(decisions.decide(submission, by=cohort.opened_by), by=cohort.opened_by)
    return Submission.objects.get(pk=submission.pk)


def test_every_row_met_proposes_the_award(cohort):
    proposal = decisions.propose(reviewed(cohort))

    assert proposal.choices == (Decision.Outcome.AWARD,)
    assert proposal.rows == ()


def test_a_row_below_its_passing_level_proposes_a_revision_of_it(cohort):
    proposal = decisions.propose(reviewed(cohort, {2: 2}))

    assert proposal.outcome == Decision.Outcome.REVISE
    assert [row.criterion.key for row in proposal.rows] == ["q2"]
    assert [document.key for document in proposal.documents] == ["reflection-guide"]


def test_a_rule_that_counts_is_met_by_enough_rows(cohort):
    Edition.objects.filter(pk=cohort.edition_id).update(pass_rule="count", pass_count=1)
    cohort.edition.refresh_from_db()

    proposal = decisions.propose(reviewed(cohort, {2: 1}))

    assert proposal.outcome == Decision.Outcome.AWARD


def test_the_revision_is_due_so_many_days_after_the_decisions(cohort):
    proposal = decisions.propose(reviewed(cohort, {1: 1}))

    assert proposal.due_on == date(2023, 12, 15) + timedelta(days=28)


def test_a_decision_needs_every_assigned_review(cohort):
    submission = reviewed(cohort)
    reviewing.assigned(submission, factories.person("Cara", "Second"))

    with pytest.raises(Refused, match="1 review of this round is not finished"):
        decisions.decide(submission, by=cohort.opened_by)

    submission.refresh_from_db()
    assert submission.state == State.IN_REVIEW


def test_a_decision_needs_as_many_readers_as_the_cohort_asks_for(cohort):
    cohort.readers_per_submission = 2
    cohort.save()

    with pytest.raises(Refused, match="1 finished review is missing"):
        decisions.decide(reviewed(cohort), by=cohort.opened_by)


def test_readers_who_differ_need_a_second_reader(cohort):
    submission = submission_in(State.SUBMITTED, cohort=cohort)
    for ranks, name in (({}, "One"), ({1: 1}, "Two")):
        reviewing.reviewed(submission, factories.person("Reader", name), ranks=ranks)

    standing = agreement.of(Submission.objects.get(pk=submission.pk))

    assert [row.number for row in standing.disputed] == [1]
    assert standing.may_be_decided.reason == "The readers differ on row 1. A second reader settles it first."


def test_the_second_reader_settles_what_differs(cohort):
    submission = submission_in(State.SUBMITTED, cohort=cohort)
    for ranks, name in (({}, "One"), ({1: 1}, "Two"), ({}, "Three")):
        reviewing.reviewed(submission, factories.person("Reader", name), ranks=ranks)
    Assignment.objects.filter(reviewer__last_name="Three").update(role=Assignment.Role.SECOND_READER)

    standing = agreement.of(Submission.objects.get(pk=submission.pk))

    assert standing.disputed == ()
    assert standing.meets_rule


def test_nobody_awards_against_the_rule(cohort):
    with pytest.raises(Refused, match="The badge cannot be awarded"):
        decided(cohort, {1: 1}, outcome="award")


def test_a_revision_needs_a_day_that_is_still_to_come(cohort):
    with pytest.raises(Refused, match="choose a day after today"):
        decided(cohort, {1: 1}, due_on=AFTER_ALL.date())


def test_the_last_attempt_leads_to_no_further_revision(cohort):
    cohort.attempts = 1
    cohort.save()
    submission = reviewed(cohort, {1: 1})

    assert decisions.propose(submission).choices == (Decision.Outcome.NOT_AWARDED,)
    with pytest.raises(Refused, match="last attempt"):
        decisions.decide(submission, by=cohort.opened_by, outcome="revise")


def test_the_letter_holds_each_open_row_with_its_comment(cohort, mailbox):
    decisions.release(decided(cohort, {1: 2, 2: 1}), by=cohort.opened_by)

    mail = Message.objects.get(kind="revision")
    assert mail.subject == "Your Level 2 Practice review: two answers to revise by Fri, Jan 12"
    assert mail.text.count(reviewing.SAYS) == 2
    assert "1. What is question 1 about?" in mail.text
    assert "None of your two answers meet the rubric. Two need more." in mail.text
    assert "Reflection Guide" in mail.text


def test_what_a_reader_wrote_cannot_change_the_letter(cohort):
    submission = submission_in(State.SUBMITTED, cohort=cohort)
    review = reviewing.started(submission=submission)
    reviewing.score(review, 1, 2, comment="<b>Bold</b> {{ link }} [x](https://evil.example)\n\n# Two")
    reviewing.score(review, 2, 3)
    scoring.finish(review, by=review.assignment.reviewer)

    decisions.release(decisions.decide(submission, by=cohort.opened_by), by=cohort.opened_by)

    html = Message.objects.get(kind="revision").html
    assert "&lt;b&gt;Bold&lt;/b&gt; {{ link }} [x](https://evil.example)" in html
    assert "<h1>Two" not in html


def test_a_letter_is_rewritten_before_its_release_and_never_after(cohort):
    decision = decided(cohort)

    decisions.rewrite(decision, subject="Well done", letter="Dear {{ first_name }}, {{ link }}", by=decision.made_by)
    decisions.release(decision, by=cohort.opened_by)

    assert Message.objects.get(kind="award").subject == "Well done"
    with pytest.raises(Refused, match="released or taken back"):
        decisions.rewrite(decision, subject="Other", letter="Other {{ link }}", by=decision.made_by)


def test_a_letter_with_a_hole_in_it_is_not_kept(cohort):
    decision = decided(cohort)

    with pytest.raises(Refused, match="nonsense"):
        decisions.rewrite(decision, subject="S", letter="{{ nonsense }}", by=decision.made_by)

    decision.refresh_from_db()
    assert decision.letter == LETTERS["award"][1]


def test_release_moves_awards_and_tells_in_one_go(cohort):
    decision = decisions.release(decided(cohort), by=cohort.opened_by)

    award = Award.objects.get()
    submission = Submission.objects.get(pk=decision.submission_id)
    assert submission.state == State.AWARDED
    assert award.person == submission.enrollment.person
    assert award.grounds["submission"] == submission.reference
    assert decision.released_by == cohort.opened_by
    assert "Dear Dana" in decision.letter
    assert Message.objects.filter(kind="award").count() == 1


def test_an_award_that_fails_leaves_nothing_behind(cohort, monkeypatch):
    decision = decided(cohort)

    def fails(*args, **kwargs):
        raise RuntimeError("no key")

    monkeypatch.setattr(awards, "issue", fails)
    with pytest.raises(RuntimeError):
        decisions.release(decision, by=cohort.opened_by)

    decision.refresh_from_db()
    assert Submission.objects.get(pk=decision.submission_id).state == State.DECIDED
    assert decision.released_at is None
    assert not Message.objects.filter(kind="award").exists()


def test_a_key_that_cannot_be_read_holds_the_award_back_with_a_sentence(cohort):
    decision = decided(cohort)
    Program.objects.update(signing_key="no key")

    run = decisions.release_each([decision], by=cohort.opened_by)

    assert "signing key cannot be read, so no badge can be issued" in run.refused[0][1]
    assert Submission.objects.get(pk=decision.submission_id).state == State.DECIDED
    assert (Award.objects.count(), Message.objects.filter(kind="award").count()) == (0, 0)
    assert Decision.objects.get().released_at is None


def test_a_round_keeps_its_rubric_when_the_edition_is_succeeded(cohort):
    submission = revising(cohort, factories.person("Ben", "Reader"))
    factories.edition(prompts=5, succeeds=cohort.edition)

    standing = agreement.of(submission)

    assert [row.criterion.document.edition_id for row in standing.rows] == [cohort.edition_id] * 2
    assert [row.is_open for row in standing.rows] == [True, False]


def test_released_twice_goes_out_once(cohort):
    decision = decided(cohort)
    decisions.release(decision, by=cohort.opened_by)

    with pytest.raises(Refused):
        decisions.release(decision, by=cohort.opened_by)

    assert Message.objects.filter(kind="award").count() == 1


def test_a_review_that_was_reopened_holds_the_letter_back(cohort):
    decision = decided(cohort)
    review = Assignment.objects.get().review
    scoring.reopen_review(review, by=review.assignment.reviewer)

    with pytest.raises(Refused, match="not finished"):
        decisions.release(decision, by=cohort.opened_by)


def test_one_that_cannot_go_holds_up_nobody_else(cohort):
    held, goes = decided(cohort), decided(cohort)
    review = held.submission.assignments.get().review
    scoring.reopen_review(review, by=review.assignment.reviewer)

    run = decisions.release_each([held, goes], by=cohort.opened_by)

    assert run.released == [goes]
    assert [decision for decision, _ in run.refused] == [held]


def test_a_schedule_releases_when_its_time_has_come(cohort, clock):
    decision = decided(cohort)
    decisions.schedule([decision], at=LATER, by=decision.made_by)

    assert decisions.release_due(AFTER_ALL) == 0
    clock(LATER)
    assert decisions.release_due(LATER) == 1
    assert decisions.release_due(LATER) == 0
    decision.refresh_from_db()
    assert decision.released_by is None


def test_a_decision_taken_back_can_be_made_again(cohort):
    decision = decided(cohort, {1: 2})

    decisions.reopen(decision, by=cohort.opened_by, why="One comment is missing.")
    again = decisions.decide(decision.submission, by=cohort.opened_by, outcome="not_awarded")

    assert again.outcome == Decision.Outcome.NOT_AWARDED
    assert Decision.objects.in_hand().get() == again


def test_a_revision_opens_the_next_round_for_what_is_open(cohort):
    reviewer = factories.person("Ben", "Reader")
    submission = revising(cohort, reviewer)

    now = submission.current_round
    assert (submission.state, now.number, now.due_on) == (State.REVISION_REQUESTED, 2, date(2024, 1, 12))
    assert [row.key for row in now.criteria.all()] == ["q1"]
    assert [document.key for document in now.documents.all()] == ["reflection-guide"]
    assert submission.assignments.get(round_number=2).reviewer == reviewer


def test_the_second_round_carries_what_was_met(cohort, clock):
    reviewer = factories.person("Ben", "Reader")
    submission = revising(cohort, reviewer)
    clock(LATER)
    add_all(submission, at=LATER, only=list(submission.current_round.documents.all()))
    workflow.submit(submission, by=submission.enrollment.person, at=LATER)
    reviewing.reviewed(submission, reviewer, at=LATER)

    standing = agreement.of(Submission.objects.get(pk=submission.pk))

    assert [(row.number, row.is_open, row.is_met) for row in standing.rows] == [(1, True, True), (2, False, True)]
    assert decisions.propose(standing.submission, standing=standing).outcome == Decision.Outcome.AWARD


def test_an_appeal_is_decided_by_other_readers(cohort, clock):
    cohort.attempts = 1
    cohort.save()
    decision = decisions.release(decided(cohort, {1: 1}), by=cohort.opened_by)
    clock(LATER)
    workflow.appeal(decision.submission, by=cohort.opened_by, why="A page was not read.")
    submission = Submission.objects.get(pk=decision.submission_id)
    assert agreement.of(submission).finished == ()

    clock(LATER + timedelta(hours=1))
    reviewing.reviewed(submission, factories.person("Other", "Reader"), at=LATER + timedelta(hours=1))
    again = decisions.decide(submission, by=cohort.opened_by)

    assert again.outcome == Decision.Outcome.AWARD
    assert agreement.as_decided(decision).open_rows[0].number == 1


def parts_of_a_whole(cohort):
    """A composite badge of the cohort's badge and of one for attending its meetings."""
    program, practice = cohort.edition.badge.program, cohort.edition.badge
    made = {}
    for slug, kind in (("shared", "shared_learning"), ("apprentice", "composite")):
        badge = Badge.objects.create(
            program=program, slug=slug, name=slug.title(), level=2, kind=kind, earned_by="Both."
        )
        edition = Edition.objects.create(
            badge=badge, slug=slug, term=cohort.edition.term, meetings_required=2, meeting_minutes_required=60
        )
        Letter.objects.create(edition=edition, key="award", subject="Your {{ badge }} badge", body="[See]({{ link }})")
        made[slug] = edition
    made["apprentice"].badge.parts.add(practice, made["shared"].badge)
    cohort.attendance_edition = made["shared"]
    cohort.save()
    return made


def attend(enrollment, *minutes):
    for meeting, spent in zip(enrollment.cohort.events.filter(kind=Event.Kind.MEETING), minutes, strict=False):
        Attendance.objects.create(
            event=meeting, enrollment=enrollment, status="here", minutes=spent, recorded_by=enrollment.cohort.opened_by
        )


def test_attendance_earns_its_badge_once(cohort):
    parts_of_a_whole(cohort)
    came, left_early = factories.enrollment(cohort), factories.enrollment(cohort)
    attend(came, 90, None)
    attend(left_early, 90, 20)

    issued = awarding.issue_attendance_awards(cohort, by=cohort.opened_by)

    assert [award.person for award in issued] == [came.person]
    assert awarding.issue_attendance_awards(cohort, by=cohort.opened_by) == []


def test_the_last_part_completes_the_whole(cohort):
    parts_of_a_whole(cohort)
    decision = decided(cohort)
    attend(decision.submission.enrollment, 90, 90)
    awarding.issue_attendance_awards(cohort, by=cohort.opened_by)
    assert not Award.objects.filter(edition__slug="apprentice").exists()

    decisions.release(decision, by=cohort.opened_by)

    assert Award.objects.filter(edition__slug="apprentice").count() == 1
    subjects = set(Message.objects.filter(kind="award").values_list("subject", flat=True))
    assert subjects == {"Your Level 2 Practice badge", "Your Shared badge", "Your Apprentice badge"}


def test_a_meeting_made_up_earns_what_an_excuse_does_not(cohort):
    parts_of_a_whole(cohort)
    decision = decided(cohort)
    here, missed, _ = cohort.events.filter(kind=Event.Kind.MEETING).order_by("number")
    theirs, by = decision.submission.enrollment.pk, cohort.opened_by
    attending.record(here, {theirs: Mark("here", 60)}, by=by)
    attending.record(missed, {theirs: Mark("excused")}, by=by)
    decisions.release(decision, by=by)
    assert awarding.issue_attendance_awards(cohort, by=by) == []

    attending.record(missed, {theirs: Mark("made_up", note="Watched it, then met me.")}, by=by)

    awarding.issue_attendance_awards(cohort, by=by)
    assert set(Award.objects.values_list("edition__slug", flat=True)) == {cohort.edition.slug, "shared", "apprentice"}


def test_nobody_decides_on_their_own_work(cohort):
    submission = reviewed(cohort)
    dana = submission.enrollment.person
    factories.staff(cohort, dana, role="admin")

    with pytest.raises(Refused, match="Another admin decides"):
        decisions.decide(submission, by=dana)
    decision = decisions.decide(submission, by=cohort.opened_by)
    with pytest.raises(Refused, match="Another admin decides"):
        decisions.release(decision, by=dana)
    with pytest.raises(Refused, match="Another admin decides"):
        decisions.reopen(decision, by=dana, why="I hoped for more.")


def test_what_goes_wrong_for_one_person_holds_up_nobody_else(cohort, monkeypatch):
    first, second = decided(cohort), decided(cohort)
    compose = decisions.decision_letters.message

    def message(decision, standing):
        if decision.pk == first.pk:
            raise ZeroDivisionError
        return compose(decision, standing)

    monkeypatch.setattr(decisions.decision_letters, "message", message)

    run = decisions.release_each([first, second], by=cohort.opened_by)

    assert run.released == [second]
    assert [decision for decision, _ in run.refused] == [first]
    assert Decision.objects.get(pk=first.pk).released_at is None
