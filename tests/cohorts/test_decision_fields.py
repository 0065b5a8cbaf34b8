"""What is typed on a decision or for one person: its days."""

import pytest

from reviews.decision_forms import ScheduleForm
from reviews.people_forms import ExtensionForm
from tests.support import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("day", ["9999-12-28", "0001-01-01"])
@pytest.mark.parametrize(("form", "field"), [(ExtensionForm, "until"), (ScheduleForm, "on")])
def test_a_day_is_in_a_year_that_can_be_meant(form, field, day):
    bound = form({field: day, "at": "09:00"}, cohort=factories.cohort())

    assert bound.errors == {field: ["Choose a day between 2000 and 2100."]}


def test_a_reason_is_kept_on_the_device_while_it_is_typed(client):
    enrollment = factories.enrollment()
    cleo = factories.staff(enrollment.cohort, role="admin").person
    client.force_login(cleo)

    page = client.get(f"/cohorts/{enrollment.cohort.slug}/people/{enrollment.ref}/withdrawal/").text

    assert '<form method="post" class="w-form" data-keep>' in page
