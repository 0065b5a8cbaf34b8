"""Addresses of this floor."""

app_name = "submissions"

urlpatterns: list = []
