"""Saved comments: a reviewer's own, and those that the cohort's team shares with everybody."""

from django.contrib import messages
from django.core import serializers
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from cohorts.models import Cohort
from microcred import clock
from reviews.comment_forms import SavedCommentForm
from reviews.forms import cohorts_reviewed_by
from reviews.models import SavedComment
from reviews.views.own import only_for_reviewers

DELETED = "deleted_comment"  # where the session keeps the last one, to be put back


def comments(request):
    """What one can use, and what one's reviewers keep for themselves; POST adds one."""
    cohorts, run = _cohorts(request.user)
    form = SavedCommentForm(request.POST or None, cohorts=cohorts, instance=SavedComment(person=request.user))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, f"Saved. “{form.instance.title}” stands under the comment while you score.")
        return redirect("reviews:comments")
    seen = SavedComment.objects.usable_by(request.user) | SavedComment.objects.filter(cohort__in=run)
    kept = list(seen.filter(cohort__in=cohorts).select_related("criterion", "cohort", "person"))
    page = {
        "form": form,
        "own": [one for one in kept if one.person_id == request.user.pk],
        "shared": [one for one in kept if one.is_shared and one.person_id != request.user.pk],
        "others": [one for one in kept if not one.is_shared and one.person_id != request.user.pk],
        "run": run,
        "cohorts": cohorts,
        "deleted": "deleted" in request.GET and DELETED in request.session,
    }
    return render(request, "reviews/comments.html", page, status=422 if form.errors else 200)


def _cohorts(person) -> tuple:
    """Those whose comments they use or look after, and which of them they run. Queries: two, and one for a stranger."""
    run = set(Cohort.objects.run_by(person).values_list("pk", flat=True))
    if not run:
        only_for_reviewers(person)
    reviewed = cohorts_reviewed_by(person).values("pk")
    return Cohort.objects.filter(Q(pk__in=run) | Q(pk__in=reviewed)).order_by("-pk"), run


def edit_comment(request, pk):
    """Other words for a comment. What was written with it before stays as it is."""
    comment = get_object_or_404(SavedComment.objects.editable_by(request.user), pk=pk)
    cohorts, _ = _cohorts(request.user)
    form = SavedCommentForm(request.POST or None, cohorts=cohorts, instance=comment)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved. Comments you already wrote with it stay as they are.")
        return redirect("reviews:comments")
    return render(
        request, "reviews/comment.html", {"form": form, "comment": comment}, status=422 if form.errors else 200
    )


@require_POST
def delete_comment(request, pk):
    """Away with it; the session keeps it, so that it can come back."""
    comment = get_object_or_404(SavedComment.objects.editable_by(request.user), pk=pk)
    request.session[DELETED] = serializers.serialize("json", [comment])
    comment.delete()
    return redirect(f"{reverse('reviews:comments')}?deleted=1")


@require_POST
def restore_comment(request):
    """Undo the last deletion."""
    if DELETED not in request.session:
        raise Http404
    for kept in serializers.deserialize("json", request.session.pop(DELETED)):
        kept.save()
        messages.success(request, f"“{kept.object.title}” is back.")
    return redirect("reviews:comments")


@require_POST
def share_comment(request, pk):
    """An admin gives a reviewer's comment to all reviewers of the cohort, or takes it from the others again."""
    run = Cohort.objects.run_by(request.user)
    comment = get_object_or_404(SavedComment.objects.exclude(person=None), pk=pk, cohort__in=run)
    if request.POST.get("share") == "no":
        comment.shared_at = comment.shared_by = None
        said = f"“{comment}” is {comment.person}'s alone again."
    else:
        comment.shared_at, comment.shared_by = clock.now(), request.user
        said = f"Every reviewer of {comment.cohort} has “{comment}” now."
    comment.save(update_fields=["shared_at", "shared_by"])
    messages.success(request, said)
    return redirect("reviews:comments")
