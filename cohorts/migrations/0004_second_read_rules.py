from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cohorts", "0003_staff_task_letter")]

    operations = [
        migrations.AlterField(
            model_name="cohort",
            name="second_read_percent",
            field=models.PositiveSmallIntegerField(default=20, help_text="Of all submissions, drawn by number."),
        ),
        migrations.AddField(
            model_name="cohort",
            name="second_read_near_rows",
            field=models.PositiveSmallIntegerField(
                default=1, help_text="Another reader when no more rows than these are missing to the badge; 0: none."
            ),
        ),
        migrations.AddField(
            model_name="cohort",
            name="second_read_not_awarded",
            field=models.BooleanField(default=True, help_text="Nobody is refused on one reader's word."),
        ),
    ]
