"""The Django app of certificates."""

from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    name = "judge.certificates"
    label = "certificates"
    default_auto_field = "django.db.models.BigAutoField"
