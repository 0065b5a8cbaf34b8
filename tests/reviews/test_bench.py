"""The cohort of a benchmark: rows that the database and the pages take for real, and what they cost."""

import json
from collections import Counter
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.forms.models import model_to_dict
from django.test import Client

from cohorts.models import Cohort
from microcred.models import User
from reviews.bench import counting, seed
from reviews.bench.shares import QUEUES, Progress, queue_lengths, shares
from reviews.bench.visits import visits
from reviews.models import Assignment, Review, Score
from submissions.models import Submission, Version
from submissions.states import State

NOW = datetime(2026, 3, 4, 15, tzinfo=UTC)
PAGES = {
    "submitter_page", "review_queue_50", "review_queue_250", "review_form", "review_post", "overview", "admin_list",
    "schedule", "schedule_ical", "login_get", "login_post",
}  # fmt: skip
MOST = {
    "submitter_page": 12, "review_queue_50": 8, "review_queue_250": 8, "review_form": 12, "overview": 15,
    "admin_list": 8,
}  # fmt: skip
COUNT = 24


@pytest.fixture
def cohort(db, clock):
    clock(NOW)
    return seed.sow(COUNT, now=NOW)


# Shares --------------------------------------------------------------------------------------------------------------
def test_every_submission_has_three_readers():
    assert {len({reading.reader for reading in share.readings}) for share in shares(600)} == {3}


def test_two_reviewers_have_the_long_queues_and_the_others_share_evenly():
    left = Counter(
        reading.reader
        for share in shares(3000)
        for reading in share.readings
        if reading.progress != Progress.FINISHED and share.state in (State.SUBMITTED, State.IN_REVIEW)
    )
    given = Counter(reading.reader for share in shares(3000) for reading in share.readings)
    others = [given[reader] for reader in range(len(QUEUES), 20)]

    assert (left[0], left[1]) == QUEUES
    assert max(others) - min(others) <= 1


def test_a_review_that_goes_on_has_been_opened():
    asleep = [
        share
        for share in shares(600)
        if share.state == State.IN_REVIEW and all(one.progress == Progress.WAITING for one in share.readings)
    ]

    assert asleep == []


@pytest.mark.parametrize(("count", "lengths"), [(24, (20, 20)), (120, (50, 100)), (300, (50, 250)), (9000, (50, 250))])
def test_a_small_cohort_has_shorter_queues(count, lengths):
    assert queue_lengths(count) == lengths


# Rows ----------------------------------------------------------------------------------------------------------------
def test_the_queues_of_the_pages_are_as_long_as_planned(cohort):
    def queue(key):
        reviewer = User.objects.get(email=f"{key}@bench-{COUNT}.example.org")
        return Assignment.objects.to_do().of(reviewer).handed_in().count()

    assert (queue("queue-50"), queue("queue-250")) == queue_lengths(COUNT)


def test_submissions_are_such_as_the_workflow_leaves(cohort):
    found = Submission.objects.filter(enrollment__cohort=cohort)

    assert Counter(found.values_list("state", flat=True)) == {
        State.SUBMITTED: 4, State.IN_REVIEW: 16, State.RETURNED: 2, State.DECIDED: 2,
    }  # fmt: skip
    assert found.filter(documents__current=None).count() == 0
    assert [one.events.last().target for one in found] == [one.state for one in found]
    assert {len(one.receipts.get().shown_files) for one in found} == {3}
    assert Assignment.objects.filter(submission__in=found).count() == 3 * COUNT


def test_a_finished_review_has_a_level_in_every_row(cohort):
    finished = Review.objects.finished()

    assert {review.scores.exclude(level=None).count() for review in finished} == {9}
    assert not Score.objects.filter(level__is_passing=False, comment="").exists()


def test_answers_are_about_a_hundred_words_long(cohort):
    words = [answer.words for answer in Version.objects.order_by("pk").first().answers.all()]

    assert 60 < sum(words) / len(words) < 140


def test_rows_pass_the_checks_of_their_models(cohort):
    for model in (Submission, Assignment, Review, Version):
        for row in model.objects.all()[:20]:
            row.full_clean()


def test_the_same_number_makes_the_same_rows(db, clock):
    clock(NOW)
    first, second = (_rows_made_once() for _ in range(2))

    assert first == second


def _rows_made_once():
    with transaction.atomic():
        seed.sow(6, now=NOW)
        rows = [_plain(row) for model in (User, Version, Score) for row in model.objects.order_by("pk")]
        transaction.set_rollback(True)
    return rows


def _plain(row):
    foreign = {field.name for field in row._meta.fields if field.is_relation or field.primary_key}
    return {name: str(value) for name, value in model_to_dict(row).items() if name not in foreign}


# Commands ------------------------------------------------------------------------------------------------------------
def test_seeding_twice_changes_nothing(db, capsys):
    call_command("bench_seed", submissions=6)
    call_command("bench_seed", submissions=6)

    assert capsys.readouterr().out == (
        "Bench 6: 6 submissions, 20 reviewers, 3 reviews each.\n"
        "The long queues hold 5 and 5; for 50 and 250 ask for 300 submissions.\n"
        "The cohort “bench-6” is there already. Nothing was changed.\n"
    )
    assert Submission.objects.count() == 6


def test_a_second_cohort_stands_beside_the_first(db):
    call_command("bench_seed", submissions=3)
    call_command("bench_seed", submissions=4)

    assert Cohort.objects.count() == 2
    assert list(Submission.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6, 7]


def test_none_or_fewer_are_refused(db):
    with pytest.raises(CommandError, match="Ask for one submission at least"):
        call_command("bench_seed", submissions=0)


@pytest.mark.parametrize("command", ["bench_pages", "bench_queries"])
def test_nothing_is_measured_before_it_is_there(db, tmp_path, command):
    with pytest.raises(CommandError, match="There is no cohort to measure"):
        call_command(command, out=str(tmp_path / "found.json"))


def test_every_request_is_answered(cohort, tmp_path):
    call_command("bench_pages", out=str(tmp_path / "pages.json"))
    pages = json.loads((tmp_path / "pages.json").read_text())

    assert set(pages) == PAGES
    for page, requests in pages.items():
        wanted = 302 if page == "login_post" else 200
        assert [answered(request) for request in requests] == [wanted] * len(requests), page


def answered(request):
    """The status that a load client sees."""
    client = Client(enforce_csrf_checks=True)
    kind = "application/x-www-form-urlencoded"
    return client.generic(
        request["method"], request["path"], request["body"], kind, headers={"cookie": request["cookie"]}
    ).status_code


def test_an_autosave_may_be_sent_again_and_again(cohort):
    visit = visits(cohort)["review_post"][0]

    for _ in range(3):
        assert counting.pay(visit).status_code == 200

    assert Score.objects.get(comment="Shows what the team did, and how they know.").version == 1


@pytest.mark.sqlite  # how many statements; PostgreSQL answers the same pages above
def test_pages_keep_to_what_was_promised(cohort, tmp_path):
    call_command("bench_queries", out=str(tmp_path / "queries.json"))
    found = json.loads((tmp_path / "queries.json").read_text())

    assert set(found) == PAGES
    assert {page: found[page]["queries"] for page in MOST if found[page]["queries"] > MOST[page]} == {}
    assert {page: each["most_repeated"] for page, each in found.items() if each["most_repeated"] > 2} == {}


def test_a_page_that_refuses_is_no_figure(cohort):
    visit = visits(cohort)["review_post"][0]

    with pytest.raises(counting.Unanswered, match="answered 403"):
        counting.pay(type(visit)(visit.method, visit.path, visit.cookie, "q9-version=0"))
