"""Starter: values by recursion, slopes by differences, integrals by trapezoids. Hand it in as it is, then improve it.

Differences lose digits: a slope has about ten right ones at best, a second derivative six, and beside a large constant
hardly any. That is where to improve it first.
"""

import math

STEP = 1e-5
FAR = 1e4
"""Stands for infinity."""

UNARY = {
    "neg": lambda a: -a,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
    "tanh": math.tanh,
    "sigmoid": lambda a: 1 / (1 + math.exp(-a)),
    "relu": lambda a: max(a, 0.0),
    "abs": abs,
}
BINARY = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "pow": lambda a, b: a**b,
    "max": max,
    "min": min,
}


def evaluate(expr, at):
    """The value of an expression; `at` maps names to numbers."""
    if isinstance(expr, (int, float)):
        return float(expr)
    name, *args = expr
    if name == "var":
        return at[args[0]]
    if name == "let":  # ["let", "t", e, body]: inside body, t stands for e
        return evaluate(args[2], {**at, args[0]: evaluate(args[1], at)})
    if name in UNARY:
        return UNARY[name](evaluate(args[0], at))
    return BINARY[name](evaluate(args[0], at), evaluate(args[1], at))


def derivative(expr, var, at):
    up, down = ({**at, var: at[var] + step} for step in (STEP, -STEP))
    return (evaluate(expr, up) - evaluate(expr, down)) / (2 * STEP)


def gradient(expr, at):
    return {name: derivative(expr, name, at) for name in at}


def jacobian(exprs, at, variables):
    return [[derivative(expr, name, at) for name in variables] for expr in exprs]


def directional(expr, at, direction):
    length = math.sqrt(sum(value**2 for value in direction.values()))
    slopes = gradient(expr, at)
    return sum(slopes[name] * value for name, value in direction.items()) / length


def chain_rule(outer, inner, x):
    u = evaluate(inner, {"x": x})
    return derivative(outer, "u", {"u": u}) * derivative(inner, "x", {"x": x})


def integrate(expr, var, a, b, pieces=2000):
    a, b = (math.copysign(FAR, float(end)) if math.isinf(float(end)) else end for end in (a, b))
    width = (b - a) / pieces
    heights = [evaluate(expr, {var: a + k * width}) for k in range(pieces + 1)]
    return width * (sum(heights) - (heights[0] + heights[-1]) / 2)


def series_sum(expr, var, start):
    return sum(evaluate(expr, {var: n}) for n in range(start, start + 5000))


def newton_root(expr, var, x0):
    x = x0
    for _ in range(100):
        x -= evaluate(expr, {var: x}) / derivative(expr, var, {var: x})
    return x


def fit_line_gd(x, y, lr, epochs):
    w = b = 0.0
    path = []
    for _ in range(epochs):
        errors = [w * xi + b - yi for xi, yi in zip(x, y, strict=True)]
        slope_w = 2 * sum(error * xi for error, xi in zip(errors, x, strict=True)) / len(x)
        w, b = w - lr * slope_w, b - lr * 2 * sum(errors) / len(x)
        path.append([w, b])
    return path


def descend(ask, start):
    """Walk downhill by fixed steps; `ask(x)` tells height and slope and may be called 150 times."""
    x = list(start)
    for _ in range(150):
        told = ask(x)
        if told["grad"] is None:
            break
        x = [value - 0.1 * slope for value, slope in zip(x, told["grad"], strict=True)]
    return x


# Yours to write: hessian, taylor, limit, double_integral, area_between, critical_points, loss_gradient.
