"""One table of the learner's, the same in every row: vectors of items or words that the rows ask about.

A cell of the predictions is the whole (items, dimensions) table. As a rule all cells are one and the same object,
which is looked at once; rows with tables of their own are dealt with table by table.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.types import MetricError

Array = NDArray[np.float64]


def questions(truth: NDArray[Any], predictions: NDArray[Any], *, width: int) -> NDArray[np.int64]:
    """Return the (n, width) numbers of items that the rows ask about. Raises MetricError for anything else."""
    if len(truth) != len(predictions):
        raise MetricError(f"truth has {len(truth)} rows and predictions {len(predictions)}; expected the same")
    if len(truth) == 0:
        raise MetricError("no rows: a metric of nothing is not defined")
    if truth.shape != (len(truth), width) or truth.dtype.kind not in "iuf":
        raise MetricError(f"truth: expected {width} numbers of items a row, found shape {truth.shape}")
    asked = truth.astype(np.float64)
    bad = np.flatnonzero(~(np.isfinite(asked) & (asked >= 0) & (asked == np.floor(asked))).all(axis=1))
    if len(bad):
        raise MetricError(f"truth, row {bad[0]}: expected numbers of items, found {asked[bad[0]].tolist()}")
    return truth.astype(np.int64)


def unit_vectors(asked: NDArray[np.int64], predictions: NDArray[Any]) -> Iterator[tuple[NDArray[np.int64], Array]]:
    """Yield each table, its vectors brought to length 1, and the rows that it answers.

    Raises MetricError for a table that is not of finite numbers or lacks an item asked about, and for a vector of
    zeros, which points nowhere.
    """
    names = np.array([id(cell) for cell in predictions]) if predictions.dtype == object else np.arange(len(predictions))
    _, first, table_of = np.unique(names, return_index=True, return_inverse=True)
    rows = np.split(np.argsort(table_of, kind="stable"), np.cumsum(np.bincount(table_of))[:-1])
    for start, answered in zip(first, rows, strict=True):
        table = predictions[start]
        if not isinstance(table, np.ndarray) or table.ndim != 2 or table.dtype.kind not in "fiu":
            raise MetricError(f"predictions, row {start}: expected a table of vectors, found {type(table).__name__}")
        vectors = table.astype(np.float64)
        bad = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
        if len(bad):
            raise MetricError(f"predictions, row {start}, vector {bad[0]}: expected finite numbers")
        if len(vectors) <= asked[answered].max():
            raise MetricError(
                f"predictions, row {start}: expected a vector for item {asked[answered].max()}, found {len(vectors)}"
            )
        largest = np.abs(vectors).max(axis=1, initial=0.0)
        if (largest == 0).any():
            raise MetricError(
                f"predictions, row {start}, vector {np.argmin(largest)}: expected a direction, found zeros"
            )
        vectors /= largest[:, None]  # so that no square is lost to overflow or underflow
        yield answered, vectors / np.linalg.norm(vectors, axis=1)[:, None]
