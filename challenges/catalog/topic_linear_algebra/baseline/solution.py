"""Starter: vectors, products, and elimination as one learns it first: without looking for a better pivot.

Hand it in as it is, then run practise.py and improve it. lu, qr, cholesky, nullspace, rank, lstsq, gram_schmidt and
everything about eigenvalues are still yours to write.
"""

import math


def add(u, v):
    return [x + y for x, y in zip(u, v, strict=True)]


def scale(c, v):
    return [c * x for x in v]


def dot(u, v):
    return sum(x * y for x, y in zip(u, v, strict=True))


def norm(v):
    return math.sqrt(sum(x * x for x in v))


def cosine(u, v):
    return dot(u, v) / (norm(u) * norm(v))


def project(u, onto):
    return scale(dot(u, onto) / dot(onto, onto), onto)


def matmul(a, b):
    return [[sum(row[k] * b[k][j] for k in range(len(b))) for j in range(len(b[0]))] for row in a]


def matvec(a, v):
    return [dot(row, v) for row in a]


def transpose(a):
    return [[row[j] for row in a] for j in range(len(a[0]))]


def trace(a):
    return sum(a[k][k] for k in range(len(a)))


def det(a):
    """Expand along the first row: fine for small matrices, hopeless for large ones."""
    if len(a) == 1:
        return a[0][0]
    return sum((-1) ** j * a[0][j] * det([row[:j] + row[j + 1 :] for row in a[1:]]) for j in range(len(a)))


def is_orthogonal(a, tolerance):
    product = matmul(transpose(a), a)
    return all(abs(value - (i == j)) <= tolerance for i, row in enumerate(product) for j, value in enumerate(row))


def solve(a, b):
    size = len(b)
    table = [[*row, right] for row, right in zip(a, b, strict=True)]
    for k in range(size):
        for i in range(k + 1, size):
            factor = table[i][k] / table[k][k]
            for j in range(k, size + 1):
                table[i][j] -= factor * table[k][j]
    x = [0.0] * size
    for i in range(size - 1, -1, -1):
        x[i] = (table[i][size] - sum(table[i][j] * x[j] for j in range(i + 1, size))) / table[i][i]
    return x


def inverse(a):
    size = len(a)
    return transpose([solve(a, [float(i == j) for i in range(size)]) for j in range(size)])


def change_basis(v, basis):
    return solve(transpose(basis), v)
