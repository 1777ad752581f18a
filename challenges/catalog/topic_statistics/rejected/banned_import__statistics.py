import statistics


def describe(x):
    return {"mean": statistics.mean(x)}
