"""The people of a cohort: lists, filters, one person's story, and what an admin does for them."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from badges.models import Letter
from cohorts.models import ActivityMark, Attendance
from microcred.models import Message
from reviews import decisions, people, stories
from reviews.logbook import Asked, Book
from submissions import workflow
from submissions.models import Submission
from submissions.states import State
from tests.support import factories, reviewing
from tests.support.submitting import BEFORE_DUE, add, add_all, submission_in

pytestmark = pytest.mark.django_db

NOW = datetime(2023, 12, 1, 10, tzinfo=ZoneInfo("America/New_York"))


@pytest.fixture
def cohort(clock):
    clock(NOW)
    made = factories.cohort()
    factories.staff(made, made.opened_by, role="admin")
    return made


@pytest.fixture
def admin(cohort, client):
    """A browser of the cohort's admin, at its pages."""
    client.force_login(cohort.opened_by)

    class Admin:
        def get(self, path="", **query):
            return client.get(f"/cohorts/{cohort.slug}/{path}", query)

        def post(self, path, **typed):
            return client.post(f"/cohorts/{cohort.slug}/{path}", typed, follow=True)

        def names(self, **query):
            return [row.name for row in self.get("people/", **query).context["rows"]]

    return Admin()


def dana(cohort, state=State.SUBMITTED, last="Okafor", **enrolled):
    return submission_in(state, cohort=cohort, person=factories.person("Dana", last), **enrolled)


def row_of(cohort):
    documents = list(cohort.edition.documents.all())
    listed = people.listed(people.with_facts(cohort.enrollments.all(), cohort, len(documents)), documents)
    return people.rows(listed, people.Sheet(cohort, tuple(documents), date(2023, 11, 30), NOW))[0]


def test_a_row_says_which_documents_are_missing(cohort):
    submission = dana(cohort, State.DRAFT)
    assert row_of(cohort).where == "Nothing added"

    add(submission.documents.first(), at=BEFORE_DUE)
    assert row_of(cohort).where == "Growth Plan missing"
    assert row_of(cohort).boxes == [("Reflection Guide", True), ("Growth Plan", False)]

    add(submission.documents.last(), at=BEFORE_DUE)
    assert row_of(cohort).where == "All two ready, not submitted"


def test_a_row_says_how_late_somebody_is(cohort, admin):
    ref = dana(cohort, State.DRAFT).enrollment.ref
    assert row_of(cohort).status.words == "Late 1 day"

    admin.post("people/extensions/", who=ref, until="2023-12-08", because="Flooded school.")

    assert row_of(cohort).status.words == "Extension to Dec\N{NO-BREAK SPACE}8"


def test_a_row_counts_the_meetings_that_count(cohort):
    enrollment = dana(cohort, State.DRAFT).enrollment
    first, second, third = cohort.events.meetings().in_time_order()
    for event, status in ((first, "here"), (second, "absent"), (third, "here")):
        Attendance.objects.create(
            event=event, enrollment=enrollment, status=status, recorded_by=cohort.opened_by
        )  # fmt: skip
    third.cancelled_at, third.cancelled_by = NOW, cohort.opened_by
    third.save()

    assert row_of(cohort).meetings == 1


def test_filters_live_in_the_address(cohort, admin):
    dana(cohort, State.DRAFT, last="Draft")
    add_all(dana(cohort, State.DRAFT, last="Ready"), at=BEFORE_DUE)
    dana(cohort, State.SUBMITTED, last="Submitted")
    dana(cohort, State.WITHDRAWN, last="Gone")
    factories.enrollment(cohort, factories.person("Dana", "Invited"), joined_at=None)

    assert admin.names(show="not-submitted") == ["Dana Draft", "Dana Invited", "Dana Ready"]
    assert admin.names(show="ready") == ["Dana Ready"]
    assert admin.names(show="submitted") == ["Dana Submitted"]
    assert admin.names(show="no-reviewer") == ["Dana Submitted"]
    assert admin.names(show="not-joined") == ["Dana Invited"]
    assert admin.names(show="withdrawn") == ["Dana Gone"]
    assert len(admin.names()) == 5
    assert admin.get("people/", show="nonsense").status_code == 404
    assert admin.get("people/write/", show="nonsense").status_code == 404


def test_a_list_by_activity_has_those_who_have_not_done_it(cohort, admin):
    done, not_done = dana(cohort, State.DRAFT, last="Done"), dana(cohort, State.DRAFT, last="Open")
    ActivityMark.objects.create(enrollment=done.enrollment, activity=cohort.edition.activities.get())

    assert admin.names(done="video") == ["Dana Done"]
    assert admin.names(**{"not-done": "video"}) == [f"Dana {not_done.enrollment.person.last_name}"]
    assert admin.get("people/", done="nonsense").status_code == 404


def test_a_search_that_finds_one_person_leads_to_their_story(cohort, admin):
    found = dana(cohort, last="Okafor")
    dana(cohort, last="Baptiste")

    for words in ("okafor", found.enrollment.person.email, found.short_number, found.reference, "dana okafor"):
        assert admin.get("people/", q=words).url == f"/cohorts/{cohort.slug}/people/{found.enrollment.ref}/"
    assert len(admin.names(q="dana")) == 2
    assert "Nobody here." in admin.get("people/", q="zzz").content.decode()


@pytest.mark.parametrize("count", [1, 4])
def test_the_list_takes_the_same_queries_however_long_it_is(cohort, admin, count, django_assert_max_num_queries):
    for number in range(count):
        reviewing.assigned(dana(cohort, last=f"Okafor {number}"), factories.person("Reader", str(number)))

    with django_assert_max_num_queries(8):
        response = admin.get("people/")

    assert response.content.count(b'aria-label="Select Dana') == count


def test_a_story_tells_everything_in_order_of_time(cohort):
    submission = dana(cohort, invited_at=BEFORE_DUE - timedelta(days=9), invited_by=cohort.opened_by)
    enrollment = submission.enrollment
    Attendance.objects.create(
        event=cohort.events.meetings().first(), enrollment=enrollment, status="here", minutes=83,
        recorded_by=cohort.opened_by,
    )  # fmt: skip
    reviewing.reviewed(submission, at=NOW)
    decisions.release(decisions.decide(submission, by=cohort.opened_by), by=cohort.opened_by)

    entries = stories.of(enrollment, submission)

    told = [entry.what for entry in entries]
    assert told[:2] == ["Community of Practice 1: here", "Invited"]
    assert "Reflection Guide, version 1: Ready" in told
    assert "Badge awarded" in told
    assert any(entry.what.startswith("E-mail: receipt") and "Dear Dana" in entry.body for entry in entries)
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)


def test_what_is_decided_and_not_released_stays_out_of_nobodys_story_but_says_so(cohort, admin):
    submission = dana(cohort)
    reviewing.reviewed(submission, at=NOW, ranks={1: 1})
    decisions.decide(submission, by=cohort.opened_by)

    content = admin.get(f"people/{submission.enrollment.ref}/").content.decode()

    assert "Decision made, not released" in content
    assert reviewing.SAYS not in content


def test_an_extension_moves_the_day_tells_and_is_told(cohort, admin):
    Letter.objects.create(edition=cohort.edition, key="extension", subject="Until {{ due }}", body="[Go]({{ link }})")
    first, second = dana(cohort, State.DRAFT, last="One"), dana(cohort, State.DRAFT, last="Two")

    page = admin.post(
        "people/extensions/", who=[first.enrollment.ref, second.enrollment.ref], until="2023-12-08", because="Flood."
    )

    assert b"2 people can submit until December 8, 11:59 PM." in page.content
    assert list(cohort.enrollments.values_list("extended_until", flat=True)) == [date(2023, 12, 8)] * 2
    assert Message.objects.filter(kind="extension").count() == 2


def test_an_extension_never_shortens(cohort, admin):
    ref = dana(cohort, State.DRAFT).enrollment.ref

    page = admin.post("people/extensions/", who=ref, until="2023-11-29")

    assert "Evidence is due November 30 for everybody. Choose a later day." in page.content.decode()
    assert cohort.enrollments.get().extended_until is None


def test_withdrawing_and_coming_back(cohort, admin):
    submission = dana(cohort)
    story = f"people/{submission.enrollment.ref}/"

    assert b"Write why" not in admin.get(f"{story}withdrawal/").content
    admin.post(f"{story}withdrawal/", why="Changed jobs.")
    assert Submission.objects.get().state == State.WITHDRAWN

    admin.post(f"{story}reinstatement/")
    assert Submission.objects.get().state == State.SUBMITTED


def test_somebody_who_added_nothing_can_be_withdrawn(cohort, admin):
    enrollment = factories.enrollment(cohort)

    admin.post(f"people/{enrollment.ref}/withdrawal/", why="Never came.")

    enrollment.refresh_from_db()
    assert enrollment.withdrawn_by == cohort.opened_by


def test_sending_back_needs_a_reason_and_keeps_what_was_typed(cohort, admin):
    submission = dana(cohort, State.DRAFT)
    path = f"people/{submission.enrollment.ref}/sending-back/"

    refused = admin.post(path, why="The last page is missing.")
    assert "The last page is missing." in refused.content.decode()
    assert Submission.objects.get().state == State.DRAFT

    add_all(submission, at=BEFORE_DUE)
    workflow.submit(submission, by=submission.enrollment.person, at=BEFORE_DUE)
    assert "There is a problem" in admin.post(path, why="").content.decode()
    admin.post(path, why="The last page is missing.")
    assert Submission.objects.get().state == State.RETURNED


def test_an_invitation_goes_out_again(cohort, admin):
    enrollment = factories.enrollment(cohort, joined_at=None)

    page = admin.post(f"people/{enrollment.ref}/invitation/")

    assert b"The invitation is on its way." in page.content
    assert Message.objects.get().kind == "invitation"


def test_an_appeal_opens_the_review_again(cohort, admin):
    cohort.attempts = 1
    cohort.save()
    submission = dana(cohort)
    reviewing.reviewed(submission, ranks={1: 1}, at=NOW)
    decisions.release(decisions.decide(submission, by=cohort.opened_by), by=cohort.opened_by)

    admin.post(f"people/{submission.enrollment.ref}/appeal/", why="A page was not read.")

    assert Submission.objects.get().state == State.IN_REVIEW


def test_only_admins_of_the_cohort_reach_its_people(cohort, client):
    submission = dana(cohort)
    ben = factories.staff(cohort, factories.person("Ben", "Reader")).person
    other = factories.cohort()
    dan = factories.staff(other, factories.person("Dan", "Elsewhere"), role="admin").person
    ref = submission.enrollment.ref

    for stranger in (submission.enrollment.person, ben, dan):
        client.force_login(stranger)
        for path in ("", f"{ref}/", f"{ref}/withdrawal/", f"{ref}/move/", "extensions/", "write/"):
            assert client.get(f"/cohorts/{cohort.slug}/people/{path}").status_code == 404
        for path in ("invitation/", "reinstatement/", "seeing-as/", "notes/"):
            assert client.post(f"/cohorts/{cohort.slug}/people/{ref}/{path}").status_code == 404


def test_people_of_another_cohort_cannot_be_reached_through_ones_own(cohort, admin):
    theirs = dana(factories.cohort(), State.DRAFT).enrollment

    assert admin.get(f"people/{theirs.ref}/").status_code == 404
    admin.post("people/extensions/", who=theirs.ref, until="2023-12-08")
    theirs.refresh_from_db()
    assert theirs.extended_until is None


def test_a_nul_in_an_address_finds_nobody_and_breaks_nothing(cohort, admin):
    dana(cohort)

    assert admin.names(q="Nobody\0") == []
    assert admin.get("people/", done="\0x").status_code == 404
    assert admin.get("people/", **{"not-done": "\0x"}).status_code == 404
    assert admin.get("people/", q="9" * 5000).status_code == 200
    assert admin.get("people/write/", who="\0").status_code == 200
    assert admin.post("tasks/done/", key="\0").status_code == 404


def test_a_person_is_found_from_anywhere_in_ones_own_cohorts_only(cohort, admin, client):
    found = dana(cohort, State.DRAFT, last="Okafor").enrollment
    elsewhere = factories.cohort()
    dana(elsewhere, State.DRAFT, last="Okafor")

    def find(words):
        return client.get("/cohorts/find/", {"q": words})

    assert find("okafor").url == find(found.ref).url == f"/cohorts/{cohort.slug}/people/{found.ref}/"
    factories.staff(elsewhere, cohort.opened_by, role="admin")
    assert [hit.cohort for hit in find("okafor").context["hits"]] == [cohort, elsewhere]
    assert 'action="/cohorts/find/"' in client.get(f"/cohorts/{cohort.slug}/calendar/").content.decode()


def test_who_was_shown_to_whom_stands_in_the_log_without_what_was_typed(cohort, admin, client):
    for last in ("Okafor", "Okafore"):
        dana(cohort, State.DRAFT, last=last)
    for words in ("okafor", "okaf0r", "somebody who is nowhere", ""):
        client.get("/cohorts/find/", {"q": words})

    log = list(Book(cohort, cohort.opened_by, Asked("readings")).entries())

    assert [(entry.who, entry.what, entry.more) for entry in log] == [
        (str(cohort.opened_by), "Looked for a person by name", "2 people shown")
    ] * 2


@pytest.mark.parametrize("typed", ["Okafr", "okaffor", "dana okafour"])
def test_a_slip_of_the_pen_is_answered_with_who_was_meant(cohort, admin, client, typed):
    meant = dana(cohort, State.DRAFT, last="Okafor").enrollment
    dana(cohort, State.DRAFT, last="Baptiste")

    assert client.get("/cohorts/find/", {"q": typed}).context["near"] == [meant]
    assert admin.get("people/", q=typed).context["near"] == [meant]


def test_a_spelling_that_the_person_confirmed_finds_them(cohort, admin):
    meant = dana(cohort, State.DRAFT, last="Nguyễn").enrollment
    meant.person.known_as = ["nguyen"]
    meant.person.save()

    assert admin.get("people/", q="Nguyen").url.endswith(f"/{meant.ref}/")


def test_the_list_stands_in_the_order_of_any_column(cohort, admin):
    first, second = dana(cohort, State.DRAFT, last="Abe"), dana(cohort, State.DRAFT, last="Bea")
    add(second.documents.first(), at=BEFORE_DUE)
    ActivityMark.objects.create(
        enrollment=first.enrollment, activity=cohort.edition.activities.get(), done_at=BEFORE_DUE - timedelta(days=3)
    )

    assert admin.names(sort="-name") == admin.names(sort="-documents") == ["Dana Bea", "Dana Abe"]
    assert admin.names(sort="here") == admin.names(sort="nonsense") == ["Dana Abe", "Dana Bea"]
    assert [row.here_last_at.day for row in admin.get("people/", sort="here").context["rows"]] == [17, 20]
    assert 'aria-sort="descending"' in admin.get("people/", sort="-here").content.decode()


def test_a_note_is_kept_struck_out_and_never_erased(cohort, admin, client):
    enrollment = dana(cohort, State.DRAFT).enrollment
    story = f"people/{enrollment.ref}/"

    assert "There is a problem" in admin.post(f"{story}notes/", text=" ").content.decode()
    admin.post(f"{story}notes/", text="Called: moves house.")
    note = enrollment.staff_notes.get()
    page = admin.post(f"{story}notes/{note.pk}/striking/")

    assert "<del>Called: moves house.</del>" in page.content.decode()
    assert "struck out by Olive Opener" in page.content.decode()
    client.force_login(enrollment.person)
    for path in ("", "documents/", "feedback/"):
        assert "moves house" not in client.get(f"/my/{cohort.slug}/{path}").content.decode()


def test_a_story_says_why_a_mail_did_not_come_and_shows_one_kind_at_a_time(cohort, admin):
    submission = dana(cohort)
    receipt = Message.objects.get(kind="receipt")
    receipt.state, receipt.reason = Message.State.SKIPPED, "Its time had passed before it could be sent."
    receipt.save()

    page = admin.get(f"people/{submission.enrollment.ref}/", kind="mails")

    assert [entry.kind for entry in page.context["story"]] == ["mails"]
    assert "Its time had passed before it could be sent." in page.content.decode()
    assert [kind for kind, _, _ in page.context["kinds"]] == ["steps", "files", "mails"]


def test_scores_are_in_the_story_from_the_release_on(cohort):
    submission = dana(cohort)
    reviewing.reviewed(submission, at=BEFORE_DUE)

    def told():
        entries = stories.of(submission.enrollment, submission)
        return next(entry.body for entry in entries if entry.what == "Review finished")

    decision = decisions.decide(submission, by=cohort.opened_by)
    assert told() == ""
    decisions.release(decision, by=cohort.opened_by)
    assert told().startswith(f"Row 1: Meets. {reviewing.SAYS}")


def test_days_are_not_taken_away_without_a_word(cohort, admin):
    enrollment = dana(cohort, State.DRAFT, extended_until=date(2023, 12, 12)).enrollment

    asked = admin.post("people/extensions/", who=enrollment.ref, until="2023-12-08")
    assert "Dana Okafor has until Tue, Dec\N{NO-BREAK SPACE}12. Tick the box" in asked.content.decode()
    assert cohort.enrollments.get().extended_until == date(2023, 12, 12)

    admin.post("people/extensions/", who=enrollment.ref, until="2023-12-08", takes_days="on")
    assert cohort.enrollments.get().extended_until == date(2023, 12, 8)


def test_an_extension_of_a_revision_is_later_than_its_own_day(cohort, admin):
    ref = dana(cohort, State.REVISION_REQUESTED).enrollment.ref

    page = admin.post("people/extensions/", who=ref, until="2023-12-20")

    assert "Evidence is due January 12 already. Choose a later day." in page.content.decode()


def test_somebody_goes_on_to_another_cohort_from_their_story(cohort, admin):
    enrollment = dana(cohort, State.DRAFT).enrollment
    assert "Move to another cohort" not in admin.get(f"people/{enrollment.ref}/").content.decode()
    there = factories.cohort(of=cohort.edition)
    factories.staff(there, cohort.opened_by, role="admin")

    assert "Move to another cohort" in admin.get(f"people/{enrollment.ref}/").content.decode()
    page = admin.post(f"people/{enrollment.ref}/move/", to=there.slug)

    assert page.redirect_chain[0][0] == f"/cohorts/{there.slug}/people/{there.enrollments.get().ref}/"
    assert "Came from the Fall 2023 cohort" in page.content.decode()
    assert "Moved to the Fall 2023 cohort" in admin.get(f"people/{enrollment.ref}/").content.decode()


def test_what_the_roster_had_wrong_is_put_right(cohort, admin):
    enrollment = factories.enrollment(cohort, factories.person("Dana", "Okafr"))
    path = f"people/{enrollment.ref}/correction/"
    typed = {"first_name": "Dana", "last_name": "Okafor", "email": enrollment.person.email}

    assert "There is a problem" in admin.post(path, **(typed | {"email": "dana@"})).content.decode()
    assert "Corrected." in admin.post(path, **typed).content.decode()
    assert cohort.enrollments.get().person.last_name == "Okafor"


def test_of_two_who_correct_somebody_the_second_is_told_and_loses_nothing(cohort, admin):
    enrollment = factories.enrollment(cohort, factories.person("Dana", "Okafr", email="old@example.org"))
    path = f"people/{enrollment.ref}/correction/"
    mine = {"first_name": "Dana", "last_name": "Okafor", "email": "old@example.org"}
    mine["seen"] = admin.get(path).context["form"].reads
    admin.post(path, **mine | {"last_name": "Okafr", "email": "new@example.org"})

    told = admin.post(path, **mine)
    again = admin.post(path, **mine | {"seen": told.context["form"].reads})

    assert "It reads “Dana, Okafr, new@example.org” now." in told.text
    assert told.context["form"]["last_name"].value() == "Okafor"
    assert "Corrected." in again.text


@pytest.mark.parametrize("count", [1, 4])
def test_a_story_takes_the_same_queries_however_long_it_is(cohort, admin, count, django_assert_max_num_queries):
    submission = dana(cohort, State.DRAFT)
    for number in range(count):
        add(submission.documents.first(), at=BEFORE_DUE, text=f"Words that differ in version {number} of the file")
        admin.post(f"people/{submission.enrollment.ref}/notes/", text=f"Note {number}")

    with django_assert_max_num_queries(35):
        page = admin.get(f"people/{submission.enrollment.ref}/")

    assert len([entry for entry in page.context["story"] if entry.note]) == count
