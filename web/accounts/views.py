"""The account page: its API tokens, its profile."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from knox.models import AuthToken

from judge.certificates.models import Certificate
from web.accounts.models import Profile, TokenName

MOST_TOKENS = 20
LIFETIMES_DAYS = (7, 30, 90, 365)
USUAL_LIFETIME_DAYS = 90
NAME_MAX = 60
SHOWN_NAME_MAX = 80
ABOUT_MAX = 500


class AccountRequest(HttpRequest):
    """A request behind login_required."""

    user: User


@never_cache
@require_safe
def account(request: AccountRequest) -> HttpResponse:
    """Return one's own account with its API tokens."""
    return _page(request)


@never_cache
@require_POST
def create_token(request: AccountRequest) -> HttpResponse:
    """Return the page with a new token, the only time it is shown: the database keeps its digest only."""
    if AuthToken.objects.filter(user=request.user).count() >= MOST_TOKENS:
        messages.error(request, _("You have %d tokens, which are the most; delete one first.") % MOST_TOKENS)
        return redirect("account")
    days = request.POST.get("days", str(USUAL_LIFETIME_DAYS))
    if days not in map(str, LIFETIMES_DAYS):
        messages.error(request, _("A token lasts 7, 30, 90 or 365 days."))
        return redirect("account")
    name = " ".join(request.POST.get("name", "").split())
    if len(name) > NAME_MAX:
        messages.error(request, _("A token's name has at most %d characters.") % NAME_MAX)
        return redirect("account")
    with transaction.atomic():
        row, token = AuthToken.objects.create(user=request.user, expiry=timedelta(days=int(days)))
        TokenName.objects.create(token=row, name=name or _("Token"))
    return _page(request, new_token=token)


@require_POST
def delete_token(request: AccountRequest, token_key: str) -> HttpResponse:
    get_object_or_404(AuthToken, user=request.user, token_key=token_key).delete()
    messages.success(request, _("Token %s… is deleted; whatever used it is signed out.") % token_key)
    return redirect("account")


@require_POST
def save_profile(request: AccountRequest) -> HttpResponse:
    """Keep what the learner shows of themselves, and to whom."""
    shown_name = " ".join(request.POST.get("shown_name", "").split())
    about = request.POST.get("about", "").strip()
    if len(shown_name) > SHOWN_NAME_MAX or len(about) > ABOUT_MAX:
        sentence = _("A name has at most %(name)d characters, the text about you %(about)d; nothing was saved.")
        messages.error(request, sentence % {"name": SHOWN_NAME_MAX, "about": ABOUT_MAX})
        return redirect("account")
    fields = {
        "shown_name": shown_name,
        "about": about,
        "is_public": request.POST.get("is_public") == "yes",
        "wants_notices": request.POST.get("wants_notices") == "yes",
    }
    Profile.objects.update_or_create(user=request.user, defaults=fields)
    public = _("Your profile is saved; everybody can see it.")
    messages.success(request, public if fields["is_public"] else _("Your profile is saved; only you can see it."))
    return redirect("account")


def _page(request: AccountRequest, new_token: str | None = None) -> HttpResponse:
    tokens = AuthToken.objects.filter(user=request.user).select_related("label").order_by("-created")
    context = {
        "tokens": tokens,
        "new_token": new_token,
        "now": timezone.now(),
        "most_tokens": MOST_TOKENS,
        "lifetimes": [(days, ngettext("%d day", "%d days", days) % days) for days in LIFETIMES_DAYS],
        "usual_lifetime": USUAL_LIFETIME_DAYS,
        "certificates": Certificate.objects.filter(user=request.user).order_by("-pk"),
        "profile": Profile.objects.filter(user=request.user).first(),
        "other_sites": bool(settings.SOCIALACCOUNT_PROVIDERS),
    }
    return render(request, "accounts/account.html", context)
