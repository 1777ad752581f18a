"""Every file that a learner or a learner's program can see, archives opened."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pandas as pd

from challenges.packing import EPOCH


@dataclass(frozen=True, kw_only=True)
class ExposedFile:
    """One file, or one member of a published archive."""

    name: str
    data: bytes
    place: int
    """Position in its archive, or in the sorted folder."""
    packed_bytes: int
    oddities: tuple[str, ...] = ()
    """What an archive says about it beyond name and content: a date, a comment."""

    @property
    def stem(self) -> str:
        return PurePosixPath(self.name).stem

    @property
    def is_text(self) -> bool:
        return PurePosixPath(self.name).suffix in {".csv", ".json", ".jsonl", ".txt", ".md", ".py", ".tsv", ".yaml"}


def exposed_in(folder: Path) -> list[ExposedFile]:
    """Return the files of a folder in sorted order, each zip followed by its members."""
    found: list[ExposedFile] = []
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    for place, path in enumerate(paths):
        name, data = path.relative_to(folder).as_posix(), path.read_bytes()
        odd = () if path.stat().st_mtime == 0 else ("a date",)
        found.append(ExposedFile(name=name, data=data, place=place, packed_bytes=len(data), oddities=odd))
        if zipfile.is_zipfile(io.BytesIO(data)):
            found.extend(_members(name, data))
    return found


def _members(archive_name: str, data: bytes) -> Iterator[ExposedFile]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for place, info in enumerate(archive.infolist()):
            odd = {
                "a date": info.date_time != EPOCH,
                "extra fields": bool(info.extra),
                "a comment": bool(info.comment),
            }
            yield ExposedFile(
                name=f"{archive_name}/{info.filename}",
                data=archive.read(info),
                place=place,
                packed_bytes=info.compress_size,
                oddities=tuple(name for name, there in odd.items() if there),
            )


def tables_of(files: list[ExposedFile]) -> Mapping[str, pd.DataFrame]:
    """Return name -> the csv tables among the files, every cell a text."""
    tables = {}
    for file in files:
        if file.name.endswith(".csv"):
            tables[file.name] = pd.read_csv(io.BytesIO(file.data), dtype=str, keep_default_na=False)
    return tables
