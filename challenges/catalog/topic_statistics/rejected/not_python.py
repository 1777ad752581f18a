def describe(x)
    return {"mean": sum(x) / len(x)}
