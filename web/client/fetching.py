"""download: every file at most once, a broken download goes on where it stopped, and its sha256 has the last word.

SLUG/data/...        the public files, where the starter looks for them
SLUG/main.py ...     the starter and our files beside a program, never laid over files that are there
SLUG/.judge.json     which challenge this folder is about
"""

from __future__ import annotations

import hashlib
import io
import json
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import httpx

from web.client.catalogue import size_in_words
from web.client.door import Door, Json
from web.client.errors import ClientError, NoAnswer, Usage

MARK = ".judge.json"
PAUSES_S = (1.0, 2.0, 4.0, 8.0)
"""Between tries of a download that broke off."""
CHUNK = 256 * 1024

Tell = Callable[[str], None]


def download(
    door: Door,
    slug: str,
    *,
    name: str | None,
    folder: Path | None,
    force: bool,
    tell: Tell,
    progress: Callable[[int], None],
) -> None:
    """Fetch all files, or one; without a folder of one's own also the starter. Raises ClientError."""
    listing = door.get(f"challenges/{slug}/files")
    items = [item for item in listing["items"] if name in (None, item["name"])]
    if not items:
        names = ", ".join(item["name"] for item in listing["items"])
        raise Usage(f"{slug} has no file {name}; it has {names}")
    data = folder if folder is not None else Path(slug) / "data"
    for item in items:
        _file(door, slug, item, data, force=force, tell=tell, progress=progress)
    if folder is None:
        _starter(door, slug, Path(slug), listing, tell)


def challenge_of(place: Path) -> str | None:
    """Return the challenge that the folder of a file, or one above it, was downloaded for."""
    start = place.resolve()
    for folder in (start, *start.parents):
        mark = folder / MARK
        if mark.is_file():
            try:
                slug = json.loads(mark.read_text(encoding="utf-8"))["challenge"]
            except (ValueError, KeyError, TypeError):
                return None
            return slug if isinstance(slug, str) else None
    return None


def _file(
    door: Door, slug: str, item: Json, folder: Path, *, force: bool, tell: Tell, progress: Callable[[int], None]
) -> None:
    target = _inside(folder, item["name"])
    if target.exists() and not force:
        if target.stat().st_size == item["size_bytes"] and _sha256(target) == item["sha256"]:
            tell(f"{item['name']}: already here")
            return
        raise Usage(f"{target} is another file than the one of {slug}; --force replaces it")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{item['sha256'][:12]}.part")
    _fetch(door, f"challenges/{slug}/files/{quote(item['name'])}", partial, item, progress)
    if (found := _sha256(partial)) != item["sha256"]:
        partial.unlink()
        raise ClientError(f"{item['name']} arrived with sha256 {found[:12]}..., expected {item['sha256'][:12]}...")
    partial.replace(target)
    tell(f"{item['name']}: {size_in_words(item['size_bytes'])} -> {target}")


def _fetch(door: Door, path: str, partial: Path, item: Json, progress: Callable[[int], None]) -> None:
    """Bring a partial file to its full size, in as many connections as it takes."""
    pauses = iter(PAUSES_S)
    while True:
        here = partial.stat().st_size if partial.exists() else 0
        if here == item["size_bytes"] and partial.exists():
            return
        try:
            _go_on(door, path, partial, here if here < item["size_bytes"] else 0, item, progress)
        except NoAnswer:
            pause_s = next(pauses, None)
            if pause_s is None:
                raise
            time.sleep(pause_s)


def _go_on(door: Door, path: str, partial: Path, here: int, item: Json, progress: Callable[[int], None]) -> None:
    headers = {"Accept-Encoding": "identity"}
    if here:
        headers |= {"Range": f"bytes={here}-", "If-Range": f'"{item["sha256"]}"'}
    with door.stream(path, headers) as response:
        resumed = response.status_code == httpx.codes.PARTIAL_CONTENT
        with partial.open("ab" if resumed else "wb") as file:
            done = here if resumed else 0
            for chunk in response.iter_raw(CHUNK):
                done += len(chunk)
                if done > item["size_bytes"]:
                    raise ClientError(f"{item['name']} is longer than the {item['size_bytes']} bytes it should have")
                file.write(chunk)
                progress(len(chunk))
    if done < item["size_bytes"]:
        raise NoAnswer(f"The download of {item['name']} stopped at {done} of {item['size_bytes']} bytes.")


def _starter(door: Door, slug: str, folder: Path, listing: Json, tell: Tell) -> None:
    paths = ["baseline"] + (["kit"] if listing["kit_url"] else [])
    for path in paths:
        with door.stream(f"challenges/{slug}/{path}", {}) as response:
            packed = response.read()
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            for name in archive.namelist():
                target = _inside(folder, name)
                if target.exists():
                    tell(f"{target}: already here, left as it is")
                    continue
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(name))
                tell(f"{target}: {'starter' if path == 'baseline' else 'kit'}")
    (folder / MARK).write_text(json.dumps({"server": door.login.server, "challenge": slug}), encoding="utf-8")


def _inside(folder: Path, name: str) -> Path:
    """Return where a file of the server may be written: below the folder, whatever its name says."""
    target = folder / name
    if not target.resolve().is_relative_to(folder.resolve()) or target == folder:
        raise ClientError(f"the server offers a file {name!r}, which would lie outside {folder}; nothing was written")
    return target


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
