"""What a metric sees: truth and predictions, aligned row by row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    """(n,) arrays that a reader needs and a learner may know: frame width and height."""


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Truth beside predictions: the only thing that scoring takes, whatever the kind of challenge."""

    truth: Columns
    predictions: Columns
    public: NDArray[np.bool_]
    unit: NDArray[np.int64]
