"""Hidden pictures and sounds that are published besides in another form are found out, strangers pass."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps
from scipy.io import wavfile
from scipy.signal import resample_poly

from challenges.audit.doubles import check_doubles
from challenges.audit.report import Check
from challenges.minting import Dataset, Streams, write
from challenges.spec import Size
from tests.challenges.toys import SECRET, draw, pack, toy

HIDDEN, PUBLISHED = 30, 40
RATE = 16000


def checked(folder: Path, files: Callable[[Any], tuple[Mapping[str, bytes], Mapping[str, bytes]]]) -> Check:
    """Check a toy with more public files and inputs, both made from its ids."""

    def mint(streams: Streams, size: Size) -> Dataset:
        world = draw(streams)
        public, inputs = files(world.ids)
        dataset = pack(world)
        return dataclasses.replace(dataset, public={**dataset.public, **public}, inputs=inputs)

    challenge = toy(folder, mint=mint)
    return check_doubles(write(challenge.mint(SECRET, edition="audit", size=Size.SMALL), folder / "paper"))


def scene(number: int) -> Image.Image:
    """Draw a picture of smooth patches, which no other number draws."""
    patches = np.random.default_rng(number).integers(0, 256, size=(5, 7, 3), dtype=np.uint8)
    return Image.fromarray(patches).resize((140, 100), Image.Resampling.BICUBIC)


def png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=40)
    return out.getvalue()


FORMS: dict[str, Callable[[Image.Image], bytes]] = {
    "recompressed": jpeg,
    "small": lambda image: png(image.resize((56, 40))),
    "wide": lambda image: png(image.resize((140, 50))),
    "mirrored": lambda image: png(ImageOps.mirror(image)),
    "turned": lambda image: png(image.transpose(Image.Transpose.ROTATE_90)),
    "grey and darker": lambda image: png(ImageOps.grayscale(image).point(lambda level: level * 0.6 + 10)),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_hidden_picture_in_another_form_is_found(tmp_path: Path, form: str) -> None:
    def files(ids: Any) -> tuple[Mapping[str, bytes], Mapping[str, bytes]]:
        album = {f"album/{number}.png": png(scene(1000 + number)) for number in range(PUBLISHED)}
        album |= {f"album/again-{number}.img.png": FORMS[form](scene(number)) for number in range(3)}
        return album, {f"photos/{number}.png": png(scene(number)) for number in range(HIDDEN)}

    check = checked(tmp_path, files)
    assert not check.passed
    assert check.measurement == {"hidden": HIDDEN, "doubles": 3}
    assert "photos/0.png as album/again-0.img.png" in check.explanation


def test_strangers_pass_blank_ones_and_what_is_no_picture_too(tmp_path: Path) -> None:
    blank = png(Image.new("RGB", (140, 100), "white"))

    def files(ids: Any) -> tuple[Mapping[str, bytes], Mapping[str, bytes]]:
        album = {f"album/{number}.png": png(scene(1000 + number)) for number in range(PUBLISHED)}
        hidden = {f"photos/{number}.png": png(scene(number)) for number in range(HIDDEN)}
        odd = {"blank.png": blank, "broken.png": b"no picture at all"}
        return {**album, **odd}, {**hidden, **odd}

    check = checked(tmp_path, files)
    assert check.passed
    assert check.measurement == {"hidden": HIDDEN, "doubles": 0}


def test_published_questions_ask_and_what_lies_beside_them_answers(tmp_path: Path) -> None:
    def files(ids: Any) -> tuple[Mapping[str, bytes], Mapping[str, bytes]]:
        asked = {f"test/{id_}.png": png(scene(number)) for number, id_ in enumerate(ids[:HIDDEN].tolist())}
        known = {f"train/{number}.jpg": jpeg(scene(1000 + number)) for number in range(9)}
        return {**asked, **known, "train/0.jpg": jpeg(scene(0))}, {}

    check = checked(tmp_path, files)
    assert not check.passed
    assert check.measurement["hidden"] == HIDDEN
    assert "as train/0.jpg" in check.explanation


def melody(number: int) -> Any:
    """Play eight notes, which no other number plays: (14,400) samples between -1 and 1."""
    rng = np.random.default_rng(number)
    time = np.arange(1800) / RATE
    notes = [np.sin(2 * np.pi * hertz * time) * loud for hertz, loud in zip(
        rng.uniform(150, 3000, size=8), rng.uniform(0.2, 0.8, size=8), strict=True)]  # fmt: skip
    return np.concatenate(notes) + rng.normal(scale=0.003, size=8 * 1800)


def wav(samples: Any, rate: int = RATE) -> bytes:
    out = io.BytesIO()
    wavfile.write(out, rate, (samples * 20000).astype(np.int16))
    return out.getvalue()


SOUNDS: dict[str, Callable[[Any], bytes]] = {
    "quiet": lambda samples: wav(samples * 0.2),
    "at half the rate": lambda samples: wav(resample_poly(samples, 1, 2), RATE // 2),
    "later": lambda samples: wav(np.concatenate([np.zeros(RATE // 3), samples, np.zeros(RATE // 5)])),
    "in stereo": lambda samples: wav(np.column_stack([samples, samples * 0.5])),
}


@pytest.mark.parametrize("form", SOUNDS)
def test_a_hidden_sound_in_another_form_is_found(tmp_path: Path, form: str) -> None:
    def files(ids: Any) -> tuple[Mapping[str, bytes], Mapping[str, bytes]]:
        songs = {f"songs/{number}.wav": wav(melody(1000 + number)) for number in range(PUBLISHED)}
        songs |= {f"songs/again-{number}.wav": SOUNDS[form](melody(number)) for number in range(3)}
        return songs, {f"calls/{number}.wav": wav(melody(number)) for number in range(HIDDEN)}

    check = checked(tmp_path, files)
    assert check.measurement == {"hidden": HIDDEN, "doubles": 3}
    assert "calls/0.wav as songs/again-0.wav" in check.explanation


def test_strange_sounds_pass_and_silence_too(tmp_path: Path) -> None:
    silence = wav(np.zeros(RATE))

    def files(ids: Any) -> tuple[Mapping[str, bytes], Mapping[str, bytes]]:
        songs = {f"songs/{number}.wav": wav(melody(1000 + number)) for number in range(PUBLISHED)}
        calls = {f"calls/{number}.wav": wav(melody(number)) for number in range(HIDDEN)}
        return {**songs, "silence.wav": silence}, {**calls, "silence.wav": silence, "short.wav": wav(np.ones(50))}

    check = checked(tmp_path, files)
    assert check.passed
    assert check.measurement == {"hidden": HIDDEN, "doubles": 0}
