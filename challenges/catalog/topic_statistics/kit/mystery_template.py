"""Rename me to mystery.py and fill me in: what family is a sample from, and where is that family's mean?"""

FAMILIES = ("normal", "student", "uniform", "exponential", "lognormal", "poisson", "binomial", "geometric")


def claim(values, trials):
    """Return {"family": one of FAMILIES, "lo": number, "hi": number}; `trials` is None for numbers with decimals."""
