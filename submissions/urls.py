"""Addresses of this floor."""

from django.urls import path

from submissions.views import by_hand, directions, documents, handing_in, hinting, home, records

app_name = "submissions"

urlpatterns = [
    path("my/", home.cohorts, name="cohorts"),
    path("my/<slug:cohort>/", home.home, name="home"),
    path("my/<slug:cohort>/directions/", directions.directions, name="directions"),
    path("my/<slug:cohort>/documents/", documents.documents, name="documents"),
    path("my/<slug:cohort>/documents/<slug:slot>/", documents.document, name="document"),
    path("my/<slug:cohort>/documents/<slug:slot>/hint/", hinting.hint, name="hint"),
    path("my/<slug:cohort>/documents/<slug:slot>/template/", documents.template, name="template"),
    path("my/<slug:cohort>/documents/<slug:slot>/answers/", documents.answers, name="answers"),
    path("my/<slug:cohort>/documents/<slug:slot>/rename/", documents.rename, name="rename"),
    path("my/<slug:cohort>/documents/<slug:slot>/keep/", documents.keep, name="keep"),
    path("my/<slug:cohort>/documents/<slug:slot>/let-go/", documents.let_go, name="let_go"),
    path("my/<slug:cohort>/documents/<slug:slot>/move/<slug:to>/", documents.move, name="move"),
    path("my/<slug:cohort>/documents/<slug:slot>/versions/<int:number>/", documents.version, name="version"),
    path("my/<slug:cohort>/documents/<slug:slot>/versions/<int:number>/again/", documents.use_again, name="use_again"),
    path("my/<slug:cohort>/submit/", handing_in.submit, name="submit"),
    path("my/<slug:cohort>/receipts/<slug:ref>/", handing_in.receipt, name="receipt"),
    path("my/<slug:cohort>/withdraw/", handing_in.withdraw, name="withdraw"),
    path("my/<slug:cohort>/reinstate/", handing_in.reinstate, name="reinstate"),
    path("account/readers/", records.opened, name="readers"),
    path("cohorts/<slug:cohort>/files/<int:pk>/", by_hand.show, name="by_hand"),
    path("cohorts/<slug:cohort>/files/<int:pk>/looked-at/", by_hand.looked_at, name="looked_at"),
    path("cohorts/<slug:cohort>/files/<int:pk>/another/", by_hand.ask_for_another, name="ask_for_another"),
    path("documents/<int:pk>/file/", documents.file, name="file"),
    path("documents/<int:pk>/copy/", documents.copy, name="copy"),
    path("documents/<int:pk>/pictures/<slug:mark>/", documents.picture, name="picture"),
]
