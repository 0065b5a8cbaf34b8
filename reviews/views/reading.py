"""What was handed in beside the answers that are scored: other documents, and the files themselves."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from badges.models import Prompt
from reviews import permissions
from reviews.models import Assignment
from reviews.sheets import gallery
from reviews.views.own import READER, assignment_of
from submissions import serving
from submissions.models import Answer, DocumentAccess, Version
from submissions.reading import versions_of


def _version_of(request, number: int, slot: str) -> tuple[Assignment, Version]:
    assignment = assignment_of(request, number, roles=Assignment.Role)
    counting = versions_of(assignment.submission, assignment.round_number).values()
    version = next((one for one in counting if one.document.required.key == slot), None)
    if version is None:
        raise Http404
    return assignment, version


@require_safe
def document(request, number, slot):
    """What stands in another document: its questions and the answers we read."""
    assignment, version = _version_of(request, number, slot)
    serving.log(version, request.user, READER, DocumentAccess.Form.TEXT)
    answers = {answer.prompt_id: answer for answer in Answer.objects.filter(version=version)}
    prompts = Prompt.objects.filter(document=version.document.required_id)
    page = {
        "assignment": assignment,
        "submission": assignment.submission,
        "version": version,
        "required": version.document.required,
        "may_have_file": permissions.may_have_file(assignment.submission, version),
        "pairs": [(prompt, answers.get(prompt.pk)) for prompt in prompts],
        "gallery": gallery(assignment, version),
    }
    return render(request, "reviews/document.html", page)


@require_safe
def file(request, number, slot):
    """The clean copy of the Word file; the original is for its applicant and the admins."""
    assignment, version = _version_of(request, number, slot)
    permissions.may_have_file(assignment.submission, version).enforce()
    return serving.copy_as_attachment(version.clean_copy, person=request.user, role=READER)


@require_safe
def picture(request, number, slot, mark):
    """One picture of an answer, from the same copy."""
    assignment, version = _version_of(request, number, slot)
    copy = version.copy_for(assignment.submission.enrollment.cohort)
    if copy is None:
        raise Http404
    return serving.picture(copy, mark, person=request.user, role=READER)
