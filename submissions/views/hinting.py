"""What upload.js asks when somebody has chosen a file."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from submissions import checking, hints
from submissions.forms import ChosenFile
from submissions.views.mine import home_of, slot_of


@require_POST
def hint(request: HttpRequest, cohort: str, slot: str) -> HttpResponse:
    """Its words, before the file is sent. Nothing is kept; a post, so that no name stands in a server's log."""
    home = home_of(request, cohort)
    found = slot_of(home, slot)
    chosen = ChosenFile(request.POST)
    if not chosen.is_valid():
        return HttpResponse(status=400)
    person = home.enrollment.person
    last, first = person.file_names
    expected = checking.expected(
        found.required,
        last=last,
        first=first,
        known_as=tuple(person.known_as),
        revised=home.submission.is_revision,
        received_name=chosen.cleaned_data["name"],
    )
    said = hints.hint(expected, size=chosen.cleaned_data["size"], head=chosen.cleaned_data["head"])
    return JsonResponse({"words": said.words, "tone": said.tone})
