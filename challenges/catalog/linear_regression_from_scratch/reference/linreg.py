"""Centre, scale, Householder QR in extended precision, one step of refinement."""

import numpy as np

WIDE = np.longdouble


def triangle(A):
    """Return the upper triangle R of A = QR by Householder reflections; the last columns may be right-hand sides."""
    A = A.copy()
    n, m = A.shape
    for k in range(min(n - 1, m)):
        x = A[k:, k]
        norm = np.sqrt((x * x).sum())
        if norm == 0:
            continue
        v = x.copy()
        v[0] += norm if x[0] >= 0 else -norm
        v /= np.sqrt((v * v).sum())
        A[k:, k:] -= 2 * np.outer(v, (v[:, None] * A[k:, k:]).sum(axis=0))
    return A[: min(n, m)]


def back_substitute(R, c):
    b = np.zeros(len(c), dtype=WIDE)
    for k in range(len(c) - 1, -1, -1):
        b[k] = (c[k] - (R[k, k + 1 :] * b[k + 1 :]).sum()) / R[k, k]
    return b


def solve(A, y):
    """Return (b, R) of the least squares problem A b = y, refined once by the residual."""
    p = A.shape[1]
    R = triangle(np.column_stack([A, y]))
    b = back_substitute(R[:p, :p], R[:p, p])
    residual = y - (A * b).sum(axis=1)
    again = triangle(np.column_stack([A, residual]))
    return b + back_substitute(again[:p, :p], again[:p, p]), R[:p, :p]


def standardised(X, y, w):
    """Return centred and scaled columns with what was taken off them."""
    share = w / w.sum()
    mean_x, mean_y = (share[:, None] * X).sum(axis=0), (share * y).sum()
    Xc = X - mean_x
    scale = np.sqrt((share[:, None] * Xc * Xc).sum(axis=0))
    return Xc / scale, y - mean_y, mean_x, mean_y, scale


def fit(X, y, l2=0.0, w=None):
    X, y = X.astype(WIDE), y.astype(WIDE)
    w = np.ones(len(y), dtype=WIDE) if w is None else w.astype(WIDE)
    kept = w > 0
    X, y, w = X[kept], y[kept], w[kept]
    Z, yc, mean_x, mean_y, scale = standardised(X, y, w)
    root = np.sqrt(w)
    A, right = Z * root[:, None], yc * root
    if l2 > 0:
        A = np.vstack([A, np.diag(np.sqrt(WIDE(l2)) / scale)])
        right = np.concatenate([right, np.zeros(len(scale), dtype=WIDE)])
    b, _ = solve(A, right)
    coef = b / scale
    return {"intercept": mean_y - (mean_x * coef).sum(), "coef": coef}


def inference(X, y):
    X, y = X.astype(WIDE), y.astype(WIDE)
    n, p = X.shape
    Z, yc, mean_x, _, scale = standardised(X, y, np.ones(n, dtype=WIDE))
    b, R = solve(Z, yc)
    residual = yc - (Z * b).sum(axis=1)
    rss, tss = (residual * residual).sum(), (yc * yc).sum()
    inverse = np.column_stack([back_substitute(R, row) for row in np.eye(p, dtype=WIDE)])
    sigma2 = rss / (n - p - 1)
    slopes = np.sqrt(sigma2 * (inverse * inverse).sum(axis=1)) / scale
    reach = ((mean_x / scale)[:, None] * inverse).sum(axis=0)
    intercept = np.sqrt(sigma2 * (1 / WIDE(n) + (reach * reach).sum()))
    return {"stderr": np.concatenate([[intercept], slopes]), "sigma2": sigma2, "r2": 1 - rss / tss}


def gd(X, y, lr, steps):
    n, p = X.shape
    A = np.column_stack([np.ones(n), X]).astype(WIDE)
    G, c = (A.T[:, :, None] * A[None, :, :]).sum(axis=1), (A * y[:, None]).sum(axis=0)
    rate = WIDE(lr) * 2 / n
    b = np.zeros(p + 1, dtype=WIDE)
    path = []
    for _ in range(steps):
        b = b - rate * ((G * b).sum(axis=1) - c)
        path.append(b.astype(float))
    return np.array(path)


class Stream:
    """Carries the triangle of everything seen so far, taken from shifted columns so that nothing cancels."""

    def __init__(self):
        self.shift = self.scale = self.R = None

    def update(self, X, y):
        A = np.column_stack([X, y]).astype(WIDE)
        if self.R is None:
            self.shift = A.mean(axis=0)
            self.scale = np.sqrt(((A - self.shift) ** 2).mean(axis=0))
        A = np.column_stack([np.ones(len(y), dtype=WIDE), (A - self.shift) / self.scale])
        self.R = triangle(A if self.R is None else np.vstack([self.R, A]))

    def result(self):
        p = self.R.shape[1] - 1
        b = back_substitute(self.R[:p, :p], self.R[:p, p])
        coef = b[1:] * self.scale[-1] / self.scale[:-1]
        intercept = self.shift[-1] + self.scale[-1] * b[0] - (self.shift[:-1] * coef).sum()
        return {"intercept": intercept, "coef": coef}
