"""What a learner sees of a public score where the challenge keeps a Ladder: see challenges/uncertainty/ladder.py.

A score that does not climb is held: the submission carries the public figures of the team's best before it, so that
neither score, error nor secondary metrics tell anything new of the public rows. Private figures are never touched.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from django.utils.translation import gettext_noop as _

from challenges.scoring import Score, SplitScores, metric_of
from challenges.spec import Counts
from challenges.uncertainty.differences import Difference, of_spreads
from challenges.uncertainty.ladder import climbs, rounded
from judge import rules
from judge.models import Submission, Team
from judge.verdicts import Verdict

HELD = _(
    "The public score shown is that of your best submission so far: this one is not better by more than chance "
    "explains. On the private rows every submission is scored as it is."
)


@dataclass(frozen=True)
class Shown:
    """The public figures of a new submission as its team may see them."""

    split: SplitScores
    held: bool


def shown(submission: Submission, fresh: SplitScores) -> Shown:
    """Return what is shown of fresh public scores; call inside the recording transaction."""
    Team.objects.select_for_update().get(pk=submission.team_id)  # two recordings at once would both be the first
    spec = submission.edition.challenge.spec
    if not spec.board.ladder:
        return Shown(fresh, held=False)
    direction = metric_of(spec.metric.primary).better
    earlier = submission.team.submissions.filter(verdict=Verdict.SCORED, public_held=False).exclude(pk=submission.pk)
    counts = rules.counting(list(earlier), spec.board.model_copy(update={"counts": Counts.BEST}), direction)
    if counts is None or climbs(_difference(fresh, _split(counts.public, fresh.rows)), direction):
        value = rounded(fresh.primary.value, fresh.rows)
        return Shown(replace(fresh, primary=replace(fresh.primary, value=value)), held=False)
    return Shown(_split(counts.public, fresh.rows), held=True)


def _split(best: Submission, rows: int) -> SplitScores:
    """Return the public figures that a submission carries."""
    if best.public_score is None:
        raise ValueError(f"submission {best.pk} stands on the board without a public score")
    return SplitScores(
        primary=Score(value=best.public_score, standard_error=best.public_error or 0.0),
        secondary=best.public_secondary,
        rows=rows,
        spread=np.frombuffer(best.public_spread or b"", dtype="<f4").astype(np.float64),
    )


def _difference(fresh: SplitScores, best: SplitScores) -> Difference:
    values = fresh.primary.value, best.primary.value
    paired = of_spreads(*values, first_spread=fresh.spread, second_spread=best.spread)
    if paired is not None:
        return paired
    # Resampled otherwise, by an earlier judge: as if the two had nothing in common, which asks for a larger step.
    error = float(np.hypot(fresh.primary.standard_error, best.primary.standard_error))
    return Difference(value=values[0] - values[1], standard_error=error)
