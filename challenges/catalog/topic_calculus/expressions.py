"""Expressions as nested lists, and their derivatives without differences: the truth of this challenge.

    ["mul", ["var", "x"], ["sin", 2.0]]      ["let", "t", e, body]: inside body ["var", "t"] stands for e

Every node is computed once, with everything that is asked of it: a Jet holds value, gradient and Hessian, a Series the
Taylor coefficients along one variable. Rules of calculus carry them upwards, so nothing is rounded but the sums.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

Expression = Any
"""A number or a list; JSON has no narrower word for it."""
Floats = NDArray[np.float64]

N = TypeVar("N", bound="Number")

UNARY = ("neg", "sin", "cos", "tan", "exp", "log", "sqrt", "tanh", "sigmoid", "relu", "abs")
BINARY = ("add", "sub", "mul", "div", "pow", "max", "min")


class Number(Protocol):
    """What the rules need: the four operations, and functions by name."""

    @property
    def head(self) -> float: ...
    def __add__(self, other: Self) -> Self: ...
    def __mul__(self, other: Self) -> Self: ...
    def constant(self, value: float) -> Self: ...
    def apply(self, name: str) -> Self: ...
    def power(self, exponent: float) -> Self: ...


@dataclass(frozen=True)
class Jet:
    """Value, gradient (n,) and Hessian (n, n) of one node."""

    head: float
    gradient: Floats
    hessian: Floats

    @classmethod
    def variable(cls, value: float, place: int, count: int) -> Jet:
        return cls(value, np.eye(count)[place], np.zeros((count, count)))

    def constant(self, value: float) -> Jet:
        return Jet(value, np.zeros_like(self.gradient), np.zeros_like(self.hessian))

    def __add__(self, other: Jet) -> Jet:
        return Jet(self.head + other.head, self.gradient + other.gradient, self.hessian + other.hessian)

    def __mul__(self, other: Jet) -> Jet:
        cross = np.outer(self.gradient, other.gradient)
        return Jet(
            self.head * other.head,
            self.gradient * other.head + other.gradient * self.head,
            self.hessian * other.head + other.hessian * self.head + cross + cross.T,
        )

    def apply(self, name: str) -> Jet:
        return self._chained(*_derivatives(name, self.head))

    def power(self, exponent: float) -> Jet:
        x, k = self.head, exponent
        return self._chained(x**k, k * _powered(x, k - 1), k * (k - 1) * _powered(x, k - 2))

    def _chained(self, value: float, first: float, second: float) -> Jet:
        outer = np.outer(self.gradient, self.gradient)
        return Jet(value, first * self.gradient, first * self.hessian + second * outer)


@dataclass(frozen=True)
class Series:
    """Taylor coefficients c[k] of a node along one variable: c[0] + c[1] h + c[2] h^2 + ..."""

    c: Floats

    @property
    def head(self) -> float:
        return float(self.c[0])

    def constant(self, value: float) -> Series:
        return Series(np.concatenate([[value], np.zeros(len(self.c) - 1)]))

    def __add__(self, other: Series) -> Series:
        return Series(self.c + other.c)

    def __mul__(self, other: Series) -> Series:
        return Series(np.convolve(self.c, other.c)[: len(self.c)])

    def apply(self, name: str) -> Series:
        match name:
            case "exp":
                return self._grown(math.exp(self.head), lambda own, u: own * u)
            case "tanh":
                one = self.constant(1.0)
                return self._grown(math.tanh(self.head), lambda own, u: (one + own * own * self.constant(-1.0)) * u)
            case "sigmoid":
                one = self.constant(1.0)
                head = _derivatives("sigmoid", self.head)[0]
                return self._grown(head, lambda own, u: own * (one + own * self.constant(-1.0)) * u)
            case "log":
                slope = self.power(-1.0)
                return self._grown(math.log(self.head), lambda own, u: slope * u)
            case "sin" | "cos" | "tan":
                return self._turned(name)
            case "sqrt":
                return self.power(0.5)
        raise ValueError(f"{name} has no Taylor series here")

    def power(self, exponent: float) -> Series:
        """From  own' u = k own u'."""
        u, own = self.c, np.zeros_like(self.c)
        if exponent == int(exponent) and exponent >= 0:
            result = self.constant(1.0)
            for _ in range(int(exponent)):
                result = result * self
            return result
        own[0] = u[0] ** exponent
        for n in range(1, len(u)):
            own[n] = sum((exponent * k - (n - k)) * u[k] * own[n - k] for k in range(1, n + 1)) / (n * u[0])
        return Series(own)

    def _grown(self, head: float, slope: Callable[[Series, Series], Series]) -> Series:
        """Return the series that starts with `head` and solves own' = slope(own, u'), one coefficient at a time."""
        own = np.zeros_like(self.c)
        own[0] = head
        rising = Series(np.append(self.c[1:] * np.arange(1, len(self.c)), 0.0))
        for n in range(1, len(own)):
            own[n] = slope(Series(own), rising).c[n - 1] / n
        return Series(own)

    def _turned(self, name: str) -> Series:
        u = self.c
        sine, cosine = np.zeros_like(u), np.zeros_like(u)
        sine[0], cosine[0] = math.sin(u[0]), math.cos(u[0])
        for n in range(1, len(u)):
            weights = np.arange(1, n + 1) * u[1 : n + 1] / n
            sine[n] = weights @ cosine[n - 1 :: -1][:n]
            cosine[n] = -weights @ sine[n - 1 :: -1][:n]
        if name == "tan":
            return Series(sine) * Series(cosine).power(-1.0)
        return Series(sine if name == "sin" else cosine)


def jet(expression: Expression, at: Mapping[str, float], variables: Sequence[str]) -> Jet:
    """Return value, gradient and Hessian with respect to `variables`, in their order."""
    zero = Jet(0.0, np.zeros(len(variables)), np.zeros((len(variables), len(variables))))
    known = {name: zero.constant(value) for name, value in at.items()}
    known |= {name: Jet.variable(at[name], place, len(variables)) for place, name in enumerate(variables)}
    return walk(expression, known, zero)


def taylor(expression: Expression, at: Mapping[str, float], variable: str, order: int) -> Floats:
    """Return the coefficients c[0] .. c[order] along one variable."""
    zero = Series(np.zeros(order + 1))
    known = {name: zero.constant(value) for name, value in at.items()}
    known[variable] = Series(np.concatenate([[at[variable], 1.0], np.zeros(order)])[: order + 1])
    return walk(expression, known, zero).c


def walk(expression: Expression, known: Mapping[str, N], zero: N) -> N:
    """Return a node's number by the rules of calculus."""
    if isinstance(expression, (int, float)):
        return zero.constant(float(expression))
    name, *args = expression
    if name == "var":
        return known[args[0]]
    if name == "let":
        return walk(args[2], {**known, args[0]: walk(args[1], known, zero)}, zero)
    if name == "pow":
        return walk(args[0], known, zero).power(float(args[1]))
    numbers = [walk(arg, known, zero) for arg in args]
    match name:
        case "add":
            return numbers[0] + numbers[1]
        case "sub":
            return numbers[0] + numbers[1] * zero.constant(-1.0)
        case "mul":
            return numbers[0] * numbers[1]
        case "div":
            return numbers[0] * numbers[1].power(-1.0)
        case "neg":
            return numbers[0] * zero.constant(-1.0)
        case "max":
            return max(numbers, key=lambda number: number.head)
        case "min":
            return min(numbers, key=lambda number: number.head)
        case "relu":
            return numbers[0] if numbers[0].head > 0 else zero
        case "abs":
            return numbers[0] if numbers[0].head > 0 else numbers[0] * zero.constant(-1.0)
    return numbers[0].apply(name)


def _powered(x: float, k: float) -> float:
    return 0.0 if x == 0 and k < 0 else float(x**k)


def _derivatives(name: str, x: float) -> tuple[float, float, float]:
    """Return f(x), f'(x), f''(x)."""
    match name:
        case "sin":
            return math.sin(x), math.cos(x), -math.sin(x)
        case "cos":
            return math.cos(x), -math.sin(x), -math.cos(x)
        case "tan":
            t = math.tan(x)
            return t, 1 + t * t, 2 * t * (1 + t * t)
        case "exp":
            return (math.exp(x),) * 3
        case "log":
            return math.log(x), 1 / x, -1 / x**2
        case "sqrt":
            root = math.sqrt(x)
            return root, 0.5 / root, -0.25 / root**3
        case "tanh":
            t = math.tanh(x)
            return t, 1 - t * t, -2 * t * (1 - t * t)
        case "sigmoid":
            s = 1 / (1 + math.exp(-x)) if x > 0 else math.exp(x) / (1 + math.exp(x))
            return s, s * (1 - s), s * (1 - s) * (1 - 2 * s)
    raise ValueError(f"no function is called {name}")
