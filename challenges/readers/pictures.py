"""A zip of grey PNG masks, one for each id -> arrays of pixels. The size in a header is compared with the frame
before anything is decoded, so a small file cannot claim a huge picture."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from challenges.readers.archives import ArchiveCaps, open_archive
from challenges.readers.expected import Expected
from challenges.readers.findings import Findings, shown
from challenges.spec import PngAnswer

PNG = b"\x89PNG\r\n\x1a\n"
COLOURS = {0: "grey", 2: "RGB", 3: "palette", 4: "grey with alpha", 6: "RGB with alpha"}
PNG_OVERHEAD_BYTES = 4096


def read_pictures(data: bytes, answer: PngAnswer, expected: Expected, findings: Findings) -> Mapping[str, NDArray[Any]]:
    """Return {name: (n,) of (height, width) uint8}. Raises InvalidSubmission."""
    (ids,) = expected.ids.values()
    widths, heights = expected.facts["width"].astype(np.int64), expected.facts["height"].astype(np.int64)
    bytes_ = int((widths * heights * 2).sum()) + len(ids) * PNG_OVERHEAD_BYTES
    archive = open_archive(data, caps=ArchiveCaps(files=2 * len(ids) + 10, bytes_=bytes_), findings=findings)
    names = [f"{id_}.png" for id_ in ids.tolist()]
    _check_names(names, list(archive.sizes()), findings)
    pictures = np.empty(len(ids), dtype=object)
    for place, name in enumerate(names):
        if name in archive.sizes():
            body = archive.read(name, findings)
            pictures[place] = _picture(body, name, (int(widths[place]), int(heights[place])), answer, findings)
    findings.raise_if_any()
    return {answer.name: pictures}


def _check_names(asked: list[str], found: list[str], findings: Findings) -> None:
    absent = [name for name in asked if name not in set(found)]
    if absent:
        findings.add(
            "missing_file", f"{len(absent)} of {len(asked)} pictures are missing, the first is {absent[0]}",
            file=absent[0], count=len(absent),
        )  # fmt: skip
    strange = [name for name in found if name not in set(asked)]
    if strange:
        findings.add(
            "unknown_file", f"{shown(strange[0])} is not asked for; expected names such as {asked[0]}",
            file=shown(strange[0]), count=len(strange),
        )  # fmt: skip


def _picture(
    body: bytes, name: str, size: tuple[int, int], answer: PngAnswer, findings: Findings
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
    if (depth, colour) != (8, 0):
        found = f"{depth}-bit {COLOURS.get(colour, 'unknown')}"
        findings.add(
            "wrong_type", f"{name}: expected 8-bit grey, found {found}", file=name, found=found, expected="8-bit grey"
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
        y, x = (int(index) for index in wrong[0])
        expected = "one of " + ", ".join(map(str, values))
        findings.add(
            "out_of_range", f"{name}, pixel x {x}, y {y}: expected {expected}, found {pixels[y, x]}", file=name,
            found=str(pixels[y, x]), expected=expected, count=len(wrong),
        )  # fmt: skip
