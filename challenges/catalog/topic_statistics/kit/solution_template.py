"""Rename me to solution.py and fill me in; the statement says what each function returns."""

# ---- describing


def describe(x): ...


def weighted_mean(x, w): ...


def cov_corr(x, y): ...


def zscores(x): ...


# ---- probability


def bayes(prior, likelihood): ...


def cond_prob(joint, row, column): ...


def independent(joint, tolerance): ...


def norm_pdf(x, mean, sd): ...


def norm_cdf(x, mean, sd): ...


def norm_ppf(p, mean, sd): ...


def binom_pmf(k, n, p): ...


def binom_cdf(k, n, p): ...


def poisson_pmf(k, rate): ...


def poisson_cdf(k, rate): ...


# ---- testing


def ci_mean(x, level): ...


def ci_prop(k, n, level): ...


def ttest_1(x, mean, alternative): ...


def ttest_2(a, b, equal_var, alternative): ...


def ttest_paired(a, b, alternative): ...


def chi2_gof(observed, expected): ...


def chi2_indep(table): ...


# ---- believing


def beta_binomial(a, b, k, n, level): ...


def gamma_poisson(shape, rate, counts, level): ...


def normal_known_sd(mean, sd, x, noise_sd, level): ...
