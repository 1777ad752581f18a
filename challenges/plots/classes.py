"""Which classes are taken for which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.matrices import is_matrix, number_matrix
from challenges.plots.discretion import LEAST_ROWS, Blur, enough
from challenges.plots.shapes import Matrix, Plot, short
from challenges.plots.subject import Subject

MOST_CLASSES = 12
"""The most frequent of the truth are shown each, all further ones and those that the truth lacks as one."""
OTHERS = "others"

Codes = NDArray[np.int64]


def confusion(subject: Subject) -> Sequence[Plot]:
    """Return the shares of each true class that are called each class; classes seldom called have no column."""
    truth, called, names = _sides(subject)
    if truth.ndim != 1 or called.ndim != 1:
        return ()
    enough(len(truth))
    classes, is_class = _numbered(truth)
    calls, called_class = _numbered(called)
    rows = np.bincount(is_class, minlength=len(classes))
    shown = sorted(np.argsort(-rows, kind="stable")[:MOST_CLASSES].tolist())
    place = {classes[number]: position for position, number in enumerate(shown)}
    table = _table(
        np.array([place.get(name, len(shown)) for name in classes])[is_class],
        np.array([place.get(name, len(shown)) for name in calls])[called_class],
        len(shown) + 1,
    )
    shown_names = [short(names.get(name, name)) for name in place] + [OTHERS]
    return (_matrix(table, shown_names, Blur(is_class, called_class)),)


def confusion_of_calls(subject: Subject) -> Sequence[Plot]:
    """Return the confusion of the most probable class, where a row has a probability for each."""
    return confusion(subject) if is_matrix(subject.predictions) and not is_matrix(subject.truth) else ()


def _sides(subject: Subject) -> tuple[NDArray[Any], NDArray[Any], Mapping[Any, str]]:
    """Return a class a row on both sides, and what a class is called if not by itself.

    Probabilities are turned into calls as the metric does.
    """
    truth, predictions = subject.truth, subject.predictions
    if "threshold" in subject.params:
        positive = subject.params.get("positive", 1)
        names = {False: f"not {positive}", True: str(positive)}
        return np.asarray(truth == positive), np.asarray(predictions >= subject.params["threshold"]), names
    if is_matrix(predictions):
        return truth, number_matrix(predictions, "predictions").argmax(axis=1), {}
    return truth, predictions, {}


def _numbered(values: NDArray[Any]) -> tuple[list[Any], Codes]:
    """Return the distinct classes in their order and (n,) the number of each row's class."""
    keys = values
    if values.dtype.kind == "b":
        return [False, True], values.astype(np.int64)
    if values.dtype.kind == "O":
        # One object a class, as a rule: what is compared is where they are, which is quick.
        keys = np.fromiter(map(id, values), dtype=np.int64, count=len(values))
    elif values.dtype.kind == "U":
        letters = np.ascontiguousarray(values).view(np.uint32).reshape(len(values), -1).astype(np.uint64)
        weights = np.random.default_rng(0).integers(1, 2**63, letters.shape[1], dtype=np.uint64)
        keys = letters @ weights  # modulo 2**64; sorting whole texts takes thirty times as long
    distinct, code = np.unique(keys, return_inverse=True)
    somewhere = np.empty(len(distinct), dtype=np.int64)
    somewhere[code] = np.arange(len(code))
    names = values[somewhere].tolist()
    ordered = sorted(set(names))
    number = {name: place for place, name in enumerate(ordered)}
    return ordered, np.array([number[name] for name in names], dtype=np.int64)[code]


def _table(truth: Codes, called: Codes, size: int) -> Codes:
    return np.bincount(truth * size + called, minlength=size * size).reshape(size, size)


def _matrix(table: Codes, names: list[str], blur: Blur) -> Matrix:
    there, calls = table.sum(axis=1), table.sum(axis=0)
    rows = np.flatnonzero(there > 0)
    columns = np.flatnonzero((calls >= LEAST_ROWS) | ((calls == 0) & (np.arange(len(names)) < len(names) - 1)))
    shares = blur.shares(table[rows][:, columns], there[rows][:, None])
    return Matrix(
        name="confusion",
        title="Confusion matrix",
        rows=[names[row] for row in rows],
        columns=[names[column] for column in columns],
        shares=[line.tolist() if there[row] >= LEAST_ROWS else None for row, line in zip(rows, shares, strict=True)],
    )
