"""Addresses of this floor."""

app_name = "cohorts"

urlpatterns: list = []
