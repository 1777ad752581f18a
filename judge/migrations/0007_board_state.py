import django.db.models.deletion
from django.db import migrations, models

import judge.models.standing


class Migration(migrations.Migration):
    """Its rows are counted, and kept from then on, by judge/board_triggers.py after every `manage.py migrate`."""

    dependencies = [
        ("judge", "0006_merges"),
    ]

    operations = [
        migrations.CreateModel(
            name="BoardState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "board",
                    models.CharField(choices=[(board, board) for board in judge.models.standing.Board], max_length=8),
                ),
                ("teams", models.PositiveIntegerField()),
                ("revision", models.CharField(max_length=36)),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="judge.edition"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("edition", "board"), name="one_state_a_board")],
            },
        ),
    ]
