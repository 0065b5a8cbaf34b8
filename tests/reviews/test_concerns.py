"""An applicant says who should not read their work. They never learn who reads, whatever comes of it."""

import pytest

from cohorts.models import StaffTask
from microcred import clock
from reviews import concerns, exporting
from reviews.models import Concern, DeclaredConflict
from submissions.states import State
from tests.support import factories, reviewing
from tests.support.submitting import submission_in

pytestmark = pytest.mark.django_db

TYPED = {"about": "Benedict Quarles, my cousin", "kind": "relative", "note": "We grew up together."}


@pytest.fixture
def handed_in():
    """Ada's work, which Benedict Quarles has been given. Cleo leads the cohort."""
    submission = submission_in(State.SUBMITTED, person=factories.person("Ada", "Ward"))
    cohort = submission.enrollment.cohort
    factories.staff(cohort, cohort.opened_by, "admin")
    reviewing.assigned(submission, factories.person("Benedict", "Quarles"))
    return submission


@pytest.fixture
def page_of(client, handed_in):
    """Opens a page below an address as somebody, or sends a form there."""

    def ask(person, path, typed=None):
        client.force_login(person)
        address = path.format(my=f"/my/{handed_in.enrollment.cohort.slug}", run=run_of(handed_in))
        return client.post(address, typed, follow=True) if typed is not None else client.get(address)

    return ask


def run_of(submission):
    return f"/cohorts/{submission.enrollment.cohort.slug}"


def people(submission):
    return submission.enrollment.person, submission.enrollment.cohort.opened_by


def test_it_is_told_becomes_a_task_and_is_matched_to_somebody_of_the_staff(handed_in, page_of):
    ada, cleo = people(handed_in)
    ben = handed_in.assignments.get().reviewer

    told = page_of(ada, "{my}/conflict/", TYPED).content.decode()
    task = StaffTask.objects.open().get()
    listed = page_of(cleo, "{run}/reviews/conflicts/").content.decode()
    found = page_of(cleo, task.url).content.decode()
    matched = page_of(cleo, f"{task.url}matching/", {"person": ben.pk}).content.decode()

    assert "Your team has it" in told
    assert "Ada Ward asks that somebody" in task.sentence
    assert "Benedict Quarles, my cousin" in listed
    assert "We grew up together." in found
    assert "1 submission went back, to another reader." in matched
    declared = DeclaredConflict.objects.get()
    assert (declared.person, declared.other, declared.kind, declared.declared_by) == (ben, ada, "relative", cleo)
    assert not handed_in.assignments.standing().exists()
    assert StaffTask.objects.get(pk=task.pk).done_by == cleo


@pytest.mark.parametrize("comes", ("match", "set aside"))
def test_what_comes_of_it_tells_nobody_who_reads(handed_in, page_of, comes):
    ada, cleo = people(handed_in)
    told = concerns.tell(handed_in.enrollment, about="B. Q.", kind="knows", note="")
    before = [page_of(ada, path).content.decode() for path in ("{my}/", "{my}/conflict/")]

    if comes == "match":
        concerns.match(told, handed_in.assignments.get().reviewer, by=cleo)
    else:
        concerns.set_aside(told, why="Quarles is at another program.", by=cleo)

    after = [page_of(ada, path).content.decode() for path in ("{my}/", "{my}/conflict/")]
    after.append(exporting.as_json(ada, at=clock.now()))
    assert "B. Q." in after[2]
    assert "Your team looks at it" in before[1]
    assert "Your team has seen to it" in after[1]
    assert [word for word in ("Quarles", "Benedict", "Declare", "set aside") for page in after if word in page] == []
    assert "Quarles" not in "".join(mail.text for mail in ada.messages.all())


def test_what_is_missing_is_asked_for_and_what_was_typed_stays(handed_in, page_of):
    ada, cleo = people(handed_in)
    told = concerns.tell(handed_in.enrollment, about="B. Q.", kind="knows")
    place = f"{{run}}/reviews/conflicts/told/{told.pk}/"

    empty = page_of(ada, "{my}/conflict/", TYPED | {"kind": "other", "note": ""})
    no_one = page_of(cleo, f"{place}matching/", {"person": ""})
    no_why = page_of(cleo, f"{place}setting-aside/", {"why": " "})
    concerns.set_aside(told, why="Nobody of ours.", by=cleo)
    late = page_of(cleo, f"{place}setting-aside/", {"why": "Nobody at all."})

    assert [one.status_code for one in (empty, no_one, no_why, late)] == [422] * 4
    assert "Say in a sentence what the reason is." in empty.content.decode()
    assert "my cousin" in empty.content.decode()
    assert "Choose whom they mean, or set it aside." in no_one.content.decode()
    assert Concern.objects.get().why == "Nobody of ours."


@pytest.mark.parametrize("count", (1, 4))
def test_both_pages_take_the_same_queries_however_many_there_are(
    handed_in, page_of, django_assert_max_num_queries, count
):
    ada, cleo = people(handed_in)
    for number in range(count):
        concerns.tell(handed_in.enrollment, about=f"No. {number}", kind="knows")

    with django_assert_max_num_queries(25):  # ten of them sign her in
        page_of(ada, "{my}/conflict/")
    with django_assert_max_num_queries(26):
        page_of(cleo, "{run}/reviews/conflicts/")


def test_five_are_enough_at_once(handed_in, page_of):
    ada, _ = people(handed_in)
    for number in range(concerns.AT_ONCE):
        concerns.tell(handed_in.enrollment, about=f"No. {number}", kind="knows")

    assert "Your team has 5 of these from you to look at first." in page_of(ada, "{my}/conflict/").content.decode()
    assert page_of(ada, "{my}/conflict/", TYPED).status_code == 422
    assert Concern.objects.count() == concerns.AT_ONCE
