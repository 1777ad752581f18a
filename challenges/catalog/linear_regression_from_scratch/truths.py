"""Problem -> calls, each with its exact answer: what the referee asks and what it expects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from challenges.catalog.linear_regression_from_scratch.exact import (
    Floats,
    coefficients,
    gradient_path,
    gram,
    inference,
)
from challenges.catalog.linear_regression_from_scratch.problems import CHUNK_ROWS, WITH_INFERENCE, Problem

MOST_DIGITS = 16.0
"""An answer equal to the rounded truth; float64 holds no more."""

SMALLEST = 1e-12
"""Truths nearer to zero than this are compared by absolute error."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One message to the learner's functions; `truth` is None where nothing comes back."""

    fn: str
    args: dict[str, Any]
    truth: Floats | None


def calls(family: str, problem: Problem, *, truths: dict[str, Floats]) -> list[Call]:
    """Return the calls of one problem in their order."""
    data = {"X": problem.X, "y": problem.y}
    match family:
        case "gradient":
            return [Call(fn="gd", args={**data, "lr": problem.lr, "steps": problem.steps}, truth=truths["path"])]
        case "stream":
            cuts = range(0, len(problem.y), CHUNK_ROWS)
            chunks = [{"X": problem.X[a : a + CHUNK_ROWS], "y": problem.y[a : a + CHUNK_ROWS]} for a in cuts]
            return [
                Call(fn="stream_new", args={}, truth=None),
                *(Call(fn="stream_update", args=chunk, truth=None) for chunk in chunks),
                Call(fn="stream_result", args={}, truth=truths["coefficients"]),
            ]
        case "ridge":
            return [Call(fn="fit", args={**data, "l2": problem.l2}, truth=truths["coefficients"])]
        case "weighted":
            return [Call(fn="fit", args={**data, "w": problem.w}, truth=truths["coefficients"])]
    fit = Call(fn="fit", args=data, truth=truths["coefficients"])
    if family not in WITH_INFERENCE:
        return [fit]
    return [fit, Call(fn="inference", args=data, truth=truths["inference"])]


def solve(family: str, problem: Problem) -> dict[str, Floats]:
    """Return the exact answers of one problem, each flattened to one array of numbers."""
    sums = gram(problem.X, problem.y, problem.w)
    if family == "gradient":
        return {"path": gradient_path(sums, lr=problem.lr, steps=problem.steps)}
    truths = {"coefficients": coefficients(sums, l2=problem.l2)}
    if family in WITH_INFERENCE:
        found = inference(sums)
        truths["inference"] = np.array([*found.stderr, found.sigma2, found.r2])
    return truths


def digits(found: Floats, truth: Floats) -> float:
    """Return the number of right digits of the worst entry, 0..16."""
    error = float(np.max(np.abs(found - truth) / np.maximum(np.abs(truth), SMALLEST)))
    return MOST_DIGITS if error <= 10**-MOST_DIGITS else max(-float(np.log10(error)), 0.0)


def to_json(fn: str, truth: Floats) -> dict[str, Any] | list[list[float]]:
    """Return an answer as a learner's function gives it."""
    if fn == "gd":
        return truth.tolist()  # type: ignore[no-any-return]
    if fn == "inference":
        return {"stderr": truth[:-2].tolist(), "sigma2": float(truth[-2]), "r2": float(truth[-1])}
    return {"intercept": float(truth[0]), "coef": truth[1:].tolist()}


def from_json(fn: str, ret: Any, like: Floats) -> Floats:
    """Return an answer as one array. Raises ValueError, TypeError or KeyError saying what does not fit."""
    if fn == "gd":
        found = np.asarray(ret, dtype=np.float64)
    elif fn == "inference":
        found = np.array([*ret["stderr"], ret["sigma2"], ret["r2"]], dtype=np.float64)
    else:
        found = np.array([ret["intercept"], *ret["coef"]], dtype=np.float64)
    if found.shape != like.shape:
        raise ValueError(f"found {found.shape} numbers, expected {like.shape}")
    if not np.isfinite(found).all():
        raise ValueError("found NaN or infinity, expected finite numbers")
    return found
