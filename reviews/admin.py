"""The operator's view of reviews and decisions: to look things up, not to score or decide."""

from django.contrib import admin
from simple_history.admin import SimpleHistoryAdmin

from reviews.calibration.models import Attempt, Sample
from reviews.models import Assignment, Correction, Decision, Review, SavedComment, Score


class LookOnly(admin.ModelAdmin):
    """What the workflow wrote is not edited behind its back."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Assignment)
class AssignmentAdmin(LookOnly):
    list_display = ("submission", "round_number", "reviewer", "role", "assigned_at", "handed_back_at")
    list_filter = ("role", "submission__enrollment__cohort")
    list_select_related = ("submission", "reviewer")
    search_fields = ("=submission__number", "reviewer__last_name")


@admin.register(Review)
class ReviewAdmin(LookOnly):
    list_display = ("assignment", "started_at", "finished_at")
    list_select_related = ("assignment__reviewer", "assignment__submission")


@admin.register(Score)
class ScoreAdmin(LookOnly, SimpleHistoryAdmin):
    list_display = ("review", "criterion", "level", "saved_at")
    list_select_related = ("review__assignment__reviewer", "criterion", "level")


@admin.register(Decision)
class DecisionAdmin(LookOnly):
    list_display = ("submission", "round_number", "outcome", "made_at", "released_at")
    list_filter = ("outcome",)
    list_select_related = ("submission",)


@admin.register(Correction)
class CorrectionAdmin(LookOnly):
    list_display = ("decision", "subject", "sent_at", "sent_by")
    list_select_related = ("decision__submission", "sent_by")


@admin.register(Sample)
class SampleAdmin(LookOnly):
    list_display = ("title", "edition", "made_by", "published_at", "retired_at")
    list_select_related = ("edition__badge", "made_by")


@admin.register(Attempt)
class AttemptAdmin(LookOnly):
    list_display = ("reviewer", "sample", "cohort", "number", "finished_at", "exact", "rows", "passed_at")
    list_filter = ("cohort",)
    list_select_related = ("reviewer", "sample", "cohort")


@admin.register(SavedComment)
class SavedCommentAdmin(admin.ModelAdmin):
    list_display = ("title", "person", "cohort", "criterion")
    list_select_related = ("person", "cohort", "criterion")
