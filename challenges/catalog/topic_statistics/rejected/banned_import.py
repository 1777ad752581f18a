from scipy import stats


def norm_cdf(x, mean, sd):
    return stats.norm.cdf(x, mean, sd)
