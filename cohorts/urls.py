"""Addresses of this floor."""

from django.urls import path

from cohorts.views import homes

app_name = "cohorts"

urlpatterns = [
    path("", homes.home, name="home"),
    path("switch/<slug:role>/", homes.switch, name="switch"),
    path("program/", homes.program, name="program"),
]
