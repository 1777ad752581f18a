from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("judge", "0004_host_teams"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="standing",
            index=models.Index(fields=["edition", "board", "-achieved_at"], name="board_news"),
        ),
    ]
