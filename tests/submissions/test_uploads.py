"""Files come in whole, hashed and within limits; what goes wrong is said in a sentence."""

import hashlib
import os
import resource
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError

from microcred.verdict import Refused
from submissions import tasks, uploads
from submissions.models import Version
from submissions.states import State
from tests.support.submitting import BEFORE_DUE, add, examine_now, fill_guide, submission_in, upload_of

pytestmark = pytest.mark.django_db
MIB = 1024 * 1024


@pytest.fixture
def slot(ada, address):
    return address("documents/growth-plan/")


def send(client, slot, content, name="plan.docx", **headers):
    return client.post(slot, {"file": SimpleUploadedFile(name, content)}, **headers)


def stored(settings):
    return list(Path(settings.MEDIA_ROOT).rglob("*.bin"))


def test_bytes_are_kept_as_they_came(client, slot, settings):
    response = send(client, slot, b"anything at all", name="my plan.docx")

    version = Version.objects.get()
    assert (response.status_code, response.url) == (302, slot)
    assert version.sha256 == hashlib.sha256(b"anything at all").hexdigest()
    assert (version.received_name, version.size_bytes, version.verdict) == ("my plan.docx", 15, "checking")
    assert stored(settings)[0].read_bytes() == b"anything at all"


def test_the_stored_name_holds_nothing_that_a_person_typed(client, slot, settings):
    send(client, slot, b"x", name="../../etc/Ward, A.docx")

    assert Version.objects.get().received_name == "Ward, A.docx"
    assert "Ward" not in str(stored(settings)[0])


@pytest.mark.parametrize("name", ["a" * 300 + ".docx", "a." + "x" * 365, "語" * 260, "a.docx" + " " * 300])
def test_a_name_of_300_signs_is_cut(client, slot, name):
    assert send(client, slot, b"x", name=name).status_code == 302
    assert len(Version.objects.get().received_name) == 255


def form(disposition: bytes, content=b"x") -> dict:
    """What a browser sends, byte by byte."""
    body = b"--b\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n--b--\r\n" % (disposition, content)
    return {"data": body, "content_type": "multipart/form-data; boundary=b"}


@pytest.mark.parametrize("name", [b"", b"..", b".", b"/", b"..\\..", b"a/..", b"Mu\xf1oz.docx"])
def test_a_file_without_a_usable_name_did_not_arrive(client, slot, settings, name):
    response = client.post(slot, **form(b'name="file"; filename="%s"' % name))

    assert (response.status_code, Version.objects.count(), stored(settings)) == (422, 0, [])
    assert uploads.NOT_ARRIVED.encode() in response.content
    assert b"required." not in response.content


@pytest.mark.parametrize(
    ("sent", "received"),
    [
        (b'filename="Mu\xc3\xb1oz.docx"', "Muñoz.docx"),
        (b"filename*=iso-8859-1''Mu%F1oz.docx", "Muñoz.docx"),
        (b"filename*=utf-8''Mu%C3%B1oz.docx", "Muñoz.docx"),
        (b'filename="&#x4D;u\0\x07.docx"', "Mu.docx"),
        (b'filename="C:\\Users\\Ada\\plan.docx"', "plan.docx"),
    ],
)
def test_a_name_in_whatever_bytes_is_taken(client, slot, sent, received):
    response = client.post(slot, **form(b'name="file"; ' + sent))

    assert response.status_code == 302
    assert Version.objects.get().received_name == received


def test_an_empty_file_is_kept_and_told(client, slot):
    assert send(client, slot, b"").status_code == 302
    version = examine_now(Version.objects.get())

    assert (version.size_bytes, version.verdict) == (0, "blocked")
    assert [one.code for one in version.findings.all()] == ["size.zero"]


def test_keeping_a_file_is_a_rename(client, slot, settings, monkeypatch):
    seen = []
    rename = os.rename
    monkeypatch.setattr(os, "rename", lambda old, new: (seen.append((Path(old), Path(new))), rename(old, new)))

    send(client, slot, b"x")

    ((old, new),) = seen
    assert old.parent == Path(settings.MEDIA_ROOT) / "incoming"
    assert [new] == stored(settings)
    assert list(old.parent.iterdir()) == []


def test_what_a_dead_process_left_behind_is_removed_after_an_hour(before_due, settings, clock):
    left, fresh = (uploads.incoming() / name for name in ("left", "fresh"))
    for file, minutes in ((left, 61), (fresh, 59)):
        file.write_bytes(b"half a file")
        arrived = (BEFORE_DUE - timedelta(minutes=minutes)).timestamp()
        os.utime(file, (arrived, arrived))

    tasks.remove_cut_uploads()

    assert list(uploads.incoming().iterdir()) == [fresh]


def test_a_disk_that_is_nearly_full_is_an_alarm(before_due, monkeypatch, caplog):
    monkeypatch.setattr(uploads.shutil, "disk_usage", lambda folder: SimpleNamespace(total=100, free=9))

    uploads.remove_cut(at=BEFORE_DUE)

    assert [record.levelname for record in caplog.records if "disk_nearly_full" in record.getMessage()] == ["ERROR"]


@pytest.fixture
def small_disk():
    """No file of this process grows over 8 MiB."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8 * MIB, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_really_fills_up_is_told_and_keeps_nothing(client, slot, settings, small_disk):
    response = send(client, slot, b"x" * 9 * MIB)

    assert response.status_code == 413
    assert uploads.NO_ROOM.encode() in response.content
    assert (Version.objects.count(), stored(settings), list(uploads.incoming().iterdir())) == (0, [], [])
    assert send(client, slot, b"x").status_code == 302  # the next small one finds its place


def test_what_grows_past_the_limit_is_not_kept(client, slot, settings):
    response = send(client, slot, b"x" * (25 * MIB + 1))

    assert response.status_code == 413
    assert uploads.TOO_LARGE.encode() in response.content
    assert (Version.objects.count(), stored(settings)) == (0, [])


def test_the_limit_itself_is_taken(client, slot):
    assert send(client, slot, b"x" * (25 * MIB)).status_code == 302
    assert Version.objects.get().size_bytes == 25 * MIB


def test_a_flood_is_hung_up_on(client, slot, settings):
    settings.UPLOAD_LIMIT_BYTES = 1000

    response = send(client, slot, b"x" * 300_000)

    assert response.status_code == 413


def test_a_full_disk_is_told_and_keeps_nothing(client, slot, monkeypatch):
    def full(self, *given):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("django.core.files.uploadedfile.TemporaryUploadedFile.write", full, raising=False)

    response = send(client, slot, b"x")

    assert response.status_code == 413
    assert uploads.NO_ROOM.replace("'", "&#x27;").encode() in response.content


def test_a_disk_on_which_no_file_can_begin_is_told(client, slot, monkeypatch):
    def full(*given, **named):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(uploads.tempfile, "NamedTemporaryFile", full)

    response = send(client, slot, b"x")

    assert (response.status_code, Version.objects.count()) == (413, 0)
    assert uploads.NO_ROOM.encode() in response.content


def test_a_form_without_a_file_says_that_it_did_not_arrive(client, slot):
    response = client.post(slot, {})

    assert response.status_code == 422
    assert b"The file did not arrive." in response.content


def test_another_try_of_a_file_that_arrived_is_that_file(client, slot):
    for again, content in (("", b"x"), ("yes", b"x"), ("yes", b"y"), ("", b"y")):
        client.post(slot, {"file": SimpleUploadedFile("plan.docx", content), "again": again})

    assert [one.sha256 for one in Version.objects.order_by("number")] == [
        hashlib.sha256(content).hexdigest() for content in (b"x", b"y", b"y")
    ]


def test_a_file_whose_answer_was_lost_with_the_database_is_whole_when_it_is_sent_again(client, slot, monkeypatch):
    def keep_and_lose_touch(*args, **fields):
        keep(*args, **fields)
        raise OperationalError("server closed the connection unexpectedly")

    keep = uploads._keep
    client.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr(uploads, "_keep", keep_and_lose_touch)
        lost = send(client, slot, b"whole")
    again = client.post(slot, {"file": upload_of(b"whole"), "again": "1"}, headers={"HX-Request": "true"})

    assert (lost.status_code, lost["Retry-After"], again.status_code) == (503, "5", 302)
    assert "Back in a moment" in lost.text
    [version] = Version.objects.all()
    with version.file.open("rb") as kept:
        assert kept.read() == b"whole"


def test_a_second_file_in_the_same_form_is_left_out(client, slot):
    client.post(slot, {"file": [SimpleUploadedFile("a.docx", b"a"), SimpleUploadedFile("b.docx", b"b")]})

    assert [version.received_name for version in Version.objects.all()] == ["a.docx"]


def test_twenty_versions_are_enough(before_due):
    document = submission_in(State.DRAFT).documents.first()
    for hour in range(20):
        add(document, content=b"x", at=BEFORE_DUE + timedelta(hours=hour), check=False)

    with pytest.raises(Refused, match="20 versions of this document already"):
        add(document, content=b"x", at=BEFORE_DUE + timedelta(hours=21), check=False)


def test_ten_files_a_minute_are_enough(before_due):
    document = submission_in(State.DRAFT).documents.first()
    for _ in range(10):
        add(document, content=b"x", at=BEFORE_DUE, check=False)

    with pytest.raises(Refused, match="many files in one minute"):
        add(document, content=b"x", at=BEFORE_DUE, check=False)


def test_200_megabytes_a_day_are_enough(before_due):
    document = submission_in(State.DRAFT).documents.first()
    add(document, content=b"x", at=BEFORE_DUE, check=False)
    Version.objects.update(size_bytes=200 * MIB)

    with pytest.raises(Refused, match="more than 200 MB in one day"):
        add(document, content=b"x", at=BEFORE_DUE + timedelta(hours=1), check=False)


def test_a_file_in_the_wrong_slot_moves_to_the_right_one(before_due):
    guide, plan = submission_in(State.DRAFT).documents.all()
    person = guide.submission.enrollment.person
    wrong = add(guide, content=fill_guide(plan.required, person=person), name="plan.docx", at=BEFORE_DUE)

    moved = uploads.move(wrong, plan, by=person, arrived_at=BEFORE_DUE)

    guide.refresh_from_db()
    plan.refresh_from_db()
    assert (guide.current, plan.current) == (None, moved)
    assert moved.file.name == wrong.file.name


def test_a_refused_file_leaves_no_bytes_behind(before_due, settings):
    submission = submission_in(State.AWARDED)
    before = stored(settings)

    with pytest.raises(Refused):
        uploads.receive(
            submission.documents.first(), upload_of(b"x"), by=submission.enrollment.person, arrived_at=BEFORE_DUE
        )

    assert stored(settings) == before


def test_without_room_nothing_is_kept_and_the_person_is_told(db, before_due, monkeypatch):
    document = submission_in(State.DRAFT).documents.first()
    monkeypatch.setattr(uploads.default_storage, "save", full)

    with pytest.raises(Refused, match="could not keep the file just now"):
        add(document, at=BEFORE_DUE)

    assert document.versions.count() == 0


def full(name, content):
    raise OSError(28, "No space left on device")
