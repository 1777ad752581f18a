"""Pictures in the file formats that customers send, with what is to be seen on them; some files are broken."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image

from challenges.packing import jpeg_bytes, png_bytes
from challenges.worlds.stage import Floats, clouds

KINDS = (
    "png", "png", "png", "jpeg", "jpeg", "jpeg", "bmp", "png-palette", "png-grey", "jpeg-grey",
    "png-alpha", "png-alpha", "png-16", "jpeg-turned", "jpeg-turned", "broken",
)  # fmt: skip
NAMES = ("holiday", "Käse", "team photo", "scan", "IMG", "Ørsted", "logo final", "product", "копия", "flyer (2)")
ORIENTATIONS = {3: 2, 6: 3, 8: 1}
"""EXIF orientation -> quarters by which the stored picture was turned clockwise before it was saved."""


@dataclass(frozen=True, kw_only=True)
class Source:
    name: str
    data: bytes
    pixels: NDArray[np.uint8] | None
    """(height, width, 3), or 4 with alpha, as the statement says that it is read; None for a broken file."""


def draw_source(rng: Generator, light: Floats, kind: str, number: int) -> Source:
    """Return one file made of (height, width, 3) light."""
    stem = f"{NAMES[int(rng.integers(len(NAMES)))]} {number:02d}"
    pixels = np.asarray(np.clip(light, 0, 1) * 255 + 0.5, dtype=np.uint8)
    grey = pixels.mean(axis=2).astype(np.uint8)
    match kind:
        case "png-alpha":
            alpha = np.clip(127.5 + 150 * clouds(rng, *grey.shape, slope=3.0), 0, 255).astype(np.uint8)
            whole = np.dstack([pixels, alpha])
            return Source(name=f"{stem}.png", data=_saved(Image.fromarray(whole), "PNG"), pixels=whole)
        case "png-grey":
            return Source(name=f"{stem}.png", data=png_bytes(grey), pixels=_thrice(grey))
        case "png-16":
            deep = np.asarray(np.clip(light.mean(axis=2), 0, 1) * 65535, dtype=np.uint16)
            shown = np.floor(deep / 257 + 0.5).astype(np.uint8)
            return Source(name=f"{stem}.png", data=_saved(Image.fromarray(deep), "PNG"), pixels=_thrice(shown))
        case "png-palette":
            few = Image.fromarray(pixels).quantize(24)
            return Source(name=f"{stem}.png", data=_saved(few, "PNG"), pixels=np.asarray(few.convert("RGB")))
        case "jpeg":
            return _jpeg(f"{stem}.jpg", jpeg_bytes(pixels, quality=90))
        case "jpeg-grey":
            return _jpeg(f"{stem}.jpg", jpeg_bytes(grey, quality=90))
        case "jpeg-turned":
            return _turned(rng, f"{stem}.jpeg", pixels)
        case "bmp":
            return Source(name=f"{stem}.bmp", data=_saved(Image.fromarray(pixels), "BMP"), pixels=pixels)
        case "broken":
            whole_file = png_bytes(pixels)
            page = f"<html>404: customer {rng.integers(10**9)} not found</html>".encode()
            broken = [whole_file[: len(whole_file) // 3], b"", page][int(rng.integers(3))]
            return Source(name=f"{stem}.png", data=broken, pixels=None)
        case _:
            return Source(name=f"{stem}.png", data=png_bytes(pixels), pixels=pixels)


def _turned(rng: Generator, name: str, pixels: NDArray[np.uint8]) -> Source:
    """Return a JPEG of a camera that was held on its side: the file says how to turn what it stores."""
    orientation = int(rng.choice(list(ORIENTATIONS)))
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.fromarray(np.ascontiguousarray(np.rot90(pixels, -ORIENTATIONS[orientation])))
    buffer = io.BytesIO()
    stored.save(buffer, format="JPEG", quality=90, exif=exif)
    seen = np.asarray(Image.open(io.BytesIO(buffer.getvalue())).convert("RGB"))
    upright = np.ascontiguousarray(np.rot90(seen, ORIENTATIONS[orientation]))
    return Source(name=name, data=buffer.getvalue(), pixels=upright)


def _jpeg(name: str, data: bytes) -> Source:
    return Source(name=name, data=data, pixels=np.asarray(Image.open(io.BytesIO(data)).convert("RGB")))


def _saved(image: Image.Image, format_: str) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format=format_)
    return buffer.getvalue()


def _thrice(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.repeat(grey[..., None], 3, axis=2)
