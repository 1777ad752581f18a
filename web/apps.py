"""The Django app of the faces: templates, tags, admin."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "web"
