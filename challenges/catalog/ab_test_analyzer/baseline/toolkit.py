"""Starter: what scipy has ready. Two functions are yours to write: bayes_ab and power_prop."""

import math

import numpy as np
from scipy import stats


def ttest(a, b, kind):
    found = stats.ttest_rel(a, b) if kind == "paired" else stats.ttest_ind(a, b, equal_var=kind == "pooled")
    return {"t": found.statistic, "df": found.df, "p": found.pvalue}


def chi2(table):
    statistic, p, df, _ = stats.chi2_contingency(table)  # mind the correction that it makes for 2 x 2 tables
    return {"chi2": statistic, "df": df, "p": p}


def ci_mean(x, level):
    half = stats.t.ppf((1 + level) / 2, len(x) - 1) * np.std(x, ddof=1) / math.sqrt(len(x))
    return {"lo": np.mean(x) - half, "hi": np.mean(x) + half}


def ci_prop_diff(xa, na, xb, nb, level):
    a, b = xa / na, xb / nb
    half = stats.norm.ppf((1 + level) / 2) * math.sqrt(a * (1 - a) / na + b * (1 - b) / nb)
    return {"lo": b - a - half, "hi": b - a + half}


def sample_size_prop(p, mde, alpha, power, ratio):
    z = stats.norm.ppf(1 - alpha / 2) + stats.norm.ppf(power)
    q = p + mde
    return math.ceil(z**2 * (p * (1 - p) + q * (1 - q)) / mde**2)  # as if both arms were alike


def sample_size_mean(sd, mde, alpha, power, ratio):
    z = stats.norm.ppf(1 - alpha / 2) + stats.norm.ppf(power)
    return math.ceil(z**2 * sd**2 * (1 + 1 / ratio) / mde**2)


def adjust(p, method):
    return np.minimum(np.array(p) * len(p), 1)  # Bonferroni, whatever was asked for
