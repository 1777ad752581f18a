"""Every challenge has a picture that a page can show, and only the drawing of pictures needs matplotlib."""

from __future__ import annotations

import dataclasses
import io
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from challenges.audit.picture import check_picture, faults
from challenges.loader import load, slugs
from challenges.minting import Dataset
from challenges.pictures.__main__ import rendered
from challenges.pictures.sheets import contact_sheet
from challenges.pictures.style import PAPER, bare

pytestmark = pytest.mark.slow

IRIS = "iris-new-meadow"


def image_bytes(width: int, height: int, *, format_: str = "WEBP", noise: bool = False) -> bytes:
    pixels = np.full((height, width, 3), 200, dtype=np.uint8)
    if noise:
        pixels = np.random.default_rng(0).integers(0, 256, pixels.shape, dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, format=format_)
    return out.getvalue()


@pytest.mark.parametrize("slug", slugs())
def test_every_challenge_has_a_picture_that_can_be_shown(slug: str) -> None:
    (check,) = check_picture(load(slug))
    assert check.passed, check.explanation
    assert load(slug).spec.picture.endswith(".")


@pytest.mark.parametrize("slug", slugs())
def test_every_picture_can_be_drawn_again(slug: str) -> None:
    assert callable(import_module(f"challenges.catalog.{load(slug).folder.name}.picture").draw)


def test_no_two_challenges_show_or_tell_the_same() -> None:
    assert len({load(slug).picture.read_bytes() for slug in slugs()}) == len(slugs())
    assert len({load(slug).spec.picture for slug in slugs()}) == len(slugs())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (image_bytes(960, 540), []),
        (b"a horse", ["picture.webp is no image"]),
        (image_bytes(960, 540)[:40], ["picture.webp is no image"]),
        (image_bytes(960, 540, format_="PNG"), ["picture.webp is a PNG, expected a WebP"]),
        (image_bytes(540, 960), ["picture.webp has 540 x 960 pixels, expected 960 x 540"]),
    ],
)
def test_a_picture_that_cannot_be_shown_is_told_why(data: bytes, said: list[str]) -> None:
    assert faults(data) == said


def test_a_heavy_picture_is_told_its_weight() -> None:
    data = image_bytes(960, 540, noise=True)
    assert faults(data) == [f"picture.webp has {len(data)} bytes, expected at most 40000"]


def test_a_missing_picture_fails_the_check_and_says_how_to_draw_it(tmp_path: Path) -> None:
    (check,) = check_picture(dataclasses.replace(load(IRIS), folder=tmp_path))
    assert not check.passed
    assert "python -m challenges.pictures" in check.explanation


def test_a_drawing_becomes_a_picture_that_can_be_shown_and_the_same_one_each_time() -> None:
    def draw(figure: Figure, dataset: Dataset) -> None:
        bare(figure).plot([0, 1], [0, 1])

    empty = Dataset(public={})
    first = rendered(draw, empty)
    assert faults(first) == []
    assert rendered(draw, empty) == first
    corner = Image.open(io.BytesIO(first)).getpixel((2, 2))
    assert isinstance(corner, tuple)
    assert np.abs(np.array(corner) - [int(PAPER[at : at + 2], 16) for at in (1, 3, 5)]).max() <= 2


def test_a_picture_too_busy_to_be_light_is_refused() -> None:
    def draw(figure: Figure, dataset: Dataset) -> None:
        noise = np.random.default_rng(0).integers(0, 256, (540, 960, 3), dtype=np.uint8)
        contact_sheet(figure, [noise], rows=1, columns=1)

    with pytest.raises(ValueError, match="too busy a picture"):
        rendered(draw, Dataset(public={}))


def test_the_site_runs_without_matplotlib() -> None:
    code = (
        "import sys, django; django.setup(); import web.urls, web.wsgi, judge.tasks, challenges.audit;"
        "print('matplotlib' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=_environment(), check=True)
    assert said.stdout.strip().splitlines()[-1] == "False"


def _environment() -> dict[str, str]:
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "web.settings"}
