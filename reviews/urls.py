"""Addresses of this floor."""

from django.urls import path

from reviews.views import assigning, finishing, queue, reading, scoring

app_name = "reviews"

reviewing = [
    path("review/", queue.queue, name="queue"),
    path("review/done/", queue.done, name="done"),
    path("review/comments/", queue.comments, name="comments"),
    path("review/comments/<int:pk>/delete/", queue.delete_comment, name="delete_comment"),
    path("review/<int:number>/", scoring.sheet, name="scoring"),
    path("review/<int:number>/q/<int:question>/", scoring.save_question, name="save_question"),
    path("review/<int:number>/documents/<slug:slot>/", reading.document, name="document"),
    path("review/<int:number>/files/<slug:slot>/", reading.file, name="file"),
    path("review/<int:number>/finish/", finishing.finish, name="finish"),
    path("review/<int:number>/reopen/", finishing.reopen, name="reopen"),
    path("review/<int:number>/conflict/", finishing.conflict, name="conflict"),
    path("cohorts/<slug:cohort>/reviews/", assigning.table, name="assigning"),
    path("cohorts/<slug:cohort>/reviews/plan/", assigning.plan, name="plan"),
    path("cohorts/<slug:cohort>/reviews/<int:number>/", assigning.change, name="change_reader"),
]

urlpatterns = [*reviewing]
