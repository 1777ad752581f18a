"""What a metric sees: truth and predictions, aligned row by row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.answers import Answer, grouped_by

Columns = Mapping[str, NDArray[Any]]
"""Name -> array; the first axis is the row. A cell may be an object: a text, an array, a list of boxes."""


@dataclass(frozen=True, kw_only=True)
class Truth:
    """The answers of one edition, row by row; it never leaves our side."""

    ids: Mapping[str, NDArray[Any]]
    """Name -> (n,) array of ids (text or integers), in the published order."""
    columns: Columns
    public: NDArray[np.bool_]
    """(n,) True for rows that the public leaderboard uses."""
    unit: NDArray[np.int64]
    """(n,) code of the resampling unit: rows of one unit are resampled together and lie in one split."""
    facts: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    """(n,) arrays that a reader or a metric's `where` needs and a learner may know: frame width and height, whether a
    day is a holiday."""


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Truth beside predictions: the only thing that scoring takes, whatever the kind of challenge."""

    truth: Columns
    predictions: Columns
    public: NDArray[np.bool_]
    unit: NDArray[np.int64]
    facts: Columns = field(default_factory=dict)
    """What rows are, for metrics that look at some of them only."""


def aligned(truth: Truth, predictions: Columns, answer: Answer) -> Evaluation:
    """Return truth beside predictions as a reader gave them; where the answer is grouped, so is the truth.

    Raises ValueError when a group lies in both splits or in several units.
    """
    group_by = grouped_by(answer)
    if group_by is None or not _is_long(truth, predictions):
        return Evaluation(
            truth=truth.columns, predictions=predictions, public=truth.public, unit=truth.unit, facts=truth.facts
        )
    rows = rows_by_group(truth.ids[group_by])
    for name, values in (("splits", truth.public), ("units", truth.unit)):
        torn = next((group for group in rows if len(set(values[group].tolist())) > 1), None)
        if torn is not None:
            raise ValueError(f"{group_by} {truth.ids[group_by][torn[0]]} lies in several {name}; expected one")
    first = np.array([group[0] for group in rows])
    return Evaluation(
        truth={name: grouped(values, rows) for name, values in truth.columns.items()},
        predictions=predictions,
        public=truth.public[first],
        unit=truth.unit[first],
        facts={name: grouped(values, rows) for name, values in truth.facts.items()},
    )


def rows_by_group(names: NDArray[Any]) -> list[NDArray[np.int64]]:
    """Return the rows of each distinct name, in the order in which the names first appear."""
    _, first, group = np.unique(names, return_index=True, return_inverse=True)
    rows = np.split(np.argsort(group, kind="stable"), np.cumsum(np.bincount(group))[:-1])
    return [rows[place] for place in np.argsort(first)]


def grouped(values: NDArray[Any], rows: list[NDArray[np.int64]]) -> NDArray[Any]:
    """Return (groups,) cells that are arrays: the values of each group's rows."""
    cells = np.empty(len(rows), dtype=object)
    for place, group in enumerate(rows):
        cells[place] = values[group]
    return cells


def _is_long(truth: Truth, predictions: Columns) -> bool:
    """Return whether the truth still has one row for each row of the file."""
    return len(truth.public) != len(next(iter(predictions.values())))
