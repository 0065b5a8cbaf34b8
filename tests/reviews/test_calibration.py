"""Samples before live work: prepared by a team, scored blind, compared, and what they open."""

import pytest

from badges import editions
from badges.models import Level
from microcred.verdict import Refused
from reviews import permissions, planning, scoring
from reviews.calibration import attempts, readiness, samples
from reviews.calibration.models import Attempt, Sample
from reviews.models import Assignment
from submissions import checks
from submissions.states import State
from tests.support import calibrating, factories
from tests.support.reviewing import assigned, started
from tests.support.submitting import fill_guide, submission_in, upload_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cleo(client):
    return factories.person("Cleo", "Lead")


@pytest.fixture
def cohort(cleo):
    """Five rows, so that one of them is 20 percent; 80 are asked for."""
    made = factories.cohort(of=factories.edition(prompts=5), opened_by=cleo, calibration_percent=80)
    factories.staff(made, cleo, role="admin")
    return made


@pytest.fixture
def ben(cohort):
    return factories.staff(cohort, factories.person("Ben", "Reader")).person


@pytest.fixture
def sample(cohort, cleo):
    return calibrating.published(cohort.edition, by=cleo, ranks={5: 2})


def test_enough_agreed_levels_open_live_work_and_the_day_is_kept(cohort, ben, sample, clock):
    assignment = assigned(submission_in(State.SUBMITTED, cohort=cohort), ben)
    assert "Score a sample first" in permissions.may_score(ben, assignment).reason

    attempt = calibrating.attempted(sample, ben, cohort)

    assert (attempt.exact, attempt.adjacent, attempt.rows, attempt.exact_percent) == (4, 5, 5, 80)
    assert attempt.passed_at == attempt.finished_at
    assert permissions.may_score(ben, Assignment.objects.with_submission().get(pk=assignment.pk))


def test_too_few_agreed_levels_leave_it_closed_and_another_try_may_open_it(cohort, ben, sample):
    first = calibrating.attempted(sample, ben, cohort, ranks={1: 1})
    assert (first.exact_percent, first.passed_at) == (60, None)
    assert not readiness.may_begin_live_work(ben, cohort)

    second = calibrating.attempted(sample, ben, cohort, ranks={5: 2})

    assert (second.number, second.exact_percent, second.needed_percent) == (2, 100, 80)
    assert readiness.may_begin_live_work(ben, cohort)
    assert Attempt.objects.finished().count() == 2


def test_a_cohort_that_does_not_ask_lets_everybody_begin(cohort, ben, sample):
    cohort.calibration_percent = None

    assert readiness.may_begin_live_work(ben, cohort)
    assert readiness.not_ready(cohort) == set()
    with pytest.raises(Refused, match="does not ask for a sample"):
        calibrating.attempted(sample, ben, cohort)


def test_a_review_begun_before_goes_on(cohort, ben, sample):
    cohort.calibration_percent = None
    cohort.save()
    assignment = assigned(submission_in(State.SUBMITTED, cohort=cohort), ben)
    review = started(assignment)
    cohort.calibration_percent = 80
    cohort.save()

    scoring.save(review, review.assignment.submission.rounds.get().open_criteria()[0],
                 level=None, comment="Going on.", private_note="", version=0)  # fmt: skip

    assert review.scores.get().comment == "Going on."


def test_without_a_sample_the_reviewer_is_told_whom_to_ask(cohort, ben):
    assert readiness.may_begin_live_work(ben, cohort).reason == (
        "Fall 2023 asks for a sample to be scored first, and none is ready yet. Write to your team."
    )


def test_those_who_have_not_passed_are_not_ready(cohort, ben, sample):
    ann = factories.staff(cohort, factories.person("Ann", "Other")).person
    calibrating.attempted(sample, ben, cohort)

    assert readiness.not_ready(cohort) == {ann.pk}
    assert [one.needs_sample for person in (ann, ben) for one in readiness.memberships_of(person)] == [True, False]


def test_nobody_else_and_nobody_twice(cohort, ben, sample, cleo):
    with pytest.raises(Refused, match="no reviewer of Fall 2023"):
        calibrating.attempted(sample, cleo, cohort)
    attempt = calibrating.attempted(sample, ben, cohort)

    with pytest.raises(Refused, match="finished this sample already"):
        attempts.finish(attempt)
    with pytest.raises(Refused, match="You passed on"):
        attempts.keep(ben, sample, cohort, [])


def test_what_another_tab_saved_is_not_overwritten_unasked(cohort, ben, sample):
    first, second = calibrating.entries(sample, {1: 1})[0], calibrating.entries(sample, {2: 2})[1]
    attempts.keep(ben, sample, cohort, [first])

    _, same = attempts.keep(ben, sample, cohort, [first, second])
    attempt, clashes = attempts.keep(ben, sample, cohort, calibrating.entries(sample, {1: 2})[:1])

    assert same == {}
    assert clashes[first.criterion.pk].score.level.rank == 1
    assert [(one.level.rank, one.version) for one in attempt.scores.all()] == [(1, 1), (2, 1)]


def test_the_suggested_plan_gives_nothing_to_who_is_not_ready_and_says_so(cohort, ben, sample):
    ann = factories.staff(cohort, factories.person("Ann", "Other")).person
    calibrating.attempted(sample, ben, cohort)
    submission_in(State.SUBMITTED, cohort=cohort)

    plan = planning.suggest(cohort)

    assert [pair.reader.person for pair in plan.pairs] == [ben]
    assert plan.not_done == (
        f"{ann} has not passed a sample yet, so the plan gives them nothing. By hand you still can.",
    )


# Preparing -----------------------------------------------------------------------------------------------------------
def test_a_published_sample_stays_as_it_is(cohort, sample, cleo):
    for change in (
        lambda: samples.agree(sample, [], version=sample.version),
        lambda: samples.discard(sample, cohort=cohort, by=cleo),
        lambda: samples.publish(sample, by=cleo),
    ):
        with pytest.raises(Refused, match="is published, so it stays as it is"):
            change()


def test_publishing_names_what_is_missing(cohort, cleo):
    draft = calibrating.draft(cohort.edition, by=cleo)
    with pytest.raises(Refused, match="Choose the agreed level for row 1"):
        samples.publish(draft, by=cleo)

    draft = samples.agree(draft, calibrating.entries(draft, text=" "), version=0)
    with pytest.raises(Refused, match="Say why row 1 is “Meets”"):
        samples.publish(draft, by=cleo)


def test_the_last_sample_of_a_cohort_that_asks_is_kept(cohort, sample, cleo):
    with pytest.raises(Refused, match="this is the only one"):
        samples.retire(sample, by=cleo)
    calibrating.published(cohort.edition, by=cleo, title="Sample B")

    samples.retire(sample, by=cleo)

    assert [str(one) for one in Sample.objects.offered()] == ["Sample B"]


# Pages ---------------------------------------------------------------------------------------------------------------
def sent(ranks: dict[int, int], *, version=0, then="save", text="Because.") -> dict[str, object]:
    """A card as its form sends it."""
    levels = {f"q{number}-level": rank for number, rank in ranks.items()}
    both = (("text", text), ("version", version))
    rows = {f"q{number}-{name}": value for number in range(1, 6) for name, value in both}
    return {"version": version, "then": then, **levels, **rows}


@pytest.fixture
def samples_of(cohort):
    return f"/cohorts/{cohort.slug}/reviews/samples/"


@pytest.fixture
def read_here(monkeypatch):
    monkeypatch.setattr(checks, "examine", checks.examine_here)


def test_an_admin_prepares_publishes_and_asks(client, cleo, samples_of, cohort, read_here):
    cohort.calibration_percent = None
    cohort.save()
    client.force_login(cleo)
    guide = cohort.edition.documents.get(is_scored=True)
    refused = client.post(samples_of, {"asks": "on", "calibration_percent": 80})
    assert "Publish a sample first." in refused.content.decode()

    made = client.post(
        f"{samples_of}new/", {"title": "Sample A", "document": guide.pk, "file": upload_of(fill_guide(guide))}
    )
    assert made.headers["Location"] == f"{samples_of}1/"
    assert "What is question 3 about?" in (page := client.get(f"{samples_of}1/").content.decode())
    assert "We named the stage our team works in" in page
    published = client.post(f"{samples_of}1/", sent(dict.fromkeys(range(1, 6), 3), then="publish"))
    assert published.status_code == 302
    client.post(samples_of, {"asks": "on", "calibration_percent": 75})

    cohort.refresh_from_db()
    assert (cohort.calibration_percent, Sample.objects.offered().count()) == (75, 1)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"%PDF-1.7\n", "PDF"), (None, "blank"), (b"", "This file is empty.")],
)
def test_a_file_that_cannot_be_read_is_refused_in_words_and_makes_no_sample(
    client, cleo, samples_of, cohort, read_here, content, said
):
    client.force_login(cleo)
    guide = cohort.edition.documents.get(is_scored=True)
    if content is None:
        content = fill_guide(guide, answers=dict.fromkeys(guide.prompts.values_list("code", flat=True), ""))

    answer = client.post(f"{samples_of}new/", {"title": "Kept", "document": guide.pk, "file": upload_of(content)})

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert 'value="Kept"' in answer.content.decode()
    assert not Sample.objects.exists()


def test_levels_that_are_missing_come_back_with_what_was_typed(client, cleo, samples_of, cohort):
    calibrating.draft(cohort.edition, by=cleo)
    client.force_login(cleo)

    answer = client.post(f"{samples_of}1/", sent({1: 3}, then="publish", text="A reason of ours."))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert '<a href="#q2">Choose the agreed level for row 2.</a>' in page
    assert page.count("A reason of ours.") == 5


def test_a_reviewer_scores_blind_and_then_sees_the_reasons(client, cohort, ben, sample):
    client.force_login(ben)
    card = f"/review/samples/{cohort.slug}/1/"
    blind = client.get(card).content.decode()
    assert calibrating.WHY not in blind
    assert "checked" not in blind

    early = client.post(card, sent({1: 3}, then="finish"))
    assert early.status_code == 422
    assert "Choose a level for row 2." in early.content.decode()
    done = client.post(card, sent(dict.fromkeys(range(1, 6), 3), version=1, then="finish"), follow=True)

    page = done.content.decode()
    assert done.redirect_chain == [(f"{card}1/", 302)]
    assert "4 of 5 rows on the agreed level" in page
    assert page.count(calibrating.WHY) == 5
    assert page.count("One level apart") == 1


def test_the_queue_says_what_to_do_first_and_live_work_is_closed(client, cohort, ben, sample):
    submission = assigned(submission_in(State.SUBMITTED, cohort=cohort), ben).submission
    client.force_login(ben)

    refused = client.get(f"/review/{submission.number}/", follow=True)

    page = refused.content.decode()
    assert refused.redirect_chain == [("/review/", 302)]
    assert page.count("Score a sample first") == 2  # the refusal, and the way there
    assert 'href="/review/samples/"' in page


def test_what_another_tab_saved_is_said_and_the_choices_stay(client, cohort, ben, sample):
    client.force_login(ben)
    card = f"/review/samples/{cohort.slug}/1/"
    client.post(card, sent({1: 1}))

    late = client.post(card, sent({1: 2}, text="In the other tab."))

    assert late.status_code == 409
    assert late.content.decode().count("In the other tab.") == 5
    assert late.content.decode().count("Use the other") == 5


def test_each_row_saves_itself_and_says_what_another_tab_saved(client, cohort, ben, sample):
    client.force_login(ben)
    row = f"/review/samples/{cohort.slug}/1/q/2/"

    saved = client.post(row, {"q2-level": 2, "q2-text": "So.", "q2-version": 0})
    late = client.post(row, {"q2-level": 1, "q2-text": "No.", "q2-version": 0})
    missing = client.post(f"/review/samples/{cohort.slug}/1/q/9/", {"q9-version": 0})
    cohort.staff.filter(person=ben).update(role="second_reader")
    gone = client.post(row, {"q2-level": 1, "q2-version": 1})

    assert [one.status_code for one in (saved, late, missing, gone)] == [200, 409, 404, 404]
    assert 'name="q2-version" id="q2-version" value="1"' in saved.content.decode()
    assert "Keep mine" in late.content.decode()
    assert "So." in late.content.decode()
    kept = Attempt.objects.get().scores.get()
    assert (kept.level.rank, kept.note, kept.version) == (2, "So.", 1)


# The next term -------------------------------------------------------------------------------------------------------
def test_samples_go_along_to_the_next_edition_as_drafts_and_attempts_stay(cohort, ben, sample, cleo):
    calibrating.attempted(sample, ben, cohort)
    calibrating.draft(cohort.edition, by=cleo, title="Never offered")

    made = editions.clone(cohort.edition, slug="next", term="Spring 2024")

    carried = made.samples.get()
    assert (carried.title, carried.carried_from, carried.published_at) == ("Sample A", sample, None)
    assert [(row.level.rank, row.text) for row in samples.agreed_rows(carried)] == [
        (row.level.rank, row.text) for row in samples.agreed_rows(sample)
    ]
    assert [row.answer.text for row in samples.rows_of(carried)] == ["What we did."] * 5
    assert {agreed.level.criterion.document.edition for agreed in carried.agreed.all()} == {made}
    assert not carried.attempts.exists()


def test_rows_that_read_differently_are_agreed_on_anew_and_that_is_said(client, cohort, sample, cleo):
    made = editions.clone(cohort.edition, slug="next", term="Spring 2024")
    made.samples.all().delete()
    Level.objects.filter(criterion__document__edition=made, criterion__key="q2", rank=1).update(text="Says little.")
    following = factories.cohort(of=made, opened_by=cleo)
    factories.staff(following, cleo, role="admin")
    client.force_login(cleo)
    page = f"/cohorts/{following.slug}/reviews/samples/"

    before = client.get(page).content.decode()
    after = client.post(f"{page}carrying/", follow=True).content.decode()

    assert "1 sample of last term is not here yet." in before
    assert "1 sample brought along. Row 2 changed since: agree on a level there anew." in after
    assert f"from {cohort.edition.term}" in after
    assert [gap.number for gap in samples.gaps(samples.agreed_rows(made.samples.get()))] == [2]


@pytest.mark.parametrize("count", [1, 4])
def test_queries_stay_the_same_however_many_samples_and_reviewers(
    client, cleo, cohort, ben, samples_of, django_assert_num_queries, count
):
    for number in range(count):
        sample = calibrating.published(cohort.edition, by=cleo, title=f"Sample {number}")
        calibrating.attempted(sample, ben, cohort, ranks={1: 1, 2: 1})
        factories.staff(cohort, factories.person("Ann", f"Other {number}"))

    client.force_login(cleo)
    with django_assert_num_queries(8):  # session, person, two for the header, cohort, samples, reviewers, attempts
        client.get(samples_of)
    client.force_login(ben)
    with django_assert_num_queries(8):  # session, person, two for the header, role, cohorts, attempts, samples
        client.get("/review/samples/")
