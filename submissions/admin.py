"""The admin site of the operator: to look things up. States and files change by the workflow only."""

from django.contrib import admin

from submissions.models import Document, Receipt, Round, Submission, Version, WorkflowEvent


class ReadOnly(admin.ModelAdmin):
    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class Rows(admin.TabularInline):
    extra = 0
    can_delete = False

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class EventRows(Rows):
    model = WorkflowEvent


class RoundRows(Rows):
    model = Round
    fields = ("number", "opened_at", "due_on", "submitted_at", "is_late", "frozen_at")


class VersionRows(Rows):
    model = Version
    fields = ("number", "round_number", "received_name", "verdict", "tries", "arrived_at", "checked_at")


@admin.register(Submission)
class SubmissionAdmin(ReadOnly):
    list_display = ("short_number", "reference", "enrollment", "state")
    list_filter = ("state", "enrollment__cohort")
    list_select_related = ("enrollment__person", "enrollment__cohort")
    search_fields = ("reference", "enrollment__person__last_name", "enrollment__person__email")
    inlines = (RoundRows, EventRows)


@admin.register(Document)
class DocumentAdmin(ReadOnly):
    list_display = ("submission", "required")
    list_select_related = ("submission", "required")
    search_fields = ("submission__reference",)
    inlines = (VersionRows,)


@admin.register(Receipt)
class ReceiptAdmin(ReadOnly):
    list_display = ("ref", "received_at", "is_late")
    search_fields = ("ref",)
