"""What to try next on a roadmap: pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from challenges.roadmaps.spec import Row
from challenges.spec import Level
from judge.tiers import Tier

MOST = 3
LEVELS = list(Level)


def what_next(rows: Sequence[Row], *, tiers: Mapping[str, Tier], offered: Collection[str]) -> Sequence[Row]:
    """Return the first rows, in the roadmap's order, that are not passed and that the learner is ready for.

    Ready means: the level is at most one above the highest level passed on this roadmap (a newcomer begins at the
    lowest level that there is), and every row that it needs is passed. `tiers` and `offered` go by the ids of rows; a
    row that is not offered on this site can be neither proposed nor asked for.
    """
    passed = {row.id for row in rows if tiers.get(row.id, Tier.NOT_TRIED).passed}
    here = [row for row in rows if row.id in offered]
    if not here:
        return []
    highest = max((_height(row) + 1 for row in rows if row.id in passed), default=0)
    reach = max(highest, min(_height(row) for row in here))

    def ready(row: Row) -> bool:
        return _height(row) <= reach and all(needed in passed or needed not in offered for needed in row.needs)

    return [row for row in here if row.id not in passed and ready(row)][:MOST]


def _height(row: Row) -> int:
    return LEVELS.index(row.level)
