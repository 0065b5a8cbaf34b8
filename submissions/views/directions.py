"""The program's directions, made workable."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from badges.names import canonical_stem
from badges.specs import template_bytes
from cohorts import guidance, meetings
from cohorts.seeing_as import shown_to_staff
from submissions.home import Home
from submissions.slots import Slot
from submissions.views.mine import home_of


@shown_to_staff
@require_safe
def directions(request, cohort):
    """Sections in their order, with the same check boxes and documents as at home, and the dates of the term."""
    home = home_of(request, cohort)
    context = {
        "home": home,
        "cohort": home.cohort,
        "sections": guidance.sections(home.cohort.edition, home.activities),
        "slots": [_described(home, slot) for slot in home.slots],
        "dates": guidance.dates(home.enrollment, home.events),
        "meetings": [(one.event.title, meetings.spoken(one)) for one in home.meetings if not one.event.cancelled_at],
    }
    return render(request, "submissions/directions.html", context)


def _described(home: Home, slot: Slot) -> dict:
    """A slot with the name of our copy and the size of its template."""
    last, first = home.enrollment.person.file_names
    name = canonical_stem(last, first, slot.required.title, pattern=home.cohort.edition.name_pattern)
    return {"slot": slot, "name": name, "template_bytes": template_bytes(slot.required)}
