"""A picture that the list and the overview can show: there, of the right size, and light. challenge.yaml says in words
what is seen; without that it does not load."""

from __future__ import annotations

import io

from PIL import Image, UnidentifiedImageError

from challenges.audit.report import Check
from challenges.loader import Challenge

WIDTH_PX, HEIGHT_PX = 960, 540
"""16:9, and three pixels to one of the cards in the list, which are 20 rem wide: sharp on any screen."""
HEAVIEST_BYTES = 40_000
"""A page of 24 cards stays below a megabyte, read to its end; a browser fetches only what comes into sight."""


def check_picture(challenge: Challenge) -> list[Check]:
    """Return the check on picture.webp."""
    data = challenge.picture.read_bytes() if challenge.picture.exists() else None
    wrong = ["picture.webp is missing; draw it by `python -m challenges.pictures`"] if data is None else faults(data)
    told = "; ".join(wrong) or f"a WebP of {WIDTH_PX} x {HEIGHT_PX} pixels"
    return [Check("picture_can_be_shown", not wrong, told, {"bytes": float(len(data or b""))})]


def faults(data: bytes) -> list[str]:
    """Return what is wrong with a picture, in words; nothing when it may be shown."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            found, size = image.format, image.size
    except (UnidentifiedImageError, OSError):
        return ["picture.webp is no image"]
    wrong = [] if found == "WEBP" else [f"picture.webp is a {found}, expected a WebP"]
    if size != (WIDTH_PX, HEIGHT_PX):
        wrong.append(f"picture.webp has {size[0]} x {size[1]} pixels, expected {WIDTH_PX} x {HEIGHT_PX}")
    if len(data) > HEAVIEST_BYTES:
        wrong.append(f"picture.webp has {len(data)} bytes, expected at most {HEAVIEST_BYTES}")
    return wrong
