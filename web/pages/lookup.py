"""Address -> edition and submission, as this visitor sees them."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser, User
from django.http import Http404, HttpRequest
from django.utils import timezone

from challenges.spec import ChallengeSpec
from judge import catalogue, intake, leaderboard, teams
from judge.intake import Quota
from judge.models import Edition, Team
from judge.models.edition import OPEN


@dataclass(frozen=True)
class Paper:
    """An edition with what every page about it shows to this visitor."""

    edition: Edition
    spec: ChallengeSpec
    team: Team | None
    quota: Quota
    opened: bool
    closed: bool
    sees_private: bool


class LearnerRequest(HttpRequest):
    """A request behind login_required."""

    user: User


def learner(request: HttpRequest) -> User | None:
    """Return who is signed in, or None."""
    return None if isinstance(request.user, AnonymousUser) else request.user


def edition_of(slug: str, version: str | None = None) -> Edition:
    """Return the live edition, or an earlier version: its boards stay readable. Raises Refused, Http404."""
    if version is None:
        return catalogue.find(slug)
    if not version.isdecimal() or len(version) > 6:
        raise Http404
    found = Edition.objects.filter(slug=slug, name=OPEN, version=int(version)).order_by("-id").first()
    return found if found is not None else catalogue.find(slug)


def paper_of(request: HttpRequest, edition: Edition) -> Paper:
    """Return an edition as this visitor sees it."""
    user = learner(request)
    is_staff = user is not None and user.is_staff
    now = timezone.now()
    team = None if user is None else teams.team_of(user, edition)
    return Paper(
        edition=edition,
        spec=edition.challenge.spec,
        team=team,
        quota=intake.quota_of(team, edition),
        opened=is_staff or edition.opens_at is None or now >= edition.opens_at,
        closed=edition.has_closed(now) or edition.retired_at is not None,
        sees_private=leaderboard.sees_private(edition, is_staff=is_staff, now=now),
    )
