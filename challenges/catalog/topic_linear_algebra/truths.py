"""One right answer to each call, from NumPy and SciPy; the learner has neither."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import scipy.linalg
from numpy.typing import ArrayLike

Row = Sequence[float]
Matrix = Sequence[Row]


def add(u: Row, v: Row) -> Any:
    return [x + y for x, y in zip(u, v, strict=True)]


def scale(c: float, v: Row) -> Any:
    return [c * x for x in v]


def dot(u: Row, v: Row) -> float:
    return float(np.dot(u, v))


def norm(v: Row) -> float:
    top = max(map(abs, v), default=0.0)  # squares of huge entries overflow
    return float(top * np.linalg.norm(np.array(v) / top)) if top else 0.0


def cosine(u: Row, v: Row) -> float:
    return float(np.dot(u, v) / (np.linalg.norm(u) * np.linalg.norm(v)))


def project(u: Row, onto: Row) -> Any:
    return _listed(np.dot(u, onto) / np.dot(onto, onto) * np.array(onto))


def matmul(a: Matrix, b: Matrix) -> Any:
    return _listed(np.array(a) @ np.array(b))


def matvec(a: Matrix, v: Row) -> Any:
    return _listed(np.array(a) @ np.array(v))


def transpose(a: Matrix) -> Any:
    return _listed(np.array(a).T)


def trace(a: Matrix) -> float:
    return float(np.trace(a))


def det(a: Matrix) -> float:
    return float(np.linalg.det(a))


def rank(a: Matrix, tolerance: float) -> int:
    return int((np.linalg.svd(a, compute_uv=False) > tolerance).sum())


def is_orthogonal(a: Matrix, tolerance: float) -> bool:
    table = np.array(a)
    return table.shape[0] == table.shape[1] and bool(np.abs(table.T @ table - np.eye(len(table))).max() <= tolerance)


def change_basis(v: Row, basis: Matrix) -> Any:
    return _listed(np.linalg.solve(np.array(basis).T, v))


def inverse(a: Matrix) -> Any:
    return _listed(np.linalg.inv(a))


def solve(a: Matrix, b: Row) -> Any:
    return _listed(np.linalg.solve(a, b))


def lstsq(a: Matrix, b: Row) -> Any:
    return _listed(np.linalg.lstsq(np.array(a), np.array(b), rcond=None)[0])


def lu(a: Matrix) -> tuple[Any, ...]:
    p, lower, upper = scipy.linalg.lu(np.array(a, dtype=float))
    return _listed(p.T), _listed(np.tril(lower)), _listed(np.triu(upper))


def qr(a: Matrix) -> tuple[Any, ...]:
    q, r = np.linalg.qr(np.array(a, dtype=float))
    return _listed(q), _listed(r)


def cholesky(a: Matrix) -> Any:
    return _listed(np.linalg.cholesky(a))


def nullspace(a: Matrix) -> Any:
    return _listed(scipy.linalg.null_space(np.array(a, dtype=float), rcond=1e-10).T)


def gram_schmidt(vectors: Matrix) -> Any:
    if not vectors:
        return []
    _, s, v = np.linalg.svd(np.array(vectors, dtype=float), full_matrices=False)
    return _listed(v[s > 1e-8 * max(s[0], 1e-300)])


def power_iteration(a: Matrix) -> tuple[float, list[float]]:
    values, vectors = np.linalg.eig(np.array(a, dtype=float))
    place = int(np.argmax(np.abs(values)))
    return float(values[place].real), _listed(vectors[:, place].real)


def eig_sym(a: Matrix) -> tuple[Any, ...]:
    values, vectors = np.linalg.eigh(np.array(a, dtype=float))
    return _listed(values[::-1]), _listed(vectors.T[::-1])


def svd(a: Matrix) -> tuple[Any, ...]:
    u, s, v = np.linalg.svd(np.array(a, dtype=float), full_matrices=False)
    return _listed(u), _listed(s), _listed(v)


def pca(x: Matrix, k: int) -> dict[str, Any]:
    centred = np.array(x) - np.mean(x, axis=0)
    _, s, v = np.linalg.svd(centred, full_matrices=False)
    ratio = s[:k] ** 2 / (s**2).sum()
    return {"components": _listed(v[:k]), "variance_ratio": _listed(ratio), "scores": _listed(centred @ v[:k].T)}


def _listed(array: ArrayLike) -> Any:
    return np.asarray(array).tolist()


TRUTHS: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        add, scale, dot, norm, cosine, project, gram_schmidt, matmul, matvec, transpose, trace, det, rank,
        is_orthogonal, change_basis, inverse, solve, lstsq, lu, qr, cholesky, nullspace, power_iteration, eig_sym, svd,
        pca,
    )
}  # fmt: skip

BY_PROPERTY = {
    "gram_schmidt": "span",
    "inverse": "inverse",
    "solve": "solution",
    "lu": "lu",
    "qr": "qr",
    "nullspace": "nullspace",
    "power_iteration": "dominant",
    "eig_sym": "eigen",
    "svd": "svd",
    "pca": "pca",
}
"""Functions of which several answers are right -> the property that is checked."""
