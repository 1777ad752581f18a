"""Losses that bear any score, exact optimisers, and a model for every small data set, chosen by leaving one out.

The choice is between kernels of several widths, penalties of several strengths, waves of several lengths, and a lasso;
the error on the point left out costs nothing where the model is linear in the answers.
"""

import numpy as np


def mse(y, pred):
    return {"loss": np.mean((pred - y) ** 2), "grad": 2 * (pred - y) / len(y)}


def bce_logits(y, logits, weights):
    each = np.logaddexp(0, logits) - y * logits
    p = np.exp(-np.logaddexp(0, -logits))
    total = weights.sum()
    return {"loss": (weights * each).sum() / total, "grad": weights * (p - y) / total}


def cce(onehot, logits, smoothing):
    target = (1 - smoothing) * onehot + smoothing / onehot.shape[1]
    logs = logits - logits.max(axis=1, keepdims=True)
    logs = logs - np.log(np.exp(logs).sum(axis=1, keepdims=True))
    return {"loss": -np.mean((target * logs).sum(axis=1)), "grad": (np.exp(logs) - target) / len(logits)}


def sparse_cce(labels, logits, smoothing):
    return cce(np.eye(logits.shape[1])[labels], logits, smoothing)


def soft_threshold(x, t):
    return np.sign(x) * np.maximum(np.abs(x) - t, 0)


def elastic_gradient(w, l1, l2):
    return l1 * np.sign(w) + 2 * l2 * w


def ridge(X, y, l2):
    mean, level = X.mean(axis=0), y.mean()
    A = X - mean
    coef = np.linalg.solve(A.T @ A + l2 * np.eye(X.shape[1]), A.T @ (y - level))
    return {"intercept": level - mean @ coef, "coef": coef}


def lasso(X, y, l1, sweeps):
    n, w = len(y), np.zeros(X.shape[1])
    rest = np.array(y, dtype=float)
    squares = (X**2).sum(axis=0) / n
    for _ in range(sweeps):
        for j in range(len(w)):
            new = soft_threshold(X[:, j] @ rest / n + squares[j] * w[j], l1) / squares[j]
            rest += X[:, j] * (w[j] - new)
            w[j] = new
    return w


def gd(X, y, lr, steps):
    return minibatch(X, y, lr, [np.arange(len(y))] * steps)


def minibatch(X, y, lr, batches):
    w, path = np.zeros(X.shape[1]), []
    for batch in batches:
        A, b = X[batch], y[batch]
        w = w - lr * 2 * A.T @ (A @ w - b) / len(b)
        path.append(w)
    return np.array(path)


def momentum(grads, start, lr, beta):
    w, v, path = start, np.zeros_like(start), []
    for g in grads:
        v = beta * v + g
        w = w - lr * v
        path.append(w)
    return np.array(path)


def rmsprop(grads, start, lr, rho):
    w, s, path = start, np.zeros_like(start), []
    for g in grads:
        s = rho * s + (1 - rho) * g * g
        w = w - lr * g / (np.sqrt(s) + 1e-8)
        path.append(w)
    return np.array(path)


def adam(grads, start, lr, beta1, beta2):
    w, m, v, path = start, np.zeros_like(start), np.zeros_like(start), []
    for t, g in enumerate(grads, start=1):
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
        w = w - lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + 1e-8)
        path.append(w)
    return np.array(path)


def clip_norm(g, largest):
    length = np.sqrt(g @ g)
    return g if length <= largest else g * largest / length


def dropout(x, p, mask):
    return x * mask / (1 - p)


def early_stop(history, patience, min_delta, mode):
    values = np.array(history) * (1 if mode == "min" else -1)
    best, best_epoch, waited = np.inf, 0, 0
    for epoch, value in enumerate(values):
        if value < best - min_delta:
            best, best_epoch, waited = value, epoch, 0
            continue
        waited += 1
        if waited >= patience:
            return {"stop_epoch": epoch, "best_epoch": best_epoch}
    return {"stop_epoch": len(values) - 1, "best_epoch": best_epoch}


def bias_variance(preds, truth):
    return {"bias2": np.mean((preds.mean(axis=0) - truth) ** 2), "variance": preds.var(axis=0).mean()}


def diagnose(train, validation, constant, noise):
    if validation[-1] < 0.85 * noise:
        return "leak"  # nobody predicts the noise of rows that were not seen
    if train[-1] > 0.5 * constant:
        return "under"
    return "over" if validation[-1] > 1.25 * validation.min() else "good"


def paradigm(sample):
    if sample["rewards"] is not None:
        return "reinforcement"
    answers = sample["answers"]
    known = answers is not None and any(answer is not None for answer in list(answers))
    return "supervised" if known else "unsupervised"


PENALTIES = 10.0 ** np.arange(-4, 3.1, 0.5)


def generalise(x, y, query):
    level = y.mean()
    if x.shape[1] > 10:
        return level + few_columns(x, y - level, query)
    best, chosen = np.inf, None
    for kernel in kernels(x.shape[1]):
        K = kernel(x, x)
        error, penalty, scale = least_left_out(K, y - level)
        if error < best:
            best, chosen = error, (kernel, K, penalty * scale)
    kernel, K, penalty = chosen
    return level + kernel(query, x) @ np.linalg.solve(K + penalty * np.eye(len(y)), y - level)


def least_left_out(K, y):
    """The least error on points left out, over penalties, by the eigenvalues of the kernel."""
    values, vectors = np.linalg.eigh(K)
    values = np.maximum(values, 0)
    scale = values.mean()
    turned = vectors.T @ y
    errors = []
    for penalty in PENALTIES * scale:
        shrink = penalty / (values + penalty)
        rest = vectors @ (shrink * turned)
        own = (vectors**2) @ shrink
        # Between leaving one out and its smoother average over all points, which chance fools less.
        errors.append(((rest / own) ** 2).mean() * 0.5 + (rest**2).mean() / own.mean() ** 2 * 0.5)
    k = int(np.argmin(errors))
    return errors[k], PENALTIES[k], scale


def kernels(columns):
    found = [linear, *(bells(width) for width in (0.15, 0.3, 0.5, 0.8, 1.3, 2.0, 3.5))]
    if columns == 1:
        found += [waves(turns) for turns in np.arange(1.6, 3.81, 0.05)]
        found += [kinks(width) for width in (0.5, 1.0, 2.0)]
    else:
        found += [parts(width) for width in (0.4, 0.8, 1.4, 2.5)]
    return found


def linear(a, b):
    return a @ b.T


def bells(width):
    return lambda a, b: np.exp(-((a[:, None] - b[None]) ** 2).sum(axis=2) / (2 * width**2))


def kinks(width):
    return lambda a, b: np.exp(-np.abs(a[:, None] - b[None]).sum(axis=2) / width)


def parts(width):
    def kernel(a, b):
        each = np.exp(-((a[:, None] - b[None]) ** 2) / (2 * width**2))
        return each.sum(axis=2) + 0.3 * each.prod(axis=2) + 0.3 * (a @ b.T) ** 2

    return kernel


def waves(turns):
    """A wave of one length with its first overtone."""

    def kernel(a, b):
        gap = 2 * np.pi * turns * (a[:, 0][:, None] - b[:, 0][None])
        return np.cos(gap) + 0.3 * np.cos(2 * gap)

    return kernel


def few_columns(X, y, query):
    """A lasso, its strength chosen on folds, fitted again without penalty on the columns it keeps."""
    folds = np.arange(len(y)) % 5
    strengths = np.abs(X.T @ y).max() / len(y) * 0.7 ** np.arange(1, 12)
    errors = [
        sum(((refitted(X[folds != k], y[folds != k], s, X[folds == k]) - y[folds == k]) ** 2).sum() for k in range(5))
        for s in strengths
    ]
    return refitted(X, y, strengths[int(np.argmin(errors))], query)


def refitted(X, y, strength, query):
    kept = np.flatnonzero(lasso(X, y, strength, 12))[: len(y) // 2]
    if len(kept) == 0:
        return np.zeros(len(query))
    return query[:, kept] @ np.linalg.lstsq(X[:, kept], y, rcond=None)[0]


def optimise(ask, start):
    """Ask around a place, fit the slopes by a line, step to where the line vanishes, and ask there again.

    A fit of many noisy slopes is far less noisy than each of them. Where the curvature is negative the step leads away
    from the saddle, because its size counts and not its sign.
    """
    x, rng = np.array(start, dtype=float), np.random.default_rng(0)
    n, size, places, slopes = len(x), 0.5, [], []
    asked_each = 4 * n + 4
    for _ in range(250 // asked_each):
        for _ in range(asked_each):
            places.append(x + size * rng.normal(size=n))
            slopes.append(np.array(ask(places[-1])))
        P, G = np.array(places), np.array(slopes)
        near = np.exp(-(((P - x) / (4 * size)) ** 2).mean(axis=1) / 2)[:, None] + 1e-9
        A = np.hstack([P - x, np.ones((len(P), 1))])
        fit = np.linalg.lstsq(A * near, G * near, rcond=None)[0]
        values, vectors = np.linalg.eigh((fit[:-1] + fit[:-1].T) / 2)
        step = -vectors @ ((vectors.T @ fit[-1]) / np.maximum(np.abs(values), 1e-3))
        length = np.linalg.norm(step)
        x = x + step * min(1.0, 2.5 / max(length, 1e-12))
        size = min(max(length, 0.2), 0.5)
    return x
