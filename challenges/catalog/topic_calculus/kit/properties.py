"""The valleys that `descend` asks about, and how deep a descent got. Only the referee knows the hidden ones."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

FULL_CREDIT_DIGITS = 6.0

Form = Callable[["list[float]", "list[float]"], "tuple[float, list[float]]"]
"""(scale, coordinates seen from the bottom) -> height above the bottom, slope."""


def deep(found: Any, valley: dict[str, Any], args: list[Any]) -> float:
    """Credit for the decimal digits by which the height above the bottom has shrunk since the start, six for all."""
    start = height(valley, args[0]) - valley["bottom"]
    gap = height(valley, point_of(found, len(valley["center"]))) - valley["bottom"]
    if gap <= 0:
        return 1.0
    return min(max(-math.log10(gap / start) / FULL_CREDIT_DIGITS, 0.0), 1.0)


PROPERTIES = {"deep": deep}


def oracle(function: str, valley: dict[str, Any]) -> Callable[[Any], dict[str, Any]]:
    """Return question -> answer: a point, as a list of numbers, -> {"f": value, "grad": list or None}."""
    noise = random.Random(valley["seed"])

    def answer(question: Any) -> dict[str, Any]:
        x = point_of(question, len(valley["center"]))
        f, grad = height(valley, x), slope(valley, x)
        if valley["noise"]:
            size = math.sqrt(sum(g * g for g in grad) / len(grad))
            grad = [g + valley["noise"] * size * noise.gauss(0, 1) for g in grad]
        return {"f": f, "grad": None if valley["blind"] else grad}

    return answer


def point_of(question: Any, count: int) -> list[float]:
    """Return the point asked about. Raises ValueError saying what does not fit."""
    x = question.tolist() if hasattr(question, "tolist") else question
    if not isinstance(x, (list, tuple)) or len(x) != count:
        raise ValueError(f"a point is a list of {count} numbers")
    if not all(isinstance(value, (int, float)) and abs(value) < 1e6 for value in x):
        raise ValueError("a point has numbers between -1e6 and 1e6")
    return [float(value) for value in x]


def height(valley: dict[str, Any], x: list[float]) -> float:
    """The height at x; `bottom` at the center."""
    above, _ = FORMS[valley["form"]](valley["scale"], turned(valley, x))
    return float(valley["bottom"] + above)


def slope(valley: dict[str, Any], x: list[float]) -> list[float]:
    _, inner = FORMS[valley["form"]](valley["scale"], turned(valley, x))
    axes = valley["axes"]
    return [sum(inner[k] * axes[k][j] for k in range(len(inner))) for j in range(len(inner))]


def turned(valley: dict[str, Any], x: list[float]) -> list[float]:
    """Coordinates along the valley's own axes, seen from its center."""
    away = [a - b for a, b in zip(x, valley["center"], strict=True)]
    return [sum(a * b for a, b in zip(axis, away, strict=True)) for axis in valley["axes"]]


def bowl(scale: list[float], u: list[float]) -> tuple[float, list[float]]:
    pairs = list(zip(scale, u, strict=True))
    return sum(s * a * a for s, a in pairs) / 2, [s * a for s, a in pairs]


def bent(scale: list[float], u: list[float]) -> tuple[float, list[float]]:
    """Rosenbrock's banana, its lowest point moved to 0."""
    x = [a + 1 for a in u]
    steep, f, grad = scale[0], 0.0, [0.0] * len(x)
    for k in range(len(x) - 1):
        off = x[k + 1] - x[k] ** 2
        f += steep * off * off + (1 - x[k]) ** 2
        grad[k] += -4 * steep * off * x[k] - 2 * (1 - x[k])
        grad[k + 1] += 2 * steep * off
    return f, grad


def soft(scale: list[float], u: list[float]) -> tuple[float, list[float]]:
    """log cosh: flat at the bottom, straight far away."""
    f, grad = 0.0, []
    for s, a in zip(scale, u, strict=True):
        z = abs(s * a)
        f += z + math.log1p(math.exp(-2 * z)) - math.log(2)
        grad.append(s * math.tanh(s * a))
    return f, grad


def ripple(scale: list[float], u: list[float]) -> tuple[float, list[float]]:
    """A bowl with waves on it; its local minima are not its lowest point."""
    f, grad = 0.0, []
    for s, a in zip(scale, u, strict=True):
        f += s * a * a / 2 + 0.6 * (1 - math.cos(3 * a))
        grad.append(s * a + 1.8 * math.sin(3 * a))
    return f, grad


def plateau(scale: list[float], u: list[float]) -> tuple[float, list[float]]:
    """Nearly flat far away: 1 - 1 / (1 + |u|^2 / 2)."""
    pairs = list(zip(scale, u, strict=True))
    q = 1 + sum(s * a * a for s, a in pairs) / 2
    return 1 - 1 / q, [s * a / q**2 for s, a in pairs]


FORMS: dict[str, Form] = {"bowl": bowl, "bent": bent, "soft": soft, "ripple": ripple, "plateau": plateau}
