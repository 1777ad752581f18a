from sklearn.linear_model import LinearRegression


def fit(X, y, l2=0.0, w=None):
    model = LinearRegression().fit(X, y, sample_weight=w)
    return {"intercept": model.intercept_, "coef": model.coef_}
