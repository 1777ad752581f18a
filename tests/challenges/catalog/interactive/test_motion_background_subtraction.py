"""CV-08: outlines and crossings are exact, the conditions are what they say, answers without skill earn little."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
import orjson
import pandas as pd
import pytest
from numpy.typing import NDArray
from PIL import Image

from challenges.catalog.motion_background_subtraction.referee import foreground_f1
from challenges.loader import Challenge, load
from challenges.minting import Dataset, Streams
from challenges.referee import Dialogue, Foul, FoulKind, InProcess, Message, Session
from challenges.scoring import Scores, score
from challenges.spec import Size
from challenges.worlds.yard import CONDITIONS, EMPTY_FRAMES, Condition, Film, draw_film, draw_yard, right_of

PlayProgram = Callable[[Challenge, Dataset, Mapping[str, bytes]], Session]

CHALLENGE = load("motion-background-subtraction")
SECRET = b"a secret that is used in tests only"


@cache
def edition() -> Dataset:
    return CHALLENGE.mint(SECRET, edition="tests", size=Size.SMALL)


@cache
def film(condition: Condition) -> Film:
    streams = Streams.of(SECRET, slug="yard", version=1, edition="tests", size=Size.SMALL)
    yard = draw_yard(streams("yard"))
    return draw_film(streams("film"), yard, condition, frames=120, height=120, width=160)


def in_process(player: Callable[[Message], Message | None]) -> Session:
    assert CHALLENGE.referee is not None
    with Dialogue(InProcess(player), bank_s=3600) as dialogue:
        return CHALLENGE.referee.hold(dialogue, edition().referee, Size.SMALL)


def answering(mask: bytes, ways: list[int]) -> Callable[[Message], Message | None]:
    text = base64.b64encode(mask).decode()
    return lambda message: {"mask": text, "crossings": ways} if message["type"] == "frame" else None


def scored(session: Session) -> Scores:
    return score(CHALLENGE.spec.metric, session.evaluation, seed="seed")


def practice_masks(name: str) -> NDArray[np.bool_]:
    with np.load(io.BytesIO(edition().public[f"train/{name}_masks.npz"])) as arrays:
        return np.array(arrays["masks"])


def practice_films() -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(edition().public["films.csv"]), dtype={"film": str})


def test_an_edition_holds_one_practice_film_of_each_condition_and_three_live_ones() -> None:
    films = practice_films()
    assert sorted(films["condition"]) == sorted(CONDITIONS)
    live = orjson.loads(edition().referee["live.json"])["films"]
    assert sorted(row["condition"] for row in live) == sorted(CONDITIONS * 3)
    assert sorted(row["condition"] for row in live if row["public"]) == sorted(CONDITIONS)
    assert not {row["film"] for row in live} & set(films["film"])
    assert {name.split("/")[0] for name in edition().public} == {"films.csv", "crossings.csv", "train"}


def test_the_yard_is_empty_for_thirty_frames_and_then_it_is_not() -> None:
    for name in practice_films()["film"]:
        masks = practice_masks(name)
        assert masks.shape == (150, 120, 160)
        assert not masks[:EMPTY_FRAMES].any()
        assert 0.004 < masks[EMPTY_FRAMES:].mean() < 0.15


def test_frames_are_jpegs_without_metadata_and_differ_from_the_empty_yard_where_the_mask_says() -> None:
    (name,) = practice_films().query("condition == 'calm'")["film"]
    with zipfile.ZipFile(io.BytesIO(edition().public[f"train/{name}.zip"])) as archive:
        pictures = [Image.open(io.BytesIO(archive.read(entry))) for entry in sorted(archive.namelist())]
    assert len(pictures) == 150
    assert all(len(picture.getexif()) == 0 and picture.size == (160, 120) for picture in pictures)
    frames = np.stack([np.asarray(picture, dtype=np.float64) for picture in pictures])
    away = np.abs(frames - frames[:EMPTY_FRAMES].mean(axis=0)).max(axis=3)
    masks = practice_masks(name)
    assert np.median(away[masks]) > 30
    assert np.median(away[~masks]) < 10


def test_a_crossing_is_the_frame_in_which_the_middle_changes_sides() -> None:
    line = (70.0, 0.0, 90.0, 120.0)
    x, y = np.array([79.9, 80.1, 71.0], dtype=np.float32), np.array([60.0, 60.0, 0.0], dtype=np.float32)
    assert right_of(line, x, y).tolist() == [False, True, True]
    crossings = [crossing for condition in CONDITIONS for crossing in film(condition).crossings]
    assert len(crossings) >= 8
    for condition in CONDITIONS:
        for crossing in film(condition).crossings:  # something lies on the line in that frame, unless another hides it
            masks, line = film(condition).masks, film(condition).line
            rows = np.arange(120)
            columns = np.round(line[0] + (line[2] - line[0]) * (rows + 0.5) / 120 - 0.5).astype(int)
            assert masks[crossing.frame, rows, columns].any()


def test_the_light_changes_under_a_lamp_and_nowhere_else() -> None:
    def darkest_share(condition: Condition) -> float:
        brightness = film(condition).frames.mean(axis=(1, 2, 3))
        return float(brightness.min() / brightness.max())

    assert darkest_share("light") < 0.75
    assert darkest_share("calm") > 0.85


def test_wind_and_shaking_and_grain_move_pixels_of_the_empty_yard_and_calm_does_not() -> None:
    spread = {name: film(name).frames[:EMPTY_FRAMES].std(axis=0).mean() for name in CONDITIONS}
    assert spread["calm"] < 4
    assert spread["grain"] > 8
    moved = {name: np.percentile(film(name).frames[:EMPTY_FRAMES].std(axis=0), 98) for name in CONDITIONS}
    assert moved["wind"] > 2 * moved["calm"]
    assert moved["shake"] > 1.5 * moved["calm"]


def test_pixels_beside_an_outline_do_not_count() -> None:
    truth = np.zeros((1, 9, 9), dtype=bool)
    truth[0, 2:7, 2:7] = True  # 25 pixels, of which the inner 9 count
    found = np.zeros_like(truth)
    found[0, 3:6, 3:5] = True  # 6 of the 9
    found[0, 0, 0:3] = True  # 3 that are ground and count
    found[0, 2, 2:7] = True  # on the outline
    assert foreground_f1(truth, found) == pytest.approx(2 * 6 / (9 + 9))


def test_answers_without_skill_earn_little() -> None:
    assert CHALLENGE.referee is not None
    assert scored(in_process(CHALLENGE.referee.floor_player(edition().referee))).private.primary.value < 0.06
    everything = scored(in_process(answering(b"\xff" * 2400, []))).private
    assert everything.primary.value < 0.08  # 2 to 5 % of the pixels are foreground: F1 below 0.1 of weight 0.6
    ringing = scored(in_process(answering(bytes(2400), [1, -1]))).private
    assert ringing.primary.value < 0.04  # two alarms a frame: an F1 of crossings of about 0.03


def test_who_knows_every_outline_and_crossing_has_everything() -> None:
    assert CHALLENGE.referee is not None
    player = CHALLENGE.referee.ceiling_player(edition().referee)
    assert player is not None
    assert scored(in_process(player)).private.primary.value == 1.0


def test_a_crossing_in_the_wrong_direction_is_false() -> None:
    assert CHALLENGE.referee is not None
    known = CHALLENGE.referee.ceiling_player(edition().referee)
    assert known is not None

    def mirrored(message: Message) -> Message | None:
        answer = known(message)
        return answer if answer is None else {**answer, "crossings": [-way for way in answer["crossings"]]}

    private = scored(in_process(mirrored)).private
    assert private.secondary["F1 of the foreground"] == 1.0
    assert private.secondary["F1 of crossings"] < 0.4  # two things that pass each other just then


@pytest.mark.parametrize("answer", [{}, {"mask": "AAAA", "crossings": []}, {"mask": 5, "crossings": []}])
def test_what_is_no_mask_is_refused(answer: Message) -> None:
    with pytest.raises(Foul) as foul:
        in_process(lambda message: answer if message["type"] == "frame" else None)
    assert foul.value.kind is FoulKind.GARBLED


@pytest.mark.parametrize("ways", [[2], [True], "1", [1] * 51])
def test_what_is_no_list_of_directions_is_refused(ways: object) -> None:
    with pytest.raises(Foul, match="crossings"):
        in_process(answering(bytes(2400), ways))  # type: ignore[arg-type]


def test_the_starter_sees_and_counts_but_takes_shadows_for_things(play_program: PlayProgram) -> None:
    private = scored(play_program(CHALLENGE, edition(), CHALLENGE.files("baseline"))).private
    assert 0.35 < private.secondary["F1 of the foreground"] < 0.6
    assert 0.4 < private.primary.value < 0.72


def test_the_reference_beats_the_starter_by_its_masks(play_program: PlayProgram) -> None:
    private = scored(play_program(CHALLENGE, edition(), CHALLENGE.files("reference"))).private
    assert private.secondary["F1 of the foreground"] > 0.75
    assert private.primary.value > 0.75


def test_every_condition_has_a_figure_of_its_own() -> None:
    """Two private films of each condition: the mean of the six figures is the mean of all."""
    assert CHALLENGE.referee is not None
    marks = scored(in_process(CHALLENGE.referee.floor_player(edition().referee))).private.secondary
    each = [marks[f"F1 of the foreground, {condition}"] for condition in CONDITIONS]
    assert len(each) == 6
    assert np.mean(each) == pytest.approx(marks["F1 of the foreground"])
    assert len(set(each)) == 6
