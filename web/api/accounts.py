"""Sign-up, login, logout, and who am I; the accounts themselves are those of the pages (allauth)."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.account.forms import SignupForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from knox.auth import TokenAuthentication
from knox.models import AuthToken
from rest_framework.exceptions import ValidationError as InvalidFields
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from judge import catalogue
from judge.errors import Refused
from web.access import ByTable
from web.api.base import View, answers, learner
from web.api.errors import Problem
from web.api.shapes import LoginShape, MeShape, SignUpShape, TokenShape

ACCOUNT_CLOSED_FOR = timedelta(minutes=5)
"""After five failed tries: the longest of allauth's default limits."""


class SignUp(View):
    permission_classes = (ByTable, AllowAny)
    authentication_classes = ()
    throttle_scope = "sign-up"

    @extend_schema(
        operation_id="sign_up", request=SignUpShape, responses=answers({201: TokenShape}, 400, 403, 409, 429)
    )
    def post(self, request: Request) -> Response:
        """Make an account and return its first token."""
        if not settings.SIGN_UP:
            raise Refused("sign_up_closed", "This server takes no new accounts; ask whoever runs it.", status=403)
        given = _valid(SignUpShape(data=request.data))
        password = given["password"]
        form = SignupForm(
            {
                "username": given["username"],
                "email": given.get("email", ""),
                "password1": password,
                "password2": password,
            }
        )
        if not form.is_valid():
            errors = form.errors.get_json_data()
            raise Problem(
                "invalid_input",
                "Some fields do not fit; every one is listed.",
                findings=[
                    {"code": e["code"] or "invalid", "message": e["message"], "column": name.removesuffix("1")}
                    for name, found in errors.items()
                    for e in found
                ],
            )
        if form.account_already_exists:
            raise Refused("email_taken", "There is an account with this e-mail address; log in instead.")
        return _token_for(form.save(request._request), status=201)


class Login(View):
    permission_classes = (ByTable, AllowAny)
    authentication_classes = ()
    throttle_scope = "login"

    @extend_schema(operation_id="login", request=LoginShape, responses=answers({200: TokenShape}, 400, 401, 429))
    def post(self, request: Request) -> Response:
        """Return a token for a user name (or e-mail address) and a password."""
        given = _valid(LoginShape(data=request.data))
        try:
            user = get_adapter().authenticate(request._request, username=given["username"], password=given["password"])
        except ValidationError as error:  # allauth's own limit: failed tries against one account
            sentence = "Too many failed tries with this account; wait five minutes."
            raise Refused("throttled", sentence, status=429, retry_at=timezone.now() + ACCOUNT_CLOSED_FOR) from error
        if user is None or not user.is_active:  # allauth returns closed accounts too
            raise Problem("wrong_credentials", "User name and password do not belong together.", status=401)
        _check_second_factor(user, given.get("code"))
        return _token_for(user, status=200)


class Logout(View):
    authentication_classes = (TokenAuthentication,)

    @extend_schema(operation_id="logout", request=None, responses=answers({204: None}, 401))
    def post(self, request: Request) -> Response:
        """End the token that the request carries."""
        if isinstance(request.auth, AuthToken):
            request.auth.delete()
        return Response(status=204)


class Me(View):
    @extend_schema(operation_id="me", responses=answers({200: MeShape}, 401))
    def get(self, request: Request) -> Response:
        """Return who is signed in, with the teams and ranks in live challenges."""
        user = learner(request)
        teams = [
            {"challenge": entry.edition.slug, "team": entry.team.name, "rank": entry.rank}
            for entry in catalogue.entries(user)
            if entry.team is not None
        ]
        body = {"username": user.get_username(), "email": user.email, "is_staff": user.is_staff, "teams": teams}
        return Response(MeShape(body).data)


def _check_second_factor(user: User, code: str | None) -> None:
    """Raise Problem or Refused unless the account has no second factor, or the code proves it."""
    if not is_mfa_enabled(user):
        return
    if code is None:
        sentence = (
            "This account has two-factor authentication: send a `code` too, or make a token on the account page and "
            "log in with it as JUDGE_TOKEN."
        )
        raise Problem("second_factor_needed", sentence, status=401)
    form = AuthenticateForm(user=user, data={"code": code})
    if form.is_valid():
        form.authenticator.record_usage()
    elif form.has_error("code", "too_many_login_attempts"):
        sentence = "Too many failed tries with this account; wait five minutes."
        raise Refused("throttled", sentence, status=429, retry_at=timezone.now() + ACCOUNT_CLOSED_FOR)
    else:
        raise Problem("wrong_code", "This code is not right, or it was used before.", status=401)


def _valid(shape: SignUpShape | LoginShape) -> dict[str, str]:
    shape.is_valid(raise_exception=True)
    if not isinstance(shape.validated_data, dict):
        raise InvalidFields("expected an object")
    return shape.validated_data


def _token_for(user: User, *, status: int) -> Response:
    row, token = AuthToken.objects.create(user)
    body = {"token": token, "expiry": row.expiry, "username": user.get_username()}
    return Response(TokenShape(body).data, status=status, headers={"Cache-Control": "no-store"})
