"""What an accident is."""

from __future__ import annotations

from dataclasses import dataclass

from challenges.evaluation import Evaluation


@dataclass(frozen=True, kw_only=True)
class Accident:
    """An answer that needs no look at what a row holds."""

    name: str
    evaluation: Evaluation
    honest: str | None = None
    """Why it may tell of the truth, where challenge.yaml says so."""
    drawn: bool = False
    """Whether chance alone decides how it fares, as it does where right answers come to strange rows: of many such,
    one will come high."""
    explained: Evaluation | None = None
    """The same with right answers in the place of those that it took from doubles: what their features tell."""
