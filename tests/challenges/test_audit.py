"""The audit passes a sound toy challenge and fails each of its broken copies at the very check that is meant."""

from __future__ import annotations

import dataclasses
import io
import itertools
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

import challenges.audit as auditing
from challenges.audit import AuditReport, audit
from challenges.audit.exposure import _chunks
from challenges.loader import Challenge
from challenges.minting import Dataset, Streams
from challenges.packing import json_bytes, zip_bytes
from challenges.spec import Size
from tests.challenges.toys import (
    PROGRAM,
    ROWS,
    SECRET,
    STATEMENT,
    PlainPipeline,
    PlayingPipeline,
    World,
    answer_file,
    conversation,
    draw,
    pack,
    toy,
)

pytestmark = pytest.mark.slow


def audited(challenge: Challenge, pipeline: Any = None) -> AuditReport:
    return audit(challenge, secret=SECRET, size=Size.SMALL, pipeline=pipeline or PlainPipeline())


def failures(challenge: Challenge, pipeline: Any = None) -> set[str]:
    return {check.name for check in audited(challenge, pipeline).failed}


def test_a_sound_challenge_passes_every_check(tmp_path: Path) -> None:
    report = audited(toy(tmp_path))
    assert report.failed == ()
    assert report.passed
    row = report.row()
    assert row["slug"] == "toy"
    assert row["floor"] < row["baseline"] < row["reference"] < row["ceiling"] == 1.0
    assert 0.005 < row["reference_se"] < 0.03
    assert any("ok   position_is_silent" in line for line in report.lines())


def test_a_mint_that_counts_its_calls_is_found_out(tmp_path: Path) -> None:
    calls = itertools.count()

    def change(world: World) -> None:
        world.files["note.txt"] = str(next(calls)).encode()

    statement = STATEMENT + "note.txt"
    assert failures(toy(tmp_path, change=change, files={"statement.md": statement})) == {"same_secret_same_bytes"}


def test_a_mint_that_does_without_the_secret_is_found_out(tmp_path: Path) -> None:
    def mint(streams: Streams, size: Size) -> Dataset:
        return pack(draw(Streams(b"always the same")))

    assert failures(toy(tmp_path, mint=mint)) == {"other_secret_other_answers"}


def test_a_mint_that_raises_is_a_finding_with_its_place_and_no_end_of_the_audit(tmp_path: Path) -> None:
    def mint(streams: Streams, size: Size) -> Dataset:
        raise ZeroDivisionError("a row without customers")

    report = audit(toy(tmp_path, mint=mint), secret=SECRET, size=Size.SMALL, pipeline=PlainPipeline())
    (check,) = report.failed
    assert check.name == "mints"
    assert check.explanation.startswith("ZeroDivisionError: a row without customers (test_audit.py, line ")


def test_a_slow_mint_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auditing, "SLOWEST_MINT_S", 0.0)
    assert failures(toy(tmp_path)) == {"mint_is_fast"}


def test_a_slow_baseline_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auditing, "SLOWEST_BASELINE_S", 0.0)
    assert failures(toy(tmp_path)) == {"baseline_is_quick"}


def truth_column(world: World) -> None:
    world.columns["label"] = world.label


def telling_column(world: World) -> None:
    world.columns["colour"] = np.where(world.yes, "red", "blue")


def pairs_in_a_note(world: World) -> None:
    world.files["note.txt"] = "\n".join(f"{a} is {b}" for a, b in zip(world.ids, world.label, strict=True)).encode()


def pairs_in_json(world: World) -> None:
    rows = [{"name": a, "class": b} for a, b in zip(world.ids.tolist(), world.label.tolist(), strict=True)]
    world.files["note.json"] = json_bytes(rows)


def ceiling_in_a_zip(world: World) -> None:
    world.ceiling = True
    world.files["best.zip"] = zip_bytes({"best": answer_file(world.ids, np.where(world.x > 0, "yes", "no"))})


def sorted_rows(world: World) -> None:
    order = np.argsort(world.yes, kind="stable")
    world.x, world.yes, world.public = world.x[order], world.yes[order], world.public[order]


def rows_in_turns(world: World) -> None:
    yes, no = np.flatnonzero(world.yes), np.flatnonzero(~world.yes)
    pairs = min(len(yes), len(no))
    turns = np.concatenate([np.stack([yes[:pairs], no[:pairs]], axis=1).ravel(), yes[pairs:], no[pairs:]])
    world.x, world.yes = world.x[turns], world.yes[turns]


def growing_ids(world: World) -> None:
    world.ids = np.sort(world.ids)[np.argsort(np.argsort(world.x))]


def odd_ids(world: World) -> None:
    world.ids = np.array([f"{int(id_, 16) // 2 * 2 + yes:08x}" for id_, yes in zip(world.ids, world.yes, strict=True)])


def telling_sizes(world: World) -> None:
    world.files["bodies.zip"] = zip_bytes(
        {f"{id_}.bin": bytes(50 + 3 * yes) for id_, yes in zip(world.ids, world.yes, strict=True)}, compress=False
    )


def places_in_a_zip(world: World) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for row in np.argsort(world.yes, kind="stable"):
            archive.writestr(zipfile.ZipInfo(f"{world.ids[row]}.bin", (1980, 1, 1, 0, 0, 0)), b"body")
    world.files["bodies.zip"] = buffer.getvalue()


def dates_in_a_zip(world: World) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a.bin", (2024, 5, 1, 12, 0, 0)), b"body")
    world.files["bodies.zip"] = buffer.getvalue()


def text_in_a_png(world: World) -> None:
    note = PngImagePlugin.PngInfo()
    note.add_text("label", "yes")
    buffer = io.BytesIO()
    Image.new("L", (2, 2)).save(buffer, format="PNG", pnginfo=note)
    world.files["a.png"] = buffer.getvalue()


def exif_in_a_jpeg(world: World) -> None:
    exif = Image.Exif()
    exif[0x010E] = "yes"
    buffer = io.BytesIO()
    Image.new("L", (8, 8)).save(buffer, format="JPEG", exif=exif)
    world.files["a.jpg"] = buffer.getvalue()


def test_an_orientation_alone_is_no_metadata_that_tells() -> None:
    exif, buffer = Image.Exif(), io.BytesIO()
    exif[0x0112] = 6
    Image.new("L", (8, 8)).save(buffer, format="JPEG", exif=exif)
    assert list(_chunks(buffer.getvalue())) == []


def half_public(world: World) -> None:
    world.public = np.arange(ROWS) % 2 == 0


def torn_units(world: World) -> None:
    world.unit = np.arange(ROWS) // 2


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (truth_column, "tables_hold_no_truth"),
        (telling_column, "tables_hold_no_truth"),
        (pairs_in_a_note, "texts_hold_no_truth"),
        (pairs_in_json, "texts_hold_no_truth"),
        (ceiling_in_a_zip, "hidden_bytes_stay_hidden"),
        (sorted_rows, "position_is_silent"),
        (rows_in_turns, "position_is_silent"),
        (growing_ids, "id_is_silent"),
        (odd_ids, "id_is_silent"),
        (telling_sizes, "file_size_is_silent"),
        (places_in_a_zip, "position_is_silent"),
        (dates_in_a_zip, "metadata_is_bare"),
        (text_in_a_png, "metadata_is_bare"),
        (exif_in_a_jpeg, "metadata_is_bare"),
        (half_public, "public_share"),
        (torn_units, "units_are_whole"),
    ],
)
def test_a_leak_or_an_unfair_split_is_found_out(tmp_path: Path, change: Callable[[World], None], check: str) -> None:
    named = STATEMENT + "note.txt note.json best.zip bodies.zip a.png a.jpg"
    found = failures(toy(tmp_path, change=change, files={"statement.md": named}))
    assert check in found
    # A row whose place or name tells of the truth has neighbours whose answers do.
    side_channel = check in ("position_is_silent", "id_is_silent", "file_size_is_silent")
    assert ("accidents_stay_at_the_floor" in found) == side_channel
    assert found - {check, "texts_hold_no_truth", "tables_hold_no_truth"} <= {"accidents_stay_at_the_floor"}


def test_an_honest_signal_that_is_declared_passes_and_is_told(tmp_path: Path) -> None:
    spec = {"honest_signals": {"file_size": "a body of class yes weighs more"}}
    challenge = toy(tmp_path, change=telling_sizes, spec=spec, files={"statement.md": STATEMENT + "bodies.zip"})
    report = audited(challenge)
    (check,) = [check for check in report.checks if check.name == "file_size_is_silent"]
    assert check.passed
    assert "an honest signal, a body of class yes weighs more" in check.explanation
    assert report.passed


def few_rows(streams: Streams, size: Size) -> Dataset:
    return pack(draw(streams, rows=40))


@pytest.mark.parametrize(
    ("broken", "check"),
    [
        ({"files": {"statement.md": STATEMENT.replace("## How it is scored", "")}}, "statement_is_complete"),
        ({"files": {"statement.md": STATEMENT.replace("## What it trains", "")}}, "statement_is_complete"),
        ({"files": {"picture.webp": "a horse"}}, "picture_can_be_shown"),
        ({"files": {"statement.md": STATEMENT.replace("`test.csv`", "one")}}, "statement_is_complete"),
        ({"files": {"baseline/main.py": PROGRAM.replace("LIMIT", "0.0")}}, "baseline_below_reference"),
        ({"files": {"baseline/main.py": PROGRAM.replace("LIMIT", "99.0")}}, "floor_below_baseline"),
        (
            {"files": {"reference/main.py": PROGRAM.replace('"yes"', '"aye"').replace("LIMIT", "0")}},
            "reference_is_scored",
        ),
        ({"files": {"baseline/main.py": "raise SystemExit(3)"}}, "baseline_is_scored"),
        ({"files": {"rejected/unknown_category.csv": "id,label\nx,yes\n"}}, "rejected/unknown_category.csv"),
        ({"files": {"rejected/unknown_category.csv": None}}, "rejected_files_are_there"),
        ({"mint": few_rows}, "enough_rows_to_rank_by"),
        ({"spec": {"metric": {"primary": {"id": "accuracy", "truth": "species"}}}}, "split"),
        ({"spec": {"metric": {"primary": {"id": "kudos"}}}}, "split"),
        ({"spec": {"metric": {"primary": {"id": "accuracy", "params": {"treshold": 0.5}}}}}, "split"),
        ({"spec": {"metric": {"primary": {"id": "accuracy"}, "secondary": [{"id": "rmse"}]}}}, "split"),
    ],
)
def test_a_broken_folder_is_found_out(tmp_path: Path, broken: dict[str, Any], check: str) -> None:
    assert check in failures(toy(tmp_path, **broken))


def test_a_ceiling_that_is_beaten_is_found_out(tmp_path: Path) -> None:
    def mint(streams: Streams, size: Size) -> Dataset:
        world = draw(streams)
        return dataclasses.replace(pack(world), ceiling=answer_file(world.ids, np.where(world.x > 1, "yes", "no")))

    assert "reference_below_ceiling" in failures(toy(tmp_path, mint=mint))


def test_the_side_channels_of_sound_challenges_stay_silent_edition_after_edition(tmp_path: Path) -> None:
    from challenges.audit.exposed import exposed_in
    from challenges.audit.side_channels import ALPHA, suspicions
    from challenges.minting import write

    nearest = []
    for edition in range(20):
        paper = write(toy(tmp_path).mint(SECRET, edition=str(edition), size=Size.SMALL), tmp_path / f"e{edition}")
        found, tests = suspicions(paper.truth(), exposed_in(paper.public))
        nearest.append(found[0].p * tests)
    assert min(nearest) > ALPHA
    assert np.median(nearest) > 0.1  # the p-values are honest: the least of many is not tiny as a rule


def test_a_sound_conversation_passes_every_check(tmp_path: Path) -> None:
    assert failures(conversation(tmp_path, lambda numbers: {"test.csv": b"of\n1.0\n"}), PlayingPipeline()) == set()


def test_an_episode_that_is_published_is_found_out(tmp_path: Path) -> None:
    challenge = conversation(tmp_path, lambda numbers: {"test.csv": b"of\n" + numbers[:300]})
    assert failures(challenge, PlayingPipeline()) == {"hidden_bytes_stay_hidden"}
