"""Every failure as {"code", "message", "reason"}: the client prints the message as it is and exits with 1.

`reason` is a stable word for programs and tests. No answer to a command has the status 401, since at that the client
prints how to sign up at kaggle.com in place of our message.
"""

from __future__ import annotations

import logging
import math
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from judge.errors import Refused

log = logging.getLogger(__name__)


class Problem(Exception):
    """What is wrong with a request, said by this door itself."""

    def __init__(self, reason: str, message: str, *, status: int = 400) -> None:
        self.reason = reason
        self.message = message
        self.status = status
        super().__init__(message)


def handle(error: Exception, context: Mapping[str, Any]) -> Response:
    """Return the answer to an error."""
    set_rollback()
    match error:
        case Problem():
            return answer(error.status, error.reason, error.message)
        case Refused():
            return answer(error.status, error.code, error.sentence, retry_at=error.retry_at)
        case Http404() | exceptions.NotFound():
            return answer(404, "not_found", _("There is nothing at this address."))
        case exceptions.AuthenticationFailed():
            return answer(403, "bad_token", str(error.detail))
        case exceptions.NotAuthenticated():
            message = _("This needs a token of this judge in KAGGLE_API_TOKEN; your account page makes one.")
            return answer(403, "not_authenticated", message)
        case exceptions.Throttled():
            wait_s = math.ceil(getattr(error, "wait", None) or 1)
            message = _("Too many requests; the next is possible in %(wait_s)d s.") % {"wait_s": wait_s}
            return answer(429, "throttled", message, retry_at=timezone.now() + timedelta(seconds=wait_s))
        case PermissionDenied() | exceptions.PermissionDenied():
            return answer(403, "forbidden", _("You may not do this."))
        case exceptions.APIException():
            return answer(error.status_code, "bad_request", str(error.detail))
        case UnreadablePostError():
            return answer(400, "upload_incomplete", str(INCOMPLETE))
        case SuspiciousOperation():
            return answer(400, "bad_request", _("The request could not be read."))
        case _:
            number = secrets.token_hex(6)
            log.error("Kaggle door error %s", number, exc_info=error)
            message = _("Something failed on our side; tell us the number %(number)s.") % {"number": number}
            return answer(500, "judge_error", message)


INCOMPLETE = gettext_lazy("The upload ended before all of it had arrived; nothing was stored. Send it again.")


def answer(status: int, reason: str, message: str, *, retry_at: datetime | None = None) -> Response:
    """Return a refusal in the shape that the client understands."""
    response = Response({"code": status, "message": message, "reason": reason}, status=status)
    if retry_at is not None:
        wait_s = math.ceil((retry_at - timezone.now()).total_seconds())
        response["Retry-After"] = str(max(wait_s, 1))
    return response
