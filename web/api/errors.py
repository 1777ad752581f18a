"""Every failure of the API as {"code", "sentence", "findings"}; whatever is ours carries an id and no trace."""

from __future__ import annotations

import logging
import math
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from django.http.request import UnreadablePostError
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from judge.errors import Refused

log = logging.getLogger(__name__)


class Problem(Exception):
    """What is wrong with a request, said by the API itself."""

    def __init__(
        self, code: str, sentence: str, *, status: int = 400, findings: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        self.code = code
        self.sentence = sentence
        self.status = status
        self.findings = findings
        super().__init__(sentence)


def handle(error: Exception, context: Mapping[str, Any]) -> Response:
    """Return the answer to an error; the name stands in REST_FRAMEWORK's settings."""
    set_rollback()
    match error:
        case Problem():
            return _answer(error.status, error.code, error.sentence, findings=error.findings)
        case Refused():
            return _answer(error.status, error.code, error.sentence, retry_at=error.retry_at)
        case Http404() | exceptions.NotFound():
            return _answer(404, "not_found", "There is nothing at this address.")
        case exceptions.ValidationError():
            findings = list(_invalid_fields(error.detail))
            return _answer(400, "invalid_input", "Some fields do not fit; every one is listed.", findings=findings)
        case exceptions.Throttled():
            return _throttled(error)
        case PermissionDenied() | exceptions.PermissionDenied():
            return _answer(403, "forbidden", _reason(error, "You may not do this."))
        case exceptions.APIException():
            return _of_framework(error)
        case UnreadablePostError():
            return _answer(400, "upload_incomplete", INCOMPLETE)
        case RequestDataTooBig():
            return _answer(413, "too_large", "The fields of this form are too large.")
        case SuspiciousOperation():
            return _answer(400, "bad_request", "The request could not be read.")
        case _:
            return _ours(error)


INCOMPLETE = "The upload ended before all of it had arrived; nothing was stored. Send it again."

_FRAMEWORK_CODES: dict[type[exceptions.APIException], str] = {
    exceptions.NotAuthenticated: "not_authenticated",
    exceptions.AuthenticationFailed: "bad_token",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
    exceptions.ParseError: "unreadable_request",
}
_SENTENCES = {
    "not_authenticated": "Log in first: this needs a token.",
    "bad_token": "This token is unknown or has expired; log in again.",
}


def _of_framework(error: exceptions.APIException) -> Response:
    code = _FRAMEWORK_CODES.get(type(error), "bad_request")
    response = _answer(error.status_code, code, _SENTENCES.get(code, str(error.detail)))
    if isinstance(auth_header := getattr(error, "auth_header", None), str):
        response["WWW-Authenticate"] = auth_header
    return response


def _throttled(error: exceptions.Throttled) -> Response:
    wait_s = math.ceil(getattr(error, "wait", None) or 1)
    sentence = f"Too many requests; the next is possible in {wait_s} s."
    return _answer(429, "throttled", sentence, retry_at=timezone.now() + timedelta(seconds=wait_s))


def _ours(error: Exception) -> Response:
    number = secrets.token_hex(6)
    log.error("API error %s", number, exc_info=error)
    return _answer(500, "judge_error", f"Something failed on our side; tell us the number {number}.", id=number)


def _answer(
    status: int,
    code: str,
    sentence: str,
    *,
    findings: Sequence[Mapping[str, Any]] = (),
    retry_at: datetime | None = None,
    **more: str,
) -> Response:
    body: dict[str, Any] = {"code": code, "sentence": sentence, "findings": list(findings), **more}
    response = Response(body, status=status)
    if retry_at is not None:
        body["retry_at"] = retry_at
        wait_s = math.ceil((retry_at - timezone.now()).total_seconds())
        response["Retry-After"] = str(max(wait_s, 1))
    return response


def _reason(error: Exception, default: str) -> str:
    return str(getattr(error, "detail", "")) or str(error) or default


def _invalid_fields(detail: Any, field: str = "") -> Sequence[Mapping[str, Any]]:
    """Return a finding for each message of a serializer's or form's errors, however deep."""
    if isinstance(detail, Mapping):
        return [finding for name, inner in detail.items() for finding in _invalid_fields(inner, str(name))]
    if isinstance(detail, (list, tuple)):
        return [finding for inner in detail for finding in _invalid_fields(inner, field)]
    code = str(getattr(detail, "code", None) or "invalid")
    return [{"code": code, "message": str(detail), "column": field or None}]
