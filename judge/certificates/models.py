"""The register of certificates."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models

from judge.models import Submission


def new_code() -> str:
    return secrets.token_urlsafe(15)


class Certificate(models.Model):
    """One signed credential; it is never changed, only revoked."""

    code = models.CharField(max_length=32, unique=True, default=new_code)
    """Its address: whoever was given it can look at the certificate."""
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="certificates")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="certificates")
    credential = models.JSONField()
    issued_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=300, blank=True)
    """Why it was revoked; everybody who looks at it sees this."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "submission"], name="one_certificate_a_result"),)

    def __str__(self) -> str:
        return f"certificate {self.code}"
