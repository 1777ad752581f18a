"""Taylor arithmetic along a line gives every derivative; extrapolation gives limits and sums; panels give integrals.

A Line holds the coefficients c[0] + c[1] h + c[2] h^2 ... of a node when its variables move along a direction. Numbers
may be arrays, so that a whole grid of points is one walk through the expression.
"""

import math
from itertools import pairwise

import numpy as np

FUNCTIONS = {
    "neg": np.negative,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "tanh": np.tanh,
    "sigmoid": lambda a: 0.5 * (1 + np.tanh(a / 2)),
    "relu": lambda a: np.maximum(a, 0.0),
    "abs": np.abs,
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "pow": lambda a, b: np.power(np.asarray(a, dtype=float), b),
    "max": np.maximum,
    "min": np.minimum,
}


def values(expr, at):
    """Evaluate an expression on arrays; every shared part once."""
    if isinstance(expr, (int, float)):
        return float(expr)
    name, *args = expr
    if name == "var":
        return at[args[0]]
    if name == "let":
        return values(args[2], {**at, args[0]: values(args[1], at)})
    return FUNCTIONS[name](*(values(arg, at) for arg in args))


def evaluate(expr, at):
    return float(values(expr, at))


class Line:
    """Taylor coefficients along a line."""

    def __init__(self, c):
        self.c = c

    def __add__(self, other):
        return Line([a + b for a, b in zip(self.c, other.c, strict=True)])

    def __sub__(self, other):
        return Line([a - b for a, b in zip(self.c, other.c, strict=True)])

    def __mul__(self, other):
        return Line([sum(self.c[j] * other.c[k - j] for j in range(k + 1)) for k in range(len(self.c))])

    def constant(self, value):
        return Line([value + 0 * self.c[0]] + [0 * self.c[0]] * (len(self.c) - 1))

    def power(self, exponent):
        if exponent == int(exponent) and exponent >= 0:
            result = self.constant(1.0)
            for _ in range(int(exponent)):
                result = result * self
            return result
        u, own = self.c, [self.c[0] ** exponent]
        for n in range(1, len(u)):
            terms = ((exponent * k - (n - k)) * u[k] * own[n - k] for k in range(1, n + 1))
            own.append(sum(terms) / (n * u[0]))
        return Line(own)

    def solve(self, head, slope):
        """The line with this head whose derivative is slope(own) times the derivative of self."""
        own = [head]
        for n in range(1, len(self.c)):
            outer = slope(Line(own)).c  # right up to order n - 1, all that is needed
            own.append(sum(k * self.c[k] * outer[n - k] for k in range(1, n + 1)) / n)
        return Line(own)

    def apply(self, name):
        head, one = self.c[0], 1.0
        if name == "exp":
            return self.solve(np.exp(head), lambda own: own)
        if name == "tanh":
            return self.solve(np.tanh(head), lambda own: own.constant(one) - own * own)
        if name == "sigmoid":
            return self.solve(FUNCTIONS[name](head), lambda own: own * (own.constant(one) - own))
        if name == "log":
            inverse = self.power(-1)
            return self.solve(np.log(head), lambda own: Line(inverse.c[: len(own.c)]))
        if name == "sqrt":
            return self.power(0.5)
        sine, cosine = [np.sin(head)], [np.cos(head)]
        for n in range(1, len(self.c)):
            parts = range(1, n + 1)
            sine.append(sum(k * self.c[k] * cosine[n - k] for k in parts) / n)
            cosine.append(-sum(k * self.c[k] * sine[n - k] for k in parts) / n)
        if name == "tan":
            return Line(sine) * Line(cosine).power(-1)
        return Line(sine if name == "sin" else cosine)


def along(expr, at, direction, order):
    """Walk through an expression whose variables move along a direction."""
    zero = 0.0 * next(iter(at.values()))
    flat = [zero] * (order - 1)
    known = {name: Line([value + zero, zero + direction.get(name, 0.0), *flat]) for name, value in at.items()}
    return walk(expr, known, Line([zero] * (order + 1)))


def walk(expr, known, zero):
    if isinstance(expr, (int, float)):
        return zero.constant(float(expr))
    name, *args = expr
    if name == "var":
        return known[args[0]]
    if name == "let":
        return walk(args[2], {**known, args[0]: walk(args[1], known, zero)}, zero)
    if name == "pow":
        return walk(args[0], known, zero).power(args[1])
    numbers = [walk(arg, known, zero) for arg in args]
    if name == "add":
        return numbers[0] + numbers[1]
    if name == "sub":
        return numbers[0] - numbers[1]
    if name == "mul":
        return numbers[0] * numbers[1]
    if name == "div":
        return numbers[0] * numbers[1].power(-1)
    if name == "neg":
        return zero - numbers[0]
    if name in ("relu", "abs"):
        numbers.append(zero if name == "relu" else zero - numbers[0])
        name = "max"
    if name in ("max", "min"):
        first = (numbers[0].c[0] > numbers[1].c[0]) == (name == "max")
        return Line([np.where(first, a, b) for a, b in zip(numbers[0].c, numbers[1].c, strict=True)])
    return numbers[0].apply(name)


def derivative(expr, var, at):
    return float(along(expr, at, {var: 1.0}, 1).c[1])


def gradient(expr, at):
    return {name: derivative(expr, name, at) for name in at}


def jacobian(exprs, at, variables):
    return [[derivative(expr, name, at) for name in variables] for expr in exprs]


def hessian(expr, at, variables):
    """From second derivatives along the axes and along the sums of two of them."""
    straight = [2 * along(expr, at, {name: 1.0}, 2).c[2] for name in variables]
    H = np.diag(np.array(straight, dtype=float))
    for i, a in enumerate(variables):
        for j, b in enumerate(variables[:i]):
            both = 2 * along(expr, at, {a: 1.0, b: 1.0}, 2).c[2]
            H[i, j] = H[j, i] = (both - straight[i] - straight[j]) / 2
    return H.tolist()


def directional(expr, at, direction):
    length = math.hypot(*direction.values())
    return float(along(expr, at, {name: value / length for name, value in direction.items()}, 1).c[1])


def taylor(expr, var, at, n):
    return [float(c) for c in along(expr, at, {var: 1.0}, n).c]


def chain_rule(outer, inner, x):
    inside = along(inner, {"x": x}, {"x": 1.0}, 1)
    return float(along(outer, {"u": inside.c[0]}, {"u": 1.0}, 1).c[1] * inside.c[1])


def extrapolate(sequence):
    """Wynn's epsilon algorithm: the limit of a sequence whose error is a sum of geometric ones."""
    before, now = [0.0] * (len(sequence) + 1), list(sequence)
    best, closest = now[-1], abs(now[-1] - now[-2])
    for column in range(1, len(sequence)):
        gaps = [b - a for a, b in pairwise(now)]
        if any(gap == 0 for gap in gaps):
            break
        before, now = now, [old + 1 / gap for old, gap in zip(before[1:-1], gaps, strict=True)]
        if column % 2 == 0 and len(now) > 1 and abs(now[-1] - now[-2]) < closest:
            best, closest = now[-1], abs(now[-1] - now[-2])
    return best


def limit(expr, var, to, side):
    if math.isinf(float(to)):
        points = math.copysign(1, float(to)) * 2.0 ** np.arange(4, 15)
        return extrapolate(values(expr, {var: points}).tolist())
    steps = 2.0 ** -np.arange(1, 11)
    sides = {"+": [1], "-": [-1], "both": [1, -1]}[side]
    heights = sum(values(expr, {var: to + sign * steps}) for sign in sides) / len(sides)
    return extrapolate((heights + 0 * steps).tolist())


NODES, WEIGHTS = np.polynomial.legendre.leggauss(16)
ENDS = np.arange(-4.5, 4.51, 0.05)
PANELS = 600


def finite_integral(f, a, b, panels=PANELS):
    """Gauss on many panels; the first and the last by a rule that bears an infinite end."""
    edges = np.linspace(a, b, panels + 1)
    half = (edges[1] - edges[0]) / 2
    x = (edges[1:-2] + half)[:, None] + half * NODES
    with np.errstate(all="ignore"):
        inner = (np.broadcast_to(f(x), x.shape) @ WEIGHTS).sum() * half
        return float(inner + to_the_end(f, a, 2 * half) + to_the_end(f, b, -2 * half))


def to_the_end(f, end, width):
    """Over end .. end + width by tanh-sinh: x - end = width / (1 + exp(pi sinh t))."""
    grown = np.exp(np.pi * np.sinh(ENDS))
    away = 1 / (1 + grown)
    weight = np.pi * np.cosh(ENDS) * grown * away**2 * 0.05
    heights = np.broadcast_to(f(end + width * away), away.shape)
    usable = np.isfinite(heights) & np.isfinite(weight) & (width * away + end != end)
    if end == 0:
        usable = np.isfinite(heights) & np.isfinite(weight)
    return abs(width) * (heights[usable] @ weight[usable])


def integrate(expr, var, a, b):
    a, b = float(a), float(b)
    if a > b:
        return -integrate(expr, var, b, a)

    def f(x):
        return values(expr, {var: x})

    if math.isinf(a) and math.isinf(b):
        return finite_integral(lambda t: quiet(f(t / (1 - t * t)) * (1 + t * t) / (1 - t * t) ** 2), -1.0, 1.0)
    if math.isinf(b):
        return finite_integral(lambda t: quiet(f(a + t / (1 - t)) / (1 - t) ** 2), 0.0, 1.0)
    return finite_integral(f, a, b)


def quiet(heights):
    return np.where(np.isfinite(heights), heights, 0.0)


def double_integral(expr, x, a, b, y, c, d):
    def strip(end_a, end_b):
        edges = np.linspace(end_a, end_b, 9)
        half = (edges[1] - edges[0]) / 2
        return ((edges[:-1] + half)[:, None] + half * NODES).ravel(), np.tile(WEIGHTS * half, 8)

    (xs, wx), (ys, wy) = strip(a, b), strip(c, d)
    heights = np.broadcast_to(values(expr, {x: xs[:, None], y: ys[None, :]}), (len(xs), len(ys)))
    return float(wx @ heights @ wy)


def area_between(e1, e2, var, a, b):
    gap = ["sub", e1, e2]
    xs = np.linspace(a, b, 4001)
    heights = np.broadcast_to(values(gap, {var: xs}), xs.shape)
    changes = np.flatnonzero(np.sign(heights[:-1]) * np.sign(heights[1:]) < 0)
    crossings = [bisect(lambda x: evaluate(gap, {var: x}), xs[k], xs[k + 1]) for k in changes]
    crossings += xs[1:-1][heights[1:-1] == 0].tolist()
    ends = [a, *sorted(crossings), b]
    return sum(abs(finite_integral(lambda x: values(gap, {var: x}), p, q, 40)) for p, q in pairwise(ends))


def series_sum(expr, var, start):
    counts = 2 ** np.arange(3, 15)
    n = np.arange(start, start + counts[-1], dtype=float)
    sums = np.cumsum(values(expr, {var: n}))[counts - 1]
    if abs(sums[-1] - sums[-2]) <= 1e-14 * abs(sums[-1]):
        return float(sums[-1])
    return float(extrapolate(sums.tolist()))


def bisect(f, low, high):
    rising = f(low) < 0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if (f(middle) < 0) == rising else (low, middle)
    return (low + high) / 2


def newton_root(expr, var, x0):
    """Look to both sides until the sign changes, then halve: slower than Newton, but it cannot leap off."""

    def f(x):
        with np.errstate(all="ignore"):
            return float(values(expr, {var: x}))

    here = f(x0)
    if here == 0:
        return x0
    steps = 0.01 * 1.1 ** np.arange(150)
    last = {1: (x0, here), -1: (x0, here)}
    for step in steps:
        for sign in (1, -1):
            x = x0 + sign * step
            height = f(x)
            if math.isnan(height):
                continue
            if (height > 0) != (last[sign][1] > 0):
                return bisect(f, *sorted((x, last[sign][0])))
            last[sign] = (x, height)
    return x0


def critical_points(expr, box):
    """Newton on the gradient from a whole grid at once."""
    ticks = np.linspace(-box, box, 25)
    x, y = (grid.ravel() for grid in np.meshgrid(ticks, ticks))
    with np.errstate(all="ignore"):
        for _ in range(30):
            g, H = curvature(expr, x, y)
            determinant = H[0] * H[2] - H[1] ** 2
            x = x - np.clip((H[2] * g[0] - H[1] * g[1]) / determinant, -0.5, 0.5)
            y = y - np.clip((H[0] * g[1] - H[1] * g[0]) / determinant, -0.5, 0.5)
        g, H = curvature(expr, x, y)
    found = []
    good = np.isfinite(x) & (np.hypot(*g) < 1e-8) & (np.maximum(np.abs(x), np.abs(y)) <= box)
    for k in np.flatnonzero(good):
        if all(math.hypot(x[k] - p[0], y[k] - p[1]) > 1e-5 for p in found):
            determinant = H[0][k] * H[2][k] - H[1][k] ** 2
            kind = "saddle" if determinant < 0 else "min" if H[0][k] > 0 else "max"
            found.append([float(x[k]), float(y[k]), kind])
    return found


def curvature(expr, x, y):
    at = {"x": x, "y": y}
    a, b, both = (along(expr, at, direction, 2).c for direction in ({"x": 1.0}, {"y": 1.0}, {"x": 1.0, "y": 1.0}))
    return (a[1], b[1]), (2 * a[2], both[2] - a[2] - b[2], 2 * b[2])


def fit_line_gd(x, y, lr, epochs):
    x, y = np.array(x), np.array(y)
    w = b = 0.0
    path = []
    for _ in range(epochs):
        error = w * x + b - y
        w, b = w - lr * 2 * (error @ x) / len(x), b - lr * 2 * error.mean()
        path.append([w, b])
    return path


def loss_gradient(kind, w, X, y):
    w, X, y = np.array(w), np.array(X), np.array(y)
    scores = X @ w
    error = 2 * (scores - y) if kind == "mse" else FUNCTIONS["sigmoid"](scores) - y
    return (X.T @ error / len(y)).tolist()


class Valley:
    """Counts the questions, and remembers the lowest point."""

    def __init__(self, ask, budget=150):
        self.ask, self.left = ask, budget
        self.best = (math.inf, None)

    def look(self, x):
        if self.left <= 0:
            raise StopIteration
        self.left -= 1
        told = self.ask(x.tolist())
        if told["f"] < self.best[0]:
            self.best = (told["f"], x)
        return told["f"], None if told["grad"] is None else np.array(told["grad"])

    def full(self, x):
        """Height and slope, by differences where the slope is kept back."""
        f, grad = self.look(x)
        if grad is None:
            steps = 0.01 * np.eye(len(x))
            grad = np.array([(self.look(x + step)[0] - self.look(x - step)[0]) / 0.02 for step in steps])
        return f, grad


def descend(ask, start):
    valley, rng = Valley(ask), np.random.default_rng(0)
    x = np.array(start)
    try:
        while True:
            quasi_newton(valley, x)
            x = valley.best[1] + rng.normal(size=len(x)) * 2.1 / math.sqrt(len(x))
    except StopIteration:
        return valley.best[1].tolist()


def quasi_newton(valley, x):
    """BFGS with backtracking, until it no longer gets lower."""
    H = np.eye(len(x))
    f, g = valley.full(x)
    step = 1.0 / max(np.linalg.norm(g), 1e-12)
    while np.linalg.norm(g) > 1e-9:
        d = -H @ g
        if d @ g >= 0:
            H, d = np.eye(len(x)), -g
        while step > 1e-10:
            if valley.look(x + step * d)[0] <= f + 1e-4 * step * (d @ g):
                break
            step *= 0.4
        else:
            return
        x_new = x + step * d
        f_new, g_new = valley.full(x_new)
        s, y = x_new - x, g_new - g
        if s @ y > 1e-14:
            r = 1 / (s @ y)
            left = np.eye(len(x)) - r * np.outer(s, y)
            H = left @ H @ left.T + r * np.outer(s, s)
            step = 1.0
        else:
            step *= 2.5
        if f - f_new < 1e-13 * (1 + abs(f)):
            return
        x, f, g = x_new, f_new, g_new
