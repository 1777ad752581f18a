"""Random expressions that are safe where they are asked: no pole, no kink, no overflow near the point."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

from challenges.catalog.topic_calculus.expressions import Expression, jet

SMOOTH = ("sin", "cos", "tanh", "sigmoid", "exp", "log", "sqrt", "tan", "div", "pow")
KINKED = ("relu", "abs", "max", "min")
LARGEST = 200.0


def point(rng: Generator, variables: Sequence[str]) -> dict[str, float]:
    return {name: number(rng, -1.5, 1.5) for name in variables}


def number(rng: Generator, low: float, high: float) -> float:
    """Return a number of few digits, as people write them; never nearly 0."""
    while abs(value := round(float(rng.uniform(low, high)), 2)) < 0.15:
        pass
    return value


def tree(rng: Generator, variables: Sequence[str], *, depth: int, kinks: bool = False) -> Expression:
    """Return an expression of a depth that holds every variable."""
    if depth <= 1 or (depth <= 2 and rng.random() < 0.3):
        return ["add", number(rng, -2, 2), ["var", str(rng.choice(list(variables)))]]
    below = [tree(rng, variables, depth=depth - 1, kinks=kinks) for _ in range(2)]
    names = SMOOTH + KINKED if kinks else SMOOTH
    name = str(rng.choice(["add", "sub", "mul", *names, *names]))
    if name in ("add", "sub", "mul", "max", "min"):
        return [name, *below]
    return _safe(rng, name, *below)


def _safe(rng: Generator, name: str, a: Expression, b: Expression) -> Expression:
    """Return a node over `a` (and sometimes `b`) inside the function's domain."""
    positive = ["add", number(rng, 0.5, 2), ["mul", a, a]]
    match name:
        case "log" | "sqrt":
            return ["mul", b, [name, positive]]
        case "exp":
            return ["exp", ["sin", a]]
        case "tan":
            return ["tan", ["tanh", a]]
        case "div":
            return ["div", b, positive]
        case "pow":
            return ["pow", a, 2] if rng.random() < 0.5 else ["pow", positive, number(rng, -1.5, 1.5)]
    return [name, a]


def asked(
    rng: Generator, variables: Sequence[str], *, depth: int, kinks: bool = False
) -> tuple[Expression, dict[str, float]]:
    """Return an expression and a point where it, its slopes and its curvature are neither tiny nor huge."""
    while True:
        expression = tree(rng, variables, depth=depth, kinks=kinks)
        at = point(rng, variables)
        if kinks and not _is_smooth_near(expression, at):
            continue
        found = jet(expression, at, variables)
        figures = np.abs([found.head, *found.gradient])
        curved = np.abs(found.hessian).max()
        if figures.min() > 0.02 and figures.max() < LARGEST and 0.02 < curved < LARGEST:
            return expression, at


def _is_smooth_near(expression: Expression, at: dict[str, float]) -> bool:
    """Return whether no kink lies within a thousandth: a step of the size of a difference stays on one side."""
    names = list(at)
    here = jet(expression, at, names).gradient
    for name in names:
        for step in (-1e-3, 1e-3):
            there = jet(expression, {**at, name: at[name] + step}, names).gradient
            if np.abs(there - here).max() > 0.02 * (1 + np.abs(here).max()):
                return False
    return True


def chained(rng: Generator, variables: Sequence[str], *, lets: int) -> tuple[Expression, dict[str, float]]:
    """Return a chain of `let`, each of which uses the one before twice: written out it has 2 ** lets leaves."""
    at = point(rng, variables)
    body: Expression = ["var", f"t{lets}"]
    for k in range(lets, 0, -1):
        before = ["var", f"t{k - 1}"]
        fresh = ["var", str(rng.choice(list(variables)))]
        turns = ["sin", ["add", before, fresh]] if k % 2 else ["tanh", ["mul", number(rng, 0.7, 1.3), before]]
        body = ["let", f"t{k}", ["add", turns, ["mul", number(rng, 0.3, 0.6), before]], body]
    start: Expression = 0.5
    for name in variables:
        start = ["add", start, ["mul", ["var", name], number(rng, 0.4, 1.0)]]
    expression = ["let", "t0", start, body]
    slopes = np.abs(jet(expression, at, variables).gradient)
    if slopes.min() < 1e-3 or not math.isfinite(slopes.max()):
        return chained(rng, variables, lets=lets)
    return expression, at
