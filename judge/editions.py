"""Challenge -> minted data of this deployment, and the numbers every score is held against."""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from challenges.anchors import in_process_anchors
from challenges.evaluation import Truth
from challenges.loader import load
from challenges.minting import Minted, write
from challenges.spec import Size
from judge.models import Edition
from judge.models.edition import OPEN


def minted(edition: Edition) -> Minted:
    """Return the files of an edition."""
    return Minted(Path(settings.EDITIONS_DIR) / edition.folder)


@lru_cache(maxsize=32)
def _truth(folder: str, digest: str) -> Truth:
    return Minted(Path(settings.EDITIONS_DIR) / folder).truth()


def truth(edition: Edition) -> Truth:
    """Return the answers of an edition, read from disk once a process."""
    return _truth(edition.folder, edition.digest)


def mint(slug: str, *, name: str = OPEN, size: Size | None = None) -> Edition:
    """Mint the current version of a challenge unless it is there already, and make it the live edition.

    An older version under the same name is retired: its submissions and boards stay readable, new ones go to the
    new paper.
    """
    challenge = load(slug)
    size = size or Size(settings.CHALLENGE_SIZE)
    live = Edition.objects.filter(slug=slug, name=name, retired_at=None).first()
    if live is not None and (live.version, live.size) == (challenge.spec.version, size) and _is_whole(live):
        return live
    folder = f"{slug}/v{challenge.spec.version}-{name}-{size}"
    dataset = challenge.mint(settings.MINT_SECRET, edition=name, size=size)
    paper = write(dataset, Path(settings.EDITIONS_DIR) / folder)
    anchors = {
        anchor: dataclasses.asdict(score) for anchor, score in in_process_anchors(challenge, paper, size).items()
    }
    with transaction.atomic():
        if live is not None and live.digest == paper.digest():
            return live  # only its files were missing; they are back, byte for byte
        if live is not None:
            live.retired_at = timezone.now()
            live.save(update_fields=["retired_at"])
        return Edition.objects.create(
            slug=slug,
            name=name,
            version=challenge.spec.version,
            size=size,
            digest=paper.digest(),
            folder=folder,
            anchors=anchors,
        )


def _is_whole(edition: Edition) -> bool:
    paper = minted(edition)
    return (paper.folder / "manifest.json").exists() and paper.digest() == edition.digest
