"""The operator's view of people and mail. Mail is read only, and its words stay with those it is for."""

from django.contrib import admin, messages

from microcred import outbox
from microcred.models import Message, User


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    list_display = ("full_name", "email", "zone", "is_active", "is_staff", "mail_bounced_at")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "first_name", "last_name")
    readonly_fields = ("created_at", "last_login")
    exclude = ("password", "groups", "user_permissions")


@admin.register(Message)
class MessageAdmin(admin.ModelAdmin):
    list_display = ("subject", "address", "kind", "cohort_slug", "state", "tries", "due_at", "sent_at")
    list_filter = ("state", "kind")
    search_fields = ("address", "subject", "key")
    date_hierarchy = "due_at"
    exclude = ("text", "html", "attachment")
    actions = ("take_back",)

    @admin.action(description="Never send those that wait")
    def take_back(self, request, queryset):
        many = outbox.take_back(queryset)
        messages.info(request, f"{many} {'mail' if many == 1 else 'mails'} taken back.")

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
