"""Pictures and sounds of a challenge's public files, some of them, so that learners see and hear what they get."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".wav": "audio/wav"}
MOST = {"image": 8, "audio": 4}
LARGEST_BYTES = 2_000_000


@dataclass(frozen=True)
class Sample:
    """A picture or a sound: a public file, or a member of a public zip."""

    file: str
    member: str | None
    type: str

    @property
    def name(self) -> str:
        return self.member or self.file

    @property
    def is_picture(self) -> bool:
        return self.type.startswith("image/")

    def read(self, folder: Path) -> bytes:
        if self.member is None:
            return (folder / self.file).read_bytes()
        with zipfile.ZipFile(folder / self.file) as archive:
            return archive.read(self.member)


def of(folder: Path, files: Mapping[str, Mapping[str, Any]], *, digest: str) -> tuple[Sample, ...]:
    """Return the first pictures and sounds of an edition, always the same ones: their place is their address."""
    sizes = tuple(sorted((name, int(entry["size_bytes"])) for name, entry in files.items()))
    return _of(folder, sizes, digest)


@lru_cache(maxsize=64)
def _of(folder: Path, sizes: tuple[tuple[str, int], ...], digest: str) -> tuple[Sample, ...]:
    found: list[Sample] = []
    left = dict(MOST)
    for sample in _candidates(folder, sizes):
        kind = sample.type.partition("/")[0]
        if left[kind]:
            left[kind] -= 1
            found.append(sample)
        if not any(left.values()):
            break
    return tuple(found)


def _candidates(folder: Path, sizes: tuple[tuple[str, int], ...]) -> Iterator[Sample]:
    for name, size in sorted(sizes, key=lambda file: _interest(file[0])):
        if _type(name) is not None and size <= LARGEST_BYTES:
            yield Sample(name, None, _type(name) or "")
        elif name.endswith(".zip") and not name.startswith("sample_submission"):
            with zipfile.ZipFile(folder / name) as archive:
                for info in sorted(archive.infolist(), key=lambda info: info.filename):
                    kind = _type(info.filename)
                    if kind is not None and info.file_size <= LARGEST_BYTES:
                        yield Sample(name, info.filename, kind)


def _interest(name: str) -> tuple[bool, str]:
    """What there is to learn from comes first."""
    return "train" not in name, name


def _type(name: str) -> str | None:
    return TYPES.get(PurePosixPath(name).suffix.lower())
