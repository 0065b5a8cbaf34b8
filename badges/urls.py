"""Addresses of this floor."""

app_name = "badges"

urlpatterns: list = []
