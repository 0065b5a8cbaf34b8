"""Reviewers see the pictures of an answer, and the question as its file has it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("submissions", "0007_appealed_rounds")]

    operations = [
        migrations.AddField(
            model_name="answer",
            name="asked",
            field=models.TextField(
                blank=True, help_text="The question as it stands in this file, where it was reworded."
            ),
        ),
        migrations.AddField(
            model_name="cleancopy",
            name="pictures",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text="{mark: {type, begins, size_bytes}}: those that a browser can show.",
            ),
        ),
        migrations.AlterField(
            model_name="documentaccess",
            name="form",
            field=models.CharField(
                choices=[
                    ("original", "The file as it came"),
                    ("clean", "The copy for reviewers"),
                    ("text", "What we read in it"),
                    ("pictures", "Pictures in its answers"),
                    ("scores", "What reviewers said of it"),
                ],
                max_length=8,
            ),
        ),
    ]
