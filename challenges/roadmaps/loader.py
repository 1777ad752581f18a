"""All roadmaps together: ids are unique, and whoever shares a challenge shares one that exists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from challenges.errors import InvalidChallenge
from challenges.roadmaps.spec import Roadmap, Row
from challenges.strict import read_yaml

FOLDER = Path(__file__).parent
ORDER = ("video", "article", "ninety", "topics")
"""Slugs of the roadmaps as they are listed; each is the name of a file."""


@dataclass(frozen=True)
class Atlas:
    """The roadmaps, every row by its id, and the roadmap on which it stands."""

    roadmaps: Sequence[Roadmap]
    rows: Mapping[str, Row]
    homes: Mapping[str, Roadmap]

    @cached_property
    def places(self) -> Mapping[str, Mapping[str, int]]:
        """Roadmap -> challenge -> its place there: how many other challenges come before it. All by their slugs."""
        served = {roadmap.slug: dict.fromkeys(map(self.challenge_of, roadmap.rows)) for roadmap in self.roadmaps}
        return {roadmap: {slug: place for place, slug in enumerate(found)} for roadmap, found in served.items()}

    def find(self, slug: str) -> Roadmap | None:
        """Return a roadmap by its slug."""
        return next((roadmap for roadmap in self.roadmaps if roadmap.slug == slug), None)

    def challenge_of(self, row: Row) -> str:
        """Return the slug of the challenge that serves a row, its own or the shared one."""
        served = self.rows[row.same_as] if row.same_as is not None else row
        if served.challenge is None:
            raise ValueError(f"{row.id} shares the challenge of {served.id}, which has none")
        return served.challenge


@cache
def atlas() -> Atlas:
    """Return the roadmaps of this repository. Raises InvalidChallenge where a file breaks a rule."""
    return read_atlas(FOLDER, ORDER)


def read_atlas(folder: Path, order: Sequence[str]) -> Atlas:
    """Return the roadmaps of a folder. Raises InvalidChallenge with every fault that the files have between them."""
    files = {folder / f"{slug}.yaml": slug for slug in order}
    roadmaps = {file: read_yaml(file, Roadmap) for file in files}
    for file, slug in files.items():
        if roadmaps[file].slug != slug:
            found = roadmaps[file].slug
            raise InvalidChallenge(f"{file.name}: slug: found {found!r}, expected {slug!r}, the file's name")
    faults = list(_faults(roadmaps))
    if faults:
        raise InvalidChallenge("\n".join(faults))
    placed = [(row, roadmap) for roadmap in roadmaps.values() for row in roadmap.rows]
    return Atlas(
        roadmaps=list(roadmaps.values()),
        rows={row.id: row for row, _ in placed},
        homes={row.id: roadmap for row, roadmap in placed},
    )


def _faults(roadmaps: Mapping[Path, Roadmap]) -> Iterator[str]:
    placed = [(file, row) for file, roadmap in roadmaps.items() for row in roadmap.rows]
    owners = {row.id for _, row in placed if row.challenge is not None}
    file_of: dict[str, Path] = {}
    row_of: dict[str, str] = {}
    for file, row in placed:
        where = f"{file.name}, line {_line_of(file, row.id)}"
        if row.id in file_of:
            yield f"{where}: id: {row.id} stands in {file_of[row.id].name} too"
        if row.challenge in row_of:
            yield f"{where}: challenge: {row_of[row.challenge]} has {row.challenge!r} already; say `same_as`"
        if row.same_as is not None and row.same_as not in owners:
            yield f"{where}: same_as: {row.same_as} is no row with a challenge of its own"
        file_of[row.id] = file
        if row.challenge is not None:
            row_of[row.challenge] = row.id


def _line_of(file: Path, row_id: str) -> int:
    """Return the 1-based line on which a row begins."""
    text = file.read_text(encoding="utf-8")
    found = re.search(rf"\bid:\s*{row_id}\b", text)
    return 1 if found is None else text.count("\n", 0, found.start()) + 1
