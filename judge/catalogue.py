"""What learners find: the live editions, with what a list shows beside each; reading only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from django.contrib.auth.models import User
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from challenges.loader import Challenge, slugs
from challenges.spec import ChallengeSpec, Kind, Level
from judge import leaderboard
from judge.errors import Refused
from judge.models import Board, Edition, Standing, Team
from judge.models.edition import OPEN


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a list is narrowed to; None takes everything."""

    level: Level | None = None
    domain: str | None = None
    kind: Kind | None = None
    search: str | None = None
    """Words that title, summary, slug, tags or roadmap rows must hold, every one of them."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the list."""

    edition: Edition
    teams: int
    """Teams with a score."""
    team: Team | None
    """The viewer's team."""
    rank: int | None
    """The viewer's team on the public board."""

    @property
    def challenge(self) -> Challenge:
        return self.edition.challenge


def find(slug: str) -> Edition:
    """Return the live edition of a challenge. Raises Refused, naming slugs that are spelt alike."""
    edition = _live().filter(slug=slug).first()
    if edition is None:
        near = near_slugs(slug)
        sentence = _("No challenge is called %(name)s; the list of challenges has all names.")
        if near:
            sentence = _("No challenge is called %(name)s; did you mean %(near)s?")
        said = sentence % {"name": repr(slug[:80]), "near": _(" or ").join(near)}
        raise Refused("unknown_challenge", said, status=404)
    return edition


def near_slugs(slug: str) -> list[str]:
    """Return up to three slugs of live editions that look like a mistyped or shortened one."""
    known = sorted(_live().values_list("slug", flat=True))
    wanted = slug.lower().replace("_", "-")
    holding = [name for name in known if len(wanted) > 2 and wanted in name]
    return (holding + [name for name in get_close_matches(wanted, known, n=3) if name not in holding])[:3]


def open_files(slug: str, user: User) -> Edition:
    """Return an edition whose files the user may download. Raises Refused before it opens, except to staff."""
    edition = find(slug)
    if edition.opens_at is not None and timezone.now() < edition.opens_at and not user.is_staff:
        at = f"{edition.opens_at:%Y-%m-%d %H:%M}"
        sentence = _("The files of this challenge open at %(at)s UTC.") % {"at": at}
        raise Refused("not_open", sentence, status=403, retry_at=edition.opens_at)
    return edition


def entries(user: User | None, wanted: Wanted = Wanted()) -> Sequence[Entry]:
    """Return the live editions that fit, by level and title; None is an anonymous viewer."""
    editions = [e for e in _live() if fits(e.challenge.spec, wanted)]
    ids = [edition.pk for edition in editions]
    sizes = _board_sizes(ids)
    teams = {} if user is None else _teams_of(user, ids)
    ranks = _ranks([team.pk for team in teams.values()])
    found = [Entry(edition=e, teams=sizes.get(e.pk, 0), team=teams.get(e.pk), rank=ranks.get(e.pk)) for e in editions]
    levels = list(Level)
    return sorted(found, key=lambda entry: (levels.index(entry.challenge.spec.level), entry.challenge.spec.title))


def entry(user: User | None, edition: Edition) -> Entry:
    """Return one edition as the list shows it."""
    teams = {} if user is None else _teams_of(user, [edition.pk])
    ranks = _ranks([team.pk for team in teams.values()])
    size = _board_sizes([edition.pk]).get(edition.pk, 0)
    return Entry(edition=edition, teams=size, team=teams.get(edition.pk), rank=ranks.get(edition.pk))


def open_slugs() -> frozenset[str]:
    """Return the slugs of the challenges that everybody finds on this site."""
    return frozenset(_live().values_list("slug", flat=True))


def fits(spec: ChallengeSpec, wanted: Wanted) -> bool:
    """Return whether a challenge is one of those wanted."""
    text = " ".join((spec.slug, spec.title, spec.summary, *spec.tags, *spec.roadmap)).lower()
    return (
        wanted.level in (None, spec.level)
        and wanted.domain in (None, spec.domain)
        and wanted.kind in (None, spec.kind)
        and all(word in text for word in (wanted.search or "").lower().split())
    )


def _live() -> QuerySet[Edition]:
    """Return the editions that everybody finds; one whose challenge has left the catalogue is not among them."""
    return Edition.objects.filter(name=OPEN, retired_at=None, slug__in=slugs())


def _board_sizes(editions: Sequence[int]) -> Mapping[int, int]:
    rows = Standing.objects.filter(edition_id__in=editions, board=Board.PUBLIC, team__is_baseline=False)
    return dict(rows.values_list("edition_id").annotate(Count("pk")))


def _teams_of(user: User, editions: Sequence[int]) -> Mapping[int, Team]:
    teams = Team.objects.filter(memberships__user=user, edition_id__in=editions)
    return {team.edition_id: team for team in teams}


def _ranks(teams: Sequence[int]) -> Mapping[int, int]:
    standings = Standing.objects.filter(board=Board.PUBLIC, team_id__in=teams)
    return {standing.edition_id: leaderboard.rank_of(standing) for standing in standings}
