"""Starter: textbook formulas, a cubic, plain gradient steps. Hand it in as it is, then improve it.

The formulas are right where numbers are friendly; exp(800) is not. The cubic is right where the world is smooth.
"""

import numpy as np


def mse(y, pred):
    return {"loss": np.mean((pred - y) ** 2), "grad": 2 * (pred - y) / len(y)}


def bce_logits(y, logits, weights):
    p = 1 / (1 + np.exp(-logits))
    each = -(y * np.log(p) + (1 - y) * np.log(1 - p))
    total = weights.sum()
    return {"loss": (weights * each).sum() / total, "grad": weights * (p - y) / total}


def softmax(logits):
    grown = np.exp(logits)
    return grown / grown.sum(axis=1, keepdims=True)


def cce(onehot, logits, smoothing):
    p = softmax(logits)  # label smoothing is yours to write
    return {"loss": -np.mean((onehot * np.log(p)).sum(axis=1)), "grad": (p - onehot) / len(p)}


def soft_threshold(x, t):
    return np.sign(x) * np.maximum(np.abs(x) - t, 0)


def elastic_gradient(w, l1, l2):
    return l1 * np.sign(w) + 2 * l2 * w


def gd(X, y, lr, steps):
    w = np.zeros(X.shape[1])
    path = []
    for _ in range(steps):
        w = w - lr * 2 * X.T @ (X @ w - y) / len(y)
        path.append(w)
    return np.array(path)


def momentum(grads, start, lr, beta):
    w, v, path = start, np.zeros_like(start), []
    for g in grads:
        v = beta * v + g
        w = w - lr * v
        path.append(w)
    return np.array(path)


def clip_norm(g, largest):
    return g * largest / np.linalg.norm(g)


def dropout(x, p, mask):
    return x * mask / (1 - p)


def bias_variance(preds, truth):
    return {"bias2": np.mean((preds.mean(axis=0) - truth) ** 2), "variance": preds.var(axis=0).mean()}


def paradigm(sample):
    return "supervised" if sample["answers"] is not None else "unsupervised"


def generalise(x, y, query):
    """Least squares on 1, x, x^2, x^3 of every column."""
    A, B = (np.hstack([np.ones((len(table), 1)), table, table**2, table**3]) for table in (x, query))
    return B @ np.linalg.lstsq(A, y, rcond=None)[0]


def optimise(ask, start):
    """100 steps against the slope; `ask(x)` tells it, shaken by noise, 250 times at most."""
    x = np.array(start)
    for _ in range(100):
        x = x - 0.01 * np.array(ask(x))
    return x


# Yours to write: sparse_cce, ridge, lasso, minibatch, rmsprop, adam, early_stop, diagnose.
