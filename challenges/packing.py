"""Content -> bytes, the same bytes for the same content: no clock, no host, no order of a set gets in."""

from __future__ import annotations

import io
import wave
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest date a zip can hold: file dates tell nothing."""


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """Return a table as UTF-8 csv with Unix line ends."""
    return frame.to_csv(index=False, lineterminator="\n").encode("utf-8")


def json_bytes(value: Any) -> bytes:
    """Return JSON with sorted keys; numpy scalars and arrays are allowed, NaN becomes null."""
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def zip_bytes(files: Mapping[str, bytes], *, compress: bool = True) -> bytes:
    """Return a zip with its entries in the order of their names."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
            info.external_attr = 0o644 << 16
            archive.writestr(info, files[name])
    return buffer.getvalue()


def npz_bytes(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return arrays as a compressed npz without pickles."""
    members = {}
    for name, array in arrays.items():
        member = io.BytesIO()
        np.lib.format.write_array(member, np.ascontiguousarray(array), allow_pickle=False)
        members[f"{name}.npy"] = member.getvalue()
    return zip_bytes(members)


def png_bytes(pixels: NDArray[np.uint8]) -> bytes:
    """Return a (height, width) or (height, width, 3) image as PNG without metadata."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="PNG", optimize=False)
    return buffer.getvalue()


def jpeg_bytes(pixels: NDArray[np.uint8], *, quality: int = 90) -> bytes:
    """Return an image as JPEG without metadata; `quality` is Pillow's 1..95."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="JPEG", quality=quality)
    return buffer.getvalue()


def wav_bytes(samples: NDArray[np.int16], *, rate_hz: int) -> bytes:
    """Return mono 16-bit sound as WAV."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate_hz)
        sound.writeframes(samples.astype("<i2").tobytes())
    return buffer.getvalue()
