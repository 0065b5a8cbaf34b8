from django.db import migrations, models

WHY = {
    "blank": True,
    "help_text": "Why the level changed in a review opened again; for staff.",
    "max_length": 300,
}


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0005_readers_know_what_they_have"),
    ]

    operations = [
        migrations.AddField(
            model_name="review",
            name="reopened_at",
            field=models.DateTimeField(blank=True, help_text="When it was first opened again.", null=True),
        ),
        migrations.AddField(
            model_name="score",
            name="why",
            field=models.CharField(default="", **WHY),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="historicalscore",
            name="why",
            field=models.CharField(default="", **WHY),
            preserve_default=False,
        ),
    ]
