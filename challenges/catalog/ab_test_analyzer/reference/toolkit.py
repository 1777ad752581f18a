"""The toolkit with its corners: Newcombe's interval, unequal arms, a Bayesian comparison by quadrature."""

import math

import numpy as np
from scipy import stats


def ttest(a, b, kind):
    found = stats.ttest_rel(a, b) if kind == "paired" else stats.ttest_ind(a, b, equal_var=kind == "pooled")
    return {"t": found.statistic, "df": found.df, "p": found.pvalue}


def chi2(table):
    statistic, p, df, _ = stats.chi2_contingency(table, correction=False)
    return {"chi2": statistic, "df": df, "p": p}


def ci_mean(x, level):
    half = stats.t.ppf((1 + level) / 2, len(x) - 1) * np.std(x, ddof=1) / math.sqrt(len(x))
    return {"lo": np.mean(x) - half, "hi": np.mean(x) + half}


def wilson(x, n, level):
    z = stats.norm.ppf((1 + level) / 2)
    centre, half = x + z * z / 2, z * math.sqrt(x * (n - x) / n + z * z / 4)
    return (centre - half) / (n + z * z), (centre + half) / (n + z * z)


def ci_prop_diff(xa, na, xb, nb, level):
    (la, ua), (lb, ub) = wilson(xa, na, level), wilson(xb, nb, level)
    a, b = xa / na, xb / nb
    return {"lo": b - a - math.hypot(b - lb, ua - a), "hi": b - a + math.hypot(ub - b, a - la)}


def sample_size_prop(p, mde, alpha, power, ratio):
    z = stats.norm.ppf(1 - alpha / 2) + stats.norm.ppf(power)
    return math.ceil(z**2 * spread(p, mde, ratio) / mde**2)


def spread(p, mde, ratio):
    q = p + mde
    return p * (1 - p) + q * (1 - q) / ratio


def sample_size_mean(sd, mde, alpha, power, ratio):
    z = stats.norm.ppf(1 - alpha / 2) + stats.norm.ppf(power)
    return math.ceil(z**2 * sd**2 * (1 + 1 / ratio) / mde**2)


def power_prop(p, mde, n, alpha, ratio):
    shift, z = mde / math.sqrt(spread(p, mde, ratio) / n), stats.norm.ppf(1 - alpha / 2)
    return stats.norm.cdf(shift - z) + stats.norm.cdf(-shift - z)


def bayes_ab(xa, na, xb, nb, prior):
    """P(B > A) and E max(A - B, 0) as sums over even steps of probability of B and A."""
    a = stats.beta(prior[0] + xa, prior[1] + na - xa)
    b = stats.beta(prior[0] + xb, prior[1] + nb - xb)
    steps = (np.arange(20_000) + 0.5) / 20_000
    low, high = min(a.ppf(1e-9), b.ppf(1e-9)), max(a.ppf(1 - 1e-9), b.ppf(1 - 1e-9))
    grid = np.linspace(low, high, 20_001)
    return {
        "p_b_better": a.cdf(b.ppf(steps)).mean(),
        "expected_loss": np.trapezoid(b.cdf(grid) * a.sf(grid), grid),
        "lo": b.ppf(0.025),
        "hi": b.ppf(0.975),
    }


def adjust(p, method):
    p = np.asarray(p, dtype=float)
    count, order = len(p), np.argsort(p, kind="stable")
    ranks = np.arange(1, count + 1)
    factors = {"bonferroni": np.full(count, count), "holm": count + 1 - ranks, "bh": count / ranks}[method]
    result = factors * p[order]
    if method == "holm":
        result = np.maximum.accumulate(result)
    if method == "bh":
        result = np.minimum.accumulate(result[::-1])[::-1]
    back = np.empty(count)
    back[order] = np.minimum(result, 1.0)
    return back
