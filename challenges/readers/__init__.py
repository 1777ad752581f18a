"""Untrusted bytes -> arrays aligned with the truth, or every finding at once. Nothing is ever unpickled.

    bytes ──> caps on size ──> format ──> names ──> ids ──> values ──> arrays in the published order of ids
              csv tables.py    json objects.py    npz arrays.py    zip of png pictures.py

Whatever the bytes are, the outcome is arrays or InvalidSubmission; memory and time are bounded by the caps.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_never

from numpy.typing import NDArray

from challenges.readers.arrays import read_npz
from challenges.readers.expected import AnswerFormat, Expected
from challenges.readers.findings import Findings
from challenges.readers.objects import read_detections, read_values
from challenges.readers.pictures import read_pictures
from challenges.readers.tables import read_csv
from challenges.spec import Answer, CsvAnswer, DetectionsAnswer, NpzAnswer, PngAnswer, ValuesAnswer

__all__ = ["AnswerFormat", "Expected", "read"]


def read(data: bytes, answer: Answer, expected: Expected) -> Mapping[str, NDArray[Any]]:
    """Return column -> array whose first axis is the row, in the published order of ids (or of groups).

    Raises InvalidSubmission with all findings, grouped by code and column.
    """
    findings = Findings()
    if not data.strip(b"\xef\xbb\xbf \t\r\n"):
        findings.add("empty_file", f"the file is empty; expected {answer.file}")
    elif len(data) > answer.max_mb * 1_000_000:
        size_mb = len(data) / 1_000_000
        findings.add("too_large", f"the file has {size_mb:.1f} MB; at most {answer.max_mb:g} MB are read")
    findings.raise_if_any()
    match answer:
        case CsvAnswer():
            return read_csv(data, answer, expected, findings)
        case DetectionsAnswer():
            return read_detections(data, answer, expected, findings)
        case ValuesAnswer():
            return read_values(data, answer, expected, findings)
        case NpzAnswer():
            return read_npz(data, answer, expected, findings)
        case PngAnswer():
            return read_pictures(data, answer, expected, findings)
    assert_never(answer)
