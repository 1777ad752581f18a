def mse(y, pred)
    return 0.0
