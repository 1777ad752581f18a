"""Slug -> Challenge; the only module that opens a catalogue folder by name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

from challenges.errors import InvalidChallenge
from challenges.minting import Dataset, Mint, Streams
from challenges.packing import zip_bytes
from challenges.referee import RefereeModule
from challenges.spec import ChallengeSpec, Kind, Size, parse

CATALOG = Path(__file__).parent / "catalog"
WORLDS = Path(__file__).parent / "worlds"


ENGLISH = "en"
"""The language of every statement.md; a translation stands beside it, as statement.zh-hans.md."""


@dataclass(frozen=True)
class Statement:
    """What the learner reads, in Markdown."""

    text: str
    language: str


@dataclass(frozen=True)
class Challenge:
    """One challenge folder, opened."""

    spec: ChallengeSpec
    folder: Path
    mint_data: Mint
    referee: RefereeModule | None

    @property
    def statement(self) -> str:
        """What the learner reads in English, in Markdown."""
        return (self.folder / "statement.md").read_text(encoding="utf-8")

    @property
    def translations(self) -> tuple[str, ...]:
        """Languages besides English in which the statement is there, sorted."""
        return tuple(sorted(path.name.split(".")[1] for path in self.folder.glob("statement.*.md")))

    def statement_in(self, language: str) -> Statement:
        """Return the statement in a language, or in English where there is no translation."""
        if language not in self.translations:
            return Statement(self.statement, ENGLISH)
        return Statement((self.folder / f"statement.{language}.md").read_text(encoding="utf-8"), language)

    @property
    def picture(self) -> Path:
        """What the list and the overview show; drawn beforehand by challenges/pictures."""
        return self.folder / "picture.webp"

    def mint(self, secret: bytes, *, edition: str, size: Size) -> Dataset:
        """Return the data of one edition; baseline and kit are published with them."""
        streams = Streams.of(secret, slug=self.spec.slug, version=self.spec.version, edition=edition, size=size)
        return self.mint_data(streams, size)

    def files(self, part: str) -> dict[str, bytes]:
        """Return relative path -> content of `baseline`, `reference` or `kit`; empty when the folder has none.

        A kit that is shared with other challenges lies beneath the challenge's own.
        """
        own = _tree(self.folder / part)
        shared = self.spec.program.kit_of if part == "kit" and self.spec.program is not None else None
        return own if shared is None else dict(sorted({**_tree(WORLDS / shared / "kit"), **own}.items()))

    def packed(self, part: str) -> bytes:
        """Return `baseline` or `reference` as the zip that a learner would hand in."""
        return zip_bytes(self.files(part))

    def rejected(self) -> dict[str, bytes]:
        """Return file name -> content of rejected/; the name up to `__` or the dot is the code that it must earn."""
        return self.files("rejected")


def _tree(root: Path) -> dict[str, bytes]:
    paths = sorted(path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}


def slugs() -> list[str]:
    """Return every slug of the catalogue, sorted."""
    return sorted(path.parent.name.replace("_", "-") for path in CATALOG.glob("*/challenge.yaml"))


@cache
def load(slug: str) -> Challenge:
    """Return one challenge. Raises InvalidChallenge when the folder is missing or breaks a rule."""
    name = slug.replace("-", "_")
    folder = CATALOG / name
    if not (folder / "challenge.yaml").exists():
        raise InvalidChallenge(f"no challenge is called {slug!r}; known are {', '.join(slugs())}")
    spec = parse(folder / "challenge.yaml")
    if spec.slug != slug:
        raise InvalidChallenge(
            f"{name}/challenge.yaml: slug: found {spec.slug!r}, expected {slug!r}, the folder's name"
        )
    if spec.program is not None and spec.program.kit_of and not (WORLDS / spec.program.kit_of / "kit").is_dir():
        raise InvalidChallenge(f"{name}/challenge.yaml: program.kit_of: no world {spec.program.kit_of!r} has a kit")
    data = import_module(f"challenges.catalog.{name}.data")
    referee = import_module(f"challenges.catalog.{name}.referee") if spec.kind is Kind.INTERACTIVE else None
    return Challenge(spec=spec, folder=folder, mint_data=data.mint, referee=referee)
