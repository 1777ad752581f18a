"""An npz of arrays -> the arrays, without numpy's own loader: a header is read by a strict pattern and compared with
what was asked for before any memory is taken, and objects (pickles) are refused by their very dtype."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import prod
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from challenges.answers import ArraySpec, NpzAnswer
from challenges.metrics.matrices import SUM_TOLERANCE
from challenges.readers.archives import BROKEN, Archive, ArchiveCaps, open_archive
from challenges.readers.expected import Expected
from challenges.readers.findings import Findings, shown

HEADER_BYTES = 4096
HEADER = re.compile(
    r"\{\s*'descr':\s*(?P<descr>'[^']{1,40}'|\[.*\]),\s*'fortran_order':\s*(?P<fortran>True|False),"
    r"\s*'shape':\s*\((?P<shape>[0-9, ]*)\),?\s*\}\s*",
    re.DOTALL,
)
PLAIN = re.compile(r"'([<>|=][fiub][0-9]{1,2})'")


def read_npz(data: bytes, answer: NpzAnswer, expected: Expected, findings: Findings) -> Mapping[str, NDArray[Any]]:
    """Return name -> (n, ...) array. Raises InvalidSubmission."""
    bytes_ = sum(_size_bytes(spec, expected.rows) + HEADER_BYTES for spec in answer.arrays.values())
    caps = ArchiveCaps(files=max(20, 2 * len(answer.arrays)), bytes_=max(2 * bytes_, 1_000_000), depth=1)
    archive = open_archive(data, caps=caps, findings=findings, code="not_npz")
    asked = {f"{name}.npy": name for name in answer.arrays}
    for entry in archive.sizes().keys() - asked.keys():
        findings.add(
            "unknown_array", f"{shown(entry)} is not asked for; expected {', '.join(asked.values())}",
            file=shown(entry), column=shown(entry.removesuffix(".npy")),
        )  # fmt: skip
    arrays = {}
    for entry, name in asked.items():
        if entry not in archive.sizes():
            findings.add("missing_array", f"array {name} is missing", file=entry, column=name)
            continue
        array = _array(archive, entry, name, answer.arrays[name], expected.rows, findings)
        if array is not None:
            _check_values(array, name, answer.arrays[name], findings)
            arrays[name] = array
    findings.raise_if_any()
    return arrays


def _array(
    archive: Archive, entry: str, name: str, spec: ArraySpec, rows: int, findings: Findings
) -> NDArray[Any] | None:
    try:
        with archive.open(entry) as stream:
            header = _header(stream)
            if header is None:
                findings.add("not_npz", f"{entry} is not an array as numpy.savez writes it", file=entry, column=name)
                return None
            order = _accepted(header, name, spec, rows, findings)
            if order is None:
                return None
            dtype, fortran = order
            body = stream.read(_size_bytes(spec, rows) + 1)
    except BROKEN as error:
        findings.add("not_npz", f"{entry} cannot be unpacked: {error}", file=entry, column=name)
        return None
    if len(body) != _size_bytes(spec, rows):
        findings.add("not_npz", f"{entry} does not hold as many bytes as its header says", file=entry, column=name)
        return None
    flat = np.frombuffer(body, dtype=dtype)
    if spec.dtype == "bool":
        flat = flat.view(np.uint8) != 0  # a byte of 2 would be a True that counts double
    values = flat.reshape((rows, *spec.shape), order="F" if fortran else "C")
    return np.ascontiguousarray(values, dtype=spec.dtype)


def _header(stream: IO[bytes]) -> re.Match[str] | None:
    start = stream.read(8)
    if start[:6] != b"\x93NUMPY" or start[6:7] not in (b"\x01", b"\x02", b"\x03"):
        return None
    length = int.from_bytes(stream.read(2 if start[6] == 1 else 4), "little")
    if length > HEADER_BYTES:
        return None
    return HEADER.fullmatch(stream.read(length).decode("latin-1"))


def _accepted(
    header: re.Match[str], name: str, spec: ArraySpec, rows: int, findings: Findings
) -> tuple[np.dtype[Any], bool] | None:
    """Return dtype and whether it is column by column; None, with findings, where it is not what was asked for."""
    descr = header["descr"]
    if "O" in descr:
        findings.add("pickle_refused", f"array {name} holds Python objects, which are never unpickled", column=name)
        return None
    plain = PLAIN.fullmatch(descr)
    wanted = np.dtype(spec.dtype)
    found = np.dtype(plain[1]) if plain and plain[1][1:] in _SIZES else None
    if found is None or found.newbyteorder("=") != wanted:
        findings.add(
            "wrong_dtype", f"array {name}: expected {spec.dtype}, found {shown(descr)}", column=name,
            found=descr.strip("'"), expected=spec.dtype,
        )  # fmt: skip
    shape = tuple(int(part) for part in header["shape"].replace(",", " ").split() if len(part) < 19)
    if shape != (rows, *spec.shape):
        findings.add(
            "wrong_shape", f"array {name}: expected shape {(rows, *spec.shape)}, found ({shown(header['shape'])})",
            column=name, found=f"({header['shape']})", expected=str((rows, *spec.shape)),
        )  # fmt: skip
        return None
    return None if found is None or found.newbyteorder("=") != wanted else (found, header["fortran"] == "True")


_SIZES = {f"{kind}{size}" for kind, sizes in {"f": (2, 4, 8), "i": (1, 2, 4, 8), "u": (1, 2, 4, 8), "b": (1,)}.items()
          for size in sizes}  # fmt: skip


def _check_values(array: NDArray[Any], name: str, spec: ArraySpec, findings: Findings) -> None:
    if spec.dtype == "bool":
        return
    finite = np.isfinite(array)
    _note("not_finite", ~finite, array, name, "a finite number", findings)
    outside = finite & ((array < spec.min) | (array > spec.max))
    _note("out_of_range", outside, array, name, f"{spec.min:.15g} to {spec.max:.15g}", findings)
    if spec.distribution:
        sums = np.where(finite & ~outside, array, np.nan).astype(np.float64).sum(axis=-1)  # NaN: told of already
        expected = f"probabilities that sum to 1 within {SUM_TOLERANCE:g}"
        _note("not_a_distribution", np.abs(sums - 1) > SUM_TOLERANCE, sums, name, expected, findings)


def _note(
    code: str, wrong: NDArray[np.bool_], array: NDArray[Any], name: str, expected: str, findings: Findings
) -> None:
    places = np.argwhere(wrong)
    if len(places) == 0:
        return
    place = tuple(int(index) for index in places[0])
    found = str(array[place])
    findings.add(
        code, f"array {name}, at {list(place)}: expected {expected}, found {found}", row=place[0] + 1, column=name,
        found=found, expected=expected, count=len(places),
    )  # fmt: skip


def _size_bytes(spec: ArraySpec, rows: int) -> int:
    return rows * prod(spec.shape) * np.dtype(spec.dtype).itemsize
