"""Rows of the judge -> the JSON that the client reads. It takes dates as ISO 8601 with a Z and scores as text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from rest_framework.request import Request

from challenges.scoring import metric_of
from judge import leaderboard, rules
from judge.catalogue import Entry
from judge.intake import Quota
from judge.leaderboard import Row
from judge.models import Edition, Submission
from judge.verdicts import State, Verdict
from web.kaggle.addresses import page
from web.kaggle.base import learner

Plain = dict[str, Any]


def when(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def competition(entry: Entry, request: Request) -> Plain:
    """Return a challenge; `ref` is the name that every other command takes, where kaggle.com has an address."""
    edition, spec = entry.edition, entry.challenge.spec
    return {
        "id": edition.pk,
        "ref": edition.slug,
        "title": spec.title,
        "url": page(request, "pages:challenge", edition.slug),
        "description": spec.summary,
        "category": spec.level,
        "reward": "Knowledge",
        "deadline": when(edition.closes_at),
        "enabledDate": when(edition.opens_at),
        "dateCreated": when(edition.created_at),
        "teamCount": entry.teams,
        "userHasEntered": entry.team is not None,
        "userRank": entry.rank,
        "maxDailySubmissions": spec.board.per_day,
        "maxTeamSize": rules.TEAM_MAX,
        "evaluationMetric": metric_of(spec.metric.primary).title,
        "isKernelsSubmissionsOnly": False,
        "submissionsDisabled": edition.has_closed(timezone.now()),
        "tags": [],
    }


def file(name: str, size_bytes: int, edition: Edition) -> Plain:
    return {"ref": name, "name": name, "totalBytes": size_bytes, "creationDate": when(edition.created_at)}


def submission(of: Submission, request: Request) -> Plain:
    """Return a submission as its team sees it."""
    user = learner(request)
    sees_private = leaderboard.sees_private(of.edition, is_staff=user.is_staff, now=timezone.now())
    return {
        "ref": of.pk,
        "fileName": of.file_name,
        "totalBytes": of.size_bytes,
        "date": when(of.created_at),
        "description": _description(of),
        "status": _status(of),
        "errorDescription": why(of) if _status(of) == "ERROR" else None,
        "publicScore": _score(of.edition, of.public_score),
        "privateScore": _score(of.edition, of.private_score) if sees_private else "",
        "submittedBy": of.user.get_username(),
        "teamName": of.team.name,
        "url": page(request, "pages:submission", of.pk),
    }


def board_row(row: Row, edition: Edition) -> Plain:
    standing = row.standing
    host = " (baseline)" if standing.team.is_baseline else ""
    return {
        "teamId": standing.team_id,
        "teamName": standing.team.name + host,
        "submissionDate": when(standing.achieved_at),
        "score": _score(edition, standing.score),
    }


def limits(quota: Quota, *, in_all: int, is_open: bool) -> Plain:
    return {
        "numToday": quota.used,
        "numTotal": in_all,
        "numAllowedNow": quota.left if is_open else 0,
        "limitedByTotal": False,
    }


def why(of: Submission) -> str:
    """Return what became of a submission, every finding on a line of its own."""
    return "\n".join([of.sentence, *(f"- {_said(finding)}" for finding in of.findings)])


def _said(finding: Mapping[str, Any]) -> str:
    message, row, column = str(finding["message"]), finding.get("row"), finding.get("column")
    place = [str(finding["file"])] if finding.get("file") and str(finding["file"]) not in message else []
    if row is not None and f"row {row}" not in message and f"line {row}" not in message:
        place.append(f"row {row}")
    if column and column not in message:
        place.append(f"column {column}")
    count = finding.get("count") or 1
    times = f" (in {count} places)" if count > 1 and str(count) not in message else ""
    prefix = f"{', '.join(place)}: " if place else ""
    return "".join(c for c in f"{prefix}{message}{times} [{finding['code']}]" if c.isprintable())


def _status(of: Submission) -> str:
    if of.state != State.DONE:
        return "PENDING"
    return "COMPLETE" if of.verdict == Verdict.SCORED else "ERROR"


def _description(of: Submission) -> str:
    """Return the learner's words; the client never prints errorDescription, so a failure is named beside them."""
    if _status(of) != "ERROR":
        return of.description
    return f"{of.description} [{str(of.verdict).replace('_', ' ')}]".strip()


def _score(edition: Edition, value: float | None) -> str:
    return "" if value is None else f"{value:.{edition.challenge.spec.metric.primary.digits}f}"
