"""Exports: made by a worker whatever happens to it, opened by every spreadsheet, read by nobody in secret."""

import csv
import hashlib
import io
import tracemalloc
import zipfile
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from docx import Document as Word
from lxml import etree

from microcred.models import Message
from microcred.verdict import Refused
from reviews import conflicts, decisions
from reviews.exports import archives, jobs, spreadsheets, tables
from reviews.exports.models import Export, ExportReading
from submissions.models import CleanCopy, DocumentAccess, Version
from submissions.states import State
from tests.support import factories
from tests.support.reviewing import SAYS, reviewed
from tests.support.submitting import AFTER_ALL, submission_in

pytestmark = pytest.mark.django_db

FORMULAS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", " =", "\u00a0@", "\t", "\r")
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def cohort(clock):
    clock(AFTER_ALL)
    cleo = factories.person("Cleo", "Lead")
    ours = factories.cohort(opened_by=cleo)
    factories.staff(ours, cleo, "admin")
    return ours


@pytest.fixture
def ada(cohort):
    return submission_in(State.SUBMITTED, cohort=cohort, person=factories.person("Ada", "Ward"))


def made(cohort, kind, form="csv", *, by=None, **asked):
    export = jobs.ask(cohort, kind=kind, form=form, by=by or cohort.opened_by, **asked)
    jobs.make(export)
    return Export.objects.get(pk=export.pk)


def cells(export):
    with export.file.open("rb") as file:
        return list(csv.reader(io.StringIO(file.read().decode("utf-8-sig"), newline="")))


def archive_of(export):
    with export.file.open("rb") as file:
        return zipfile.ZipFile(io.BytesIO(file.read()))


def texts_of(book):
    """Every text of a workbook's first sheet, as Excel would show it."""
    sheet = etree.fromstring(zipfile.ZipFile(book).read("xl/worksheets/sheet1.xml"))
    return [cell.findtext(f".//{SHEET}t") or cell.findtext(f"{SHEET}v") for cell in sheet.iter(f"{SHEET}c")]


def page_of(client, export, path=""):
    client.force_login(export.cohort.opened_by)
    return client.get(f"{export.get_absolute_url()}{path}")


def take(client, export, person=None):
    client.force_login(person or export.cohort.opened_by)
    answer = client.post(f"{export.get_absolute_url()}file/")
    answer.body = b"".join(answer)  # a file is closed once it was read
    return answer


# Sheets --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("start", FORMULAS)
def test_no_cell_runs_in_either_kind_of_file(start):
    text, files = f"{start}SUM(A1)", {form: io.BytesIO() for form in spreadsheets.WRITERS}
    for form, write in spreadsheets.WRITERS.items():
        write(["Who"], [[text, 3]], files[form])

    lines = list(csv.reader(io.StringIO(files["csv"].getvalue().decode("utf-8-sig"), newline="")))
    assert lines == [["Who"], [f"'{text}", "3"]]
    shown = texts_of(files["xlsx"])
    assert shown[0] == "Who" and shown[1].startswith("'") and shown[1].endswith("SUM(A1)") and shown[2] == "3"
    assert b"<f>" not in zipfile.ZipFile(files["xlsx"]).read("xl/worksheets/sheet1.xml")


def test_quotes_commas_and_lines_stay_in_their_cell():
    text, into = 'She said: "two, or\nthree";\r\nthen more', io.BytesIO()

    spreadsheets.write_csv(["Said"], [[text]], into)

    assert list(csv.reader(io.StringIO(into.getvalue().decode("utf-8-sig"), newline=""))) == [["Said"], [text]]


def test_a_sheet_never_holds_more_than_a_row():
    drawn = []

    def rows():
        for number in range(300):
            drawn.append(number)
            yield ["word " * 200]

    class Watching(io.BytesIO):
        seen_at_first_row = None

        def write(self, data):
            if drawn and self.seen_at_first_row is None:
                self.seen_at_first_row = len(drawn)
            return super().write(data)

    into = Watching()
    spreadsheets.write_csv(["Words"], rows(), into)
    assert into.seen_at_first_row == 1


def test_the_roster_tells_results_once_they_are_released(cohort, ada):
    ada.enrollment.organization = "=HYPERLINK(1)"
    ada.enrollment.save()
    reviewed(ada)

    before = cells(made(cohort, "roster"))
    decision = decisions.decide(ada, by=cohort.opened_by)
    unreleased = cells(made(cohort, "roster"))
    decisions.release(decision, by=cohort.opened_by)
    after = cells(made(cohort, "roster"))

    assert before[0][:4] == ["Last name", "First name", "E-mail", "District"]
    assert before[1][:4] == ["Ward", "Ada", ada.enrollment.person.email, "'=HYPERLINK(1)"]
    assert unreleased[1][-3:] == ["", "", ""]
    assert after[1][-3] == "Badge awarded" and after[1][-1]


def test_scores_tell_every_level_and_comment(cohort, ada):
    reviewed(ada, ranks={1: 2})

    rows = cells(made(cohort, "scores"))

    assert [row[rows[0].index("Comment")] for row in rows[1:]] == [SAYS, SAYS]
    assert rows[1][rows[0].index("Level")] != rows[2][rows[0].index("Level")]
    assert rows[1][0] == ada.short_number


# Archives ------------------------------------------------------------------------------------------------------------
def test_originals_come_byte_for_byte_under_names_that_windows_takes(cohort, ada):
    Version.objects.filter(document__submission=ada).update(canonical_name="", received_name='../../etc/CON|"<>?*.docx')

    archive = archive_of(made(cohort, "originals", "zip"))

    assert archive.testzip() is None
    folders = {name.split("/")[0] for name in archive.namelist()}
    assert folders == {f"{ada.short_number} Ward, Ada"}
    names = [name.split("/")[1] for name in archive.namelist()]
    assert len({name.casefold() for name in names}) == 2
    assert not [name for name in names if set('<>:"|?*\\') & set(name)]
    kept = set(Version.objects.filter(document__submission=ada).values_list("sha256", flat=True))
    assert {hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()} == kept


def test_copies_name_nobody_and_what_is_not_made_yet_is_said(cohort, ada):
    lacking = CleanCopy.objects.filter(version__document__submission=ada).last()
    lacking.delete()

    export = made(cohort, "copies", "zip")

    archive = archive_of(export)
    words = [name for name in archive.namelist() if name.endswith(".docx")]
    assert len(words) == 1
    for name in words:
        assert name.startswith(f"{ada.short_number}/") and "Ward" not in name
        assert "Ward" not in "\n".join(one.text for one in Word(io.BytesIO(archive.read(name))).paragraphs)
    title = lacking.version.document.required.short_title
    assert export.missed == [f"{ada.short_number}, {title}: there is no copy for reviewers."]
    assert archive.read("MISSING.txt").decode().split("\r\n")[:-1] == export.missed


def test_a_file_that_is_gone_is_named_and_stops_nothing(cohort, ada, client):
    gone, *others = Version.objects.filter(document__submission=ada).order_by("document__required__position")
    default_storage.delete(gone.file.name)

    export = made(cohort, "originals", "zip")

    assert len(archive_of(export).namelist()) == len(others) + 1
    assert export.missed == [f"{ada.short_number}, {gone.document.required.short_title}: we no longer find the file."]
    assert export.missed[0] in page_of(client, export).content.decode()


def test_no_two_names_are_equal_on_any_system():
    names = archives.Names()

    given = [names.unlike_others(name) for name in ("a/É.docx", "a/e\u0301.docx", "a/É.DOCX", "b/É.docx")]

    assert given == ["a/É.docx", "a/e\u0301 (2).docx", "a/É (3).DOCX", "b/É.docx"]


# Who takes it --------------------------------------------------------------------------------------------------------
def test_every_taking_is_written_down_for_the_people_in_it(cohort, ada, client):
    export = made(cohort, "originals", "zip")

    answer = take(client, export)

    assert answer["Content-Disposition"].startswith(f'attachment; filename="{cohort.slug}-originals-')
    assert answer.body[:2] == b"PK"
    assert ExportReading.objects.get().person == cohort.opened_by
    read = DocumentAccess.objects.filter(person=cohort.opened_by, form="original", role="admin")
    assert set(read.values_list("version", flat=True)) == set(
        Version.objects.filter(document__submission=ada).values_list("pk", flat=True)
    )
    client.force_login(ada.enrollment.person)
    assert "Cleo Lead" in client.get("/account/readers/").content.decode()


def test_work_in_conflict_is_in_no_export_of_ones_own_and_in_none_one_may_take(cohort, ada, client):
    other = submission_in(State.SUBMITTED, cohort=cohort, person=factories.person("Bea", "Lund"))
    rita = factories.staff(cohort, factories.person("Rita", "Related"), "admin").person
    whole = made(cohort, "originals", "zip")
    conflicts.declare(cohort, rita, kind="relative", other=ada.enrollment.person, by=rita)

    own = made(cohort, "originals", "zip", by=rita)

    assert {name.split(" ")[0] for name in archive_of(own).namelist()} == {other.short_number, "MISSING.txt"}
    assert own.missed == ["One submission is left out: you are in conflict with that work, or it is your own."]
    assert take(client, own, rita).status_code == 200
    assert take(client, whole, rita).status_code == 403
    assert not ExportReading.objects.filter(export=whole).exists()


# The job -------------------------------------------------------------------------------------------------------------
def test_a_job_says_how_far_it_is_and_whoever_asked_gets_a_mail(cohort, ada, client):
    client.force_login(cohort.opened_by)
    answer = client.post(f"/cohorts/{cohort.slug}/exports/", {"what": "roster.xlsx"})
    export = Export.objects.get()
    assert answer.url == export.get_absolute_url()
    assert "Waiting for its turn" in page_of(client, export).content.decode()
    Export.objects.update(done=18, total=42)
    page = page_of(client, export).content.decode()
    assert "18 of 42 rows" in page and 'hx-trigger="every 2s"' in page

    jobs.make(export)

    page = page_of(client, export).content.decode()
    assert "Ready: 1 row," in page
    assert "every 2s" not in page
    mail = Message.objects.get(kind="export-made")
    assert mail.person == cohort.opened_by and export.get_absolute_url() in mail.text
    with Export.objects.get().file.open("rb") as book:
        assert texts_of(book)[0] == "Last name"


def test_what_is_asked_for_twice_is_made_once(cohort):
    first = jobs.ask(cohort, kind="roster", form="csv", by=cohort.opened_by)
    assert jobs.ask(cohort, kind="roster", form="csv", by=cohort.opened_by) == first

    jobs.make(first)
    kept = Export.objects.get().file.name
    jobs.make(first)

    assert Export.objects.get().file.name == kept
    assert Message.objects.filter(kind="export-made").count() == 1


@pytest.mark.parametrize("what", ("", "roster.zip", "originals.csv", "secrets.csv", "roster.\0"))
def test_what_there_is_not_is_refused_in_words(what, cohort, client):
    client.force_login(cohort.opened_by)

    answer = client.post(f"/cohorts/{cohort.slug}/exports/", {"what": what})

    assert answer.status_code == 400 and "Choose what you need" in answer.content.decode()
    assert not Export.objects.exists()


def test_what_a_dead_worker_left_is_begun_anew_by_the_sweep(cohort, ada, clock):
    export = jobs.ask(cohort, kind="roster", form="csv", by=cohort.opened_by)
    jobs.claim(export)  # and dies
    jobs.make_waiting(AFTER_ALL)
    assert Export.objects.get().made_at is None

    clock(AFTER_ALL + jobs.LEASE)
    jobs.make_waiting(AFTER_ALL + jobs.LEASE)

    assert Export.objects.get().made_at and len(cells(Export.objects.get())) == 2


def test_what_a_worker_that_died_had_begun_to_store_goes(cohort, ada, clock, monkeypatch):
    class Death(BaseException):
        """No exception: nothing of the job goes on after it."""

    def die(*stored):
        save(*stored)
        raise Death

    export, save = jobs.ask(cohort, kind="roster", form="csv", by=cohort.opened_by), default_storage.save
    with monkeypatch.context() as patch, pytest.raises(Death):
        patch.setattr(default_storage, "save", die)
        jobs.make(export)
    begun = Export.objects.get().file.name
    assert default_storage.exists(begun)

    clock(AFTER_ALL + jobs.LEASE)
    jobs.make_waiting(AFTER_ALL + jobs.LEASE)

    assert not default_storage.exists(begun)
    assert default_storage.exists(Export.objects.get(made_at__isnull=False).file.name)


def test_a_worker_that_was_overtaken_leaves_nothing(cohort, ada, monkeypatch):
    export = jobs.ask(cohort, kind="roster", form="csv", by=cohort.opened_by)

    def overtaken(work):
        Export.objects.update(tries=2)
        return tables.roster(work)

    monkeypatch.setitem(jobs.TABLES, "roster", overtaken)
    jobs.make(export)

    assert Export.objects.get().made_at is None
    assert not Message.objects.filter(kind="export-made").exists()


def test_after_three_tries_it_is_given_up_and_can_be_asked_for_again(cohort, ada, clock, client, monkeypatch):
    export = jobs.ask(cohort, kind="roster", form="csv", by=cohort.opened_by)
    with monkeypatch.context() as patch:
        patch.setitem(jobs.TABLES, "roster", lambda work: 1 / 0)
        for wait in range(3):
            clock(at := AFTER_ALL + wait * jobs.LEASE)
            jobs.make_waiting(at)
            jobs.make_waiting(at)  # leaves it alone for a while

    assert Export.objects.get().tries == 3 and Message.objects.filter(kind="export-failed").count() == 1
    assert "It could not be made" in page_of(client, export).content.decode()
    assert take(client, export).status_code == 403
    client.post(f"{export.get_absolute_url()}again/")
    jobs.make_waiting(at)
    assert Export.objects.get().made_at
    with pytest.raises(Refused):
        jobs.ask_again(export)


def test_a_week_later_the_file_is_gone_and_the_record_stays(cohort, ada, clock, client):
    export = made(cohort, "roster")
    take(client, export)
    jobs.remove_outdated(AFTER_ALL + timedelta(days=6))
    assert default_storage.exists(export.file.name)

    clock(later := AFTER_ALL + timedelta(days=7))
    jobs.remove_outdated(later)

    assert not default_storage.exists(export.file.name)
    assert ExportReading.objects.count() == 1
    assert take(client, export).status_code == 403
    assert "Ask for a new one" in page_of(client, export).content.decode()


@pytest.mark.parametrize("kind", ("roster", "scores", "originals"))
def test_a_job_takes_as_many_queries_for_four_as_for_one(kind, cohort, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr("reviews.exports.making.STEPS", 1)
    counts = []
    for more in (1, 3):
        for _ in range(more):
            reviewed(submission_in(State.SUBMITTED, cohort=cohort))
        with django_assert_max_num_queries(60) as found:
            made(cohort, kind, "zip" if kind == "originals" else "csv")
        counts.append(len(found))

    assert counts[0] == counts[1]


# Memory --------------------------------------------------------------------------------------------------------------
def most_held(deed):
    """The most bytes that Python held at once during `deed`."""
    tracemalloc.start()
    try:
        deed()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("form", ("csv", "xlsx"))
def test_a_sheet_of_30_000_rows_is_held_in_memory_no_more_than_one_of_300(form, tmp_path):
    def write(count):
        rows = ([number, f"Row {number} " * 20] for number in range(count))  # six megabytes
        with (tmp_path / f"{count}.{form}").open("w+b") as into:
            spreadsheets.WRITERS[form](["Number", "Words"], rows, into)

    write(1)
    small, large = most_held(lambda: write(300)), most_held(lambda: write(30_000))

    assert large - small < 256 * 1024


def test_a_document_of_24_megabytes_goes_into_the_archive_piece_by_piece(cohort, ada):
    size = 24 * 1024 * 1024
    with Version.objects.filter(document__submission=ada).latest("pk").file.open("wb") as file:
        file.truncate(size)
    jobs.ask(cohort, kind="originals", form="zip", by=cohort.opened_by)

    most = most_held(lambda: jobs.make_waiting(AFTER_ALL))

    assert Export.objects.get().size_bytes > size > 4 * most
