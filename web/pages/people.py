"""A learner's profile: public only where its owner wishes it."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from judge import achievements
from judge.errors import Refused


@require_safe
def person(request: HttpRequest, name: str) -> HttpResponse:
    """Return a profile; to everybody but its owner a private one does not exist."""
    user = User.objects.filter(username=name, is_active=True).select_related("profile").first()
    profile = None if user is None else getattr(user, "profile", None)
    is_public = profile is not None and profile.is_public
    if user is None or not (is_public or request.user == user):
        raise Refused("unknown_person", _("Nobody shows a profile here."), status=404)
    context = {
        "person": user,
        "profile": profile,
        "shown_name": (profile.shown_name if profile else "") or user.get_username(),
        "is_public": is_public,
        "achievements": achievements.of_user(user),
    }
    return render(request, "pages/person.html", context)
