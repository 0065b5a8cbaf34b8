import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import microcred.clock


class Migration(migrations.Migration):
    dependencies = [("cohorts", "0011_letters_called_off"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            "PeopleSearch",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("found", models.PositiveSmallIntegerField(help_text="How many people of the cohort were shown.")),
                ("at", models.DateTimeField(default=microcred.clock.now)),
                (
                    "cohort",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="searches", to="cohorts.cohort"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={"ordering": ("-at", "-pk")},
        ),
    ]
