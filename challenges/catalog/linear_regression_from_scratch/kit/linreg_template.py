"""Rename me to linreg.py and fill me in. numpy is yours, its linear algebra is not."""

import numpy as np


def fit(X, y, l2=0.0, w=None):
    """Minimise  sum_i w_i (y_i - intercept - X_i . coef)^2 + l2 |coef|^2.

    X is (n, p) float64, y is (n,), w is (n,) weights >= 0 or None for all ones. The intercept is never penalised.
    """
    p = X.shape[1]
    return {"intercept": float(np.mean(y)), "coef": np.zeros(p)}


def inference(X, y):
    """Return the standard errors of [intercept, *coef], sigma2 = RSS / (n - p - 1), and r2 of the ordinary fit."""
    p = X.shape[1]
    return {"stderr": np.zeros(p + 1), "sigma2": 0.0, "r2": 0.0}


def gd(X, y, lr, steps):
    """Return the (steps, p+1) path of b -= lr * (2/n) * A^T (A b - y), A = [1 X], starting from zeros."""
    p = X.shape[1]
    return np.zeros((steps, p + 1))


class Stream:
    """Ordinary least squares over data that come in chunks; pickled, it must stay below 64 kB after every chunk."""

    def __init__(self):
        self.columns = 0

    def update(self, X, y):
        self.columns = X.shape[1]

    def result(self):
        return {"intercept": 0.0, "coef": np.zeros(self.columns)}
