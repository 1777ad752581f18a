"""Cases of the act `toolkit`: tests, intervals, sample sizes and a Bayesian comparison, with their textbook answers."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import stats
from scipy.integrate import quad

from challenges.worlds.funclib.cases import Case, Rule, call, same

TRACK = "toolkit"


def cases(rng: Generator) -> Iterator[Case]:
    """Yield the cases of all nine functions."""
    for place in range(9):
        yield from _means(rng, place)
        yield from _proportions(rng, place)
        yield from _sizes(rng, place)
        yield _adjusted(rng, place)


def _case(function: str, kind: str, rule: Rule, *args: object) -> Case:
    return Case(function=function, kind=kind, steps=(call(function, *args, rule=rule),), act="toolkit", track=TRACK)


def _means(rng: Generator, place: int) -> Iterator[Case]:
    sizes = (2, 2) if place == 0 else tuple(rng.integers(3, 60, 2).tolist())
    spreads = (1.0, 6.0) if place % 2 else (2.0, 2.0)
    a, b = (rng.normal(10 + k * rng.normal(), spreads[k], sizes[k]).round(2) for k in (0, 1))
    kind = ("welch", "pooled", "paired")[place % 3]
    if kind == "paired":
        b = (a + rng.normal(0.4, 1, len(a))).round(2)
    told = f"{kind}, n = {len(a)} and {len(b)}"
    found = stats.ttest_rel(a, b) if kind == "paired" else stats.ttest_ind(a, b, equal_var=kind == "pooled")
    answer = {"t": float(found.statistic), "df": float(found.df), "p": float(found.pvalue)}
    yield _case("ttest", told, same(answer), a, b, kind)
    level = (0.8, 0.9, 0.95, 0.99)[place % 4]
    half = stats.t.ppf((1 + level) / 2, len(a) - 1) * a.std(ddof=1) / math.sqrt(len(a))
    answer = {"lo": float(a.mean() - half), "hi": float(a.mean() + half)}
    yield _case("ci_mean", f"n = {len(a)}, {level:.0%}", same(answer), a, level)


def _proportions(rng: Generator, place: int) -> Iterator[Case]:
    shape = (2, 2) if place % 2 == 0 else tuple(rng.integers(2, 5, 2).tolist())
    table = rng.integers(0 if place % 4 == 0 else 3, 60, shape)
    table[0, 0] = 0 if place == 4 else table[0, 0] + 1
    table[-1] += 1  # no row and no column is empty: nothing can be expected there
    table[0, -1] += 1
    chi2, p, df, _ = stats.chi2_contingency(table, correction=False)
    rows, columns = shape
    kind = f"{rows} x {columns}{', a zero cell' if (table == 0).any() else ''}"
    yield _case("chi2", kind, same({"chi2": float(chi2), "df": int(df), "p": float(p)}), table)
    na, nb = (int(n) for n in rng.integers(20, 4000, 2))
    xa, xb = (0, 0) if place == 0 else (int(rng.binomial(na, 0.1)), int(rng.binomial(nb, 0.13)))
    level = (0.9, 0.95, 0.99)[place % 3]
    lo, hi = newcombe(xa, na, xb, nb, level)
    kind = "no conversions" if place == 0 else f"{level:.0%}"
    yield _case("ci_prop_diff", kind, same({"lo": lo, "hi": hi}, abs_=1e-8), xa, na, xb, nb, level)
    prior = ((1, 1), (2, 18), (0.5, 0.5))[place % 3]
    rule = same(_bayes(xa, na, xb, nb, prior), rel=2e-3, abs_=1e-5)
    yield _case("bayes_ab", f"prior {prior[0]}, {prior[1]}", rule, xa, na, xb, nb, list(prior))


def newcombe(xa: int, na: int, xb: int, nb: int, level: float) -> tuple[float, float]:
    """Newcombe's interval for rate B - rate A out of Wilson's for each."""
    (la, ua), (lb, ub) = _wilson(xa, na, level), _wilson(xb, nb, level)
    a, b = xa / na, xb / nb
    return b - a - math.hypot(b - lb, ua - a), b - a + math.hypot(ub - b, a - la)


def _wilson(x: int, n: int, level: float) -> tuple[float, float]:
    z = float(stats.norm.ppf((1 + level) / 2))
    centre, half = x + z * z / 2, z * math.sqrt(x * (n - x) / n + z * z / 4)
    return max((centre - half) / (n + z * z), 0.0), min((centre + half) / (n + z * z), 1.0)


def _bayes(xa: int, na: int, xb: int, nb: int, prior: tuple[float, float]) -> dict[str, float]:
    """P(B > A), the expected loss of choosing B, and the central 95 % interval of rate B."""
    a = stats.beta(prior[0] + xa, prior[1] + na - xa)
    b = stats.beta(prior[0] + xb, prior[1] + nb - xb)
    low, high = min(a.ppf(1e-13), b.ppf(1e-13)), max(a.ppf(1 - 1e-13), b.ppf(1 - 1e-13))
    better = quad(lambda p: b.pdf(p) * a.cdf(p), low, high, limit=400, epsabs=1e-12)[0]
    # E max(A - B, 0) is the integral of P(B < p < A) over p.
    loss = quad(lambda p: b.cdf(p) * a.sf(p), low, high, limit=400, epsabs=1e-12)[0] + low * 0
    return {
        "p_b_better": float(better),
        "expected_loss": float(loss),
        "lo": float(b.ppf(0.025)),
        "hi": float(b.ppf(0.975)),
    }


def _sizes(rng: Generator, place: int) -> Iterator[Case]:
    alpha, power = (0.05, 0.01, 0.1)[place % 3], (0.8, 0.9, 0.95)[place // 3]
    ratio = (1.0, 3.0, 0.5)[place % 3]
    p = round(float(rng.uniform(0.02, 0.4)), 3)
    mde, sd = round(p * float(rng.uniform(0.05, 0.3)), 4), round(float(rng.uniform(2, 40)), 1)
    z = float(stats.norm.ppf(1 - alpha / 2)), float(stats.norm.ppf(power))
    kind = f"{power:.0%}, ratio {ratio:g}"
    q = p + mde
    spread = p * (1 - p) + q * (1 - q) / ratio
    n = math.ceil(sum(z) ** 2 * spread / mde**2)
    yield _case("sample_size_prop", kind, same(n), p, mde, alpha, power, ratio)
    lift = round(sd * float(rng.uniform(0.05, 0.5)), 2)
    n_mean = math.ceil(sum(z) ** 2 * sd**2 * (1 + 1 / ratio) / lift**2)
    yield _case("sample_size_mean", kind, same(n_mean), sd, lift, alpha, power, ratio)
    given = int(n * rng.uniform(0.3, 1.5)) + 10
    shift = mde / math.sqrt(spread / given)
    reached = float(stats.norm.cdf(shift - z[0]) + stats.norm.cdf(-shift - z[0]))
    yield _case("power_prop", f"n = {given}", same(reached, rel=1e-6), p, mde, given, alpha, ratio)


def _adjusted(rng: Generator, place: int) -> Case:
    method = ("bonferroni", "holm", "bh")[place % 3]
    count = 1 if place == 0 else int(rng.integers(4, 25))
    p = np.where(rng.random(count) < 0.4, rng.beta(0.3, 8, count), rng.random(count)).round(4)
    if place > 5:
        p[rng.integers(count)] = p[rng.integers(count)]  # two alike, in most draws
    return _case("adjust", f"{method}, {count} p-values", same(adjusted(p, method)), p, method)


def adjusted(p: NDArray[np.float64], method: str) -> NDArray[np.float64]:
    """Return p-values of many tests at once: below 0.05, they keep the promise of their method at 5 %."""
    count, order = len(p), np.argsort(p, kind="stable")
    ranks = np.arange(1, count + 1)
    if method == "bonferroni":
        return np.minimum(p * count, 1.0)
    if method == "holm":
        sorted_ = np.maximum.accumulate((count + 1 - ranks) * p[order])
    else:
        sorted_ = np.minimum.accumulate((count / ranks * p[order])[::-1])[::-1]
    result = np.empty(count)
    result[order] = np.minimum(sorted_, 1.0)
    return result
