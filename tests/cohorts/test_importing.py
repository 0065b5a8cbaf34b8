"""Importing people: three steps, each with its address; all or nothing, once, and undone within the hour."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cohorts import importing, invitations, records
from cohorts.models import Enrollment, RosterImport
from cohorts.tasks import clear_imports
from microcred import outbox
from microcred.models import Message, User
from microcred.verdict import Refused
from tests.support import factories

pytestmark = pytest.mark.django_db

ROWS = "E-mail,Last name,First name,District\nada@example.org,Ward,Ada,Prairie Unified\nbo@example.org,Lund,Bo,CESA 4\n"
NOON = datetime(2023, 8, 25, 16, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_noon(clock):
    clock(NOON)


@pytest.fixture
def cohort():
    return factories.cohort()


@pytest.fixture
def cleo(cohort):
    return factories.staff(cohort, factories.person("Cleo", "Lead"), "admin").person


def people(cohort):
    return {one.person.email: one for one in cohort.enrollments.select_related("person")}


def done(cohort, by, text=ROWS, *, invite_at=None):
    begun = importing.begin(cohort, text, by=by)
    return importing.finish(begun, by=by, seen=importing.look(begun, by=by).fingerprint, invite_at=invite_at)


# Doing it ------------------------------------------------------------------------------------------------------------
def test_a_known_person_keeps_their_name(cohort, cleo):
    factories.person("Adaeze", "Ward", email="Ada@example.org")

    done(cohort, cleo)

    assert [str(row.person) for row in cohort.enrollments.all()] == ["Bo Lund", "Adaeze Ward"]


def test_twice_is_once(cohort, cleo):
    begun = importing.begin(cohort, ROWS, by=cleo)
    seen = importing.look(begun, by=cleo).fingerprint

    first, second = (importing.finish(begun, by=cleo, seen=seen, invite_at=NOON) for _ in range(2))

    assert (first.made, cohort.enrollments.count(), Message.objects.count()) == (second.made, 2, 2)


def test_what_somebody_else_did_meanwhile_is_looked_at_again(cohort, cleo):
    begun = importing.begin(cohort, ROWS, by=cleo)
    seen = importing.look(begun, by=cleo).fingerprint
    factories.enrollment(cohort, factories.person("Ada", "Ward", email="ada@example.org"))

    with pytest.raises(Refused, match=r"^The people of this cohort have changed since you looked\."):
        importing.finish(begun, by=cleo, seen=seen)

    assert (cohort.enrollments.count(), RosterImport.objects.get().done_at) == (1, None)


def test_all_or_nothing(cohort, cleo, monkeypatch):
    cohort.edition.letters.filter(key="invitation").delete()

    with pytest.raises(Refused):
        done(cohort, cleo, invite_at=NOON)

    assert (cohort.enrollments.count(), User.objects.filter(email="ada@example.org").count()) == (0, 0)


def test_a_cohort_that_is_closed_takes_nobody(cohort, cleo):
    begun = importing.begin(cohort, ROWS, by=cleo)
    cohort.closed_at, cohort.closed_by = NOON, cleo
    cohort.save()

    with pytest.raises(Refused, match="is closed and takes nobody any more"):
        importing.finish(begun, by=cleo, seen=importing.look(begun, by=cleo).fingerprint)


def test_nothing_is_chosen_of_what_is_done(cohort, cleo):
    over = done(cohort, cleo)

    with pytest.raises(Refused, match="done already"):
        importing.choose(over, {2: {"leave": True}})


def test_what_was_pasted_is_kept_while_it_serves_and_no_longer(cohort, cleo, clock):
    factories.enrollment(cohort, factories.person("Bo", "Lund", email="bo@example.org"))
    over, left = done(cohort, cleo), importing.begin(cohort, "new@example.org,New", by=cleo)
    undone = done(cohort, cleo, "dee@example.org,Nash")
    clock(NOON + timedelta(minutes=30))
    importing.undo(undone, by=cleo)
    clock(NOON + timedelta(minutes=59))
    clear_imports()
    assert RosterImport.objects.exclude(text="").count() == 3

    clock(NOON + timedelta(minutes=60))
    clear_imports()

    texts = dict(RosterImport.objects.values_list("pk", "text"))
    assert [texts[one.pk] for one in (over, left, undone)] == ["", "new@example.org,New", "dee@example.org,Nash"]
    over.refresh_from_db()
    assert (over.choices, sorted(over.made)) == ({}, ["changed", "enrollments", "invited"])

    clock(NOON + timedelta(days=1))
    clear_imports()

    assert list(RosterImport.objects.order_by("pk").values_list("pk", "text")) == [(over.pk, ""), (undone.pk, "")]


def test_ten_times_the_rows_take_a_few_queries_more(cohort, cleo):
    def queries(prefix, count):
        text = "".join(f"{prefix}{n}@example.org,Name{prefix}{n},First,LEA {n}\n" for n in range(count))
        with CaptureQueriesContext(connection) as of_doing:
            over = done(cohort, cleo, text)
        with CaptureQueriesContext(connection) as of_undoing:
            importing.undo(over, by=cleo)
        return len(of_doing), len(of_undoing)

    small, large = queries("a", 15), queries("b", 150)

    assert [more - less < 12 for less, more in zip(small, large, strict=True)] == [True, True]


# Undoing it ----------------------------------------------------------------------------------------------------------
def test_undoing_takes_back_everything_that_it_made(cohort, cleo):
    bo = factories.enrollment(cohort, factories.person("Bo", "Lund", email="bo@example.org"), organization="Lakeview")
    before = User.objects.count()
    over = done(cohort, cleo, invite_at=NOON)
    assert (User.objects.count(), people(cohort)["bo@example.org"].organization) == (before + 1, "CESA 4")

    importing.undo(over, by=cleo)

    bo.refresh_from_db()
    assert (list(people(cohort)), bo.organization) == (["bo@example.org"], "Lakeview")
    assert (User.objects.count(), Message.objects.count()) == (before, 0)


def test_who_joined_and_who_has_notes_stay_and_what_left_is_said(cohort, cleo):
    text = ROWS + "cai@example.org,Moss,Cai,\ndee@example.org,Nash,Dee,\n"
    over = done(cohort, cleo, text, invite_at=NOON)
    rows = people(cohort)
    invitations.join(
        rows["ada@example.org"], rows["ada@example.org"].person,
        name_on_badge="Ada Ward", last_name="Ward", first_name="Ada", zone="America/Denver",
    )  # fmt: skip
    records.note(rows["bo@example.org"], "Called.", by=cleo)
    records.was_read(rows["cai@example.org"], by=cleo)
    Message.objects.filter(person__email="cai@example.org").update(state="sent", sent_at=NOON)

    plan = importing.undo(over, by=cleo)

    assert sorted(people(cohort)) == ["ada@example.org", "bo@example.org"]
    assert plan.stays == [
        "Bo Lund, Ada Ward have joined or have work or notes here, and stay.",
        "1 invitation has left already and cannot be called back; the link in it leads nowhere any more.",
    ]
    assert User.objects.filter(email__in=["cai@example.org", "dee@example.org"]).count() == 1  # the mail's reader


def test_a_field_that_was_changed_again_stays_so(cohort, cleo):
    bo = factories.enrollment(cohort, factories.person("Bo", "Lund", email="bo@example.org"))
    over = done(cohort, cleo)
    Enrollment.objects.filter(pk=bo.pk).update(organization="Third Word")

    plan = importing.undo(over, by=cleo)

    bo.refresh_from_db()
    assert (bo.organization, plan.stays) == ("Third Word", ["1 field was changed again since, and stays so."])


def test_undoing_is_for_an_hour_and_for_once(cohort, cleo, clock):
    first, second = done(cohort, cleo), done(cohort, cleo, "dee@example.org,Nash")
    clock(NOON + timedelta(minutes=59))
    importing.undo(first, by=cleo)
    with pytest.raises(Refused, match="undone already"):
        importing.undo(first, by=cleo)
    clock(NOON + timedelta(minutes=60))

    with pytest.raises(Refused, match="for an hour"):
        importing.undo(second, by=cleo)


# The pages -----------------------------------------------------------------------------------------------------------
@pytest.fixture
def browse(client, cohort, cleo):
    client.force_login(cleo)
    return client


@pytest.fixture
def begin(browse, cohort):
    def _begin(**posted):
        return browse.post(f"/cohorts/{cohort.slug}/people/import/", posted, follow=True)

    return _begin


def address(step):
    found = RosterImport.objects.get()
    return reverse(f"cohorts:{step}", args=[found.cohort.slug, found.ref])


def confirm(browse, **posted):
    seen = browse.get(address("confirm_import")).context["roster"].fingerprint
    return browse.post(address("confirm_import"), {"seen": seen, **posted}, follow=True)


def test_three_steps_and_only_the_last_writes(begin, browse, cohort):
    checked = begin(text=ROWS)
    confirmed = browse.post(address("check_import"), follow=True)
    assert [page.redirect_chain[-1][0] for page in (checked, confirmed)] == [
        address("check_import"), address("confirm_import"),
    ]  # fmt: skip
    assert cohort.enrollments.count() == 0

    answer = confirm(browse, invite="now")

    assert answer.redirect_chain[-1][0] == address("import_result")
    assert "Added 2 people. 2 invitations are on the way." in answer.text
    assert [row.invited_at is not None for row in cohort.enrollments.all()] == [True, True]


def test_the_way_back_leads_to_what_became_of_it(begin, browse, cohort):
    begin(text=ROWS)
    confirm(browse, invite="later")

    for step in ("check_import", "confirm_import"):
        assert [browse.get(address(step)).url, browse.post(address(step)).url] == [address("import_result")] * 2
    assert [row.invited_at for row in cohort.enrollments.all()] == [None, None]


def test_invitations_leave_at_the_time_that_was_chosen(begin, browse, cohort, clock):
    begin(text=ROWS)

    answer = confirm(browse, invite="then", on="2023-08-28", at="09:00")

    assert "2 invitations leave on Mon, Aug 28, 9:00 AM ET." in answer.text.replace("\N{NO-BREAK SPACE}", " ")
    assert {one.due_at for one in Message.objects.all()} == {datetime(2023, 8, 28, 13, 0, tzinfo=UTC)}
    assert outbox.send_due() == 0
    clock(datetime(2023, 8, 28, 13, 0, tzinfo=UTC))
    assert outbox.send_due() == 2


def test_a_time_that_has_passed_is_answered_beside_the_day(begin, browse, cohort):
    begin(text=ROWS)

    answer = confirm(browse, invite="then", on="2023-08-21", at="09:00")

    assert answer.context["form"].errors["on"] == ["That time has passed. Choose a later one, or send them now."]
    assert cohort.enrollments.count() == 0


def test_a_problem_keeps_the_second_step_open_until_it_is_put_right(begin, browse, cohort):
    begin(text="E-mail,Last name\nada@example,Ward\nbo@,Lund\n")
    still = browse.post(address("check_import"), {"email-2": "ADA@example.org ", "email-3": "bo@"}, follow=True)
    assert [(row.number, row.problem) for row in still.context["roster"].problems] == [
        (3, "“bo@” is not a full e-mail address.")
    ]
    assert re.findall(r'href="#fix-(\d)"', still.text) == ["3"]

    on = browse.post(address("check_import"), {"leave-3": "on"}, follow=True)

    assert [row.email for row in on.context["roster"].new] == ["ada@example.org"]
    assert "Add 1, change 0, leave out 1." in on.text


def test_a_row_that_was_put_right_can_be_changed_again(begin, browse):
    begin(text="E-mail,Last name\nada@example,Ward\nbo@example.org,Lund\n")
    browse.post(address("check_import"), {"email-2": "adda@example.org", "last_name-2": "Ward"})

    page = browse.get(address("check_import"))
    assert ([row.number for row in page.context["roster"].mended], 'value="adda@example.org"' in page.text) == (
        [2], True,
    )  # fmt: skip
    on = browse.post(address("check_import"), {"email-2": "ada@example.org", "last_name-2": "Ward"}, follow=True)

    assert [row.email for row in on.context["roster"].new] == ["ada@example.org", "bo@example.org"]


def test_all_rows_with_a_problem_are_left_out_at_once_and_taken_back(begin, browse):
    begin(text="E-mail,Last name\nada@example.org,Ward\n" + "".join(f"nobody{n},Lund\n" for n in range(60)))
    browse.post(address("check_import"), {"leave-all": "on"})
    back = browse.post(address("check_import"), {"back-5": "on"}, follow=True)

    assert [row.number for row in back.context["roster"].problems] == [5]


def test_columns_are_chosen_anew(begin, browse):
    begin(text="Mail,Known as,Family\nada@example.org,Ada,Ward\n")

    posted = {"email": "0", "first_name": "1", "last_name": "2", "has_headings": "on"}
    page = browse.post(address("import_columns"), posted, follow=True)

    assert [(row.first_name, row.last_name) for row in page.context["roster"].new] == [("Ada", "Ward")]


def test_columns_that_leave_no_row_are_refused(begin, browse):
    begin(text="ada@example.org,Ward")

    page = browse.post(address("import_columns"), {"email": "0", "last_name": "1", "has_headings": "on"}, follow=True)

    assert "There is only the row of headings." in page.text
    assert len(page.context["roster"].new) == 1


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("a.xlsx", b"PK\x03\x04 and more",
         "This is a workbook. In your spreadsheet choose Save as, CSV, and choose that file."),
        ("a.csv", b"x" * 10_000_000,
         "The file is larger than 2 MB. A roster holds names and addresses only; save it as CSV."),
        ("a.csv", b"", "The file is empty. Save it again in your spreadsheet, and choose it."),
        ("a.csv", b"E-mail,Last name\n", "There is only the row of headings. Paste the people below it, too."),
    ],
    ids=["workbook", "large", "empty", "headings"],
)  # fmt: skip
def test_a_file_that_is_no_roster_is_answered_beside_the_field(begin, name, data, sentence):
    assert begin(file=SimpleUploadedFile(name, data)).context["form"].errors["file"] == [sentence]


def test_nothing_at_all_is_answered_beside_the_field(begin):
    assert begin(text=" ").context["form"].errors["text"] == [
        "Paste the rows here, headings included, or choose a file."
    ]


def test_a_file_is_as_good_as_pasting(begin):
    page = begin(file=SimpleUploadedFile("roster.csv", ROWS.encode("utf-16")))

    assert len(page.context["roster"].new) == 2


def test_fields_made_up_by_hand_break_nothing(begin, browse):
    begin(text=ROWS)

    odd = {"email-" + "9" * 5000: "x", "leave-x": "on", "last_name-2": "Wa\0rd", "first_name-999999": "x"}
    kind = "application/x-www-form-urlencoded"
    answer = browse.post(address("check_import"), urlencode(odd), content_type=kind, follow=True)

    assert [row.last_name for row in answer.context["roster"].new] == ["Ward", "Lund"]


def test_undoing_on_the_page_and_starting_again(begin, browse, cohort):
    begin(text=ROWS)
    confirm(browse, invite="now")

    undone = browse.post(address("undo_import"), follow=True)
    again = browse.get(f"/cohorts/{cohort.slug}/people/import/?from={RosterImport.objects.get().ref}")

    assert "Undone. 2 people came off the list." in undone.text
    assert (cohort.enrollments.count(), again.context["form"]["text"].value()) == (0, ROWS.strip())


def test_an_import_is_found_in_its_own_cohort_only(begin, browse, cleo):
    begin(text=ROWS)
    other = factories.staff(factories.cohort(), cleo, "admin").cohort

    answer = browse.get(reverse("cohorts:check_import", args=[other.slug, RosterImport.objects.get().ref]))

    assert answer.status_code == 404
