"""The bytes of one file -> its columns: the one place that knows which reader takes which format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_never

from numpy.typing import NDArray

from challenges.answers import (
    AnswerBase,
    CsvAnswer,
    DetectionsAnswer,
    NpzAnswer,
    PngAnswer,
    ValuesAnswer,
    WholeAnswer,
)
from challenges.readers.arrays import read_npz
from challenges.readers.expected import Expected
from challenges.readers.findings import Findings
from challenges.readers.objects import read_detections, read_values, read_whole
from challenges.readers.pictures import read_pictures
from challenges.readers.tables import read_csv

Single = CsvAnswer | DetectionsAnswer | ValuesAnswer | WholeAnswer | NpzAnswer | PngAnswer


def read_single(data: bytes, answer: Single, expected: Expected) -> Mapping[str, NDArray[Any]]:
    """Return column -> array whose first axis is the row. Raises InvalidSubmission with all findings."""
    findings = Findings()
    check_size(data, answer, findings)
    match answer:
        case CsvAnswer():
            return read_csv(data, answer, expected, findings)
        case DetectionsAnswer():
            return read_detections(data, answer, expected, findings)
        case ValuesAnswer():
            return read_values(data, answer, expected, findings)
        case WholeAnswer():
            return read_whole(data, answer, expected, findings)
        case NpzAnswer():
            return read_npz(data, answer, expected, findings)
        case PngAnswer():
            return read_pictures(data, answer, expected, findings)
    assert_never(answer)


def check_size(data: bytes, answer: AnswerBase, findings: Findings) -> None:
    """Raise InvalidSubmission for a file without content or above its cap."""
    if not data.strip(b"\xef\xbb\xbf \t\r\n"):
        findings.add("empty_file", f"the file is empty; expected {answer.file}")
    elif len(data) > answer.max_mb * 1_000_000:
        size_mb = len(data) / 1_000_000
        findings.add("too_large", f"the file has {size_mb:.1f} MB; at most {answer.max_mb:g} MB are read")
    findings.raise_if_any()
