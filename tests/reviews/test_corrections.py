"""A letter that went out is never changed; what was wrong in it is said in another one, kept beside it."""

from datetime import timedelta

import pytest

from microcred.models import Message
from microcred.times import NBSP
from microcred.verdict import Refused
from reviews import corrections, decisions
from reviews.models import Correction, Decision
from submissions.models import Submission
from submissions.states import State
from tests.support import factories, reviewing
from tests.support.submitting import AFTER_ALL, submission_in

pytestmark = pytest.mark.django_db

LATER = AFTER_ALL + timedelta(days=7)
WORDS = {"subject": "About your {{ badge }} letter", "letter": "Dear {{ first_name }}, the day was wrong. {{ link }}"}


@pytest.fixture
def released(clock):
    """A revision, asked for a week ago."""
    clock(AFTER_ALL)
    cohort = factories.cohort()
    factories.staff(cohort, cohort.opened_by, "admin")
    submission = submission_in(State.SUBMITTED, cohort=cohort, person=factories.person("Dana", "Okafor"))
    reviewing.reviewed(submission, ranks={1: 2})
    decision = decisions.release(decisions.decide(submission, by=cohort.opened_by), by=cohort.opened_by)
    clock(LATER)
    return decision


@pytest.fixture
def admin(released, client):
    cohort = released.submission.enrollment.cohort
    client.force_login(cohort.opened_by)
    address = f"/cohorts/{cohort.slug}/decisions/{released.submission.number}/letters/{released.pk}/correction/"
    return lambda **typed: client.post(address, typed) if typed else client.get(address)


def test_it_is_read_then_sent_and_stands_beside_the_first_letter(released, admin, client):
    first = (released.subject, released.letter)
    asked = admin(**WORDS)
    preview = asked.context["as_read"]
    framed = client.get(preview["frame"])
    assert "Dear Dana, the day was wrong." in asked.content.decode()
    assert (framed.content.decode(), "sandbox" in framed["Content-Security-Policy"]) == (preview["mail"].html, True)
    assert not Correction.objects.exists()

    admin(**WORDS, read=asked.context["read"])

    made = Correction.objects.get()
    released.refresh_from_db()
    assert (released.subject, released.letter) == first
    assert (made.subject, made.sent_by) == ("About your Level 2 Practice letter", released.made_by)
    mail = Message.objects.get(kind="correction")
    assert (mail.subject, mail.text, mail.html) == (
        preview["mail"].subject, preview["mail"].text, preview["mail"].html,
    )  # fmt: skip
    assert client.get(preview["frame"]).status_code == 404
    client.force_login(released.submission.enrollment.person)
    page = client.get(f"/my/{released.submission.enrollment.cohort.slug}/feedback/").content.decode().replace(NBSP, " ")
    assert "Letter from the program, Saturday, December 9" in page
    assert "Correction to this letter, Saturday, December 16" in page
    assert "the day was wrong" in page


def test_words_that_were_changed_after_reading_are_read_once_more(admin):
    read = admin(**WORDS).context["read"]

    again = admin(**WORDS | {"letter": "Dear {{ first_name }}, another day."}, read=read)

    assert "another day" in again.content.decode()
    assert not Correction.objects.exists()


def test_sent_twice_leaves_once(released):
    corrections.send(released, **WORDS, by=released.made_by)

    with pytest.raises(Refused, match="sent already"):
        corrections.send(released, **WORDS, by=released.made_by)

    assert Message.objects.filter(kind="correction").count() == 1


def test_what_is_not_known_is_refused_and_nothing_typed_is_lost(admin):
    page = admin(subject="About {{ comments }}", letter="Dear {{ fee }}.")

    content = page.content.decode()
    assert page.status_code == 422
    assert "Nothing is known as {{ fee }}" in content
    assert "Dear {{ fee }}." in content


def test_a_letter_that_has_not_gone_out_is_changed_instead(released):
    Decision.objects.update(released_at=None)

    with pytest.raises(Refused, match="Change its words instead"):
        corrections.send(released, **WORDS, by=released.made_by)


def test_nobody_corrects_the_letter_to_themselves(released):
    dana = Submission.objects.get().enrollment.person
    factories.staff(released.submission.enrollment.cohort, dana, "admin")

    with pytest.raises(Refused, match="Another admin decides"):
        corrections.send(released, **WORDS, by=dana)


@pytest.mark.parametrize("count", (1, 4))
def test_the_page_takes_the_same_queries_however_often_it_was_corrected(
    released, admin, django_assert_max_num_queries, count
):
    for number in range(count):
        corrections.send(released, by=released.made_by, subject=f"No. {number}", letter="The day was wrong. {{ link }}")

    with django_assert_max_num_queries(12):
        page = admin()

    assert page.content.decode().count("<summary>Correction, ") == count


@pytest.mark.parametrize("count", (1, 4))
def test_the_rules_of_second_reads_take_the_same_queries_however_many_are_read(
    released, admin, client, django_assert_max_num_queries, count
):
    cohort = released.submission.enrollment.cohort
    for _ in range(count):
        reviewing.reviewed(submission_in(State.SUBMITTED, cohort=cohort), ranks={1: 2})
    admin()

    with django_assert_max_num_queries(9):
        client.get(f"/cohorts/{cohort.slug}/reviews/second-reads/")
