"""What is minted comes from the secret alone, and is written whole or not at all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from challenges.answers import CsvAnswer, IntegerColumn
from challenges.evaluation import Truth, aligned
from challenges.loader import CATALOG
from challenges.minting import Dataset, Minted, Streams, flatten, write
from challenges.packing import csv_bytes, json_bytes, npz_bytes, png_bytes, wav_bytes, zip_bytes
from challenges.spec import Size

SECRET = b"sixteen bytes or more"


def streams(**changes: object) -> Streams:
    parts = {"slug": "toy", "version": 1, "edition": "open", "size": Size.SMALL, **changes}
    return Streams.of(SECRET, **parts)  # type: ignore[arg-type]


def first(source: Streams, part: str, index: int | None = None) -> int:
    return int(source(part, index).integers(0, 2**62))


def test_a_stream_always_starts_the_same() -> None:
    assert first(streams(), "noise") == first(streams(), "noise")


def test_using_one_stream_leaves_the_others_alone() -> None:
    source = streams()
    expected = first(source, "noise")
    source("structure").normal(size=1000)
    assert first(source, "noise") == expected


def test_every_part_index_edition_version_size_slug_and_secret_has_chances_of_its_own() -> None:
    drawn = [
        first(streams(), "a"),
        first(streams(), "b"),
        first(streams(), "a", 0),
        first(streams(), "a", 1),
        first(streams(edition="class"), "a"),
        first(streams(version=2), "a"),
        first(streams(size=Size.FULL), "a"),
        first(streams(slug="other"), "a"),
        first(Streams.of(SECRET + b"!", slug="toy", version=1, edition="open", size=Size.SMALL), "a"),
    ]
    assert len(set(drawn)) == len(drawn)


def test_streams_are_not_correlated() -> None:
    many = np.stack([streams()("part", index).normal(size=2000) for index in range(40)])
    between = np.corrcoef(many)[np.triu_indices(40, k=1)]
    assert np.abs(between).max() < 5 / np.sqrt(2000)


def test_a_short_secret_protects_nothing_and_is_refused() -> None:
    with pytest.raises(ValueError, match="15 bytes; at least 16"):
        Streams.of(b"x" * 15, slug="toy", version=1, edition="open", size=Size.SMALL)


def test_ids_are_distinct_and_opaque() -> None:
    ids = streams().ids("rows", 5000)
    assert len(set(ids.tolist())) == 5000
    assert all(len(id_) == 8 and int(id_, 16) >= 0 for id_ in ids.tolist())
    order = np.argsort([int(id_, 16) for id_ in ids])
    assert abs(np.corrcoef(order, np.arange(5000))[0, 1]) < 5 / np.sqrt(5000)


def dataset() -> Dataset:
    boxes = np.empty(2, dtype=object)
    boxes[0], boxes[1] = [{"category_id": 1, "bbox": [1.0, 2.5, 3.0, 4.0], "iscrowd": 0, "area": 12.0}], []
    trays = np.empty(2, dtype=object)
    trays[0], trays[1] = np.array([0, 1, -1]), np.array([2])
    return Dataset(
        public={"train/a.csv": b"x\n1\n"},
        inputs={"test/b.bin": b"\0\1"},
        referee={"episodes.json": b"[]"},
        floor=b"floor",
        truth=Truth(
            ids={"id": np.array(["b", "a"]), "number": np.array([7, 3])},
            columns={"price": np.array([0.1, 1 / 3]), "kind": np.array(["oak", "elm"]), "boxes": boxes, "tray": trays},
            public=np.array([True, False]),
            unit=np.array([4, 9]),
            facts={"width": np.array([640, 320])},
        ),
    )


def test_a_truth_survives_its_way_over_the_disk(tmp_path: Path) -> None:
    there = dataset().truth
    back = write(dataset(), tmp_path / "paper").truth()
    assert there is not None
    assert back.ids["id"].tolist() == ["b", "a"]
    assert back.ids["number"].dtype == np.int64
    assert back.columns["price"].tolist() == [0.1, 1 / 3]
    assert back.columns["kind"].tolist() == ["oak", "elm"]
    assert back.columns["boxes"].tolist() == there.columns["boxes"].tolist()
    assert [cell.tolist() for cell in back.columns["tray"]] == [[0, 1, -1], [2]]
    assert back.public.tolist() == [True, False]
    assert back.unit.tolist() == [4, 9]
    assert back.facts["width"].tolist() == [640, 320]


def test_pictures_of_any_size_come_back_as_they_were_and_may_be_subtracted(tmp_path: Path) -> None:
    cells = np.empty(3, dtype=object)
    cells[0], cells[1] = np.array([[0, 255], [7, 9]], np.uint8), np.arange(6, dtype=np.uint8).reshape(1, 2, 3)
    cells[2] = cells[0].T
    pictures = Truth(
        ids={"id": np.array(["a", "b", "c"])},
        columns={"picture": cells},
        public=np.array([True, False, False]),
        unit=np.arange(3),
    )
    back = write(Dataset(public={}, truth=pictures), tmp_path / "paper").truth().columns["picture"]
    assert [cell.tolist() for cell in back] == [[[0, 255], [7, 9]], [[[0, 1, 2], [3, 4, 5]]], [[0, 7], [255, 9]]]
    assert (back[0] - 255).tolist() == [[-255, 0], [-248, -246]]


def test_the_same_dataset_has_the_same_digest_and_another_another(tmp_path: Path) -> None:
    one, two = write(dataset(), tmp_path / "one"), write(dataset(), tmp_path / "two")
    assert one.digest() == two.digest()
    changed = Dataset(**{**dataset().__dict__, "inputs": {"test/b.bin": b"\0\2"}})
    assert write(changed, tmp_path / "three").digest() != one.digest()


def test_an_edition_on_disk_tells_its_parts_apart(tmp_path: Path) -> None:
    paper = write(dataset(), tmp_path / "paper")
    assert (paper.public / "train" / "a.csv").read_bytes() == b"x\n1\n"
    assert (paper.inputs / "test" / "b.bin").read_bytes() == b"\0\1"
    assert paper.episodes() == {"episodes.json": b"[]"}
    assert (paper.floor(), paper.ceiling()) == (b"floor", None)
    listed = paper.public_files()
    sha256 = "daff832f802000e645771a60983c76c963f6ee602a6230e45237bd360e91cc1a"
    assert listed == {"train/a.csv": {"size_bytes": 4, "sha256": sha256}}


def test_the_dates_of_the_files_tell_nothing(tmp_path: Path) -> None:
    paper = write(dataset(), tmp_path / "paper")
    assert {path.stat().st_mtime for path in paper.public.rglob("*") if path.is_file()} == {0}


def test_a_write_cut_short_leaves_nothing_that_looks_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Path.write_bytes

    def full_disk(path: Path, data: bytes) -> int:
        if path.name == "truth.json":
            raise OSError("no space left")
        return whole(path, data)

    monkeypatch.setattr(Path, "write_bytes", full_disk)
    with pytest.raises(OSError, match="no space left"):
        write(dataset(), tmp_path / "paper")
    assert not (tmp_path / "paper").exists()
    monkeypatch.undo()
    assert write(dataset(), tmp_path / "paper").truth().unit.tolist() == [4, 9]
    assert [path.name for path in tmp_path.iterdir()] == ["paper"]


def test_a_second_write_replaces_the_first_whole(tmp_path: Path) -> None:
    write(dataset(), tmp_path / "paper")
    paper = write(Dataset(public={"b.csv": b"x\n"}), tmp_path / "paper")
    assert set(paper.public_files()) == {"b.csv"}
    assert not (paper.public / "train").exists()
    with pytest.raises(FileNotFoundError):
        paper.truth()


def test_packing_gives_the_same_bytes_in_any_process() -> None:
    script = (
        "import hashlib, numpy as np, pandas as pd\n"
        "from challenges.packing import *\n"
        "names = {'b', 'a', 'c'}\n"
        "parts = [csv_bytes(pd.DataFrame({'x': [0.1, 2.0]})), json_bytes({name: 1 for name in names}),\n"
        "         zip_bytes({name: b'x' for name in names}), npz_bytes({name: np.arange(3) for name in names}),\n"
        "         png_bytes(np.zeros((2, 2), np.uint8)), wav_bytes(np.zeros(3, np.int16), rate_hz=8000)]\n"
        "print(hashlib.sha256(b'|'.join(parts)).hexdigest())\n"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(CATALOG.parent.parent)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_packing_adds_nothing_to_the_content() -> None:
    import pandas as pd

    assert csv_bytes(pd.DataFrame({"x": [1, 2], "y": ["ä", ""]})) == "x,y\n1,ä\n2,\n".encode()
    assert json_bytes({"b": np.float64(0.5), "a": np.arange(2)}) == b'{"a":[0,1],"b":0.5}\n'
    assert png_bytes(np.zeros((1, 1), np.uint8))[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(wav_bytes(np.zeros(3, np.int16), rate_hz=8000)) == 44 + 6
    assert zip_bytes({"a": b""})[:4] == b"PK\x03\x04"
    assert npz_bytes({"a": np.arange(2)})[:2] == b"PK"


TRAYS = CsvAnswer(
    format="csv", file="l.csv", ids=("tray", "row"), group_by="tray",
    columns={"label": IntegerColumn(type="integer", min=0, max=9)},
)  # fmt: skip


def long_truth(**changes: object) -> Truth:
    parts = {
        "ids": {"tray": np.array(["t", "t", "s"]), "row": np.array([0, 1, 0])},
        "columns": {"label": np.array([4, 5, 6])},
        "public": np.array([True, True, False]),
        "unit": np.array([0, 0, 1]),
        **changes,
    }
    return Truth(**parts)  # type: ignore[arg-type]


def test_a_truth_of_single_rows_is_grouped_like_the_answer() -> None:
    found = np.empty(2, dtype=object)
    found[0], found[1] = np.array([1, 1]), np.array([2])
    evaluation = aligned(long_truth(), {"label": found}, TRAYS)
    assert [cell.tolist() for cell in evaluation.truth["label"]] == [[4, 5], [6]]
    assert evaluation.public.tolist() == [True, False]
    assert evaluation.unit.tolist() == [0, 1]


def test_a_group_in_both_splits_is_refused() -> None:
    found = np.empty(2, dtype=object)
    found[0], found[1] = np.array([1, 1]), np.array([2])
    with pytest.raises(ValueError, match="tray t lies in several splits"):
        aligned(long_truth(public=np.array([True, False, False])), {"label": found}, TRAYS)


def test_flatten_names_every_part_where_it_lies() -> None:
    assert list(flatten(dataset())) == ["floor", "inputs/test/b.bin", "public/train/a.csv", "referee/episodes.json",
                                        "truth.json"]  # fmt: skip
    assert Minted(Path("x")).public == Path("x/public")
