"""The operator's view of cohorts: to look things up, and to put right what pages do not reach."""

from django.contrib import admin

from cohorts.models import (
    Attendance,
    Cohort,
    Enrollment,
    Event,
    Reminder,
    RosterImport,
    StaffMembership,
    StaffNote,
    StaffTask,
    WrittenLetter,
)


class StaffInline(admin.TabularInline):
    model = StaffMembership
    extra = 0
    autocomplete_fields = ("person",)


class EventInline(admin.TabularInline):
    model = Event
    extra = 0
    fields = ("kind", "number", "title", "on", "starts", "ends", "where")


@admin.register(Cohort)
class CohortAdmin(admin.ModelAdmin):
    list_display = ("name", "slug", "edition", "zone", "opened_at", "closed_at")
    list_select_related = ("edition__badge",)
    search_fields = ("name", "slug")
    autocomplete_fields = ("opened_by", "closed_by", "sending_paused_by")
    inlines = (StaffInline, EventInline)


@admin.register(Enrollment)
class EnrollmentAdmin(admin.ModelAdmin):
    list_display = ("person", "cohort", "organization", "invited_at", "joined_at", "extended_until", "withdrawn_at")
    list_filter = ("cohort",)
    list_select_related = ("person", "cohort")
    search_fields = ("person__email", "person__first_name", "person__last_name")
    autocomplete_fields = ("cohort", "person", "invited_by", "extended_by", "withdrawn_by", "moved_to")


@admin.register(Reminder)
class ReminderAdmin(admin.ModelAdmin):
    list_display = ("key", "cohort", "event_kind", "days", "at", "audience", "is_on")
    list_filter = ("cohort", "is_on")
    list_select_related = ("cohort",)


@admin.register(StaffTask)
class StaffTaskAdmin(admin.ModelAdmin):
    list_display = ("sentence", "cohort", "kind", "created_at", "done_at")
    list_filter = ("cohort", "kind")
    list_select_related = ("cohort",)
    autocomplete_fields = ("cohort", "enrollment", "done_by")


@admin.register(Attendance)
class AttendanceAdmin(admin.ModelAdmin):
    list_display = ("enrollment", "event", "status", "minutes", "note", "recorded_at")
    list_filter = ("status",)
    list_select_related = ("enrollment__person", "enrollment__cohort", "event")
    autocomplete_fields = ("enrollment", "recorded_by")
    raw_id_fields = ("event",)


@admin.register(StaffNote)
class StaffNoteAdmin(admin.ModelAdmin):
    list_display = ("enrollment", "written_at", "written_by", "struck_at")
    list_select_related = ("enrollment__person", "enrollment__cohort", "written_by")
    autocomplete_fields = ("enrollment", "written_by", "struck_by")


@admin.register(WrittenLetter)
class WrittenLetterAdmin(admin.ModelAdmin):
    list_display = ("subject", "cohort", "reached", "due_at", "written_by", "called_off_at")
    list_filter = ("cohort",)
    list_select_related = ("cohort", "written_by")
    autocomplete_fields = ("cohort", "written_by", "called_off_by")


@admin.register(RosterImport)
class RosterImportAdmin(admin.ModelAdmin):
    list_display = ("cohort", "begun_at", "begun_by", "done_at", "done_by", "undone_at", "undone_by")
    list_filter = ("cohort",)
    list_select_related = ("cohort", "begun_by", "done_by", "undone_by")
    autocomplete_fields = ("cohort", "begun_by", "done_by", "undone_by")
