"""What a question is, and how its answer and tolerance are written down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from challenges.catalog.eda_planted_facts.chain import FIRST_DAY

Fields = dict[str, Any]
"""A question that does not know its family yet."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question with its answer."""

    family: str
    topic: str
    text: str
    type: str
    value: float | str | list[str]
    tolerance: float = 0.0
    """In the unit of the answer, or days."""
    options: tuple[str, ...] = ()

    def truth(self) -> dict[str, Any]:
        """Return what the metric needs."""
        fact: dict[str, Any] = {"type": self.type, "value": self.value}
        if self.type == "category":
            return fact | {"options": len(self.options)}
        return fact if self.type == "set" else fact | {"tolerance": self.tolerance}


def number(topic: str, text: str, value: float, tolerance: float) -> Fields:
    """Return a number question; its tolerance is at least half a percent of the answer, and published rounded up."""
    least = max(tolerance, 0.005 * abs(value))
    digits = int(np.floor(np.log10(least))) - 1
    return {"topic": topic, "text": text, "type": "number", "value": value,
            "tolerance": float(np.ceil(least / 10.0**digits) * 10.0**digits)}  # fmt: skip


def count(topic: str, text: str, value: int, share: float = 0.01) -> Fields:
    tolerance = float(np.floor(share * value))
    return {"topic": topic, "text": text, "type": "number", "value": float(value), "tolerance": tolerance}


def date(topic: str, text: str, day: int, tolerance_days: int) -> Fields:
    value = (FIRST_DAY + pd.Timedelta(days=day)).strftime("%Y-%m-%d")
    return {"topic": topic, "text": text, "type": "date", "value": value, "tolerance": float(tolerance_days)}


def choice(topic: str, text: str, value: str, options: list[str]) -> Fields:
    return {"topic": topic, "text": text, "type": "category", "value": value, "options": tuple(options)}
