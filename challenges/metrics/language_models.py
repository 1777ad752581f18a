"""Language models: how little the next token surprises them, and how often they name it.

A row is a text, as its tokens. Predictions are whole distributions over the vocabulary, so that nobody can claim
more probability than there is: those of a row that do not sum to 1 within 0.001 are refused, the others are raised
to `floor` where they lie below it and brought to the sum 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.normalisation import same_rows
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

SUM_TOLERANCE = 1e-3
"""What rounding to half precision may do to a sum of probabilities."""

CELLS_AT_ONCE = 1 << 22
"""Bounds the memory of distributions in double precision: 32 MB."""


def perplexity(truth: NDArray[Any], predictions: NDArray[Any], *, floor: float = 1e-15) -> float:
    """Return the perplexity: e to the mean surprise, in nats, at each token.

    Parameters
    ----------
    truth : (n,) tokens, numbered 0 .. v - 1; or (n,) cells of tokens (t,).
    predictions : (n, v) probabilities, one distribution a row, for all its tokens; or (n,) cells of that (v,) or, a
        distribution for each token, of (t, v).
    floor : the least probability that a token has.

    Returns
    -------
    float, 1 (best) and up; v for the uniform distribution.

    Raises
    ------
    MetricError
        A token outside the vocabulary; a probability that is negative or not finite; probabilities that do not sum
        to 1 within 0.001; no token at all.

    Edge cases
    ----------
    A row without tokens counts for nothing. Surprises are averaged over tokens, not over rows.

    Source
    ------
    Jelinek et al. 1977.

    Examples
    --------
    >>> round(perplexity(np.array([0, 1]), np.array([[0.5, 0.5], [0.875, 0.125]])), 9)
    4.0
    """
    value = float(exponential_of_mean(surprise_sums(truth, predictions, floor=floor).sum(axis=0)))
    if np.isnan(value):
        raise MetricError("truth: expected at least one token in all the rows, found none")
    return value


def bits_per_byte(truth: NDArray[Any], predictions: NDArray[Any], *, floor: float = 1e-15) -> float:
    """Return the bits that a model needs for each byte of the text, whatever its tokens are.

    Parameters
    ----------
    truth : (n,) cells with `tokens` (t,), numbered 0 .. v - 1, and `size_bytes` of the text.
    predictions : (n,) cells of distributions, (v,) for all tokens of the row or (t, v); or (n, v).
    floor : the least probability that a token has.

    Returns
    -------
    float, 0 (best) and up, in bits; 8 for the uniform distribution over bytes.

    Raises
    ------
    MetricError
        As for perplexity; a size that is not above 0.

    Edge cases
    ----------
    The denominator is the size of the text, so that models of different tokens compare.

    Source
    ------
    Gao et al. 2020 (The Pile), section 3.1.

    Examples
    --------
    >>> truth = np.array([{"tokens": np.array([0, 1]), "size_bytes": 4}])
    >>> bits_per_byte(truth, np.array([[0.5, 0.5]]))
    0.5
    """
    sums = bit_sums(truth, predictions, floor=floor).sum(axis=0)
    return float(sums[0] / sums[1])


def mean_token_accuracy(truth: NDArray[Any], predictions: NDArray[Any], *, ignore: int | None = None) -> float:
    """Return the share of tokens that are right.

    Parameters
    ----------
    truth, predictions : (n,) cells of tokens (t,), of one length on both sides; or (n, t) tokens.
    ignore : a token of the truth that is not scored, such as a padding; none where it is not given.

    Returns
    -------
    float, 0 to 1 (best).

    Raises
    ------
    MetricError
        A cell that is no row of integers; a row whose sides differ in length; no token that is scored.

    Edge cases
    ----------
    The share is of all tokens, so that long rows weigh more.

    Source
    ------
    The metric of that name in trl's trainer of language models, without its mean over batches.

    Examples
    --------
    >>> mean_token_accuracy(np.array([[1, 2, 0]]), np.array([[1, 3, 3]]), ignore=0)
    0.5
    """
    value = float(share_of(token_hits(truth, predictions, ignore=ignore).sum(axis=0)))
    if np.isnan(value):
        raise MetricError("truth: expected at least one token to score, found none")
    return value


def surprise_sums(truth: NDArray[Any], predictions: NDArray[Any], *, floor: float = 1e-15) -> Array:
    """Return (n, 2): surprise in nats, tokens."""
    same_rows(truth, predictions)
    tokens = list(_tokens(truth, "truth"))
    lengths = np.array([len(cell) for cell in tokens])
    surprise = np.zeros(len(tokens))
    for row, values in _surprises(tokens, predictions, floor):
        surprise += np.bincount(row, weights=values, minlength=len(tokens))
    return np.column_stack([surprise, lengths]).astype(np.float64)


def bit_sums(truth: NDArray[Any], predictions: NDArray[Any], *, floor: float = 1e-15) -> Array:
    """Return (n, 2): surprise in bits, bytes of the text."""
    same_rows(truth, predictions)
    tokens = np.empty(len(truth), dtype=object)
    sizes = np.empty(len(truth))
    for row, cell in enumerate(truth):
        if not isinstance(cell, Mapping) or not {"tokens", "size_bytes"} <= cell.keys():
            raise MetricError(f"truth, row {row}: expected tokens and size_bytes, found {type(cell).__name__}")
        size = cell["size_bytes"]
        if not isinstance(size, int | float | np.number) or not 0 < size < np.inf:
            raise MetricError(f"truth, row {row}: expected size_bytes above 0, found {size}")
        tokens[row], sizes[row] = cell["tokens"], size
    nats = surprise_sums(tokens, predictions, floor=floor)[:, 0]
    return np.column_stack([nats / np.log(2), sizes])


def token_hits(truth: NDArray[Any], predictions: NDArray[Any], *, ignore: int | None = None) -> Array:
    """Return (n, 2): tokens that are right, tokens that are scored."""
    same_rows(truth, predictions)
    sums = np.empty((len(truth), 2))
    pairs = zip(_tokens(truth, "truth"), _tokens(predictions, "predictions"), strict=True)
    for row, (expected, found) in enumerate(pairs):
        if len(expected) != len(found):
            raise MetricError(f"predictions, row {row}: expected {len(expected)} tokens, found {len(found)}")
        scored = expected != ignore if ignore is not None else np.ones(len(expected), dtype=np.bool_)
        sums[row] = ((expected == found) & scored).sum(), scored.sum()
    return sums


def exponential_of_mean(sums: Array) -> Array:
    """Return e to the power of first sum / second sum; NaN where the second is 0."""
    return np.exp(share_of(sums))


def share_of(sums: Array) -> Array:
    """Return first sum / second sum; NaN where the second is 0."""
    over = sums[..., 1]
    return np.asarray(np.where(over > 0, sums[..., 0] / np.where(over > 0, over, 1.0), np.nan))


def _tokens(side: NDArray[Any], name: str) -> Iterator[Codes]:
    """Yield the tokens of each row. Raises MetricError for what are no integers."""
    for row, cell in enumerate(side):
        tokens = np.atleast_1d(np.asarray(cell))
        if tokens.ndim != 1 or (tokens.size and tokens.dtype.kind not in "iu"):
            raise MetricError(f"{name}, row {row}: expected tokens as integers, found {tokens.dtype} {tokens.shape}")
        yield tokens.astype(np.int64)


def _surprises(tokens: list[Codes], predictions: NDArray[Any], floor: float) -> Iterator[tuple[Codes, Array]]:
    """Yield, block by block, the row of each token and its surprise in nats."""
    if not 0 < floor < 1:
        raise MetricError(f"floor: expected a probability above 0 and below 1, found {floor}")
    if predictions.dtype != object and predictions.ndim == 2:
        size = max(1, CELLS_AT_ONCE // max(predictions.shape[1], 1))
        for start in range(0, len(tokens), size):
            some = tokens[start : start + size]
            row = np.repeat(np.arange(start, start + len(some)), [len(cell) for cell in some])
            logs = _logs(predictions[start : start + size], start, floor, one_row=False)
            yield row, _picked(logs, row - start, np.concatenate(some), row)
        return
    for place, (cell, found) in enumerate(zip(tokens, predictions, strict=True)):
        if not isinstance(found, np.ndarray) or found.ndim not in (1, 2):
            raise MetricError(f"predictions, row {place}: expected distributions, found {type(found).__name__}")
        if found.ndim == 2 and len(found) != len(cell):
            raise MetricError(f"predictions, row {place}: expected {len(cell)} distributions, found {len(found)}")
        rows = np.full(len(cell), place)
        which = np.arange(len(cell)) if found.ndim == 2 else np.zeros(len(cell), dtype=np.int64)
        yield rows, _picked(_logs(np.atleast_2d(found), place, floor, one_row=True), which, cell, rows)


def _logs(found: NDArray[Any], row: int, floor: float, *, one_row: bool) -> Array:
    """Return (k, v) logarithms of distributions, the first of which stands in the row named."""
    if found.dtype.kind not in "fiu" or found.shape[1] == 0:
        raise MetricError(f"predictions, row {row}: expected probabilities, found {found.dtype} {found.shape}")
    chances = found.astype(np.float64)
    sound = (chances >= 0) & (chances <= 1 + SUM_TOLERANCE)  # NaN is neither
    wrong = np.asarray(~sound.all(axis=1))
    total = chances.sum(axis=1, where=~wrong[:, None])
    bad = np.flatnonzero(wrong | (np.abs(total - 1) > SUM_TOLERANCE))
    if len(bad):
        at, place = (row, f", distribution {bad[0]}") if one_row else (row + bad[0], "")
        what = "probabilities 0 to 1" if wrong[bad[0]] else f"a sum of 1 within {SUM_TOLERANCE:g}"
        said = "others" if wrong[bad[0]] else f"{total[bad[0]]:.6g}"
        raise MetricError(f"predictions, row {at}{place}: expected {what}, found {said}")
    np.maximum(chances, floor, out=chances)
    chances /= chances.sum(axis=1)[:, None]
    return np.log(chances, out=chances)


def _picked(logs: Array, which: Codes, tokens: Codes, rows: Codes) -> Array:
    outside = np.flatnonzero((tokens < 0) | (tokens >= logs.shape[1]))
    if len(outside):
        at = outside[0]
        raise MetricError(
            f"truth, row {rows[at]}: expected tokens 0 to {logs.shape[1] - 1}, as many as there are probabilities, "
            f"found {tokens[at]}"
        )
    return -logs[which, tokens]
