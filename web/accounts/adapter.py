"""How allauth fits in here."""

from __future__ import annotations

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import Http404, HttpRequest

from judge.deployment_keys import derive


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up can be closed by JUDGE_SIGN_UP=false: an operator then makes the accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.SIGN_UP)


class OtherSites(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Signing in by another site, where the environment names one; a site that it does not name does not exist."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return bool(settings.SIGN_UP)

    def get_app(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Any:
        from allauth.socialaccount.models import SocialApp  # models are not ready when allauth imports its adapter

        try:
            return super().get_app(request, provider=provider, client_id=client_id)
        except SocialApp.DoesNotExist:
            raise Http404 from None


class TwoFactor(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps the secrets of authenticator apps encrypted: who steals the database alone can make no codes.

    The key comes from the mint secret, which is never changed; a new secret_key would lock everybody out.
    """

    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _box().decrypt(encrypted_text.encode()).decode()


def _box() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(derive(settings.MINT_SECRET, purpose="two-factor secrets")))
