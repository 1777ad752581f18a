"""CV-01: every step comes out by hand, files say what they are, and copies of the source earn nothing."""

from __future__ import annotations

import colorsys
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from skimage.color import rgb2lab

from challenges.catalog.image_manipulation_toolkit.data import IMPOSSIBLE_CARD, UNREADABLE_CARD, WHOLE
from challenges.catalog.image_manipulation_toolkit.layers import Desk, read_on
from challenges.catalog.image_manipulation_toolkit.operations import OPERATIONS, carried_out, files_of
from challenges.catalog.image_manipulation_toolkit.pixels import Impossible
from challenges.evaluation import Truth, aligned
from challenges.loader import load
from challenges.minting import Dataset
from challenges.packing import png_bytes, zip_bytes
from challenges.readers import read
from challenges.readers.expected import Expected
from challenges.scoring import SplitScores, score

SLUG = "image-manipulation-toolkit"

AnswerOf = Callable[[str, str], bytes]
Pixels = NDArray[np.uint8]


def private(truth: Truth, answer: bytes) -> SplitScores:
    spec = load(SLUG).spec
    assert spec.answer is not None
    columns = read(answer, spec.answer, Expected.of(truth))
    return score(spec.metric, aligned(truth, columns, spec.answer), seed="seed").private


def jobs(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.decode().splitlines()]


def unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def row(*levels: int) -> Pixels:
    """Return one line of grey pixels."""
    return np.repeat(np.array([levels], dtype=np.uint8)[..., None], 3, axis=2)


def smooth(seed: int, height: int = 41, width: int = 57) -> Pixels:
    """Return a picture of soft patches of colour."""
    noise = np.random.default_rng(seed).normal(size=(height, width, 3))
    soft = ndimage.gaussian_filter(noise, (3, 3, 0))
    return np.asarray(np.clip(127 + 90 * soft / soft.std(), 0, 255), dtype=np.uint8)


def one_pixel(red: int, green: int, blue: int) -> Pixels:
    return np.array([[[red, green, blue]]], dtype=np.uint8)


@pytest.mark.parametrize(
    ("step", "before", "after"),
    [
        ({"op": "flip", "axis": "left-right"}, [1, 2, 3], [3, 2, 1]),
        ({"op": "gamma", "gamma": 2.0}, [0, 128, 255], [0, 64, 255]),  # 255 (128 / 255)^2 = 64.25
        ({"op": "crop", "left": -1, "top": 0, "width": 3, "height": 1, "fill": [9, 9, 9]}, [1, 2, 3], [9, 1, 2]),
        ({"op": "pad", "left": 1, "top": 0, "right": 1, "bottom": 0, "fill": [7, 7, 7]}, [1, 2], [7, 1, 2, 7]),
        ({"op": "resize", "width": 4, "height": 1, "how": "nearest"}, [1, 2], [1, 1, 2, 2]),
        # Middles at 0.5, 1.5 of 2 lie at 0.25, 0.75, 1.25, 1.75: a quarter of the way beyond, then between.
        ({"op": "resize", "width": 4, "height": 1, "how": "linear"}, [0, 100], [0, 25, 75, 100]),
        ({"op": "box", "radius": 1}, [0, 30, 90], [20, 40, 50]),  # mirrored: 30 0 30 | 0 30 90 | 30 90 30
        ({"op": "median", "radius": 1}, [0, 30, 90], [0, 30, 90]),  # repeated: 0 0 30 | 0 30 90 | 30 90 90
    ],
)
def test_steps_on_a_line_of_pixels_come_out_by_hand(step: dict[str, Any], before: list[int], after: list[int]) -> None:
    assert carried_out(row(*before), [step])[0, :, 0].tolist() == after


def test_turns_and_rotations_go_clockwise() -> None:
    picture = row(1, 2)
    assert carried_out(picture, [{"op": "turn", "quarters": 1}])[:, 0, 0].tolist() == [1, 2]
    assert carried_out(picture, [{"op": "turn", "quarters": 3}])[:, 0, 0].tolist() == [2, 1]
    square = np.zeros((3, 3, 3), dtype=np.uint8)
    square[0, 1] = 200  # twelve o'clock
    turned = carried_out(square, [{"op": "rotate", "degrees": 90.0, "fill": [0, 0, 0]}])
    assert turned[1, 2, 0] == 200  # three o'clock


def test_colour_steps_come_out_by_hand() -> None:
    pixel = np.array([[[100, 50, 200]]], dtype=np.uint8)  # brightness 29.9 + 29.35 + 22.8 = 82.05
    assert carried_out(pixel, [{"op": "grey"}])[0, 0].tolist() == [82, 82, 82]
    assert carried_out(pixel, [{"op": "channels", "order": "BRG"}])[0, 0].tolist() == [200, 100, 50]
    assert carried_out(pixel, [{"op": "saturate", "factor": 2.0}])[0, 0].tolist() == [118, 18, 255]


@pytest.mark.parametrize(
    ("space", "colour", "numbers"),
    [
        ("HSV", (255, 0, 0), [0, 255, 255]),
        ("HSV", (0, 0, 200), [120, 255, 200]),  # 240 degrees
        ("HSV", (100, 50, 200), [130, 191, 200]),  # 240 + 60 x 50 / 150 = 260; 255 x 150 / 200 = 191.25
        ("HSV", (60, 0, 1), [0, 255, 60]),  # 359 degrees: 179.5 goes up to 180, which is 0
        ("HSV", (77, 77, 77), [0, 0, 77]),
        ("Lab", (255, 255, 255), [255, 128, 128]),
        ("Lab", (0, 0, 0), [0, 128, 128]),
        ("Lab", (255, 0, 0), [136, 208, 195]),  # L 53.24, a 80.09, b 67.20
        ("YCrCb", (255, 0, 0), [76, 255, 85]),  # (255 - 76.245) / 1.402 + 128 = 255.5 is cut
        ("YCrCb", (100, 50, 200), [82, 141, 195]),  # Y 82.05, 17.95 / 1.402, 117.95 / 1.772
    ],
)
def test_colours_in_other_spaces_come_out_by_hand(space: str, colour: tuple[int, int, int], numbers: list[int]) -> None:
    assert carried_out(one_pixel(*colour), [{"op": "convert", "space": space}])[0, 0].tolist() == numbers


def test_colour_spaces_are_those_of_other_libraries() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (20, 25, 3), dtype=np.uint8)
    found = {space: carried_out(picture, [{"op": "convert", "space": space}]) for space in ("HSV", "Lab", "YCrCb")}
    hsv = np.array([colorsys.rgb_to_hsv(*pixel) for pixel in picture.reshape(-1, 3) / 255]).reshape(picture.shape)
    away = np.abs(found["HSV"] - hsv * [180, 255, 255])
    assert np.minimum(away, 180 - away)[..., 0].max() < 0.501  # 0 and 180 are the same hue
    assert away[..., 1:].max() < 0.501
    lab = rgb2lab(picture, illuminant="D65") * [2.55, 1, 1] + [0, 128, 128]
    assert np.abs(found["Lab"] - lab).max() < 0.6
    luma, blue, red = np.moveaxis(np.asarray(Image.fromarray(picture).convert("YCbCr")), -1, 0)
    assert np.abs(found["YCrCb"].astype(int) - np.stack([luma, red, blue], axis=-1)).max() <= 1
    for space, code in (("Lab", cv2.COLOR_RGB2Lab), ("YCrCb", cv2.COLOR_RGB2YCrCb)):
        assert np.abs(found[space].astype(int) - cv2.cvtColor(picture, code)).max() <= 1


def test_turning_hues_keeps_what_is_grey_and_comes_round_in_a_circle() -> None:
    assert carried_out(one_pixel(255, 0, 0), [{"op": "hue", "degrees": 120}])[0, 0].tolist() == [0, 255, 0]
    assert carried_out(one_pixel(200, 100, 100), [{"op": "hue", "degrees": 90}])[0, 0].tolist() == [150, 200, 100]
    assert carried_out(one_pixel(90, 90, 90), [{"op": "hue", "degrees": 90}])[0, 0].tolist() == [90, 90, 90]
    picture = smooth(2)
    assert np.array_equal(carried_out(picture, [{"op": "hue", "degrees": 360}]), picture)
    thirds = [{"op": "hue", "degrees": 120}] * 3
    assert np.array_equal(carried_out(picture, thirds), picture)  # a third of a circle only changes the channels


def test_affine_maps_say_where_what_is_there_comes_to() -> None:
    picture = smooth(3, 4, 6)
    moved = {"op": "affine", "matrix": [[1, 0, 2], [0, 1, -1]], "width": 6, "height": 4, "fill": [9, 9, 9]}
    result = carried_out(picture, [moved])
    assert np.array_equal(result[:3, 2:], picture[1:, :4])  # two to the right and one up
    assert (result[3] == 9).all() and (result[:, :2] == 9).all()
    # A quarter turn clockwise brings (x, y) to (4 - y, x).
    quarter = {"op": "affine", "matrix": [[0, -1, 4], [1, 0, 0]], "width": 4, "height": 6, "fill": [0, 0, 0]}
    assert np.array_equal(carried_out(picture, [quarter]), carried_out(picture, [{"op": "turn", "quarters": 1}]))


def test_affine_maps_are_those_of_pillow_off_the_edges() -> None:
    picture = smooth(4)
    matrix = np.array([[0.9, -0.3, 8.0], [0.2, 1.1, -3.0]])
    step = {"op": "affine", "matrix": matrix.tolist(), "width": 50, "height": 40, "fill": [255, 0, 255]}
    found = carried_out(picture, [step])
    back = np.linalg.inv(np.vstack([matrix, [0, 0, 1]]))[:2].ravel().tolist()
    image = Image.fromarray(picture)
    theirs = np.asarray(image.transform((50, 40), Image.Transform.AFFINE, back, Image.Resampling.BILINEAR))
    inside = np.asarray(
        Image.new("L", image.size, 255).transform((50, 40), Image.Transform.AFFINE, back, Image.Resampling.BILINEAR)
    )
    core = ndimage.binary_erosion(inside == 255, iterations=2)
    assert core.sum() > 800
    assert np.abs(found.astype(int) - theirs)[core].max() <= 1


@pytest.mark.parametrize("seed", range(8))
def test_thin_edges_are_those_of_opencv_to_the_pixel(seed: int) -> None:
    picture = smooth(seed) if seed % 2 else np.random.default_rng(seed).integers(0, 256, (30, 40, 3), dtype=np.uint8)
    low, high = 20 + 8 * seed, 50 + 15 * seed
    level = (picture.astype(int) @ [299, 587, 114] + 500) // 1000
    theirs = cv2.Canny(level.astype(np.uint8), low, high, L2gradient=True)
    assert 0 < (theirs == 255).mean() < 0.6
    found = carried_out(picture, [{"op": "canny", "low": low, "high": high}])
    assert np.array_equal(found, np.repeat(theirs[..., None], 3, axis=2))


def test_a_thin_edge_by_hand() -> None:
    # Derivatives across a step from 0 to 50 are 200 on either side of it: the left one is larger than its left
    # neighbour and not smaller than its right one, the right one is not larger than its left one.
    picture = np.repeat(row(0, 0, 0, 50, 50, 50), 3, axis=0)
    assert (
        carried_out(picture, [{"op": "canny", "low": 50, "high": 199}])[..., 0].tolist() == [[0, 0, 255, 0, 0, 0]] * 3
    )
    assert not carried_out(picture, [{"op": "canny", "low": 50, "high": 200}]).any()  # above, not at


def test_what_is_pasted_keeps_its_alpha_and_may_reach_beyond_the_picture() -> None:
    stamp = np.array([[[200, 0, 0, 255], [200, 0, 0, 51]]], dtype=np.uint8)
    desk = Desk(files={"stamp.png": stamp, "plain.jpg": row(250, 240)})
    step = {"op": "paste", "source": "stamp.png", "left": 1, "top": 0, "opacity": 0.5}
    # A half of 200 on 100, and a tenth: 0.1 x 200 + 0.9 x 100 = 110.
    assert carried_out(row(100, 100, 100), [step], desk)[0, :, 0].tolist() == [100, 150, 110]
    opaque = {"op": "paste", "source": "plain.jpg", "left": -1, "top": 0, "opacity": 1.0}
    assert carried_out(row(1, 2, 3), [opaque], desk)[0, :, 0].tolist() == [240, 2, 3]
    assert carried_out(row(1, 2, 3), [{**opaque, "top": 1}], desk)[0, :, 0].tolist() == [1, 2, 3]


def test_pasting_is_what_pillow_does_but_for_rounding() -> None:
    below, above = smooth(5), np.dstack([smooth(6, 30, 30), smooth(7, 30, 30)[..., 0]])
    step = {"op": "paste", "source": "logo.png", "left": 40, "top": -6, "opacity": 1.0}
    theirs = Image.fromarray(below)
    theirs.paste(Image.fromarray(above).convert("RGB"), (40, -6), Image.fromarray(above))
    found = carried_out(below, [step], Desk(files={"logo.png": above}))
    assert np.abs(found.astype(int) - np.asarray(theirs)).max() <= 1


def test_a_contact_sheet_comes_out_by_hand() -> None:
    def plain(width: int, height: int, level: int) -> Pixels:
        return np.full((height, width, 3), level, dtype=np.uint8)

    clear = np.zeros((4, 4, 4), dtype=np.uint8)  # wholly transparent: its background is seen
    desk = Desk(files={"high.png": plain(2, 6, 20), "clear.png": clear}, background=(30, 30, 30))
    step = {"op": "sheet", "sources": ["high.png", "clear.png"], "columns": 2, "width": 4, "height": 3, "gap": 1,
            "fill": [7, 7, 7]}  # fmt: skip
    # 8 x 3 in a cell of 4 x 3: 4 wide, 1.5 rounded up to 2 high, (3 - 2) div 2 = 0 above.
    # 2 x 6: 3 high, 1 wide, (4 - 1) div 2 = 1 on the left. 4 x 4: 3 x 3, 0 on the left.
    assert carried_out(plain(8, 3, 10), [step], desk)[..., 0].tolist() == [
        [10, 10, 10, 10, 7, 7, 20, 7, 7],
        [10, 10, 10, 10, 7, 7, 20, 7, 7],
        [7, 7, 7, 7, 7, 7, 20, 7, 7],
        [7, 7, 7, 7, 7, 7, 7, 7, 7],
        [30, 30, 30, 7, 7, 7, 7, 7, 7],
        [30, 30, 30, 7, 7, 7, 7, 7, 7],
        [30, 30, 30, 7, 7, 7, 7, 7, 7],
    ]


def test_straightening_a_picture_by_its_own_corners_leaves_it_alone() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    corners = [[0, 0], [7, 0], [7, 5], [0, 5]]
    step = {"op": "straighten", "width": 7, "height": 5, "corners": corners}
    assert np.array_equal(carried_out(picture, [step]), picture)


def test_what_shines_through_is_the_background() -> None:
    pixels = np.array([[[200, 0, 0, 0], [200, 0, 0, 255], [200, 0, 0, 51]]], dtype=np.uint8)
    assert read_on(pixels, (0, 100, 50))[0].tolist() == [[0, 100, 50], [200, 0, 0], [40, 80, 40]]


@pytest.mark.parametrize(
    "step",
    [
        {"op": "sharpen"},
        {"op": "gamma", "gamma": 0},
        {"op": "shrink", "factor": 0},
        {"op": "median", "radius": 0},
        {"op": "affine", "matrix": [[1, 2, 0], [0.5, 1, 8]], "width": 4, "height": 3, "fill": [0, 0, 0]},
        {"op": "sheet", "sources": [], "columns": 0, "width": 3, "height": 3, "gap": 0, "fill": [0, 0, 0]},
        {"op": "sheet", "sources": [], "columns": 1, "width": 3, "height": 3, "gap": -1, "fill": [0, 0, 0]},
    ],
)
def test_a_step_that_cannot_be_done_is_impossible(step: dict[str, Any]) -> None:
    with pytest.raises(Impossible):
        carried_out(row(1, 2, 3), [step])


def test_the_practice_night_holds_every_trap(dataset: Dataset) -> None:
    modes, turned, broken = set(), 0, 0
    for data in unpacked(dataset.public["train_sources.zip"]).values():
        try:
            with Image.open(io.BytesIO(data)) as image:
                image.load()
                modes.add(image.mode)
                turned += image.getexif().get(0x0112, 1) != 1
        except (OSError, SyntaxError):
            broken += 1
    assert {"RGB", "RGBA", "L", "P"} <= modes
    assert any(mode.startswith("I") for mode in modes)
    assert turned >= 2
    assert broken >= 1
    steps = [step for job in jobs(dataset.inputs["test_jobs.jsonl"]) for step in job["steps"]]
    assert {step["op"] for step in steps} >= OPERATIONS
    assert {step["space"] for step in steps if step["op"] == "convert"} == {"HSV", "Lab", "YCrCb"}


def test_a_broken_file_beside_a_sound_one_makes_a_card_too(dataset: Dataset, truth: Truth) -> None:
    sources = unpacked(dataset.inputs["test_sources.zip"])

    def readable(name: str) -> bool:
        try:
            Image.open(io.BytesIO(sources[name])).load()
        except (OSError, SyntaxError):
            return False
        return True

    beside = 0
    results = dict(zip(truth.ids["job"], truth.columns["picture"], strict=True))
    for job in jobs(dataset.inputs["test_jobs.jsonl"]):
        broken = [name for name in [job["source"], *files_of(job["steps"])] if not readable(name)]
        assert bool(broken) == (np.asarray(results[job["job"]]) == UNREADABLE_CARD).all()
        beside += bool(broken) and job["source"] not in broken
    assert beside >= 1


def test_edges_thresholds_and_hues_never_depend_on_how_a_step_before_was_rounded(
    dataset: Dataset, truth: Truth
) -> None:
    touchy = 0
    for job, picture in zip(jobs(dataset.inputs["test_jobs.jsonl"]), truth.columns["picture"], strict=True):
        if any((np.asarray(picture) == card).all() for card in (UNREADABLE_CARD, IMPOSSIBLE_CARD)):
            continue
        for place, step in enumerate(job["steps"]):
            if step["op"] in ("canny", "unsharp") or step.get("space") == "HSV":
                touchy += 1
                assert {before["op"] for before in job["steps"][:place]} <= WHOLE
    assert touchy >= 12


def test_cards_are_few_and_both_kinds_are_there(truth: Truth) -> None:
    def share(card: tuple[int, int, int]) -> float:
        return float(np.mean([(np.asarray(picture) == card).all() for picture in truth.columns["picture"]]))

    assert 0.02 < share(UNREADABLE_CARD) < 0.2
    assert 0.005 < share(IMPOSSIBLE_CARD) < 0.12


def test_no_source_is_near_its_result(dataset: Dataset, truth: Truth) -> None:
    sources = unpacked(dataset.inputs["test_sources.zip"])
    files = {}
    for job in jobs(dataset.inputs["test_jobs.jsonl"]):
        try:
            plain = Image.open(io.BytesIO(sources[job["source"]])).convert("RGB")
        except (OSError, SyntaxError):
            plain = Image.new("RGB", (8, 8))
        copied = np.asarray(plain.resize((job["width"], job["height"])))
        files[f"pictures/{job['job']}.png"] = png_bytes(copied)
    assert private(truth, zip_bytes(files)).primary.value == 0.0


def test_the_floor_is_right_where_a_job_is_impossible(dataset: Dataset, truth: Truth) -> None:
    assert dataset.floor is not None
    impossible = np.mean([(cell == IMPOSSIBLE_CARD).all() for cell in truth.columns["picture"][~truth.public]])
    assert private(truth, dataset.floor).primary.value == pytest.approx(impossible)
    assert 0.02 < impossible < 0.1


def test_the_starter_does_a_part_of_the_jobs(truth: Truth, answer_of: AnswerOf) -> None:
    assert 0.1 < private(truth, answer_of(SLUG, "baseline")).primary.value < 0.35


def test_another_hand_with_opencv_comes_to_the_same_pictures(truth: Truth, answer_of: AnswerOf) -> None:
    assert private(truth, answer_of(SLUG, "reference")).primary.value >= 0.98


def test_every_job_stands_in_a_family_and_cards_in_one_of_their_own(truth: Truth) -> None:
    families = {name: values for name, values in truth.facts.items() if name not in ("width", "height")}
    assert set(families) == {"untouched", "colours", "geometry", "smoothing", "edges", "layers", "cards"}
    together = np.array(list(families.values()))
    assert (together.sum(axis=0) >= 1).all()
    cards = families["cards"] == 1
    assert (together[:, cards].sum(axis=0) == 1).all()
    flat = np.array([len(np.unique(cell.reshape(-1, 3), axis=0)) == 1 for cell in truth.columns["picture"]])
    assert flat[cards].all()
    assert all(values[split].sum() >= 2 for values in families.values() for split in (truth.public, ~truth.public))
    shown = {use.where for use in load(SLUG).spec.metric.secondary if use.where is not None}
    assert shown == set(families)
