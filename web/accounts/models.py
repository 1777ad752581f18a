"""What an account has beyond Django's own: names of its tokens, and a profile."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class TokenName(models.Model):
    """What a learner calls an API token; one without a name was made by `judge login`."""

    token = models.OneToOneField("knox.AuthToken", on_delete=models.CASCADE, primary_key=True, related_name="label")
    name = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.name


class Profile(models.Model):
    """What a learner shows of themselves; without a row there is nothing and nobody sees it."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="profile"
    )
    is_public = models.BooleanField(default=False)
    shown_name = models.CharField(max_length=80, blank=True)
    """Stands on the profile and on certificates in place of the user name."""
    about = models.CharField(max_length=500, blank=True)
    wants_notices = models.BooleanField(default=True)
    """Whether replies to one's threads are told by e-mail."""

    def __str__(self) -> str:
        return f"profile of {self.user_id}"
