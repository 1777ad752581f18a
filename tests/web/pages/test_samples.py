"""Pictures and sounds of the public files."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from judge import editions
from judge.models import Edition
from web.pages import samples

Browse = Callable[..., Any]
DATA = "/challenges/iris-new-meadow/data/"
PNG = b"\x89PNG of the test"


def files(folder: Path) -> dict[str, dict[str, Any]]:
    return {path.name: {"size_bytes": path.stat().st_size} for path in folder.iterdir()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    public = tmp_path / "public"
    public.mkdir()
    with zipfile.ZipFile(public / "train.zip", "w") as archive:
        for number in range(12):
            archive.writestr(f"train/{11 - number:02}.png", PNG + bytes([11 - number]))
        for number in range(6):
            archive.writestr(f"train/{number}.WAV", b"RIFF")
        archive.writestr("train/notes.html", b"<script>")
    with zipfile.ZipFile(public / "sample_submission.zip", "w") as archive:
        archive.writestr("masks/1.png", PNG)
    (public / "map.jpg").write_bytes(b"jpg")
    (public / "train.csv").write_text("a\n1\n")
    return public


def test_the_first_of_each_kind_are_taken_those_to_learn_from_before_others(folder: Path) -> None:
    found = samples.of(folder, files(folder), digest="one")
    assert [sample.name for sample in found if sample.is_picture] == [f"train/{n:02}.png" for n in range(8)]
    assert [sample.name for sample in found if not sample.is_picture] == [f"train/{n}.WAV" for n in range(4)]
    assert {sample.file for sample in found} == {"train.zip"}
    assert found == samples.of(folder, files(folder), digest="one")
    pictures = [sample for sample in found if sample.is_picture]
    assert pictures[3].read(folder) == PNG + bytes([3])


def test_a_plain_file_is_one_too(folder: Path) -> None:
    (folder / "train.zip").unlink()
    (found,) = samples.of(folder, files(folder), digest="two")
    assert (found.name, found.type, found.read(folder)) == ("map.jpg", "image/jpeg", b"jpg")


def test_what_is_large_is_left_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "LARGEST_BYTES", 4)
    found = samples.of(folder, files(folder), digest="three")
    assert {sample.type for sample in found} == {"audio/wav", "image/jpeg"}


@pytest.fixture
def with_media(edition: Edition, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Edition:
    class Paper:
        public = folder

        def public_files(self) -> dict[str, dict[str, Any]]:
            return {name: {**entry, "sha256": "0" * 64} for name, entry in files(folder).items()}

    monkeypatch.setattr(editions, "minted", lambda edition: Paper())
    return edition


def test_the_page_shows_and_plays_them(with_media: Edition, browse: Browse) -> None:
    page = browse().get(DATA)
    (first, *_others) = page.all("img")
    assert first["alt"] == "Picture train/00.png"
    assert len(page.all("img")) == 8
    sounds = page.all("audio")
    assert (len(sounds), sounds[0]["preload"], sounds[0]["aria-label"]) == (4, "none", "Sound train/0.WAV")
    answer = browse().raw(str(first["src"]))
    assert (answer.status_code, answer.content) == (200, PNG + b"\0")
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("place", ["12", "999999", "-1", "train.csv"])
def test_there_is_no_other_address(with_media: Edition, browse: Browse, place: str) -> None:
    assert browse().raw(f"{DATA}samples/{place}").status_code == 404


def test_nothing_is_shown_before_the_challenge_opens(with_media: Edition, browse: Browse) -> None:
    with_media.opens_at = timezone.now() + timedelta(hours=1)
    with_media.save()
    assert browse().get(DATA).all("img") == []
    assert browse().raw(f"{DATA}samples/0").status_code == 404


def test_a_challenge_of_tables_has_no_examples(edition: Edition, browse: Browse) -> None:
    assert "Examples" not in browse().get(DATA).text
