import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import microcred.clock


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0002_decision_read_at"),
        ("submissions", "0007_appealed_rounds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SecondRead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("round_number", models.PositiveSmallIntegerField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("asked", "Asked for"),
                            ("near_pass", "Nearly meets the rubric"),
                            ("not_awarded", "Would not be awarded"),
                        ],
                        max_length=11,
                    ),
                ),
                ("why", models.TextField(blank=True)),
                ("asked_at", models.DateTimeField(default=microcred.clock.now)),
                (
                    "asked_by",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: the rule.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="second_reads",
                        to="submissions.submission",
                    ),
                ),
            ],
            options={
                "ordering": ("asked_at", "pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", "asked"), _negated=True), ("asked_by__isnull", False), _connector="OR"
                        ),
                        name="second_read_asked_by_somebody",
                    )
                ],
            },
        ),
    ]
