"""No truth where a learner or a learner's program can read it: in tables, in texts, in bytes, in metadata."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenges.audit.exposed import ExposedFile, exposed_in, tables_of
from challenges.audit.lines import columns_by_line
from challenges.audit.report import Check
from challenges.evaluation import Truth
from challenges.loader import Challenge
from challenges.minting import Minted
from challenges.readers import Expected

SHORTEST_BYTES = 24
"""Shorter hidden files and lines may turn up by chance."""

SEARCH_BUDGET = 4_000_000_000
"""Bytes compared when every hidden file is looked for in every visible one; beyond it digests must do."""


def check_exposure(challenge: Challenge, paper: Minted) -> list[Check]:
    """Return the checks on what can be seen."""
    public, inputs = exposed_in(paper.public), exposed_in(paper.inputs)
    checks = [_bytes_are_hidden(challenge, paper, public, inputs), _metadata_is_bare([*public, *inputs])]
    if not (paper.folder / "truth.json").exists():
        return checks
    truth = paper.truth()
    return [*checks, _tables_are_clean(truth, [*public, *inputs]), _texts_are_clean(truth, [*public, *inputs])]


def _tables_are_clean(truth: Truth, files: list[ExposedFile]) -> Check:
    """Look for a column that gives the truth of the hidden rows away, under whatever name."""
    ids = Expected.of(truth).ids
    leaks = []
    for name, table in tables_of(files).items():
        rows = _rows_in(table, ids)
        if rows is None:
            continue
        is_sample = set(table.columns) <= {*ids, *truth.columns}  # a challenge may hold more truth than it asks for
        for column in table.columns.difference(list(ids)):
            if column in truth.columns and not is_sample:
                leaks.append(f"{name} has the column {column} for hidden rows")
            for answer, values in columns_by_line(truth).items():
                if _gives_away(table[column].to_numpy()[rows], values):
                    leaks.append(f"{name}: column {column} tells {answer} of the hidden rows")
    return _verdict("tables_hold_no_truth", leaks, "no table that lists hidden ids has a column that tells their truth")


def _rows_in(table: pd.DataFrame, ids: dict[str, NDArray[Any]] | Any) -> NDArray[np.int64] | None:
    """Return the table's row of every hidden id, or None where the table does not list them all."""
    if not set(ids) <= set(table.columns):
        return None
    place = {key: row for row, key in enumerate(zip(*(table[name] for name in ids), strict=True))}
    rows = [place.get(key, -1) for key in zip(*(map(str, values.tolist()) for values in ids.values()), strict=True)]
    return np.array(rows) if min(rows) >= 0 else None


def _gives_away(column: NDArray[Any], truth: NDArray[Any]) -> bool:
    """Return whether a column of texts determines the truth: equal, in proportion, or class by class."""
    if truth.dtype == object and not all(isinstance(value, str) for value in truth):
        return False
    as_text = truth.astype(str)
    if len(np.unique(as_text)) == 1:
        return False
    if (column.astype(str) == as_text).mean() > 0.9 and len(np.unique(as_text)) > 20:
        return True
    if truth.dtype.kind in "fiu":
        numbers = pd.to_numeric(pd.Series(column), errors="coerce").to_numpy(dtype=np.float64)
        if np.isfinite(numbers).all() and np.std(numbers) > 0:
            return bool(abs(np.corrcoef(numbers, truth.astype(np.float64))[0, 1]) > 0.99999)
    frame = pd.DataFrame({"column": column.astype(str), "truth": as_text})
    if frame["column"].nunique() > 50 or frame["truth"].nunique() > 50:
        return False
    purity = frame.groupby("column")["truth"].agg(lambda values: values.value_counts().iloc[0]).sum() / len(frame)
    return bool(purity > 0.999)


def _texts_are_clean(truth: Truth, files: list[ExposedFile]) -> Check:
    """Look for an id and its truth side by side, in files that are no tables of ids."""
    ids = Expected.of(truth).ids
    key = next((values.astype(str) for values in ids.values() if len(np.unique(values)) == len(values)), None)
    leaks = []
    if key is not None:
        answers = {id_: row for row, id_ in enumerate(key.tolist())}
        for file in files:
            if not file.is_text:
                continue
            for column, values in columns_by_line(truth).items():
                share = _told(file.data, answers, values)
                if share > 0:
                    leaks.append(f"{file.name} names {share:.0%} of the hidden ids beside their {column}")
    return _verdict("texts_hold_no_truth", leaks, "no text names hidden ids beside their truth")


def _told(data: bytes, answers: dict[str, int], truth: NDArray[Any]) -> float:
    """Return the share of ids beside which their own truth stands, when chance does not explain it; else 0."""
    cells = [_spelt(value) for value in truth.tolist()]
    if any(cell is None for cell in cells) or len(set(cells)) == 1:
        return 0.0
    lines = [(answers[id_], tokens) for id_, tokens in _lines_with_ids(data, answers)]
    if not lines:
        return 0.0
    rows = np.array([row for row, _ in lines])
    turned = np.roll(rows, len(rows) // 2 + 1)  # somebody else's truth: what chance alone finds
    own, other = (
        np.mean([str(cells[row]) in tokens for row, (_, tokens) in zip(order.tolist(), lines, strict=True)])
        for order in (rows, turned)
    )
    few_classes = len(set(cells)) <= 50
    told = own > 0.995 and other < 0.9 if few_classes else own - other > 0.05
    return float(own) * len(lines) / len(truth) if told else 0.0


def _lines_with_ids(data: bytes, answers: dict[str, int]) -> Iterator[tuple[str, set[str]]]:
    for line in re.split(r"[\n}\]]", data.decode("utf-8", "replace")):
        tokens = set(re.findall(r"[\w.+-]+", line))
        named = [token for token in tokens if token in answers]
        if len(named) == 1:
            yield named[0], tokens | {" ".join(re.findall(r"[a-z]+(?: [a-z]+)+", line))}


def _spelt(value: Any) -> str | None:
    return str(value) if isinstance(value, str | int | float) else None


def _bytes_are_hidden(
    challenge: Challenge, paper: Minted, public: list[ExposedFile], inputs: list[ExposedFile]
) -> Check:
    """Look for whole hidden files, and for long lines of the referee's, among what can be seen."""
    referee = [("referee/" + name, data) for name, data in paper.episodes().items()]
    secret = [*referee, *((name, (paper.folder / name).read_bytes()) for name in ("truth.json", "ceiling")
                          if (paper.folder / name).exists())]  # fmt: skip
    secret += [("reference/" + name, data) for name, data in challenge.files("reference").items()]
    visible = [*public, *inputs, *_programs(challenge)]
    leaks = [f"{file.name} holds {name}" for name, data in secret for file in visible if _holds(file.data, data)]
    leaks += _hidden_inputs(public, inputs)
    lines = [(file.name, _long_lines(file.data)) for file in visible]
    for name, data in referee:
        hidden = _long_lines(data)
        leaks += [f"{seen} shares {len(hidden & known)} lines with {name}" for seen, known in lines
                  if len(hidden & known) > 3]  # fmt: skip
    return _verdict("hidden_bytes_stay_hidden", leaks, "no hidden file can be found in a visible one")


def _programs(challenge: Challenge) -> list[ExposedFile]:
    return [
        ExposedFile(name=f"{part}/{name}", data=data, place=0, packed_bytes=len(data))
        for part in ("baseline", "kit")
        for name, data in challenge.files(part).items()
    ]


def _holds(visible: bytes, hidden: bytes) -> bool:
    core = hidden.strip()
    return len(core) >= SHORTEST_BYTES and core in visible


def _hidden_inputs(public: list[ExposedFile], inputs: list[ExposedFile]) -> list[str]:
    if sum(len(file.data) for file in public) * len(inputs) <= SEARCH_BUDGET:
        return [f"{seen.name} holds inputs/{file.name}" for file in inputs for seen in public
                if _holds(seen.data, file.data)]  # fmt: skip
    digests = {hashlib.sha256(file.data).digest(): file.name for file in public}
    return [
        f"{name} is inputs/{file.name}"
        for file in inputs
        if len(file.data) >= SHORTEST_BYTES and (name := digests.get(hashlib.sha256(file.data).digest())) is not None
    ]


def _long_lines(data: bytes) -> set[str]:
    """Return the long lines and quoted texts of a file; all JPEGs share "lines" of their headers, which are no text."""
    pieces = (piece for piece in re.split(rb'[\n"]', data) if len(piece) >= SHORTEST_BYTES)
    texts = (piece.decode("utf-8", "replace") for piece in pieces)
    return {text for text in texts if "\ufffd" not in text and text.replace("\t", " ").strip().isprintable()}


def _metadata_is_bare(files: list[ExposedFile]) -> Check:
    leaks = [f"{file.name} carries {odd}" for file in files for odd in (*file.oddities, *_chunks(file.data))]
    return _verdict("metadata_is_bare", leaks, "no dates, comments, EXIF or text chunks ride along")


PLAIN_PNG = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"sRGB", b"pHYs"}
ONE_ENTRY = b"Exif\x00\x00MM\x00*\x00\x00\x00\x08"
PLAIN_WAV = {b"fmt ", b"data", b"fact"}


def _chunks(data: bytes) -> Iterator[str]:
    """Yield what a picture or a sound carries beside its content."""
    if data.startswith(b"\x89PNG"):
        place = 8
        while place + 8 <= len(data):
            kind = data[place + 4 : place + 8]
            if kind not in PLAIN_PNG:
                yield f"a PNG chunk {kind.decode('latin-1')}"
            place += 12 + int.from_bytes(data[place : place + 4], "big")
    elif data.startswith(b"\xff\xd8"):
        place = 2
        while place + 4 <= len(data) and data[place] == 0xFF and data[place + 1] != 0xDA:
            marker, end = data[place + 1], place + 2 + int.from_bytes(data[place + 2 : place + 4], "big")
            if (0xE1 <= marker <= 0xEF or marker == 0xFE) and not _is_orientation(data[place + 4 : end]):
                yield f"a JPEG segment 0x{marker:02x}"
            place = end
    elif data.startswith(b"RIFF"):
        place = 12
        while place + 8 <= len(data):
            kind = data[place : place + 4]
            if kind not in PLAIN_WAV:
                yield f"a WAV chunk {kind.decode('latin-1')}"
            place += 8 + int.from_bytes(data[place + 4 : place + 8], "little")


def _is_orientation(segment: bytes) -> bool:
    """Return whether this is an EXIF block of one entry, which says how to hold the picture: it belongs to a task."""
    return len(segment) == 32 and segment[:14] == ONE_ENTRY and segment[14:18] == b"\x00\x01\x01\x12"


def _verdict(name: str, leaks: list[str], kept: str) -> Check:
    if not leaks:
        return Check(name, True, kept)
    more = f" and {len(leaks) - 3} more" if len(leaks) > 3 else ""
    return Check(name, False, "; ".join(leaks[:3]) + more, {"leaks": len(leaks)})
