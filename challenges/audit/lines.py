"""The truth line by line, as a table with the published ids would hold it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.evaluation import Columns, Truth
from challenges.readers import Expected


def columns_by_line(truth: Truth) -> Columns:
    """Return the columns of the truth with one value for each line of ids.

    Where one row of the truth has the ids of several lines (the pairs of a viewer), a cell with a value for each of
    them is spread over its lines, and a lone value stands in all of them. What fits neither is left out. A column of
    vectors (what each of several choices brings) becomes one column for each of their places.
    """
    lines = len(next(iter(Expected.of(truth).ids.values())))
    lengths = _lengths(truth)
    if lengths is None:
        columns = {name: values for name, values in truth.columns.items() if len(values) == lines}
        return dict(_one_number_each(columns))
    return dict(_spread(truth, lengths))


def _one_number_each(columns: Columns) -> Iterator[tuple[str, NDArray[Any]]]:
    for name, values in columns.items():
        if values.ndim == 1:
            yield name, values
        else:
            for place, column in enumerate(values.reshape(len(values), -1).T):
                yield f"{name}[{place}]", column


def _lengths(truth: Truth) -> NDArray[np.int64] | None:
    """Return how many lines each row of the truth stands for; None where it is one for all."""
    for values in truth.ids.values():
        if values.dtype == object and len(values) and isinstance(values[0], np.ndarray):
            return np.array([len(cell) for cell in values])
    return None


def _spread(truth: Truth, lengths: NDArray[np.int64]) -> Iterator[tuple[str, NDArray[Any]]]:
    for name, values in truth.columns.items():
        cells = list(values)
        if all(isinstance(cell, np.ndarray) and cell.ndim == 1 for cell in cells):
            if [len(cell) for cell in cells] == lengths.tolist():
                yield name, np.concatenate(cells)
        elif values.dtype != object and values.ndim == 1:
            yield name, np.repeat(values, lengths)
