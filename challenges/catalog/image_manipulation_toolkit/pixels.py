"""What all steps are made of: pictures of 8 bits, rounding, brightness, and what cannot be done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float64]
Step = Mapping[str, Any]

LUMA = np.array([0.299, 0.587, 0.114])


class Impossible(Exception):
    """A step that cannot be done."""


def rounded(values: Floats) -> Pixels:
    return np.asarray(np.floor(np.clip(values, 0, 255) + 0.5), dtype=np.uint8)


def brightness(picture: Pixels) -> Floats:
    return np.asarray(picture @ LUMA)


def thrice(level: NDArray[Any]) -> NDArray[Any]:
    """Return (height, width) as three equal channels."""
    return np.repeat(level[..., None], 3, axis=2)


def above_zero(step: Step, *names: str) -> Any:
    """Return the last of the parameters named, all of which have to be above 0. Raises Impossible."""
    for name in names:
        if step[name] <= 0:
            raise Impossible(f"{step['op']}: {name} is {step[name]}")
    return step[names[-1]]
