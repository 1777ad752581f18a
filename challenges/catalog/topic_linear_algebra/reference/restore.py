"""Alternating ridge regressions for torn tables; trimmed principal components for littered clouds."""

import random

from solution import eig_sym, solve

SWEEPS = 25


def fill(rows, most_rank):
    """Choose rank and penalty by cells that are hidden for a while, then fit all cells."""
    cells = [(i, j, x) for i, row in enumerate(rows) for j, x in enumerate(row) if x is not None]
    shuffled = random.Random(1).sample(cells, len(cells))
    kept, hidden = shuffled[len(cells) // 10 :], shuffled[: len(cells) // 10]
    shape = len(rows), len(rows[0])

    def error(settings):
        fitted = fit(kept, shape, *settings, sweeps=10)
        return sum((x - fitted[i][j]) ** 2 for i, j, x in hidden)

    best = min(((rank, ridge) for rank in range(1, most_rank + 1) for ridge in (0.1, 0.5)), key=error)
    fitted = fit(cells, shape, *best, sweeps=SWEEPS)
    return [[fitted[i][j] if x is None else x for j, x in enumerate(row)] for i, row in enumerate(rows)]


def fit(cells, shape, rank, ridge, sweeps):
    """Return the table of the best product of two thin factors, each row of it with a constant."""
    count, width = shape
    rng = random.Random(2)
    by_row, by_column = [[] for _ in range(count)], [[] for _ in range(width)]
    for i, j, x in cells:
        by_row[i].append((j, x))
        by_column[j].append((i, x))
    # A column is c0 + c . u_i: the constant is the column's level.
    u = [[1.0, *(rng.gauss(0, 1) for _ in range(rank))] for _ in range(count)]
    v = [[0.0] * (rank + 1) for _ in range(width)]
    for _ in range(sweeps):
        for j, own in enumerate(by_column):
            v[j] = regression([(u[i], x) for i, x in own], [0.01, *[ridge] * rank])
        for i, own in enumerate(by_row):
            u[i] = [1.0, *regression([(v[j][1:], x - v[j][0]) for j, x in own], [ridge] * rank)]
    return [[sum(a * b for a, b in zip(left, right, strict=True)) for right in v] for left in u]


def regression(pairs, penalty):
    size = len(penalty)
    gram = [[penalty[a] if a == b else 0.0 for b in range(size)] for a in range(size)]
    right = [0.0] * size
    for z, x in pairs:
        for a in range(size):
            za = z[a]
            right[a] += za * x
            row = gram[a]
            for b in range(a, size):
                row[b] += za * z[b]
    for a in range(size):
        for b in range(a):
            gram[a][b] = gram[b][a]
    return solve(gram, right)


def subspace(points, k):
    """Find centre and directions of the points that lie nearest to them, over and over."""
    kept = near(points, [median(column) for column in zip(*points, strict=True)], [], 0.6)
    for share in (0.6, 0.7, 0.8, 0.85, 0.85, 0.85):
        centre = [sum(column) / len(kept) for column in zip(*kept, strict=True)]
        offs = [[x - c for x, c in zip(point, centre, strict=True)] for point in kept]
        columns = list(zip(*offs, strict=True))
        covariance = [[sum(x * y for x, y in zip(a, b, strict=True)) for b in columns] for a in columns]
        basis = eig_sym(covariance)[1][:k]
        kept = near(points, centre, basis, share)
    return basis


def near(points, centre, basis, share):
    """Return the share of points that lie nearest to a plane."""

    def distance(point):
        off = [x - c for x, c in zip(point, centre, strict=True)]
        inside = sum(sum(x * y for x, y in zip(off, one, strict=True)) ** 2 for one in basis)
        return sum(x * x for x in off) - inside

    return sorted(points, key=distance)[: int(share * len(points))]


def median(values):
    return sorted(values)[len(values) // 2]
