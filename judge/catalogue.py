"""What learners find: the live editions, narrowed and in order, with what a list shows beside each; reading only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from challenges.loader import Challenge, slugs
from challenges.metric_families import Family, family_of
from challenges.roadmaps.loader import atlas
from challenges.spec import ChallengeSpec, Kind, Level
from judge import leaderboard, progress
from judge.errors import Refused
from judge.models import Board, BoardState, Edition, Standing, Team
from judge.models.edition import OPEN
from judge.tiers import Tier

LEVELS = list(Level)


class Gpu(StrEnum):
    """Whether what is handed in runs on a graphics card of ours."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


class Sort(StrEnum):
    ROADMAP = "roadmap"
    """By level and, within a level, as the roadmaps go; on one roadmap alone, as that one goes."""
    TITLE = "title"
    NEWEST = "newest"
    TEAMS = "teams"
    """Most teams first."""
    PROGRESS = "progress"
    """Where the viewer has come farthest first."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a list is narrowed to; None takes everything."""

    roadmap: str | None = None
    """Slug of a roadmap of which the challenge serves a row."""
    level: Level | None = None
    domain: str | None = None
    kind: Kind | None = None
    metric: Family | None = None
    """Family of the primary metric."""
    gpu: Gpu | None = None
    tried: Tier | None = None
    """How far the viewer has come, no more and no less; nothing fits for an anonymous one."""
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
    tier: Tier | None
    """How far the viewer has come, over all editions; None for an anonymous one."""

    @property
    def challenge(self) -> Challenge:
        return self.edition.challenge

    @property
    def spec(self) -> ChallengeSpec:
        return self.edition.challenge.spec

    @property
    def family(self) -> Family:
        return family_of(self.spec.metric.primary.id)

    @property
    def gpu(self) -> Gpu:
        return Gpu.NONE if self.spec.program is None else Gpu(self.spec.program.gpu)

    @property
    def roadmaps(self) -> Sequence[str]:
        """Slugs of the roadmaps of which it serves a row."""
        return [slug for slug, places in atlas().places.items() if self.spec.slug in places]


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


def open_files(slug: str, user: User | None) -> Edition:
    """Return an edition whose files may be downloaded. Raises Refused before it opens, except to staff."""
    edition = find(slug)
    is_staff = user is not None and user.is_staff
    if edition.opens_at is not None and timezone.now() < edition.opens_at and not is_staff:
        at = f"{edition.opens_at:%Y-%m-%d %H:%M}"
        sentence = _("The files of this challenge open at %(at)s UTC.") % {"at": at}
        raise Refused("not_open", sentence, status=403, retry_at=edition.opens_at)
    return edition


def entries(user: User | None, wanted: Wanted = Wanted(), sort: Sort = Sort.ROADMAP) -> Sequence[Entry]:
    """Return the live editions that fit, in order; None is an anonymous viewer."""
    return narrowed(_entries(user, list(_live())), wanted, sort)


def entry(user: User | None, edition: Edition) -> Entry:
    """Return one edition as the list shows it."""
    (found,) = _entries(user, [edition])
    return found


def narrowed(found: Sequence[Entry], wanted: Wanted, sort: Sort = Sort.ROADMAP) -> Sequence[Entry]:
    """Return those entries that fit, in order; every list of challenges is narrowed and sorted here. Pure."""
    by_roadmap = _by_roadmap(wanted.roadmap)
    order: Mapping[Sort, Callable[[Entry], tuple[object, ...]]] = {
        Sort.ROADMAP: lambda entry: (),
        Sort.TITLE: lambda entry: (entry.spec.title.lower(),),
        Sort.NEWEST: lambda entry: (-entry.edition.created_at.timestamp(),),
        Sort.TEAMS: lambda entry: (-entry.teams,),
        Sort.PROGRESS: lambda entry: (-(entry.tier or Tier.NOT_TRIED),),
    }
    fitting = [entry for entry in found if fits(entry, wanted)]
    return sorted(fitting, key=lambda entry: (*order[sort](entry), *by_roadmap(entry)))


def open_slugs() -> frozenset[str]:
    """Return the slugs of the challenges that everybody finds on this site."""
    return frozenset(_live().values_list("slug", flat=True))


def fits(entry: Entry, wanted: Wanted) -> bool:
    """Return whether a challenge is one of those wanted."""
    spec = entry.spec
    return (
        wanted.level in (None, spec.level)
        and wanted.domain in (None, spec.domain)
        and wanted.kind in (None, spec.kind)
        and wanted.metric in (None, entry.family)
        and wanted.gpu in (None, entry.gpu)
        and wanted.tried in (None, entry.tier)
        and (wanted.roadmap is None or wanted.roadmap in entry.roadmaps)
        and (wanted.search is None or _holds(spec, wanted.search))
    )


def _holds(spec: ChallengeSpec, search: str) -> bool:
    """Return whether a challenge has all these words, in English or in the viewer's language."""
    said = (spec.slug, spec.title, spec.summary, _(spec.title), _(spec.summary), *spec.tags, *spec.roadmap)
    text = " ".join(said).lower()
    return all(word in text for word in search.lower().split())


def _by_roadmap(roadmap: str | None) -> Callable[[Entry], tuple[object, ...]]:
    """Return the order of one roadmap, or of levels and all roadmaps; what is on none comes last, by title."""
    if roadmap is not None:
        places = atlas().places.get(roadmap, {})
        return lambda entry: (places.get(entry.spec.slug, len(places)), entry.spec.title)
    everywhere = [slug for places in atlas().places.values() for slug in places]
    order = {slug: place for place, slug in reversed(list(enumerate(everywhere)))}  # the first of its places
    return lambda entry: (
        LEVELS.index(entry.spec.level),
        order.get(entry.spec.slug, len(everywhere)),
        entry.spec.title,
    )


def _entries(user: User | None, editions: Sequence[Edition]) -> Sequence[Entry]:
    ids = [edition.pk for edition in editions]
    sizes = _board_sizes(ids)
    teams = {} if user is None else _teams_of(user, ids)
    ranks = _ranks([team.pk for team in teams.values()])
    tiers = {} if user is None else progress.of_user(user)
    return [
        Entry(
            edition=edition,
            teams=sizes.get(edition.pk, 0),
            team=teams.get(edition.pk),
            rank=ranks.get(edition.pk),
            tier=None if user is None else tiers.get(edition.slug, Tier.NOT_TRIED),
        )
        for edition in editions
    ]


def _live() -> QuerySet[Edition]:
    """Return the editions that everybody finds; one whose challenge has left the catalogue is not among them."""
    return Edition.objects.filter(name=OPEN, retired_at=None, slug__in=slugs())


def _board_sizes(editions: Sequence[int]) -> Mapping[int, int]:
    states = BoardState.objects.filter(edition_id__in=editions, board=Board.PUBLIC)
    return dict(states.values_list("edition_id", "teams"))


def _teams_of(user: User, editions: Sequence[int]) -> Mapping[int, Team]:
    teams = Team.objects.filter(memberships__user=user, edition_id__in=editions)
    return {team.edition_id: team for team in teams}


def _ranks(teams: Sequence[int]) -> Mapping[int, int]:
    """Return edition -> rank on its public board."""
    standings = Standing.objects.filter(board=Board.PUBLIC, team_id__in=teams)
    return dict(leaderboard.with_rank(standings).values_list("edition_id", "rank")) if teams else {}
