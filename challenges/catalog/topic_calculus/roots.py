"""Cases of the track `solving`: roots, critical points, and the gradients with which models are fitted."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from challenges.catalog.topic_calculus.expressions import Expression
from challenges.catalog.topic_calculus.trees import number
from challenges.worlds.funclib.cases import Case, any_order, call, same

TRACK = "solving"
X: Expression = ["var", "x"]
Y: Expression = ["var", "y"]


def cases(rng: Generator) -> Iterator[Case]:
    """Yield the cases of all functions of this track."""
    for _ in range(2):
        for kind, root, expression, start in _roots(rng):
            step = call("newton_root", expression, "x", start, rule=same(root, rel=1e-8, abs_=1e-8))
            yield Case(function="newton_root", kind=kind, steps=(step,), track=TRACK)
    for place in range(6):
        expression, points = _landscape(rng, turned=place % 2 == 1)
        step = call("critical_points", expression, 3.0, rule=any_order(points, rel=1e-6, abs_=1e-6))
        kind = f"{len(points)} points{', turned' if place % 2 else ''}"
        yield Case(function="critical_points", kind=kind, steps=(step,), track=TRACK)
    for place in range(6):
        yield _line(rng, place)
    for place in range(8):
        yield _loss(rng, ("mse", "logistic")[place % 2], extreme=place >= 4)


def _roots(rng: Generator) -> Iterator[tuple[str, float, Expression, float]]:
    """Yield (what is particular, the only root, the expression, where to start)."""
    a, c = number(rng, 1, 3), number(rng, -2, 2)
    cubic = ["add", ["pow", ["sub", X, c], 3], ["mul", a, ["sub", X, c]]]
    yield "cubic", c, cubic, c + 2.0
    yield "exponential", math.log(a), ["sub", ["exp", X], a], 3.0
    yield "flat far away", c, ["tanh", ["sub", X, c]], c + 2.5
    yield "no slope at the start", c + a, ["sub", ["mul", ["sub", X, c], ["abs", ["sub", X, c]]], a * a], c
    yield "far start", a, ["sub", ["mul", X, ["mul", X, X]], a**3], 400.0
    yield "edge of the domain", a, ["sub", ["log", X], math.log(a)], a * 6


def _landscape(rng: Generator, *, turned: bool) -> tuple[Expression, list[list[float | str]]]:
    """Return p(u) + q(v) over axes u, v, which may be turned, and all its critical points with their kinds."""
    angle = float(rng.uniform(0.3, 1.2)) if turned else 0.0
    cos, sin = math.cos(angle), math.sin(angle)
    u = ["add", ["mul", cos, X], ["mul", sin, Y]]
    v = ["sub", ["mul", cos, Y], ["mul", sin, X]]
    first, second = _spaced(rng, int(rng.integers(2, 4))), _spaced(rng, 2)
    signs = rng.choice([-1.0, 1.0], 2)
    slopes = [signs[0] * np.poly(first), signs[1] * np.poly(second)]
    bends = [np.polyder(slope) for slope in slopes]
    points: list[list[float | str]] = []
    for a in first:
        for b in second:
            curves = float(np.polyval(bends[0], a)), float(np.polyval(bends[1], b))
            kind = "saddle" if curves[0] * curves[1] < 0 else "min" if curves[0] > 0 else "max"
            points.append([float(a * cos - b * sin), float(a * sin + b * cos), kind])
    return ["add", _polynomial(np.polyint(slopes[0]), u), _polynomial(np.polyint(slopes[1]), v)], points


def _spaced(rng: Generator, count: int) -> NDArray[np.float64]:
    """Return places between -1.8 and 1.8 that are at least 0.6 apart."""
    while True:
        places = np.sort(np.round(rng.uniform(-1.8, 1.8, count), 2))
        if np.diff(places).min() >= 0.6:
            return places


def _polynomial(coefficients: NDArray[np.float64], argument: Expression) -> Expression:
    """Return a polynomial by Horner's rule, the highest coefficient first."""
    expression: Expression = float(coefficients[0])
    for coefficient in coefficients[1:]:
        expression = ["add", ["mul", expression, argument], float(coefficient)]
    return expression


def _line(rng: Generator, place: int) -> Case:
    count, epochs = int(rng.integers(5, 30)), int(rng.integers(3, 40))
    x = np.round(rng.normal(0, 1.5, count), 3)
    y = np.round(number(rng, -2, 2) * x + number(rng, -2, 2) + rng.normal(0, 0.3, count), 3)
    rate = 0.9 if place == 5 else round(float(rng.uniform(0.02, 0.15)), 3)
    w = b = 0.0
    path = []
    for _ in range(epochs):
        error = w * x + b - y
        w, b = w - rate * 2 * float(error @ x) / count, b - rate * 2 * float(error.sum()) / count
        path.append([w, b])
    step = call("fit_line_gd", x.tolist(), y.tolist(), rate, epochs, rule=same(path, rel=1e-8, abs_=1e-10))
    kind = "diverges" if rate == 0.9 else f"{epochs} epochs"
    return Case(function="fit_line_gd", kind=kind, steps=(step,), track=TRACK)


def _loss(rng: Generator, loss: str, *, extreme: bool) -> Case:
    count, width = int(rng.integers(4, 12)), int(rng.integers(1, 5))
    X_rows = np.round(rng.normal(0, 300 if extreme else 1, (count, width)), 2)
    w = np.round(rng.normal(0, 4, width), 2)
    y = rng.integers(0, 2, count).astype(float) if loss == "logistic" else np.round(rng.normal(0, 2, count), 2)
    scores = X_rows @ w
    if loss == "mse":
        slope = 2 * X_rows.T @ (scores - y) / count
    else:
        chance = np.where(scores >= 0, 1 / (1 + np.exp(-np.abs(scores))), 0.0)
        small = np.exp(-np.abs(scores))
        chance = np.where(scores >= 0, chance, small / (1 + small))
        slope = X_rows.T @ (chance - y) / count
    rule = same(slope.tolist(), rel=1e-8, abs_=1e-9)
    step = call("loss_gradient", loss, w.tolist(), X_rows.tolist(), y.tolist(), rule=rule)
    kind = f"{loss}{', huge scores' if extreme else ''}"
    return Case(function="loss_gradient", kind=kind, steps=(step,), track=TRACK)
