"""Addresses of this floor."""

app_name = "reviews"

urlpatterns: list = []
