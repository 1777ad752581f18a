"""Mystery samples: drawn from one of eight families, now and then with a slipped decimal point."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

SHORTEST, LONGEST = 15, 400
SPOILT_SAMPLES = 1 / 3
MOST_SPOILT = 0.03
SLIP = 100.0
"""A slipped decimal point makes a value a hundred times as large."""

Z90 = 1.6448536269514722
"""Half the width of a 90 % interval in standard errors."""


@dataclass(frozen=True, kw_only=True)
class Mystery:
    """A sample, and what is true of the family that it comes from."""

    family: str
    values: list[int] | list[float]
    trials: int | None
    """For whole numbers, whatever their family: how often could have been counted."""
    mean: float
    standard_error: float
    """Of the mean of so many values."""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    values: NDArray[np.float64]
    mean: float
    sd: float
    trials: int | None = None


def draw(family: str, rng: Generator) -> Mystery:
    size = int(np.exp(rng.uniform(np.log(SHORTEST), np.log(LONGEST))))
    drawn = FAMILIES[family](rng, size)
    values = drawn.values.round(3)
    if rng.random() < SPOILT_SAMPLES:
        count = max(1, int(rng.uniform(0, MOST_SPOILT) * size))
        values[rng.choice(size, size=count, replace=False)] *= SLIP
    whole = drawn.trials is not None
    listed = [int(value) for value in values] if whole else [float(value) for value in values]
    return Mystery(
        family=family,
        values=listed,
        trials=drawn.trials,
        mean=drawn.mean,
        standard_error=drawn.sd / size**0.5,
    )


def _normal(rng: Generator, size: int) -> Drawn:
    mean, sd = rng.uniform(-50, 50), rng.uniform(1, 20)
    return Drawn(values=rng.normal(mean, sd, size), mean=mean, sd=sd)


def _student(rng: Generator, size: int) -> Drawn:
    mean, scale = rng.uniform(-50, 50), rng.uniform(1, 10)
    return Drawn(values=mean + scale * rng.standard_t(3, size), mean=mean, sd=scale * 3**0.5)


def _uniform(rng: Generator, size: int) -> Drawn:
    low, width = rng.uniform(-50, 50), rng.uniform(5, 60)
    return Drawn(values=rng.uniform(low, low + width, size), mean=low + width / 2, sd=width / 12**0.5)


def _exponential(rng: Generator, size: int) -> Drawn:
    mean = rng.uniform(1, 40)
    return Drawn(values=rng.exponential(mean, size), mean=mean, sd=mean)


def _lognormal(rng: Generator, size: int) -> Drawn:
    mu, sigma = rng.uniform(0, 3), rng.uniform(0.3, 0.8)
    mean = np.exp(mu + sigma**2 / 2)
    return Drawn(values=rng.lognormal(mu, sigma, size), mean=mean, sd=mean * np.expm1(sigma**2) ** 0.5)


def _trials(rng: Generator, values: NDArray[np.int64]) -> int:
    """Return a number of trials that does not give the family away."""
    return int(max(values.max(), 5) + rng.integers(0, 15))


def _poisson(rng: Generator, size: int) -> Drawn:
    rate = rng.uniform(2, 15)
    values = rng.poisson(rate, size)
    return Drawn(values=values.astype(float), mean=rate, sd=rate**0.5, trials=_trials(rng, values))


def _binomial(rng: Generator, size: int) -> Drawn:
    trials, p = int(rng.integers(8, 30)), rng.uniform(0.3, 0.85)
    values = rng.binomial(trials, p, size)
    return Drawn(values=values.astype(float), mean=trials * p, sd=(trials * p * (1 - p)) ** 0.5, trials=trials)


def _geometric(rng: Generator, size: int) -> Drawn:
    p = rng.uniform(0.08, 0.5)
    values = rng.geometric(p, size)
    return Drawn(values=values.astype(float), mean=1 / p, sd=(1 - p) ** 0.5 / p, trials=_trials(rng, values))


FAMILIES: dict[str, Callable[[Generator, int], Drawn]] = {
    "normal": _normal,
    "student": _student,
    "uniform": _uniform,
    "exponential": _exponential,
    "lognormal": _lognormal,
    "poisson": _poisson,
    "binomial": _binomial,
    "geometric": _geometric,
}
