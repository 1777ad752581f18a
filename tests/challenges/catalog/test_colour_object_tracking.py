from __future__ import annotations

import colorsys
import io
import zipfile
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from PIL import Image

from challenges.catalog.colour_object_tracking.films import draw_film, draw_habits
from challenges.evaluation import Truth
from challenges.loader import load
from challenges.metrics.tracking import idf1
from challenges.minting import Dataset, Streams
from challenges.spec import Size
from challenges.worlds.stage import Patch, glossed, smeared

SLUG = "colour-object-tracking"
RunProgram = Callable[[str, str], pd.DataFrame]


def cells(truth: Truth, answer: pd.DataFrame) -> NDArray[np.object_]:
    tracks = np.empty(len(truth.ids["film"]), dtype=object)
    columns = ["frame", "track", "x", "y", "w", "h", "colour"]
    tracks[:] = [answer[answer["film"] == film][columns].astype(float).to_numpy() for film in truth.ids["film"]]
    return tracks


def private_idf1(truth: Truth, answer: pd.DataFrame) -> float:
    return idf1(truth.columns["tracks"][~truth.public], cells(truth, answer)[~truth.public])


def table(content: bytes) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(content), dtype={"film": str})


def exact(truth: Truth) -> pd.DataFrame:
    parts = []
    for film, tracks in zip(truth.ids["film"], truth.columns["tracks"], strict=True):
        shown = tracks[tracks[:, 7] == 0][:, :7]
        part = pd.DataFrame(shown, columns=["frame", "track", "x", "y", "w", "h", "colour"])
        part.insert(0, "film", film)
        parts.append(part)
    return pd.concat(parts)


def test_the_files_hold_what_the_statement_promises(dataset: Dataset, truth: Truth) -> None:
    assert sorted(dataset.public) == ["train.zip", "train_swatches.csv", "train_tracks.csv"]
    swatches = table(dataset.public["train_swatches.csv"])
    assert list(swatches.columns) == ["film", "colour", "red", "green", "blue"]
    tracks = table(dataset.public["train_tracks.csv"])
    assert list(tracks.columns) == ["film", "frame", "track", "x", "y", "w", "h", "colour"]
    with zipfile.ZipFile(io.BytesIO(dataset.public["train.zip"])) as archive:
        assert set(archive.namelist()) == {
            f"{film}/{n:03d}.jpg" for film in swatches["film"].unique() for n in range(36)
        }
        assert Image.open(io.BytesIO(archive.read(archive.namelist()[0]))).size == (160, 120)
    films = truth.ids["film"].tolist()
    assert len(films) == 20
    assert set(dataset.inputs) == {
        "test_swatches.csv",
        *(f"test/{film}/{n:03d}.jpg" for film in films for n in range(36)),
    }


def test_swatches_of_one_film_are_well_apart_on_the_colour_wheel(dataset: Dataset) -> None:
    for _, film in table(dataset.inputs["test_swatches.csv"]).groupby("film"):
        assert film["colour"].tolist() == list(range(1, len(film) + 1))
        assert len(film) in (3, 4)
        hues = np.sort([colorsys.rgb_to_hsv(*rgb)[0] for rgb in (film[["red", "green", "blue"]] / 255).to_numpy()])
        assert np.diff(hues, append=hues[0] + 1).min() * 360 > 38  # 40 but for rounding to 8 bits


def test_hidden_films_have_colours_of_their_own(dataset: Dataset) -> None:
    rgb = ["red", "green", "blue"]
    train = set(table(dataset.public["train_swatches.csv"])[rgb].itertuples(index=False, name=None))
    test = table(dataset.inputs["test_swatches.csv"])[rgb].itertuples(index=False, name=None)
    assert not train & set(test)


def test_boxes_lie_in_the_picture_and_each_track_has_one_a_frame(truth: Truth) -> None:
    for tracks in truth.columns["tracks"]:
        assert tracks[:, 2:4].min() >= 0
        assert (tracks[:, 2] + tracks[:, 4]).max() <= 160
        assert (tracks[:, 3] + tracks[:, 5]).max() <= 120
        assert len({(frame, track) for frame, track in tracks[:, :2].tolist()}) == len(tracks)
        colours = {track: set(tracks[tracks[:, 1] == track, 6]) for track in set(tracks[:, 1])}
        assert all(len(of) == 1 for of in colours.values())
        assert 3 <= len(colours) <= 12


def test_some_things_are_hidden_for_a_while_and_some_hardly_show(truth: Truth) -> None:
    tracks = [film[film[:, 1] == track] for film in truth.columns["tracks"] for track in np.unique(film[:, 1])]
    gaps = [np.diff(track[:, 0]).max(initial=1) for track in tracks]
    assert sum(gap > 1 for gap in gaps) >= 3
    assert 5 <= sum(track[:, 7].sum() for track in tracks) <= 0.1 * sum(map(len, tracks))


def test_the_grey_card_shows_the_light_of_every_frame() -> None:
    streams = Streams.of(b"a secret that is used in tests only", slug=SLUG, version=1, edition="unit", size=Size.SMALL)
    film = draw_film(streams("film"), draw_habits(streams("habits")), frames=36)
    card = film.frames[:, 109:118, 2:12].reshape(36, -1, 3).mean(axis=1) / 255
    light = card / 0.6
    assert light.min() > 0.15
    assert light.max() < 1.67  # a full channel
    assert np.abs(np.diff(light.mean(axis=1))).max() < 0.6
    # The floor is lit by the same lamp: its colour goes the way of the card's.
    floor = film.frames.reshape(36, -1, 3).mean(axis=1)
    warmth = np.log(floor[:, 0] / floor[:, 2])
    assert np.corrcoef(warmth, np.log(card[:, 0] / card[:, 2]))[0, 1] > 0.95


def test_a_glossy_thing_has_a_white_spot_and_keeps_its_outline() -> None:
    disc = disc_of_red(radius_px=8)
    shining = glossed(disc, 3.0, 0.0, radius_px=2.0, strength=0.9)
    assert np.array_equal(shining.alpha, disc.alpha)
    middle = disc.alpha.shape[0] // 2
    # One half of the side is 10.5 pixels, so the middle of pixel 13 lies 3 from the patch's.
    assert shining.colour[middle, middle + 3] == pytest.approx([0.98, 0.92, 0.92])
    assert shining.colour[middle, middle - 6] == pytest.approx(disc.colour[middle, middle - 6], abs=1e-3)


def test_what_moves_is_smeared_along_its_way_and_loses_no_paint() -> None:
    disc = disc_of_red(radius_px=8)
    seen = smeared(disc, 6.0, 0.0)
    assert seen.alpha.sum() == pytest.approx(disc.alpha.sum(), rel=1e-5)
    rows, columns = np.nonzero(seen.alpha > 0.01)
    assert columns.max() + 1 - columns.min() == 17 + 4  # a third of the way to either side
    assert rows.max() + 1 - rows.min() == 17
    places = np.arange(seen.alpha.shape[1]) + 0.5
    assert (seen.alpha.sum(axis=0) @ places) / seen.alpha.sum() == pytest.approx(seen.alpha.shape[1] / 2, abs=1e-3)


def disc_of_red(*, radius_px: float) -> Patch:
    """Return a disc in a patch of 21 pixels."""
    steps = np.arange(21) - 10.0
    inside = np.hypot(steps[None, :], steps[:, None]) < radius_px + 0.5
    colour = np.broadcast_to(np.array([0.8, 0.2, 0.2], dtype=np.float32), (21, 21, 3))
    return Patch(alpha=inside.astype(np.float32), colour=colour)


def test_a_box_that_never_moves_is_worth_nothing(dataset: Dataset, truth: Truth) -> None:
    assert dataset.floor is not None
    assert private_idf1(truth, table(dataset.floor)) < 0.05


def test_the_exact_tracks_are_worth_one(truth: Truth) -> None:
    assert private_idf1(truth, exact(truth)) == pytest.approx(1.0)


def test_a_new_number_in_every_frame_loses_nearly_everything(truth: Truth) -> None:
    renamed = exact(truth)
    renamed["track"] = np.arange(len(renamed))
    assert private_idf1(truth, renamed) < 0.06  # one frame of each of about 36


def test_the_right_boxes_in_the_wrong_colour_are_worth_nothing(truth: Truth) -> None:
    renamed = exact(truth)
    renamed["colour"] = renamed["colour"] % 5 + 1
    assert private_idf1(truth, renamed) < 0.25  # boxes of two colours may overlap for a moment


@pytest.mark.anchors
def test_a_fixed_window_follows_half_of_the_boxes(truth: Truth, run_program: RunProgram) -> None:
    assert 0.30 < private_idf1(truth, run_program(SLUG, "baseline")) < 0.65


@pytest.mark.anchors
def test_white_balance_and_patience_beat_the_fixed_window_by_far(truth: Truth, run_program: RunProgram) -> None:
    reference = private_idf1(truth, run_program(SLUG, "reference"))
    assert reference > private_idf1(truth, run_program(SLUG, "baseline")) + 0.2


def test_the_roadmap_row_is_named() -> None:
    assert load(SLUG).spec.roadmap == ("CV-03",)
