"""Address -> edition and submission, as this visitor sees them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.contrib.auth.models import AnonymousUser, User
from django.http import Http404, HttpRequest
from django.utils import timezone

from challenges.loader import slugs
from challenges.spec import ChallengeSpec
from judge import catalogue, intake, leaderboard, teams
from judge.intake import Quota
from judge.models import Board, Edition, Team
from judge.models.edition import OPEN


@dataclass(frozen=True)
class Paper:
    """An edition with what every page about it shows to this visitor."""

    edition: Edition
    spec: ChallengeSpec
    team: Team | None
    opened: bool
    closed: bool
    sees_private: bool

    @cached_property
    def quota(self) -> Quota:
        """What the team has left today; read only by the pages that show it."""
        return intake.quota_of(self.team, self.edition)


@dataclass(frozen=True)
class Versions:
    """One version of a challenge, and the others, newest first: their boards stay readable."""

    chosen: Edition
    others: list[Edition]


class LearnerRequest(HttpRequest):
    """A request behind login_required."""

    user: User


def learner(request: HttpRequest) -> User | None:
    """Return who is signed in, or None."""
    return None if isinstance(request.user, AnonymousUser) else request.user


def edition_of(slug: str) -> Edition:
    """Return the live edition. Raises Refused."""
    return catalogue.find(slug)


def versions_of(slug: str, version: str | None = None) -> Versions:
    """Return the live edition, or the version that is asked for, in one query. Raises Refused, Http404."""
    if version is not None and (not version.isdecimal() or len(version) > 6):
        raise Http404
    known = Edition.objects.filter(slug=slug, name=OPEN) if slug in slugs() else Edition.objects.none()
    found = list(known.order_by("-version", "-pk"))
    live = [edition for edition in found if edition.retired_at is None]
    asked = [edition for edition in found if version is not None and edition.version == int(version)]
    chosen = next(iter(asked or live), None) or catalogue.find(slug)
    return Versions(chosen, [edition for edition in found if edition != chosen])


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
        opened=is_staff or edition.opens_at is None or now >= edition.opens_at,
        closed=edition.has_closed(now) or edition.retired_at is not None,
        sees_private=leaderboard.sees_private(edition, is_staff=is_staff, now=now),
    )


def board_of(request: HttpRequest, paper: Paper) -> Board:
    """Return the board that is asked for. Raises Http404 for one that this visitor may not see."""
    asked = request.GET.get("board", Board.PUBLIC)
    if asked not in set(Board) or (asked == Board.PRIVATE and not paper.sees_private):
        raise Http404
    return Board(asked)
