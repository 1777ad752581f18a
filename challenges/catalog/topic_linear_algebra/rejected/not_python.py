def dot(u, v)
    return sum(x * y for x, y in zip(u, v))
