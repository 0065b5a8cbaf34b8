from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("microcred", "0006_one_index_for_the_mail_of_a_cohort"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="dropped_at",
            field=models.DateTimeField(blank=True, help_text="When it was settled that it does not leave.", null=True),
        ),
    ]
