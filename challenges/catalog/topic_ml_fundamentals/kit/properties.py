"""What `generalise` and `optimise` are worth, and the landscapes that `optimise` asks about."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

FULL_CREDIT_DIGITS = 4.0


def close(found: Any, hidden: dict[str, Any], args: list[Any]) -> float:
    """Credit for predictions of the function without noise: 1 - their typical error / that of the points' mean."""
    truth = numbers(hidden["truth"], len(hidden["truth"]))
    guesses = numbers(found, len(truth))
    error = sum((guess - value) ** 2 for guess, value in zip(guesses, truth, strict=True)) / len(truth)
    return 1 - math.sqrt(error / float(hidden["floor"]))


def deep(found: Any, landscape: dict[str, Any], args: list[Any]) -> float:
    """Credit for the decimal digits by which the height above the bottom has shrunk since the start, four for all."""
    gap = height(landscape, numbers(found, len(landscape["center"])))
    if gap <= 0:
        return 1.0
    return min(max(-math.log10(gap / height(landscape, args[0])) / FULL_CREDIT_DIGITS, 0.0), 1.0)


PROPERTIES = {"close": close, "deep": deep}


def oracle(function: str, landscape: dict[str, Any]) -> Callable[[Any], list[float]]:
    """Return question -> answer: a point, as a list of numbers, -> its slope, shaken by noise."""
    noise = random.Random(landscape["seed"])

    def answer(question: Any) -> list[float]:
        grad = slope(landscape, numbers(question, len(landscape["center"])))
        shaken = [g + landscape["noise"] * noise.gauss(0, 1) for g in grad]
        if not landscape["sparse"]:
            return shaken
        told = noise.randrange(len(shaken))  # one coordinate at a time, so scaled that the mean is right
        return [len(shaken) * g if k == told else 0.0 for k, g in enumerate(shaken)]

    return answer


def numbers(value: Any, count: int) -> list[float]:
    """Return a list of plain numbers. Raises ValueError saying what does not fit."""
    flat = value.tolist() if hasattr(value, "tolist") else value
    if not isinstance(flat, (list, tuple)) or len(flat) != count:
        raise ValueError(f"expected a list of {count} numbers")
    if not all(isinstance(item, (int, float)) and abs(item) < 1e9 for item in flat):
        raise ValueError("expected numbers between -1e9 and 1e9")
    return [float(item) for item in flat]


def height(landscape: dict[str, Any], x: list[float]) -> float:
    """The height above the bottom."""
    u = turned(landscape, x)
    terms = [s * a * a / 2 for s, a in zip(landscape["scale"], u, strict=True)]
    if landscape["form"] == "saddle":
        terms[0] = landscape["scale"][0] * (u[0] ** 2 - 1) ** 2 / 4
    return float(sum(terms))


def slope(landscape: dict[str, Any], x: list[float]) -> list[float]:
    u = turned(landscape, x)
    inner = [s * a for s, a in zip(landscape["scale"], u, strict=True)]
    if landscape["form"] == "saddle":
        inner[0] = landscape["scale"][0] * (u[0] ** 3 - u[0])
    axes = landscape["axes"]
    return [sum(inner[k] * axes[k][j] for k in range(len(inner))) for j in range(len(inner))]


def turned(landscape: dict[str, Any], x: list[float]) -> list[float]:
    """Coordinates along the landscape's own axes, seen from its center."""
    away = [a - b for a, b in zip(x, landscape["center"], strict=True)]
    return [sum(a * b for a, b in zip(axis, away, strict=True)) for axis in landscape["axes"]]
