from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("microcred", "0003_message_thread"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="shows_changes",
            field=models.BooleanField(default=True, verbose_name="changes shown while scoring"),
        ),
    ]
