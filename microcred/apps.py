from django.apps import AppConfig
from django.db.backends.signals import connection_created


class MicrocredConfig(AppConfig):
    name = "microcred"
    verbose_name = "People and mail"

    def ready(self):
        """Go by the database's clock; only Django knows when it connects."""
        from microcred import timekeeping

        connection_created.connect(timekeeping.hear)
