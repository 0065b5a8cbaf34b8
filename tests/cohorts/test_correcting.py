"""Putting right what the roster had wrong, without opening anybody's account to others."""

import pytest

from cohorts import correcting, extending
from microcred.clock import now
from microcred.models import Message
from microcred.verdict import Refused
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def enrollment():
    return factories.enrollment(who=factories.person("Dana", "Okafr", email="d.okafr@example.org"))


def correct(enrollment, **right):
    person = enrollment.person
    now = {"first_name": person.first_name, "last_name": person.last_name, "email": person.email}
    by = enrollment.cohort.opened_by
    return correcting.correct(enrollment, by=by, **(now | {"organization": enrollment.organization} | right))


def test_what_was_wrong_is_kept_as_a_note(enrollment):
    changed = correct(enrollment, last_name="Okafor", organization="Harbor City")

    enrollment.person.refresh_from_db()
    assert enrollment.person.full_name == "Dana Okafor"
    assert changed == ["last name from “Okafr” to “Okafor”", "district from “” to “Harbor City”"]
    assert enrollment.staff_notes.get().text == f"Corrected: {', '.join(changed)}."
    assert correct(enrollment, last_name="Okafor") == []


def test_mail_that_waits_goes_to_the_right_address(enrollment):
    person = enrollment.person
    person.mail_bounced_at = now()
    person.last_login = now()
    person.save()
    Message.objects.create(key="k", kind="k", person=person, address=person.email, subject="s", text="t", html="h")

    correct(enrollment, email="d.okafor@example.org")

    person.refresh_from_db()
    assert (person.email, person.mail_bounced_at) == ("d.okafor@example.org", None)
    assert Message.objects.get().address == "d.okafor@example.org"


def test_an_address_that_is_signed_in_with_is_its_owners(enrollment):
    enrollment.person.last_login = now()
    enrollment.person.save()

    with pytest.raises(Refused, match="Only they can change it"):
        correct(enrollment, email="mine@example.org")


def test_an_address_of_somebody_else_is_not_taken(enrollment):
    factories.person("Mei", "Castro", email="mei@example.org")

    with pytest.raises(Refused, match="This address cannot be used"):
        correct(enrollment, last_name="Okafor", email="MEI@example.org")
    assert not enrollment.staff_notes.exists()


def test_staff_keep_their_own_account(enrollment):
    factories.staff(enrollment.cohort, enrollment.person, role="reviewer")

    with pytest.raises(Refused, match="works for the program"):
        correct(enrollment, last_name="Okafor")


def test_an_earlier_extension_stays_in_the_notes(enrollment):
    by = enrollment.cohort.opened_by
    for day, because in ((8, "Flooded school."), (12, "")):
        extending.extend([enrollment], until=now().date().replace(day=day), because=because, by=by)

    assert enrollment.staff_notes.get().text.startswith("Before this, Olive Opener had given until")
    assert enrollment.staff_notes.get().text.endswith("Flooded school.")
