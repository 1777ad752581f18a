"""Starter: the difference of two plain means, as if nothing could go wrong in a test."""

import numpy as np
from scipy import stats


def read(test):
    users = test["users"]
    values = {
        "conversion": users["converted"].astype(float),
        "revenue": users["revenue"].astype(float),
        "ctr": users["clicks"] / users["impressions"],
    }[test["metric"]]
    a, b = values[users["arm"] == 0], values[users["arm"] == 1]
    lift = b.mean() / a.mean() - 1
    error = np.sqrt(a.var() / len(a) + b.var() / len(b)) / a.mean()
    lo, hi = lift - 1.645 * error, lift + 1.645 * error
    return {"valid": True, "effect": lift, "lo": lo, "hi": hi, "ship": lo > 0}


def moved(test):
    users = test["users"]
    names = [name for name in users if name != "arm"]
    return [name for name in names if p_value(users[name], users["arm"]) < 0.05]  # and if there are twenty of them?


def p_value(values, arm):
    return stats.ttest_ind(values[arm == 0], values[arm == 1], equal_var=False).pvalue
