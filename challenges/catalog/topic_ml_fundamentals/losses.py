"""Cases of the tracks `losses` and `penalties`: what is minimised, its slope, and what keeps weights small."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from challenges.worlds.funclib.cases import Case, Rule, call, same

LOSSES, PENALTIES = "losses", "penalties"
Floats = NDArray[np.float64]


def cases(rng: Generator) -> Iterator[Case]:
    """Yield the cases of both tracks."""
    for size in (1, 4, 9, 30):
        for scale, kind in ((1.5, "plain"), (800.0, "huge scores")):
            yield from _losses(rng, size, scale, f"{kind}, {size} rows")
    for rows, columns in ((12, 2), (30, 5), (40, 8), (9, 14), (60, 3), (25, 25)):
        yield from _penalties(rng, rows, columns)


def _case(track: str, function: str, kind: str, rule: Rule, *args: object) -> Case:
    return Case(function=function, kind=kind, steps=(call(function, *args, rule=rule),), track=track)


def _loss(value: float, slope: Floats) -> Rule:
    return same({"loss": float(value), "grad": slope}, rel=1e-6, abs_=1e-9)


def _losses(rng: Generator, size: int, scale: float, kind: str) -> Iterator[Case]:
    y, found = rng.normal(0, scale, size).round(2), rng.normal(0, scale, size).round(2)
    yield _case(LOSSES, "mse", kind, _loss(((found - y) ** 2).mean(), 2 * (found - y) / size), y, found)
    z, truth, w = rng.normal(0, scale, size).round(2), rng.integers(0, 2, size), rng.uniform(0.2, 3, size).round(2)
    yield _case(LOSSES, "bce_logits", kind, _binary(z, truth.astype(float), w), truth, z, w)
    smoothing = 0.1 if size > 4 else 0.0
    classes = int(rng.integers(2, 6))
    scores, labels = rng.normal(0, scale, (size, classes)).round(2), rng.integers(0, classes, size)
    onehot = np.eye(classes)[labels]
    said = f"{kind}{', smooth' if smoothing else ''}"
    yield _case(LOSSES, "cce", said, _categorical(scores, onehot, smoothing), onehot, scores, smoothing)
    yield _case(LOSSES, "sparse_cce", said, _categorical(scores, onehot, smoothing), labels, scores, smoothing)


def _binary(z: Floats, truth: Floats, w: Floats) -> Rule:
    """The weighted mean of log(1 + exp(z)) - y z, written so that nothing overflows."""
    each = np.logaddexp(0, z) - truth * z
    chance = np.exp(-np.logaddexp(0, -z))
    return _loss((w * each).sum() / w.sum(), w * (chance - truth) / w.sum())


def _categorical(scores: Floats, onehot: Floats, smoothing: float) -> Rule:
    target = (1 - smoothing) * onehot + smoothing / onehot.shape[1]
    logs = scores - scores.max(axis=1, keepdims=True)
    logs = logs - np.log(np.exp(logs).sum(axis=1, keepdims=True))
    return _loss(-(target * logs).sum(axis=1).mean(), (np.exp(logs) - target) / len(scores))


def _penalties(rng: Generator, rows: int, columns: int) -> Iterator[Case]:
    kind = f"{rows} rows, {columns} columns"
    X = rng.normal(0, 1, (rows, columns)).round(3) + rng.normal(0, 2, columns).round(1)
    w = rng.normal(0, 2, columns).round(2) * (rng.random(columns) < 0.7)
    y = (X @ w + rng.normal(0, 1, rows) + 3).round(3)
    threshold = round(float(rng.uniform(0.2, 2)), 2)
    shrunk = np.sign(w) * np.maximum(np.abs(w) - threshold, 0)
    yield _case(PENALTIES, "soft_threshold", kind, same(shrunk), w, threshold)
    l1, l2 = round(float(rng.uniform(0.05, 0.5)), 2), round(float(rng.uniform(0.5, 20)), 2)
    slope = l1 * np.sign(w) + 2 * l2 * w
    yield _case(PENALTIES, "elastic_gradient", kind, same(slope), w, l1, l2)
    yield _case(PENALTIES, "ridge", kind, same(_ridge(X, y, l2), rel=1e-6, abs_=1e-8), X, y, l2)
    sweeps = int(rng.integers(1, 12))
    kind = f"{columns} columns, {sweeps} sweeps"
    yield _case(PENALTIES, "lasso", kind, same(_lasso(X, y, l1, sweeps), rel=1e-6, abs_=1e-9), X, y, l1, sweeps)


def _ridge(X: Floats, y: Floats, l2: float) -> dict[str, object]:
    """The intercept is not penalised."""
    mean_x, mean_y = X.mean(axis=0), y.mean()
    centred = X - mean_x
    coef = np.linalg.solve(centred.T @ centred + l2 * np.eye(X.shape[1]), centred.T @ (y - mean_y))
    return {"intercept": float(mean_y - mean_x @ coef), "coef": coef}


def _lasso(X: Floats, y: Floats, l1: float, sweeps: int) -> Floats:
    """Coordinate descent on |y - X w|^2 / (2 n) + l1 |w|_1 from zeros, columns in order."""
    w = np.zeros(X.shape[1])
    for _ in range(sweeps):
        for j in range(len(w)):
            rest = y - X @ w + X[:, j] * w[j]
            pull = X[:, j] @ rest / len(y)
            w[j] = np.sign(pull) * max(abs(pull) - l1, 0) / (X[:, j] @ X[:, j] / len(y))
    return w
