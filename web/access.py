"""Who may use which route: one table, deny by default.

A route that is not here is closed to everybody. The API asks the table through `ByTable`, all other routes through
`DenyByDefault`; tests walk every route of the site against it.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView


class Who(StrEnum):
    ANYBODY = "anybody"
    LEARNER = "learner"
    """Whoever is signed in."""
    TEAMMATE = "teammate"
    """Whoever is signed in gets through the door; judge.history hides what belongs to other teams."""
    STAFF = "staff"


# fmt: off
ROUTES: dict[str, Who] = {
    "health":              Who.ANYBODY,  # for load balancers
    "set_language":        Who.ANYBODY,
    # API: accounts
    "api:sign-up":         Who.ANYBODY,
    "api:login":           Who.ANYBODY,
    "api:logout":          Who.LEARNER,
    "api:me":              Who.LEARNER,
    # API: challenges
    "api:challenges":      Who.ANYBODY,
    "api:challenge":       Who.ANYBODY,
    "api:leaderboard":     Who.ANYBODY,  # ?board=private and ?around=me ask for more: judge.leaderboard decides
    "api:files":           Who.LEARNER,
    "api:file":            Who.LEARNER,
    "api:archive":         Who.LEARNER,
    "api:baseline":        Who.LEARNER,
    "api:kit":             Who.LEARNER,
    "api:answer-format":   Who.LEARNER,
    # API: submissions and teams
    "api:submissions":     Who.LEARNER,
    "api:submission":      Who.TEAMMATE,
    "api:submission-file": Who.TEAMMATE,
    "api:cancel":          Who.TEAMMATE,
    "api:choose":          Who.TEAMMATE,
    "api:team":            Who.LEARNER,
    "api:team-join":       Who.LEARNER,
    "api:team-leave":      Who.LEARNER,
    "api:team-merge":      Who.LEARNER,  # judge.merging asks whether it is the captain
    "api:team-merge-withdraw": Who.LEARNER,  # likewise
    "api:team-merge-accept":   Who.LEARNER,  # likewise
    "api:team-merge-decline":  Who.LEARNER,  # likewise
    # Pages
    "pages:home":          Who.ANYBODY,
    "pages:challenge":     Who.ANYBODY,
    "pages:picture":       Who.ANYBODY,
    "pages:roadmaps":      Who.ANYBODY,
    "pages:roadmap":       Who.ANYBODY,  # who is signed in sees their own progress in it
    "pages:data":          Who.ANYBODY,
    "pages:sample":        Who.ANYBODY,  # what the data page shows, as soon as it shows it
    "pages:board":         Who.ANYBODY,  # ?board=private and ?around=me ask for more: judge.leaderboard decides
    "pages:board-embed":   Who.ANYBODY,
    "pages:board-feed":    Who.ANYBODY,
    "pages:board-csv":     Who.ANYBODY,  # ?board=private likewise
    "pages:board-json":    Who.ANYBODY,  # likewise
    "pages:file":          Who.LEARNER,
    "pages:all-files":     Who.LEARNER,
    "pages:starter":       Who.LEARNER,
    "pages:kit":           Who.LEARNER,
    "pages:notebook":      Who.ANYBODY,  # a notebook server fetches it; it holds nothing but the starter
    "pages:submit":        Who.LEARNER,
    "pages:submissions":   Who.LEARNER,
    "pages:work":          Who.LEARNER,
    "pages:submission":    Who.TEAMMATE,
    "pages:events":        Who.TEAMMATE,
    "pages:replay":        Who.TEAMMATE,
    "pages:replay-json":   Who.TEAMMATE,
    "pages:compare":       Who.TEAMMATE,  # judge.history hides both submissions from other teams
    "pages:cancel":        Who.TEAMMATE,
    "pages:choose":        Who.TEAMMATE,
    "pages:team":          Who.LEARNER,
    "pages:team-create":   Who.LEARNER,
    "pages:team-join":     Who.LEARNER,
    "pages:team-leave":    Who.LEARNER,
    "pages:team-merge":    Who.LEARNER,  # judge.merging asks whether it is the captain
    "pages:team-merge-withdraw": Who.LEARNER,  # likewise
    "pages:team-merge-accept":   Who.LEARNER,  # likewise
    "pages:team-merge-decline":  Who.LEARNER,  # likewise
    "pages:discussions":   Who.ANYBODY,
    "pages:discussion-start": Who.LEARNER,
    "pages:thread":        Who.ANYBODY,
    "pages:reply":         Who.LEARNER,
    "pages:thread-pin":    Who.STAFF,
    "pages:post-report":   Who.LEARNER,
    "pages:post-hide":     Who.STAFF,
    "pages:person":               Who.ANYBODY,  # a private profile does not exist but for its owner
    "pages:certificate":          Who.ANYBODY,  # the code in the address is the permission
    "pages:certificate-json":     Who.ANYBODY,  # likewise
    "pages:certificate-jwt":      Who.ANYBODY,  # likewise
    "pages:certificate-issue":    Who.LEARNER,  # judge.history hides submissions of other teams
    "pages:certificate-revoke":   Who.STAFF,
    "pages:certificate-verify":   Who.ANYBODY,
    "pages:certificates-revoked": Who.ANYBODY,
    "pages:did":                  Who.ANYBODY,
    "pages:jwks":                 Who.ANYBODY,
    # Accounts
    "account":             Who.LEARNER,
    "token-create":        Who.LEARNER,
    "token-delete":        Who.LEARNER,
    "profile-save":        Who.LEARNER,
    "account-export":      Who.LEARNER,
    "account-delete":      Who.LEARNER,
    "account_login":       Who.ANYBODY,
    "account_logout":      Who.ANYBODY,
    "account_signup":      Who.ANYBODY,
    "account_inactive":    Who.ANYBODY,
    "account_reauthenticate":               Who.LEARNER,
    "account_email":                        Who.LEARNER,
    "account_change_password":              Who.LEARNER,
    "account_set_password":                 Who.LEARNER,
    "account_email_verification_sent":      Who.ANYBODY,
    "account_confirm_email":                Who.ANYBODY,  # the key in the address is the permission
    "account_confirm_login_code":           Who.ANYBODY,  # likewise
    "account_reset_password":               Who.ANYBODY,
    "account_reset_password_done":          Who.ANYBODY,
    "account_reset_password_from_key":      Who.ANYBODY,  # likewise
    "account_reset_password_from_key_done": Who.ANYBODY,
    # Accounts: two-factor authentication, and signing in by other sites
    "mfa_index":                     Who.LEARNER,
    "mfa_authenticate":              Who.ANYBODY,  # the second step of signing in: the session is the permission
    "mfa_reauthenticate":            Who.LEARNER,
    "mfa_activate_totp":             Who.LEARNER,
    "mfa_deactivate_totp":           Who.LEARNER,
    "mfa_view_recovery_codes":       Who.LEARNER,
    "mfa_generate_recovery_codes":   Who.LEARNER,
    "mfa_download_recovery_codes":   Who.LEARNER,
    "socialaccount_login_cancelled": Who.ANYBODY,
    "socialaccount_login_error":     Who.ANYBODY,
    "socialaccount_signup":          Who.ANYBODY,  # likewise
    "socialaccount_connections":     Who.LEARNER,
    "github_login":                  Who.ANYBODY,  # 404 unless the environment names the site
    "github_callback":               Who.ANYBODY,
    "openid_connect_login":          Who.ANYBODY,
    "openid_connect_callback":       Who.ANYBODY,
    # The Kaggle-protocol door
    "kaggle:introspect-token":       Who.ANYBODY,  # the token asked about is the permission
    "kaggle:list-competitions":      Who.ANYBODY,
    "kaggle:get-competition":        Who.ANYBODY,
    "kaggle:list-pages":             Who.ANYBODY,
    "kaggle:list-files":             Who.LEARNER,
    "kaggle:download-file":          Who.LEARNER,
    "kaggle:download-files":         Who.LEARNER,
    "kaggle:file":                   Who.LEARNER,
    "kaggle:archive":                Who.LEARNER,
    "kaggle:start-upload":           Who.LEARNER,
    "kaggle:upload":                 Who.ANYBODY,  # the signed key in the address is the permission
    "kaggle:create-submission":      Who.LEARNER,
    "kaggle:create-code-submission": Who.LEARNER,
    "kaggle:list-submissions":       Who.LEARNER,
    "kaggle:get-submission":         Who.LEARNER,  # by a number in the body: judge.history hides those of others
    "kaggle:submission-limits":      Who.LEARNER,
    "kaggle:get-leaderboard":        Who.ANYBODY,  # judge.leaderboard decides which board
    "kaggle:download-leaderboard":   Who.ANYBODY,
    "kaggle:unknown":                Who.ANYBODY,  # answers 404 as JSON
    # API: about itself
    "api:schema":          Who.ANYBODY,
    "api:unknown":         Who.ANYBODY,  # answers 404 as JSON
}
# fmt: on

NAMESPACES: dict[str, Who] = {
    "admin": Who.STAFF,
}
"""Whole namespaces whose routes Django makes by itself; a row of ROUTES goes before."""


def who_may(route: str) -> Who | None:
    """Return who may use a route, by its name with namespace; None when the table does not know it: nobody may."""
    if route in ROUTES:
        return ROUTES[route]
    namespace, _, name = route.rpartition(":")
    return NAMESPACES.get(namespace) if name else None


def allowed(route: str, *, is_signed_in: bool, is_staff: bool) -> bool:
    """Return whether the table lets somebody through the door of a route."""
    match who_may(route):
        case None:
            return False
        case Who.ANYBODY:
            return True
        case Who.LEARNER | Who.TEAMMATE:
            return is_signed_in
        case Who.STAFF:
            return is_signed_in and is_staff


BY_TOKEN = frozenset({"api", "kaggle"})
"""Namespaces whose users come by token, too late for a middleware: every view of theirs asks `ByTable`."""


class ByTable(BasePermission):
    """The table as the permission class of the API and of the Kaggle-protocol door."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        match = request.resolver_match
        route = match.view_name if match else ""
        user = request.user
        return allowed(route, is_signed_in=user.is_authenticated, is_staff=getattr(user, "is_staff", False))


class DenyByDefault:
    """The table as middleware for pages and admin; the API has users of its own, by token."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        if match is None or not BY_TOKEN.isdisjoint(match.namespaces[:1]):
            return None
        if allowed(match.view_name, is_signed_in=request.user.is_authenticated, is_staff=request.user.is_staff):
            return None
        if who_may(match.view_name) is not None and not request.user.is_authenticated:
            if "HX-Request" in request.headers:  # it would put the page to sign in into a part of this one
                return HttpResponse(headers={"HX-Refresh": "true"})
            return redirect_to_login(request.get_full_path())
        raise PermissionDenied
