"""Applicants for a credit card and a committee that decides on them.

structure ──> Bank ──> applicants of three hidden types: nine categories, six figures ──> log odds ──> decision
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

Array = NDArray[np.float64]

LEVELS = {
    "A1": ("a", "b"),
    "A4": ("l", "u", "y", "t"),
    "A5": ("g", "gg", "p"),
    "A6": ("aa", "c", "cc", "d", "e", "ff", "i", "j", "k", "m", "q", "r", "w", "x"),
    "A7": ("bb", "dd", "ff", "h", "j", "n", "o", "v", "z"),
    "A9": ("f", "t"),
    "A10": ("f", "t"),
    "A12": ("f", "t"),
    "A13": ("g", "p", "s"),
}
"""Category -> its levels; A9 is `t` where an earlier credit was paid back."""

CONCENTRATION = {"A6": 0.9, "A7": 0.7}
"""How evenly levels are spread: with many levels some are so rare that 690 applications may miss them."""
FREE_FREQUENCIES = ("A1", "A4", "A5", "A6", "A7", "A12", "A13")
ALL_COLUMNS = tuple(f"A{number}" for number in range(1, 16))
TYPES = 3

GAPS = 0.025
YOUNG, YOUNG_AGE_GAP = 25.0, 0.09


@dataclass(frozen=True, kw_only=True)
class Bank:
    """The secret of one edition."""

    type_shares: Array
    """(3,)"""
    frequencies: dict[str, Array]
    """Category -> (3, levels) how common each level is among applicants of a type."""
    effects: dict[str, Array]
    """Category -> (levels,) in log odds."""
    type_means: Array
    """(3, 4) mean log age, log debt, log years, share with earlier credit."""
    debt_slope: float
    tent_age: float
    tent: float
    scale: float
    base: float


def draw_bank(rng: Generator) -> Bank:
    frequencies = {
        name: rng.dirichlet(np.full(len(LEVELS[name]), CONCENTRATION.get(name, 1.5)), size=TYPES)
        for name in FREE_FREQUENCIES
    }
    return Bank(
        type_shares=rng.dirichlet([6, 5, 4]),
        frequencies=frequencies,
        effects={name: rng.normal(0, 0.35, len(LEVELS[name])) for name in FREE_FREQUENCIES},
        type_means=np.array([[3.2, 0.6, -0.2, 0.42], [3.45, 1.1, 0.6, 0.55], [3.7, 1.3, 1.1, 0.65]])
        + rng.normal(0, [0.05, 0.2, 0.2, 0.05], (TYPES, 4)),
        debt_slope=rng.uniform(-0.45, 0.15),
        tent_age=rng.uniform(30, 45),
        tent=rng.uniform(0.4, 0.9),
        scale=1.25,
        base=rng.uniform(-1.35, -0.85),
    )


def apply(bank: Bank, count: int, rng: Generator) -> pd.DataFrame:
    """Return so many applications, without gaps; columns in the bank's own order."""
    kind = rng.choice(TYPES, size=count, p=bank.type_shares)
    means = bank.type_means[kind]
    table = {name: _levels(bank.frequencies[name][kind], LEVELS[name], rng) for name in FREE_FREQUENCIES}
    paid_back = rng.random(count) < means[:, 3]
    age = np.clip(np.exp(rng.normal(means[:, 0], 0.33)), 18, 80)
    debt = np.exp(rng.normal(means[:, 1], 1.1))
    years = np.minimum(np.exp(rng.normal(means[:, 2], 1.2)), age - 16)
    # Who paid back before has a standing at the bank: most of the others have a score of 0.
    has_score = rng.random(count) < np.where(paid_back, 0.68, 0.17)
    score = np.where(has_score, np.minimum(rng.geometric(0.22, count), 67), 0)
    income = np.where(rng.random(count) < 0.42, 0, np.round(np.exp(rng.normal(5.4 + 0.9 * paid_back, 1.9))))
    figures = {
        "A2": np.round(age, 2),
        "A3": np.round(np.minimum(debt, 28), 3),
        "A8": np.round(np.minimum(years, 28.5), 3),
        "A9": np.where(paid_back, "t", "f"),
        "A10": np.where(has_score, "t", "f"),
        "A11": score.astype(np.int64),
        "A14": (20 * rng.integers(0, 26, count) * (rng.random(count) < 0.81)).astype(np.int64),
        "A15": np.minimum(income, 100_000).astype(np.int64),
    }
    return pd.DataFrame(table | figures)[list(ALL_COLUMNS)]


def approval(bank: Bank, applications: pd.DataFrame) -> Array:
    """Return (n,) the probability that the committee says yes."""
    paid_back = (applications["A9"] == "t").to_numpy()
    debt, years = applications["A3"].to_numpy(), applications["A8"].to_numpy()
    score, income = applications["A11"].to_numpy(), applications["A15"].to_numpy()
    odds = np.full(len(applications), bank.base)
    for name, effects in bank.effects.items():
        odds += applications[name].map(dict(zip(LEVELS[name], effects, strict=True))).to_numpy(dtype=np.float64)
    odds += 1.15 * np.where(paid_back, 1.0, -1.0)
    odds += 0.5 * np.log1p(score) + 0.14 * np.log1p(income) + 0.35 * np.log(years + 0.05)
    odds += bank.debt_slope * np.log(debt + 0.05)
    # The committee likes a certain age best, and less the further an applicant is from it.
    odds += bank.tent * (1 - np.abs(np.log(applications["A2"].to_numpy() / bank.tent_age)) / 0.4)
    odds += 0.9 * (paid_back & (income > 300)) - 0.7 * (~paid_back & (debt > 4))
    probability: Array = 1 / (1 + np.exp(-bank.scale * odds))
    return probability


def with_gaps(applications: pd.DataFrame, rng: Generator) -> pd.DataFrame:
    """Return the applications as they were filled in: a gap is a question mark, and the young hide their age."""
    blank = rng.random(applications.shape) < GAPS * rng.uniform(0.8, 1.2, applications.shape[1])
    young = applications["A2"].to_numpy() < YOUNG
    place = applications.columns.get_loc("A2")
    blank[:, place] = rng.random(len(applications)) < np.where(young, YOUNG_AGE_GAP, 0.01)
    blank[:, applications.columns.get_loc("A15")] = False  # the bank knows the income, or writes 0
    return applications.astype(str).mask(blank, "?")


def _levels(frequencies: Array, names: tuple[str, ...], rng: Generator) -> NDArray[np.str_]:
    steps = np.cumsum(frequencies, axis=1)
    code = np.minimum((steps < rng.random((len(steps), 1))).sum(axis=1), len(names) - 1)
    drawn: NDArray[np.str_] = np.array(names)[code]
    return drawn
