"""Who was at a meeting: by hand or from a list, corrected, taken back, and what it earns."""

from datetime import datetime, timedelta

import pytest

from cohorts import attending
from cohorts.attending import Mark
from cohorts.models import AttendanceChange, Event, MeetingName
from microcred.verdict import Refused
from tests.support import factories

pytestmark = pytest.mark.django_db
LIST = (
    "Name (Original Name),User Email,Total Duration (Minutes),Guest\n"
    "Ada Ward,,83,Yes\nBea L.,,59,Yes\niPad (3),,70,Yes\nCleo Lead,,95,No\n"
)


@pytest.fixture
def cohort():
    return factories.cohort(attendance_edition=factories.edition(meeting_minutes_required=60, meetings_required=2))


@pytest.fixture
def meeting(cohort):
    return Event.objects.get(cohort=cohort, kind="meeting", number=3)


@pytest.fixture
def admin(client, cohort):
    cleo = factories.person("Cleo", "Lead")
    factories.staff(cohort, cleo, "admin")
    client.force_login(cleo)
    return cleo


@pytest.fixture
def people(cohort):
    names = (("Ada", "Ward"), ("Bea", "Lund"), ("Cai", "Moss"), ("Dan", "Pike"))
    return [factories.enrollment(cohort, factories.person(*name)) for name in names]


def page_of(cohort, rest=""):
    return f"/cohorts/{cohort.slug}/calendar/3/attendance/{rest}"


def kept(meeting):
    return {row.enrollment.person.first_name: tuple(Mark.of(row)) for row in meeting.attendances.all()}


# By hand -------------------------------------------------------------------------------------------------------------
def test_attendance_is_kept_in_one_save(client, cohort, meeting, admin):
    ada, ben = factories.enrollment(cohort), factories.enrollment(cohort)
    posted = {f"status-{ada.pk}": "here", f"minutes-{ada.pk}": "83", f"status-{ben.pk}": "absent"}

    client.post(f"/cohorts/{cohort.slug}/calendar/3/attendance/", posted)

    assert sorted(meeting.attendances.values_list("enrollment", "status", "minutes")) == [
        (ada.pk, "here", 83), (ben.pk, "absent", None),
    ]  # fmt: skip


def test_attendance_is_corrected_and_forgotten(cohort, meeting):
    ada, by = factories.enrollment(cohort), cohort.opened_by
    attending.record(meeting, {ada.pk: Mark("here", 83)}, by=by)

    attending.record(meeting, {ada.pk: Mark("absent", None)}, by=by)
    assert [row.status for row in meeting.attendances.all()] == ["absent"]

    attending.record(meeting, {ada.pk: Mark("", None)}, by=by)
    assert meeting.attendances.count() == 0


def test_minutes_that_are_none_are_told_and_nothing_is_lost(client, cohort, meeting, admin):
    ada = factories.enrollment(cohort)
    posted = {f"status-{ada.pk}": "here", f"minutes-{ada.pk}": "many"}

    page = client.post(f"/cohorts/{cohort.slug}/calendar/3/attendance/", posted)

    assert "Ada Ward: minutes are a number up to 600." in page.text
    assert 'value="many"' in page.text and meeting.attendances.count() == 0


def test_meetings_count_from_the_minutes_that_the_badge_asks_for(cohort):
    cohort.attendance_edition = factories.edition(meeting_minutes_required=60)
    cohort.save()
    ada, by = factories.enrollment(cohort), cohort.opened_by
    marks = {1: Mark("here", 83), 2: Mark("here", 59), 3: Mark("made_up", note="Watched it, then met me.")}
    for number, mark in marks.items():
        attending.record(cohort.events.get(kind="meeting", number=number), {ada.pk: mark}, by=by)

    progress = attending.progress([ada])[ada.pk]

    assert (progress.attended, progress.of) == (2, 3)


@pytest.mark.parametrize("count", [1, 4])
def test_progress_takes_two_queries_however_many(cohort, django_assert_num_queries, count):
    rows = [factories.enrollment(cohort) for _ in range(count)]

    with django_assert_num_queries(2):
        attending.progress(rows)


@pytest.mark.parametrize(("at", "kept"), [("20:59:59", True), ("21:00:00", False)])
def test_one_says_that_one_cannot_come_until_it_begins(cohort, meeting, clock, at, kept):
    ada = factories.enrollment(cohort)
    clock(datetime.fromisoformat(f"2023-11-06T{at}+00:00"))

    if kept:
        attending.cannot_come(ada, meeting)
    else:
        with pytest.raises(Refused):
            attending.cannot_come(ada, meeting)

    assert meeting.attendances.count() == kept


def test_marking_the_others_here_keeps_what_was_chosen_and_not_yet_saved(client, cohort, meeting, admin, clock):
    clock(meeting.starts_at - timedelta(minutes=1))
    ada, ben = factories.enrollment(cohort), factories.enrollment(cohort)
    attending.record(meeting, {ada.pk: Mark("here", 90)}, by=admin)
    posted = {f"status-{ada.pk}": "absent", f"minutes-{ada.pk}": "12", f"status-{ben.pk}": "", "all": "here"}

    page = client.post(f"/cohorts/{cohort.slug}/calendar/3/attendance/", posted)

    rows = {line.enrollment.pk: (line.status, line.minutes) for line in page.context["sheet"].lines}
    assert "Community of Practice 3 has not begun yet." in page.text
    assert rows == {ada.pk: ("absent", "12"), ben.pk: ("here", "")}


def test_minutes_of_thousands_of_digits_are_told_like_any_others(client, cohort, meeting, admin):
    ada = factories.enrollment(cohort)
    posted = {f"status-{ada.pk}": "here", f"minutes-{ada.pk}": "9" * 5000}

    page = client.post(f"/cohorts/{cohort.slug}/calendar/3/attendance/", posted)

    assert [line.problem for line in page.context["sheet"].problems] == [
        f"{ada.person}: minutes are a number up to 600."
    ]


def test_made_up_needs_a_note_and_keeps_what_was_typed(client, cohort, meeting, admin, people):
    ada = people[0]
    posted = {f"status-{ada.pk}": "made_up", f"minutes-{ada.pk}": "", f"note-{ada.pk}": ""}

    page = client.post(page_of(cohort), posted)
    assert [line.problem for line in page.context["sheet"].problems] == ["Ada Ward: say how the meeting was made up."]
    assert 'value="made_up" checked' in page.text

    client.post(page_of(cohort), posted | {f"note-{ada.pk}": "Watched the recording."})
    assert kept(meeting) == {"Ada": ("made_up", None, "Watched the recording.", False)}


@pytest.mark.parametrize("typed", ["minutes", "note"])
def test_what_is_typed_beside_nothing_chosen_is_not_dropped(client, cohort, meeting, admin, people, typed):
    ada, bea, *_ = people
    attending.record(meeting, {bea.pk: Mark("here", 90)}, by=admin)
    posted = {f"status-{ada.pk}": "", f"{typed}-{ada.pk}": "30", f"status-{bea.pk}": "", f"minutes-{bea.pk}": "90"}

    page = client.post(page_of(cohort), posted)

    assert [(line.problem, line.field) for line in page.context["sheet"].problems] == [
        ("Ada Ward: say whether they were here.", typed)
    ]
    client.post(page_of(cohort), posted | {f"{typed}-{ada.pk}": ""})
    assert kept(meeting) == {}


def test_who_is_not_on_the_page_is_not_forgotten(client, cohort, meeting, admin, people):
    ada, bea, *_ = people
    attending.record(meeting, {bea.pk: Mark("excused")}, by=admin)

    client.post(page_of(cohort), {f"status-{ada.pk}": "here"})

    assert kept(meeting) == {"Ada": ("here", None, "", False), "Bea": ("excused", None, "", False)}


def test_the_last_save_is_undone_and_gives_back_who_had_recorded_what(client, cohort, meeting, admin, people):
    ada, bea, *_ = people
    attending.record(meeting, {ada.pk: Mark("excused")}, by=ada.person)
    client.post(page_of(cohort), {f"status-{ada.pk}": "absent", f"status-{bea.pk}": "here"})
    change = AttendanceChange.objects.get()
    assert "Saved by Cleo Lead" in client.get(page_of(cohort)).text

    for _ in range(2):
        client.post(page_of(cohort, "undoing/"), {"seen": change.pk})

    row = meeting.attendances.get()
    assert (row.enrollment, row.status, row.recorded_by) == (ada, "excused", ada.person)
    assert "Saved by Cleo Lead" not in client.get(page_of(cohort)).text


def test_undoing_leaves_what_was_changed_since(cohort, meeting, admin, people):
    ada, bea, *_ = people
    attending.save(meeting, {ada.pk: Mark("here"), bea.pk: Mark("here")}, by=admin, seen=0)
    attending.record(meeting, {bea.pk: Mark("absent")}, by=admin)

    assert attending.undo(AttendanceChange.objects.get(), by=admin) == 1
    assert kept(meeting) == {"Bea": ("absent", None, "", False)}


def test_of_two_admins_the_second_keeps_what_they_chose(client, cohort, meeting, admin, people):
    ada = people[0]
    attending.save(meeting, {ada.pk: Mark("here")}, by=factories.person("Joan", "Bright"), seen=0)

    page = client.post(page_of(cohort), {f"status-{ada.pk}": "absent", "seen": "0"})

    assert page.status_code == 409
    assert "Someone else saved" in page.text and "Joan Bright" in page.text and 'value="absent" checked' in page.text
    client.post(page_of(cohort), {f"status-{ada.pk}": "absent", "seen": page.context["seen"]})
    assert kept(meeting)["Ada"][0] == "absent"


def test_what_does_not_take_place_has_no_attendance(client, cohort, meeting, admin):
    Event.objects.filter(pk=meeting.pk).update(cancelled_at=meeting.changed_at, cancelled_by=admin)

    assert [client.get(page_of(cohort, rest)).status_code for rest in ("", "list/")] == [403, 403]


# From a list ---------------------------------------------------------------------------------------------------------
def test_a_list_is_asked_about_looked_at_saved_and_remembered(client, cohort, meeting, admin, people):
    _, bea, cai, dan = people
    attending.record(meeting, {dan.pk: Mark("excused")}, by=dan.person)

    looked = client.post(page_of(cohort, "list/"), {"text": LIST})
    questions = [(each.seen.participant.name, list(each.seen.perhaps)) for each in looked.context["reading"].questions]
    assert questions == [("Bea L.", [bea]), ("iPad (3)", [])]
    assert set(kept(meeting)) == {"Dan"} and "1 of your team" in looked.text

    client.post(page_of(cohort, "list/"), {"text": LIST, "yes-1": bea.pk, "who-2": cai.pk, "step": "save"})
    assert kept(meeting) == {
        "Ada": ("here", 83, "", True), "Bea": ("absent", 59, "", True), "Cai": ("here", 70, "", True),
        "Dan": ("excused", None, "", False),
    }  # fmt: skip
    assert dict(MeetingName.objects.values_list("name", "enrollment")) == {"bea l": bea.pk, "ipad 3": cai.pk}
    assert "Saved from a list" in client.get(page_of(cohort)).text


def test_a_list_that_names_nobody_records_nothing(client, cohort, meeting, admin, people):
    text = "Name,Minutes\n" + "".join(f"iPad {number},70\n" for number in range(120))

    page = client.post(page_of(cohort, "list/"), {"text": text, "step": "save"})

    assert "Nobody in this list is known here yet." in page.text and 'value="save"' not in page.text
    assert (len(page.context["reading"].questions), page.context["reading"].unasked, kept(meeting)) == (100, 20, {})


def test_who_withdrew_is_in_no_count_but_named_where_a_list_names_them(client, cohort, meeting, admin, people, clock):
    clock(datetime.fromisoformat("2023-11-07T12:00:00+00:00"))
    attending.record(meeting, {one.pk: Mark("here", 90) for one in people[:2]}, by=admin)
    people[0].withdrawn_at, people[0].withdrawn_by = meeting.ends_at, admin
    people[0].save()

    schedule = client.get(f"/cohorts/{cohort.slug}/calendar/")
    looked = client.post(page_of(cohort, "list/"), {"text": LIST, "yes-1": people[1].pk})

    assert [event.here for event in schedule.context["meetings"]] == [0, 0, 1]
    assert "1 who withdrew is in it and not counted." in looked.text
    assert "Ada Ward" not in [each.seen.participant.name for each in looked.context["reading"].questions]


def test_a_stay_too_short_for_the_badge_is_told_to_both(client, cohort, meeting, admin, people, clock):
    clock(datetime.fromisoformat("2023-11-07T12:00:00+00:00"))
    attending.record(meeting, {people[0].pk: Mark("here", 59), people[1].pk: Mark("here", 60)}, by=admin)

    assert client.get(page_of(cohort)).text.count("too short to count") == 1
    client.force_login(people[0].person)
    assert "You were there, too briefly for it to count." in client.get(f"/my/{cohort.slug}/calendar/").text


def test_people_stand_in_the_order_in_which_one_looks_for_them(client, cohort, admin):
    for last in ("Zane", "van der Berg", "Łukasiewicz", "Öztürk", "Pike"):
        factories.enrollment(cohort, factories.person("Eva", last))

    page = client.get(page_of(cohort))
    lines = page.context["sheet"].lines

    assert "has not begun yet" not in page.text
    assert [line.enrollment.person.last_name for line in lines] == [
        "Öztürk", "Pike", "van der Berg", "Zane", "Łukasiewicz",
    ]  # fmt: skip


def test_a_list_saved_over_somebody_elses_save_is_worked_out_anew(client, cohort, meeting, admin, people):
    attending.save(meeting, {people[3].pk: Mark("excused")}, by=admin, seen=0)

    page = client.post(page_of(cohort, "list/"), {"text": LIST, "step": "save", "seen": "0"})

    assert page.status_code == 409 and kept(meeting) == {"Dan": ("excused", None, "", False)}
    client.post(page_of(cohort, "list/"), {"text": LIST, "step": "save", "seen": page.context["seen"]})
    assert kept(meeting)["Ada"][0] == "here" and kept(meeting)["Dan"][0] == "excused"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("", "Choose the file, or paste its lines."), ("Name\nAda\n", "This does not look like a list of participants")],
)
def test_what_is_no_list_is_told_beside_the_field_and_kept(client, cohort, admin, people, text, sentence):
    page = client.post(page_of(cohort, "list/"), {"text": text})

    assert page.context["form"].errors["text"][0].startswith(sentence) and text in page.text


@pytest.mark.parametrize("count", [1, 4])
@pytest.mark.parametrize(("rest", "posted"), [("", None), ("list/", {"text": LIST})])
def test_a_page_takes_the_same_queries_however_many(
    client, cohort, admin, people, django_assert_num_queries, rest, posted, count
):
    for one in people[count:]:
        one.delete()

    with django_assert_num_queries(11 if posted else 9):
        client.post(page_of(cohort, rest), posted) if posted else client.get(page_of(cohort))
