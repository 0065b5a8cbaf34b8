from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"

    def ready(self):
        """Name the audiences of reminders that only this floor can tell apart."""
        from cohorts import audiences
        from reviews import reminders

        audiences.register(reminders.REVIEWERS)
        audiences.register(reminders.LATE_REVIEWS)
