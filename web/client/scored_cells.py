"""Two files of cells (json, npy, npz) -> truth and predictions in one order.

    json    an object id -> cell, a list of cells, or COCO: {images, annotations} and a list of results
    npy     an array whose first axis is the row
    npz     one such array, or an array for each id

Nothing is unpickled.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.types import Metric, Takes
from challenges.readers.findings import Findings
from web.client.errors import Usage
from web.client.scored_tables import Arrays

AS_WRITTEN = {
    Takes.DETECTIONS, Takes.MASKS, Takes.KEYPOINTS, Takes.EDITS, Takes.TAGS, Takes.TEXTS, Takes.RANKINGS, Takes.OFFERS,
}  # fmt: skip
"""Cells of objects and texts; the lists of numbers in any others are arrays."""

SUFFIXES = (".json", ".npy", ".npz")


@dataclass(frozen=True)
class _Cells:
    ids: tuple[str, ...] | None
    """None where only the order says which is which."""
    rows: Sequence[Any] | NDArray[Any]


def read_cells(metric: Metric, truth: Path, predictions: Sequence[Path]) -> Arrays:
    """Return the sides of a metric. Raises InvalidSubmission for ids that do not match, Usage for unreadable files."""
    known = _read(truth, metric.takes)
    sides = [_in_order(known, _read(path, metric.takes), path.name) for path in predictions]
    left = _stacked(known.rows, metric.takes)
    how = "matched by id" if known.ids is not None else "matched by their order"
    return Arrays(
        truth=left,
        predictions=tuple(_stacked(rows, metric.takes) for rows in sides),
        unit=np.arange(len(left)),
        notes=(f"{len(left):,} {metric.unit}s, {how}",),
    )


def _read(path: Path, takes: Takes) -> _Cells:
    try:
        if path.suffix == ".json":
            return _from_json(json.loads(path.read_bytes(), parse_constant=_refused), path.name, takes)
        loaded = np.load(path, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            return _Cells(None, loaded)
        with loaded as archive:
            arrays = {name: archive[name] for name in archive.files}
        if len(arrays) == 1:
            return _Cells(None, next(iter(arrays.values())))
        return _Cells(tuple(arrays), list(arrays.values()))
    except (ValueError, OSError, EOFError) as error:
        raise Usage(f"{path.name} cannot be read: {error}") from error


def _refused(name: str) -> None:
    raise ValueError(f"{name} is not a number in JSON")


def _from_json(raw: Any, name: str, takes: Takes) -> _Cells:
    if isinstance(raw, dict) and {"images", "annotations"} <= raw.keys():
        return _by_image(raw["annotations"], [str(image["id"]) for image in raw["images"]])
    if isinstance(raw, list) and raw and all(isinstance(item, dict) and "image_id" in item for item in raw):
        return _by_image(raw, [])
    if isinstance(raw, dict):
        return _Cells(tuple(raw), [_cell(value, takes) for value in raw.values()])
    if isinstance(raw, list):
        return _Cells(None, [_cell(value, takes) for value in raw])
    raise Usage(f"{name}: expected an object id -> cell or a list of cells, found {type(raw).__name__}.")


def _by_image(items: Sequence[dict[str, Any]], images: Sequence[str]) -> _Cells:
    cells: dict[str, list[dict[str, Any]]] = {image: [] for image in images}
    for item in items:
        cells.setdefault(str(item["image_id"]), []).append(item)
    return _Cells(tuple(cells), list(cells.values()))


def _cell(value: Any, takes: Takes) -> Any:
    if takes in (Takes.RANKINGS, Takes.OFFERS):
        return _items(value)  # the keys of a JSON object are texts, so all items are
    return value if takes in AS_WRITTEN else _with_arrays(value)


def _items(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(item): gain for item, gain in value.items()}
    return [str(item) for item in value] if isinstance(value, list) else value


def _with_arrays(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_arrays(one) for key, one in value.items()}
    if not isinstance(value, list):
        return value
    try:
        array = np.array(value)
    except ValueError:  # lists of several lengths
        return [_with_arrays(one) for one in value]
    return array if array.dtype.kind in "biuf" or array.size == 0 else value


def _in_order(known: _Cells, found: _Cells, name: str) -> Sequence[Any] | NDArray[Any]:
    """Return the rows of a file in the order of the truth. Raises InvalidSubmission."""
    findings = Findings()
    if known.ids is None or found.ids is None:
        if (known.ids is None) != (found.ids is None):
            raise Usage(f"{name}: truth and predictions must both name their rows by id, or neither.")
        if len(known.rows) != len(found.rows):
            raise Usage(f"{name} has {len(found.rows):,} rows; the truth has {len(known.rows):,}.")
        return found.rows
    places = {key: place for place, key in enumerate(found.ids)}
    absent = [] if _of_images(found.rows) else [key for key in known.ids if key not in places]
    if absent:
        findings.add(
            "missing_id", f"{len(absent)} of {len(known.ids)} ids are missing, the first is {absent[0]}", file=name,
            column="id", expected=absent[0], count=len(absent),
        )  # fmt: skip
    wanted = frozenset(known.ids)
    for key in found.ids:
        if key not in wanted:
            findings.add("unknown_id", f"id {key} is not asked for", file=name, column="id", found=key)
    findings.raise_if_any()
    return [found.rows[places[key]] if key in places else [] for key in known.ids]


def _of_images(rows: Sequence[Any] | NDArray[Any]) -> bool:
    """Return whether the rows are COCO results: an image on which nothing was found is not in them."""
    lists = (row for row in rows if isinstance(row, list))
    return any(isinstance(item, dict) and "image_id" in item for row in lists for item in row)


def _stacked(rows: Sequence[Any] | NDArray[Any], takes: Takes) -> NDArray[Any]:
    """Return (n, ...) where all rows have one shape of numbers, else (n,) cells."""
    if isinstance(rows, np.ndarray):
        return rows
    if takes is Takes.TEXTS and all(isinstance(row, str) for row in rows):
        return np.array(rows, dtype=object)
    if takes not in AS_WRITTEN and not any(isinstance(row, (list, dict)) for row in rows):
        try:
            array = np.array(rows)
        except ValueError:  # of several shapes
            array = np.empty(0, dtype=object)
        if array.dtype.kind in "biufU" and len(array) == len(rows):
            return array
    cells = np.empty(len(rows), dtype=object)
    for place, row in enumerate(rows):
        cells[place] = row
    return cells
