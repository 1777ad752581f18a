"""Starter: everything is normal, and nobody ever slipped with a decimal point."""

from solution import describe


def claim(values, trials):
    found = describe(values)
    half = 1.645 * found["sd"] / found["n"] ** 0.5
    return {"family": "normal", "lo": found["mean"] - half, "hi": found["mean"] + half}
