"""The headings of the registry in a few families, short enough to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache

from challenges.metrics_page import by_family


class Family(StrEnum):
    """What kind of answer a metric marks."""

    CLASSES = "classes"
    PROBABILITIES = "probabilities"
    NUMBERS = "numbers"
    RANKINGS = "rankings"
    GROUPS = "groups"
    TEXTS = "texts"
    PICTURES = "pictures"
    STREAMS = "streams"
    DECISIONS = "decisions"
    GAMES = "games"
    CHECKS = "checks"
    SEVERAL = "several"


FAMILIES: Mapping[str, Family] = {
    "Classes": Family.CLASSES,
    "Several labels a row": Family.CLASSES,
    "Probabilities": Family.PROBABILITIES,
    "Numbers": Family.NUMBERS,
    "Vectors": Family.NUMBERS,
    "Forecasts and intervals": Family.NUMBERS,
    "Rankings": Family.RANKINGS,
    "Partitions": Family.GROUPS,
    "Texts": Family.TEXTS,
    "Language": Family.TEXTS,
    "Generated samples and pictures": Family.PICTURES,
    "Boxes": Family.PICTURES,
    "Masks and maps of pixels": Family.PICTURES,
    "Figures, tracks, poses, lanes": Family.PICTURES,
    "Depth and paths": Family.PICTURES,
    "Shapes in space": Family.PICTURES,
    "Streams": Family.STREAMS,
    "Services under load": Family.STREAMS,
    "Decisions": Family.DECISIONS,
    "Effects, experiments, decisions": Family.DECISIONS,
    "Games": Family.GAMES,
    "Agents": Family.GAMES,
    "Records": Family.CHECKS,
    "Programs at work": Family.CHECKS,
    "Several metrics in one score": Family.SEVERAL,
}
"""Heading of the registry -> family; a test asks that no heading is missing."""


def family_of(metric_id: str) -> Family:
    """Return the family of a metric of the registry."""
    return _families()[metric_id]


@cache
def _families() -> Mapping[str, Family]:
    return {metric.id: FAMILIES[heading] for heading, metrics in by_family().items() for metric in metrics}
