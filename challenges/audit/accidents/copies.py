"""Right answers in wrong places: one for all rows, that of the row before, all of them dealt out anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.answers import grouped_by
from challenges.audit.accidents.types import Accident
from challenges.audit.exposed import ExposedFile
from challenges.audit.side_channels import features_of
from challenges.evaluation import Columns, Evaluation, rows_by_group
from challenges.loader import Challenge
from challenges.minting import Minted
from challenges.readers import Expected

SHARES = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
"""Places in the sorted right answers from which one is taken for all rows."""
MOST_CLASSES = 20
LAGS = (1, 2)
"""The second because of rows that take turns."""
PICKED = 4
"""Of answers without an order (boxes, outlines, texts), so many are tried for all rows."""


def copies(
    challenge: Challenge, paper: Minted, right: Evaluation, files: list[ExposedFile], *, seed: int = 0
) -> Iterator[Accident]:
    """Yield the right answers, each in the wrong place."""
    rows = len(right.public)
    honest = challenge.spec.honest_signals.get("copies")
    picked = {pick.row: pick for pick in _picked(right.predictions)}
    for pick in picked.values():
        one = _taken(right, np.full(rows, pick.row))
        yield Accident(name=f"{pick.name} for all rows", evaluation=one, honest=honest, drawn=pick.drawn)
    for name, middle in (("mean", np.mean), ("median", np.median)):
        averaged = {column: _averaged(values, middle) for column, values in right.predictions.items()}
        yield Accident(
            name=f"the {name} of the right answers for all rows",
            evaluation=replace(right, predictions=averaged),
            honest=honest,
        )
    dealt = np.random.default_rng(seed).permutation(rows)  # also breaks ties, which would follow the published order
    yield Accident(
        name="the right answers dealt out by chance", evaluation=_taken(right, dealt), honest=honest, drawn=True
    )
    key, ids = _keys(challenge, paper)
    for feature in features_of(key, files, ids=ids):
        order = np.lexsort((dealt, feature.values))
        for lag in LAGS:
            before = np.empty(rows, dtype=np.int64)
            before[order] = np.roll(order, lag)
            yield Accident(
                name=f"the right answer of the row {lag} before, by {feature.name}",
                evaluation=_taken(right, before),
                honest=challenge.spec.honest_signals.get(feature.channel, honest),
                drawn=True,
            )


def _keys(challenge: Challenge, paper: Minted) -> tuple[NDArray[Any], Mapping[str, NDArray[Any]] | None]:
    """Return one key for each row that is scored and, where a row is a line, all ids of the lines."""
    ids = Expected.of(paper.truth()).ids
    group_by = None if challenge.spec.answer is None else grouped_by(challenge.spec.answer)
    if group_by is not None:
        return np.array([ids[group_by][rows[0]] for rows in rows_by_group(ids[group_by])]), None
    return next(values for values in ids.values() if len(np.unique(values)) == len(values)), ids


@dataclass(frozen=True)
class Pick:
    """A row whose answer is tried for all rows."""

    row: int
    name: str
    drawn: bool = False
    """Whether no reason but chance speaks for this row."""


def _picked(columns: Columns) -> Iterator[Pick]:
    """Yield rows whose answers are worth trying everywhere: extremes and quantiles, each class, a few of the rest."""
    for name, values in columns.items():
        if values.dtype == object or values.ndim > 1:
            for place in np.linspace(0, len(values) - 1, PICKED).astype(int).tolist():
                yield Pick(place, f"the {name} of row {place}", drawn=True)
            continue
        distinct, first, counts = np.unique(values, return_index=True, return_counts=True)
        if len(distinct) <= MOST_CLASSES or values.dtype.kind == "U":
            for place in np.argsort(-counts, kind="stable")[:MOST_CLASSES].tolist():
                yield Pick(int(first[place]), f"{name} {distinct[place]}")
            continue
        order = np.argsort(values, kind="stable")
        for share in SHARES:
            row = int(order[round(share * (len(order) - 1))])
            yield Pick(row, f"{name} {values[row]:.4g}")


def _averaged(values: NDArray[Any], middle: Any) -> NDArray[Any]:
    """Return one middle answer for all rows: of numbers their middle, of anything else the most frequent one."""
    if values.dtype.kind in "iuf" or (values.dtype == object and _stackable(values)):
        stacked = values if values.dtype != object else np.stack(values.tolist())
        one = middle(stacked, axis=0)
        one = np.rint(one).astype(stacked.dtype) if stacked.dtype.kind in "iu" else one
        return _cells(one, len(values)) if values.dtype == object else np.broadcast_to(one, values.shape).copy()
    texts = [repr(value) for value in values.tolist()]
    most = max(set(texts), key=texts.count) if len(set(texts)) < len(texts) else texts[0]
    return _fitted(values, np.full(len(values), texts.index(most)))


def _stackable(values: NDArray[Any]) -> bool:
    shapes = {value.shape if isinstance(value, np.ndarray) and value.dtype.kind in "iuf" else None for value in values}
    return len(shapes) == 1 and shapes != {None}


def _taken(right: Evaluation, rows: NDArray[np.int64]) -> Evaluation:
    return replace(right, predictions={name: _fitted(values, rows) for name, values in right.predictions.items()})


def _fitted(values: NDArray[Any], rows: NDArray[np.int64]) -> NDArray[Any]:
    """Return the answers of other rows; an array is stretched to the shape that the row's own answer has."""
    if values.dtype != object or not isinstance(values[0], np.ndarray):
        return values[rows]
    fitted = np.empty(len(values), dtype=object)
    for place, row in enumerate(rows.tolist()):
        fitted[place] = _stretched(values[row], np.shape(values[place]))
    return fitted


def _stretched(array: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    if array.shape == shape or array.ndim != len(shape) or 0 in array.shape:
        return array
    nearest = [np.arange(side) * own // side for side, own in zip(shape, array.shape, strict=True)]
    return array[np.ix_(*nearest)]


def _cells(value: NDArray[Any], count: int) -> NDArray[Any]:
    cells = np.empty(count, dtype=object)
    for place in range(count):
        cells[place] = value
    return cells
