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

NO_POSITIVE = "truth has no positive row"
ONE_CLASS = "truth holds one class only: a ranking of one class is not defined"


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
    return float(np.mean([_precision(positive, scores) for positive, scores in _columns(truth, predictions)]))


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
    return _of_all(recall_at_precision_resampled, truth, predictions, NO_POSITIVE, precision=precision)


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


def roc_auc_resampled(truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[Any]) -> Array:
    """Return (m,) areas where the rows are drawn as often as (m, n) counts say; NaN where a class is missing."""
    columns = [_ranked(*column) for column in _columns(truth, predictions)]
    return _each(counts, lambda drawn: float(np.mean([_drawn_area(ranked, drawn) for ranked in columns])))


def pr_auc_resampled(truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[Any]) -> Array:
    """Return (m,) average precisions under (m, n) counts; NaN where a resample has no positive row."""
    columns = [_ranked(*column) for column in _columns(truth, predictions)]
    return _each(counts, lambda drawn: float(np.mean([_drawn_precision(ranked, drawn) for ranked in columns])))


def partial_auc_resampled(
    truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[Any], *, fpr: float = 0.1
) -> Array:
    """Return (m,) partial areas under (m, n) counts; NaN where a class is missing."""
    if not 0 < fpr <= 1:
        raise MetricError(f"the parameter `fpr`: expected a rate above 0 and up to 1, found {fpr}")
    levels = _levels(truth, predictions)
    return _each(counts, lambda drawn: _partial_area(*levels.totals(drawn), fpr))


def recall_at_precision_resampled(
    truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[Any], *, precision: float
) -> Array:
    """Return (m,) recalls under (m, n) counts; NaN where a resample has no positive row."""
    if not 0 < precision <= 1:
        raise MetricError(f"the parameter `precision`: expected a share above 0 and up to 1, found {precision}")
    levels = _levels(truth, predictions)
    return _each(counts, lambda drawn: _recall(*levels.totals(drawn), precision))


def eer_resampled(truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[Any]) -> Array:
    """Return (m,) equal error rates under (m, n) counts; NaN where a class is missing."""
    levels = _levels(truth, predictions)
    return _each(counts, lambda drawn: _crossing(*levels.totals(drawn)))


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
    ends: Rows

    def totals(self, drawn: NDArray[Any]) -> tuple[Array, Array]:
        """Return (levels + 1,) positives and negatives at or above each level, from none of them on."""
        weights = drawn.take(self.order)
        hits = np.cumsum(weights * self.positive).take(self.ends)
        every = np.cumsum(weights).take(self.ends)
        return np.append(0.0, hits), np.append(0.0, every - hits)


def _each(counts: NDArray[Any], value: Callable[[NDArray[Any]], float]) -> Array:
    """Return (m,) values, one for each row of counts.

    A row is looked at in as narrow a type as holds it: it is read in the order of the scores, all over the place, and
    bytes stay in the processor's cache where 100 000 wider numbers do not.
    """
    return np.array([value(drawn.astype(np.uint8) if drawn.max(initial=0) < 256 else drawn) for drawn in counts])


def _of_all(
    resampled: Callable[..., Array], truth: NDArray[Any], predictions: NDArray[Any], undefined: str, **params: float
) -> float:
    """Return the value when every row is drawn once. Raises MetricError where it is not defined."""
    value = float(resampled(truth, predictions, np.ones((1, len(truth)), dtype=np.uint8), **params)[0])
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


def _precision(positive: NDArray[np.bool_], scores: Array) -> float:
    """Return the average precision by looking up how many rows stand as high as each positive one."""
    high, low = np.sort(scores[positive]), np.sort(scores[~positive])
    if len(high) == 0:
        raise MetricError(NO_POSITIVE)
    first = np.maximum.accumulate(np.where(np.diff(high, prepend=np.nan) == 0, 0, np.arange(len(high))))
    hits = len(high) - first
    return float((hits / (hits + len(low) - np.searchsorted(low, high, side="left"))).mean())


def _ranked(positive: NDArray[np.bool_], scores: Array) -> _Ranked:
    there, other = np.flatnonzero(positive), np.flatnonzero(~positive)
    positives, negatives = there[np.argsort(-scores[there])], other[np.argsort(-scores[other])]
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
    order = np.argsort(-scores)
    ends = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))
    return _Levels(order=order, positive=positive[order], ends=ends)


def _drawn_area(ranked: _Ranked, drawn: NDArray[Any]) -> float:
    positives, negatives = drawn.take(ranked.positives), _negatives_before(ranked, drawn)
    here, there = float(positives.sum()), float(negatives[-1])
    if here == 0 or there == 0:
        return float("nan")
    beaten_by = (negatives.take(ranked.above) + negatives.take(ranked.level)).astype(np.float64)
    return 1 - float(positives.astype(np.float64) @ beaten_by) / (2 * here * there)


def _drawn_precision(ranked: _Ranked, drawn: NDArray[Any]) -> float:
    positives = drawn.take(ranked.positives)
    here = float(positives.sum())
    if here == 0:
        return float("nan")
    hits = np.cumsum(positives).take(ranked.last)
    called = hits + _negatives_before(ranked, drawn).take(ranked.level)
    return float(positives.astype(np.float64) @ (hits / np.maximum(called, 1))) / here


def _negatives_before(ranked: _Ranked, drawn: NDArray[Any]) -> NDArray[np.int64]:
    """Return (negatives + 1,) how many negatives are drawn before each place of their ranking."""
    before = np.zeros(len(ranked.negatives) + 1, dtype=np.int64)
    np.cumsum(drawn.take(ranked.negatives), out=before[1:])
    return before


def _partial_area(hits: Array, alarms: Array, fpr: float) -> float:
    if hits[-1] == 0 or alarms[-1] == 0:
        return float("nan")
    width = np.diff(alarms)
    inside = np.clip(fpr * alarms[-1] - alarms[:-1], 0.0, width)
    rise = np.diff(hits) * np.divide(inside, width, out=np.zeros_like(width), where=width > 0)
    share = float(inside @ (hits[:-1] + rise / 2)) / (hits[-1] * alarms[-1])
    chance = fpr**2 / 2
    return float((1 + (share - chance) / (fpr - chance)) / 2)


def _recall(hits: Array, alarms: Array, precision: float) -> float:
    if hits[-1] == 0:
        return float("nan")
    precise = hits / np.maximum(hits + alarms, 1) >= precision
    return float(hits[precise].max(initial=0.0) / hits[-1])


def _crossing(hits: Array, alarms: Array) -> float:
    if hits[-1] == 0 or alarms[-1] == 0:
        return float("nan")
    accepted = alarms / alarms[-1]
    gap = accepted - (1 - hits / hits[-1])  # rises from -1 to 1
    after = int(np.argmax(gap >= 0))
    part = -gap[after - 1] / (gap[after] - gap[after - 1])
    return float(accepted[after - 1] + part * (accepted[after] - accepted[after - 1]))
