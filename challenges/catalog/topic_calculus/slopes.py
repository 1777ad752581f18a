"""Cases of the track `derivatives`: values, slopes, curvature, Taylor coefficients of drawn expressions."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.random import Generator

from challenges.catalog.topic_calculus.expressions import Expression, jet, taylor
from challenges.catalog.topic_calculus.trees import asked, chained, number
from challenges.worlds.funclib.cases import Case, Rule, call, same

TRACK = "derivatives"
NAMES = ("x", "y", "z", "u", "v")
EXACT = 1e-9
"""Rules of calculus reach 1e-13 on these expressions; differences reach 1e-10 at best, and 1e-5 beside a large
constant."""


def cases(rng: Generator) -> Iterator[Case]:
    """Yield the cases of all functions of this track."""
    for place in range(8):
        depth = 2 + place // 2
        yield from _of_one(rng, depth, kinks=place % 2 == 1, drowned=place % 3 != 0)
        yield from _of_several(rng, depth, count=2 + place % 3, kinks=place % 2 == 1, drowned=place % 3 != 0)
    for lets in (12, 24, 40, 44):
        yield from _of_chains(rng, lets)


def _case(function: str, kind: str, rule: Rule, *args: object) -> Case:
    return Case(function=function, kind=kind, steps=(call(function, *args, rule=rule),), track=TRACK)


def _exact(expected: object) -> Rule:
    return same(expected, rel=EXACT, abs_=1e-12)


def _kind(depth: int, *, kinks: bool, drowned: bool) -> str:
    """Say what is particular in few words: long texts that practice and hidden cases share would look like a leak."""
    return f"depth {depth}{', kinks' if kinks else ''}{', drowned' if drowned else ''}"


def _drowned(rng: Generator, expression: Expression) -> Expression:
    """Return the expression beside a constant so large that a difference of two values has few digits left."""
    return ["add", float(rng.integers(100_000, 9_000_000)), expression]


def _of_one(rng: Generator, depth: int, *, kinks: bool, drowned: bool) -> Iterator[Case]:
    expression, at = asked(rng, ["x"], depth=depth, kinks=kinks)
    kind = _kind(depth, kinks=kinks, drowned=False)
    yield _case("evaluate", kind, same(jet(expression, at, ["x"]).head, rel=1e-10, abs_=1e-12), expression, at)
    kind = _kind(depth, kinks=kinks, drowned=drowned)
    shown = _drowned(rng, expression) if drowned else expression
    yield _case("derivative", kind, _exact(float(jet(expression, at, ["x"]).gradient[0])), shown, "x", at)
    smooth, there = asked(rng, ["x"], depth=min(depth, 4))
    order = int(rng.integers(3, 8))
    coefficients = taylor(smooth, there, "x", order).tolist()
    yield _case("taylor", f"order {order}", same(coefficients, rel=1e-8, abs_=1e-10), smooth, "x", there, order)
    yield _chain_rule(rng, depth)


def _chain_rule(rng: Generator, depth: int) -> Case:
    """The derivative of outer(inner(x)), each given by itself."""
    while True:
        inner, at = asked(rng, ["x"], depth=max(depth - 1, 2))
        inside = jet(inner, at, ["x"])
        outer, _ = asked(rng, ["u"], depth=2)
        slope = float(jet(outer, {"u": inside.head}, ["u"]).gradient[0] * inside.gradient[0])
        if 0.01 < abs(slope) < 1e3:
            kind = f"inner depth {max(depth - 1, 2)}"
            return _case("chain_rule", kind, _exact(slope), outer, inner, at["x"])


def _of_several(rng: Generator, depth: int, *, count: int, kinks: bool, drowned: bool) -> Iterator[Case]:
    names = list(NAMES[:count])
    expression, at = asked(rng, names, depth=max(depth, 3), kinks=kinks)
    shown = _drowned(rng, expression) if drowned else expression
    kind = f"{count}-D, {_kind(max(depth, 3), kinks=kinks, drowned=drowned)}"
    found = jet(expression, at, names)
    slopes = dict(zip(names, found.gradient.tolist(), strict=True))
    yield _case("gradient", kind, _exact(slopes), shown, at)
    yield _case("hessian", kind, _exact(found.hessian.tolist()), shown, at, names)
    direction = [number(rng, -2, 2) for _ in names]
    along = float(found.gradient @ direction / math.hypot(*direction))
    yield _case("directional", kind, _exact(along), shown, at, dict(zip(names, direction, strict=True)))
    others = [asked(rng, names, depth=3)[0] for _ in range(2)]
    rows = [jet(one, at, names).gradient for one in others]
    if np.isfinite(rows).all():
        jacobian = [row.tolist() for row in (*rows, found.gradient)]
        yield _case("jacobian", kind, _exact(jacobian), [*others, shown], at, names)


def _of_chains(rng: Generator, lets: int) -> Iterator[Case]:
    expression, at = chained(rng, NAMES[:3], lets=lets)
    found = jet(expression, at, NAMES[:3])
    kind = f"{lets} shared parts"
    yield _case("evaluate", kind, same(found.head, rel=1e-10, abs_=1e-12), expression, at)
    slopes = dict(zip(NAMES[:3], found.gradient.tolist(), strict=True))
    yield _case("gradient", kind, _exact(slopes), expression, at)
    if lets < 30:
        yield _case("hessian", kind, _exact(found.hessian.tolist()), expression, at, list(NAMES[:3]))
