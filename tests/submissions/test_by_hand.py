"""What staff look at by hand: the reason, the file, and the ways out."""

import pytest

from badges.models import Letter
from cohorts.models import StaffTask
from microcred.models import Message
from microcred.verdict import Refused
from submissions import settling, workflow
from submissions.models import Version
from submissions.states import State
from tests.support import factories
from tests.support.submitting import AFTER_ALL, BEFORE_DUE, add, submission_in

pytestmark = pytest.mark.django_db
UNSURE = "My own thoughts about the work of our team in this term, which I wrote without the template"


@pytest.fixture
def unread(before_due):
    """A file of Ada's that opens, and in which we cannot find our way."""
    from tests.submissions.checks.papers import line, written

    document = submission_in(State.DRAFT).documents.first()
    return add(document, content=written(line(document.required.title) + line(UNSURE)), at=BEFORE_DUE)


@pytest.fixture
def desk(client, unread):
    """The client is an admin of the cohort; gives the address of the page."""
    cohort = unread.document.submission.enrollment.cohort
    client.force_login(factories.staff(cohort, role="admin").person)
    return f"/cohorts/{cohort.slug}/files/{unread.pk}/"


def test_the_task_leads_to_the_page_which_says_why_and_what_we_read(client, desk, unread):
    page = client.get(desk).content.decode()

    assert unread.verdict == "unread"
    assert StaffTask.objects.get().url == desk
    assert "Look at the Reflection Guide of Ada Ward: we could not find every question." in page
    assert UNSURE in page
    assert "I have looked: it is fine" in page


def test_whoever_has_looked_settles_it_and_stays_written(client, desk, unread):
    response = client.post(f"{desk}looked-at/", follow=True)

    unread.refresh_from_db()
    task, finding = StaffTask.objects.get(), unread.findings.get(level="unread")
    assert unread.verdict in ("ready", "advice")
    assert (task.done_by, finding.settled_by) == (response.wsgi_request.user, response.wsgi_request.user)
    assert "ok.looked" in [one.code for one in unread.open_findings()]
    assert "settled by" in response.content.decode()


def test_having_looked_twice_is_having_looked_once(client, desk, unread):
    client.post(f"{desk}looked-at/")
    client.post(f"{desk}looked-at/")

    assert unread.findings.filter(code="ok.looked").count() == 1


def test_another_file_is_asked_for_with_a_reason_that_the_applicant_reads(client, desk, unread):
    Letter.objects.filter(key="file-needs-fixing").update(body="{{ finding }}")
    client.post(f"{desk}another/", {"why": "The last page is cut off. Add it once more."})

    unread.refresh_from_db()
    assert unread.verdict == "blocked"
    assert "The last page is cut off. Add it once more." in Message.objects.get(kind="file-needs-fixing").text
    client.force_login(unread.document.submission.enrollment.person)
    page = client.get(f"/my/{unread.document.submission.enrollment.cohort.slug}/documents/").content.decode()
    assert "Your team has looked at this file and asks for another" in page
    assert "The last page is cut off. Add it once more." in page
    assert StaffTask.objects.open().count() == 0


def test_without_a_reason_nothing_is_asked(client, desk, unread):
    response = client.post(f"{desk}another/", {"why": " "})

    unread.refresh_from_db()
    assert response.status_code == 422
    assert b"Write why: the applicant reads it." in response.content
    assert unread.verdict == "unread"


def test_what_was_handed_in_before_counts_again_when_another_is_asked_for(before_due):
    from submissions import settling

    submission = submission_in(State.SUBMITTED)
    Letter.objects.filter(key="file-needs-fixing").update(body="{{ finding }}")
    plan = submission.documents.last()
    better = add(plan, text="Better words about the same plan", at=BEFORE_DUE)

    settling.ask_for_another(better, by=submission.enrollment.cohort.opened_by, why="It is another plan.")

    plan.refresh_from_db()
    assert plan.current.number == 1
    assert submission.receipts.first().files[1]["version"] == 1
    assert "Version 1 still counts." in Message.objects.get(kind="file-needs-fixing").text


def test_once_it_is_reviewed_the_page_leads_to_sending_it_back(client, unread, desk):
    submission = unread.document.submission
    add(submission.documents.last(), at=BEFORE_DUE)
    workflow.submit(submission, by=submission.enrollment.person, at=BEFORE_DUE)
    workflow.start_review(submission)

    page = client.get(desk).content.decode()
    refused = client.post(f"{desk}another/", {"why": "It is cut off."})

    assert "send the submission back as incomplete" in page
    assert "Ask for another file" not in page
    assert refused.status_code == 422


def test_two_people_with_one_file_are_shown_to_the_staff_and_to_neither(client, before_due):
    cohort = factories.cohort()
    first, second = (submission_in(State.DRAFT, cohort=cohort).documents.first() for _ in range(2))
    add(first, at=BEFORE_DUE)
    with Version.objects.get().file.open("rb") as file:
        content = file.read()
    version = add(second, content=content, at=BEFORE_DUE)
    client.force_login(factories.staff(cohort, role="admin").person)

    page = client.get(f"/cohorts/{cohort.slug}/files/{version.pk}/").content.decode()
    client.post(f"/cohorts/{cohort.slug}/files/{version.pk}/looked-at/")

    assert "Every byte is equal. Neither of the two is told." in page
    assert StaffTask.objects.open().count() == 0
    client.force_login(second.submission.enrollment.person)
    assert "same file" not in client.get(f"/my/{cohort.slug}/documents/").content.decode()


def test_the_page_takes_the_same_queries_whatever_it_shows(client, desk, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        client.get(desk)


def test_another_file_is_asked_for_once(client, desk, unread):
    Letter.objects.filter(key="file-needs-fixing").update(body="{{ finding }}")
    client.post(f"{desk}another/", {"why": "The last page is cut off."})
    again = client.post(f"{desk}another/", {"why": "And the first one, too."})

    assert again.status_code == 422
    assert b"Nothing was sent." in again.content
    assert unread.findings.filter(code="team.asks").count() == 1


@pytest.mark.parametrize("deed", ["keep", "take_our_name", "looked_at"])
def test_a_file_that_the_team_gave_back_stays_so_for_who_saw_it_before(before_due, deed):
    from submissions import renaming, settling

    document = submission_in(State.DRAFT).documents.last()
    version = add(document, name="plan.docx", at=BEFORE_DUE)
    seen_before = Version.objects.get(pk=version.pk)
    Letter.objects.filter(key="file-needs-fixing").update(body="{{ finding }}")
    settling.ask_for_another(version, by=document.submission.enrollment.cohort.opened_by, why="It is another plan.")

    person = document.submission.enrollment.person
    if deed == "take_our_name":
        renaming.take_our_name(seen_before)
    else:
        seen_before.findings.update(level="unread")
        getattr(settling, deed)(seen_before, by=person)

    version.refresh_from_db()
    assert version.verdict == "blocked"


def test_after_the_end_an_extension_comes_before_another_file(desk, unread, clock):
    clock(AFTER_ALL)

    with pytest.raises(Refused, match="Give an extension first"):
        settling.ask_for_another(unread, by=unread.document.submission.enrollment.cohort.opened_by, why="Cut off.")
