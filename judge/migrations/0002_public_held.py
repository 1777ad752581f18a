from django.db import migrations, models

import judge.verdicts


class Migration(migrations.Migration):
    dependencies = [
        ("judge", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="submission",
            name="public_held",
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name="event",
            name="step",
            field=models.CharField(
                choices=[
                    (judge.verdicts.Step["QUEUED"], judge.verdicts.Step["QUEUED"]),
                    (judge.verdicts.Step["CLAIMED"], judge.verdicts.Step["CLAIMED"]),
                    (judge.verdicts.Step["WAITING_FOR_GPU"], judge.verdicts.Step["WAITING_FOR_GPU"]),
                    (judge.verdicts.Step["STAGING"], judge.verdicts.Step["STAGING"]),
                    (judge.verdicts.Step["EXECUTING"], judge.verdicts.Step["EXECUTING"]),
                    (judge.verdicts.Step["SCORING"], judge.verdicts.Step["SCORING"]),
                    (judge.verdicts.Step["FINISHED"], judge.verdicts.Step["FINISHED"]),
                    (judge.verdicts.Step["RETRYING"], judge.verdicts.Step["RETRYING"]),
                    (judge.verdicts.Step["CANCEL_ASKED"], judge.verdicts.Step["CANCEL_ASKED"]),
                ],
                max_length=24,
            ),
        ),
    ]
