"""The log: who did what in a cohort, when, for its admins only."""

import csv
import io
import re
from datetime import timedelta

import pytest

from badges.models import EditionChange
from cohorts import records
from cohorts.extending import extend
from cohorts.models import WrittenLetter
from microcred import times
from reviews import conflicts, decisions, logbook
from reviews.calibration import samples
from reviews.exports import jobs
from reviews.exports.models import Export
from reviews.logbook import Asked, Book, Key
from reviews.models import SavedComment
from submissions import moving
from submissions.models import DocumentAccess, Version
from submissions.states import State
from tests.support import calibrating, factories
from tests.support.reviewing import reviewed
from tests.support.submitting import AFTER_ALL, submission_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort(clock):
    clock(AFTER_ALL)
    cleo = factories.person("Cleo", "Lead")
    ours = factories.cohort(opened_by=cleo)
    factories.staff(ours, cleo, "admin")
    return ours


@pytest.fixture
def busy(cohort, clock):
    """A cohort in which every source has something to tell, of Ada's work."""
    cleo = cohort.opened_by
    ada = submission_in(State.SUBMITTED, cohort=cohort, person=factories.person("Ada", "Ward"))
    reviewed(ada, factories.person("Ben", "Reader"))
    ada.events.filter(move="start_review").update(actor=None)
    clock(AFTER_ALL + timedelta(hours=1))
    decisions.release(decisions.decide(ada, by=cleo), by=cleo)
    extend([ada.enrollment], until=AFTER_ALL.date(), because="Moved house.", by=cleo)
    records.strike(records.note(ada.enrollment, "Moved house.", by=cleo), by=cleo)
    records.was_read(ada.enrollment, by=cleo)
    conflicts.take_back(
        conflicts.declare(cohort, factories.person("Ron", "Idle"), kind="knows", organization="Far Away", by=cleo)[0],
        by=cleo,
    )
    WrittenLetter.objects.create(
        cohort=cohort, batch="1", subject="A word", body="Hello", reached=2, due_at=AFTER_ALL, written_by=cleo
    )
    version = Version.objects.filter(document__submission=ada).first()
    DocumentAccess.objects.create(version=version, person=cleo, role="admin", form="original")
    jobs.ask(cohort, kind="roster", form="csv", by=cleo)
    return cohort


def told(cohort, *, reader=None, **typed):
    return list(Book(cohort, reader or cohort.opened_by, Asked.read(typed)).entries())


def page_of(client, cohort, **typed):
    client.force_login(cohort.opened_by)
    return client.get(f"/cohorts/{cohort.slug}/log/", typed)


def test_everything_that_was_done_is_in_one_list_the_latest_first(busy):
    entries = told(busy)

    assert [entry.at for entry in entries] == sorted((entry.at for entry in entries), reverse=True)
    assert {entry.kind for entry in entries} == set(logbook.KINDS.values())
    said = {(entry.who, entry.what, entry.about) for entry in entries}
    assert ("Cleo Lead", "Decision released", "Ada Ward") in said
    assert ("Ada Ward", "Submitted", "") in said
    assert ("Cleo Lead", "Letter to 2 people: A word", "") in said
    assert ("Cleo Lead", "Read the whole story", "Ada Ward") in said
    assert ("Cleo Lead", "Note struck out", "Ada Ward") in said
    assert any(what.startswith("Opened ") for _, what, _ in said)
    assert any(what.startswith("Extension to") and about == "Ada Ward" for _, what, about in said)


def test_settings_tell_what_they_were_and_what_they_are(client, cohort, clock):
    clock(AFTER_ALL + timedelta(hours=1))
    meeting = cohort.events.meetings().first()
    name = meeting.title
    meeting.title = "Kick-off"
    meeting.save()
    cohort.late_days = 3
    cohort.save(update_fields=["late_days"])
    role = factories.staff(cohort, factories.person("Ron", "Idle"))
    role.delete()

    settings = told(cohort, kind="settings", day="2023-12-09")

    lately = [(entry.what, entry.about, entry.more) for entry in settings if entry.at > AFTER_ALL]
    assert sorted(lately) == [
        ("Added: Ron Idle, reviewer", "Ron Idle", ""),
        (f"Changed: {cohort}", "", "late days: 7 → 3"),
        ("Changed: Kick-off", "", f"title: {name} → Kick-off"),
        ("Removed: Ron Idle, reviewer", "Ron Idle", ""),
    ]
    assert {entry.who for entry in settings} == {logbook.SYSTEM}


def test_who_changed_something_on_a_page_is_told(client, cohort, clock):
    clock(AFTER_ALL + timedelta(hours=1))
    client.force_login(cohort.opened_by)
    client.post(f"/cohorts/{cohort.slug}/reminders/pausing/")

    entry = told(cohort, kind="settings", q="Cleo")[0]

    assert (entry.who, entry.what, entry.more) == ("Cleo Lead", f"Changed: {cohort}", "sending paused")


def test_what_an_admin_changes_leaves_a_trace(client, cohort, clock):
    """The set-up, samples, a shared comment, how many somebody reads, a letter, and somebody who goes on."""
    cleo, ron = cohort.opened_by, factories.person("Ron", "Idle")
    role, ada = factories.staff(cohort, ron), factories.enrollment(cohort, factories.person("Ada", "Ward"))
    clock(AFTER_ALL + timedelta(hours=1))
    EditionChange.objects.create(edition=cohort.edition, place="rules", sentence="Changed rules", by=cleo)
    samples.retire(calibrating.published(cohort.edition, by=cleo), by=cleo)
    samples.discard(calibrating.draft(cohort.edition, by=cleo, title="Sample B"), cohort=cohort, by=cleo)
    comment = SavedComment.objects.create(cohort=cohort, person=ron, title="Evidence", text="Name it.")
    after = factories.cohort(of=cohort.edition, opened_by=cleo)
    factories.staff(after, cleo, "admin")
    moving.move(ada, after, by=cleo)
    client.force_login(cleo)
    client.post(f"/review/comments/{comment.pk}/sharing/", {"share": "yes"})
    client.post(f"/cohorts/{cohort.slug}/reviews/capacity/", {f"takes-{role.pk}": "3"})
    made = decisions.decide(reviewed(cohort=cohort).assignment.submission, by=cleo)
    decisions.rewrite(made, subject="Well done", letter="Dear {{ first_name }}, {{ link }}", by=cleo)
    decisions.schedule([made], at=(tomorrow := AFTER_ALL + timedelta(days=1)), by=cleo)

    said = {(entry.who, entry.what, entry.more) for entry in told(cohort) if entry.at > AFTER_ALL}

    assert said >= {
        ("Cleo Lead", f"Changed rules, in {cohort.edition}", ""), ("Cleo Lead", "Sample prepared: Sample A", ""),
        ("Cleo Lead", "Sample published: Sample A", ""), ("Cleo Lead", "Sample retired: Sample A", ""),
        ("Cleo Lead", "Decision letter changed", ""),
        ("Cleo Lead", f"Decision letter scheduled for {times.instant(tomorrow, reader='', cohort=cohort.zone)}", ""),
        ("Cleo Lead", "Draft of a sample deleted: Sample B", ""),
        ("Cleo Lead", "Comment shared with every reviewer: Evidence", ""),
        ("Cleo Lead", f"Moved to the {after} cohort", ""),
        ("Cleo Lead", "Changed: Ron Idle, reviewer", "takes up to: 8 → 3"),
    }  # fmt: skip


def test_it_is_narrowed_by_kind_by_name_and_by_day(busy):
    everything = told(busy)

    assert {entry.kind for entry in told(busy, kind="mails")} == {"Letters written by hand"}
    assert {entry.who for entry in told(busy, q="ben")} == {"Ben Reader", logbook.SYSTEM}  # who made him a reviewer
    assert told(busy, q="nobody") == []
    assert {entry.who for entry in told(busy, q="system")} == {logbook.SYSTEM}
    day = AFTER_ALL.date()
    assert told(busy, day=day.isoformat()) == [entry for entry in everything if entry.at >= AFTER_ALL.replace(hour=0)]
    assert told(busy, kind="nonsense", day="yesterday", q="\0") == everything


@pytest.mark.parametrize("size", (1, 3))
def test_pages_follow_each_other_without_gap_or_double(busy, size):
    book = Book(busy, busy.opened_by, Asked())
    whole = list(book.entries())

    entries, last = book.page(size=size)
    while last:
        more, last = book.page(Key.read(str(last)), size=size)
        entries += more

    assert entries == whole
    assert book.count() == len(whole) > 15


@pytest.mark.parametrize("written", ("", "x", "1-2", "1-99-1", "1-0-0", "-1-0-1", "9" * 60 + "-0-1", "1-0-" + "9" * 60))
def test_a_place_that_is_none_begins_at_the_top(written):
    assert Key.read(written) is None


def test_work_in_conflict_is_not_told(busy):
    rita = factories.staff(busy, factories.person("Rita", "Related"), "admin").person
    ada = busy.enrollments.get().person
    assert any(entry.what == "Decision released" for entry in told(busy, reader=rita))
    conflicts.declare(busy, rita, kind="relative", other=ada, by=rita)

    seen = told(busy, reader=rita)

    assert not [entry for entry in seen if entry.kind in ("Submissions and decisions",) or "Review of" in entry.what]
    assert not [entry for entry in seen if entry.what.startswith("Opened ")]


def test_a_page_takes_the_same_queries_however_long_the_log(client, busy, django_assert_max_num_queries):
    page_of(client, busy)
    counts = []
    for _ in range(2):
        with django_assert_max_num_queries(30) as found:
            client.get(f"/cohorts/{busy.slug}/log/")
        counts.append(len(found))
        other = submission_in(State.SUBMITTED, cohort=busy)
        reviewed(other)
        records.was_read(other.enrollment, by=busy.opened_by)

    assert counts[0] == counts[1]


def test_the_page_leads_on_and_back_and_keeps_what_was_asked(client, busy, monkeypatch):
    monkeypatch.setattr(logbook.Book.page, "__kwdefaults__", {"size": 2})

    first = page_of(client, busy, kind="people", q="ada").content.decode()
    older = re.search(r'href="\?([^"]+)" rel="next"', first)[1].replace("&amp;", "&")
    second = client.get(f"/cohorts/{busy.slug}/log/?{older}").content.decode()

    assert "kind=people" in older and "q=ada" in older
    assert first.count('scope="row"') == second.count('scope="row"') == 2
    assert "Latest" in second and "Latest" not in first


def test_the_list_as_it_was_filtered_comes_as_a_sheet(client, busy):
    page = page_of(client, busy, kind="mails").content.decode()
    assert 'name="kind" value="mails"' in page

    client.post(f"/cohorts/{busy.slug}/exports/", {"what": "log.csv", "kind": "mails"})
    export = Export.objects.get(kind="log")
    jobs.make(export)
    export.refresh_from_db()

    with export.file.open("rb") as file:
        rows = list(csv.reader(io.StringIO(file.read().decode("utf-8-sig"))))
    assert [row[2] for row in rows[1:]] == ["Letter to 2 people: A word"]
    assert rows[1][0].startswith("2023-12-09 13:00")


def test_a_list_that_is_empty_leads_back_to_everything(client, cohort):
    assert "Nothing like that" in page_of(client, cohort, kind="mails").content.decode()
    assert "Nothing like that" in page_of(client, cohort, q="nobody").content.decode()
