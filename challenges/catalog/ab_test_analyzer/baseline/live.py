"""Starter: wait for two weeks, test once, decide."""

import math

DAYS = 14


def watch(ask, test):
    for _ in range(DAYS):
        seen = ask("next day")
    a, b = seen["x_a"] / seen["n_a"], seen["x_b"] / seen["n_b"]
    error = math.sqrt(a * (1 - a) / seen["n_a"] + b * (1 - b) / seen["n_b"])
    return {"decision": "ship" if b - a > 1.96 * error else "stop", "day": DAYS}
