from sklearn.linear_model import LassoCV


def generalise(x, y, query):
    return LassoCV().fit(x, y).predict(query)
