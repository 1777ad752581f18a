"""A bank that nobody can look up: applicants, how risky each of them is, and what a loan brings or burns.

    draw_lender(rng)            ──> Lender: one coefficient for each effect (the secret)
    apply(lender, months, rng)  ──> clean table, one row an application with the offer made to it
    default_chance(..)          ──> what is likely given every column      what_happens(..) ──> who defaults
    payoffs(..)                 ──> money of a loan repaid, money of a loan lost

    log odds = base + utilisation beyond 45 % + burdens beyond 25 % + delinquencies + inquiries + long term
               - history - employment - log income + four interactions + region + purpose + the economy + luck

Applicants come from four walks of life which no column names. Money is in the bank's own currency; rates, burdens and
utilisation are shares, not per cent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

REGIONS = np.array([f"R{number:02d}" for number in range(1, 21)])
PURPOSES = np.array(["consolidation", "car", "home improvement", "medical", "business", "wedding"])
PURPOSE_SHARES = np.array([0.42, 0.17, 0.16, 0.08, 0.10, 0.07])
HOMES = np.array(["mortgage", "own", "rent"])
CHANNELS = np.array(["branch", "broker", "web"])

TURN, TURNED = 27, 33
"""Months between which the economy turns: defaults grow commoner from the first to the second, and stay so."""
LUCK_SD = 0.39
FUNDING_RATE = 0.05
"""What the bank itself pays for the money it lends."""
LEAST_MARGIN = 0.004
EARNED_SHARE = 0.42
"""Of rate x amount x years: the principal falls with every instalment, and desks cost money."""
LOST_SHARE = 0.62
INCOME_OF_NOTE = 60_000.0

PRIORS: dict[str, tuple[float, float]] = {
    "default_rate": (0.046, 0.060),
    "utilisation": (1.8, 2.8),
    "burden": (3.0, 5.0),
    "delinquency": (0.30, 0.50),
    "inquiry": (0.08, 0.18),
    "income": (0.25, 0.50),
    "long_term": (0.25, 0.50),
    "history": (0.02, 0.05),
    "employment": (0.03, 0.08),
    "maxed_and_asking": (0.9, 1.3),
    "young_and_large": (0.8, 1.2),
    "renter_in_debt": (0.8, 1.2),
    "odd_income_new_job": (0.7, 1.1),
    "economy": (0.2, 0.5),
}
"""Ends of the uniform prior of every effect, in log odds; the default rate is a share of the applications."""


@dataclass(frozen=True, kw_only=True)
class Lender:
    """The secret of one edition."""

    walks: Numbers
    """(4,) shares of the walks of life: settled, starting out, stretched, on their own account."""
    effects: dict[str, float]
    region: Numbers
    purpose: Numbers
    base: float = 0.0


def draw_lender(rng: np.random.Generator) -> Lender:
    """Return a bank from the prior, its base set so that the drawn share of applicants defaults before the turn."""
    lender = Lender(
        walks=rng.dirichlet(np.array([10.0, 7.0, 6.0, 4.0])),
        effects={name: float(rng.uniform(*ends)) for name, ends in PRIORS.items()},
        region=rng.normal(0, 0.25, size=len(REGIONS)),
        purpose=rng.normal(0, 0.30, size=len(PURPOSES)),
    )
    loans = apply(lender, np.zeros(4000, dtype=np.int64), rng)
    log_odds = _log_odds(lender, loans)

    def too_many(base: float) -> float:
        return float(_over_luck(base + log_odds).mean()) - lender.effects["default_rate"]

    return replace(lender, base=float(brentq(too_many, -15.0, 5.0)))


def apply(lender: Lender, months: NDArray[np.int64], rng: np.random.Generator) -> pd.DataFrame:
    """Return one application for each month given, with the score of the old policy and the rate it offered."""
    count = len(months)
    walk = rng.choice(4, size=count, p=lender.walks)
    income = np.exp(np.log([72e3, 39e3, 52e3, 66e3])[walk] + rng.normal(0, np.array([0.35, 0.30, 0.35, 0.65])[walk]))
    age_of_file = rng.gamma(3.0, np.array([5.5, 1.5, 4.0, 4.5])[walk])
    employment = np.minimum(rng.gamma(1.3, np.array([6.5, 1.6, 4.0, 4.5])[walk]), 35.0)
    utilisation = np.clip(rng.beta(*np.array([[1.8, 3.8], [1.8, 2.6], [4.0, 2.6], [2.0, 2.8]])[walk].T) * 1.1, 0, 1.1)
    burden = np.clip(np.exp(rng.normal(np.log([0.17, 0.20, 0.31, 0.20])[walk], 0.42)), 0.01, 0.75)
    appetite = rng.normal(0, 0.5, size=count) + 0.5 * utilisation
    amount = np.clip(np.exp(np.log(0.19 * income) + appetite), 1000, 40_000)
    loans = pd.DataFrame(
        {
            "issue_month": months,
            "channel": rng.choice(CHANNELS, size=count, p=[0.35, 0.25, 0.40]),
            "purpose": rng.choice(PURPOSES, size=count, p=PURPOSE_SHARES),
            "amount": 50.0 * np.round(amount / 50),
            "term_months": np.where(rng.random(count) < expit(1.1 * np.log(amount / 16_000)), 60, 36),
            "income": 100.0 * np.round(income / 100),
            "employment_years": np.round(employment, 1),
            "home": _homes(walk, rng),
            "region": rng.choice(REGIONS, size=count, p=_town_and_country()),
            "dti": np.round(burden, 3),
            "utilisation": np.round(utilisation, 3),
            "history_years": np.round(np.minimum(age_of_file + 0.5, 45.0), 1),
            "inquiries_6m": rng.poisson(np.array([0.5, 0.9, 1.3, 0.8])[walk] + 0.5 * utilisation),
            "delinquencies_2y": rng.poisson(np.array([0.10, 0.18, 0.50, 0.22])[walk]),
            "open_accounts": 1 + rng.poisson(np.array([9.0, 4.0, 10.0, 7.0])[walk]),
            "dependants": rng.poisson(np.array([1.1, 0.3, 1.2, 0.9])[walk]),
        }
    )
    loans["old_score"] = _old_score(loans, rng)
    spread = rng.normal(0, 0.012, size=count) + 0.008 * (loans["term_months"] == 60)
    rate = 0.078 + 0.00022 * (660 - loans["old_score"]) + spread
    loans["offered_rate"] = np.round(np.clip(rate, 0.052, 0.24), 4)
    return loans


def default_chance(lender: Lender, loans: pd.DataFrame) -> Numbers:
    """Return each applicant's chance to default, given every column of the clean table; luck is averaged over."""
    return _over_luck(lender.base + _log_odds(lender, loans))


def what_happens(lender: Lender, loans: pd.DataFrame, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return 1 for each loan that would default, luck included."""
    chance = expit(lender.base + _log_odds(lender, loans) + rng.normal(0, LUCK_SD, size=len(loans)))
    return (rng.random(len(loans)) < chance).astype(np.int64)


def payoffs(loans: pd.DataFrame) -> pd.DataFrame:
    """Return gain_if_repaid and loss_if_default of each loan, both above zero, in whole units of money."""
    margin = np.maximum(loans["offered_rate"] - FUNDING_RATE, LEAST_MARGIN)
    gain = loans["amount"] * margin * loans["term_months"] / 12 * EARNED_SHARE
    return pd.DataFrame({"gain_if_repaid": gain.round(), "loss_if_default": (LOST_SHARE * loans["amount"]).round()})


def _log_odds(lender: Lender, loans: pd.DataFrame) -> Numbers:
    """Return the log odds without base and luck."""
    effect = lender.effects
    relative_income = np.log(loans["income"] / INCOME_OF_NOTE)
    renting = loans["home"] == "rent"
    total = (
        effect["utilisation"] * np.maximum(loans["utilisation"] - 0.45, 0)
        + effect["burden"] * np.maximum(loans["dti"] - 0.25, 0)
        + effect["delinquency"] * loans["delinquencies_2y"]
        + effect["inquiry"] * loans["inquiries_6m"]
        - effect["income"] * relative_income
        + effect["long_term"] * (loans["term_months"] == 60)
        - effect["history"] * np.minimum(loans["history_years"], 20)
        - effect["employment"] * np.minimum(loans["employment_years"], 10)
        + effect["maxed_and_asking"] * ((loans["utilisation"] > 0.7) & (loans["inquiries_6m"] >= 2))
        + effect["young_and_large"] * ((loans["history_years"] < 5) & (loans["amount"] > 10_000))
        + effect["renter_in_debt"] * (renting & (loans["dti"] > 0.4))
        + effect["odd_income_new_job"] * np.abs(relative_income) * (loans["employment_years"] < 2)
        + effect["economy"] * np.clip((loans["issue_month"] - TURN) / (TURNED - TURN), 0, 1)
    )
    region, purpose = np.searchsorted(REGIONS, loans["region"]), _place_in(PURPOSES, loans["purpose"])
    return np.asarray(total + lender.region[region] + lender.purpose[purpose], dtype=np.float64)


def _over_luck(log_odds: Numbers) -> Numbers:
    nodes, weights = np.polynomial.hermite_e.hermegauss(9)
    chances = expit(log_odds[:, None] + LUCK_SD * nodes)
    return np.asarray(chances @ (weights / weights.sum()))


def _old_score(loans: pd.DataFrame, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the score of the old policy, 300 to 850: straight lines in a few columns, and a clerk's mood."""
    points = (
        690
        + 32 * np.log(loans["income"] / INCOME_OF_NOTE)
        - 28 * loans["delinquencies_2y"]
        - 10 * loans["inquiries_6m"]
        - 60 * (loans["utilisation"] - 0.4)
        + 1.8 * np.minimum(loans["history_years"], 25)
        + rng.normal(0, 22, size=len(loans))
    )
    return np.asarray(np.clip(np.round(points), 300, 850), dtype=np.int64)


def _homes(walk: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.str_]:
    shares = np.array([[0.55, 0.25, 0.20], [0.12, 0.05, 0.83], [0.40, 0.10, 0.50], [0.42, 0.20, 0.38]])[walk]
    kind = (rng.random(len(walk))[:, None] > np.cumsum(shares, axis=1)[:, :2]).sum(axis=1)
    return np.asarray(HOMES[kind])


def _town_and_country() -> Numbers:
    """Return the shares of the regions: a few cities, many valleys."""
    size = 1 / np.arange(3.0, 3.0 + len(REGIONS))
    return np.asarray(size / size.sum())


def _place_in(names: NDArray[np.str_], values: pd.Series) -> NDArray[np.int64]:
    return np.asarray(pd.Categorical(values, categories=list(names)).codes, dtype=np.int64)
