import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("judge", "0005_board_news"),
    ]

    operations = [
        migrations.CreateModel(
            name="MergeProposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "invited",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="merges_offered", to="judge.team"
                    ),
                ),
                (
                    "proposer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="merge_proposed", to="judge.team"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("proposer", models.F("invited")), _negated=True),
                        name="nobody_merges_with_themselves",
                    )
                ],
            },
        ),
    ]
