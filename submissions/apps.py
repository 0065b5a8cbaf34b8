from django.apps import AppConfig


class SubmissionsConfig(AppConfig):
    name = "submissions"

    def ready(self):
        """Name the audiences of reminders that only this floor can tell apart."""
        from cohorts import audiences
        from submissions import reminders

        audiences.register(reminders.NOT_SUBMITTED)
        audiences.register(reminders.REVISING)
