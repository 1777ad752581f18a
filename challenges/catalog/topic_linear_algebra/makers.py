"""Cases of the twenty-six functions, from plain to nasty; the first three kinds of each are shown for practice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from challenges.catalog.topic_linear_algebra.truths import BY_PROPERTY, TRUTHS
from challenges.worlds.funclib.cases import Step, call, holds, raises, same

Listed = list[list[float]]


class Asked(NamedTuple):
    kind: str
    steps: tuple[Step, ...]


Maker = Callable[[Generator], Iterator[Asked]]


def right(fn: str, *args: Any, rel: float = 1e-8, abs_: float = 1e-9) -> Step:
    """Return a call that is checked by its property, or by its only answer."""
    expected = TRUTHS[fn](*args)
    rule = holds(BY_PROPERTY[fn], expected) if fn in BY_PROPERTY else same(expected, rel=rel, abs_=abs_)
    return call(fn, *args, rule=rule)


def wrong(fn: str, *args: Any) -> Step:
    return call(fn, *args, rule=raises("ValueError"))


def asked(kind: str, *steps: Step) -> Asked:
    return Asked(kind, steps)


def vector(rng: Generator, size: int) -> list[float]:
    return [float(value) for value in rng.normal(0, 5, size=size).round(3)]


def matrix(rng: Generator, rows: int, columns: int | None = None) -> Listed:
    table: Listed = rng.normal(0, 3, size=(rows, rows if columns is None else columns)).round(3).tolist()
    return table


def turn(rng: Generator, size: int) -> NDArray[np.float64]:
    """Return a random orthogonal matrix."""
    return np.linalg.qr(rng.normal(size=(size, size)))[0]


def conditioned(rng: Generator, size: int, condition: float) -> Listed:
    values = np.geomspace(1, 1 / condition, size)
    table: Listed = (turn(rng, size) * values @ turn(rng, size)).tolist()
    return table


def of_rank(rng: Generator, rows: int, columns: int, r: int) -> Listed:
    table: Listed = (
        (rng.integers(-4, 5, size=(rows, r)) @ rng.integers(-4, 5, size=(r, columns))).astype(float).tolist()
    )
    return table


def symmetric(rng: Generator, values: list[float]) -> Listed:
    q = turn(rng, len(values))
    table = q * np.array(values) @ q.T
    listed: Listed = ((table + table.T) / 2).tolist()
    return listed


def zero_first(rng: Generator, size: int) -> Listed:
    """Return a matrix whose upper left corner is zero: elimination needs another row."""
    table = matrix(rng, size)
    table[0][0] = 0.0
    return table


def permuted(rng: Generator, size: int) -> Listed:
    table: Listed = np.eye(size)[rng.permutation(size)].tolist()
    return table


# ---- vectors


def add(rng: Generator) -> Iterator[Asked]:
    u, v = vector(rng, 5), vector(rng, 5)
    yield asked("plain", right("add", u, v))
    yield asked("one entry", right("add", u[:1], v[:1]))
    yield asked("long", right("add", vector(rng, 200), vector(rng, 200)))
    yield asked("empty", right("add", [], []), right("add", u, v))
    yield asked("lengths differ", right("add", u, v), wrong("add", u, v[1:]))


def scale(rng: Generator) -> Iterator[Asked]:
    v = vector(rng, 6)
    yield asked("plain", right("scale", 2.5, v))
    yield asked("by zero and minus one", right("scale", 0, v), right("scale", -1, v))
    yield asked("empty", right("scale", 3, []), right("scale", 3, v))
    yield asked("long", right("scale", float(rng.normal()), vector(rng, 300)))


def dot(rng: Generator) -> Iterator[Asked]:
    u, v = vector(rng, 5), vector(rng, 5)
    yield asked("plain", right("dot", u, v))
    yield asked("at right angles", right("dot", [1.0, 2.0, 0.0], [-2.0, 1.0, 5.0]), right("dot", u[:2], v[:2]))
    yield asked("long", right("dot", vector(rng, 400), vector(rng, 400)))
    yield asked("great terms cancel", call("dot", [1e16, u[0], 1e16], [1.0, v[0], -1.0], rule=same(u[0] * v[0])))
    yield asked("lengths differ", right("dot", u, v), wrong("dot", u, v[1:]))


def norm(rng: Generator) -> Iterator[Asked]:
    v = vector(rng, 5)
    yield asked("plain", right("norm", v))
    yield asked("zero", right("norm", [0.0, 0.0]), right("norm", v[:2]))
    yield asked("one entry", right("norm", [-abs(v[0])]), right("norm", v[1:2]))
    yield asked("huge entries", right("norm", [x * 1e200 for x in v]))
    yield asked("tiny entries", right("norm", [x * 1e-200 for x in v], abs_=1e-220))


def cosine(rng: Generator) -> Iterator[Asked]:
    u, v = vector(rng, 4), vector(rng, 4)
    yield asked("plain", right("cosine", u, v))
    yield asked("same and opposite", right("cosine", u, [3 * x for x in u]), right("cosine", u, [-x for x in u]))
    yield asked("at right angles", right("cosine", [u[0], u[1]], [-u[1], u[0]]), right("cosine", u[:2], v[:2]))
    yield asked("a zero vector", right("cosine", u, v), wrong("cosine", u, [0.0] * 4), wrong("cosine", [0.0] * 4, u))
    yield asked("lengths differ", right("cosine", u, v), wrong("cosine", u, v[1:]))


def project(rng: Generator) -> Iterator[Asked]:
    u, v = vector(rng, 4), vector(rng, 4)
    yield asked("plain", right("project", u, v))
    yield asked("onto itself", right("project", u, u), right("project", v, u))
    yield asked("at right angles", right("project", [u[0], u[1]], [-u[1], u[0]]), right("project", u[:2], v[:2]))
    yield asked("onto a long one", right("project", u, [1e6 * x for x in v]))
    yield asked("onto zero", right("project", u, v), wrong("project", u, [0.0] * 4))
    yield asked("lengths differ", right("project", u, v), wrong("project", u, v[:-1]))


def gram_schmidt(rng: Generator) -> Iterator[Asked]:
    yield asked("two vectors", right("gram_schmidt", matrix(rng, 2, 3)))
    yield asked("a whole basis", right("gram_schmidt", matrix(rng, 5)))
    yield asked("few in many dimensions", right("gram_schmidt", matrix(rng, 4, 30)))
    table = matrix(rng, 3, 5)
    yield asked("one too many", right("gram_schmidt", [*table, [a - 2 * b for a, b in zip(*table[:2], strict=True)]]))
    yield asked("a zero vector", right("gram_schmidt", [table[0], [0.0] * 5, table[1]]))
    near = [[1.0, 1e-7 * (1 + k), 1e-7 * (k == 1), 1e-7 * (k == 2)] for k in range(3)]
    yield asked("nearly parallel", right("gram_schmidt", near))
    yield asked("none", right("gram_schmidt", []), right("gram_schmidt", table))


# ---- matrices


def matmul(rng: Generator) -> Iterator[Asked]:
    a, b = matrix(rng, 3, 4), matrix(rng, 4, 2)
    yield asked("rectangular", right("matmul", a, b))
    yield asked("square", right("matmul", matrix(rng, 5), matrix(rng, 5)))
    yield asked("row times column", right("matmul", matrix(rng, 1, 6), matrix(rng, 6, 1)))
    yield asked("column times row", right("matmul", matrix(rng, 4, 1), matrix(rng, 1, 3)))
    yield asked("a permutation", right("matmul", permuted(rng, 6), matrix(rng, 6, 3)))
    yield asked("shapes do not fit", right("matmul", a, b), wrong("matmul", b, a), wrong("matmul", a, a))
    yield asked("120 times 120", right("matmul", matrix(rng, 120), matrix(rng, 120)))


def matvec(rng: Generator) -> Iterator[Asked]:
    a, v = matrix(rng, 3, 5), vector(rng, 5)
    yield asked("rectangular", right("matvec", a, v))
    yield asked("square", right("matvec", matrix(rng, 4), v[:4]))
    yield asked("one row", right("matvec", a[:1], v))
    yield asked("large", right("matvec", matrix(rng, 60, 80), vector(rng, 80)))
    yield asked("shapes do not fit", right("matvec", a, v), wrong("matvec", a, v[1:]))


def transpose(rng: Generator) -> Iterator[Asked]:
    yield asked("rectangular", right("transpose", matrix(rng, 2, 5)))
    yield asked("square", right("transpose", matrix(rng, 4)))
    yield asked("one row", right("transpose", matrix(rng, 1, 4)))
    yield asked("one column", right("transpose", matrix(rng, 4, 1)))
    yield asked("rows differ", right("transpose", matrix(rng, 3, 2)), wrong("transpose", [[1.0, 2.0], [3.0]]))


def trace(rng: Generator) -> Iterator[Asked]:
    yield asked("plain", right("trace", matrix(rng, 4)))
    yield asked("one by one", right("trace", matrix(rng, 1)), right("trace", matrix(rng, 2)))
    yield asked("large", right("trace", matrix(rng, 40)))
    yield asked("not square", right("trace", matrix(rng, 3)), wrong("trace", matrix(rng, 2, 3)))


def det(rng: Generator) -> Iterator[Asked]:
    yield asked("two by two", right("det", matrix(rng, 2)))
    yield asked("four by four", right("det", matrix(rng, 4)))
    yield asked("one by one", right("det", matrix(rng, 1)), right("det", matrix(rng, 3)))
    yield asked("zero in the corner", right("det", zero_first(rng, 4)))
    yield asked("a permutation", *(right("det", permuted(rng, 6)) for _ in range(4)))
    yield asked("triangular", right("det", np.triu(matrix(rng, 5)).tolist()))
    singular = of_rank(rng, 5, 5, 3)
    yield asked("singular", right("det", matrix(rng, 5)), call("det", singular, rule=same(0.0, abs_=1e-6)))
    yield asked("twelve by twelve", right("det", matrix(rng, 12)))
    yield asked("not square", right("det", matrix(rng, 3)), wrong("det", matrix(rng, 3, 2)))


def rank(rng: Generator) -> Iterator[Asked]:
    yield asked("full", right("rank", matrix(rng, 4), 1e-9), right("rank", matrix(rng, 3, 6), 1e-9))
    yield asked("one less", right("rank", of_rank(rng, 5, 5, 4), 1e-9), right("rank", matrix(rng, 5), 1e-9))
    yield asked("much less", right("rank", of_rank(rng, 8, 6, 2), 1e-9), right("rank", of_rank(rng, 4, 9, 3), 1e-9))
    yield asked("zero", right("rank", [[0.0] * 3] * 2, 1e-9), right("rank", matrix(rng, 2, 3), 1e-9))
    values = [5.0, 2.0, 1e-3, 1e-6]
    table = (turn(rng, 4) * np.array(values) @ turn(rng, 4)).tolist()
    yield asked("by the tolerance", *(right("rank", table, t) for t in (1e-8, 1e-5, 1e-2, 3.0)))
    yield asked("zero columns", right("rank", [[0.0, *row, 0.0] for row in of_rank(rng, 5, 4, 2)], 1e-9),
                right("rank", of_rank(rng, 5, 4, 3), 1e-9))  # fmt: skip


def is_orthogonal(rng: Generator) -> Iterator[Asked]:
    for kind, size in (("two by two", 2), ("four by four", 4), ("ten by ten", 10)):
        yes, no = turn(rng, size).tolist(), matrix(rng, size)
        flipped = (-turn(rng, size)).tolist()
        leaning = (turn(rng, size) + 1e-4 * rng.normal(size=(size, size))).tolist()
        yield asked(kind, *(right("is_orthogonal", table, 1e-9) for table in (yes, no, flipped, leaning)))
    q = turn(rng, 3)
    yield asked(
        "a permutation",
        right("is_orthogonal", permuted(rng, 5), 0.0),
        right("is_orthogonal", [[2.0, 0.0], [0.0, 2.0]], 0.1),
    )
    yield asked(
        "columns too long", right("is_orthogonal", (2 * q).tolist(), 1e-9), right("is_orthogonal", q.tolist(), 1e-9)
    )
    yield asked("not square", right("is_orthogonal", q[:2].tolist(), 1e-9), right("is_orthogonal", q.tolist(), 1e-9))


def change_basis(rng: Generator) -> Iterator[Asked]:
    yield asked("in the plane", right("change_basis", vector(rng, 2), matrix(rng, 2)))
    yield asked("five dimensions", right("change_basis", vector(rng, 5), matrix(rng, 5)))
    yield asked("orthonormal", right("change_basis", vector(rng, 4), turn(rng, 4).tolist()))
    yield asked("a zero in the corner", right("change_basis", vector(rng, 3), zero_first(rng, 3)))
    yield asked(
        "no basis",
        right("change_basis", vector(rng, 3), matrix(rng, 3)),
        wrong("change_basis", [1.0, 2.0], [[1.0, 2.0], [2.0, 4.0]]),
    )


# ---- solving


def solve(rng: Generator) -> Iterator[Asked]:
    yield asked("three by three", right("solve", matrix(rng, 3), vector(rng, 3)))
    yield asked("ten by ten", right("solve", matrix(rng, 10), vector(rng, 10)))
    yield asked("one by one", right("solve", [[2.5]], vector(rng, 1)), right("solve", matrix(rng, 2), vector(rng, 2)))
    yield asked("zero in the corner", right("solve", zero_first(rng, 4), vector(rng, 4)))
    tiny = matrix(rng, 4)
    tiny[0][0] = 1e-14
    yield asked("tiny in the corner", right("solve", tiny, vector(rng, 4)))
    yield asked("a permutation", right("solve", permuted(rng, 7), vector(rng, 7)))
    yield asked("ill-conditioned", right("solve", conditioned(rng, 8, 1e8), vector(rng, 8)))
    yield asked("80 by 80", right("solve", matrix(rng, 80), vector(rng, 80)))
    yield asked(
        "singular", right("solve", matrix(rng, 3), vector(rng, 3)), wrong("solve", of_rank(rng, 4, 4, 2), [1.0] * 4)
    )
    a = matrix(rng, 3)
    yield asked("shapes do not fit", right("solve", a, vector(rng, 3)), wrong("solve", a, vector(rng, 4)),
                wrong("solve", matrix(rng, 2, 3), vector(rng, 2)))  # fmt: skip


def inverse(rng: Generator) -> Iterator[Asked]:
    yield asked("two by two", right("inverse", matrix(rng, 2)))
    yield asked("six by six", right("inverse", matrix(rng, 6)))
    yield asked("orthogonal", right("inverse", turn(rng, 5).tolist()))
    yield asked("zero in the corner", right("inverse", zero_first(rng, 4)))
    yield asked("a permutation", right("inverse", permuted(rng, 6)))
    yield asked("ill-conditioned", right("inverse", conditioned(rng, 7, 1e7)))
    yield asked("thirty by thirty", right("inverse", matrix(rng, 30)))
    yield asked(
        "singular", right("inverse", matrix(rng, 3)), wrong("inverse", of_rank(rng, 3, 3, 2)), wrong("inverse", [[0.0]])
    )
    yield asked("not square", right("inverse", matrix(rng, 3)), wrong("inverse", matrix(rng, 2, 3)))


def lstsq(rng: Generator) -> Iterator[Asked]:
    yield asked("a straight line", right("lstsq", [[1.0, x] for x in vector(rng, 8)], vector(rng, 8)))
    yield asked("five columns", right("lstsq", matrix(rng, 20, 5), vector(rng, 20)))
    yield asked("square", right("lstsq", matrix(rng, 4), vector(rng, 4)))
    yield asked("one column", right("lstsq", matrix(rng, 6, 1), vector(rng, 6)))
    years = [[1.0, 2000.0 + k, (2000.0 + k) ** 2 / 1000] for k in range(12)]
    b = vector(rng, 12)
    yield asked("far from zero", right("lstsq", years, b, rel=1e-4))
    powers = [[float(x) ** k for k in range(7)] for x in np.linspace(0.5, 1.5, 25)]
    yield asked("powers", right("lstsq", powers, vector(rng, 25), rel=1e-6))
    yield asked("dependent columns", right("lstsq", matrix(rng, 5, 2), vector(rng, 5)),
                wrong("lstsq", [[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]], vector(rng, 3)))  # fmt: skip
    yield asked(
        "shapes do not fit",
        right("lstsq", matrix(rng, 5, 2), vector(rng, 5)),
        wrong("lstsq", matrix(rng, 5, 2), vector(rng, 4)),
    )


def lu(rng: Generator) -> Iterator[Asked]:
    yield asked("three by three", right("lu", matrix(rng, 3)))
    yield asked("eight by eight", right("lu", matrix(rng, 8)))
    yield asked("one by one", right("lu", matrix(rng, 1)), right("lu", matrix(rng, 2)))
    yield asked("zero in the corner", right("lu", zero_first(rng, 4)))
    yield asked("a permutation", right("lu", permuted(rng, 5)))
    yield asked("ill-conditioned", right("lu", conditioned(rng, 6, 1e8)))
    yield asked("thirty by thirty", right("lu", matrix(rng, 30)))


def qr(rng: Generator) -> Iterator[Asked]:
    yield asked("square", right("qr", matrix(rng, 4)))
    yield asked("tall", right("qr", matrix(rng, 9, 3)))
    yield asked("one column", right("qr", matrix(rng, 5, 1)), right("qr", matrix(rng, 3)))
    yield asked("orthogonal already", right("qr", turn(rng, 5).tolist()))
    yield asked("ill-conditioned", right("qr", conditioned(rng, 8, 1e8)))
    near = [[1.0, 1.0, 1.0], [1e-7, 0.0, 0.0], [0.0, 1e-7, 0.0], [0.0, 0.0, 1e-7]]
    yield asked("nearly parallel", right("qr", near), right("qr", matrix(rng, 4, 3)))
    yield asked("thirty by twenty", right("qr", matrix(rng, 30, 20)))


def cholesky(rng: Generator) -> Iterator[Asked]:
    def positive(size: int) -> Listed:
        return symmetric(rng, [float(v) for v in rng.uniform(0.5, 20, size=size)])

    yield asked("three by three", right("cholesky", positive(3)))
    yield asked("eight by eight", right("cholesky", positive(8)))
    yield asked("diagonal", right("cholesky", np.diag(rng.uniform(1, 9, size=4)).tolist()))
    yield asked("one by one", right("cholesky", [[float(rng.uniform(1, 9))]]), right("cholesky", positive(2)))
    yield asked("thirty by thirty", right("cholesky", positive(30)))
    yield asked(
        "a negative eigenvalue", right("cholesky", positive(3)), wrong("cholesky", symmetric(rng, [3.0, 2.0, -0.5]))
    )
    yield asked("not symmetric", right("cholesky", positive(3)), wrong("cholesky", [[4.0, 1.0], [0.5, 3.0]]))


def nullspace(rng: Generator) -> Iterator[Asked]:
    yield asked("wide", right("nullspace", matrix(rng, 2, 4)))
    yield asked("one dimension", right("nullspace", of_rank(rng, 4, 4, 3)))
    yield asked("two dimensions", right("nullspace", of_rank(rng, 6, 5, 3)))
    yield asked("only zero", right("nullspace", matrix(rng, 4)), right("nullspace", matrix(rng, 3, 4)))
    yield asked("everything", right("nullspace", [[0.0] * 4] * 2), right("nullspace", matrix(rng, 2, 3)))
    yield asked("a zero column", right("nullspace", [[row[0], 0.0, *row[1:]] for row in matrix(rng, 3)]))
    yield asked("large", right("nullspace", of_rank(rng, 12, 20, 9)))


# ---- eigenvalues


def power_iteration(rng: Generator) -> Iterator[Asked]:
    yield asked("symmetric", right("power_iteration", symmetric(rng, [9.0, 4.0, 1.0])))
    yield asked(
        "positive entries",
        right("power_iteration", [[float(v) for v in row] for row in rng.uniform(0.1, 5, size=(4, 4)).round(3)]),
    )
    yield asked(
        "two by two",
        right("power_iteration", [[2.0, 1.0], [1.0, 3.0]]),
        right("power_iteration", symmetric(rng, [5.0, 2.0])),
    )
    yield asked("a negative one", right("power_iteration", symmetric(rng, [-8.0, 5.0, 2.0, 1.0])))
    yield asked("a start that is blind", right("power_iteration", [[2.0, -1.0], [-1.0, 2.0]]))
    yield asked("close rivals", right("power_iteration", symmetric(rng, [10.0, 9.7, 3.0, 1.0])))
    yield asked(
        "thirty by thirty",
        right("power_iteration", symmetric(rng, [50.0, *(float(v) for v in rng.uniform(-30, 30, size=29))])),
    )


def eig_sym(rng: Generator) -> Iterator[Asked]:
    yield asked("two by two", right("eig_sym", symmetric(rng, [5.0, 1.0])))
    yield asked("five by five", right("eig_sym", symmetric(rng, [float(v) for v in rng.normal(0, 5, size=5)])))
    yield asked("diagonal already", right("eig_sym", np.diag(rng.normal(0, 5, size=4)).tolist()))
    yield asked("repeated", right("eig_sym", symmetric(rng, [4.0, 4.0, 1.0, 1.0, 1.0])))
    yield asked("zero and negative", right("eig_sym", symmetric(rng, [3.0, 0.0, 0.0, -2.0])))
    yield asked("far apart", right("eig_sym", symmetric(rng, [1e6, 1.0, 1e-3])))
    yield asked("one by one", right("eig_sym", [[float(rng.normal())]]), right("eig_sym", symmetric(rng, [2.0, -2.0])))
    yield asked("twenty by twenty", right("eig_sym", symmetric(rng, [float(v) for v in rng.normal(0, 5, size=20)])))


def svd(rng: Generator) -> Iterator[Asked]:
    yield asked("square", right("svd", matrix(rng, 3)))
    yield asked("tall", right("svd", matrix(rng, 7, 3)))
    yield asked("wide", right("svd", matrix(rng, 3, 6)))
    yield asked("orthogonal", right("svd", turn(rng, 4).tolist()))
    yield asked("rank of two", right("svd", of_rank(rng, 5, 4, 2)))
    yield asked("one column", right("svd", matrix(rng, 4, 1)), right("svd", matrix(rng, 1, 4)))
    yield asked("small ones as well", right("svd", conditioned(rng, 5, 1e4)))
    yield asked("twelve by twelve", right("svd", matrix(rng, 12)))


def pca(rng: Generator) -> Iterator[Asked]:
    def cloud(points: int, spread: list[float]) -> Listed:
        table = rng.normal(size=(points, len(spread))) * np.array(spread) @ turn(rng, len(spread))
        listed: Listed = (table + rng.normal(0, 20, size=len(spread))).tolist()
        return listed

    yield asked("two of three", right("pca", cloud(30, [5.0, 2.0, 0.5]), 2))
    yield asked("one of two", right("pca", cloud(20, [4.0, 1.0]), 1))
    yield asked("three of eight", right("pca", cloud(40, [9.0, 5.0, 3.0, 1.0, 0.8, 0.5, 0.2, 0.1]), 3))
    yield asked("all of them", right("pca", cloud(15, [6.0, 3.0, 1.0]), 3))
    yield asked("far from zero", right("pca", [[x + 1000 for x in row] for row in cloud(25, [4.0, 2.0, 1.0])], 2))
    yield asked("more columns than rows", right("pca", cloud(6, [9.0, 6.0, 4.0, 3.0, 2.0, 1.5, 1.0, 0.5, 0.3, 0.1]), 2))
    constant = [[*row, 7.0] for row in cloud(20, [5.0, 2.0])]
    yield asked("a constant column", right("pca", constant, 2))


MAKERS: dict[str, tuple[Maker, ...]] = {
    "vectors": (add, scale, dot, norm, cosine, project, gram_schmidt),
    "matrices": (matmul, matvec, transpose, trace, det, rank, is_orthogonal, change_basis),
    "solving": (solve, inverse, lstsq, lu, qr, cholesky, nullspace),
    "eigenvalues": (power_iteration, eig_sym, svd, pca),
}
