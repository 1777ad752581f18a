"""Elimination with pivots, Householder reflections, Jacobi rotations: each the plainest method that is stable."""

import math


def check(*conditions):
    if not all(conditions):
        raise ValueError("does not fit")


def largest(a):
    return max((abs(x) for row in a for x in row), default=0.0)


# ---- vectors


def add(u, v):
    check(len(u) == len(v))
    return [x + y for x, y in zip(u, v, strict=True)]


def scale(c, v):
    return [c * x for x in v]


def dot(u, v):
    check(len(u) == len(v))
    return math.fsum(x * y for x, y in zip(u, v, strict=True))


def norm(v):
    return math.hypot(*v)


def cosine(u, v):
    check(len(u) == len(v), any(u), any(v))
    return dot(u, v) / (norm(u) * norm(v))


def project(u, onto):
    check(len(u) == len(onto), any(onto))
    return scale(dot(u, onto) / dot(onto, onto), onto)


def gram_schmidt(vectors):
    basis = []
    for vector in vectors:
        rest = vector
        for _ in range(2):  # twice is enough
            for one in basis:
                rest = add(rest, scale(-dot(rest, one), one))
        length = norm(rest)
        if length > 1e-10 * max(norm(vector), 1e-300):
            basis.append(scale(1 / length, rest))
    return basis


# ---- matrices


def columns_of(a):
    check(len({len(row) for row in a}) <= 1)
    return [list(column) for column in zip(*a, strict=True)]


def transpose(a):
    return columns_of(a)


def matmul(a, b):
    check(all(len(row) == len(b) for row in a))
    columns = columns_of(b)
    return (
        [[sum(map(float.__mul__, map(float, row), column)) for column in columns] for row in a]
        if len(a) > 50
        else [[dot(row, column) for column in columns] for row in a]
    )


def matvec(a, v):
    return [dot(row, v) for row in a]


def is_square(a):
    return all(len(row) == len(a) for row in a)


def trace(a):
    check(is_square(a))
    return math.fsum(row[k] for k, row in enumerate(a))


def eliminated(a):
    """Return (permutation, sign, L, U) by elimination with the largest pivot of each column."""
    check(is_square(a))
    size = len(a)
    upper = [[float(x) for x in row] for row in a]
    lower = [[0.0] * size for _ in range(size)]
    order, sign = list(range(size)), 1
    for k in range(size):
        p = max(range(k, size), key=lambda i: abs(upper[i][k]))
        if p != k:
            for part in (upper, lower, order):
                part[k], part[p] = part[p], part[k]
            sign = -sign
        lower[k][k] = 1.0
        if upper[k][k] == 0:
            continue
        pivot = upper[k]
        for i in range(k + 1, size):
            factor = upper[i][k] / pivot[k]
            lower[i][k] = factor
            if factor:
                row = upper[i]
                for j in range(k + 1, size):
                    row[j] -= factor * pivot[j]
            upper[i][k] = 0.0
    return order, sign, lower, upper


def det(a):
    _, sign, _, upper = eliminated(a)
    return sign * math.prod(row[k] for k, row in enumerate(upper))


def rank(a, tolerance):
    return sum(value > tolerance for value in svd(a)[1])


def is_orthogonal(a, tolerance):
    if not is_square(a):
        return False
    columns = columns_of(a)
    return all(abs(dot(u, v) - (i == j)) <= tolerance for i, u in enumerate(columns) for j, v in enumerate(columns))


def change_basis(v, basis):
    return solve(transpose(basis), v)


# ---- solving


def lu(a):
    order, _, lower, upper = eliminated(a)
    return [[float(j == place) for j in range(len(a))] for place in order], lower, upper


def with_right_sides(a, columns):
    order, _, lower, upper = eliminated(a)
    size = len(a)
    check(all(abs(upper[k][k]) > 1e-13 * largest(a) for k in range(size)))
    found = []
    for column in columns:
        y = []
        for i in range(size):
            y.append(column[order[i]] - sum(lower[i][j] * y[j] for j in range(i)))
        x = [0.0] * size
        for i in range(size - 1, -1, -1):
            x[i] = (y[i] - sum(upper[i][j] * x[j] for j in range(i + 1, size))) / upper[i][i]
        found.append(x)
    return found


def solve(a, b):
    check(is_square(a), len(a) == len(b))
    return with_right_sides(a, [b])[0]


def inverse(a):
    check(is_square(a))
    size = len(a)
    return transpose(with_right_sides(a, [[float(i == j) for i in range(size)] for j in range(size)]))


def reflected(a):
    """Return (reflectors, R) of Householder's method; R has as many rows as A."""
    r = [[float(x) for x in row] for row in a]
    rows, columns = len(r), len(r[0])
    reflectors = []
    for k in range(min(rows, columns)):
        x = [r[i][k] for i in range(k, rows)]
        length = norm(x)
        v = [0.0] * rows
        if length > 0:
            v[k:] = x
            v[k] += math.copysign(length, x[0])
            size = norm(v)
            v = scale(1 / size, v)
            apply(v, r, k, k)
        reflectors.append(v)
    return reflectors, r


def apply(v, table, first_row, first_column):
    """Reflect the columns of a table."""
    rows = range(first_row, len(table))
    for j in range(first_column, len(table[0])):
        share = 2 * sum(v[i] * table[i][j] for i in rows)
        for i in rows:
            table[i][j] -= share * v[i]


def qr(a):
    reflectors, r = reflected(a)
    rows, columns = len(a), len(a[0])
    q = [[float(i == j) for j in range(columns)] for i in range(rows)]
    for v in reversed(reflectors):
        apply(v, q, 0, 0)
    return q, [[r[i][j] if i <= j else 0.0 for j in range(columns)] for i in range(columns)]


def lstsq(a, b):
    check(len(a) == len(b), len(a) >= len(a[0]))
    q, r = qr(a)
    right = [dot(column, b) for column in transpose(q)]
    size = len(r)
    check(all(abs(r[k][k]) > 1e-11 * largest(a) for k in range(size)))
    x = [0.0] * size
    for i in range(size - 1, -1, -1):
        x[i] = (right[i] - math.fsum(r[i][j] * x[j] for j in range(i + 1, size))) / r[i][i]
    return x


def cholesky(a):
    size = len(a)
    check(is_square(a), all(abs(a[i][j] - a[j][i]) <= 1e-9 * largest(a) for i in range(size) for j in range(i)))
    lower = [[0.0] * size for _ in range(size)]
    for j in range(size):
        rest = a[j][j] - math.fsum(x * x for x in lower[j][:j])
        check(rest > 0)
        lower[j][j] = math.sqrt(rest)
        for i in range(j + 1, size):
            lower[i][j] = (a[i][j] - dot(lower[i][:j], lower[j][:j])) / lower[j][j]
    return lower


def nullspace(a):
    gram = matmul(transpose(a), a)
    values, vectors = eig_sym(gram)
    return [vector for value, vector in zip(values, vectors, strict=True) if value <= 1e-12 * max(values[0], 1e-300)]


# ---- eigenvalues


def power_iteration(a):
    v = [math.sin(k + 1) for k in range(len(a))]  # a start that is at right angles to nothing in particular
    v = scale(1 / norm(v), v)
    for _ in range(5000):
        w = matvec(a, v)
        w = scale(1 / norm(w), w)
        turned = norm([x - y for x, y in zip(w, v, strict=True)])
        v = w
        if min(turned, abs(2 - turned)) < 1e-13:
            break
    return dot(v, matvec(a, v)), v


def eig_sym(a):
    """Rotate pairs of axes until nothing is left beside the diagonal (Jacobi)."""
    size = len(a)
    a = [[float(x) for x in row] for row in a]
    vectors = [[float(i == j) for j in range(size)] for i in range(size)]
    for _ in range(60):
        off = math.fsum(a[i][j] ** 2 for i in range(size) for j in range(i))
        if off <= 1e-32 * largest(a) ** 2:
            break
        for p in range(size - 1):
            for q in range(p + 1, size):
                if a[p][q]:
                    rotate(a, vectors, p, q)
    order = sorted(range(size), key=lambda k: -a[k][k])
    return [a[k][k] for k in order], [vectors[k] for k in order]


def rotate(a, vectors, p, q):
    theta = (a[q][q] - a[p][p]) / (2 * a[p][q])
    t = math.copysign(1.0, theta) / (abs(theta) + math.hypot(theta, 1.0))
    c = 1 / math.hypot(t, 1.0)
    s = t * c
    for row in a:
        row[p], row[q] = c * row[p] - s * row[q], s * row[p] + c * row[q]
    for table in (a, vectors):
        up, uq = table[p], table[q]
        table[p] = [c * x - s * y for x, y in zip(up, uq, strict=True)]
        table[q] = [s * x + c * y for x, y in zip(up, uq, strict=True)]


def svd(a):
    """Make columns orthogonal by rotations in pairs (one-sided Jacobi): small singular values keep their digits."""
    if len(a) < len(a[0]):
        u, s, v = svd(transpose(a))
        return transpose(v), s, transpose(u)
    columns = [[float(x) for x in column] for column in transpose(a)]
    size = len(columns)
    v = [[float(i == j) for j in range(size)] for i in range(size)]
    for _ in range(60):
        worst = 0.0
        for p in range(size - 1):
            for q in range(p + 1, size):
                worst = max(worst, straighten(columns, v, p, q))
        if worst < 1e-15:
            break
    lengths = [norm(column) for column in columns]
    order = sorted(range(size), key=lambda k: -lengths[k])
    units = [scale(1 / lengths[k], columns[k]) if lengths[k] > 0 else [0.0] * len(a) for k in order]
    return transpose(units), [lengths[k] for k in order], [v[k] for k in order]


def straighten(columns, v, p, q):
    x, y = columns[p], columns[q]
    alpha, beta, gamma = dot(x, x), dot(y, y), dot(x, y)
    if alpha * beta == 0 or abs(gamma) <= 1e-16 * math.sqrt(alpha * beta):
        return 0.0
    zeta = (beta - alpha) / (2 * gamma)
    t = math.copysign(1.0, zeta) / (abs(zeta) + math.hypot(zeta, 1.0))
    c = 1 / math.hypot(t, 1.0)
    s = c * t
    for table in (columns, v):
        a, b = table[p], table[q]
        table[p] = [c * i - s * j for i, j in zip(a, b, strict=True)]
        table[q] = [s * i + c * j for i, j in zip(a, b, strict=True)]
    return abs(gamma) / math.sqrt(alpha * beta)


def pca(X, k):
    means = [math.fsum(column) / len(X) for column in zip(*X, strict=True)]
    centred = [[x - mean for x, mean in zip(row, means, strict=True)] for row in X]
    _, s, v = svd(centred)
    total = math.fsum(x * x for x in s)
    components = v[:k]
    return {
        "components": components,
        "variance_ratio": [x * x / total for x in s[:k]],
        "scores": [[dot(row, one) for one in components] for row in centred],
    }
