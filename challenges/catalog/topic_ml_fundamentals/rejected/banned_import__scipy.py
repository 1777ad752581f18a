import importlib


def ridge(X, y, l2):
    return importlib.import_module("scipy.linalg").solve(X.T @ X, X.T @ y)
