"""What agents achieve in episodes: returns, successes, and skill against opponents of known strength."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.arrays import finite
from challenges.metrics.games import results
from challenges.metrics.policies import between
from challenges.metrics.series import within_range
from challenges.metrics.systems import measured
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]

PLACES = 801
"""Points of the grid on which the belief about a skill is summed; it reaches 11 standard deviations to both sides."""


def mean_return(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the mean return of the episodes.

    Parameters
    ----------
    truth : (n,) not looked at.
    predictions : (n,) return of each episode.

    Returns
    -------
    float, in the unit of the returns; higher is better.

    Source
    ------
    Sutton and Barto 2018, section 3.3.

    Examples
    --------
    >>> mean_return(np.zeros(2), np.array([10.0, -4.0]))
    3.0
    """
    return float(measured(truth, predictions).mean())


def normalised_return(
    truth: NDArray[Any], predictions: NDArray[Any], *, low: float = -np.inf, high: float = np.inf
) -> float:
    """Return how far the agent is on the way from random play to the expert's, averaged over the episodes.

    Parameters
    ----------
    truth : (n, 2) return of random play and of the expert in each episode (or game).
    predictions : (n,) return of the agent.
    low, high : what one episode counts at least and at most.

    Returns
    -------
    float, 0 for random play, 1 for the expert; higher is better.

    Raises
    ------
    MetricError
        An expert that is not better than random play.

    Source
    ------
    Mnih et al. 2015, human-normalised scores.

    Examples
    --------
    >>> normalised_return(np.array([[0.0, 10.0], [-1.0, 1.0]]), np.array([5.0, 9.0]), high=1.5)
    1.0
    """
    return float(shares_of_the_way(truth, predictions, low=low, high=high).mean())


def success_rate(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the share of episodes that were solved.

    Parameters
    ----------
    truth : (n,) not looked at.
    predictions : (n,) 1 solved, 0 not.

    Returns
    -------
    float, 0 to 1 (best).

    Source
    ------
    Own definition: a plain share.

    Examples
    --------
    >>> success_rate(np.zeros(4), np.array([1, 1, 0, 1]))
    0.75
    """
    return float(outcomes(truth, predictions).mean())


def trueskill(
    truth: NDArray[Any],
    predictions: NDArray[Any],
    *,
    mu: float = 25.0,
    sigma: float = 25.0 / 3,
    beta: float = 25.0 / 6,
    draw_probability: float = 0.1,
) -> float:
    """Return the skill of which we are sure: mean less three standard deviations of the belief after all games.

    Parameters
    ----------
    truth : (n,) skills of the opponents, which are taken as known.
    predictions : (n,) results, 1 win, 0.5 draw, 0 loss.
    mu, sigma : mean and standard deviation of the belief before the first game.
    beta : standard deviation of the performance of a player in one game.
    draw_probability : how often players of equal skill draw, above 0 and below 1.

    Returns
    -------
    float, on the opponents' scale; higher is better. It does not depend on the order of the games: the belief is
    worked out from all of them at once, and not game by game.

    Raises
    ------
    MetricError
        A result that is not 0, 0.5 or 1.

    Source
    ------
    Herbrich, Minka and Graepel 2006, its model without approximation; after one game the same as the update there.

    Examples
    --------
    >>> round(trueskill(np.array([25.0]), np.array([1.0])), 4)
    11.9514
    """
    once = np.ones((1, len(truth)), dtype=np.int64)
    return float(
        trueskill_resampled(truth, predictions, once, mu=mu, sigma=sigma, beta=beta, draw_probability=draw_probability)[
            0
        ]
    )


def shares_of_the_way(
    truth: NDArray[Any], predictions: NDArray[Any], *, low: float = -np.inf, high: float = np.inf
) -> Array:
    """Return (n,) (agent - random) / (expert - random), within low to high."""
    chance, expert, reached = between(truth, predictions)
    with np.errstate(over="ignore"):
        range_ = expert - chance
        if not (range_ > 0).all():
            row = int(np.argmin(range_ > 0))
            raise MetricError(f"truth, row {row}: expected an expert that is better than random play")
        return within_range(np.clip((reached - chance) / range_, low, high))


def outcomes(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return the (n,) predictions. Raises MetricError for one that is not 0 or 1."""
    found = measured(truth, predictions)
    wrong = np.flatnonzero(~np.isin(found, (0.0, 1.0)))
    if len(wrong):
        raise MetricError(f"predictions, row {wrong[0]}: expected 0 or 1, found {found[wrong[0]]}")
    return found


def trueskill_resampled(
    truth: NDArray[Any],
    predictions: NDArray[Any],
    counts: NDArray[np.int64],
    *,
    mu: float = 25.0,
    sigma: float = 25.0 / 3,
    beta: float = 25.0 / 6,
    draw_probability: float = 0.1,
) -> Array:
    """Return (m,) skills of which we are sure, one for each row of (m, n) counts."""
    if not (sigma > 0 and beta > 0 and 0 < draw_probability < 1):
        raise MetricError("expected sigma and beta above 0 and a draw_probability between 0 and 1")
    found = results(truth, predictions)
    games = np.column_stack([finite(truth, "truth"), found])
    kinds, kind = np.unique(games, axis=0, return_inverse=True)
    drawn = counts @ (np.ravel(kind)[:, None] == np.arange(len(kinds))).astype(np.float64)
    return np.array([_sure(kinds, times, mu, sigma, beta, draw_probability) for times in drawn])


def _sure(kinds: Array, times: Array, mu: float, sigma: float, beta: float, draw_probability: float) -> float:
    """Return mean - 3 standard deviations of the belief, summed on a grid that is drawn ever closer around it."""
    played = times > 0
    low = min(mu, *kinds[:, 0]) - 12 * (sigma + beta)
    high = max(mu, *kinds[:, 0]) + 12 * (sigma + beta)
    while True:
        skill = np.linspace(low, high, PLACES)
        belief = -0.5 * ((skill - mu) / sigma) ** 2
        belief += times[played] @ _log_chances(kinds[played], skill, beta, draw_probability)
        near = np.flatnonzero(belief > belief.max() - 60.0)  # e ** -60 is nothing beside 1
        low, high = skill[max(near[0] - 1, 0)], skill[min(near[-1] + 1, PLACES - 1)]
        if len(near) > PLACES / 2:
            break
    weight = np.exp(belief - belief.max())
    weight /= weight.sum()
    mean = float(weight @ skill)
    return mean - 3 * float(np.sqrt(weight @ (skill - mean) ** 2))


def _log_chances(kinds: Array, skill: Array, beta: float, draw_probability: float) -> Array:
    """Return (kinds, skills) logarithms of the chance of each result against each opponent."""
    from scipy.special import log_ndtr, ndtri

    spread = np.sqrt(2.0) * beta
    margin = ndtri((draw_probability + 1) / 2)
    ahead = (skill - kinds[:, :1]) / spread
    result = kinds[:, 1:]
    upper = log_ndtr(margin - np.abs(ahead))
    drawn = upper + np.log1p(-np.exp(log_ndtr(-margin - np.abs(ahead)) - upper))
    return np.asarray(
        np.where(result == 0.5, drawn, np.where(result == 1.0, log_ndtr(ahead - margin), log_ndtr(-ahead - margin)))
    )
