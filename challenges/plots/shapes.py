"""The four shapes that every plot has: whoever shows one needs to know these and nothing of metrics.

Lines      curves in a square or a plane, with marks      ROC, precision and recall, calibration
Bars       one value, perhaps with a band, for each bin   residuals, histogram, error by length
Matrix     shares of a row that fall into each column     confusion
Examples   single rows, where a challenge allows it       the worst
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np

Point = tuple[float, float]

LONGEST_NAME = 24
"""Characters of a class or a text that a plot repeats."""


@dataclass(frozen=True, kw_only=True)
class Line:
    name: str
    points: Sequence[Point]


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One point that stands out, such as the operating point."""

    name: str
    x: float
    y: float


@dataclass(frozen=True, kw_only=True)
class Lines:
    shape: ClassVar[str] = "lines"
    name: str
    title: str
    x: str
    y: str
    lines: Sequence[Line]
    marks: Sequence[Mark] = ()
    diagonal: bool = False
    """Whether the line from (0, 0) to (1, 1) means something: chance, or perfect calibration."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    low: float | None
    """Ends of the bin; None where it is open."""
    high: float | None
    value: float
    band: tuple[float, float] | None = None
    """What half of the rows of the bin lie between, where `value` is their median."""


@dataclass(frozen=True, kw_only=True)
class Bars:
    shape: ClassVar[str] = "bars"
    name: str
    title: str
    x: str
    y: str
    bars: Sequence[Bar]


@dataclass(frozen=True, kw_only=True)
class Matrix:
    shape: ClassVar[str] = "matrix"
    name: str
    title: str
    rows: Sequence[str]
    columns: Sequence[str]
    shares: Sequence[Sequence[float] | None]
    """For each row of the matrix its shares, or None where it stands for too few rows of the answer."""


@dataclass(frozen=True, kw_only=True)
class Example:
    id: str
    predicted: str
    score: float


@dataclass(frozen=True, kw_only=True)
class Examples:
    shape: ClassVar[str] = "examples"
    name: str
    title: str
    y: str
    examples: Sequence[Example]


Plot = Lines | Bars | Matrix | Examples


def to_json(plot: Plot) -> dict[str, Any]:
    """Return a plot as plain data, its shape beside its fields."""
    return {"shape": plot.shape, **asdict(plot)}


def short(name: object) -> str:
    """Return a name as a plot shows it: short, printable, its first and last letters kept."""
    text = "".join(letter if letter.isprintable() else "\ufffd" for letter in str(name)[: 4 * LONGEST_NAME])
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 4]}…{text[-3:]}"


def rounded(value: float, digits: int = 3) -> float:
    """Return a number with so many significant digits.

    Examples
    --------
    >>> rounded(123456.0), rounded(0.0012345)
    (123000.0, 0.00123)
    """
    return float(f"{float(value):.{digits}g}") + 0.0 if np.isfinite(value) else 0.0
