"""`python -m challenges.pictures [SLUG ...]`: draw picture.webp of these challenges, or of all with a picture.py."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, cast

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from challenges.audit.picture import HEAVIEST_BYTES, HEIGHT_PX, WIDTH_PX
from challenges.loader import Challenge, load, slugs
from challenges.minting import Dataset
from challenges.pictures.style import PAPER, RC
from challenges.spec import Size

SECRET = b"everybody knows this secret, so it protects nothing"
DPI = 150
Draw = Callable[[Figure, Dataset], None]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m challenges.pictures", description="Draw pictures of challenges.")
    parser.add_argument("slugs", nargs="*", metavar="SLUG", help="default: every challenge that has a picture.py")
    wanted = parser.parse_args(arguments).slugs
    for slug in wanted or [slug for slug in slugs() if (load(slug).folder / "picture.py").exists()]:
        challenge = load(slug)
        data = drawn(challenge)
        challenge.picture.write_bytes(data)
        print(f"{slug}: {len(data)} bytes")
    return 0


def drawn(challenge: Challenge) -> bytes:
    """Return the picture of a challenge as WebP."""
    module = import_module(f"challenges.catalog.{challenge.folder.name}.picture")
    dataset = challenge.mint(SECRET, edition="picture", size=Size.SMALL)
    return rendered(cast(Draw, module.draw), dataset)


def rendered(draw: Draw, dataset: Dataset) -> bytes:
    """Return what `draw` makes of a dataset, in the best quality that is light enough."""
    with mpl.rc_context(cast(Any, RC)):
        figure = Figure(figsize=(WIDTH_PX / DPI, HEIGHT_PX / DPI), dpi=DPI, facecolor=PAPER)
        canvas = FigureCanvasAgg(figure)
        draw(figure, dataset)
        canvas.draw()  # type: ignore[no-untyped-call]
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")  # type: ignore[no-untyped-call]
    for quality in range(92, 20, -4):
        buffer = io.BytesIO()
        image.save(buffer, format="WEBP", quality=quality, method=6)
        if buffer.tell() <= HEAVIEST_BYTES:
            return buffer.getvalue()
    raise ValueError(f"too busy a picture: over {HEAVIEST_BYTES} bytes even in the lowest quality")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
