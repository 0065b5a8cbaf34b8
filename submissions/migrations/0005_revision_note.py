"""One note for each row that a revision asks for; the one text of before stays with its round."""

import django.db.models.deletion
from django.db import migrations, models

import microcred.clock


class Migration(migrations.Migration):
    dependencies = [("badges", "0001_initial"), ("submissions", "0004_access_scores")]

    operations = [
        migrations.CreateModel(
            name="RevisionNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField()),
                ("saved_at", models.DateTimeField(default=microcred.clock.now)),
                (
                    "criterion",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="badges.criterion"
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notes", to="submissions.round"
                    ),
                ),
            ],
            options={
                "ordering": ("round", "criterion__document__position", "criterion__position"),
                "constraints": [
                    models.UniqueConstraint(fields=("round", "criterion"), name="one_note_per_row_and_round")
                ],
            },
        ),
        migrations.AlterField(
            model_name="round",
            name="what_changed",
            field=models.TextField(
                blank=True, help_text="In the applicant's words, from when there was one text for all questions."
            ),
        ),
    ]
