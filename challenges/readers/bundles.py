"""A zip of several answers -> the columns of all of them, or the findings of all of them at once.

    zip ──> archives.py ──┬── predictions.csv ──> tables.py ───┐
                          ├── features.json ────> objects.py ──┼──> columns, one cell for each row of the edition
                          └── masks/<id>.png ───> pictures.py ─┘

A part knows only its own file, so every finding is given that file's name here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.answers import Answer, BundleAnswer, BundlePart, CsvAnswer, PngFolder
from challenges.errors import Finding, InvalidSubmission
from challenges.readers.archives import Archive, ArchiveCaps, open_archive
from challenges.readers.expected import Expected
from challenges.readers.findings import MOST_FINDINGS, Findings, shown
from challenges.readers.pictures import names_of, read_folder, unpacked_bytes
from challenges.readers.single import check_size, read_single


def files_of(answer: Answer, expected: Expected) -> tuple[str, ...]:
    """Return the path of every file that an answer consists of, as a program must leave them in /output."""
    if not isinstance(answer, BundleAnswer):
        return (answer.file,)
    rows = expected.of_rows(answer.id)
    return tuple(file for part in answer.parts for file in _files(part, rows))


def read_bundle(data: bytes, answer: BundleAnswer, expected: Expected) -> Mapping[str, NDArray[Any]]:
    """Return the columns of all parts. Raises InvalidSubmission with the findings of all parts."""
    findings = Findings()
    check_size(data, answer, findings)
    rows = expected.of_rows(answer.id)
    archive = open_archive(data, caps=_caps(answer, rows), findings=findings)
    columns: dict[str, NDArray[Any]] = {}
    refused = list(_strangers(answer, rows, archive))
    for part in answer.parts:
        lines = isinstance(part, CsvAnswer) and part.group_by is not None
        try:
            columns |= _part(part, archive, expected if lines else rows, rows.rows)
        except InvalidSubmission as invalid:
            # the share of a part: no file of many faults pushes out those of the others
            refused += [_named(found, part) for found in invalid.findings[: MOST_FINDINGS // len(answer.parts)]]
    if refused:
        raise InvalidSubmission(refused)
    return columns


def _part(part: BundlePart, archive: Archive, expected: Expected, rows: int) -> Mapping[str, NDArray[Any]]:
    findings = Findings()
    if not _is_there(part, archive):
        if part.optional:
            return {name: np.full(rows, None, dtype=object) for name in part.gives}
        what = f"the folder {part.file}" if isinstance(part, PngFolder) else f"the file {part.file}"
        findings.add("missing_file", f"{what} is missing from the answer", expected=part.file)
        findings.raise_if_any()
    if isinstance(part, PngFolder):
        return read_folder(archive, part, expected, findings)
    body = archive.read(part.file, findings)
    findings.raise_if_any()
    return read_single(body, part, expected)


def _is_there(part: BundlePart, archive: Archive) -> bool:
    if isinstance(part, PngFolder):
        return any(name == part.file or name.startswith(f"{part.file}/") for name in archive.sizes())
    return part.file in archive.sizes()


def _strangers(answer: BundleAnswer, rows: Expected, archive: Archive) -> Iterator[Finding]:
    """Yield a finding for the files of no part; the pictures of a folder check their own names."""
    folders = tuple(f"{part.file}/" for part in answer.parts if isinstance(part, PngFolder))
    asked = {part.file for part in answer.parts}
    strange = [name for name in archive.sizes() if name not in asked and not name.startswith(folders or ("/",))]
    if strange:
        expected = ", ".join(part.file for part in answer.parts)
        yield Finding(
            code="unknown_file",
            message=f"{shown(strange[0])} is not asked for; expected {expected}",
            file=shown(strange[0]),
            found=shown(strange[0]),
            expected=expected,
            count=len(strange),
        )


def _named(found: Finding, part: BundlePart) -> Finding:
    if found.file is not None and found.file.startswith(f"{part.file}/"):
        return found  # a picture, which its message names
    message = found.message if part.file in found.message else f"{part.file}: {found.message}"
    return replace(found, file=part.file, message=message)


def _files(part: BundlePart, rows: Expected) -> tuple[str, ...]:
    return names_of(part, rows) if isinstance(part, PngFolder) else (part.file,)


def _caps(answer: BundleAnswer, rows: Expected) -> ArchiveCaps:
    bytes_ = sum(
        unpacked_bytes(part, rows) if isinstance(part, PngFolder) else int(part.max_mb * 1_000_000)
        for part in answer.parts
    )
    return ArchiveCaps(files=2 * sum(len(_files(part, rows)) for part in answer.parts) + 10, bytes_=bytes_)
