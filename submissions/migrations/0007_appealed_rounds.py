"""Rounds that were appealed before there was a place to say so: the events know when."""

from django.db import migrations


def from_events(apps, schema_editor):
    appeals = apps.get_model("submissions", "WorkflowEvent").objects.filter(move="appeal").order_by("at", "pk")
    rounds = apps.get_model("submissions", "Round").objects
    for event in appeals.iterator():
        rounds.filter(submission=event.submission_id, number=event.round_number).update(appealed_at=event.at)


class Migration(migrations.Migration):
    dependencies = [("submissions", "0006_round_appealed_at")]

    operations = [migrations.RunPython(from_events, migrations.RunPython.noop, elidable=True)]
