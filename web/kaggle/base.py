"""What all views of the door share: one way in, one shape of errors, who is asking."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from rest_framework.authentication import BaseAuthentication
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from web.access import ByTable
from web.kaggle.errors import handle
from web.kaggle.keys import KaggleKey


class AlwaysJson(DefaultContentNegotiation):
    """Errors are JSON whatever is asked for."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return JSONRenderer(), "application/json"


class View(APIView):
    """Base of every view."""

    authentication_classes: Sequence[type[BaseAuthentication]] = (KaggleKey,)
    permission_classes: Sequence[type[BasePermission]] = (ByTable,)
    parser_classes: Sequence[type[BaseParser]] = (JSONParser,)
    content_negotiation_class = AlwaysJson
    schema = None  # the API description tells of our own API; this protocol is another's

    def get_exception_handler(self) -> Any:
        return handle


def learner(request: Request) -> User:
    """Return who is signed in; the permission table let nobody else through."""
    if not isinstance(request.user, User):
        raise TypeError("a view for learners was reached without one: its row in web/access.py is wrong")
    return request.user


def viewer(request: Request) -> User | None:
    """Return who is signed in, or None."""
    return request.user if isinstance(request.user, User) else None
