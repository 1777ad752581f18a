"""Tracks against tracks: who is found, and who is taken for whom, as TrackEval counts it.

A row is one sequence: lines frame, track, x, y, w, h (pixels, upper left corner), in any order, then perhaps the class,
and in the truth perhaps 1 for a box to be ignored. Boxes of several classes never match. All sequences are pooled: sums
over the rows, so a resample costs one product. Tracks of two sequences have nothing to do with each other.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.assignment import alone, contested, heaviest_by_parts
from challenges.metrics.tracks import EPSILON, Sequence, numbered, sequences
from challenges.metrics.types import MetricError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

ALPHAS = np.arange(0.05, 0.99, 0.05)
"""The overlaps over which HOTA is averaged."""
CONTINUED = 1000.0
"""Worth of a pair that was matched in the frame before: more than all overlaps of a frame together (TrackEval)."""


def mota(truth: NDArray[Any], predictions: NDArray[Any], *, iou: float = 0.5) -> float:
    """Return 1 less the share of misses, false boxes and switched identities among the true boxes.

    Parameters
    ----------
    truth : (n,) arrays (m, 6 to 8) frame, track, x, y, w, h, class, ignored.
    predictions : (n,) arrays (m, 6 or 7), empty where nothing is tracked.
    iou : least overlap of a match.

    Returns
    -------
    float, 1 (best) and down without bound.

    Raises
    ------
    MetricError
        No true box; numbers that are not finite or not whole, boxes without extent, a track twice in one frame.

    Edge cases
    ----------
    A pair that was matched in the frame before stays matched while it overlaps enough. A predicted box that is matched
    to an ignored one neither helps nor harms.

    Source
    ------
    Bernardin and Stiefelhagen 2008; TrackEval 1.0, CLEAR.

    Examples
    --------
    >>> truth = np.array([[[0, 1, 0, 0, 9, 9], [1, 1, 0, 0, 9, 9], [2, 1, 0, 0, 9, 9], [3, 1, 0, 0, 9, 9]]])
    >>> found = np.array([[[0, 7, 0, 0, 9, 9], [1, 7, 0, 0, 9, 9], [2, 8, 0, 0, 9, 9], [3, 8, 0, 0, 9, 9]]])
    >>> mota(truth, found)
    0.75
    """
    return float(ratio(clear_sums(truth, predictions, iou=iou).sum(axis=0)))


def idf1(truth: NDArray[Any], predictions: NDArray[Any], *, iou: float = 0.5) -> float:
    """Return the F1 of boxes that bear the right identity, each true track being one predicted track throughout.

    Parameters
    ----------
    truth, predictions : as for `mota`.
    iou : least overlap of a match.

    Returns
    -------
    float, 0 to 1 (best).

    Raises
    ------
    MetricError
        As `mota`.

    Source
    ------
    Ristani et al. 2016; TrackEval 1.0, Identity.

    Examples
    --------
    >>> truth = np.array([[[0, 1, 0, 0, 9, 9], [1, 1, 0, 0, 9, 9], [2, 1, 0, 0, 9, 9], [3, 1, 0, 0, 9, 9]]])
    >>> found = np.array([[[0, 7, 0, 0, 9, 9], [1, 7, 0, 0, 9, 9], [2, 7, 0, 0, 9, 9], [3, 8, 0, 0, 9, 9]]])
    >>> idf1(truth, found)
    0.75
    """
    return float(ratio(identity_sums(truth, predictions, iou=iou).sum(axis=0)))


def hota(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return higher order tracking accuracy: finding and telling apart count alike, mean over 19 overlaps.

    Parameters
    ----------
    truth, predictions : as for `mota`.

    Returns
    -------
    float, 0 to 1 (best): the root of detection times association accuracy, mean over overlaps 0.05, 0.10 .. 0.95.

    Raises
    ------
    MetricError
        As `mota`.

    Source
    ------
    Luiten et al. 2020; TrackEval 1.0, HOTA, sequences combined.

    Examples
    --------
    >>> truth = np.array([[[0, 1, 0, 0, 9, 9], [1, 1, 0, 0, 9, 9]]])
    >>> found = np.array([[[0, 7, 0, 0, 9, 9], [1, 8, 0, 0, 9, 9]]])
    >>> round(hota(truth, truth), 6), round(hota(truth, found), 6)
    (1.0, 0.707107)
    """
    return float(mean_of_alphas(association_sums(truth, predictions).sum(axis=0)))


def clear_sums(truth: NDArray[Any], predictions: NDArray[Any], *, iou: float = 0.5) -> Floats:
    """Return (n, 2): matches less false boxes and switches, true boxes."""
    _is_overlap(iou)
    rows = []
    for sequence in sequences(truth, predictions):
        near = sequence.at_least(iou)
        chosen = _continued(near)
        expected, guess = near.expected[chosen], near.guess[chosen]
        switches = _switches(near.truth.track[expected], near.truth.frame[expected], near.found.track[guess])
        false = len(near.found) - len(chosen)
        rows.append((len(chosen) - false - switches, len(near.truth)))
    return np.array(rows, dtype=np.float64)


def identity_sums(truth: NDArray[Any], predictions: NDArray[Any], *, iou: float = 0.5) -> Floats:
    """Return (n, 2): boxes with the right identity, half of the boxes of both sides."""
    _is_overlap(iou)
    rows = []
    for sequence in sequences(truth, predictions):
        near = sequence.at_least(iou)
        expected, found, together = _track_pairs(near)
        frames = np.bincount(together, minlength=len(expected)).astype(np.float64)
        right = frames[heaviest_by_parts(expected, found, frames)].sum()
        rows.append((right, (len(near.truth) + len(near.found)) / 2))
    return np.array(rows)


def association_sums(truth: NDArray[Any], predictions: NDArray[Any]) -> Floats:
    """Return (n, 4 * 19): for each overlap matches, misses, false boxes, and matches by how well they associate."""
    return np.array([_association(sequence).ravel() for sequence in sequences(truth, predictions)])


def ratio(sums: Floats) -> Floats:
    """Return the first sum by the second; NaN where that is 0."""
    whole = sums[..., 1]
    return np.asarray(np.where(whole > 0, sums[..., 0] / np.where(whole > 0, whole, 1.0), np.nan))


def mean_of_alphas(sums: Floats) -> Floats:
    """Return the mean over the overlaps of the root of detection times association; NaN without a true box."""
    found, missed, false, associated = np.moveaxis(sums.reshape(*sums.shape[:-1], 4, len(ALPHAS)), -2, 0)
    detection = found / np.maximum(found + missed + false, 1)
    association = associated / np.maximum(found, 1)
    value = np.sqrt(detection * association).mean(axis=-1)
    return np.asarray(np.where((found + missed)[..., 0] > 0, value, np.nan))


def _is_overlap(iou: float) -> None:
    if not 0 < iou <= 1:
        raise MetricError(f"iou: expected more than 0 and at most 1, found {iou}")


def _continued(near: Sequence) -> Integers:
    """Return the places of the chosen pairs, where a pair of the frame before is worth more than any other."""
    frame, chosen = near.frame, np.zeros(len(near.iou), dtype=bool)
    if len(frame) == 0:
        return np.flatnonzero(chosen)
    chosen[alone(near.expected, near.guess)] = True
    both = np.intersect1d(near.truth.frame, near.found.frame)  # frames of one side alone change nothing
    true_track, found_track = near.truth.track[near.expected], near.found.track[near.guess]
    for now, _ in contested(frame, ~chosen):
        before = int(np.searchsorted(both, now)) - 1
        start, end = np.searchsorted(frame, (both[before], both[before] + 1)) if before >= 0 else (0, 0)
        last = start + np.flatnonzero(chosen[start:end])
        partner = dict(zip(true_track[last].tolist(), found_track[last].tolist(), strict=True))
        places = np.arange(*np.searchsorted(frame, (now, now + 1)))
        goes_on = np.array([partner.get(track) for track in true_track[places].tolist()]) == found_track[places]
        weight = near.iou[places] + CONTINUED * goes_on
        chosen[places] = False
        chosen[places[near.best_of_frame(now, places, weight)]] = True
    return np.flatnonzero(chosen)


def _switches(track: Integers, frame: Integers, partner: Integers) -> int:
    """Return how often a true track is matched to another predicted track than the last time."""
    order = np.lexsort((frame, track))
    same = np.diff(track[order]) == 0
    return int((same & (np.diff(partner[order]) != 0)).sum())


def _track_pairs(near: Sequence) -> tuple[Integers, Integers, Integers]:
    """Return the pairs of tracks that meet, (q,) true and (q,) predicted, and (p,) to which a pair of boxes belongs."""
    width = 1 + near.found.track.max(initial=0)
    codes, together = numbered(near.truth.track[near.expected] * width + near.found.track[near.guess])
    return codes // width, codes % width, together


def _association(sequence: Sequence) -> Floats:
    """Return (4, 19) figures of one sequence."""
    expected, found, together = _track_pairs(sequence)
    lengths = np.bincount(sequence.truth.track)[expected] + np.bincount(sequence.found.track)[found]
    around = (
        np.bincount(sequence.expected, weights=sequence.iou)[sequence.expected]
        + np.bincount(sequence.guess, weights=sequence.iou)[sequence.guess]
        - sequence.iou
    )
    alike = np.bincount(together, weights=sequence.iou / around, minlength=len(expected))
    aligned = (alike / (lengths - alike))[together] * sequence.iou
    chosen = sequence.best(aligned)
    reached = np.searchsorted(ALPHAS - EPSILON, sequence.iou[chosen], side="right")  # how many of the overlaps
    levels = len(ALPHAS) + 1
    count = np.bincount(together[chosen] * levels + reached, minlength=len(expected) * levels).reshape(-1, levels)
    count = np.cumsum(count[:, :0:-1], axis=1)[:, ::-1]  # matches at this overlap or a greater one
    right = count.sum(axis=0)
    associated = (count * (count / np.maximum(lengths[:, None] - count, 1))).sum(axis=0)
    return np.stack([right, len(sequence.truth) - right, len(sequence.found) - right, associated])
