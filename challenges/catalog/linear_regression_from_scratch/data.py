"""Regression problems of eight families, solved exactly: some worked openly, the hidden ones for the referee."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.catalog.linear_regression_from_scratch.problems import FAMILIES, TARGETS, Problem, draw
from challenges.catalog.linear_regression_from_scratch.truths import calls, solve, to_json
from challenges.minting import Dataset, Streams
from challenges.packing import json_bytes, npz_bytes
from challenges.referee import array_to_json
from challenges.spec import Size

PER_FAMILY = {Size.SMALL: 6, Size.FULL: 12}
PUBLIC_SHARE = 3
"""One problem in three counts for the public leaderboard."""

WORKED = 2
WORKED_CHUNKS = 4
"""A worked stream is shorter than a hidden one, to keep the download small."""


def mint(streams: Streams, size: Size) -> Dataset:
    """Return the worked problems and the referee's hidden ones."""
    problems = [(family.name, k) for family in FAMILIES for k in range(PER_FAMILY[size])]
    order = streams("shuffle").permutation(len(problems))
    arrays: dict[str, NDArray[Any]] = {}
    listed = []
    for place, position in enumerate(order):
        family, k = problems[position]
        problem = draw(family, streams(f"problem/{family}", k))
        arrays |= {f"{place}.{name}": value for name, value in _arrays(family, problem).items()}
        listed.append({"family": family, "public": k % PUBLIC_SHARE == 0, **_scalars(problem)})
    worked = [
        _worked(family.name, draw(family.name, streams(f"worked/{family.name}", k), chunks=WORKED_CHUNKS))
        for family in FAMILIES
        for k in range(WORKED)
    ]
    return Dataset(
        public={"worked_problems.json": json_bytes(worked)},
        referee={"problems.json": json_bytes(listed), "problems.npz": npz_bytes(arrays)},
    )


def _arrays(family: str, problem: Problem) -> dict[str, NDArray[Any]]:
    weights = {} if problem.w is None else {"w": problem.w}
    truths = {f"truth.{name}": truth for name, truth in solve(family, problem).items()}
    return {"X": problem.X, "y": problem.y, **weights, **truths}


def _scalars(problem: Problem) -> dict[str, float | int]:
    return {"l2": problem.l2, "lr": problem.lr, "steps": problem.steps}


def _worked(family: str, problem: Problem) -> dict[str, Any]:
    truths = solve(family, problem)
    return {
        "family": family,
        "target_digits": TARGETS[family],
        "calls": [
            {
                "fn": call.fn,
                "args": {k: array_to_json(v) if isinstance(v, np.ndarray) else v for k, v in call.args.items()},
                "answer": None if call.truth is None else to_json(call.fn, call.truth),
            }
            for call in calls(family, problem, truths=truths)
        ],
    }
