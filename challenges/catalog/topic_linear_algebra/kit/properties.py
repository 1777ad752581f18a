"""What must hold of answers of which several are right: residuals, orthogonality, reconstruction, angles.

Everything is a list of rows; the referee and practise.py both ask here. Sign and choice of a basis never matter.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

TIGHT = 1e-9
"""Of the size of the numbers involved: what a good algorithm leaves as residual, with four digits to spare."""

Row = Sequence[float]
Matrix = Sequence[Row]


def product(a: Matrix, b: Matrix) -> list[list[float]]:
    columns = list(zip(*b, strict=True))
    return [[math.fsum(x * y for x, y in zip(row, column, strict=True)) for column in columns] for row in a]


def turned(a: Matrix) -> list[list[float]]:
    return [list(column) for column in zip(*a, strict=True)]


def largest(a: Matrix) -> float:
    return max((abs(value) for row in a for value in row), default=0.0)


def is_matrix(a: Any, rows: int, columns: int) -> bool:
    return len(a) == rows and all(len(row) == columns and all(map(math.isfinite, row)) for row in a)


def are_close(a: Matrix, b: Matrix, tolerance: float) -> bool:
    return all(abs(x - y) <= tolerance for r, s in zip(a, b, strict=True) for x, y in zip(r, s, strict=True))


def identity(size: int) -> list[list[float]]:
    return [[float(i == j) for j in range(size)] for i in range(size)]


def are_orthonormal(rows: Matrix, tolerance: float = TIGHT) -> bool:
    return not rows or are_close(product(rows, turned(rows)), identity(len(rows)), tolerance)


def inverse(found: Any, expected: Any, args: list[Any]) -> bool:
    """A X = I, as well as the condition of A allows."""
    (a,) = args
    size = len(a)
    tolerance = 1e-10 + 1e-14 * size**2 * largest(a) * largest(expected)
    return is_matrix(found, size, size) and are_close(product(a, found), identity(size), tolerance)


def solution(found: Any, expected: Any, args: list[Any]) -> bool:
    """A x = b up to the rounding of its terms: that much a stable method reaches for any A."""
    a, b = args
    if len(found) != len(b) or not all(map(math.isfinite, found)):
        return False
    scale = len(b) * largest(a) * max(map(abs, found), default=0.0) + max(map(abs, b), default=0.0)
    return all(
        abs(math.fsum(x * y for x, y in zip(row, found, strict=True)) - right) <= 1e-12 * scale
        for row, right in zip(a, b, strict=True)
    )


def lu(found: Any, expected: Any, args: list[Any]) -> bool:
    """P A = L U; P a permutation, L unit lower triangular without entries above 1, U upper triangular."""
    (a,) = args
    p, lower, upper = found
    size = len(a)
    if not all(is_matrix(part, size, size) for part in (p, lower, upper)):
        return False
    ones = sorted(row.index(1) for row in p if sorted(row) == [0] * (size - 1) + [1])
    shapes = all(
        (lower[i][j] == 0 if i < j else lower[i][j] == 1 if i == j else abs(lower[i][j]) <= 1 + TIGHT)
        and (i <= j or upper[i][j] == 0)
        for i in range(size)
        for j in range(size)
    )
    return (
        ones == list(range(size))
        and shapes
        and are_close(product(p, a), product(lower, upper), TIGHT * max(largest(a), 1e-300))
    )


def qr(found: Any, expected: Any, args: list[Any]) -> bool:
    """A = Q R; Q with orthonormal columns, R upper triangular."""
    (a,) = args
    q, r = found
    rows, columns = len(a), len(a[0])
    return (
        is_matrix(q, rows, columns)
        and is_matrix(r, columns, columns)
        and are_orthonormal(turned(q))
        and all(abs(r[i][j]) <= TIGHT * largest(a) for i in range(columns) for j in range(i))
        and are_close(product(q, r), a, TIGHT * largest(a))
    )


def nullspace(found: Any, expected: Any, args: list[Any]) -> bool:
    """As many orthonormal rows as there should be, and A turns each into zero."""
    (a,) = args
    if len(found) != len(expected) or not is_matrix(found, len(found), len(a[0])):
        return False
    return are_orthonormal(found) and (not found or largest(product(a, turned(found))) <= 1e-8 * largest(a))


def span(found: Any, expected: Any, args: list[Any]) -> bool:
    """Orthonormal rows, as many as there should be, in which every given vector is found again."""
    vectors = args[0]
    if len(found) != len(expected) or not is_matrix(found, len(found), len(vectors[0]) if vectors else 0):
        return False
    if not found:
        return True
    again = product(product(vectors, turned(found)), found)
    return are_orthonormal(found) and are_close(again, vectors, 1e-8 * max(largest(vectors), 1e-300))


def dominant(found: Any, expected: Any, args: list[Any]) -> bool:
    """(eigenvalue of greatest size, eigenvector of length 1), within a millionth."""
    value, vector = found
    a = args[0]
    if len(vector) != len(a) or abs(value - expected[0]) > 1e-6 * abs(expected[0]):
        return False
    image = [row[0] for row in product(a, turned([vector]))]
    length = math.fsum(v * v for v in vector)
    return abs(length - 1) <= 1e-6 and all(
        abs(x - value * v) <= 1e-5 * abs(value) for x, v in zip(image, vector, strict=True)
    )


def eigen(found: Any, expected: Any, args: list[Any]) -> bool:
    """(eigenvalues from great to small, orthonormal eigenvectors as rows)."""
    values, vectors = found
    (a,) = args
    size, scale = len(a), max(largest(a), 1e-300)
    if len(values) != size or not is_matrix(vectors, size, size):
        return False
    right = all(abs(x - y) <= TIGHT * size * scale for x, y in zip(values, expected[0], strict=True))
    images = product(vectors, turned(a))
    stretched = [[value * v for v in vector] for value, vector in zip(values, vectors, strict=True)]
    return right and are_orthonormal(vectors, 1e-8) and are_close(images, stretched, 1e-8 * size * scale)


def svd(found: Any, expected: Any, args: list[Any]) -> bool:
    """A = U diag(s) V; s from great to small, rows of V orthonormal, columns of U where s is not zero."""
    u, s, v = found
    (a,) = args
    rows, columns, count = len(a), len(a[0]), len(expected[1])
    scale = expected[1][0]
    if len(s) != count or not is_matrix(u, rows, count) or not is_matrix(v, count, columns):
        return False
    right = all(abs(x - y) <= 1e-8 * scale for x, y in zip(s, expected[1], strict=True))
    alive = [column for column, value in zip(turned(u), s, strict=True) if value > 1e-6 * scale]
    stretched = [[x * value for x, value in zip(row, s, strict=True)] for row in u]
    return (
        right
        and are_orthonormal(v, 1e-7)
        and are_orthonormal(alive, 1e-7)
        and are_close(product(stretched, v), a, 1e-8 * scale)
    )


def pca(found: Any, expected: Any, args: list[Any]) -> bool:
    """components (k orthonormal rows), variance_ratio, scores = centred data in these components."""
    x, k = args
    components, scores, ratio = found["components"], found["scores"], found["variance_ratio"]
    if not is_matrix(components, k, len(x[0])) or not is_matrix(scores, len(x), k) or len(ratio) != k:
        return False
    means = [math.fsum(column) / len(x) for column in zip(*x, strict=True)]
    centred = [[value - mean for value, mean in zip(row, means, strict=True)] for row in x]
    total = math.fsum(value * value for row in centred for value in row)
    caught = [math.fsum(score * score for score in column) / total for column in zip(*scores, strict=True)]
    scale = max(largest(centred), 1e-300)
    return (
        are_orthonormal(components, 1e-7)
        and are_close(product(centred, turned(components)), scores, 1e-7 * scale)
        and all(abs(a - b) <= 1e-7 for a, b in zip(ratio, expected["variance_ratio"], strict=True))
        and all(abs(a - b) <= 1e-7 for a, b in zip(caught, expected["variance_ratio"], strict=True))
    )


def filled(found: Any, expected: Any, args: list[Any]) -> float:
    """Return 1 - (error on the blanks) / (error of column means), at least 0; what was given must stay."""
    given = args[0]
    if not is_matrix(found, len(given), len(given[0])):
        return 0.0
    blanks, off, off_means = 0, 0.0, 0.0
    means = [_mean([value for value in column if value is not None]) for column in zip(*given, strict=True)]
    for row, right, had in zip(found, expected, given, strict=True):
        for value, truth, known, mean in zip(row, right, had, means, strict=True):
            if known is None:
                blanks += 1
                off += (value - truth) ** 2
                off_means += (mean - truth) ** 2
            elif abs(value - known) > 1e-9:
                return 0.0
    return max(0.0, 1.0 - math.sqrt(off / off_means)) if blanks else 1.0


def _mean(values: list[float]) -> float:
    return math.fsum(values) / len(values)


def plane(found: Any, expected: Any, args: list[Any]) -> float:
    """Return 1 - (largest angle between the two subspaces) / 45 degrees, at least 0."""
    if not is_matrix(found, len(expected), len(expected[0])):
        return 0.0
    own = orthonormal(found)
    if len(own) < len(expected):
        return 0.0
    cosines = product(own, turned(expected))
    gram = product(cosines, turned(cosines))
    rest = [[float(i == j) - value for j, value in enumerate(row)] for i, row in enumerate(gram)]
    sine = math.sqrt(min(max(_greatest_eigenvalue(rest), 0.0), 1.0))
    return max(0.0, 1.0 - math.degrees(math.asin(sine)) / 45)


def orthonormal(vectors: Matrix) -> list[list[float]]:
    """Return an orthonormal basis by Gram and Schmidt, each vector cleaned twice."""
    found: list[list[float]] = []
    for vector in vectors:
        rest = list(vector)
        for _ in range(2):
            for one in found:
                share = math.fsum(x * y for x, y in zip(rest, one, strict=True))
                rest = [x - share * y for x, y in zip(rest, one, strict=True)]
        length = math.sqrt(math.fsum(x * x for x in rest))
        if length > 1e-9 * max(largest(vectors), 1e-300):
            found.append([x / length for x in rest])
    return found


def _greatest_eigenvalue(a: Matrix) -> float:
    """Return the greatest eigenvalue of a small matrix whose eigenvalues are not negative, by squaring it."""
    power, exponent = [list(row) for row in a], 0.0
    for _ in range(30):  # the 2**30th power
        trace = math.fsum(power[i][i] for i in range(len(power)))
        if trace <= 0:
            return 0.0
        power = [[value / trace for value in row] for row in power]
        exponent = 2 * (exponent + math.log(trace))
        power = product(power, power)
    trace = math.fsum(power[i][i] for i in range(len(power)))
    return math.exp((exponent + math.log(trace)) / 2.0**30)


PROPERTIES: dict[str, Callable[[Any, Any, list[Any]], float | bool]] = {
    "inverse": inverse,
    "solution": solution,
    "lu": lu,
    "qr": qr,
    "nullspace": nullspace,
    "span": span,
    "dominant": dominant,
    "eigen": eigen,
    "svd": svd,
    "pca": pca,
    "filled": filled,
    "plane": plane,
}
