"""Do long texts go wrong more often than short ones?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from challenges.plots.discretion import ROWS_A_STEP, Blur, bins_by
from challenges.plots.shapes import Bar, Bars, Plot, rounded
from challenges.plots.subject import Subject
from challenges.uncertainty.resampling import from_figures, row_figures

MOST_BINS = 6
MOST_TEXTS = 2000
"""Of more, every second, third ... is aligned for the plot."""


def score_by_length(subject: Subject) -> Sequence[Plot]:
    """Return the metric on the texts of each length; only for metrics made of sums over the texts.

    The bins are those of the truth, so that no prediction can put a text into a bin of its own.
    """
    metric = subject.metric
    if metric.row_scores is None and metric.row_sums is None:
        return ()
    some = slice(None, None, -(-len(subject.truth) // MOST_TEXTS))
    truth, predictions = subject.truth[some], subject.predictions[some]
    words = np.array([_words(text) for text in truth.tolist()])
    bins = bins_by(words, most=MOST_BINS)
    figures = row_figures(metric, truth, predictions, subject.params)
    values = from_figures(metric, np.column_stack([bins.sums(column) for column in figures.T]))
    whole = float(from_figures(metric, figures.sum(axis=0)))
    if not np.isfinite(values).all() or not np.isfinite(whole):
        return ()
    # Where a row's score has no bound, one row is taken to count for as much as a bin of ordinary ones.
    scale = max(abs(whole), 1.0) if metric.best is None or metric.worst is None else abs(metric.best - metric.worst)
    blurred = Blur(truth, predictions).numbers(values, scale * np.minimum(ROWS_A_STEP / bins.rows, 1))
    bars = [_bar(words[bins.of_row == number], float(value)) for number, value in enumerate(blurred)]
    return (Bars(name="score_by_length", title="By length", x="words of the truth", y=subject.label, bars=bars),)


def _words(text: str | Sequence[str]) -> int:
    """Return the number of words; of the first reference where there are several."""
    return len((text if isinstance(text, str) else text[0]).split())


def _bar(words: NDArray[np.int64], value: float) -> Bar:
    return Bar(low=float(words.min()), high=float(words.max()), value=rounded(value))
