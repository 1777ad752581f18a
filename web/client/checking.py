"""check: the judge's own validator on this machine, before anything is sent and any attempt is used."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from web.client import home
from web.client.door import Door, Json
from web.client.errors import NoAnswer, Usage


def check(door: Door, slug: str, file: Path) -> Sequence[dict[str, Any]]:
    """Return every finding of a file, none when it fits."""
    if not file.is_file():
        raise Usage(f"There is no file {file}.")
    return findings(_format(door, slug), file.name, file.read_bytes())


def findings(rules: Json, file_name: str, data: bytes) -> Sequence[dict[str, Any]]:
    """Return what is wrong with a file by the rules that the judge published."""
    # numpy and pandas take a second to load; only this command needs them
    from challenges.errors import InvalidSubmission
    from challenges.programs import read_program
    from challenges.readers import AnswerFormat, read
    from challenges.spec import ProgramSpec

    try:
        if rules["format"] is not None:
            answer_format = AnswerFormat.from_json(rules["format"])
            read(data, answer_format.answer, answer_format.expected)
        else:
            kit = {name: base64.b64decode(text) for name, text in rules["kit"].items()}
            read_program(data, file_name, ProgramSpec.model_validate(rules["program"]), kit)
    except InvalidSubmission as invalid:
        return [asdict(finding) for finding in invalid.findings]
    return []


def _format(door: Door, slug: str) -> Json:
    """Return the format of a challenge: fetched once an edition, and without a connection the one fetched last."""
    kept = home.cache(door.login.server, f"{slug}.json")
    known = _read(kept)
    try:
        if known is not None and door.get(f"challenges/{slug}")["edition"]["digest"] == known["digest"]:
            return known
        fresh = door.get(f"challenges/{slug}/answer-format")
    except NoAnswer:
        if known is None:
            raise
        return known
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(fresh), encoding="utf-8")
    return fresh


def _read(path: Path) -> Json | None:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return kept if isinstance(kept, dict) and {"digest", "format", "program", "kit"} <= set(kept) else None
