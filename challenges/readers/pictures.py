"""PNG pictures, one for each id, in a zip or in a folder of one -> arrays of pixels. The size in a header is compared
with the frame before anything is decoded, so a small file cannot claim a huge picture."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from challenges.answers import Pictures, PngAnswer, PngFolder
from challenges.readers.archives import Archive, ArchiveCaps, open_archive
from challenges.readers.expected import Expected
from challenges.readers.findings import Findings, shown

PNG = b"\x89PNG\r\n\x1a\n"
COLOURS = {0: "grey", 2: "RGB", 3: "palette", 4: "grey with alpha", 6: "RGB with alpha"}
COLOUR_OF = {1: 0, 3: 2}
"""Channels -> colour type in the header."""
PNG_OVERHEAD_BYTES = 4096


def read_pictures(data: bytes, answer: PngAnswer, expected: Expected, findings: Findings) -> Mapping[str, NDArray[Any]]:
    """Return {name: (n,) of (height, width) or (height, width, 3) uint8}. Raises InvalidSubmission."""
    names = names_of(answer, expected)
    caps = ArchiveCaps(files=2 * len(names) + 10, bytes_=unpacked_bytes(answer, expected))
    archive = open_archive(data, caps=caps, findings=findings)
    return _read(archive, names, list(archive.sizes()), answer, expected, findings)


def read_folder(
    archive: Archive, answer: PngFolder, expected: Expected, findings: Findings
) -> Mapping[str, NDArray[Any]]:
    """Return the same of the pictures in a folder of an archive."""
    inside = [name for name in archive.sizes() if name == answer.file or name.startswith(f"{answer.file}/")]
    return _read(archive, names_of(answer, expected), inside, answer, expected, findings)


def names_of(answer: Pictures, expected: Expected) -> tuple[str, ...]:
    """Return the path of each picture, in the published order of ids."""
    (ids,) = expected.ids.values()
    folder = f"{answer.file}/" if isinstance(answer, PngFolder) else ""
    return tuple(f"{folder}{id_}.png" for id_ in ids.tolist())


def unpacked_bytes(answer: Pictures, expected: Expected) -> int:
    """Return how many bytes the pictures may have together, before they are decoded."""
    pixels = int((expected.facts["width"].astype(np.int64) * expected.facts["height"].astype(np.int64)).sum())
    return 2 * answer.channels * pixels + expected.rows * PNG_OVERHEAD_BYTES


def _read(
    archive: Archive,
    names: Sequence[str],
    found: Sequence[str],
    answer: Pictures,
    expected: Expected,
    findings: Findings,
) -> Mapping[str, NDArray[Any]]:
    widths, heights = expected.facts["width"], expected.facts["height"]
    _check_names(names, found, findings)
    pictures = np.empty(len(names), dtype=object)
    there = set(found)
    for place, name in enumerate(names):
        if name in there:
            body = archive.read(name, findings)
            pictures[place] = _picture(body, name, (int(widths[place]), int(heights[place])), answer, findings)
    findings.raise_if_any()
    return {answer.name: pictures}


def _check_names(asked: Sequence[str], found: Sequence[str], findings: Findings) -> None:
    there, known = set(found), set(asked)
    absent = [name for name in asked if name not in there]
    if absent:
        findings.add(
            "missing_file", f"{len(absent)} of {len(asked)} pictures are missing, the first is {absent[0]}",
            file=absent[0], count=len(absent),
        )  # fmt: skip
    strange = [name for name in found if name not in known]
    if strange:
        findings.add(
            "unknown_file", f"{shown(strange[0])} is not asked for; expected names such as {asked[0]}",
            file=shown(strange[0]), count=len(strange),
        )  # fmt: skip


def _picture(
    body: bytes, name: str, size: tuple[int, int], answer: Pictures, findings: Findings
) -> NDArray[np.uint8] | None:
    if len(body) < 33 or not body.startswith(PNG) or body[12:16] != b"IHDR":
        findings.add("not_png", f"{name} is not a PNG picture", file=name)
        return None
    width, height, depth, colour = struct.unpack(">IIBB", body[16:26])
    if (width, height) != size:
        findings.add(
            "wrong_size", f"{name}: expected {size[0]} x {size[1]} pixels, found {width} x {height}", file=name,
            found=f"{width} x {height}", expected=f"{size[0]} x {size[1]}",
        )  # fmt: skip
        return None
    if (depth, colour) != (8, COLOUR_OF[answer.channels]):
        found = f"{depth}-bit {COLOURS.get(colour, 'unknown')}"
        expected = f"8-bit {COLOURS[COLOUR_OF[answer.channels]]}"
        findings.add(
            "wrong_type", f"{name}: expected {expected}, found {found}", file=name, found=found, expected=expected
        )
        return None
    try:
        with Image.open(io.BytesIO(body), formats=["PNG"]) as image:
            pixels = np.array(image, dtype=np.uint8)
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, Image.DecompressionBombError) as error:
        findings.add("not_png", f"{name} cannot be decoded: {shown(str(error))}", file=name)
        return None
    if answer.values is not None:
        _check_values(pixels, name, answer.values, findings)
    return pixels


def _check_values(pixels: NDArray[np.uint8], name: str, values: tuple[int, ...], findings: Findings) -> None:
    wrong = np.argwhere(~np.isin(pixels, values))
    if len(wrong):
        y, x = (int(index) for index in wrong[0][:2])
        expected = "one of " + ", ".join(map(str, values))
        found = str(pixels[tuple(wrong[0])])
        findings.add(
            "out_of_range", f"{name}, pixel x {x}, y {y}: expected {expected}, found {found}", file=name,
            found=found, expected=expected, count=len(wrong),
        )  # fmt: skip
