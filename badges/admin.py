"""The badges floor for the operator. What a cohort relies on can be looked at, not changed."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db import models
from django.forms import ModelChoiceField

from badges.models import (
    Activity,
    Award,
    Badge,
    Competency,
    Criterion,
    Domain,
    Edition,
    Framework,
    Letter,
    Level,
    Program,
    Prompt,
    RequiredDocument,
)

LINKS_ARE_HTTPS: Mapping[type[models.Field], Mapping[str, Any]] = {models.URLField: {"assume_scheme": "https"}}


class ReadOnly:
    """Looked at by the operator; written by the code alone."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class FreezesWithEdition(admin.options.BaseModelAdmin):
    """Open to change as long as the edition is."""

    def edition_of(self, row):
        return row.edition

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and not self.is_frozen(obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not self.is_frozen(obj)

    def is_frozen(self, row):
        """Of a row, or of the row that an inline hangs on."""
        if row is None:
            return False
        edition = row if isinstance(row, Edition) else self.edition_of(row)
        return edition.is_frozen


class FreezingInline(FreezesWithEdition, admin.options.InlineModelAdmin):
    extra = 0

    def has_add_permission(self, request, obj=None):
        return super().has_add_permission(request, obj) and not self.is_frozen(obj)


@admin.register(Program)
class ProgramAdmin(admin.ModelAdmin):
    list_display = ("name", "url", "email")
    formfield_overrides = LINKS_ARE_HTTPS


class CompetencyInline(admin.TabularInline):
    model = Competency
    extra = 0


@admin.register(Domain)
class DomainAdmin(admin.ModelAdmin):
    list_display = ("name", "framework")
    list_select_related = ("framework",)
    inlines = (CompetencyInline,)


@admin.register(Framework)
class FrameworkAdmin(admin.ModelAdmin):
    list_display = ("name", "version")


@admin.register(Badge)
class BadgeAdmin(admin.ModelAdmin):
    list_display = ("name", "level", "kind", "program")
    list_select_related = ("program",)
    list_filter = ("kind", "program")
    filter_horizontal = ("parts", "related")


class ActivityInline(FreezingInline, admin.StackedInline):
    model = Activity
    formfield_overrides = LINKS_ARE_HTTPS

    def get_formset(self, request, obj=None, **kwargs):
        """Only documents of the same edition can end an activity."""
        formset = super().get_formset(request, obj, **kwargs)
        field = formset.form.base_fields.get("document")
        if isinstance(field, ModelChoiceField):
            field.queryset = RequiredDocument.objects.filter(edition=obj)
        return formset


class DocumentInline(FreezingInline, admin.TabularInline):
    model = RequiredDocument
    fields = ("key", "title", "short_title", "is_scored", "position")
    show_change_link = True


class LetterInline(FreezingInline, admin.StackedInline):
    model = Letter


@admin.register(Edition)
class EditionAdmin(FreezesWithEdition, admin.ModelAdmin):
    list_display = ("__str__", "slug", "term", "frozen_at")
    list_select_related = ("badge",)
    list_filter = ("badge", "term")
    readonly_fields = ("frozen_at", "succeeds", "created_at")
    filter_horizontal = ("competencies",)
    inlines = (DocumentInline, ActivityInline, LetterInline)


class PromptInline(FreezingInline, admin.StackedInline):
    model = Prompt


@admin.register(RequiredDocument)
class DocumentAdmin(FreezesWithEdition, admin.ModelAdmin):
    list_display = ("title", "edition", "is_scored")
    list_select_related = ("edition__badge",)
    list_filter = ("edition",)
    inlines = (PromptInline,)


class LevelInline(FreezingInline, admin.TabularInline):
    model = Level

    def edition_of(self, row):
        return row.document.edition


@admin.register(Criterion)
class CriterionAdmin(FreezesWithEdition, admin.ModelAdmin):
    list_display = ("title", "document", "prompt")
    list_select_related = ("document", "prompt")
    list_filter = ("document__edition",)
    inlines = (LevelInline,)

    def edition_of(self, row):
        return row.document.edition


@admin.register(Award)
class AwardAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("name", "edition", "issued_at", "visibility", "revoked_at")
    list_select_related = ("edition__badge",)
    list_filter = ("edition", "visibility")
    search_fields = ("name", "ref")
    date_hierarchy = "issued_at"
