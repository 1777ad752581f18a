from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("judge", "0002_public_held"),
    ]

    operations = [
        migrations.AddField(
            model_name="submission",
            name="plots",
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
