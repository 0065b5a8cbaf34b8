"""Check and submit, the receipt, leaving and coming back."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from badges.models import Competency, Domain, Framework
from microcred.models import Message
from microcred.verdict import Refused
from submissions import notes, workflow
from submissions.models import Receipt, Submission
from submissions.states import State
from tests.support import factories
from tests.support.submitting import BEFORE_DUE, add, add_all, submission_in

pytestmark = pytest.mark.django_db
DUE = datetime(2023, 12, 1, tzinfo=ZoneInfo("America/New_York"))


@pytest.fixture
def submission(ada):
    """Ada's submission with everything in."""
    begun = workflow.begin(ada)
    add_all(begun, at=BEFORE_DUE)
    return begun


def test_everything_is_shown_once_more_before(client, address, submission):
    page = client.get(address("submit/")).content.decode()

    assert "Nothing is submitted until you press the button below." in page
    assert "Ada Ward" in page
    assert "Submit my two documents" in page


def test_a_name_that_is_not_ours_says_what_we_file_it_as(client, address, submission):
    add(submission.documents.last(), name="plan v3.docx", text="Other words about the same plan", at=BEFORE_DUE)

    page = client.get(address("submit/")).content.decode()

    assert "We will file it as Ward, A | Level 2 Growth Plan.docx" in page


def test_submitting_leads_to_the_receipt(client, address, submission):
    response = client.post(address("submit/"), follow=True)

    receipt = Receipt.objects.get()
    page = response.content.decode()
    assert response.redirect_chain == [(address(f"receipts/{submission.reference}/"), 302)]
    assert "On time" in page
    assert receipt.files[0]["sha256"][:12] in page
    assert "You hear from us by Friday, December" in page
    assert Message.objects.get(kind="receipt").address == submission.enrollment.person.email


def test_open_ends_are_named_and_linked_and_nothing_is_submitted(client, address, ada):
    response = client.post(address("submit/"))

    page = response.content.decode()
    assert response.status_code == 422
    assert "<title>Error: Check and submit" in page
    for key, title in (("reflection-guide", "Reflection Guide"), ("growth-plan", "Growth Plan")):
        assert f'<li><a href="{address(f"documents/{key}/")}">Add your {title}</a></li>' in page
    assert Submission.objects.get().state == State.DRAFT


def test_the_button_in_a_second_tab_gives_no_second_receipt(client, address, submission):
    client.post(address("submit/"))

    response = client.post(address("submit/"), follow=True)

    assert b"You have submitted already." in response.content
    assert Receipt.objects.count() == 1


def test_the_competency_to_look_for_is_kept(client, address, submission):
    domain = Domain.objects.create(
        framework=Framework.objects.create(slug="isp", name="ISP", version="1"), key="d", name="D", position=1
    )
    co_learning = Competency.objects.create(domain=domain, key="co-learning", name="Co-Learning", position=1)
    submission.enrollment.cohort.edition.competencies.add(co_learning)

    page = client.get(address("submit/")).content.decode()
    client.post(address("submit/"), {"competency": co_learning.pk})

    assert "Which competency should reviewers look for first?" in page
    assert Submission.objects.get().competency == co_learning


@pytest.mark.parametrize(
    ("at", "words"),
    [(DUE - timedelta(seconds=1), "On time"), (DUE + timedelta(minutes=15), "Late by 1 day")],
)
def test_the_clock_is_read_when_the_request_arrives(at, words, client, address, submission, clock):
    clock(at)

    page = client.post(address("submit/"), follow=True).content.decode()

    assert f"<dt>Counts as</dt><dd>{words}</dd>" in page


def test_late_work_is_warned_of_before(client, address, submission, clock):
    clock(DUE + timedelta(days=1))

    assert b"This will be marked late." in client.get(address("submit/")).content


def test_the_grace_is_told_to_nobody(client, address, submission, clock):
    clock(DUE + timedelta(minutes=14))

    assert b"late" not in client.get(address("submit/")).content


def test_after_the_end_the_page_says_whom_to_write_to(client, address, submission, clock):
    clock(DUE + timedelta(days=7))

    response = client.post(address("submit/"))

    assert response.status_code == 422
    assert b"about your options" in response.content
    assert Submission.objects.get().state == State.DRAFT


def test_an_old_receipt_stays_and_leads_to_the_newest(client, address, submission):
    client.post(address("submit/"))
    add(submission.documents.last(), text="Better words about what comes next", at=BEFORE_DUE)

    old = client.get(address(f"receipts/{submission.reference}/")).content.decode()

    assert f"{submission.reference}-2" in old


def test_a_revision_shows_what_was_written_about_it(client, before_due):
    submission = submission_in(State.REVISION_REQUESTED)
    notes.keep(submission, {submission.current_round.criteria.get().pk: "Added two actions."})
    add(submission.documents.first(), text="More specific actions that our team did take", at=BEFORE_DUE)
    client.force_login(submission.enrollment.person)
    place = f"/my/{submission.enrollment.cohort.slug}/submit/"

    page = client.get(place).content.decode()
    receipt = client.post(place, follow=True).content.decode()

    assert "1: Added two actions." in page
    assert "Revised version received" in receipt


def test_a_refusal_in_a_race_says_so_on_the_page(client, before_due, monkeypatch):
    submission = submission_in(State.REVISION_REQUESTED)
    add(submission.documents.first(), text="More specific actions that our team did take", at=BEFORE_DUE)
    client.force_login(submission.enrollment.person)

    def refuse(*given, **named):
        raise Refused("Wait a moment. Nothing was submitted.")

    monkeypatch.setattr(workflow, "submit", refuse)
    place = f"/my/{submission.enrollment.cohort.slug}/submit/"
    response = client.post(place)

    assert response.status_code == 422
    assert b"<li>Wait a moment. Nothing was submitted.</li>" in response.content
    assert Submission.objects.get().state == State.REVISION_REQUESTED


def test_a_sign_that_no_database_takes_is_left_out(client, address, submission):
    client.post(address("withdraw/"), {"why": "A new\0 job."})

    assert submission.events.get(move="withdraw").why == "A new job."


def test_leaving_asks_first_and_coming_back_leads_to_where_one_was(client, address, submission):
    client.post(address("submit/"))
    confirm = client.get(address("withdraw/")).content
    client.post(address("withdraw/"), {"why": "A new job."})
    left = Submission.objects.get().state
    client.post(address("reinstate/"))

    assert b"You have 2 of 2 documents in." in confirm
    assert (left, Submission.objects.get().state) == (State.WITHDRAWN, State.SUBMITTED)


def test_an_admin_of_the_cohort_may_see_a_receipt_and_others_may_not(client, before_due):
    submission = submission_in(State.SUBMITTED)
    cohort = submission.enrollment.cohort
    admin, stranger = factories.staff(cohort, role="admin").person, factories.person("Dan", "Elsewhere")
    place = f"/my/{cohort.slug}/receipts/{submission.reference}/"
    answers = []
    for person in (admin, stranger):
        client.force_login(person)
        answers.append(client.get(place).status_code)

    assert answers == [200, 404]
