"""Starter: describing is done, and the easy half of the distributions. The rest is yours; the statement says what.

Only Python's own library is there: math has erf, erfc, lgamma and fsum, which is all that the rest needs.
"""

import math


def mean_of(x):
    return sum(x) / len(x)


def quantile(x, share):
    """Return the quantile of type 7: between two sorted values the share of the way."""
    x = sorted(x)
    place = share * (len(x) - 1)
    low = int(place)
    high = min(low + 1, len(x) - 1)
    return x[low] + (place - low) * (x[high] - x[low])


def describe(x):
    if len(x) < 2:
        raise ValueError("a sample needs two values")
    mean = mean_of(x)
    var = sum((value - mean) ** 2 for value in x) / (len(x) - 1)
    most = max(x.count(value) for value in x)
    q1, q3 = quantile(x, 0.25), quantile(x, 0.75)
    return {
        "n": len(x),
        "mean": mean,
        "median": quantile(x, 0.5),
        "modes": sorted({value for value in x if x.count(value) == most}),
        "range": max(x) - min(x),
        "var": var,
        "sd": math.sqrt(var),
        "q1": q1,
        "q3": q3,
        "iqr": q3 - q1,
    }


def weighted_mean(x, w):
    return sum(a * b for a, b in zip(x, w, strict=True)) / sum(w)


def cov_corr(x, y):
    mx, my = mean_of(x), mean_of(y)
    cov = sum((a - mx) * (b - my) for a, b in zip(x, y, strict=True)) / (len(x) - 1)
    return {"cov": cov, "corr": cov / (describe(x)["sd"] * describe(y)["sd"])}


def zscores(x):
    found = describe(x)
    return [(value - found["mean"]) / found["sd"] for value in x]


def bayes(prior, likelihood):
    joint = [a * b for a, b in zip(prior, likelihood, strict=True)]
    return [value / sum(joint) for value in joint]


def cond_prob(joint, row, column):
    return joint[row][column] / sum(line[column] for line in joint)


def norm_pdf(x, mean, sd):
    return math.exp(-0.5 * ((x - mean) / sd) ** 2) / (sd * math.sqrt(2 * math.pi))


def norm_cdf(x, mean, sd):
    return 0.5 * (1 + math.erf((x - mean) / (sd * math.sqrt(2))))


def binom_pmf(k, n, p):
    return math.comb(n, k) * p**k * (1 - p) ** (n - k)


def poisson_pmf(k, rate):
    return rate**k * math.exp(-rate) / math.factorial(k)
