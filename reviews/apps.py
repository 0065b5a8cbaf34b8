from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"

    def ready(self):
        """Tell the floors below what only this one knows: audiences, who is close to whom, what follows an edition."""
        from badges import editions
        from cohorts import audiences, keeping_clear
        from reviews import conflicts, reminders
        from reviews.calibration import carrying

        editions.follow_with(carrying.carry)
        keeping_clear.asks(conflicts.firm)
        audiences.register(reminders.REVIEWERS)
        audiences.register(reminders.LATE_REVIEWS)
