"""How well scores put the positive rows before the others: areas under curves and points on them.

    truth          scores     gives
    (n,)   0 or 1  (n,)       one curve; only the order of the scores counts, so any finite number will do
    (n,)   class   (n, k)     one curve for each class against the rest, averaged; a row sums to 1
    (n, k) 0 or 1  (n, k)     one curve for each label, averaged

Rows of equal score enter a curve together. All functions refuse an empty or unequal input, NaN and infinities with
MetricError. The resampled forms sort once: a resample then costs one running total over its counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.arrays import finite, same_length, truth_or_false
from challenges.metrics.matrices import is_matrix, number_matrix, same_shape, ticks
from challenges.metrics.probability import class_chances
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]
Rows = NDArray[np.int64]

BLOCK = 1 << 18
"""Counts that are looked at in one go; more than this and they leave the processor's cache."""


def roc_auc(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the chance that a positive row has a higher score than a negative one; ties count half.

    Parameters
    ----------
    truth : (n,) 0 or 1; (n,) classes 0 .. k - 1; or (n, k) of 0 and 1.
    predictions : (n,) scores, higher means more likely 1; (n, k) probabilities of the classes, which sum to 1 in a
        row within 0.001; or (n, k) scores of the labels.

    Returns
    -------
    float, 0 to 1 (best); 0.5 for a constant. With several columns the plain mean of one against the rest.

    Raises
    ------
    MetricError
        A column with one class only in the truth.

    Source
    ------
    Mann and Whitney 1947; sklearn.metrics.roc_auc_score(multi_class="ovr", average="macro").

    Examples
    --------
    >>> roc_auc(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.4, 0.8]))
    0.875
    >>> roc_auc(np.array([0, 1, 2]), np.array([[0.5, 0.3, 0.2], [0.2, 0.3, 0.5], [0.1, 0.2, 0.7]]))
    0.9166666666666666
    """
    return float(np.mean([_area(positive, scores) for positive, scores in _columns(truth, predictions)]))


def pr_auc(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the average precision: the mean, over the positive rows, of the precision at their score.

    Parameters
    ----------
    truth, predictions : see `roc_auc`.

    Returns
    -------
    float, 0 to 1 (best); the share of positives for a constant. Step-wise, no interpolation; ties enter together.

    Raises
    ------
    MetricError
        A column without a positive row in the truth.

    Source
    ------
    sklearn.metrics.average_precision_score(average="macro").

    Examples
    --------
    >>> round(pr_auc(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8])), 6)
    0.833333
    """
    return _of_all(pr_auc_resampled, truth, predictions, "a column of the truth has no positive row")


def partial_auc(truth: NDArray[Any], predictions: NDArray[Any], *, fpr: float = 0.1) -> float:
    """Return the area under the ROC curve up to a false positive rate, scaled so that chance has 0.5.

    Parameters
    ----------
    truth : (n,) 0 or 1.
    predictions : (n,) scores, higher means more likely 1.
    fpr : the greatest false positive rate that counts, above 0 and up to 1.

    Returns
    -------
    float, 0 to 1 (best); 0.5 for a constant.

    Raises
    ------
    MetricError
        One class only in the truth.

    Source
    ------
    McClish 1989; sklearn.metrics.roc_auc_score(max_fpr=fpr).

    Examples
    --------
    >>> round(partial_auc(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8]), fpr=0.5), 6)
    0.666667
    """
    return _of_all(partial_auc_resampled, truth, predictions, ONE_CLASS, fpr=fpr)


def recall_at_precision(truth: NDArray[Any], predictions: NDArray[Any], *, precision: float) -> float:
    """Return the highest recall that some threshold reaches at a precision of this or better.

    Parameters
    ----------
    truth : (n,) 0 or 1.
    predictions : (n,) scores, higher means more likely 1.
    precision : the least precision that will do, above 0 and up to 1.

    Returns
    -------
    float, 0 to 1 (best); 0 where no threshold reaches the precision.

    Raises
    ------
    MetricError
        No positive row in the truth.

    Source
    ------
    sklearn.metrics.precision_recall_curve, its highest recall where precision is enough.

    Examples
    --------
    >>> recall_at_precision(np.array([1, 0, 1, 1]), np.array([0.9, 0.8, 0.7, 0.1]), precision=0.75)
    1.0
    >>> round(recall_at_precision(np.array([1, 0, 1, 1]), np.array([0.9, 0.8, 0.7, 0.1]), precision=0.9), 6)
    0.333333
    """
    wanted = "truth has no positive row"
    return _of_all(recall_at_precision_resampled, truth, predictions, wanted, precision=precision)


def eer(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the equal error rate: false acceptances where they are as frequent as false rejections.

    Parameters
    ----------
    truth : (n,) 0 or 1.
    predictions : (n,) scores, higher means more likely 1.

    Returns
    -------
    float, 0 (best) to 1; 0.5 for a constant. Between two thresholds the ROC curve is a straight line.

    Raises
    ------
    MetricError
        One class only in the truth.

    Source
    ------
    NIST speaker recognition evaluations; the crossing of sklearn.metrics.roc_curve with fpr = 1 - tpr.

    Examples
    --------
    >>> eer(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8]))
    0.5
    >>> eer(np.array([0, 0, 0, 1, 1, 1]), np.array([1, 2, 4, 3, 5, 6]))
    0.3333333333333333
    """
    return _of_all(eer_resampled, truth, predictions, ONE_CLASS)


ONE_CLASS = "truth holds one class only: a ranking of one class is not defined"


def roc_auc_resampled(truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[Any]) -> Array:
    """Return (m,) areas where the rows are drawn as often as (m, n) counts say; NaN where a class is missing."""
    sorted_once = [_ranked(*column) for column in _columns(truth, predictions)]
    return _blockwise(counts, lambda drawn: np.mean([_areas(ranked, drawn) for ranked in sorted_once], axis=0))


def pr_auc_resampled(truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[Any]) -> Array:
    """Return (m,) average precisions under (m, n) counts; NaN where a resample has no positive row."""
    sorted_once = [_ranked(*column) for column in _columns(truth, predictions)]
    return _blockwise(
        counts, lambda drawn: np.mean([_average_precisions(ranked, drawn) for ranked in sorted_once], axis=0)
    )


def partial_auc_resampled(
    truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[Any], *, fpr: float = 0.1
) -> Array:
    """Return (m,) partial areas under (m, n) counts; NaN where a class is missing."""
    if not 0 < fpr <= 1:
        raise MetricError(f"the parameter `fpr`: expected a rate above 0 and up to 1, found {fpr}")
    levels = _levels(truth, predictions)
    return _blockwise(counts, lambda drawn: _partial_areas(levels, drawn, fpr))


def recall_at_precision_resampled(
    truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[Any], *, precision: float
) -> Array:
    """Return (m,) recalls under (m, n) counts; NaN where a resample has no positive row."""
    if not 0 < precision <= 1:
        raise MetricError(f"the parameter `precision`: expected a share above 0 and up to 1, found {precision}")
    levels = _levels(truth, predictions)
    return _blockwise(counts, lambda drawn: _recalls(levels, drawn, precision))


def eer_resampled(truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[Any]) -> Array:
    """Return (m,) equal error rates under (m, n) counts; NaN where a class is missing."""
    levels = _levels(truth, predictions)
    return _blockwise(counts, lambda drawn: _crossings(levels, drawn))


@dataclass(frozen=True)
class _Ranked:
    """Positive and negative rows from the highest score to the lowest, and where they stand to each other."""

    positives: Rows
    negatives: Rows
    above: Rows
    """How many negatives have a higher score than each positive."""
    level: Rows
    """How many have the same or a higher one."""
    last: Rows
    """The last of the positives that have the same score as each."""


@dataclass(frozen=True)
class _Levels:
    """All rows from the highest score to the lowest, parted where the score changes."""

    order: Rows
    positive: NDArray[np.bool_]
    starts: Rows

    def totals(self, drawn: NDArray[Any]) -> tuple[Array, Array]:
        """Return (m, levels + 1) positives and negatives at or above each level, from none of them on."""
        weights = drawn[:, self.order]
        sums = [np.add.reduceat(weights * chosen, self.starts, axis=1) for chosen in (self.positive, ~self.positive)]
        hits, alarms = (np.cumsum(each, axis=1, dtype=np.float64) for each in sums)
        none = np.zeros((len(drawn), 1))
        return np.concatenate([none, hits], axis=1), np.concatenate([none, alarms], axis=1)


def _blockwise(counts: NDArray[Any], values: Callable[[NDArray[Any]], Array]) -> Array:
    size = max(1, BLOCK // max(1, counts.shape[1]))
    blocks = [counts[start : start + size] for start in range(0, len(counts), size)]
    return np.concatenate([values(block) for block in blocks])


def _of_all(
    resampled: Callable[..., Array], truth: NDArray[Any], predictions: NDArray[Any], undefined: str, **params: float
) -> float:
    """Return the value when every row is drawn once. Raises MetricError where it is not defined."""
    value = float(resampled(truth, predictions, np.ones((1, len(truth)), dtype=np.int64), **params)[0])
    if np.isnan(value):
        raise MetricError(undefined)
    return value


def _columns(truth: NDArray[Any], predictions: NDArray[Any]) -> Iterator[tuple[NDArray[np.bool_], Array]]:
    """Yield, for each curve, which rows are positive and the scores."""
    if not is_matrix(predictions):
        yield _scored(truth, predictions)
    elif is_matrix(truth):
        ticked, scores = ticks(truth, "truth"), number_matrix(predictions, "predictions")
        same_shape(ticked, scores)
        yield from ((ticked[:, column], scores[:, column]) for column in range(scores.shape[1]))
    else:
        chances, numbers = class_chances(truth, predictions)
        yield from ((numbers == number, chances[:, number]) for number in range(chances.shape[1]))


def _scored(truth: NDArray[Any], predictions: NDArray[Any]) -> tuple[NDArray[np.bool_], Array]:
    same_length(truth, predictions)
    return truth_or_false(truth), finite(predictions, "predictions")


def _area(positive: NDArray[np.bool_], scores: Array) -> float:
    """Return the area by counting pairs: the smaller side is looked up among the larger."""
    high, low = np.sort(scores[positive]), np.sort(scores[~positive])
    if len(high) == 0 or len(low) == 0:
        raise MetricError(ONE_CLASS)
    pairs = len(high) * len(low)
    few, many = (high, low) if len(high) <= len(low) else (low, high)
    below = np.searchsorted(many, few, side="left").sum() + np.searchsorted(many, few, side="right").sum()
    return float(below / 2 / pairs if few is high else 1 - below / 2 / pairs)


def _ranked(positive: NDArray[np.bool_], scores: Array) -> _Ranked:
    there, other = np.flatnonzero(positive), np.flatnonzero(~positive)
    positives = there[np.argsort(-scores[there], kind="stable")]
    negatives = other[np.argsort(-scores[other], kind="stable")]
    high, low = -scores[positives], -scores[negatives]
    return _Ranked(
        positives=positives,
        negatives=negatives,
        above=np.searchsorted(low, high, side="left"),
        level=np.searchsorted(low, high, side="right"),
        last=np.searchsorted(high, high, side="right") - 1,
    )


def _levels(truth: NDArray[Any], predictions: NDArray[Any]) -> _Levels:
    positive, scores = _scored(truth, predictions)
    order = np.argsort(-scores, kind="stable")
    starts = np.flatnonzero(np.append(True, np.diff(scores[order]) != 0))
    return _Levels(order=order, positive=positive[order], starts=starts)


def _areas(ranked: _Ranked, drawn: NDArray[Any]) -> Array:
    positives, negatives = _drawn(ranked, drawn)
    beaten_by = (negatives[:, ranked.above] + negatives[:, ranked.level]) / 2
    here, there = positives.sum(axis=1, dtype=np.float64), negatives[:, -1].astype(np.float64)
    lost = np.einsum("ij,ij->i", positives, beaten_by)
    pairs = here * there
    return np.asarray(np.where(pairs > 0, 1 - lost / np.where(pairs > 0, pairs, 1.0), np.nan))


def _average_precisions(ranked: _Ranked, drawn: NDArray[Any]) -> Array:
    positives, negatives = _drawn(ranked, drawn)
    hits = np.cumsum(positives, axis=1, dtype=np.float64)[:, ranked.last]
    called = hits + negatives[:, ranked.level]
    precise = np.divide(hits, called, out=np.zeros_like(hits), where=called > 0)
    here = positives.sum(axis=1, dtype=np.float64)
    gained = np.einsum("ij,ij->i", positives, precise)
    return np.asarray(np.where(here > 0, gained / np.where(here > 0, here, 1.0), np.nan))


def _drawn(ranked: _Ranked, drawn: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return (m, p) how often each positive is drawn, (m, q + 1) how many negatives are drawn before each place."""
    negatives = np.zeros((len(drawn), len(ranked.negatives) + 1), dtype=np.int64)
    np.cumsum(drawn[:, ranked.negatives], axis=1, out=negatives[:, 1:])
    return drawn[:, ranked.positives], negatives


def _partial_areas(levels: _Levels, drawn: NDArray[Any], fpr: float) -> Array:
    hits, alarms = levels.totals(drawn)
    bound = fpr * alarms[:, -1:]
    width = np.diff(alarms, axis=1)
    inside = np.clip(bound - alarms[:, :-1], 0.0, width)
    rise = np.diff(hits, axis=1) * np.divide(inside, width, out=np.zeros_like(width), where=width > 0)
    area = (inside * (hits[:, :-1] + rise / 2)).sum(axis=1)
    pairs = hits[:, -1] * alarms[:, -1]
    share = np.where(pairs > 0, area / np.where(pairs > 0, pairs, 1.0), np.nan)
    chance = fpr**2 / 2
    return np.asarray((1 + (share - chance) / (fpr - chance)) / 2)


def _recalls(levels: _Levels, drawn: NDArray[Any], precision: float) -> Array:
    hits, alarms = (totals[:, 1:] for totals in levels.totals(drawn))
    called = hits + alarms
    precise = np.divide(hits, called, out=np.zeros_like(hits), where=called > 0) >= precision
    here = hits[:, -1]
    return np.asarray(np.where(here > 0, (hits * precise).max(axis=1) / np.where(here > 0, here, 1.0), np.nan))


def _crossings(levels: _Levels, drawn: NDArray[Any]) -> Array:
    hits, alarms = levels.totals(drawn)
    here, there = hits[:, -1:], alarms[:, -1:]
    both = ((here > 0) & (there > 0))[:, 0]
    accepted = alarms / np.where(there > 0, there, 1.0)
    gap = accepted - (1 - hits / np.where(here > 0, here, 1.0))
    after = np.argmax(gap >= 0, axis=1)
    rows, before = np.arange(len(drawn)), np.maximum(after - 1, 0)
    step = gap[rows, after] - gap[rows, before]
    part = np.divide(-gap[rows, before], step, out=np.zeros(len(drawn)), where=step > 0)
    value = accepted[rows, before] + part * (accepted[rows, after] - accepted[rows, before])
    return np.asarray(np.where(both, value, np.nan))
