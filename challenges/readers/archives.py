"""A zip from a stranger -> name -> content, with caps that hold before a single byte is inflated.

Nothing is written to disk, so no entry can reach beside its folder; names that try are refused all the same, because
the files of a program are laid out later.
"""

from __future__ import annotations

import io
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO

from challenges.readers.findings import Findings, shown

CENTRAL_ENTRY = b"PK\x01\x02"
"""Begins each entry of a zip's directory; counted before the directory is read."""

JUNK = re.compile(r"(^|/)(__MACOSX/.*|\.DS_Store|Thumbs\.db|desktop\.ini)$")
"""What operating systems add unasked."""

HARMLESS_BYTES = 1_000_000
"""Up to here nobody minds how well an entry was packed."""


@dataclass(frozen=True, kw_only=True)
class ArchiveCaps:
    """What a zip may hold."""

    files: int
    bytes_: int
    """All entries together, unpacked."""
    depth: int = 8
    ratio: int | None = None
    """How many times smaller an entry may be packed; deflate reaches 1030, code stays below 30, zeros do not."""


class Archive:
    """The regular files of a zip that passed every check on names and sizes."""

    def __init__(self, archive: zipfile.ZipFile, entries: Mapping[str, zipfile.ZipInfo]) -> None:
        self._archive = archive
        self._entries = entries

    def sizes(self) -> dict[str, int]:
        """Return name -> size in bytes, unpacked, in the order of the zip."""
        return {name: entry.file_size for name, entry in self._entries.items()}

    def open(self, name: str) -> IO[bytes]:
        """Return an entry to read from. Reading may raise the errors in BROKEN."""
        return self._archive.open(self._entries[name])

    def read(self, name: str, findings: Findings) -> bytes:
        """Return an entry's content; a damaged one is noted and comes back empty."""
        try:
            with self.open(name) as entry:
                return entry.read()
        except BROKEN as error:
            findings.add("not_zip", f"{shown(name)} cannot be unpacked: {error}", file=shown(name))
            return b""


BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


def open_archive(data: bytes, *, caps: ArchiveCaps, findings: Findings, code: str = "not_zip") -> Archive:
    """Return a zip whose names and sizes are sound. Raises InvalidSubmission with all findings.

    `code` names a file that is no zip: a broken npz is `not_npz`.
    """
    if data.count(CENTRAL_ENTRY) > 4 * caps.files + 1000:  # zips inside the zip have entries of their own
        findings.add("too_many_files", f"the zip holds far more than {caps.files} files")
        findings.raise_if_any()
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = [entry for entry in archive.infolist() if not JUNK.search(entry.filename)]
    except BROKEN as error:
        findings.add(code, f"the file is not a zip that can be read: {error}")
        findings.raise_if_any()
        raise
    files = [entry for entry in entries if not entry.filename.endswith("/")]
    for entry in entries:
        _check_name(entry, caps, findings)
        _check_kind(entry, findings)
    _check_doubles(files, findings)
    _check_sizes(files, caps, findings)
    findings.raise_if_any()
    return Archive(archive, {entry.filename: entry for entry in files})


def _check_name(entry: zipfile.ZipInfo, caps: ArchiveCaps, findings: Findings) -> None:
    name = entry.orig_filename
    parts = name.rstrip("/").split("/")
    unsafe = (
        name.startswith("/")
        or "\\" in name
        or ":" in name
        or any(part in ("", ".", "..") for part in parts)
        or any(not letter.isprintable() for letter in name)
        or len(name) > 240
        or len(parts) > caps.depth
    )
    if unsafe:
        findings.add(
            "unsafe_path",
            f"{shown(name)!r} is not a plain relative path of at most {caps.depth} folders",
            file=shown(name),
            found=name,
        )


def _check_kind(entry: zipfile.ZipInfo, findings: Findings) -> None:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        what = "a link" if kind == stat.S_IFLNK else "a device"
        findings.add(
            "not_regular", f"{shown(entry.filename)} is {what}; expected plain files", file=shown(entry.filename)
        )
    if entry.flag_bits & 0x1:
        findings.add("not_zip", f"{shown(entry.filename)} is encrypted", file=shown(entry.filename))
    elif entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        findings.add("not_zip", f"{shown(entry.filename)} is not packed by deflate", file=shown(entry.filename))


def _check_doubles(files: list[zipfile.ZipInfo], findings: Findings) -> None:
    """Names that differ only in case or in Unicode form are one file on some machines and two on others."""
    seen: dict[str, str] = {}
    for entry in files:
        plain = unicodedata.normalize("NFKC", entry.filename).casefold()
        if plain in seen:
            findings.add(
                "unsafe_path",
                f"{shown(entry.filename)} and {shown(seen[plain])} are the same name on some machines",
                file=shown(entry.filename),
            )
        seen[plain] = entry.filename


def _check_sizes(files: list[zipfile.ZipInfo], caps: ArchiveCaps, findings: Findings) -> None:
    if len(files) > caps.files:
        findings.add("too_many_files", f"the zip holds {len(files)} files; expected at most {caps.files}")
    total = sum(entry.file_size for entry in files)
    if total > caps.bytes_:
        size_mb, most_mb = total / 1e6, caps.bytes_ / 1e6
        findings.add("zip_bomb", f"the files unpack to {size_mb:,.1f} MB; expected at most {most_mb:,.1f} MB")
    if caps.ratio is not None:
        _check_ratios(files, caps.ratio, findings)


def _check_ratios(files: list[zipfile.ZipInfo], most: int, findings: Findings) -> None:
    for entry in files:
        ratio = entry.file_size // max(entry.compress_size, 1)
        if entry.file_size > HARMLESS_BYTES and ratio > most:
            name = shown(entry.filename)
            findings.add(
                "zip_bomb", f"{name} is packed {ratio} times smaller; expected at most {most} times", file=name
            )
