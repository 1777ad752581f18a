"""Which rows of the roadmaps have a challenge by now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from challenges.roadmaps.loader import Atlas
from challenges.roadmaps.spec import Roadmap, Row


class Cover(StrEnum):
    LIVE = "live"
    """A challenge of its own is in the catalogue."""
    SHARED = "shared"
    """The challenge of another row serves it, and is in the catalogue."""
    MISSING = "missing"
    """The challenge that shall serve it is not built yet."""


@dataclass(frozen=True)
class CoveredRow:
    roadmap: Roadmap
    row: Row
    cover: Cover
    challenge: str


@dataclass(frozen=True)
class Total:
    name: str
    rows: int
    live: int
    shared: int
    missing: int


def coverage(atlas: Atlas, built: Collection[str]) -> Sequence[CoveredRow]:
    """Return every row in its order with how it is served; `built` holds the slugs of the catalogue."""
    found = []
    for roadmap in atlas.roadmaps:
        for row in roadmap.rows:
            challenge = atlas.challenge_of(row)
            covered = Cover.LIVE if row.same_as is None else Cover.SHARED
            found.append(CoveredRow(roadmap, row, covered if challenge in built else Cover.MISSING, challenge))
    return found


def totals(rows: Sequence[CoveredRow]) -> Sequence[Total]:
    """Return the counts of each roadmap, of the tracks of those that have some, and of all together."""
    found = []
    for roadmap in dict.fromkeys(covered.roadmap.slug for covered in rows):
        own = [covered for covered in rows if covered.roadmap.slug == roadmap]
        found.append(_total(roadmap, own))
        for track in dict.fromkeys(stage.track for stage in own[0].roadmap.stages if stage.track):
            ids = {row.id for stage in own[0].roadmap.stages if stage.track == track for row in stage.rows}
            found.append(_total(f"  {track}", [covered for covered in own if covered.row.id in ids]))
    return [*found, _total("all", rows)]


def _total(name: str, rows: Iterable[CoveredRow]) -> Total:
    counts = Counter(covered.cover for covered in rows)
    return Total(
        name,
        rows=sum(counts.values()),
        live=counts[Cover.LIVE],
        shared=counts[Cover.SHARED],
        missing=counts[Cover.MISSING],
    )
