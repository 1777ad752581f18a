"""Every challenge of the catalogue keeps what it hides; the anchors are the business of `manage.py audit`."""

from __future__ import annotations

from pathlib import Path

import pytest

from challenges.audit.determinism import check_determinism
from challenges.audit.exposure import check_exposure
from challenges.audit.side_channels import check_side_channels
from challenges.audit.split import check_split
from challenges.audit.statement import check_statement
from challenges.loader import load, slugs
from challenges.minting import write
from challenges.spec import Size

SECRET = b"the catalogue is to be sound"
OTHER = b"the catalogue has other truth"


@pytest.mark.slow
@pytest.mark.parametrize("slug", slugs())
def test_a_challenge_keeps_what_it_hides(slug: str, tmp_path: Path) -> None:
    challenge = load(slug)
    paper = write(challenge.mint(SECRET, edition="audit", size=Size.SMALL), tmp_path / "paper")
    other = write(challenge.mint(OTHER, edition="audit", size=Size.SMALL), tmp_path / "other")
    checks = [
        *check_determinism(challenge, paper, other, secret=SECRET, size=Size.SMALL, folder=tmp_path / "again"),
        *check_exposure(challenge, paper),
        *check_side_channels(challenge, paper),
        *check_split(challenge, paper, Size.SMALL),
        *check_statement(challenge, paper),
    ]
    assert [f"{check.name}: {check.explanation}" for check in checks if not check.passed] == []
