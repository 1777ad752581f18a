"""How far outlines lie apart: edges in pictures, surfaces of organs in volumes. A row is one image or volume."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.maps import label_maps, mask, masks, same_rows
from challenges.metrics.types import MetricError

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LARGEST_SPACING_MM = 1e6


def boundary_f1(
    truth: NDArray[Any], predictions: NDArray[Any], *, tolerance_px: float = 2.0, maps: str = "regions"
) -> float:
    """Return the F1 of boundary pixels that lie within a tolerance of each other, mean over the images.

    Parameters
    ----------
    truth, predictions : (n,) integer arrays (h, w).
    tolerance_px : how far apart two boundary pixels may lie, centre to centre.
    maps : "regions": arrays are labels, and a boundary runs where a pixel differs from its neighbour below, to the
        right or both; "edges": arrays are edge pixels, 0 or 1, and those of the predictions are thinned to lines first,
        so that thick strokes gain nothing.

    Returns
    -------
    float, 0 to 1 (best). Precision is the share of predicted pixels near a true one, recall the reverse.

    Raises
    ------
    MetricError
        Shapes that differ, no two axes, a tolerance below 0, values other than 0 and 1 for edges.

    Edge cases
    ----------
    No boundary on both sides: 1; on one side: 0.

    Source
    ------
    Csurka et al. 2013, Perazzi et al. 2016 (whose seg2bmap finds the boundary); thinning by Zhang and Suen 1984.

    Examples
    --------
    >>> truth, found = np.zeros((2, 1, 5, 9), dtype=int)
    >>> truth[0, 2], found[0, 3, :6] = 1, 1
    >>> round(boundary_f1(truth, found, maps="edges", tolerance_px=1.0), 6)
    0.8
    """
    return float(boundary_scores(truth, predictions, tolerance_px=tolerance_px, maps=maps).mean())


def hausdorff95(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the distance within which 95 % of each surface lies from the other, mean over the rows.

    Parameters
    ----------
    truth : (n,) of {mask, spacing_mm}: 0 and 1 in a picture or volume, and the distance of neighbours along each axis.
    predictions : (n,) masks of the same shapes.

    Returns
    -------
    float, 0 (best) and up, in mm.

    Raises
    ------
    MetricError
        Shapes that differ, values other than 0 and 1, a spacing that is not above 0.

    Edge cases
    ----------
    Two empty masks: 0. One empty mask: the diagonal of the volume, the largest distance there is.

    Source
    ------
    Maier-Hein et al. 2024 (Metrics Reloaded): the larger of the two directed 95 % quantiles, linear between ranks; the
    surface is what an erosion by the nearest neighbours removes, the outside of the volume counting as empty.

    Examples
    --------
    >>> truth, found = np.empty(1, dtype=object), np.empty(1, dtype=object)
    >>> truth[0], found[0] = {"mask": np.eye(4, dtype=int)[:1], "spacing_mm": [1.0, 2.5]}, np.eye(4, dtype=int)[2:3]
    >>> hausdorff95(truth, found)
    5.0
    """
    return float(surface_distances(truth, predictions).mean())


def boundary_scores(
    truth: NDArray[Any], predictions: NDArray[Any], *, tolerance_px: float = 2.0, maps: str = "regions"
) -> Floats:
    """Return (n,) F1 of the boundary pixels."""
    if maps not in ("regions", "edges"):
        raise MetricError(f"maps: expected regions or edges, found {maps!r}")
    if not 0 <= tolerance_px < np.inf:
        raise MetricError(f"tolerance_px: expected 0 or more, found {tolerance_px}")
    pairs = masks(truth, predictions) if maps == "edges" else label_maps(truth, predictions)
    scores = []
    for row, (expected, found) in enumerate(pairs):
        if expected.ndim != 2:
            raise MetricError(f"truth, row {row}: expected a picture (h, w), found shape {expected.shape}")
        lines = (expected, thinned(found)) if maps == "edges" else (_borders(expected), _borders(found))
        scores.append(_near(*lines, tolerance_px))
    return np.array(scores)


def surface_distances(truth: NDArray[Any], predictions: NDArray[Any]) -> Floats:
    """Return (n,) 95 % distances of the surfaces in mm."""
    same_rows(truth, predictions)
    distances = []
    for row, (cell, answer) in enumerate(zip(truth, predictions, strict=True)):
        if not isinstance(cell, dict) or set(cell) != {"mask", "spacing_mm"}:
            raise MetricError(f"truth, row {row}: expected mask and spacing_mm")
        expected = mask(cell["mask"], "truth", row)
        spacing = _spacing(cell["spacing_mm"], expected.ndim, row)
        distances.append(_distance(expected, mask(answer, "predictions", row, expected.shape), spacing))
    return np.array(distances)


def thinned(edges: NDArray[Any]) -> Flags:
    """Return the lines in the middle of strokes, one pixel wide, by the two turns of Zhang and Suen.

    Only pixels whose neighbourhood has changed are looked at again, so that filled pictures take no longer than lines.
    """
    h, w = edges.shape
    padded = np.zeros((h + 2, w + 2), dtype=np.uint8)
    padded[1:-1, 1:-1] = edges
    flat, step = padded.ravel(), w + 2
    around = np.array([-step, -step + 1, 1, step + 1, step, step - 1, -1, -step - 1])
    bits = 1 << np.arange(8)
    waiting = [np.flatnonzero(flat)] * 2
    while any(len(places) for places in waiting):
        for turn, deletable in enumerate(_ZHANG_SUEN):
            places = waiting[turn][flat[waiting[turn]] > 0]
            gone = places[deletable[(flat[places[:, None] + around] * bits).sum(axis=1)]]
            flat[gone] = 0
            touched = np.unique(gone[:, None] + around)
            waiting[turn] = touched
            waiting[1 - turn] = np.union1d(waiting[1 - turn], touched)
    return flat.reshape(padded.shape)[1:-1, 1:-1].astype(np.bool_)


def _zhang_suen() -> tuple[Flags, Flags]:
    """Return for both turns which of the 256 neighbourhoods (north, then clockwise) give up their middle."""
    ring = (np.arange(256)[:, None] >> np.arange(8)) & 1
    north, east, south, west = ring[:, 0], ring[:, 2], ring[:, 4], ring[:, 6]
    count = ring.sum(axis=1)
    rises = ((ring == 0) & (np.roll(ring, -1, axis=1) == 1)).sum(axis=1)
    both = (count >= 2) & (count <= 6) & (rises == 1)
    first = both & (north * east * south == 0) & (east * south * west == 0)
    second = both & (north * east * west == 0) & (north * south * west == 0)
    return first, second


_ZHANG_SUEN = _zhang_suen()


def _borders(labels: NDArray[Any]) -> Flags:
    """Return the pixels that differ from their neighbour below, to the right, or below to the right."""
    border = np.zeros(labels.shape, dtype=np.bool_)
    border[:-1] |= labels[:-1] != labels[1:]
    border[:, :-1] |= labels[:, :-1] != labels[:, 1:]
    border[:-1, :-1] |= labels[:-1, :-1] != labels[1:, 1:]
    return border


def _near(expected: NDArray[Any], found: NDArray[Any], tolerance_px: float) -> float:
    from scipy.ndimage import distance_transform_edt

    if not expected.any() or not found.any():
        return float(expected.any() == found.any())
    right = (distance_transform_edt(~expected.astype(np.bool_))[found.astype(np.bool_)] <= tolerance_px).mean()
    reached = (distance_transform_edt(~found.astype(np.bool_))[expected.astype(np.bool_)] <= tolerance_px).mean()
    return float(2 * right * reached / (right + reached)) if right + reached > 0 else 0.0


def _spacing(values: Any, axes: int, row: int) -> Floats:
    spacing = np.asarray(values)
    if spacing.shape != (axes,) or spacing.dtype.kind not in "fiu":
        raise MetricError(f"truth, row {row}: expected spacing_mm of {axes} axes, found {values!r:.80}")
    if not ((spacing > 0) & (spacing <= LARGEST_SPACING_MM)).all():
        raise MetricError(f"truth, row {row}: expected spacing_mm above 0, found {values!r:.80}")
    return spacing.astype(np.float64)


def _distance(expected: Flags, found: Flags, spacing: Floats) -> float:
    from scipy.ndimage import distance_transform_edt

    if not expected.any() or not found.any():
        both = bool(expected.any()) == bool(found.any())
        return 0.0 if both else float(np.sqrt(((np.array(expected.shape) * spacing) ** 2).sum()))
    window = _window(expected | found)  # distances between the two surfaces lie in the box around both
    a, b = _surface(expected[window]), _surface(found[window])
    sides = [
        np.percentile(distance_transform_edt(~target, sampling=spacing)[source], 95)
        for source, target in ((a, b), (b, a))
    ]
    return float(max(sides))


def _window(inside: Flags) -> tuple[slice, ...]:
    slices = []
    for axis in range(inside.ndim):
        used = np.flatnonzero(inside.any(axis=tuple(other for other in range(inside.ndim) if other != axis)))
        slices.append(slice(int(used[0]), int(used[-1]) + 1))
    return tuple(slices)


def _surface(inside: Flags) -> Flags:
    from scipy.ndimage import binary_erosion

    return np.asarray(inside & ~binary_erosion(inside))
