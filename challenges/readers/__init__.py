"""Untrusted bytes -> arrays aligned with the truth, or every finding at once. Nothing is ever unpickled.

    bytes ──> caps on size ──> format ──> names ──> ids ──> values ──> arrays in the published order of ids
              csv tables.py    json objects.py    npz arrays.py    png pictures.py    several in a zip bundles.py

Whatever the bytes are, the outcome is arrays or InvalidSubmission; memory and time are bounded by the caps.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from challenges.answers import Answer, BundleAnswer
from challenges.readers.bundles import files_of, read_bundle
from challenges.readers.expected import AnswerFormat, Expected
from challenges.readers.single import read_single

__all__ = ["AnswerFormat", "Expected", "files_of", "read"]


def read(data: bytes, answer: Answer, expected: Expected) -> Mapping[str, NDArray[Any]]:
    """Return column -> array whose first axis is the row, in the published order of ids (or of groups).

    Raises InvalidSubmission with all findings, grouped by code and column, in a bundle for each part.
    """
    if isinstance(answer, BundleAnswer):
        return read_bundle(data, answer, expected)
    return read_single(data, answer, expected)
