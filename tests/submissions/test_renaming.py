"""Taking our name for a file, and what is remembered of it."""

import pytest

from submissions import renaming
from tests.support.submitting import BEFORE_DUE, add

pytestmark = pytest.mark.django_db


@pytest.fixture
def muller(ada):
    ada.person.last_name_for_files, ada.person.first_name_for_files = "Müller", "Jürgen"
    ada.person.save()
    return ada.person


@pytest.mark.parametrize("name", ["Mueller, J", "Mülller, J", "Müller, Yogi", "Müller, Y"])
def test_how_they_spell_their_own_name_is_asked_once(slots, muller, name):
    first = add(slots["growth-plan"], name=f"{name} - Level 2 Growth Plan.docx", at=BEFORE_DUE)
    renaming.take_our_name(first)

    second = add(slots["growth-plan"], name=f"{name} - Level 2 Growth Plan (1).docx", at=BEFORE_DUE)

    assert codes_about_name(first) == ["name.person"]
    assert codes_about_name(second) == []


@pytest.mark.parametrize("name", ["Okafor, D", "Jürgen Müller", "Müller", "Müller, J Smith", "Smith, J"])
def test_nothing_is_remembered_of_another_name(slots, muller, name):
    version = add(slots["growth-plan"], name=f"{name} - Level 2 Growth Plan.docx", at=BEFORE_DUE)

    renaming.take_our_name(version)

    muller.refresh_from_db()
    assert codes_about_name(version)
    assert muller.known_as == []


def test_a_spelling_is_forgotten_when_the_name_is_given_back(slots, muller):
    version = add(slots["growth-plan"], name="Mueller, J - Level 2 Growth Plan.docx", at=BEFORE_DUE)
    renaming.take_our_name(version)
    muller.refresh_from_db()
    remembered = muller.known_as

    renaming.undo(version)

    muller.refresh_from_db()
    assert (remembered, muller.known_as) == (["muellerj"], [])


def codes_about_name(version):
    return [one.code for one in version.findings.all() if one.is_about_name]
