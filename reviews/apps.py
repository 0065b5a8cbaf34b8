from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"

    def ready(self):
        """Name the audiences of reminders that only this floor can tell apart, and say who is close to whom."""
        from cohorts import audiences, keeping_clear
        from reviews import conflicts, reminders

        keeping_clear.asks(conflicts.firm)
        audiences.register(reminders.REVIEWERS)
        audiences.register(reminders.LATE_REVIEWS)
