"""Results of games against opponents of known strength.

A row is one game: truth (n,) the opponent's rating, predictions (n,) the learner's result, 1 win, 0.5 draw, 0 loss.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.arrays import number_rows
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]

SCALE = 400.0
"""Points of rating that make the odds ten to one."""

HALVINGS = 64
"""From +-4000 points down to less than 1e-15 of one."""


def elo(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the rating under which the results are likeliest, given one more draw against each opponent.

    Parameters
    ----------
    truth : (n,) ratings of the opponents, in points; equal ratings are one opponent.
    predictions : (n,) results, 1 win, 0.5 draw, 0 loss.

    Returns
    -------
    float, rating points on the opponents' scale; higher is better, no bound. The virtual draws keep it finite when
    every game is won or lost, and draw it towards the opponents' mean while the games are few.

    Raises
    ------
    MetricError
        A result that is not 0, 0.5 or 1.

    Source
    ------
    Elo 1978: a win has the chance 1 / (1 + 10 ** ((opponent - rating) / 400)); a draw is half of one.

    Examples
    --------
    >>> round(elo(np.array([1000.0, 1000.0]), np.array([1.0, 0.0])), 6)
    1000.0
    >>> round(elo(np.array([0.0, 0.0, 0.0, 0.0]), np.array([1.0, 1.0, 1.0, 1.0])), 2)
    381.7
    """
    ratings, counts = _opponents(truth, predictions)
    return float(_likeliest(ratings, counts.sum(axis=0)[None])[0])


def win_rate(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the mean result; a draw is half a win.

    Parameters
    ----------
    truth, predictions : see `elo`.

    Returns
    -------
    float, 0 to 1 (best).

    Source
    ------
    Own definition: results as chess counts them.

    Examples
    --------
    >>> win_rate(np.array([0.0, 100.0]), np.array([1.0, 0.5]))
    0.75
    """
    return float(results(truth, predictions).mean())


def results(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n,) results. Raises MetricError for one that is not 0, 0.5 or 1."""
    _, found = number_rows(truth, predictions)
    wrong = np.flatnonzero(~np.isin(found, (0.0, 0.5, 1.0)))
    if len(wrong):
        raise MetricError(f"predictions, row {wrong[0]}: expected 0, 0.5 or 1, found {found[wrong[0]]}")
    return found


def elo_resampled(truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[np.int64]) -> Array:
    """Return (m,) ratings, one for each row of (m, n) counts."""
    ratings, rows = _opponents(truth, predictions)
    return _likeliest(ratings, np.tensordot(counts.astype(np.float64), rows, axes=1))


def _opponents(truth: NDArray[Any], predictions: NDArray[Any]) -> tuple[Array, Array]:
    """Return the (k,) distinct ratings and, per row, (n, 2, k): points won and games played against each."""
    points = results(truth, predictions)
    ratings, opponent = np.unique(truth.astype(np.float64), return_inverse=True)
    played = np.eye(len(ratings))[opponent]
    return ratings, np.stack([played * points[:, None], played], axis=1)


def _likeliest(ratings: Array, totals: Array) -> Array:
    """Return (m,) ratings for (m, 2, k) points and games, by halving: the points expected rise with the rating."""
    virtual = (totals[:, 1] > 0).astype(np.float64)
    points = (totals[:, 0] + 0.5 * virtual).sum(axis=1)
    games = totals[:, 1] + virtual
    low = np.full(len(totals), ratings.min() - 4000.0)
    high = np.full(len(totals), ratings.max() + 4000.0)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        expected = (games / (1 + 10 ** ((ratings - middle[:, None]) / SCALE))).sum(axis=1)
        low, high = np.where(expected < points, middle, low), np.where(expected < points, high, middle)
    return np.asarray((low + high) / 2)
