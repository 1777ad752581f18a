"""Least squares without rounding: every float64 is a whole number times a power of two, so sums of products are exact.

A, w ──> gram (Fractions) ──> solve ──> coefficients, standard errors, r2, each rounded once, at the very end
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Gram = NDArray[Any]
"""(p+2, p+2) Fractions: the weighted sums of products of the columns [1, X, y]."""

PATH_DIGITS = 80
"""Decimal digits kept along a gradient path: it shrinks rounding errors, so 80 leave float64's 17 untouched."""


@dataclass(frozen=True, kw_only=True)
class Inference:
    """Classical uncertainty of an ordinary fit."""

    stderr: Floats
    """(p+1,), the intercept first."""
    sigma2: float
    r2: float


def gram(X: Floats, y: Floats, w: Floats | None = None) -> Gram:
    """Return the exact sums of products of [1, X, y], each row weighted by `w`."""
    columns = [np.ones(len(y)), *X.T, y]
    whole, exponents = zip(*(_integers(column) for column in columns), strict=True)
    table = np.array(whole, dtype=object)
    weights, weight_exponent = (1, 0) if w is None else _integers(w)
    sums = (table * weights) @ table.T
    result = np.empty(sums.shape, dtype=object)
    for i, j in np.ndindex(sums.shape):
        result[i, j] = sums[i, j] * Fraction(2) ** (exponents[i] + exponents[j] + weight_exponent)
    return result


def coefficients(sums: Gram, *, l2: float = 0.0) -> Floats:
    """Return the (p+1,) minimiser of sum w r^2 + l2 |coef|^2, the intercept first and unpenalised."""
    return _rounded(_solve(_penalised(sums, l2), sums[:-1, -1:])[:, 0])


def inference(sums: Gram) -> Inference:
    """Return standard errors, residual variance and r2 of the ordinary fit."""
    inner, moments = sums[:-1, :-1], sums[:-1, -1]
    inverse = _solve(inner, np.array([[Fraction(int(i == j)) for j in range(len(inner))] for i in range(len(inner))]))
    rss = sums[-1, -1] - moments @ inverse @ moments
    tss = sums[-1, -1] - sums[0, -1] ** 2 / sums[0, 0]
    sigma2 = rss / (sums[0, 0] - len(inner))
    return Inference(
        stderr=np.array([_root(sigma2 * inverse[j, j]) for j in range(len(inner))]),
        sigma2=float(sigma2),
        r2=float(1 - rss / tss),
    )


def gradient_path(sums: Gram, *, lr: float, steps: int) -> Floats:
    """Return (steps, p+1) coefficients of b -= lr (2/n) A^T (A b - y), started from zeros."""
    with localcontext() as context:
        context.prec = PATH_DIGITS
        rate = Decimal(lr) * 2 / _decimal(sums[0, 0])
        inner = np.vectorize(_decimal, otypes=[object])(sums[:-1, :-1])
        moments = np.vectorize(_decimal, otypes=[object])(sums[:-1, -1])
        b = moments * Decimal(0)
        path = []
        for _ in range(steps):
            b = b - rate * (inner @ b - moments)
            path.append(b.astype(np.float64))
    return np.array(path)


def _integers(column: Floats) -> tuple[NDArray[Any], int]:
    """Return whole numbers k and one exponent e with column = k 2**e, exactly."""
    mantissa, exponent = np.frexp(column)
    whole = (mantissa * 2.0**53).astype(np.int64)
    exponent = np.where(whole == 0, 1024, exponent.astype(np.int64) - 53)
    lowest = int(exponent.min())
    shift = np.where(whole == 0, 0, exponent - lowest)
    return whole.astype(object) << shift.astype(object), lowest


def _penalised(sums: Gram, l2: float) -> Gram:
    inner = sums[:-1, :-1].copy()
    for j in range(1, len(inner)):
        inner[j, j] += Fraction(l2)
    return inner


def _solve(matrix: Gram, right: Gram) -> Gram:
    """Return the exact solution of a positive definite system by elimination."""
    size = len(matrix)
    table = np.hstack([matrix, right])
    for pivot in range(size):
        table[pivot] = table[pivot] / table[pivot, pivot]
        for row in range(size):
            if row != pivot:
                table[row] = table[row] - table[row, pivot] * table[pivot]
    return table[:, size:]


def _rounded(values: Gram) -> Floats:
    return np.array([float(value) for value in values])


def _root(value: Fraction) -> float:
    """Return the square root of a fraction to within one rounding."""
    scale = 2 ** max(0, 160 - value.numerator.bit_length() + value.denominator.bit_length())
    return float(Fraction(isqrt(value.numerator * scale**2 // value.denominator), scale))


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
