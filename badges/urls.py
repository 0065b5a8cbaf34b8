"""Addresses of this floor."""

from django.urls import path

from badges import views

app_name = "badges"

urlpatterns = [
    path("badges/<slug:slug>/", views.edition_page, name="edition"),
    path("badges/<slug:slug>/badge.svg", views.edition_image, name="edition_image"),
    path("awards/status/<slug:slug>/<int:number>/", views.status_list, name="status_list"),
    path("awards/<slug:ref>/", views.award_page, name="award"),
    path("awards/<slug:ref>.json", views.award_json, name="award_json"),
    path("awards/<slug:ref>/badge.svg", views.award_file, name="award_file"),
    path("my/badges/", views.my_badges, name="mine"),
    path("my/badges/<slug:ref>/visibility/", views.visibility, name="visibility"),
]
