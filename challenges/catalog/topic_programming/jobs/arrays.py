"""NumPy: a quarter of the cases of the first three jobs are so large that loops in Python do not come to an end."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.random import Generator

from challenges.catalog.topic_programming.jobs.asking import Asked, asked, module, right, toy, wrong
from challenges.worlds.funclib.cases import Step, same
from challenges.worlds.funclib.kit.kit_values import Ref

HURRY_S = 0.4
"""Of processor time for the large cases: array operations need 0.02 to 0.1 s, loops 1.5 s and more."""


def _large(rng: Generator, kind: str, fn: str, *toys: tuple[str, tuple[int, ...]], more: tuple[int, ...] = ()) -> Asked:
    """Return a case whose arrays a toy draws on the learner's side, and whose answer is compared by a sketch."""
    own, solution = module("kit", "toys"), module("reference", "solution")
    steps, args = [], []
    for place, (name, sizes) in enumerate(toys):
        given = (int(rng.integers(1, 2**31)), *sizes)
        steps.append(toy(name, *given, keep=f"x{place}"))
        args.append(getattr(own, name)(*given))
    answer = own.sketch(getattr(solution, fn)(*args, *more))
    refs = [Ref(f"x{place}") for place in range(len(toys))]
    asking = Step(fn=fn, args=[*refs, *more], keep="found")
    compared = Step(fn="sketch", of="toys", args=[Ref("found")], rule=same(answer, rel=1e-6, abs_=1e-7))
    return asked(kind, *steps, asking, compared, limit_s=HURRY_S)


def pairwise(rng: Generator) -> Iterator[Asked]:
    def points(rows: int, columns: int = 3) -> np.ndarray:
        return rng.normal(size=(rows, columns))

    yield asked("few points", right("pairwise", points(4), points(5)))
    yield asked("the same points", right("pairwise", p := points(5), p))
    yield asked("one dimension", right("pairwise", points(3, 1), points(4, 1)))
    yield asked("many dimensions", right("pairwise", points(3, 40), points(2, 40)))
    yield asked("none on one side", right("pairwise", points(3), points(0)))
    near = points(5) * 1e-4 + 1e4
    yield asked("near, but far from zero", right("pairwise", near, near[::-1].copy(), rel=1e-6))
    for kind in ("large", "larger"):
        n = int(rng.integers(600, 700))
        yield _large(
            rng,
            kind,
            "pairwise",
            ("numbers", (n, 6)),
            ("numbers", (n, 6)),
        )


def rolling_mean(rng: Generator) -> Iterator[Asked]:
    def series(count: int) -> np.ndarray:
        return rng.normal(size=count) * 10

    yield asked("windows of three", right("rolling_mean", series(10), 3))
    yield asked("windows of one", right("rolling_mean", series(6), 1))
    yield asked("one window", right("rolling_mean", series(7), 7))
    yield asked("window too long", right("rolling_mean", series(4), 5), right("rolling_mean", series(0), 2))
    gaps = series(30)
    gaps[[3, 4, 17]] = np.nan
    yield asked("missing values", right("rolling_mean", gaps, 4))
    yield asked("window of zero", right("rolling_mean", series(5), 2), wrong("rolling_mean", series(5), 0))
    for kind in ("large", "larger"):
        size = int(rng.integers(500_000, 800_000))
        yield _large(
            rng,
            kind,
            "rolling_mean",
            ("numbers", (size,)),
            more=(int(rng.integers(300, 900)),),
        )


def group_means(rng: Generator) -> Iterator[Asked]:
    def some(count: int, groups: int) -> tuple[np.ndarray, np.ndarray]:
        return rng.normal(size=count), rng.integers(0, groups, size=count)

    yield asked("three groups", right("group_means", *some(20, 3), 3))
    yield asked(
        "groups not sorted",
        right("group_means", rng.normal(size=5), np.array([2, 0, 2, 4, 0]) + int(rng.integers(1, 9)), 15),
    )
    yield asked("empty groups", right("group_means", *some(6, 3), 8))
    yield asked("one group", right("group_means", *some(9, 1), 1))
    yield asked("no values", right("group_means", np.zeros(0), np.zeros(0, dtype=np.int64), 2))
    yield asked("a value missing", right("group_means", np.array([1.0, np.nan, 4.0]), np.array([0, 0, 1]), 2))
    for kind in ("large", "larger"):
        size, count = int(rng.integers(200_000, 300_000)), int(rng.integers(20_000, 30_000))
        yield _large(rng, kind, "group_means", ("numbers", (size,)), ("groups", (size, count)), more=(count,))


def one_hot(rng: Generator) -> Iterator[Asked]:
    yield asked("plain", right("one_hot", rng.integers(0, 4, size=8), 4))
    yield asked("a class without rows", right("one_hot", rng.integers(0, 3, size=6), 6))
    yield asked("unknown labels", right("one_hot", rng.permutation([0, -1, 2, 5, 1, 1, 0, 9, 2, 2]), 3))
    yield asked("all unknown", right("one_hot", np.array([-1, 7]), 3), right("one_hot", np.array([1]), 2))
    yield asked("no rows", right("one_hot", np.zeros(0, dtype=np.int64), 3))
    yield asked("one class", right("one_hot", np.zeros(3, dtype=np.int64), 1))


def im2col(rng: Generator) -> Iterator[Asked]:
    def image(height: int, width: int) -> np.ndarray:
        return rng.integers(0, 256, size=(height, width)).astype(np.float64)

    yield asked("windows of two", right("im2col", image(4, 4), 2, 2, 1))
    yield asked("not square", right("im2col", image(5, 7), 3, 2, 1))
    yield asked("stride of two", right("im2col", image(7, 8), 3, 3, 2))
    yield asked("stride past the edge", right("im2col", image(8, 8), 3, 3, 3))
    yield asked("the whole image", right("im2col", image(3, 5), 3, 5, 2))
    yield asked("single pixels", right("im2col", image(3, 4), 1, 1, 1))


def zscore(rng: Generator) -> Iterator[Asked]:
    def table(rows: int, columns: int) -> np.ndarray:
        return rng.normal(size=(rows, columns)) * rng.uniform(1, 9, size=columns) + rng.uniform(-9, 9, size=columns)

    yield asked("plain", right("zscore", table(12, 3)))
    yield asked("one column", right("zscore", table(7, 1)))
    constant = table(6, 3)
    constant[:, 1] = 0.1
    yield asked("a constant column", right("zscore", constant))
    gaps = table(9, 3)
    gaps[[1, 4, 4], [0, 0, 2]] = np.nan
    yield asked("missing values", right("zscore", gaps))
    gaps = table(5, 2)
    gaps[:, 0] = np.nan
    yield asked("a column of nothing", right("zscore", gaps))
    yield asked("one row", right("zscore", table(1, 3)))


MAKERS = {
    "pairwise": pairwise,
    "rolling_mean": rolling_mean,
    "group_means": group_means,
    "one_hot": one_hot,
    "im2col": im2col,
    "zscore": zscore,
}
