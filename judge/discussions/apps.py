"""The Django app of discussions."""

from django.apps import AppConfig


class DiscussionsConfig(AppConfig):
    name = "judge.discussions"
    label = "discussions"
    default_auto_field = "django.db.models.BigAutoField"
