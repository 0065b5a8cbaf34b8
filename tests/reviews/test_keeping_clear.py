"""A conflict beats every role: for that work an admin has what a reviewer in conflict has, and that is nothing."""

import pytest
from django.urls import reverse

from cohorts import staff_tasks
from microcred.models import Message
from reviews import conflicts
from reviews.exports import jobs
from reviews.exports.taking import may_take
from submissions.models import Submission
from submissions.states import State
from tests.support import factories, reviewing
from tests.support.access import routes
from tests.support.submitting import submission_in
from tests.support.world import World
from tests.test_access import answer

pytestmark = pytest.mark.django_db

CLOSED = """
    GET reviews:settle
    POST reviews:choose_second_reader
    GET reviews:change_reader
    POST reviews:change_reader
    GET reviews:ask_second_read
    GET reviews:sending_back
    GET reviews:appeal
    GET reviews:withdrawal
    GET reviews:reinstatement
    GET reviews:move
    POST reviews:note
    POST reviews:strike_note
    POST reviews:see_as
    GET reviews:decision
    GET reviews:correct_letter
    POST reviews:decide
    GET submissions:by_hand
    POST submissions:looked_at
    POST submissions:ask_for_another
    GET submissions:receipt
    GET submissions:file
    GET submissions:copy
"""


@pytest.fixture
def world(clock):
    return World.at_the_desk(clock)


def keep_clear(world, person):
    """Of all that was handed in: one asked to be revised, one in review, one that readers differ on."""
    for submission in (world.asked, world.in_review, world.apart):
        conflicts.declare(
            world.cohort, person, other=submission.enrollment.person, kind="relative", by=submission.enrollment.person
        )


def test_what_is_about_reading_and_judging_is_not_there(client, world):
    patterns, cleo = dict(routes()), world.person("admin")
    asked = [line.split() for line in CLOSED.strip().splitlines()]
    addresses = [(method, name, world.address(name, patterns[name])) for method, name in asked]
    letter = Message.objects.filter(person=world.asked.enrollment.person, cohort_slug=world.cohort.slug).latest("pk")
    addresses.append(("GET", "cohorts:mail", reverse("cohorts:mail", args=[world.cohort.slug, letter.pk])))
    client.force_login(cleo)

    before = [name for method, name, address in addresses if answer(client, method, address) == "404"]
    keep_clear(world, cleo)

    assert before == []
    assert [name for method, name, address in addresses if answer(client, method, address) != "404"] == []


PAGES = {  # what stands there before, and what is said in its place
    "people/{ref}/": ("Revision", "are not shown to you"),
    "people/": ("Ben Reader", "you keep clear of this work"),
    "people/?show=in-review": ("Bea Lund", "2 submissions are not shown"),
    "people/?sort=submission": ("Bea Lund", "3 submissions are not shown"),
    "people/extensions/?who={ref}": ("Ada Ward", "1 person is left out"),
    "decisions/?show=released": ("Ada Ward", "3 submissions are not shown"),
    "reviews/": ("Una Reader", "You are in conflict with this submission."),
    "log/?kind=steps": ("Submitted", "Nothing"),
    "tasks/": ("Find Cai a reader.", "1 task is not shown"),
    "reminders/sent/": ("Ada Ward", "is not shown: you are in conflict"),
}


def test_lists_leave_it_out_and_say_so(client, world):
    cleo, ref = world.person("admin"), world.asked.enrollment.ref
    task = staff_tasks.ask(
        world.cohort, kind="conflict", key="x/1", sentence="Find Cai a reader.", enrollment=world.apart.enrollment
    )
    client.force_login(cleo)

    def page(path):
        found = client.get(f"/cohorts/{world.cohort.slug}/{path.format(ref=ref)}").content.decode()
        return found.partition("<main")[2].replace("&nbsp;", " ")

    before = {path: word for path, (word, _) in PAGES.items() if word not in page(path)}
    keep_clear(world, cleo)
    pages = {path: page(path) for path in PAGES}

    assert before == {}
    assert {path: said for path, (_, said) in PAGES.items() if said not in pages[path]} == {}
    assert [path for path, (word, _) in PAGES.items() if word in pages[path] and path != "reviews/"] == []
    assert client.post(f"/cohorts/{world.cohort.slug}/tasks/done/", {"key": task.key}).status_code == 404


@pytest.fixture
def handed_in():
    """Ada has handed in; Cleo leads her cohort."""
    ada = factories.person("Ada", "Ward")
    submission = submission_in(State.SUBMITTED, person=ada, organization="Harbor City")
    factories.staff(submission.enrollment.cohort, submission.enrollment.cohort.opened_by, "admin")
    return submission


def in_conflict(submission, person):
    conflicts.declare(
        submission.enrollment.cohort, person, other=submission.enrollment.person, kind="relative", by=person
    )


def roster(submission, by):
    export = jobs.ask(submission.enrollment.cohort, kind="roster", form="csv", by=by)
    jobs.make(export)
    export.refresh_from_db()
    return export


def test_an_export_leaves_it_out_and_one_of_somebody_else_is_not_theirs_to_take(handed_in):
    cohort, kim = handed_in.enrollment.cohort, factories.person("Kim", "Lead")
    factories.staff(cohort, kim, "admin")
    theirs = roster(handed_in, kim)

    before = bool(may_take(cohort.opened_by, theirs))
    in_conflict(handed_in, cohort.opened_by)
    own = roster(handed_in, cohort.opened_by)

    assert before
    assert "in conflict with work that is in this export" in may_take(cohort.opened_by, theirs).reason
    assert may_take(kim, theirs)
    assert own.missed == ["One person is left out: you are in conflict with that work, or it is your own."]
    with own.file.open() as file:
        assert b"Ward" not in file.read()


@pytest.mark.parametrize("whom", ["somebody", "an organization"])
def test_a_reader_in_conflict_reads_no_more_of_it_not_even_what_they_wrote(client, handed_in, whom):
    ben = reviewing.reviewed(handed_in).assignment.reviewer
    client.force_login(ben)
    addresses = [reverse(f"reviews:{name}", args=[handed_in.number]) for name in ("finish", "conflict")]
    enrollment = handed_in.enrollment
    said = {"other": enrollment.person} if whom == "somebody" else {"organization": enrollment.organization}

    def answers():
        listed = handed_in.short_number in client.get(reverse("reviews:done")).content.decode()
        return [client.get(address).status_code for address in addresses], listed

    before = answers()
    Submission.objects.update(state=State.DECIDED)  # from then on nothing goes back by itself
    declared, _ = conflicts.declare(enrollment.cohort, ben, kind="relative", by=ben, **said)
    meanwhile = answers()
    conflicts.take_back(declared, by=ben)

    assert before == ([200, 200], True)
    assert answers() == ([200, 403], True)
    assert meanwhile == ([404, 404], False)
    assert handed_in.assignments.standing().count() == 1
