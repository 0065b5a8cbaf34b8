from django.apps import AppConfig


class CohortsConfig(AppConfig):
    name = "cohorts"

    def ready(self):
        """Tell the ground who holds mail back and looks at reminders again, and name this floor's audience."""
        from cohorts import audiences, last_look
        from cohorts.models import Cohort
        from microcred import outbox

        outbox.hold_back(lambda: Cohort.objects.filter(sending_paused_at__isnull=False).values("slug"))
        outbox.look_again_with(last_look.look)
        audiences.register(audiences.EXPECTED)
