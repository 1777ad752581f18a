from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("judge", "0003_plots"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="team",
            index=models.Index(condition=models.Q(("is_baseline", True)), fields=["edition"], name="host_teams"),
        ),
    ]
