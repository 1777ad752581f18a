"""Cases of the track `integrals`: limits, integrals, areas and sums whose answer is known in closed form.

Expressions are written by hand here, with drawn numbers: a drawn expression has no closed form.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.random import Generator

from challenges.catalog.topic_calculus.expressions import Expression
from challenges.catalog.topic_calculus.trees import number
from challenges.worlds.funclib.cases import Case, Rule, call, same

TRACK = "integrals"
X: Expression = ["var", "x"]
Y: Expression = ["var", "y"]
N: Expression = ["var", "n"]
ROUNDS = 2
"""Every kind is drawn this often."""


def cases(rng: Generator) -> Iterator[Case]:
    """Yield the cases of all functions of this track."""
    for _ in range(ROUNDS):
        for function, rel, drawn in (
            ("limit", 1e-6, _limits(rng)),
            ("integrate", 1e-6, _integrals(rng)),
            ("integrate", 1e-5, _hard_integrals(rng)),
            ("double_integral", 1e-6, _double_integrals(rng)),
            ("area_between", 1e-6, _areas(rng)),
            ("series_sum", 1e-7, _sums(rng)),
        ):
            for kind, answer, args in drawn:
                rule: Rule = same(answer, rel=rel, abs_=1e-6 if function == "limit" else 1e-8)
                yield Case(function=function, kind=kind, steps=(call(function, *args, rule=rule),), track=TRACK)


Drawn = Iterator[tuple[str, float, tuple[object, ...]]]
"""(what is particular, the answer, the arguments of the call)"""


def _limits(rng: Generator) -> Drawn:
    a, b = number(rng, 0.5, 3), number(rng, 0.5, 3)
    ax = ["mul", a, X]
    yield "0 / 0", a / b, (["div", ["sin", ax], ["mul", b, X]], "x", 0.0, "both")
    yield "0 / 0, of second order", a * a / 2, (["div", ["sub", 1, ["cos", ax]], ["mul", X, X]], "x", 0.0, "both")
    yield "0 / 0 elsewhere", 2 * b, (["div", ["sub", ["mul", X, X], b * b], ["sub", X, b]], "x", b, "both")
    yield "step from the left", -a, (["div", ["mul", a, ["abs", ["sub", X, b]]], ["sub", X, b]], "x", b, "-")
    yield "0 times infinity", 0.0, (["mul", ax, ["log", X]], "x", 0.0, "+")
    ratio = ["div", ["add", ["mul", a, ["mul", X, X]], X], ["sub", ["mul", b, ["mul", X, X]], 4]]
    yield "at infinity", a / b, (ratio, "x", "inf", "-")
    power = ["exp", ["mul", X, ["log", ["add", 1, ["div", a, X]]]]]
    yield "1 ^ infinity", math.exp(a), (power, "x", "inf", "-")
    yield "a root", 1 / (2 * a), (["div", ["sub", ["sqrt", ["add", X, a * a]], a], X], "x", 0.0, "both")


def _integrals(rng: Generator) -> Drawn:
    a, b, c = number(rng, 0.4, 2), number(rng, 1, 3), number(rng, 0.3, 1.5)
    cubic = ["add", ["mul", a, ["pow", X, 3]], ["mul", b, X]]
    yield "polynomial", a * (c**4 - 1) / 4 + b * (c * c - 1) / 2, (cubic, "x", -1.0, c)
    decay = ["mul", X, ["exp", ["neg", ["mul", a, X]]]]
    yield "smooth", (1 - math.exp(-a * b) * (1 + a * b)) / a**2, (decay, "x", 0.0, b)
    bell = ["div", 1, ["add", 1, ["pow", ["mul", a, X], 2]]]
    yield "bell", (math.atan(a * b) + math.atan(a * c)) / a, (bell, "x", -c, b)
    k = float(rng.integers(40, 120))
    yield "fast oscillation", (1 - math.cos(k * b)) / k, (["sin", ["mul", k, X]], "x", 0.0, b)
    moment = math.sin(k * b) / k**2 - b * math.cos(k * b) / k
    yield "growing oscillation", moment, (["mul", X, ["sin", ["mul", k, X]]], "x", 0.0, b)
    yield "a kink", (c + 1) ** 2 / 2 + (b - c) ** 2 / 2, (["abs", ["sub", X, c]], "x", -1.0, b)
    yield "from right to left", -(b**3 - c**3) / 3, (["mul", X, X], "x", b, c)


def _hard_integrals(rng: Generator) -> Drawn:
    a, b, c = number(rng, 0.4, 2), number(rng, 1, 3), number(rng, 0.3, 0.9)
    width = float(rng.uniform(0.004, 0.012))
    spike = ["exp", ["neg", ["pow", ["div", ["sub", X, c], width], 2]]]
    yield "a narrow spike", width * math.sqrt(math.pi), (spike, "x", -1.0, 2.0)
    yield "pole at the left end", 2 * a * math.sqrt(b), (["div", a, ["sqrt", X]], "x", 0.0, b)
    yield "logarithm at 0", b * math.log(b) - b, (["log", X], "x", 0.0, b)
    arc = ["div", a, ["sqrt", ["sub", b * b, ["mul", X, X]]]]
    yield "pole at the right end", a * math.pi / 2, (arc, "x", 0.0, b)
    gauss = ["exp", ["neg", ["mul", a, ["pow", ["sub", X, c], 2]]]]
    yield "over all numbers", math.sqrt(math.pi / a), (gauss, "x", "-inf", "inf")
    decay = ["mul", X, ["exp", ["neg", ["mul", a, X]]]]
    yield "to infinity", 1 / a**2, (decay, "x", 0.0, "inf")
    heavy = ["div", 1, ["add", 1, ["mul", X, X]]]
    yield "heavy tail", math.pi / 2 - math.atan(b), (heavy, "x", b, "inf")


def _double_integrals(rng: Generator) -> Drawn:
    a, b, c = number(rng, 0.4, 1.5), number(rng, 0.5, 2), number(rng, 0.3, 1.5)
    product = ["mul", ["mul", X, X], Y]
    yield "product", b**3 / 3 * c * c / 2, (product, "x", 0.0, b, "y", 0.0, c)
    decay = ["exp", ["neg", ["add", ["mul", a, X], Y]]]
    yield "decay", (1 - math.exp(-a * b)) / a * (1 - math.exp(-c)), (decay, "x", 0.0, b, "y", 0.0, c)
    wave = ["sin", ["add", ["mul", 6, X], ["mul", 5, Y]]]
    answer = (math.sin(6 * b) + math.sin(5 * c) - math.sin(6 * b + 5 * c)) / 30
    yield "waves", answer, (wave, "x", 0.0, b, "y", 0.0, c)
    sloped = ["div", 1, ["pow", ["add", ["add", 1, X], Y], 2]]
    answer = math.log((1 + b) * (1 + c) / (1 + b + c))
    yield "not a product", answer, (sloped, "x", 0.0, b, "y", 0.0, c)


def _areas(rng: Generator) -> Drawn:
    a = number(rng, 0.5, 2)
    roots = np.sort(np.round(rng.uniform(-1.5, 1.5, 3), 2))
    cubic, parabola = _cubic(a, roots), ["mul", 0.7, ["mul", X, X]]
    yield "three crossings", _area_of_cubic(a, roots), (["add", cubic, parabola], parabola, "x", -2.0, 2.0)
    yield "no crossing", 4 * a, (["add", ["sin", X], a], ["sin", X], "x", -1.0, 3.0)
    yield "crossings of waves", 4 * math.sqrt(2), (["sin", X], ["cos", X], "x", 0.0, 2 * math.pi)
    waves = int(rng.integers(3, 8))
    yield "many crossings", 4.0 * a, (["mul", a, ["sin", ["mul", waves, X]]], 0, "x", 0.0, 2 * math.pi)


def _cubic(a: float, roots: np.ndarray) -> Expression:
    factors = [["sub", X, float(root)] for root in roots]
    return ["mul", a, ["mul", factors[0], ["mul", factors[1], factors[2]]]]


def _area_of_cubic(a: float, roots: np.ndarray) -> float:
    antiderivative = np.polyint(a * np.poly(roots))
    ends = np.array([-2.0, *roots, 2.0])
    return float(np.abs(np.diff(np.polyval(antiderivative, ends))).sum())


def _sums(rng: Generator) -> Drawn:
    a, r = number(rng, 0.5, 3), number(rng, 0.3, 0.9)
    yield "geometric", a / (1 - r), (["mul", a, ["pow", r, N]], "n", 0)
    yield "n times geometric", r / (1 - r) ** 2, (["mul", N, ["pow", r, N]], "n", 1)
    yield "slow, one sign", a * math.pi**2 / 6, (["div", a, ["mul", N, N]], "n", 1)
    k = int(rng.integers(1, 5))
    answer = a * sum(1 / j for j in range(1, k + 1)) / k
    yield "telescope", answer, (["div", a, ["mul", N, ["add", N, k]]], "n", 1)
    yield (
        "slow, alternating",
        a * math.log(2),
        (
            ["mul", a, ["div", ["pow", -1, ["add", N, 1]], N]],
            "n",
            1,
        ),
    )
    fourth = math.pi**4 / 90 - sum(1 / n**4 for n in range(1, k))
    yield "later start", fourth, (["pow", N, -4], "n", k)
