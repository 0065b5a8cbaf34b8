"""The pages on which an admin decides, reads letters and releases them."""

import re
from datetime import datetime
from html import unescape
from zoneinfo import ZoneInfo

import pytest

from cohorts.models import Cohort
from microcred import outbox
from microcred.models import Message
from reviews import decisions
from reviews.models import Decision
from submissions.models import Submission
from submissions.states import State
from tests.support import factories, reviewing
from tests.support.submitting import submission_in

pytestmark = pytest.mark.django_db

NOW = datetime(2023, 12, 9, 12, tzinfo=ZoneInfo("America/New_York"))
REVISION = "Dear {{ first_name }},\n\n{{ comments }}\n\n[See]({{ link }}) by {{ due }}"


@pytest.fixture
def cohort(clock):
    clock(NOW)
    made = factories.cohort()
    factories.staff(made, made.opened_by, role="admin")
    made.edition.letters.filter(key="revision").update(subject="{{ answers }} to revise", body=REVISION)
    return made


@pytest.fixture
def admin(cohort, client):
    client.force_login(cohort.opened_by)

    class Admin:
        def get(self, path="", **query):
            return client.get(f"/cohorts/{cohort.slug}/decisions/{path}", query)

        def post(self, path, **typed):
            return client.post(f"/cohorts/{cohort.slug}/decisions/{path}", typed, follow=True)

    return Admin()


def reviewed(cohort, ranks=None):
    submission = submission_in(State.SUBMITTED, cohort=cohort, person=factories.person("Dana", "Okafor"))
    reviewing.reviewed(submission, ranks=ranks, at=NOW)
    return Submission.objects.get(pk=submission.pk)


def decided(cohort, ranks=None):
    return decisions.decide(reviewed(cohort, ranks), by=cohort.opened_by).submission


def test_the_list_says_what_the_rule_proposes(cohort, admin):
    reviewed(cohort)
    reviewed(cohort, {1: 2})
    submission_in(State.IN_REVIEW, cohort=cohort)

    page = admin.get()

    assert [proposal.outcome.label for proposal in page.context["to_decide"]] == ["Badge awarded", "Revision"]
    assert "2 ready to decide · 1 still in review · 0 waiting for a second read" in page.content.decode()


def test_what_waits_for_a_second_read_is_counted_apart(cohort, admin):
    Cohort.objects.update(readers_per_submission=2)
    reviewed(cohort)
    submission_in(State.IN_REVIEW, cohort=cohort)

    assert "0 ready to decide · 1 still in review · 1 waiting for a second read" in admin.get().content.decode()


def test_a_letter_with_a_hole_needs_a_look_and_does_not_leave(cohort, admin):
    submission = decided(cohort)
    Decision.objects.update(letter="Dear {{ first_name }}, {{ fee }}")

    assert "Needs a look</span> The letter cannot be written: “fee” has no value." in admin.get().content.decode()
    told = admin.post("release/", n=submission.number).content.decode()

    assert f"{submission}, Dana Okafor: not released. The letter cannot be written: “fee” has no value." in told
    assert not Decision.objects.released().exists()


def test_the_preview_is_the_mail_to_the_byte(cohort, admin):
    submission = decided(cohort, {1: 2})

    read = admin.get("letters/", n=submission.number).context["previews"][0]
    frame = admin.get(f"{submission.number}/letter/mail/")
    admin.post("release/", n=submission.number)

    mail, kept = Message.objects.get(kind="revision"), Decision.objects.get()
    assert (read["mail"].subject, read["mail"].text, read["mail"].html) == (mail.subject, mail.text, mail.html)
    assert (read["subject"], read["page"]) == (kept.subject, kept.as_html)
    assert frame.content.decode() == outbox.as_email(mail).alternatives[0].content
    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"
    assert frame["Content-Security-Policy"] == policy


@pytest.mark.parametrize("ranks", ({1: 2}, {}))
def test_the_page_of_its_reader_is_previewed_to_the_byte_and_nothing_leaves(cohort, admin, client, ranks):
    submission = decided(cohort, ranks)

    page = admin.get(f"{submission.number}/letter/page/").content.decode()
    left = (Decision.objects.released().count(), Message.objects.filter(kind__in=("revision", "award")).count())
    admin.post("release/", n=submission.number)
    client.force_login(submission.enrollment.person)
    found = client.get(f"/my/{cohort.slug}/feedback/").content.decode()

    assert left == (0, 0)
    assert "will find it once the letter is out. Nothing has left yet." in page
    assert _main(page) == _main(found)


def _main(page: str) -> str:
    """What is theirs of a page; an award gets its address when it is issued, and what lies ahead is said above it."""
    found = page.partition("<main")[2].partition("</main>")[0]
    return re.sub(r'href="/awards/[^"]*"|\n*<aside class="banner info seen-as".*?</aside>', "", found, flags=re.DOTALL)


def test_a_page_that_cannot_be_released_says_why(cohort, admin):
    submission = decided(cohort, {1: 2})
    Decision.objects.update(letter="{{ fee }}")

    assert admin.get(f"{submission.number}/letter/mail/").status_code == 404
    assert admin.get(f"{submission.number}/letter/page/").status_code == 302


def test_several_are_decided_as_proposed(cohort, admin):
    numbers = [reviewed(cohort).number, reviewed(cohort, {1: 1}).number]

    page = admin.post("making/", n=numbers)

    assert "Decided: 2." in page.content.decode()
    assert list(Decision.objects.in_hand().values_list("outcome", flat=True)) == ["award", "revise"]


def test_one_is_decided_with_another_outcome_and_day(cohort, admin):
    submission = reviewed(cohort, {1: 1})
    assert 'value="2024-01-12"' in admin.get(f"{submission.number}/").content.decode()

    admin.post(f"{submission.number}/making/", outcome="revise", due_on="2024-01-31")

    assert str(Decision.objects.get().due_on) == "2024-01-31"


def test_a_refused_decision_keeps_what_was_chosen(cohort, admin):
    submission = reviewed(cohort, {1: 1})

    page = admin.post(f"{submission.number}/making/", outcome="revise", due_on="2023-12-01")

    content = page.content.decode()
    assert page.status_code == 422
    assert "choose a day after today" in content
    assert 'value="2023-12-01"' in content


def test_a_letter_is_previewed_as_it_leaves(cohort, admin):
    submission = decided(cohort, {1: 2})

    content = admin.get(f"{submission.number}/letter/").content.decode()
    admin.post("release/", n=submission.number)

    mail = Message.objects.get(kind="revision")
    assert mail.subject in content
    for line in filter(None, mail.text.split("--")[0].splitlines()):
        assert line in unescape(content)


def test_a_letter_keeps_what_it_cannot_do_without(cohort, admin):
    submission = decided(cohort, {1: 2})

    page = admin.post(
        f"{submission.number}/letter/", subject="Your review", letter="Dear {{ first_name }}, see {{ fee }}."
    )
    assert "Nothing is known as {{ fee }}" in page.content.decode()
    page = admin.post(f"{submission.number}/letter/", subject="Your review", letter="Dear {{ first_name }}.")
    assert "The letter needs {{ comments }}, {{ due }}, {{ link }}" in page.content.decode()

    letter = "Dear {{ first_name }}, nearly there.\n\n{{ comments }}\n\n[See]({{ link }}) {{ due }}"
    admin.post(f"{submission.number}/letter/", subject="Your review", letter=letter)
    assert Decision.objects.get().letter == letter


def test_release_asks_once_in_numbers(cohort, admin):
    numbers = [decided(cohort).number, decided(cohort, {1: 2}).number]

    asked = admin.get("release/", n=numbers)
    assert "2 people get a letter: 1 award, 1 revision." in asked.content.decode()
    assert not Decision.objects.released().exists()

    told = admin.post("release/", n=numbers)
    assert "Released: 2 people get a letter: 1 award, 1 revision." in told.content.decode()
    assert Decision.objects.released().count() == 2


def test_a_schedule_is_kept_on_the_cohorts_clock(cohort, admin):
    submission = decided(cohort)

    late = admin.post("schedule/", n=submission.number, on="2023-12-09", at="09:00")
    assert "That time has passed." in late.content.decode()
    admin.post("schedule/", n=submission.number, on="2023-12-15", at="09:00")

    assert Decision.objects.get().release_at == datetime(2023, 12, 15, 9, tzinfo=ZoneInfo("America/New_York"))
    admin.post("schedule/", n=submission.number, cancel="1")
    assert Decision.objects.get().release_at is None


def test_a_decision_is_taken_back_with_a_reason(cohort, admin):
    submission = decided(cohort)

    assert "There is a problem" in admin.post(f"{submission.number}/reopening/", why="").content.decode()
    admin.post(f"{submission.number}/reopening/", why="Row 2 needs another look.")

    assert Submission.objects.get().state == State.IN_REVIEW
    assert not Decision.objects.in_hand().exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_however_long_it_is(cohort, admin, count, django_assert_max_num_queries):
    for _ in range(count):
        reviewed(cohort)
        decided(cohort, {1: 1})

    with django_assert_max_num_queries(32):
        page = admin.get()

    assert len(page.context["to_decide"]) == len(page.context["waiting"]) == count


def test_nothing_of_another_cohort_is_released(cohort, admin):
    other = factories.cohort()
    theirs = decisions.decide(reviewed(other), by=other.opened_by)

    admin.post("release/", n=theirs.submission.number)

    assert admin.get(f"{theirs.submission.number}/").status_code == 404
    assert admin.get(f"{theirs.submission.number}/letter/").status_code == 404
    assert not Decision.objects.released().exists()


def test_the_attendance_badge_is_asked_for_in_numbers(cohort, admin):
    assert "Nobody to award now" in admin.get("attendance/").content.decode()
    assert "has no badge for attending" in admin.post("attendance/").content.decode()


def test_an_admin_does_not_see_the_decision_on_their_own_work(cohort, client):
    submission = decided(cohort)
    dana = submission.enrollment.person
    factories.staff(cohort, dana, role="admin")
    client.force_login(dana)
    pages = f"/cohorts/{cohort.slug}/decisions/"

    listed = client.get(pages)
    alone = [client.get(f"{pages}{submission.number}/{path}").status_code for path in ("", "letter/")]

    assert (listed.context["waiting"], listed.context["to_decide"]) == ([], [])
    assert alone == [404, 404]
