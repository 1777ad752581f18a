"""Every metric that a challenge may name: one literal table, found by grep, read at one glance."""

from __future__ import annotations

from challenges.metrics.types import Metric

_TABLE: tuple[Metric, ...] = ()

METRICS: dict[str, Metric] = {metric.id: metric for metric in _TABLE}
