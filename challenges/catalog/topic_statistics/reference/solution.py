"""Everything from math.erfc, math.lgamma, continued fractions and bisection."""

import math
from collections import Counter

SIDES = ("two-sided", "less", "greater")


def check(*conditions):
    if not all(conditions):
        raise ValueError("outside of what is allowed")


# ---- describing


def mean_of(x):
    return math.fsum(x) / len(x)


def var_of(x):
    mean = mean_of(x)
    return math.fsum((value - mean) ** 2 for value in x) / (len(x) - 1)


def quantile(x, share):
    x = sorted(x)
    place = share * (len(x) - 1)
    low = int(place)
    high = min(low + 1, len(x) - 1)
    return x[low] + (place - low) * (x[high] - x[low])


def describe(x):
    check(len(x) >= 2)
    counts = Counter(x)
    most = max(counts.values())
    var, q1, q3 = var_of(x), quantile(x, 0.25), quantile(x, 0.75)
    return {
        "n": len(x),
        "mean": mean_of(x),
        "median": quantile(x, 0.5),
        "modes": sorted(value for value, count in counts.items() if count == most),
        "range": max(x) - min(x),
        "var": var,
        "sd": math.sqrt(var),
        "q1": q1,
        "q3": q3,
        "iqr": q3 - q1,
    }


def weighted_mean(x, w):
    check(len(x) == len(w), all(weight >= 0 for weight in w), sum(w) > 0)
    return math.fsum(a * b for a, b in zip(x, w, strict=True)) / math.fsum(w)


def cov_corr(x, y):
    check(len(x) == len(y), len(x) >= 2)
    mx, my = mean_of(x), mean_of(y)
    cov = math.fsum((a - mx) * (b - my) for a, b in zip(x, y, strict=True)) / (len(x) - 1)
    vx, vy = var_of(x), var_of(y)
    check(vx > 0, vy > 0)
    return {"cov": cov, "corr": cov / math.sqrt(vx * vy)}


def zscores(x):
    check(len(x) >= 2, max(x, default=0) > min(x, default=0))
    mean, sd = mean_of(x), math.sqrt(var_of(x))
    return [(value - mean) / sd for value in x]


# ---- probability


def sums_to_one(values):
    return all(value >= 0 for value in values) and abs(math.fsum(values) - 1) <= 1e-6


def bayes(prior, likelihood):
    check(len(prior) == len(likelihood), sums_to_one(prior), all(value >= 0 for value in likelihood))
    joint = [a * b for a, b in zip(prior, likelihood, strict=True)]
    total = math.fsum(joint)
    check(total > 0)
    return [value / total for value in joint]


def cond_prob(joint, row, column):
    check(sums_to_one([value for line in joint for value in line]))
    condition = math.fsum(line[column] for line in joint)
    check(condition > 0)
    return joint[row][column] / condition


def independent(joint, tolerance):
    check(sums_to_one([value for line in joint for value in line]))
    rows = [math.fsum(line) for line in joint]
    columns = [math.fsum(column) for column in zip(*joint, strict=True)]
    return all(
        abs(joint[i][j] - rows[i] * columns[j]) <= tolerance for i in range(len(rows)) for j in range(len(columns))
    )


def norm_pdf(x, mean, sd):
    check(sd > 0)
    return math.exp(-0.5 * ((x - mean) / sd) ** 2) / (sd * math.sqrt(2 * math.pi))


def norm_cdf(x, mean, sd):
    check(sd > 0)
    return 0.5 * math.erfc(-(x - mean) / (sd * math.sqrt(2)))


def solve(cdf, p, low, high):
    """Return where a rising function reaches p, by bisection."""
    for _ in range(400):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if cdf(middle) < p:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def norm_ppf(p, mean, sd):
    check(sd > 0, 0 < p < 1)
    if p > 0.5:
        return mean - sd * solve(lambda z: norm_cdf(z, 0, 1), 1 - p, -40, 0)
    return mean + sd * solve(lambda z: norm_cdf(z, 0, 1), p, -40, 0)


def binom_pmf(k, n, p):
    check(0 <= p <= 1)
    if not 0 <= k <= n:
        return 0.0
    if p in (0, 1):
        return float(k == n * p)
    return math.exp(
        math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) + k * math.log(p) + (n - k) * math.log1p(-p)
    )


def binom_cdf(k, n, p):
    check(0 <= p <= 1)
    return 1.0 if k >= n else math.fsum(binom_pmf(i, n, p) for i in range(k + 1))


def poisson_pmf(k, rate):
    check(rate > 0)
    return 0.0 if k < 0 else math.exp(k * math.log(rate) - rate - math.lgamma(k + 1))


def poisson_cdf(k, rate):
    check(rate > 0)
    return math.fsum(poisson_pmf(i, rate) for i in range(k + 1))


# ---- incomplete beta and gamma functions


def beta_inc(a, b, x):
    """Return the regularised incomplete beta function, by Lentz's continued fraction."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x > (a + 1) / (a + b + 2):
        return 1 - front * beta_fraction(b, a, 1 - x) / b
    return front * beta_fraction(a, b, x) / a


def beta_fraction(a, b, x):
    tiny = 1e-300
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > tiny else tiny)
    h = d
    for m in range(1, 2000):
        for top in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 + top * d
            d = 1 / (d if abs(d) > tiny else tiny)
            c = 1 + top / c
            c = c if abs(c) > tiny else tiny
            h *= d * c
        if abs(d * c - 1) < 1e-15:
            break
    return h


def gamma_upper(a, x):
    """Return the regularised upper incomplete gamma function."""
    if x <= 0:
        return 1.0
    front = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        n = a
        while abs(term) > abs(total) * 1e-17:
            n += 1
            term *= x / n
            total += term
        return 1 - front * total
    b = x + 1 - a
    c, d = 1e300, 1 / b
    h = d
    for i in range(1, 5000):
        top = -i * (i - a)
        b += 2
        d = 1 / (top * d + b or 1e-300)
        c = b + top / c or 1e-300
        h *= d * c
        if abs(d * c - 1) < 1e-16:
            break
    return front * h


# ---- intervals and tests


def t_upper(t, df):
    """Return P(T > t)."""
    half = 0.5 * beta_inc(df / 2, 0.5, df / (df + t * t))
    return half if t >= 0 else 1 - half


def t_ppf(p, df):
    high = 1.0
    while t_upper(high, df) > 1 - p:
        high *= 2
    return solve(lambda t: -t_upper(t, df), -(1 - p), 0.0, high)


def p_value(t, df, alternative):
    check(alternative in SIDES)
    if alternative == "two-sided":
        return 2 * t_upper(abs(t), df)
    return t_upper(t, df) if alternative == "greater" else t_upper(-t, df)


def ci_mean(x, level):
    check(len(x) >= 2, 0 < level < 1)
    half = t_ppf((1 + level) / 2, len(x) - 1) * math.sqrt(var_of(x) / len(x))
    return [mean_of(x) - half, mean_of(x) + half]


def ci_prop(k, n, level):
    check(n >= 1, 0 <= k <= n, 0 < level < 1)
    z = norm_ppf((1 + level) / 2, 0, 1)
    p = k / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return [max(middle - half, 0.0), min(middle + half, 1.0)]


def ttest_1(x, mean, alternative):
    check(len(x) >= 2)
    var = var_of(x)
    check(var > 0)
    t, df = (mean_of(x) - mean) / math.sqrt(var / len(x)), len(x) - 1
    return {"t": t, "df": df, "p": p_value(t, df, alternative)}


def ttest_2(a, b, equal_var, alternative):
    check(len(a) >= 2, len(b) >= 2)
    va, vb, na, nb = var_of(a), var_of(b), len(a), len(b)
    check(va + vb > 0)
    if equal_var:
        df = na + nb - 2
        error = ((na - 1) * va + (nb - 1) * vb) / df * (1 / na + 1 / nb)
    else:
        error = va / na + vb / nb
        df = error**2 / ((va / na) ** 2 / (na - 1) + (vb / nb) ** 2 / (nb - 1))
    t = (mean_of(a) - mean_of(b)) / math.sqrt(error)
    return {"t": t, "df": df, "p": p_value(t, df, alternative)}


def ttest_paired(a, b, alternative):
    check(len(a) == len(b))
    return ttest_1([x - y for x, y in zip(a, b, strict=True)], 0, alternative)


def chi2_test(observed, expected, df):
    chi2 = math.fsum((o - e) ** 2 / e for o, e in zip(observed, expected, strict=True))
    return {"chi2": chi2, "df": df, "p": gamma_upper(df / 2, chi2 / 2)}


def chi2_gof(observed, expected):
    check(len(observed) == len(expected) >= 2, all(e > 0 for e in expected), all(o >= 0 for o in observed))
    check(abs(sum(observed) - sum(expected)) <= 1e-6 * sum(expected))
    return chi2_test(observed, expected, len(observed) - 1)


def chi2_indep(table):
    rows, columns = [sum(line) for line in table], [sum(column) for column in zip(*table, strict=True)]
    check(len(rows) >= 2, len(columns) >= 2, all(v >= 0 for line in table for v in line))
    check(all(rows), all(columns))
    total = sum(rows)
    expected = [r * c / total for r in rows for c in columns]
    return chi2_test([v for line in table for v in line], expected, (len(rows) - 1) * (len(columns) - 1))


# ---- believing


def tails(cdf, level, high):
    return {"lo": solve(cdf, (1 - level) / 2, 0.0, high), "hi": solve(cdf, (1 + level) / 2, 0.0, high)}


def beta_binomial(a, b, k, n, level):
    check(a > 0, b > 0, 0 <= k <= n, 0 < level < 1)
    a, b = a + k, b + n - k
    return {"a": a, "b": b, "mean": a / (a + b), **tails(lambda x: beta_inc(a, b, x), level, 1.0)}


def gamma_poisson(shape, rate, counts, level):
    check(shape > 0, rate > 0, all(count >= 0 for count in counts), 0 < level < 1)
    shape, rate = shape + sum(counts), rate + len(counts)
    found = tails(lambda x: 1 - gamma_upper(shape, x), level, shape + 50 * math.sqrt(shape) + 100)
    return {"shape": shape, "rate": rate, "mean": shape / rate, "lo": found["lo"] / rate, "hi": found["hi"] / rate}


def normal_known_sd(mean, sd, x, noise_sd, level):
    check(sd > 0, noise_sd > 0, 0 < level < 1)
    precision = 1 / sd**2 + len(x) / noise_sd**2
    after = (mean / sd**2 + math.fsum(x) / noise_sd**2) / precision
    spread = math.sqrt(1 / precision)
    half = norm_ppf((1 + level) / 2, 0, 1) * spread
    return {"mean": after, "sd": spread, "lo": after - half, "hi": after + half}
