"""How far a learner has come in each challenge, over all editions that they worked on; reading only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef
from django.utils import timezone

from challenges.loader import slugs
from challenges.scoring import Score, metric_of
from judge.models import Board, Edition, Standing, Submission, Team
from judge.tiers import Anchors, Tier, tier


def of_user(user: User) -> Mapping[str, Tier]:
    """Return slug -> the best tier that the user's teams have reached; a challenge never tried is left out.

    The public score counts while an edition is open, so that nobody learns of a private one before its end, and the
    private score afterwards. An edition that was retired for a new version keeps what was reached in it.
    """
    handed_in = Submission.objects.filter(team=OuterRef("pk"))
    found = Team.objects.filter(Exists(handed_in), memberships__user=user, edition__slug__in=slugs())
    teams = list(found.select_related("edition"))
    standings = _by_board(Standing.objects.filter(team__in=[team.pk for team in teams]))
    hosts = _hosts([team.edition_id for team in teams if (team.edition_id, Board.PUBLIC) in standings])
    reached: dict[str, Tier] = {}
    for team in teams:
        before = reached.get(team.edition.slug, Tier.NOT_TRIED)
        reached[team.edition.slug] = max(before, _reached(team.edition, standings, hosts))
    return reached


def of_standings(rows: Sequence[Standing]) -> Mapping[int, Tier]:
    """Return the tier of rows of boards, by their numbers."""
    hosts = _hosts([row.edition_id for row in rows])
    return {row.pk: tier(_score(row), anchors_of(row.edition, hosts.get((row.edition_id, row.board)))) for row in rows}


Standings = Mapping[tuple[int, str], Standing]
"""By edition and board."""


def _reached(edition: Edition, standings: Standings, hosts: Standings) -> Tier:
    board = Board.PRIVATE if edition.has_closed(timezone.now()) else Board.PUBLIC
    own = standings.get((edition.pk, board))
    if own is None:
        return Tier.TRIED
    return tier(_score(own), anchors_of(edition, hosts.get((edition.pk, board))))


def anchors_of(edition: Edition, host: Standing | None) -> Anchors:
    """Return what is known of an edition's scale; the host's row goes before a baseline measured on other rows."""
    metric = metric_of(edition.challenge.spec.metric.primary)
    stored = {name: Score(**anchor) for name, anchor in edition.anchors.items()}
    values = {name: score.value for name, score in stored.items()}
    return Anchors(
        better=metric.better,
        floor=values.get("floor"),
        baseline=stored.get("baseline") if host is None else _score(host),
        reference=values.get("reference"),
        ceiling=values.get("ceiling", metric.best),  # no ceiling is stored where the truth itself is the best answer
    )


def _hosts(editions: Sequence[int]) -> Standings:
    """Return the host's row of each edition and board; where there are several, the weakest: that is the starter."""
    if not editions:
        return {}
    rows = Standing.objects.filter(team__is_baseline=True, team__edition__in=editions)
    return _by_board(rows.order_by("key"))


def _by_board(rows: Iterable[Standing]) -> Standings:
    return {(standing.edition_id, standing.board): standing for standing in rows}


def _score(standing: Standing) -> Score:
    return Score(value=standing.score, standard_error=standing.standard_error)
