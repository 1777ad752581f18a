"""Take slipped decimal points out, compare likelihoods at a price for each parameter, use the family's own error."""

import math

from solution import mean_of, quantile, t_ppf, var_of

Z = 1.6448536269514722


def claim(values, trials):
    x = without_slips(values)
    found = discrete(x, trials) if trials is not None else continuous(x)
    _, family, middle, half = min(found)
    return {"family": family, "lo": middle - half, "hi": middle + half}


def without_slips(values):
    middle = quantile(values, 0.5)
    spread = max(quantile(values, 0.75) - quantile(values, 0.25), abs(middle) / 20, 1e-9)
    kept = [value for value in values if abs(value - middle) <= 14 * spread]
    return kept if len(kept) >= 0.9 * len(values) else values


def price(log_likelihood, parameters, n):
    """Return Bayes' information criterion: less is better."""
    return parameters * math.log(n) - 2 * log_likelihood


def continuous(x):
    n, mean = len(x), mean_of(x)
    sd = math.sqrt(var_of(x) * (n - 1) / n)
    found = [(price(-n * (math.log(sd) + 0.5 * math.log(2 * math.pi) + 0.5), 2, n), "normal", mean,
              t_ppf(0.95, n - 1) * sd / math.sqrt(n - 1))]  # fmt: skip
    low, high = min(x), max(x)
    width = (high - low) * (n + 1) / (n - 1)
    found.append((price(-n * math.log(high - low), 2, n), "uniform", (low + high) / 2,
                  width / 2 * (1 - 0.1 ** (1 / n)) * 1.1))  # fmt: skip
    found.append(student(x))
    if low > 0:
        found.append((price(-n * (math.log(mean) + 1), 1, n), "exponential", mean, Z * mean / math.sqrt(n)))
        logs = [math.log(value) for value in x]
        mu, s2 = mean_of(logs), var_of(logs)
        fit = -math.fsum(logs) - n / 2 * (math.log(2 * math.pi * s2 * (n - 1) / n) + 1)
        # The error of mu + s2 / 2 is that of two independent estimates; the mean is its exponential.
        centre = math.exp(mu + s2 / 2)
        half = centre * t_ppf(0.95, n - 1) * math.sqrt(s2 / n + s2**2 / (2 * (n - 1)))
        found.append((price(fit, 2, n), "lognormal", centre, half))
    return found


def student(x):
    """Return the fit of a t distribution with 3 degrees of freedom, by reweighting."""
    n, middle = len(x), quantile(x, 0.5)
    scale2 = max(var_of(x) / 3, 1e-12)
    for _ in range(100):
        weights = [4 / (3 + (value - middle) ** 2 / scale2) for value in x]
        middle = math.fsum(w * v for w, v in zip(weights, x, strict=True)) / math.fsum(weights)
        scale2 = math.fsum(w * (v - middle) ** 2 for w, v in zip(weights, x, strict=True)) / n
    constant = math.lgamma(2) - math.lgamma(1.5) - 0.5 * math.log(3 * math.pi * scale2)
    fit = math.fsum(constant - 2 * math.log1p((v - middle) ** 2 / (3 * scale2)) for v in x)
    return price(fit, 2, n), "student", middle, t_ppf(0.95, n - 1) * math.sqrt(1.5 * scale2 / n)


def discrete(x, trials):
    n, mean = len(x), mean_of(x)
    factorials = math.fsum(math.lgamma(k + 1) for k in x)
    rate = max(mean, 1e-6)
    found = [(price(n * (mean * math.log(rate) - rate) - factorials, 1, n), "poisson", mean, Z * math.sqrt(rate / n))]
    if max(x) <= trials and 0 < mean < trials:
        p = mean / trials
        ways = math.fsum(math.lgamma(trials + 1) - math.lgamma(k + 1) - math.lgamma(trials - k + 1) for k in x)
        fit = ways + n * (mean * math.log(p) + (trials - mean) * math.log1p(-p))
        found.append((price(fit, 1, n), "binomial", mean, Z * math.sqrt(trials * p * (1 - p) / n)))
    if min(x) >= 1 and mean > 1:
        p = 1 / mean
        fit = n * (math.log(p) + (mean - 1) * math.log1p(-p))
        found.append((price(fit, 1, n), "geometric", mean, Z * math.sqrt(1 - p) / p / math.sqrt(n)))
    return found
