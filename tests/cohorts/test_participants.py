"""Lists of participants as meeting programs write them, and whom their names mean."""

import pytest

from cohorts import participants, recognizing
from cohorts.participants import Participant
from microcred.models import User
from microcred.verdict import Refused
from tests.support import factories

ENGLISH = (
    "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,Recording Consent,In Waiting Room"
)
EVERY_ROW = f"""\ufeffMeeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants
"812 3456 7890","Community of Practice, 2",10/16/2023 03:55:00 PM,10/16/2023 05:31:00 PM,priya@example.org,97,3

{ENGLISH}
Dana Okafor,d.okafor@example.org,10/16/2023 03:58:00 PM,10/16/2023 04:40:00 PM,42,Yes,,No
Dana Okafor,D.Okafor@example.org,10/16/2023 04:45:00 PM,10/16/2023 05:26:00 PM,41,Yes,,No
iPad (3),,10/16/2023 04:00:00 PM,10/16/2023 05:00:00 PM,60,Yes,,No
iPad (3),,10/16/2023 03:50:00 PM,10/16/2023 04:00:00 PM,10,Yes,,Yes
,,10/16/2023 04:00:00 PM,10/16/2023 05:00:00 PM,60,Yes,,No
"""
TOTALS = """Topic,ID,Host,Duration (minutes),Start time,End time,Participants
CoP 2,81796405615,Priya (priya@example.org),97,"10/16/2023 03:55:00 PM","10/16/2023 05:31:00 PM",2

Name (original name),Email,Total duration (minutes),Guest
Dana Okafor,d.okafor@example.org,83,Yes
iPad (3),,60,Yes
"""
GERMAN = """Name (Originalname);Benutzer-E-Mail;Gesamtdauer (Minuten);Gast
Dana Okafor;d.okafor@example.org;83;Ja
iPad (3);;60;Ja
"""
FRENCH = (
    "Nom (nom d’origine)\tE-mail de l’utilisateur\tHeure d’arrivée\tHeure de départ\tDurée (minutes)\n"
    "Dana Okafor\td.okafor@example.org\t16/10/2023 16:00:00\t16/10/2023 17:23:00\t83\niPad (3)\t\t\t\t60\n"
)


SPANISH = (
    "Nombre (nombre original),Correo electrónico,Duración total (minutos),Invitado\n"
    "Dana Okafor,d.okafor@example.org,83,Sí\niPad (3),,60,Sí\n"
)
LISTS = {
    "every row": EVERY_ROW, "totals": TOTALS, "German": GERMAN, "French": FRENCH, "Spanish": SPANISH,
    "pasted twice": TOTALS + TOTALS,
}  # fmt: skip


@pytest.mark.parametrize("text", LISTS.values(), ids=LISTS)
def test_both_layouts_are_read_in_four_languages(text):
    found = participants.read(text)

    assert [(one.name, one.email, one.spent) for one in found] == [
        ("Dana Okafor", "d.okafor@example.org", 83), ("iPad (3)", "", 60),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "minutes"),
    [
        (["04:00:00 PM,10/16/2023 05:00:00 PM,60"], 60),
        (["04:00:00 PM,10/16/2023 04:30:00 PM,30", "04:30:00 PM,10/16/2023 05:00:00 PM,30"], 60),
        (["04:00:00 PM,10/16/2023 05:00:00 PM,60", "04:10:00 PM,10/16/2023 04:20:00 PM,10"], 60),  # beside the phone
        (["04:30:00 PM,10/16/2023 05:00:00 PM,30", "04:00:00 PM,10/16/2023 04:40:00 PM,40"], 60),
        (["04:00:00 PM,10/16/2023 05:00:00 PM,60", "04:00:00 PM,,40"], 100),  # who knows when
        (["04:00:00 PM,10/16/2023 05:00:00 PM,99999"], 1440),
        (["04:00:00 PM,10/16/2023 04:00:00 PM,many"], 0),
    ],
)
def test_what_was_spent_on_two_devices_counts_once(rows, minutes):
    text = "\n".join([ENGLISH, *(f"Dana,,10/16/2023 {row},Yes,,No" for row in rows)])

    assert [one.spent for one in participants.read(text)] == [minutes]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("E-mail,Last name\nd@example.org,Okafor\n", "This does not look like a list of participants"),
        (ENGLISH, "Nobody is in this list."),
        ("Name,Duration\n" + "Dana,5\n" * 5000, "That is 5,001 rows."),
        ('Name,Duration\n"' + "x" * 200_000, "A cell in line 2 holds more than 131,072 signs"),
    ],
)
def test_what_is_no_list_is_refused_with_a_sentence(text, sentence):
    with pytest.raises(Refused) as refusal:
        participants.read(text)

    assert str(refusal.value).startswith(sentence)


PEOPLE = (
    ("Dana", "Okafor"), ("Mei-Lin", "Castro"), ("Jörg", "Müller"), ("Isaac", "Bell"), ("Sam", "Reed"), ("Sam", "Reed"),
)  # fmt: skip


@pytest.fixture
def known(db):
    cohort = factories.cohort()
    for first, last in PEOPLE:
        person = factories.person(first, last, known_as=["bell ike"] if last == "Bell" else [])
        factories.enrollment(cohort, person)
    User.objects.filter(first_name="Dana").update(email="dana@example.org")
    factories.staff(cohort, factories.person("Priya", "Raman"), "admin")
    return recognizing.known(cohort)


@pytest.mark.parametrize(
    ("name", "email", "found", "perhaps"),
    [
        ("somebody's phone", "DANA@example.org", "Dana Okafor", []),
        ("dana okafor", "", "Dana Okafor", []),
        ("Okafor, Dana", "", "Dana Okafor", []),
        ("Dee (Dana Okafor)", "", "Dana Okafor", []),
        ("Dana Okafor (she/her)", "", "Dana Okafor", []),
        ("Dana Okafor - Prairie Unified", "", "Dana Okafor", []),
        ("JORG MULLER", "", "Jörg Müller", []),
        ("Bell, Ike", "", "Isaac Bell", []),
        ("Mei C.", "", None, ["Mei-Lin Castro"]),
        ("Dana", "", None, ["Dana Okafor"]),
        ("Dana Okafer", "", None, ["Dana Okafor"]),
        ("Sam Reed", "", None, ["Sam Reed", "Sam Reed"]),
        ("iPad (3)", "", None, []),
        ("D", "", None, []),
    ],
)
def test_whom_a_name_means_surely_and_perhaps(known, name, email, found, perhaps):
    seen = known.recognize(Participant(name, email))

    assert (seen.enrollment and str(seen.enrollment.person), [str(one.person) for one in seen.perhaps]) == (
        found, perhaps,
    )  # fmt: skip


def test_who_runs_the_meeting_is_no_applicant(known):
    assert known.recognize(Participant("Priya Raman")).is_staff


def test_who_was_recognized_is_known_the_next_time(known):
    dana, mei = known.people[3], known.people[1]
    tablet = Participant("iPad (3)")
    recognizing.remember(dana.cohort, [(tablet, mei)], by=dana.person)
    recognizing.remember(dana.cohort, [(tablet, dana)], by=dana.person)

    seen = recognizing.known(dana.cohort).recognize(Participant("IPAD 3"))

    assert (seen.enrollment, seen.how) == (dana, "as last time")
