import shutil
from pathlib import Path

import pytest

from challenges.spec import Size
from judge import editions
from judge.models import Edition

SLUG = "iris-new-meadow"


def test_minting_twice_keeps_the_live_edition(db: None, home: Path) -> None:
    assert editions.mint(SLUG).pk == editions.mint(SLUG).pk


def test_an_edition_knows_its_floor_and_its_ceiling(db: None, home: Path) -> None:
    anchors = editions.mint(SLUG).anchors
    assert anchors["floor"]["value"] == pytest.approx(1 / 3, abs=0.01)
    assert 0.95 < anchors["ceiling"]["value"] < 0.99


def test_lost_files_are_minted_again_byte_for_byte(db: None, home: Path) -> None:
    edition = editions.mint(SLUG)
    shutil.rmtree(editions.minted(edition).folder)
    assert editions.mint(SLUG).pk == edition.pk
    assert editions.minted(edition).digest() == edition.digest


def test_another_size_or_version_retires_the_old_paper_and_keeps_its_scores_apart(db: None, home: Path) -> None:
    small = editions.mint(SLUG)
    full = editions.mint(SLUG, size=Size.FULL)
    small.refresh_from_db()
    assert small.retired_at is not None
    assert full.digest != small.digest
    assert list(Edition.objects.filter(retired_at=None)) == [full]


def test_a_class_has_data_of_its_own(db: None, home: Path) -> None:
    mine, theirs = editions.mint(SLUG), editions.mint(SLUG, name="class-7b")
    assert mine.digest != theirs.digest
    assert mine.retired_at is None
