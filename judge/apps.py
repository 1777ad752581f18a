"""The Django app of the judge's tables."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class JudgeConfig(AppConfig):
    name = "judge"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from judge import board_triggers

        pre_migrate.connect(board_triggers.before_migrations, sender=self)
        post_migrate.connect(board_triggers.after_migrations, sender=self)
