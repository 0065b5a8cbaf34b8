"""Two readers: when a second is needed, who settles what they differ on, and who sees whose words when.

Ann and Bob read, Sue settles, Cleo leads the cohort, Dora wrote it.
"""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db.models.functions import Lower

from cohorts.models import Cohort, StaffMembership, StaffTask
from microcred.models import Message, User
from microcred.verdict import Refused
from reviews import agreement, another_reader, assigning, comparing, decisions, scoring, second_reads, settling
from reviews.models import Assignment, Decision, Review, Score, SecondRead
from submissions import workflow
from submissions.models import Submission
from submissions.states import State
from tests.support import factories, reviewing
from tests.support.submitting import AFTER_ALL, submission_in

pytestmark = pytest.mark.django_db
NOON = AFTER_ALL + timedelta(days=1)


@dataclass
class Case:
    cohort: Cohort
    submission: Submission
    ann: User
    bob: User
    sue: User
    cleo: User

    @property
    def now(self) -> Submission:
        return Submission.objects.get(pk=self.submission.pk)

    @property
    def standing(self) -> agreement.Standing:
        return agreement.of(self.now)

    @property
    def settlement(self) -> Assignment:
        given = Assignment.objects.standing().settling().of_the_last_round().with_submission()
        return given.get(submission=self.submission)

    def reads(self, person, **ranks) -> Review:
        by_number = {int(name.removeprefix("q")): rank for name, rank in ranks.items()}
        return reviewing.reviewed(self.now, person, ranks=by_number)

    def differ(self) -> "Case":
        """On the first of two rows; their comments tell who wrote them."""
        self.reads(self.ann)
        self.reads(self.bob, q1=1)
        for score in Score.objects.filter(criterion__position=1).select_related("review__assignment__reviewer"):
            Score.objects.filter(pk=score.pk).update(comment=f"{score.review.assignment.reviewer.first_name} says so.")
        return self

    def settle(self, rank=2, **words) -> Review:
        words = {"comment": "Name what the team did.", "private_note": "Named, not shown."} | words
        assignment = self.settlement
        for number in [row.number for row in self.standing.disputed]:
            reviewing.score(reviewing.started(assignment), number, rank, **words)
        settling.settle(assignment, by=assignment.reviewer)
        return Review.objects.get(assignment=assignment)


@pytest.fixture
def case(clock):
    clock(AFTER_ALL)
    cohort = factories.cohort(readers_per_submission=2)
    ann, bob, sue = (factories.person(name, "Reader") for name in ("Ann", "Bob", "Sue"))
    factories.staff(cohort, ann)
    factories.staff(cohort, bob)
    factories.staff(cohort, sue, "second_reader")
    factories.staff(cohort, cohort.opened_by, "admin")
    submission = submission_in(
        State.SUBMITTED, cohort=cohort, person=factories.person("Dora", "Ward", email="dora@example.org")
    )
    for reader in (ann, bob):
        reviewing.assigned(submission, reader)
    clock(NOON)
    return Case(cohort, submission, ann, bob, sue, cohort.opened_by)


@pytest.fixture
def alone(case):
    """The same, where one reader is enough."""
    Cohort.objects.filter(pk=case.cohort.pk).update(readers_per_submission=1)
    assigning.take_away(Assignment.objects.get(reviewer=case.bob), by=case.cleo)
    return case


# How many readers ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("percent", (0, 20, 100))
def test_of_any_hundred_submissions_exactly_the_share_is_drawn(alone, percent):
    Cohort.objects.update(second_read_percent=percent)
    row, needed = Submission.objects.filter(pk=alone.submission.pk), []
    for number in range(417, 517):
        row.update(number=number)
        needed.append(second_reads.needed_by(alone.submission))

    assert needed.count(2) == percent


def test_a_reader_asks_for_another_and_says_why(alone, client):
    alone.reads(alone.ann)
    client.force_login(alone.ann)

    answer = client.post(f"/review/{alone.submission.number}/second-read/", {"why": "I am in two minds."})

    assert answer.status_code == 302
    assert second_reads.needed_by(alone.submission) == 2
    assert alone.standing.may_be_decided.reason == "1 review of this round is not finished."
    assert Assignment.objects.unfinished().get().reviewer == alone.bob
    assert not StaffTask.objects.open().exists()
    assert client.get(f"/review/{alone.submission.number}/second-read/").status_code == 403


def test_an_admin_asks_for_another_and_who_is_given_it_ends_the_task(alone, client):
    alone.reads(alone.ann)
    client.force_login(alone.cleo)
    address = f"/cohorts/{alone.cohort.slug}/reviews/{alone.submission.number}/second-read/"
    assert client.post(address, {"why": ""}).status_code == 422

    StaffMembership.objects.filter(person=alone.bob).update(takes_up_to=0)
    client.post(address, {"why": "An unusual case."})
    task, why = StaffTask.objects.open().get(), "Asked for: An unusual case."
    assert task.sentence == f"{alone.submission} needs another reader, and nobody is free. {why}"
    assigning.assign(alone.now, alone.bob, by=alone.cleo)

    assert SecondRead.objects.get().asked_by == alone.cleo
    assert not StaffTask.objects.open().exists()


def test_of_those_who_may_who_has_most_room_reads_it(alone):
    """Bob and Eve are busier, Fay knows the applicant's district, Ann has read it, Sue would have to settle it."""
    factories.staff(alone.cohort, alone.sue)
    eve, fay, gus = (factories.person(name, "Reader") for name in ("Eve", "Fay", "Gus"))
    for person, district in ((eve, ""), (fay, "CESA 4"), (gus, "")):
        factories.staff(alone.cohort, person, organization=district)
    alone.submission.enrollment.organization = "CESA 4"
    alone.submission.enrollment.save()
    for busy in (alone.bob, eve):
        reviewing.assigned(cohort=alone.cohort, reviewer=busy)

    another_reader.ask(alone.now, why="I am in two minds.", by=alone.cleo)

    assert set(alone.submission.assignments.values_list("reviewer", flat=True)) == {alone.ann.pk, gus.pk}


def test_an_admin_says_when_one_reader_is_not_enough(alone, client):
    client.force_login(alone.cleo)
    address = f"/cohorts/{alone.cohort.slug}/reviews/second-reads/"
    typed = {"second_read_percent": "25", "second_read_near_rows": "2", "second_read_not_awarded": "on"}

    assert "less than or equal to 100" in client.post(address, typed | {"second_read_percent": "101"}).content.decode()
    assert client.post(address, typed).status_code == 302

    rules = Cohort.objects.values_list("second_read_percent", "second_read_near_rows", "second_read_not_awarded")
    assert rules.get(pk=alone.cohort.pk) == (25, 2, True)


@pytest.mark.parametrize(
    ("near", "attempts", "ranks", "reason"),
    (
        (1, 2, {"q1": 2}, "near_pass"),
        (1, 2, {"q1": 2, "q2": 2}, None),
        (2, 2, {"q1": 2, "q2": 2}, "near_pass"),
        (0, 2, {"q1": 2}, None),
        (1, 2, {}, None),
        (0, 1, {"q1": 2, "q2": 1}, "not_awarded"),
    ),
)
def test_who_nearly_meets_the_rubric_or_would_be_refused_is_read_again(alone, near, attempts, ranks, reason):
    Cohort.objects.update(second_read_near_rows=near, second_read_not_awarded=True, attempts=attempts)

    alone.reads(alone.ann, **ranks)

    assert [one.reason for one in SecondRead.objects.all()] == ([reason] if reason else [])
    assert second_reads.needed_by(alone.submission) == (2 if reason else 1)


def test_a_second_read_stays_asked_for_whatever_the_first_reader_changes(alone):
    Cohort.objects.update(second_read_near_rows=1)
    review = alone.reads(alone.ann, q1=2)

    scoring.reopen_review(review, by=alone.ann)
    reviewing.score(review, 1, 3, version=1)
    scoring.finish(review, by=alone.ann)

    assert (second_reads.needed_by(alone.submission), SecondRead.objects.count()) == (2, 1)


def test_nobody_is_refused_on_one_readers_word(alone):
    Cohort.objects.update(second_read_not_awarded=True)
    alone.reads(alone.ann, q1=1)

    with pytest.raises(Refused, match="Nobody is refused on one reader's word"):
        decisions.decide(alone.now, by=alone.cleo, outcome="not_awarded")


def test_after_an_appeal_what_was_asked_for_before_counts_no_more(alone, clock):
    Cohort.objects.update(second_read_near_rows=1, attempts=1)
    alone.reads(alone.ann, q1=2)
    alone.reads(alone.bob, q1=2)
    decisions.release(decisions.decide(alone.now, by=alone.cleo), by=alone.cleo)
    clock(NOON + timedelta(days=1))

    workflow.appeal(alone.now, by=alone.cleo, why="A page was not read.")

    assert second_reads.needed_by(alone.submission) == 1


# What they differ on -------------------------------------------------------------------------------------------------
def test_readers_within_a_level_and_of_one_outcome_agree(case):
    case.reads(case.ann, q1=1, q2=1)
    case.reads(case.bob, q1=2, q2=1)

    assert case.standing.may_be_decided
    assert not Assignment.objects.settling().exists()


def test_two_who_would_award_and_together_would_not_differ(case):
    case.cohort.edition.pass_rule, case.cohort.edition.pass_count = "count", 1
    case.cohort.edition.save()
    case.reads(case.ann, q1=2)
    case.reads(case.bob, q2=2)

    assert [row.number for row in case.standing.disputed] == [1, 2]


def test_what_differs_goes_to_a_second_reader_who_is_told(case):
    case.differ()

    assert [row.number for row in case.standing.disputed] == [1]
    assert case.settlement.reviewer == case.sue
    assert Message.objects.filter(kind="settle", person=case.sue).count() == 1
    assert not Assignment.objects.to_do().of(case.sue).exists()


def test_the_second_reader_with_the_least_to_settle_gets_it(case):
    tim = factories.staff(case.cohort, factories.person("Tim", "Second"), "second_reader").person
    case.differ()
    other = submission_in(State.SUBMITTED, cohort=case.cohort)
    reviewing.reviewed(other, case.ann)
    reviewing.reviewed(other, case.bob, ranks={1: 1})

    assert {one.reviewer for one in Assignment.objects.settling()} == {case.sue, tim}


def test_nobody_settles_what_they_read_themselves_and_staff_are_asked(case):
    case.cohort.staff.filter(person=case.sue).update(person=case.ann)

    case.differ()

    assert not Assignment.objects.settling().exists()
    assert StaffTask.objects.open().get().url == f"/settle/{case.submission.number}/"


def test_an_admin_finds_a_second_reader_and_the_task_is_done(case, client):
    case.cohort.staff.filter(person=case.sue).delete()
    case.differ()
    factories.staff(case.cohort, case.sue, "second_reader")
    client.force_login(case.cleo)
    page = client.get(f"/settle/{case.submission.number}/")

    client.post(f"/settle/{case.submission.number}/second-reader/", {"who": case.sue.pk})

    assert "Nobody settles it yet" in page.text
    assert case.settlement.reviewer == case.sue
    assert not StaffTask.objects.open().exists()


def test_a_second_reader_who_hands_it_back_is_followed_by_another(case):
    tim = factories.staff(case.cohort, factories.person("Tim", "Second"), "second_reader").person
    case.differ()

    scoring.hand_back(case.settlement, kind="knows", note="", by=case.sue)

    assert case.settlement.reviewer == tim


# Settling ------------------------------------------------------------------------------------------------------------
def test_what_is_settled_counts_and_only_its_words_reach_the_applicant(case):
    case.differ().settle(rank=2)

    row = case.standing.rows[0]

    assert case.standing.may_be_decided
    assert (row.level.rank, [remark.comment for remark in row.comments]) == (2, ["Name what the team did."])


def test_each_row_needs_its_level_and_its_reason_and_below_passing_words_to_the_applicant(case):
    review = reviewing.started(case.differ().settlement)

    def missing():
        scores = {score.criterion_id: score for score in review.scores.select_related("level")}
        return [gap.field for gap in settling.gaps(case.standing.disputed, scores)]

    found = [missing()]
    for version, words in enumerate(({}, {"private_note": "So."}, {"private_note": "So.", "comment": "Show it."})):
        reviewing.score(review, 1, 2, **{"comment": "", "version": version, **words})
        found.append(missing())

    assert found == [["level"], ["note"], ["comment"], []]


def test_a_reader_who_reopens_makes_the_settling_wait_and_ends_it_when_they_agree(case):
    case.differ()
    review = reviewing.started(case.settlement)
    reviewing.score(review, 1, 2)
    own = Review.objects.get(assignment__reviewer=case.bob)
    scoring.reopen_review(own, by=case.bob)

    with pytest.raises(Refused, match="A reader has opened their review"):
        reviewing.score(review, 1, 1, version=1)
    reviewing.score(own, 1, 3, version=1)
    scoring.finish(own, by=case.bob)

    assert case.standing.may_be_decided
    assert not Assignment.objects.standing().settling().exists()
    assert Score.objects.get(review=review).level.rank == 2


def test_what_is_typed_on_a_row_that_is_no_longer_apart_does_not_settle_it(case):
    case.reads(case.ann)
    own = case.reads(case.bob, q1=1, q2=1)
    review = reviewing.started(case.settlement)
    reviewing.score(review, 1, 2, private_note="So.")
    reviewing.score(review, 2, 2, private_note="So.")
    scoring.reopen_review(own, by=case.bob)
    reviewing.score(own, 2, 3, version=1)
    scoring.finish(own, by=case.bob)

    settling.settle(case.settlement, by=case.sue)

    assert [row.level.rank for row in case.standing.rows] == [2, 3]


def test_once_it_is_settled_the_readings_stay_and_the_second_reader_may_reopen(case):
    settlement = case.differ().settle()
    own = Review.objects.get(assignment__reviewer=case.bob)

    with pytest.raises(Refused, match="A second reader has settled"):
        scoring.reopen_review(own, by=case.bob)
    scoring.reopen_review(settlement, by=case.sue)

    assert not case.standing.may_be_decided
    scoring.reopen_review(own, by=case.bob)


def test_a_reader_who_is_replaced_makes_it_wait_for_the_new_one(case):
    case.differ()
    cat = factories.staff(case.cohort, factories.person("Cat", "Reader")).person

    assigning.reassign(Assignment.objects.get(reviewer=case.bob), cat, by=case.cleo)
    with pytest.raises(Refused):
        case.settle()
    case.reads(cat)

    assert case.standing.may_be_decided


def test_in_the_second_round_settled_rows_that_met_stay_met_and_the_readers_read_again(case):
    case.reads(case.ann, q2=1)
    case.reads(case.bob, q1=1, q2=1)
    case.settle(rank=3)
    decisions.release(decisions.decide(case.now, by=case.cleo), by=case.cleo)

    standing = case.standing

    assert [row.number for row in standing.open_rows] == [2]
    assert {reading.assignment.reviewer for reading in standing.readings} == {case.ann, case.bob}
    assert standing.settlement is None


def test_an_appeal_is_settled_by_nobody_who_settled_before(case, clock):
    Cohort.objects.update(attempts=1)
    case.differ().settle(rank=1)
    decisions.release(decisions.decide(case.now, by=case.cleo), by=case.cleo)
    clock(NOON + timedelta(days=1))

    workflow.appeal(case.now, by=case.cleo, why="A page was not read.")

    assert settling.free_to_settle(case.now) == []


# Who sees whose review ----------------------------------------------------------------------------------------------
def seen(case) -> dict[str, set[str]]:
    """Whose reviews of it each of them may read."""
    everybody = {"ann": case.ann, "bob": case.bob, "sue": case.sue, "cleo": case.cleo}
    everybody["dora"] = case.submission.enrollment.person
    of_it = Review.objects.filter(assignment__submission=case.submission).order_by()
    return {
        name: set(of_it.readable_by(person).values_list(Lower("assignment__reviewer__first_name"), flat=True))
        for name, person in everybody.items()
    }


def test_neither_reader_sees_the_other_before_both_have_finished(case):
    case.reads(case.ann)
    reviewing.started(Assignment.objects.with_submission().get(reviewer=case.bob))

    assert seen(case) == {"ann": {"ann"}, "bob": {"bob"}, "sue": set(), "cleo": {"ann", "bob"}, "dora": set()}


def test_when_both_have_finished_they_and_the_second_reader_see_both(case):
    case.differ()

    both = {"ann", "bob"}
    assert seen(case) == {"ann": both, "bob": both, "sue": both, "cleo": both, "dora": set()}


def test_a_draft_of_the_second_reader_is_nobodys_to_see_and_the_result_is_both_readers(case):
    case.differ()
    reviewing.score(reviewing.started(case.settlement), 1, 2)
    before = seen(case)

    case.settle(rank=1, version=1)

    assert before["ann"] == before["bob"] == {"ann", "bob"}
    assert before["sue"] == before["cleo"] == {"ann", "bob", "sue"}
    assert seen(case)["ann"] == seen(case)["bob"] == {"ann", "bob", "sue"}


def test_who_opens_their_own_again_sees_the_others_no_more(case):
    case.differ()
    scoring.reopen_review(Review.objects.get(assignment__reviewer=case.bob), by=case.bob)

    assert (seen(case)["bob"], seen(case)["sue"], seen(case)["ann"]) == ({"bob"}, set(), {"ann"})


def test_who_loses_the_role_sees_nobody_elses(case):
    case.differ().settle()
    case.cohort.staff.filter(person__in=(case.ann, case.sue)).delete()

    assert (seen(case)["ann"], seen(case)["sue"]) == ({"ann"}, {"sue"})


def test_who_hands_it_back_sees_nobody_elses(case):
    case.differ()
    scoring.hand_back(Assignment.objects.get(reviewer=case.bob), kind="knows", note="", by=case.bob)

    assert (seen(case)["bob"], seen(case)["ann"], seen(case)["sue"]) == ({"bob"}, {"ann"}, {"ann"})


def test_after_the_release_readers_see_the_same_and_an_admin_not_their_own_work(case):
    case.differ().settle(rank=1)
    decisions.release(decisions.decide(case.now, by=case.cleo, outcome=Decision.Outcome.REVISE), by=case.cleo)
    after = seen(case)
    case.submission.enrollment.person = case.cleo
    case.submission.enrollment.save()

    assert after["ann"] == {"ann", "bob", "sue"}
    assert (after["dora"], seen(case)["cleo"]) == (set(), set())


# Pages ---------------------------------------------------------------------------------------------------------------
def typed(level="", note="", comment="", version=0, **more):
    return {"q1-level": level, "q1-note": note, "q1-comment": comment, "q1-version": version, **more}


def test_a_second_reader_settles_without_scripts(case, client):
    case.differ()
    client.force_login(case.sue)
    address = f"/settle/{case.submission.number}/"
    page = client.get(address).text
    assert all(words in page for words in ("Reader A", "Reader B", "Ann says so.", "1 row where both agree"))
    assert "Ann Reader" not in page

    missing = client.post(address, typed(note="So.", then="settle"))
    client.post(address, typed(note="So.", version=1, start="1-b"))
    done = client.post(address, typed(level=2, note="So.", comment="Bob says so.", version=2, then="settle"))

    assert (missing.status_code, missing.text.count("Choose the level that question 1 is settled at.")) == (422, 2)
    assert done.url == "/settle/"
    assert case.standing.rows[0].comments[0].comment == "Bob says so."
    assert case.standing.may_be_decided


def test_rows_save_themselves_and_another_tab_overwrites_nothing(case, client):
    case.differ()
    client.force_login(case.sue)
    address = f"/settle/{case.submission.number}/q/1/"

    answers = [client.post(address, typed(note=words)).status_code for words in ("One tab.", "The other.")]

    assert answers == [200, 409]
    assert Score.objects.get(review__assignment__reviewer=case.sue).private_note == "One tab."
    assert client.post(f"/settle/{case.submission.number}/q/2/", {}).status_code == 409


def test_what_was_typed_comes_back_when_it_is_given_to_somebody_else(case, client):
    case.differ()
    client.force_login(case.sue)
    tim = factories.staff(case.cohort, factories.person("Tim", "Second"), "second_reader").person
    settling.give(case.now, tim, by=case.cleo)

    answer = client.post(f"/settle/{case.submission.number}/", typed(note="A long thought."))

    assert (answer.status_code, "A long thought." in answer.text) == (409, True)
    assert "Ann says so." not in answer.text
    assert client.get(f"/settle/{case.submission.number}/").url == "/settle/"


def test_while_a_reader_is_at_it_again_the_page_shows_nobodys_words(case, client):
    case.differ()
    scoring.reopen_review(Review.objects.get(assignment__reviewer=case.bob), by=case.bob)
    client.force_login(case.sue)

    page = client.get(f"/settle/{case.submission.number}/").text

    assert "A reader has opened their review" in page
    assert "says so." not in page


def test_an_admin_sees_names_and_a_reader_letters(case, client):
    case.differ().settle()
    pages = {}
    client.force_login(case.cleo)
    decision = client.get(f"/cohorts/{case.cohort.slug}/decisions/{case.submission.number}/").text
    for person in (case.cleo, case.sue, case.ann):
        client.force_login(person)
        pages[person.first_name] = client.get(f"/settle/{case.submission.number}/")

    assert pages["Olive"].text.count("Ann Reader") == 2
    assert "Reader A" in pages["Sue"].text
    assert pages["Ann"].status_code == 404
    assert "See both readings and what was settled" in decision


def test_a_reader_sees_what_became_of_their_review(case, client):
    case.differ()
    own = Assignment.objects.with_submission().get(reviewer=case.ann)
    assert not comparing.result_for(own).is_settled
    case.settle()
    client.force_login(case.ann)

    page = client.get(f"/review/{case.submission.number}/finish/").text

    found = comparing.result_for(own)
    assert [side.name for side in found.sides(found.rows[0])] == ["You", "Reader B"]
    assert all(words in page for words in ("Settled", "Named, not shown.", "Bob says so."))
    assert "Bob Reader" not in page


def test_the_list_says_when_there_is_nothing_to_settle(case, client):
    client.force_login(case.sue)

    assert "Nothing to settle." in client.get("/settle/").text


@pytest.mark.parametrize("count", (1, 3))
def test_the_list_takes_the_same_queries_however_long_it_is(case, client, count, django_assert_num_queries):
    case.differ()
    for _ in range(count - 1):
        other = submission_in(State.SUBMITTED, cohort=case.cohort)
        reviewing.reviewed(other, case.ann)
        reviewing.reviewed(other, case.bob, ranks={1: 1})
    client.force_login(case.sue)

    with django_assert_num_queries(15):
        page = client.get("/settle/").text

    assert page.count("Two readers differ on 1 of 2 rows") == count


@pytest.mark.parametrize("prompts", (1, 4))
def test_the_page_takes_the_same_queries_however_many_rows_differ(
    client, clock, prompts, django_assert_max_num_queries
):
    clock(AFTER_ALL)
    cohort = factories.cohort(of=factories.edition(prompts=prompts), readers_per_submission=2)
    sue = factories.staff(cohort, factories.person("Sue", "Second"), "second_reader").person
    submission = submission_in(State.SUBMITTED, cohort=cohort)
    reviewing.reviewed(submission, factories.person("Ann", "Reader"))
    reviewing.reviewed(submission, factories.person("Bob", "Reader"), ranks=dict.fromkeys(range(1, prompts + 1), 1))
    client.force_login(sue)

    with django_assert_max_num_queries(28):
        page = client.get(f"/settle/{submission.number}/").text

    assert page.count("data-autosave") == prompts
