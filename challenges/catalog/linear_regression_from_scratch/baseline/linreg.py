"""Starter: standardise the columns, then walk downhill for 1000 steps. Hand it in as it is, then improve it.

It is right to many digits where columns are friendly. Look at the bars of your result page to see where it is not.
"""

import numpy as np

STEPS = 1000


def downhill(G, c):
    """Minimise b^T G b / 2 - c^T b for a matrix G with ones on its diagonal, by gradient steps."""
    b = np.zeros(len(c))
    step = 1.0 / np.abs(G).sum(axis=1).max()  # the largest eigenvalue is below the largest row sum
    for _ in range(STEPS):
        b -= step * (G @ b - c)
    return b


def from_moments(mean_x, mean_y, G, c, penalty=0.0):
    """Return the fit from centred second moments G = cov(X), c = cov(X, y)."""
    scale = np.sqrt(np.diag(G) + penalty)
    G = (G + penalty * np.eye(len(c))) / np.outer(scale, scale)
    coef = downhill(G, c / scale) / scale
    return {"intercept": mean_y - mean_x @ coef, "coef": coef}


def fit(X, y, l2=0.0, w=None):
    w = np.ones(len(y)) if w is None else w
    w = w / w.sum() * (w > 0).sum()
    total = w.sum()
    mean_x, mean_y = w @ X / total, w @ y / total
    Xc, yc = X - mean_x, y - mean_y
    return from_moments(mean_x, mean_y, (Xc * w[:, None]).T @ Xc / total, Xc.T @ (w * yc) / total, l2 / total)


def inference(X, y):
    n, p = X.shape
    found = fit(X, y)
    residuals = y - found["intercept"] - X @ found["coef"]
    rss, tss = residuals @ residuals, ((y - y.mean()) ** 2).sum()
    # The standard errors are yours to write: the roots of the diagonal of sigma2 * (A^T A)^-1, with A = [1 X].
    return {"stderr": np.zeros(p + 1), "sigma2": rss / (n - p - 1), "r2": 1 - rss / tss}


def gd(X, y, lr, steps):
    n, p = X.shape
    A = np.column_stack([np.ones(n), X])
    b = np.zeros(p + 1)
    path = []
    for _ in range(steps):
        b = b - lr * (2 / n) * A.T @ (A @ b - y)
        path.append(b)
    return np.array(path)


class Stream:
    """Keeps plain sums and sums of products."""

    def __init__(self):
        self.sums = None

    def update(self, X, y):
        A = np.column_stack([np.ones(len(y)), X, y])
        self.sums = A.T @ A if self.sums is None else self.sums + A.T @ A

    def result(self):
        n = self.sums[0, 0]
        means = self.sums[0, 1:] / n
        moments = self.sums[1:, 1:] / n - np.outer(means, means)
        return from_moments(means[:-1], means[-1], moments[:-1, :-1], moments[:-1, -1])
