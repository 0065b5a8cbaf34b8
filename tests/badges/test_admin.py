"""The operator's pages of this floor: open while an edition is in the making, closed once it is in use."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.contrib import admin
from django.urls import reverse

from badges import awards
from badges.editions import freeze, load_all
from badges.models import Award, Badge, Criterion, Domain, Edition, Framework, Program, RequiredDocument
from tests.support.factories import person

LIBRARY = Path(__file__).parents[2] / "badges" / "library"
SEPTEMBER = datetime(2023, 9, 1, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def practice():
    return next(edition for edition in load_all(LIBRARY) if edition.slug == "l2-practice")


@pytest.fixture
def operator(client):
    client.force_login(person("Root", "Operator", is_staff=True, is_superuser=True))
    return client


def pages(model):
    name = f"admin:badges_{model._meta.model_name}"
    return [reverse(f"{name}_changelist"), reverse(f"{name}_change", args=[model.objects.first().pk])]


@pytest.mark.parametrize("model", [Program, Framework, Domain, Badge, Edition, RequiredDocument, Criterion, Award])
def test_every_page_opens(operator, practice, model):
    awards.issue(practice, person=person(), name="Ada Ward", by=None, grounds={}, at=SEPTEMBER)

    assert [operator.get(page).status_code for page in pages(model)] == [200, 200]


@pytest.mark.parametrize("model", [Edition, RequiredDocument, Criterion])
def test_what_a_cohort_relies_on_is_shown_without_a_way_to_save(operator, practice, model):
    rows = {Edition: practice, RequiredDocument: practice.documents.first(), Criterion: Criterion.objects.first()}
    page = reverse(f"admin:badges_{model._meta.model_name}_change", args=[rows[model].pk])
    assert b'name="_save"' in operator.get(page).content

    freeze(practice, at=SEPTEMBER)

    assert b'name="_save"' not in operator.get(page).content


def test_the_signing_key_is_on_no_page(operator, practice):
    awards.issue(practice, person=person(), name="Ada Ward", by=None, grounds={}, at=SEPTEMBER)

    assert b"PRIVATE KEY" not in operator.get(pages(Program)[1]).content


def test_awards_are_looked_at_only(rf):
    site = admin.site._registry[Award]

    assert not any((site.has_add_permission(rf), site.has_change_permission(rf), site.has_delete_permission(rf)))
