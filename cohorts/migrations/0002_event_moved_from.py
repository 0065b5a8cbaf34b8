from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cohorts', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='event',
            name='moved_from',
            field=models.DateTimeField(blank=True, editable=False, help_text='When it would have begun, before people were told otherwise.', null=True),
        ),
    ]
