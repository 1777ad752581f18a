"""One's own data: everything as a zip, and the end of the account."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.admin.models import LogEntry
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db.models import Q
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe
from rest_framework.request import Request
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from judge import departures
from judge.errors import Refused
from judge.models import Team
from web.accounts.export import archive
from web.accounts.views import AccountRequest


class ExportThrottle(UserRateThrottle):
    """A zip of everything is work."""

    scope = "export"


class DeleteThrottle(UserRateThrottle):
    """Whoever finds a browser signed in shall not guess the password there."""

    scope = "delete-account"


@never_cache
@require_safe
def export(request: AccountRequest) -> StreamingHttpResponse:
    """Return everything that the site keeps about oneself, and the files one handed in, made while it is sent."""
    _slow_down(request, ExportThrottle())
    headers = {"Content-Disposition": 'attachment; filename="my-data.zip"'}
    return StreamingHttpResponse(archive(request.user), content_type="application/zip", headers=headers)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: AccountRequest) -> HttpResponse:
    """Return what deletion means, or delete the account for whoever gives its password."""
    if request.method != "POST":
        return render(request, "accounts/delete.html")
    _slow_down(request, DeleteThrottle())
    user = request.user
    if not user.check_password(request.POST.get("password", "")):
        error = _("This is not your password; nothing was deleted.")
        return render(request, "accounts/delete.html", {"error": error}, status=403)
    user = User.objects.get(pk=user.pk)  # the plain row: what the session holds is a lazy one
    pk = user.pk
    teams = list(Team.objects.filter(Q(captain=user) | Q(memberships__user=user)).values_list("pk", flat=True))
    departures.depart(user)
    logout(request)
    _forget_sessions(pk)
    _forget_in_the_log(pk, teams)
    messages.success(request, _("Your account is deleted."))
    return redirect("pages:home")


def _slow_down(request: AccountRequest, throttle: UserRateThrottle) -> None:
    if not throttle.allow_request(cast(Request, request), APIView()):
        minutes = (throttle.wait() or 60) / 60
        sentence = _("That was often enough for now; try again in %.0f minutes.") % max(minutes, 1)
        raise Refused("throttled", sentence, status=429)


def _forget_sessions(user_id: int) -> None:
    """Delete the account's other sessions: they hold the name or address it signed in by."""
    theirs = [row.pk for row in Session.objects.iterator() if row.get_decoded().get("_auth_user_id") == str(user_id)]
    Session.objects.filter(pk__in=theirs).delete()


def _forget_in_the_log(user_id: int, teams: list[int]) -> None:
    """Take names out of what operators did with the account and its teams."""
    about_user = Q(content_type=ContentType.objects.get_for_model(User), object_id=str(user_id))
    of_teams = Q(content_type=ContentType.objects.get_for_model(Team), object_id__in=[str(pk) for pk in teams])
    LogEntry.objects.filter(about_user | of_teams).update(object_repr=departures.GHOST, change_message="")
