"""Rows of the judge -> plain data in the shapes of shapes.py."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from challenges.loader import ENGLISH
from challenges.scoring import metric_of
from challenges.spec import Kind, MetricUse, Size
from challenges.uncertainty.intervals import interval
from judge import catalogue, intake, leaderboard, merging, rules, teams, waiting
from judge.intake import Quota
from judge.leaderboard import Row
from judge.models import Board, Edition, MergeProposal, Submission, Team
from judge.verdicts import RULES, Verdict

Plain = dict[str, Any]

MOMENT: Plain = {"cpus": None, "memory_mb": None, "gpu_busy": None, "gpu_memory_mb": None}
"""What a moment of a run's timeline may leave out."""


def metric(use: MetricUse) -> Plain:
    row = metric_of(use)
    return {
        "id": row.id,
        "name": use.name,
        "title": row.title,
        "better": row.better,
        "best": row.best,
        "digits": use.digits,
    }


def challenge(entry: catalogue.Entry) -> Plain:
    """Return one line of the list of challenges."""
    spec = entry.challenge.spec
    return {
        "slug": spec.slug,
        "title": spec.title,
        "summary": spec.summary,
        "level": spec.level,
        "domain": spec.domain,
        "kind": spec.kind,
        "roadmap": list(spec.roadmap),
        "tags": list(spec.tags),
        "metric": metric(spec.metric.primary),
        "opens_at": entry.edition.opens_at,
        "deadline": entry.edition.closes_at,
        "teams": entry.teams,
        "my_team": None if entry.team is None else entry.team.name,
        "my_rank": entry.rank,
        "my_tier": None if entry.tier is None else entry.tier.name.lower(),
    }


def challenge_detail(entry: catalogue.Entry) -> Plain:
    """Return everything about a challenge that its page needs."""
    edition = entry.edition
    spec = entry.challenge.spec
    file_name, max_mb = _upload_rule(edition)
    statement = entry.challenge.statement_in(get_language() or ENGLISH)
    return challenge(entry) | {
        "statement": statement.text,
        "statement_language": statement.language,
        "edition": {name: getattr(edition, name) for name in ("name", "version", "size", "digest")},
        "secondary": [metric(use) for use in spec.metric.secondary],
        "unit": spec.metric.unit,
        "file_name": file_name,
        "max_mb": max_mb,
        "answer": None if spec.answer is None else spec.answer.model_dump(mode="json"),
        "program": program(edition),
        "board": spec.board.model_dump(mode="json"),
        "anchors": edition.anchors,
        "quota": quota(intake.quota_of(entry.team, edition)),
    }


def program(edition: Edition) -> Plain | None:
    """Return the rules for a program, its limits being those of this edition's size."""
    spec = edition.challenge.spec.program
    if spec is None:
        return None
    size = Size(edition.size)
    limits = {"wall_s": spec.wall_s.of(size), "cpu_s": spec.cpu_s.of(size) if spec.cpu_s else None}
    return spec.model_dump(mode="json") | limits


def quota(of: Quota) -> Plain:
    return {"limit": of.limit, "used": of.used, "left": of.left, "resets_at": of.resets_at}


def submission_line(submission: Submission, *, user: User, now: datetime | None = None) -> Plain:
    """Return one line of a team's history."""
    edition = submission.edition
    sees_private = leaderboard.sees_private(edition, is_staff=user.is_staff, now=now or timezone.now())
    return {
        "id": submission.pk,
        "challenge": edition.slug,
        "file_name": submission.file_name,
        "size_bytes": submission.size_bytes,
        "description": submission.description,
        "created_at": submission.created_at,
        "finished_at": submission.finished_at,
        "team": submission.team.name,
        "user": submission.user.get_username(),
        "state": submission.state,
        "verdict": submission.verdict,
        "sentence": submission.sentence,
        "public": _score(submission, Board.PUBLIC),
        "private": _score(submission, Board.PRIVATE) if sees_private else None,
        "chosen": submission.chosen,
        "url": reverse("api:submission", args=[submission.pk]),
    }


def submission(of: Submission, *, user: User) -> Plain:
    """Return everything a teammate may know about a submission."""
    wait = waiting.wait_of(of)
    return submission_line(of, user=user) | {
        "sha256": of.sha256,
        "fault": None if of.verdict is None else RULES[Verdict(of.verdict)].fault,
        "findings": of.findings,
        "log_tail": of.log_tail,
        "steps": [{"step": e.step, "detail": e.detail, "at": e.at} for e in of.events.all()],
        "wait": None if wait is None else {"ahead": wait.ahead, "estimate_s": wait.estimate_s},
        "usage": {name: value for name, value in of.usage.items() if name != "timeline"},
        "timeline": [MOMENT | moment for moment in of.usage.get("timeline", [])],
        "provenance": of.provenance,
        "plots": {"plots": [], "missing": []} | of.plots,
        "rank": leaderboard.rank(of.edition, Board.PUBLIC, of.team),
        "quota": quota(intake.quota_of(of.team, of.edition)),
    }


def board_row(row: Row, *, board: Board, mine: Team | None) -> Plain:
    standing = row.standing
    return {
        "rank": row.rank,
        "team": standing.team.name,
        "is_baseline": standing.team.is_baseline,
        "is_mine": mine is not None and standing.team_id == mine.pk,
        "score": standing.score,
        "standard_error": standing.standard_error,
        "secondary": getattr(standing.submission, f"{board}_secondary"),
        "entries": standing.entries,
        "achieved_at": standing.achieved_at,
        "level_with": row.level_with,
    }


def team(of: Team) -> Plain:
    """Return a team as its members see it."""
    members = [m.user for m in of.memberships.select_related("user").order_by("joined_at", "pk")]
    proposals = merging.open_for(of)
    return {
        "name": of.name,
        "members": [{"username": m.get_username(), "is_captain": m.pk == of.captain_id} for m in members],
        "most_members": rules.TEAM_MAX,
        "join_code": of.join_code,
        "rank": leaderboard.rank(of.edition, Board.PUBLIC, of),
        "quota": quota(intake.quota_of(of, of.edition)),
        "merge_proposed_to": None if proposals.sent is None else proposals.sent.invited.name,
        "merges_offered": [_proposal(proposal) for proposal in proposals.received],
    }


def _proposal(of: MergeProposal) -> Plain:
    members = sorted(of.proposer.memberships.all(), key=lambda m: (m.joined_at, m.pk))
    return {"number": of.pk, "team": of.proposer.name, "members": [m.user.get_username() for m in members]}


def quota_of(user: User, edition: Edition) -> Plain:
    return quota(intake.quota_of(teams.team_of(user, edition), edition))


def _upload_rule(edition: Edition) -> tuple[str, float]:
    """Return the suggested name and the largest size of a file to hand in."""
    spec = edition.challenge.spec
    if spec.kind is Kind.PREDICTIONS and spec.answer is not None:
        return spec.answer.file, spec.answer.max_mb
    if spec.program is None:
        raise ValueError(f"{spec.slug} takes neither an answer nor a program")
    return spec.program.script, spec.program.max_mb


def _score(submission: Submission, board: Board) -> Plain | None:
    value, error = getattr(submission, f"{board}_score"), getattr(submission, f"{board}_error")
    if value is None:
        return None
    return {
        "value": value,
        "standard_error": error,
        "interval": list(interval(metric_of(submission.edition.challenge.spec.metric.primary), value, error or 0.0)),
        "secondary": getattr(submission, f"{board}_secondary"),
    }
