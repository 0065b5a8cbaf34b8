from django.apps import AppConfig


class MicrocredConfig(AppConfig):
    name = "microcred"
    verbose_name = "People and mail"
