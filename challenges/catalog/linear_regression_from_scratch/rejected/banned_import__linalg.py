import numpy as np
from numpy.linalg import lstsq


def fit(X, y, l2=0.0, w=None):
    b = lstsq(np.column_stack([np.ones(len(y)), X]), y)[0]
    return {"intercept": b[0], "coef": b[1:]}
