"""submit, cancel, choose. A connection that breaks never makes two submissions: every try carries the same key."""

from __future__ import annotations

import time
import uuid
from pathlib import Path

from web.client.door import Door, Json
from web.client.errors import NoAnswer, Refused, Usage

PAUSES_S = (1.0, 2.0, 4.0, 8.0)
"""Between tries of an upload that broke off."""


def submit(door: Door, slug: str, *, file: Path, message: str) -> Json:
    """Hand a file in and return the submission. Raises Refused with every finding when it does not fit."""
    if not file.is_file():
        raise Usage(f"There is no file {file}.")
    challenge = door.get(f"challenges/{slug}")
    size_mb = file.stat().st_size / 1_000_000
    if size_mb > challenge["max_mb"]:
        raise Usage(f"{file} has {size_mb:.1f} MB; {slug} takes {challenge['max_mb']:g} MB at most.")
    key = str(uuid.uuid4())
    pauses = iter(PAUSES_S)
    while True:
        try:
            return _upload(door, slug, file, message, key)
        except (NoAnswer, Refused) as error:
            pause_s = next(pauses, None) if _is_worth_another_try(error) else None
            if pause_s is None:
                raise
            time.sleep(pause_s)


def cancel(door: Door, number: int) -> Json:
    """Stop a submission."""
    return door.post(f"submissions/{number}/cancel")


def choose(door: Door, number: int, *, chosen: bool) -> Json:
    """Mark or unmark a submission as one that counts in the end."""
    return door.post(f"submissions/{number}/choose", {"chosen": chosen})


def _upload(door: Door, slug: str, file: Path, message: str, key: str) -> Json:
    with file.open("rb") as content:
        return door.call(
            "POST",
            f"challenges/{slug}/submissions",
            files={"file": (file.name, content, "application/octet-stream")},
            data={"description": message},
            headers={"Idempotency-Key": key},
        )


def _is_worth_another_try(error: NoAnswer | Refused) -> bool:
    return isinstance(error, NoAnswer) or error.code == "upload_incomplete"
