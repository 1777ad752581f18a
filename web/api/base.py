"""What all views of the API share: JSON whatever is asked for, errors in one shape, who is asking."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.auth.models import User
from drf_spectacular.utils import OpenApiResponse
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from web.access import ByTable
from web.api.errors import Problem
from web.api.shapes import ErrorShape


class OnlyJson(BaseContentNegotiation):
    """Whoever asks for a file with `Accept: text/csv` still gets errors as JSON."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        media_type = (request.content_type or "").split(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == media_type), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)


class View(APIView):
    """Base of every view; AllowAny beside ByTable only tells the API description that a token is not needed."""

    permission_classes: Sequence[type[BasePermission]] = (ByTable,)
    content_negotiation_class = OnlyJson
    throttled_methods: tuple[str, ...] = ("GET", "HEAD", "POST", "DELETE")
    """Methods that `throttle_scope` is meant for."""

    def get_throttles(self) -> list[BaseThrottle]:
        return super().get_throttles() if self.request.method in self.throttled_methods else []


def learner(request: Request) -> User:
    """Return who is signed in; the permission table let nobody else through."""
    if not isinstance(request.user, User):
        raise TypeError("a view for learners was reached without one: its row in web/access.py is wrong")
    return request.user


def viewer(request: Request) -> User | None:
    """Return who is signed in, or None."""
    return request.user if isinstance(request.user, User) else None


def whole_number(request: Request, name: str) -> int | None:
    """Return a query parameter. Raises Problem when it is no whole number."""
    text = request.query_params.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Problem("bad_parameter", f"{name}: expected a whole number, found {text[:40]!r}.")
    return int(text)


_REASONS = {
    400: "The request does not fit.",
    401: "No valid token.",
    403: "Not allowed.",
    404: "Not there, or not for you.",
    409: "The rules say no.",
    410: "Replaced by a newer edition.",
    411: "The length of the upload is missing.",
    413: "Too large.",
    416: "The range begins behind the end.",
    429: "Too often; `retry_at` says when again.",
    503: "No worker can run this now.",
}


def answers(good: dict[Any, Any], *bad: int) -> dict[Any, Any]:
    """Return the responses of an operation for its description; `bad` are the states that carry an error."""
    errors = {status: OpenApiResponse(ErrorShape, description=_REASONS[status]) for status in bad}
    return {**good, **errors}
