"""What ends a command.

ClientError       anything to be told in one sentence; carries the exit status
 ├── Usage        the command line, the local files or the login do not fit: 2
 └── Refused      the judge said no, with code and findings: 1
NoAnswer          the connection failed; worth another try
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

FAILED = 1
USAGE = 2


class ClientError(Exception):
    """A command cannot go on; the text is for the learner."""

    status = FAILED


class Usage(ClientError):
    """Something on this side does not fit."""

    status = USAGE


class NoAnswer(ClientError):
    """No judge answers, or it stopped in the middle of an answer."""


class Refused(ClientError):
    """The judge answered with an error."""

    def __init__(self, *, http_status: int, body: Mapping[str, Any]) -> None:
        self.http_status = http_status
        self.code = str(body.get("code", "unknown"))
        self.findings: Sequence[Mapping[str, Any]] = body.get("findings") or []
        self.submission: int | None = body.get("submission")
        self.retry_at: str | None = body.get("retry_at")
        super().__init__(str(body.get("sentence", f"The server answered {http_status}.")))
