"""What a learner has reached: the best row on each challenge's board, and what that says of each domain; reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils import timezone

from challenges.loader import load, slugs
from challenges.spec import ChallengeSpec
from judge import leaderboard, progress
from judge.models import Board, Standing
from judge.tiers import Tier

BEST = 5


@dataclass(frozen=True, kw_only=True)
class Result:
    """A learner's row in one challenge."""

    spec: ChallengeSpec
    standing: Standing
    tier: Tier
    rank: int


@dataclass(frozen=True, kw_only=True)
class Skill:
    """One domain."""

    domain: str
    tried: int
    passed: int
    best: Tier


@dataclass(frozen=True)
class Achievements:
    results: Sequence[Result]
    """By tier, best first; then by title."""
    skills: Sequence[Skill]
    """By challenges passed, most first."""

    @property
    def best_ranks(self) -> Sequence[Result]:
        return sorted(self.results, key=lambda result: (result.rank, result.spec.title))[:BEST]


def of_user(user: User) -> Achievements:
    """Return what the user's teams have reached: on the public board, and on the private one after the end."""
    shown = _latest(_rows(user))
    tiers = progress.of_standings(list(shown.values()))
    own = Standing.objects.filter(pk__in=[row.pk for row in shown.values()])
    ranks: dict[int, int] = dict(leaderboard.with_rank(own).values_list("pk", "rank"))
    results = [
        Result(spec=load(slug).spec, standing=row, tier=tiers[row.pk], rank=ranks[row.pk])
        for slug, row in shown.items()
    ]
    results.sort(key=lambda result: (-result.tier, result.spec.title))
    return Achievements(results, _skills(results))


def _rows(user: User) -> Sequence[Standing]:
    now = timezone.now()
    found = Standing.objects.filter(team__memberships__user=user, edition__slug__in=slugs())
    rows = found.select_related("edition", "team").order_by("edition__version", "edition_id")
    return [row for row in rows if row.board == (Board.PRIVATE if row.edition.has_closed(now) else Board.PUBLIC)]


def _latest(rows: Sequence[Standing]) -> Mapping[str, Standing]:
    """Return slug -> the row in its latest version; scores of different versions are never compared."""
    return {row.edition.slug: row for row in rows}


def _skills(results: Sequence[Result]) -> Sequence[Skill]:
    domains: dict[str, list[Tier]] = {}
    for result in results:
        domains.setdefault(result.spec.domain, []).append(result.tier)
    skills = [
        Skill(domain=domain, tried=len(tiers), passed=sum(tier.passed for tier in tiers), best=max(tiers))
        for domain, tiers in domains.items()
    ]
    return sorted(skills, key=lambda skill: (-skill.passed, -skill.best, skill.domain))
