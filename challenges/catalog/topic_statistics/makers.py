"""Cases of the twenty-four functions, from plain to nasty; the first three kinds of each are shown for practice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator

from challenges.catalog.topic_statistics.truths import TRUTHS
from challenges.worlds.funclib.cases import Step, call, raises, same


class Asked(NamedTuple):
    kind: str
    steps: tuple[Step, ...]


Maker = Callable[[Generator], Iterator[Asked]]


def right(fn: str, *args: Any, rel: float = 1e-6, abs_: float = 1e-9) -> Step:
    return call(fn, *args, rule=same(TRUTHS[fn](*args), rel=rel, abs_=abs_))


def far(fn: str, *args: Any) -> Step:
    """Return a call whose answer lies in a tail: only its relative error counts."""
    return right(fn, *args, rel=1e-4, abs_=1e-300)


def wrong(fn: str, *args: Any) -> Step:
    return call(fn, *args, rule=raises("ValueError"))


def asked(kind: str, *steps: Step) -> Asked:
    return Asked(kind, steps)


def sample(rng: Generator, size: int | None = None, *, decimals: int = 3) -> list[float]:
    size = int(rng.integers(5, 60)) if size is None else size
    values = rng.uniform(-50, 50) + rng.uniform(0.5, 9) * rng.normal(size=size)
    return [float(value) for value in values.round(decimals)]


def level(rng: Generator) -> float:
    return float(rng.choice([0.8, 0.9, 0.95, 0.99]))


def shares(rng: Generator, size: int) -> list[float]:
    return [float(value) for value in rng.dirichlet(np.full(size, 2.0))]


def describe(rng: Generator) -> Iterator[Asked]:
    ints = [int(x) for x in rng.integers(0, 9, size=int(rng.integers(9, 40)))]
    yield asked("a plain sample", right("describe", sample(rng)))
    yield asked("an even number", right("describe", sample(rng, 8)))
    yield asked("whole numbers", right("describe", ints))
    yield asked("several modes", right("describe", [*(3 * [4, 7, -1]), 9, *ints[:2], 2]))
    yield asked("two values", right("describe", sample(rng, 2)))
    yield asked("all the same", right("describe", [ints[0] + 0.5] * 5))
    offset = [1e9 + float(x) for x in rng.normal(size=20).round(3)]
    yield asked("far from zero", right("describe", offset))
    yield asked("a long sample", right("describe", sample(rng, 400)))
    yield asked("too short", right("describe", sample(rng, 3)), wrong("describe", []), wrong("describe", [1.0]))


def weighted_mean(rng: Generator) -> Iterator[Asked]:
    x = sample(rng)
    w = [float(v) for v in rng.uniform(0, 5, size=len(x)).round(2)]
    yield asked("plain", right("weighted_mean", x, w))
    yield asked("equal weights", right("weighted_mean", x, [2.0] * len(x)))
    yield asked("weights of zero", right("weighted_mean", [*x, 1e6], [*w, 0]))
    yield asked("one value", right("weighted_mean", x[:1], [0.3]))
    yield asked("negative weight", right("weighted_mean", x, w), wrong("weighted_mean", x, [-1.0, *w[1:]]))
    yield asked("only zero weights", right("weighted_mean", x, w), wrong("weighted_mean", x, [0.0] * len(x)))
    yield asked("lengths differ", right("weighted_mean", x, w), wrong("weighted_mean", x, w[1:]))


def cov_corr(rng: Generator) -> Iterator[Asked]:
    x = sample(rng, 20)
    y = [round(0.5 * a + float(e), 3) for a, e in zip(x, rng.normal(size=20), strict=True)]
    yield asked("plain", right("cov_corr", x, y))
    yield asked("negative", right("cov_corr", x, [-b for b in y]))
    yield asked("on a line", right("cov_corr", x, [3 - 2 * a for a in x]))
    yield asked("two points", right("cov_corr", x[:2], y[:2]))
    yield asked("far from zero", right("cov_corr", [1e8 + a for a in x], [b - 1e8 for b in y], rel=1e-5))
    yield asked("lengths differ", right("cov_corr", x, y), wrong("cov_corr", x, y[1:]))
    yield asked("no spread", right("cov_corr", x, y), wrong("cov_corr", x, [y[0]] * 20))


def zscores(rng: Generator) -> Iterator[Asked]:
    x = sample(rng)
    yield asked("plain", right("zscores", x))
    yield asked("two values", right("zscores", x[:2]))
    yield asked("whole numbers", right("zscores", [int(v) for v in rng.integers(0, 50, size=12)]))
    yield asked("far from zero", right("zscores", [1e9 + float(v) for v in rng.normal(size=15).round(2)], abs_=1e-5))
    yield asked("no spread", right("zscores", x), wrong("zscores", [x[0]] * 4))
    yield asked("too short", right("zscores", x), wrong("zscores", x[:1]))


def bayes(rng: Generator) -> Iterator[Asked]:
    prior, likelihood = shares(rng, 4), [float(v) for v in rng.uniform(0, 1, size=4)]
    sick = float(rng.uniform(0.001, 0.01))
    yield asked("two hypotheses", right("bayes", [0.3, 0.7], likelihood[:2]))
    yield asked("a rare disease", right("bayes", [sick, 1 - sick], [0.95, 0.08]))
    yield asked("four hypotheses", right("bayes", prior, likelihood))
    yield asked("one impossible", right("bayes", prior, [0.0, *likelihood[1:]]))
    yield asked("tiny likelihoods", right("bayes", prior, [v * 1e-200 for v in likelihood]))
    yield asked("prior of another sum", right("bayes", prior, likelihood), wrong("bayes", [0.5, 0.6], [0.1, 0.2]))
    yield asked("negative prior", right("bayes", prior, likelihood), wrong("bayes", [-0.5, 1.5], [0.1, 0.2]))
    yield asked("all impossible", right("bayes", prior, likelihood), wrong("bayes", [0.5, 0.5, 0], [0, 0, 0.4]))


def _joint(rng: Generator, rows: int, columns: int, *, independent: bool = False) -> list[list[float]]:
    if independent:
        table = np.outer(shares(rng, rows), shares(rng, columns))
    else:
        table = rng.dirichlet(np.full(rows * columns, 1.5)).reshape(rows, columns)
    return [[float(value) for value in row] for row in table]


def cond_prob(rng: Generator) -> Iterator[Asked]:
    joint = _joint(rng, 3, 4)
    yield asked("two by two", right("cond_prob", _joint(rng, 2, 2), 0, 1))
    yield asked("three by four", right("cond_prob", joint, 2, 3))
    yield asked("every cell", *(right("cond_prob", joint, i, j) for i in range(3) for j in range(4)))
    hole = [[0.0, joint[0][1] + joint[0][0], *joint[0][2:]], *joint[1:]]
    yield asked("an empty cell", right("cond_prob", hole, 0, 0), right("cond_prob", hole, 1, 0))
    barred = [[0.0, 0.5], [0.0, 0.5]]
    yield asked("impossible condition", right("cond_prob", joint, 0, 0), wrong("cond_prob", barred, 0, 0))
    yield asked("of another sum", right("cond_prob", joint, 1, 1), wrong("cond_prob", [[0.5, 0.5], [0.5, 0.5]], 0, 0))


def independent(rng: Generator) -> Iterator[Asked]:
    def four(*tables: tuple[list[list[float]], float]) -> list[Step]:
        return [right("independent", table, tolerance) for table, tolerance in tables]

    for kind, rows, columns in (("two by two", 2, 2), ("three by three", 3, 3), ("two by five", 2, 5)):
        yes, no = _joint(rng, rows, columns, independent=True), _joint(rng, rows, columns)
        again = _joint(rng, rows, columns, independent=True)
        yield asked(kind, *four((yes, 1e-9), (no, 1e-4), (again, 1e-9), (_joint(rng, rows, columns), 1e-4)))
    near = _joint(rng, 2, 2, independent=True)
    near = [[near[0][0] + 1e-3, near[0][1] - 1e-3], near[1]]
    yield asked("within the tolerance", *four((near, 1e-2), (near, 1e-5), (near, 1.0), (near, 0.0)))
    joint = _joint(rng, 2, 2, independent=True)
    yield asked(
        "of another sum", right("independent", joint, 1e-9), wrong("independent", [[0.5, 0.5], [0.5, 0.5]], 0.1)
    )


def _normal(fn: str, rng: Generator) -> Iterator[Asked]:
    mean, sd = float(rng.uniform(-9, 9)), float(rng.uniform(0.5, 5))
    tail = 1e-300 if fn == "norm_ppf" else mean - float(rng.uniform(5.5, 7)) * sd
    inner = [float(v) for v in (rng.uniform(0.05, 0.95, 3) if fn == "norm_ppf" else mean + sd * rng.normal(size=3))]
    yield asked("standard", *(right(fn, v if fn == "norm_ppf" else (v - mean) / sd, 0.0, 1.0) for v in inner))
    yield asked("mean and spread", *(right(fn, v, mean, sd) for v in inner))
    yield asked("in the middle", right(fn, 0.5 if fn == "norm_ppf" else mean, mean, sd))
    if fn == "norm_ppf":
        yield asked("outer parts", *(right(fn, p, mean, sd) for p in (0.001, 0.0001, 0.999)))
        yield asked("far out", *(right(fn, p, mean, sd) for p in (1e-12, 1e-8, 1 - 1e-9)))
        yield asked(
            "no probability", right(fn, 0.4, mean, sd), *(wrong(fn, p, mean, sd) for p in (0.0, 1.0, -0.1, 1.2))
        )
    else:
        yield asked("far out", far(fn, tail, mean, sd), far(fn, mean - 4 * sd, mean, sd))
        yield asked("far out, above", right(fn, mean + 7 * sd, mean, sd, rel=1e-12), right(fn, mean, mean, sd))
    yield asked(
        "no spread", right(fn, inner[0], mean, sd), wrong(fn, inner[0], mean, 0.0), wrong(fn, inner[0], mean, -1.0)
    )


def norm_pdf(rng: Generator) -> Iterator[Asked]:
    return _normal("norm_pdf", rng)


def norm_cdf(rng: Generator) -> Iterator[Asked]:
    return _normal("norm_cdf", rng)


def norm_ppf(rng: Generator) -> Iterator[Asked]:
    return _normal("norm_ppf", rng)


def _binomial(fn: str, rng: Generator) -> Iterator[Asked]:
    n, p = int(rng.integers(8, 30)), float(rng.uniform(0.15, 0.85))
    yield asked("small", *(right(fn, int(k), n, p) for k in rng.integers(0, n, size=3)))
    yield asked("the ends", right(fn, 0, n, p), right(fn, n, n, p))
    yield asked("a fair coin", right(fn, n // 2, n, 0.5))
    big = int(rng.integers(2000, 5000))
    yield asked("many trials", right(fn, int(big * p), big, p), far(fn, int(big * p * 0.8), big, p))
    yield asked(
        "never and always", right(fn, 0, n, 0.0), right(fn, 1, n, 0.0), right(fn, n, n, 1.0), right(fn, n - 1, n, 1.0)
    )
    yield asked("outside", right(fn, -1, n, p), right(fn, n + 1, n, p), right(fn, 2, n, p))
    yield asked("no probability", right(fn, 1, n, p), wrong(fn, 1, n, 1.5), wrong(fn, 1, n, -0.1))


def binom_pmf(rng: Generator) -> Iterator[Asked]:
    return _binomial("binom_pmf", rng)


def binom_cdf(rng: Generator) -> Iterator[Asked]:
    return _binomial("binom_cdf", rng)


def _poisson(fn: str, rng: Generator) -> Iterator[Asked]:
    rate = float(rng.uniform(0.5, 9))
    yield asked("small", *(right(fn, int(k), rate) for k in rng.integers(0, 12, size=3)))
    yield asked("none", right(fn, 0, rate))
    yield asked("a rare event", right(fn, 1, rate / 1000), far(fn, 3 if fn == "poisson_pmf" else 0, rate / 1000))
    big = float(rng.integers(500, 2000))
    yield asked("a large rate", right(fn, int(big) + 5, big), far(fn, int(big * 0.8), big))
    yield asked("outside", right(fn, -1, rate), right(fn, 2, rate))
    yield asked("no rate", right(fn, 1, rate), wrong(fn, 1, -rate), wrong(fn, 1, 0.0))


def poisson_pmf(rng: Generator) -> Iterator[Asked]:
    return _poisson("poisson_pmf", rng)


def poisson_cdf(rng: Generator) -> Iterator[Asked]:
    return _poisson("poisson_cdf", rng)


def ci_mean(rng: Generator) -> Iterator[Asked]:
    x = sample(rng, 12)
    yield asked("plain", right("ci_mean", x, 0.95))
    yield asked("other levels", *(right("ci_mean", x, v) for v in (0.5, 0.8, 0.99)))
    yield asked("a long sample", right("ci_mean", sample(rng, 300), level(rng)))
    yield asked("two values", right("ci_mean", sample(rng, 2), 0.9))
    yield asked("three values", right("ci_mean", sample(rng, 3), 0.999))
    yield asked("too short", right("ci_mean", x, 0.9), wrong("ci_mean", x[:1], 0.9))
    yield asked("no level", right("ci_mean", x, 0.9), *(wrong("ci_mean", x, v) for v in (0.0, 1.0, 95.0)))


def ci_prop(rng: Generator) -> Iterator[Asked]:
    n = int(rng.integers(20, 200))
    k = int(rng.integers(3, n - 3))
    yield asked("plain", right("ci_prop", k, n, 0.95))
    yield asked("other levels", *(right("ci_prop", k, n, v) for v in (0.5, 0.8, 0.99)))
    yield asked("a large survey", right("ci_prop", 100 * k, 100 * n, level(rng)))
    yield asked("none of them", right("ci_prop", 0, n, 0.95))
    yield asked("all of them", right("ci_prop", n, n, 0.9))
    yield asked("a single trial", right("ci_prop", 0, 1, 0.95), right("ci_prop", 1, 1, 0.95))
    yield asked(
        "impossible",
        right("ci_prop", k, n, 0.9),
        wrong("ci_prop", n + 1, n, 0.9),
        wrong("ci_prop", -1, n, 0.9),
        wrong("ci_prop", k, n, 1.5),
    )


def ttest_1(rng: Generator) -> Iterator[Asked]:
    x = sample(rng, 15)
    near = round(float(np.mean(x)) + 0.3, 2)
    yield asked("two-sided", right("ttest_1", x, near, "two-sided"))
    yield asked("one-sided", right("ttest_1", x, near, "less"), right("ttest_1", x, near, "greater"))
    yield asked(
        "a long sample", right("ttest_1", long := sample(rng, 200), round(float(np.mean(long)) + 0.1, 2), "two-sided")
    )
    yield asked("two values", right("ttest_1", x[:2], near, "two-sided"))
    yield asked("a tiny p-value", far("ttest_1", x, near + 60, "two-sided"), far("ttest_1", x, near + 60, "less"))
    yield asked("no such side", right("ttest_1", x, near, "less"), wrong("ttest_1", x, near, "both"))
    yield asked("no spread", right("ttest_1", x, near, "greater"), wrong("ttest_1", [x[0]] * 5, near, "two-sided"))
    yield asked("too short", right("ttest_1", x, near, "two-sided"), wrong("ttest_1", x[:1], near, "two-sided"))


def ttest_2(rng: Generator) -> Iterator[Asked]:
    a = sample(rng, 14)
    b = [round(float(np.mean(a)) + 0.5 + 3 * float(e), 3) for e in rng.normal(size=9)]
    yield asked("equal variances", right("ttest_2", a, b, True, "two-sided"))
    yield asked("unequal variances", right("ttest_2", a, b, False, "two-sided"))
    yield asked("one-sided", *(right("ttest_2", a, b, v, s) for v in (True, False) for s in ("less", "greater")))
    yield asked("sizes differ much", right("ttest_2", a[:3], sample(rng, 120), False, "two-sided"))
    yield asked("a tiny p-value", far("ttest_2", a, [v + 80 for v in a], False, "two-sided"))
    yield asked("two against two", right("ttest_2", a[:2], b[:2], True, "two-sided"))
    yield asked("too short", right("ttest_2", a, b, True, "less"), wrong("ttest_2", a[:1], b, False, "two-sided"))
    yield asked(
        "no spread", right("ttest_2", a, b, True, "less"), wrong("ttest_2", [1.0, 1.0], [2.0, 2.0], True, "two-sided")
    )


def ttest_paired(rng: Generator) -> Iterator[Asked]:
    a = sample(rng, 16)
    b = [round(v + 0.2 + float(e), 3) for v, e in zip(a, rng.normal(size=16), strict=True)]
    yield asked("two-sided", right("ttest_paired", a, b, "two-sided"))
    yield asked("one-sided", right("ttest_paired", a, b, "less"), right("ttest_paired", a, b, "greater"))
    yield asked("three pairs", right("ttest_paired", a[:3], b[:3], "two-sided"))
    yield asked("lengths differ", right("ttest_paired", a, b, "less"), wrong("ttest_paired", a, b[1:], "two-sided"))
    yield asked(
        "a constant difference",
        right("ttest_paired", a, b, "less"),
        wrong("ttest_paired", [1.0, 2.0, 3.0], [2.0, 3.0, 4.0], "two-sided"),
    )


def chi2_gof(rng: Generator) -> Iterator[Asked]:
    counts = [int(v) for v in rng.integers(5, 60, size=6)]
    fair = [sum(counts) / 6] * 6
    uneven = [float(v) for v in np.array(shares(rng, 6)) * sum(counts)]
    yield asked("a die", right("chi2_gof", counts, fair))
    yield asked("uneven", right("chi2_gof", counts, uneven))
    yield asked("two classes", right("chi2_gof", counts[:2], [sum(counts[:2]) / 4, 3 * sum(counts[:2]) / 4]))
    yield asked("a perfect fit", right("chi2_gof", [10, 20, 30], [10, 20, 30]))
    yield asked("an observed zero", right("chi2_gof", [0, *counts], [*([sum(counts) / 7] * 7)]))
    yield asked("a tiny p-value", far("chi2_gof", [400, 100, 100], [200.0, 200.0, 200.0]))
    yield asked("sums differ", right("chi2_gof", counts, fair), wrong("chi2_gof", counts, [v + 1 for v in fair]))
    yield asked("an expected zero", right("chi2_gof", counts, fair), wrong("chi2_gof", [5, 5], [10, 0]))


def chi2_indep(rng: Generator) -> Iterator[Asked]:
    def table(rows: int, columns: int) -> list[list[int]]:
        return [[int(v) for v in row] for row in rng.integers(3, 60, size=(rows, columns))]

    yield asked("two by two", right("chi2_indep", table(2, 2)))
    yield asked("three by four", right("chi2_indep", table(3, 4)))
    yield asked("two by six", right("chi2_indep", table(2, 6)))
    zero = table(3, 3)
    zero[1][1] = 0
    yield asked("an empty cell", right("chi2_indep", zero))
    yield asked("a tiny p-value", far("chi2_indep", [[200, 20], [30, 180]]))
    yield asked("an empty row", right("chi2_indep", table(2, 2)), wrong("chi2_indep", [[0, 0], [3, 4]]))
    yield asked("negative counts", right("chi2_indep", table(2, 3)), wrong("chi2_indep", [[1, -2], [3, 4]]))
    yield asked("one row", right("chi2_indep", table(3, 2)), wrong("chi2_indep", [[3, 4, 5]]))


def beta_binomial(rng: Generator) -> Iterator[Asked]:
    a, b = float(rng.uniform(0.5, 5)), float(rng.uniform(0.5, 5))
    n = int(rng.integers(10, 80))
    k = int(rng.integers(1, n))
    yield asked("uniform prior", right("beta_binomial", 1, 1, k, n, 0.95))
    yield asked("another prior", right("beta_binomial", a, b, k, n, level(rng)))
    yield asked("much data", right("beta_binomial", a, b, 100 * k, 100 * n, 0.9))
    yield asked("no data", right("beta_binomial", a + 1, b + 1, 0, 0, 0.8))
    yield asked("none of them", right("beta_binomial", a, b, 0, n, 0.95))
    yield asked(
        "impossible",
        right("beta_binomial", a, b, k, n, 0.9),
        wrong("beta_binomial", a, b, n + 1, n, 0.9),
        wrong("beta_binomial", 0, b, k, n, 0.9),
        wrong("beta_binomial", a, b, k, n, 1.0),
    )


def gamma_poisson(rng: Generator) -> Iterator[Asked]:
    shape, rate = float(rng.uniform(0.5, 6)), float(rng.uniform(0.2, 3))
    counts = [int(v) for v in rng.poisson(4, size=12)]
    yield asked("a week of counts", right("gamma_poisson", shape, rate, counts[:7], 0.95))
    yield asked("other levels", *(right("gamma_poisson", shape, rate, counts, v) for v in (0.5, 0.8, 0.99)))
    yield asked("one count", right("gamma_poisson", shape, rate, counts[:1], 0.9))
    yield asked("large counts", right("gamma_poisson", shape, rate, [300 * (v + 1) for v in counts], 0.9))
    yield asked("no data", right("gamma_poisson", shape + 1, rate, [], 0.9))
    yield asked(
        "impossible",
        right("gamma_poisson", shape, rate, counts, 0.9),
        wrong("gamma_poisson", shape, rate, [1, -1], 0.9),
        wrong("gamma_poisson", shape, 0.0, counts, 0.9),
    )


def normal_known_sd(rng: Generator) -> Iterator[Asked]:
    mean, sd, noise = float(rng.uniform(-5, 5)), float(rng.uniform(0.5, 5)), float(rng.uniform(0.5, 5))
    x = sample(rng, 10)
    yield asked("plain", right("normal_known_sd", mean, sd, x, noise, 0.95))
    yield asked("a vague prior", right("normal_known_sd", mean, 1e4, x, noise, level(rng)))
    yield asked("a stubborn prior", right("normal_known_sd", mean, 1e-3, x, noise, 0.9))
    yield asked("no data", right("normal_known_sd", mean, sd, [], noise, 0.8))
    yield asked("one value", right("normal_known_sd", mean, sd, x[:1], noise, 0.99))
    yield asked(
        "impossible",
        right("normal_known_sd", mean, sd, x, noise, 0.9),
        wrong("normal_known_sd", mean, -1.0, x, noise, 0.9),
        wrong("normal_known_sd", mean, sd, x, 0.0, 0.9),
    )


MAKERS: dict[str, tuple[Maker, ...]] = {
    "describing": (describe, weighted_mean, cov_corr, zscores),
    "probability": (
        bayes,
        cond_prob,
        independent,
        norm_pdf,
        norm_cdf,
        norm_ppf,
        binom_pmf,
        binom_cdf,
        poisson_pmf,
        poisson_cdf,
    ),
    "testing": (ci_mean, ci_prop, ttest_1, ttest_2, ttest_paired, chi2_gof, chi2_indep),
    "believing": (beta_binomial, gamma_poisson, normal_known_sd),
}
