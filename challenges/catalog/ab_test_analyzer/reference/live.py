"""Every evening: what is shipping worth now, stopping, or waiting some days more? The dearest choice is made.

The lift is estimated without the first days, whose novelty fades, and drawn towards what lifts usually are.
"""

import math

import numpy as np

HORIZON, SETTLED, FIRST_LOOK = 60, 4, 7
PRIOR = ((0.35, 0.0), (0.325, 0.06), (0.325, 0.14))
WAITS = (1, 2, 3, 5, 8, 13, 20, 30)


def watch(ask, test):
    early = None
    for day in range(1, HORIZON + 1):
        seen = ask("next day")
        if day == SETTLED:
            early = seen
        if day < FIRST_LOOK:
            continue
        if is_broken(seen):
            return {"decision": "stop", "day": day}
        choice = choose({name: seen[name] - early[name] for name in seen}, day, test["cost"])
        if choice != "wait":
            return {"decision": choice, "day": day}
    return {"decision": "stop", "day": HORIZON}


def is_broken(seen):
    total = seen["n_a"] + seen["n_b"]
    return abs(seen["n_b"] - seen["n_a"]) > 4 * math.sqrt(total)


def choose(late, day, cost):
    a, b = late["x_a"] / late["n_a"], late["x_b"] / late["n_b"]
    if a == 0 or b == 0:
        return "wait"
    lift = b / a - 1
    error = (1 + lift) * math.sqrt((1 - a) / late["x_a"] + (1 - b) / late["x_b"])
    mean, spread = shrunk(lift, error)
    left = HORIZON - day
    now = {"ship": left * mean - HORIZON * cost, "stop": 0.0}
    waiting = max((worth_waiting(k, day, cost, mean, spread, error) for k in WAITS if k <= left), default=-1.0)
    best = max(now, key=now.get)
    return best if now[best] >= waiting else "wait"


def worth_waiting(k, day, cost, mean, spread, error):
    """Half the traffic sees B while we wait; then we know more and ship where it pays."""
    days = day - SETTLED
    later = spread**2 * error**2 * days / (days + k) / (spread**2 + error**2 * days / (days + k))
    learnt = math.sqrt(max(spread**2 - later, 1e-18))
    left = HORIZON - day - k
    gain, swing = left * mean - HORIZON * cost, max(left * learnt, 1e-12)
    z = gain / swing
    return 0.5 * k * mean + gain * cdf(z) + swing * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def cdf(z):
    return 0.5 * math.erfc(-z / math.sqrt(2))


def shrunk(lift, error):
    weights = np.array([w * math.exp(-0.5 * lift**2 / (sd**2 + error**2)) / math.hypot(sd, error) for w, sd in PRIOR])
    weights /= weights.sum()
    pulls = np.array([sd**2 / (sd**2 + error**2) for _, sd in PRIOR])
    mean = weights @ (pulls * lift)
    return mean, math.sqrt(max(weights @ (pulls * error**2 + (pulls * lift) ** 2) - mean**2, 1e-12))
