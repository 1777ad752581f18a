"""Was the log whole? Who are customers? Then strata of the plan, users as units, less what last month already told."""

import numpy as np
from scipy import stats

SETTLED_DAY = 9
FALSE_SHARE = 0.05
PRIOR = ((0.35, 0.0), (0.325, 0.06), (0.325, 0.14))
"""Weights and spreads of true lifts, as the practice tests show them."""


def read(test):
    users = {name: np.asarray(values, dtype=float) for name, values in test["users"].items()}
    if is_broken(users):
        return {"valid": False, "effect": 0.0, "lo": 0.0, "hi": 0.0, "ship": False}
    keep = customers(test["metric"], users)
    lift, error = relative_lift(test["metric"], users, keep)
    early, late = users["day"] < SETTLED_DAY, users["day"] >= SETTLED_DAY
    first, first_error = relative_lift(test["metric"], users, keep & early)
    later, later_error = relative_lift(test["metric"], users, keep & late)
    if first - later > 1.5 * np.hypot(first_error, later_error):
        lift, error = later, later_error
    mean, spread = shrunk(lift, error)
    return {
        "valid": True,
        "effect": mean,
        "lo": mean - 1.645 * spread,
        "hi": mean + 1.645 * spread,
        "ship": mean > test["cost"],
    }


def is_broken(users):
    """Far fewer or more users in B than planned."""
    expected, spread = users["planned"].sum(), np.sqrt((users["planned"] * (1 - users["planned"])).sum())
    return 2 * stats.norm.sf(abs(users["arm"].sum() - expected) / spread) < 1e-3


def customers(metric, users):
    if metric == "revenue":
        return users["revenue"] < 1500
    if metric == "ctr":
        return users["impressions"] < 200
    return np.ones(len(users["day"]), dtype=bool)


def relative_lift(metric, users, keep):
    """B over A - 1 and its standard error; means are taken within each planned share of B."""
    top = users[{"conversion": "converted", "revenue": "revenue", "ctr": "clicks"}[metric]].copy()
    below = users["impressions"] if metric == "ctr" else np.ones(len(top))
    if metric == "revenue":
        before = users["pre_revenue"]
        slope = np.mean([np.cov(before[rows], top[rows])[0, 1] / before[rows].var() for rows in arms(users, keep)])
        top -= slope * (before - before[keep].mean())
    means, parts = np.zeros(2), []
    for plan in np.unique(users["planned"][keep]):
        here = keep & (users["planned"] == plan)
        weight = here.sum() / keep.sum()
        for k, rows in enumerate(arms(users, here)):
            ratio = top[rows].sum() / below[rows].sum()
            means[k] += weight * ratio
            spread = (top[rows] - ratio * below[rows]).var(ddof=1) / rows.sum() / below[rows].mean() ** 2
            parts.append((k, weight**2 * spread))
    lift = means[1] / means[0] - 1
    variance = sum(v * ((1 + lift) ** 2 if k == 0 else 1) for k, v in parts) / means[0] ** 2
    return lift, np.sqrt(variance)


def arms(users, rows):
    return [rows & (users["arm"] == k) for k in (0, 1)]


def shrunk(lift, error):
    """Mean and spread of the true lift, given what lifts usually are."""
    weights = np.array([w * stats.norm.pdf(lift, 0, np.hypot(sd, error)) for w, sd in PRIOR])
    weights /= weights.sum()
    pulls = np.array([sd**2 / (sd**2 + error**2) for _, sd in PRIOR])
    means, variances = pulls * lift, pulls * error**2
    mean = weights @ means
    return mean, np.sqrt(weights @ (variances + means**2) - mean**2)


def moved(test):
    """Benjamini and Hochberg: of the metrics that are named, one in twenty is to be named by chance."""
    users = test["users"]
    names = [name for name in users if name != "arm"]
    arm = np.asarray(users["arm"])
    p = np.array([p_value(np.asarray(users[name], dtype=float), arm) for name in names])
    return [name for name, share in zip(names, stats.false_discovery_control(p), strict=True) if share < FALSE_SHARE]


def p_value(values, arm):
    return stats.ttest_ind(values[arm == 0], values[arm == 1], equal_var=False).pvalue
