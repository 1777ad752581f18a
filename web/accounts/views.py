"""The account page and its API tokens."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from knox.models import AuthToken

MOST_TOKENS = 20


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
        messages.error(request, f"You have {MOST_TOKENS} tokens, which are the most; delete one first.")
        return redirect("account")
    _, token = AuthToken.objects.create(user=request.user)
    return _page(request, new_token=token)


@require_POST
def delete_token(request: AccountRequest, token_key: str) -> HttpResponse:
    get_object_or_404(AuthToken, user=request.user, token_key=token_key).delete()
    messages.success(request, f"Token {token_key}… is deleted; whatever used it is signed out.")
    return redirect("account")


def _page(request: AccountRequest, new_token: str | None = None) -> HttpResponse:
    tokens = AuthToken.objects.filter(user=request.user).order_by("-created")
    context = {"tokens": tokens, "new_token": new_token, "now": timezone.now(), "most_tokens": MOST_TOKENS}
    return render(request, "accounts/account.html", context)
