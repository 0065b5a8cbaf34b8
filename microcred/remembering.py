"""Rows whose changes are kept: who, when, from what to what. For settings that no workflow writes down."""

from datetime import datetime

from django.db import models
from simple_history.models import HistoricalRecords

from microcred import clock


class Remembered(models.Model):
    """A row of which every save and its removal are kept under `history`, at the time of the clock of the house."""

    history = HistoricalRecords(inherit=True)

    class Meta:
        abstract = True

    @property
    def _history_date(self) -> datetime:
        return clock.now()
