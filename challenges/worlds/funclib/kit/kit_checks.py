"""Is an answer right? The referee and practise.py both ask here.

A rule is a dictionary: {"check": "same", "expected": ..., "rel": 1e-6, "abs": 1e-9} and so on:

    same        the same structure; numbers close, whole numbers and texts equal; list, tuple and array are one
    any_order   as same, but the items of the outermost list may come in any order
    digits      credit for the right digits of the worst number: digits / goal, at most 1
    raises      the step raises this exception or one derived from it
    holds       a property that the challenge names; several answers may be right
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping
from typing import Any

REL, ABS = 1e-6, 1e-9
GREATEST = sys.float_info.max
MOST_DIGITS = 16.0
"""float64 holds no more."""

Property = Callable[[Any, Any, "list[Any]"], "float | bool"]
"""(what was returned, the rule's `expected`, the arguments of the call) -> credit 0..1."""


def credit(rule: Mapping[str, Any], found: Any, args: list[Any], properties: Mapping[str, Property]) -> float:
    """Return how much of a step is right, 0..1."""
    expected, rel, abs_ = rule.get("expected"), rule.get("rel", REL), rule.get("abs", ABS)
    kind = rule["check"]
    if kind == "same":
        return float(same(found, expected, rel, abs_))
    if kind == "any_order":
        return float(same_in_any_order(found, expected, rel, abs_))
    if kind == "digits":
        return float(min(right_digits(found, expected) / rule["goal"], 1.0))
    if kind == "holds":
        try:
            value = float(properties[rule["property"]](found, expected, args))
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError):
            return 0.0  # not the shape of an answer at all
        return min(max(value, 0.0), 1.0) if math.isfinite(value) else 0.0
    raise ValueError(f"no check is called {kind}")


def raised(rule: Mapping[str, Any], names: list[str]) -> float:
    """Return 1 where the rule wants one of the exceptions that were raised (a class and those it is derived from)."""
    return float(rule["check"] == "raises" and rule["expected"] in names)


def same(found: Any, expected: Any, rel: float = REL, abs_: float = ABS) -> bool:
    """Return whether two values are the same, numbers up to a relative or an absolute error."""
    if expected is None or isinstance(expected, (bool, str, bytes)):
        return type(found) is type(expected) and bool(found == expected)
    if isinstance(expected, (int, float, complex)):
        return _is_close(found, expected, rel, abs_)
    if _is_array(expected) or _is_array(found):
        return _same_arrays(found, expected, rel, abs_)
    if isinstance(expected, (list, tuple)):
        return (
            isinstance(found, (list, tuple))
            and len(found) == len(expected)
            and all(same(a, b, rel, abs_) for a, b in zip(found, expected, strict=True))
        )
    if isinstance(expected, dict):
        return (
            isinstance(found, dict)
            and found.keys() == expected.keys()
            and all(same(found[key], item, rel, abs_) for key, item in expected.items())
        )
    if hasattr(expected, "columns"):
        return hasattr(found, "columns") and same(found.columns, expected.columns, rel, abs_)
    return type(found) is type(expected) and bool(found == expected)


def same_in_any_order(found: Any, expected: Any, rel: float = REL, abs_: float = ABS) -> bool:
    """Return whether two lists hold the same items."""
    if not isinstance(found, (list, tuple)) or len(found) != len(expected):
        return False
    left = list(found)
    for item in expected:
        place = next((at for at, candidate in enumerate(left) if same(candidate, item, rel, abs_)), None)
        if place is None:
            return False
        del left[place]
    return True


def right_digits(found: Any, expected: Any) -> float:
    """Return the right digits of the worst number, 0..16; 0 where the structure is another."""
    pairs: list[tuple[float, float]] = []
    if not _paired(found, expected, pairs):
        return 0.0
    worst = max((abs(a - b) / max(abs(b), 1e-12) for a, b in pairs), default=0.0)
    if not math.isfinite(worst):
        return 0.0
    return MOST_DIGITS if worst <= 10**-MOST_DIGITS else max(-math.log10(worst), 0.0)


def _paired(found: Any, expected: Any, pairs: list[tuple[float, float]]) -> bool:
    found, expected = _listed(found), _listed(expected)
    if isinstance(expected, dict):
        return (
            isinstance(found, dict)
            and found.keys() == expected.keys()
            and all(_paired(found[key], item, pairs) for key, item in expected.items())
        )
    if isinstance(expected, list):
        return (
            isinstance(found, list)
            and len(found) == len(expected)
            and all(_paired(a, b, pairs) for a, b in zip(found, expected, strict=True))
        )
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        return False
    pairs.append((float(found), float(expected)))
    return True


def _listed(value: Any) -> Any:
    return value.tolist() if _is_array(value) else list(value) if isinstance(value, tuple) else value


def _is_close(found: Any, expected: Any, rel: float, abs_: float) -> bool:
    if isinstance(found, bool) or not isinstance(found, (int, float, complex)):
        return False
    if isinstance(found, int) and isinstance(expected, int):
        return found == expected
    try:
        if found != found or expected != expected:  # NaN is the only number that differs from itself
            return found != found and expected != expected
        return bool(found == expected or abs(found - expected) <= min(max(rel * abs(expected), abs_), GREATEST))
    except OverflowError:  # an int beyond the range of float
        return False


def _is_array(value: Any) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.ndarray)


def _same_arrays(found: Any, expected: Any, rel: float, abs_: float) -> bool:
    numpy = sys.modules["numpy"]
    if not isinstance(found, (list, tuple)) and not _is_array(found):
        return False
    if not (_is_array(found) and _is_array(expected)):
        return same(_listed(found), _listed(expected), rel, abs_)
    if found.shape != expected.shape or (found.dtype.kind == "b") != (expected.dtype.kind == "b"):
        return False
    if expected.dtype.kind in "iub" and found.dtype.kind in "iub":
        return bool(numpy.array_equal(found, expected))
    if found.dtype.kind not in "fiu" or expected.dtype.kind not in "fiu":
        return False
    with numpy.errstate(all="ignore"):
        close = numpy.abs(found - expected) <= numpy.maximum(rel * numpy.abs(expected), abs_)
        equal = (found == expected) | (numpy.isnan(found) & numpy.isnan(expected))
        finite = numpy.isfinite(expected)
    return bool(((close & finite) | equal).all())
