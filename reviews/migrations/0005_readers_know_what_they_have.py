from django.db import migrations
from django.db.models import Exists, F, OuterRef


def tell_of_nothing_again(apps, schema_editor):
    """Readers were written to of every round that has come in; of one still to come they hear when it does."""
    rounds = apps.get_model("submissions", "Round").objects.filter(
        submission=OuterRef("submission"), number=OuterRef("round_number"), submitted_at__isnull=False
    )
    known = apps.get_model("reviews", "Assignment").objects.filter(Exists(rounds), told_at=None)
    known.update(told_at=F("assigned_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0004_conflicts_declared_beforehand"),
    ]

    operations = [migrations.RunPython(tell_of_nothing_again, migrations.RunPython.noop)]
