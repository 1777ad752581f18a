"""What the functions must return, from SciPy and exact arithmetic; the learner has neither."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
from scipy import stats

Numbers = Sequence[float]

Side = Literal["two-sided", "less", "greater"]
SIDES: dict[str, Side] = {"two-sided": "two-sided", "less": "less", "greater": "greater"}


def describe(x: Numbers) -> dict[str, Any]:
    q1, q3 = (float(q) for q in np.quantile(x, [0.25, 0.75]))
    counts = Counter(x)
    modes = sorted(value for value, count in counts.items() if count == max(counts.values()))
    return {
        "n": len(x),
        "mean": statistics.mean(map(float, x)),
        "median": float(statistics.median(x)),
        "modes": modes,
        "range": max(x) - min(x),
        "var": statistics.variance(map(float, x)),
        "sd": statistics.stdev(map(float, x)),
        "q1": q1,
        "q3": q3,
        "iqr": q3 - q1,
    }


def weighted_mean(x: Numbers, w: Numbers) -> float:
    return float(np.average(x, weights=w))


def cov_corr(x: Numbers, y: Numbers) -> dict[str, float]:
    return {"cov": statistics.covariance(x, y), "corr": statistics.correlation(x, y)}


def zscores(x: Numbers) -> list[float]:
    mean, sd = statistics.mean(map(float, x)), statistics.stdev(map(float, x))
    return [(value - mean) / sd for value in x]


def bayes(prior: Numbers, likelihood: Numbers) -> list[float]:
    joint = np.multiply(prior, likelihood)
    return [float(value) for value in joint / joint.sum()]


def cond_prob(joint: Sequence[Numbers], row: int, column: int) -> float:
    return float(joint[row][column] / np.sum(joint, axis=0)[column])


def independent(joint: Sequence[Numbers], tolerance: float) -> bool:
    table = np.array(joint)
    return bool(np.abs(table - np.outer(table.sum(axis=1), table.sum(axis=0))).max() <= tolerance)


def norm_pdf(x: float, mean: float, sd: float) -> float:
    return float(stats.norm.pdf(x, mean, sd))


def norm_cdf(x: float, mean: float, sd: float) -> float:
    return float(stats.norm.cdf(x, mean, sd))


def norm_ppf(p: float, mean: float, sd: float) -> float:
    return float(stats.norm.ppf(p, mean, sd))


def binom_pmf(k: int, n: int, p: float) -> float:
    return float(stats.binom.pmf(k, n, p))


def binom_cdf(k: int, n: int, p: float) -> float:
    return float(stats.binom.cdf(k, n, p))


def poisson_pmf(k: int, rate: float) -> float:
    return float(stats.poisson.pmf(k, rate))


def poisson_cdf(k: int, rate: float) -> float:
    return float(stats.poisson.cdf(k, rate))


def ci_mean(x: Numbers, level: float) -> list[float]:
    mean, half = np.mean(x), stats.t.ppf((1 + level) / 2, len(x) - 1) * statistics.stdev(x) / len(x) ** 0.5
    return [float(mean - half), float(mean + half)]


def ci_prop(k: int, n: int, level: float) -> list[float]:
    interval = stats.binomtest(k, n).proportion_ci(level, method="wilson")
    return [float(interval.low), float(interval.high)]


def ttest_1(x: Numbers, mean: float, alternative: str) -> dict[str, float]:
    found = stats.ttest_1samp(x, mean, alternative=SIDES[alternative])
    return {"t": float(found.statistic), "df": float(found.df), "p": float(found.pvalue)}


def ttest_2(a: Numbers, b: Numbers, equal_var: bool, alternative: str) -> dict[str, float]:
    found = stats.ttest_ind(a, b, equal_var=equal_var, alternative=SIDES[alternative])
    return {"t": float(found.statistic), "df": float(found.df), "p": float(found.pvalue)}


def ttest_paired(a: Numbers, b: Numbers, alternative: str) -> dict[str, float]:
    found = stats.ttest_rel(a, b, alternative=SIDES[alternative])
    return {"t": float(found.statistic), "df": float(found.df), "p": float(found.pvalue)}


def chi2_gof(observed: Numbers, expected: Numbers) -> dict[str, float]:
    found = stats.chisquare(observed, expected)
    return {"chi2": float(found.statistic), "df": len(observed) - 1, "p": float(found.pvalue)}


def chi2_indep(table: Sequence[Numbers]) -> dict[str, float]:
    found = stats.chi2_contingency(table, correction=False)
    return {"chi2": float(found.statistic), "df": int(found.dof), "p": float(found.pvalue)}


def beta_binomial(a: float, b: float, k: int, n: int, level: float) -> dict[str, float]:
    after = stats.beta(a + k, b + n - k)
    return {"a": a + k, "b": b + n - k, "mean": float(after.mean()), **_tails(after, level)}


def gamma_poisson(shape: float, rate: float, counts: Sequence[int], level: float) -> dict[str, float]:
    shape, rate = shape + sum(counts), rate + len(counts)
    after = stats.gamma(shape, scale=1 / rate)
    return {"shape": shape, "rate": rate, "mean": float(after.mean()), **_tails(after, level)}


def normal_known_sd(mean: float, sd: float, x: Numbers, noise_sd: float, level: float) -> dict[str, float]:
    precision = 1 / sd**2 + len(x) / noise_sd**2
    after = stats.norm((mean / sd**2 + sum(x) / noise_sd**2) / precision, precision**-0.5)
    return {"mean": float(after.mean()), "sd": float(after.std()), **_tails(after, level)}


def _tails(distribution: Any, level: float) -> dict[str, float]:
    return {"lo": float(distribution.ppf((1 - level) / 2)), "hi": float(distribution.ppf((1 + level) / 2))}


TRUTHS: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        describe, weighted_mean, cov_corr, zscores, bayes, cond_prob, independent, norm_pdf, norm_cdf, norm_ppf,
        binom_pmf, binom_cdf, poisson_pmf, poisson_cdf, ci_mean, ci_prop, ttest_1, ttest_2, ttest_paired, chi2_gof,
        chi2_indep, beta_binomial, gamma_poisson, normal_known_sd,
    )
}  # fmt: skip
