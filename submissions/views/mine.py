"""What the pages of an applicant begin with: their enrollment and what they handed in."""

from django.db.models import OuterRef, Subquery, prefetch_related_objects
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from cohorts.models import Enrollment
from cohorts.seeing_as import reader_of
from submissions import workflow
from submissions.home import Home
from submissions.models import Receipt, Submission, slots_and_rounds
from submissions.slots import Slot


def enrollments_of(request):
    """The reader's own places, each with its `receipt_ref`; nobody else's exist for them."""
    newest = Receipt.objects.filter(submission__enrollment=OuterRef("pk"))
    return (
        Enrollment.objects.joined()
        .filter(person=reader_of(request))
        .select_related("cohort__edition__badge", "person", "submission")
        .annotate(receipt_ref=Subquery(newest.values("ref")[:1]))
    )


def submission_of(enrollment: Enrollment) -> Submission:
    """With all that its pages print; begun on the first visit. Queries: three."""
    try:
        found = enrollment.submission
    except Submission.DoesNotExist:
        found = workflow.begin(enrollment)
    found.enrollment = enrollment
    prefetch_related_objects([found], *slots_and_rounds())
    return found


def home_of(request, cohort: str) -> Home:
    enrollment = get_object_or_404(enrollments_of(request), cohort__slug=cohort)
    return Home(enrollment, submission_of(enrollment), request.arrived_at, timezone.get_current_timezone_name())


def slot_of(home: Home, key: str) -> Slot:
    for slot in home.slots:
        if slot.required.key == key:
            slot.document.submission = home.submission
            return slot
    raise Http404
