import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("cohorts", "0010_what_changed_of_settings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "writtenletter",
            "called_off_at",
            models.DateTimeField(blank=True, help_text="What had not left by then never leaves.", null=True),
        ),
        migrations.AddField(
            "writtenletter",
            "called_off_by",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            "writtenletter",
            models.CheckConstraint(
                condition=Q(called_off_at__isnull=True, called_off_by__isnull=True)
                | Q(called_off_at__isnull=False, called_off_by__isnull=False),
                name="written_letter_called_off_who_and_when",
            ),
        ),
    ]
