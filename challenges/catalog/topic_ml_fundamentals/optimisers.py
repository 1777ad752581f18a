"""Cases of the tracks `optimisers` and `judgement`: exact paths downhill, and what learning curves say."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from challenges.worlds.funclib.cases import Case, Rule, call, same

OPTIMISERS, JUDGEMENT = "optimisers", "judgement"
Floats = NDArray[np.float64]

EPOCHS = 60
CURVES = ("under", "over", "good", "leak")


def cases(rng: Generator) -> Iterator[Case]:
    """Yield the cases of both tracks."""
    for place in range(6):
        yield from _steps_on_data(rng, place)
        yield from _steps_on_gradients(rng, place)
    for place in range(7):
        yield from _helpers(rng, place)
    for place in range(12):
        yield _diagnosis(rng, CURVES[place % 4])
    for place in range(9):
        yield _paradigm(rng, place)


def _case(track: str, function: str, kind: str, expected: object, *args: object) -> Case:
    rule: Rule = same(expected, rel=1e-7, abs_=1e-9)
    return Case(function=function, kind=kind, steps=(call(function, *args, rule=rule),), track=track)


def _steps_on_data(rng: Generator, place: int) -> Iterator[Case]:
    rows, columns = int(rng.integers(6, 20)), int(rng.integers(1, 5))
    X, y = rng.normal(size=(rows, columns)).round(3), rng.normal(size=rows).round(3)
    rate, steps = round(float(rng.uniform(0.02, 0.2)), 3), int(rng.integers(2, 30))
    everything = [np.arange(rows)] * steps
    yield _case(OPTIMISERS, "gd", f"{steps} steps", _path(X, y, rate, everything), X, y, rate, steps)
    size = 1 if place % 2 == 0 else int(rng.integers(2, 5))
    batches = [rng.choice(rows, size, replace=False) for _ in range(steps)]
    kind = f"{steps} batches of {size}"
    yield _case(OPTIMISERS, "minibatch", kind, _path(X, y, rate, batches), X, y, rate, [b.tolist() for b in batches])


def _path(X: Floats, y: Floats, rate: float, batches: list[NDArray[np.int64]]) -> Floats:
    """Weights after each step on the mean squared error of a batch, from zeros, without intercept."""
    w, path = np.zeros(X.shape[1]), []
    for batch in batches:
        w = w - rate * 2 * X[batch].T @ (X[batch] @ w - y[batch]) / len(batch)
        path.append(w)
    return np.array(path)


def _steps_on_gradients(rng: Generator, place: int) -> Iterator[Case]:
    steps, columns = int(rng.integers(2, 25)), int(rng.integers(1, 6))
    G = rng.normal(0, 10 ** rng.uniform(-3, 3, columns), (steps, columns))
    if place % 2:
        G[rng.random(G.shape) < 0.4] = 0.0  # a coordinate that has not moved yet divides by nearly nothing
    start, rate = rng.normal(size=columns).round(2), round(float(rng.uniform(0.001, 0.3)), 3)
    beta, second = round(float(rng.uniform(0.5, 0.95)), 2), round(float(rng.uniform(0.9, 0.999)), 3)
    kind = f"{steps} steps{', gaps' if place % 2 else ''}"
    v = np.zeros(columns)
    moved = [v := beta * v + g for g in G]
    yield _case(OPTIMISERS, "momentum", kind, start - rate * np.cumsum(moved, axis=0), G, start, rate, beta)
    s = np.zeros(columns)
    scaled = [g / (np.sqrt(s := second * s + (1 - second) * g * g) + 1e-8) for g in G]
    yield _case(OPTIMISERS, "rmsprop", kind, start - rate * np.cumsum(scaled, axis=0), G, start, rate, second)
    yield _case(OPTIMISERS, "adam", kind, _adam(G, start, rate, beta, second), G, start, rate, beta, second)


def _adam(G: Floats, start: Floats, rate: float, beta: float, second: float) -> Floats:
    w, m, v, path = start, np.zeros_like(start), np.zeros_like(start), []
    for t, g in enumerate(G, start=1):
        m, v = beta * m + (1 - beta) * g, second * v + (1 - second) * g * g
        w = w - rate * (m / (1 - beta**t)) / (np.sqrt(v / (1 - second**t)) + 1e-8)
        path.append(w)
    return np.array(path)


def _helpers(rng: Generator, place: int) -> Iterator[Case]:
    g = rng.normal(0, 3, int(rng.integers(1, 6))).round(2)
    largest = 100.0 if place == 0 else round(float(rng.uniform(0.5, 3)), 2)
    kind = "zeros" if place == 1 else "short enough" if place == 0 else f"{len(g)} numbers"
    g = np.zeros(3) if place == 1 else g
    length = float(np.sqrt(g @ g))
    yield _case(OPTIMISERS, "clip_norm", kind, g if length <= largest else g * largest / length, g, largest)
    x, p = rng.normal(size=(3, 4)).round(2), (0.0, 0.2, 0.5, 0.8)[place % 4]
    mask = (rng.random((3, 4)) >= p).astype(int)
    yield _case(JUDGEMENT, "dropout", f"p = {p}", x * mask / (1 - p), x, p, mask)
    yield _early_stop(rng, place)
    models, points = int(rng.integers(2, 12)), int(rng.integers(1, 8))
    truth = rng.normal(size=points).round(2)
    found = (truth + rng.normal(0, 1, points) + rng.normal(0, 0.5, (models, points))).round(3)
    parts = {
        "bias2": float(((found.mean(axis=0) - truth) ** 2).mean()),
        "variance": float(found.var(axis=0).mean()),
    }
    yield _case(JUDGEMENT, "bias_variance", f"{models} models", parts, found, truth)


def _early_stop(rng: Generator, place: int) -> Case:
    """Stop after `patience` epochs in a row that did not beat the best by more than `min_delta`."""
    count, patience = int(rng.integers(8, 40)), int(rng.integers(1, 5))
    falling = 1 / np.arange(1, count + 1) + 0.02 * np.maximum(np.arange(count) - count // 2, 0)
    history = (falling + rng.normal(0, 0.03, count)).round(3)
    least = (0.0, 0.01, 0.05)[place % 3]
    mode = "min" if place % 2 == 0 else "max"
    sign = 1.0 if mode == "min" else -1.0
    history = sign * history
    best, best_epoch, waited, stop = np.inf, 0, 0, count - 1
    for epoch, value in enumerate(sign * history):
        if value < best - least:
            best, best_epoch, waited = value, epoch, 0
            continue
        waited += 1
        if waited >= patience:
            stop = epoch
            break
    answer = {"stop_epoch": stop, "best_epoch": best_epoch}
    return _case(JUDGEMENT, "early_stop", f"{mode}, patience {patience}", answer, history, patience, least, mode)


def _diagnosis(rng: Generator, name: str) -> Case:
    """Fit waves to noisy points by gradient descent; take curves that show clearly what they are made to show."""
    while True:
        noise = float(rng.uniform(0.1, 0.4))
        train, validation, constant = _curves(rng, name, noise)
        last, lowest = validation[-1], validation.min()
        shown = {
            "under": train[-1] > 0.6 * constant and last > 0.6 * constant,
            "over": train[-1] < 0.6 * noise and last > 1.35 * lowest and last > 1.5 * noise,
            "good": train[-1] < 0.4 * constant and 0.95 * noise < last < 1.1 * lowest and last < 0.5 * constant,
            "leak": last < 0.7 * noise and train[-1] < 0.7 * noise,
        }
        if shown[name] and sum(shown.values()) == 1:
            args = (train.round(4), validation.round(4), round(constant, 4), round(noise, 4))
            return _case(JUDGEMENT, "diagnose", f"noise {noise:.1f}", name, *args)


def _curves(rng: Generator, name: str, noise: float) -> tuple[Floats, Floats, float]:
    rows, waves = {"under": (80, 1), "good": (160, 6)}.get(name, (26, 30))
    x, own = rng.uniform(-1, 1, rows), rng.normal(size=(2, 4))
    signal = _waves(x, 4) @ own.ravel() * 0.6
    y = signal + rng.normal(0, np.sqrt(noise), rows)
    far = rng.uniform(-1, 1, 200)
    far_y = _waves(far, 4) @ own.ravel() * 0.6 + rng.normal(0, np.sqrt(noise), 200)
    if name == "leak":  # what validates was in the training
        far, far_y = x[: rows // 2], y[: rows // 2]
    A, B, w = _waves(x, waves), _waves(far, waves), np.zeros(2 * waves)
    rate = (0.05 if name == "under" else 1.5) / np.linalg.eigvalsh(A.T @ A / rows)[-1]
    train, validation = [], []
    for _ in range(EPOCHS):
        for _ in range(1 if name == "under" else 12):
            w = w - rate * A.T @ (A @ w - y) / rows
        train.append(((A @ w - y) ** 2).mean())
        validation.append(((B @ w - far_y) ** 2).mean())
    return np.array(train), np.array(validation), float(y.var())


def _waves(x: Floats, count: int) -> Floats:
    turns = np.pi * np.arange(1, count + 1) * x[:, None]
    return np.hstack([np.sin(turns), np.cos(turns)])


def _paradigm(rng: Generator, place: int) -> Case:
    """What kind of learning a sample of data allows; a field may be there and hold nothing."""
    rows = int(rng.integers(3, 8))
    seen = rng.normal(size=(rows, 3)).round(2)
    answers: list[float | None] = rng.integers(0, 3, rows).astype(float).tolist()
    actions = rng.integers(0, 4, rows).tolist()
    late = [0.0] * (rows - 1) + [1.0]
    match place % 3:
        case 0:
            sample = {"observations": seen, "answers": answers, "actions": None, "rewards": None}
            return _case(JUDGEMENT, "paradigm", "answers", "supervised", sample)
        case 1:
            blank = [None] * rows if place > 3 else None
            sample = {"observations": seen, "answers": blank, "actions": None, "rewards": None}
            return _case(JUDGEMENT, "paradigm", "nothing but seen", "unsupervised", sample)
    sample = {"observations": seen, "answers": None, "actions": actions, "rewards": late}
    return _case(JUDGEMENT, "paradigm", "late reward", "reinforcement", sample)
