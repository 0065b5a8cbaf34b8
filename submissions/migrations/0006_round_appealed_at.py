"""When a round was taken up again after an appeal."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("submissions", "0005_revision_note")]

    operations = [
        migrations.AddField(
            model_name="round",
            name="appealed_at",
            field=models.DateTimeField(blank=True, help_text="Since then others read it again.", null=True),
        ),
    ]
