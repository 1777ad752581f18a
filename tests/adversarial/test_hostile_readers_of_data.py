"""What a program can read off the files of an edition beside their contents: nothing that goes with the truth."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from challenges.minting import Dataset, write
from sandbox.contract import Limits, Outcome, RunSpec, Sandbox

CLIPS = 60
READER = """
import json, os
rows = []
for folder, _, files in os.walk("/data/clips"):
    for position, name in enumerate(files):
        path = os.path.join(folder, name)
        facts = os.stat(path)
        rows.append({"name": name, "listed": position, "inode": facts.st_ino, "changed": facts.st_ctime_ns, "read": facts.st_atime_ns,
                     "same": [facts.st_mode, facts.st_nlink, facts.st_size, facts.st_blocks, facts.st_uid, facts.st_mtime_ns, os.listxattr(path)]})
json.dump(rows, open("/output/rows.json", "w"))
"""  # noqa: E501 - dense, as an attacker's programs are

Row = dict[str, Any]


def test_order_dates_and_numbers_of_hidden_files_do_not_go_with_the_truth(sandbox: Sandbox, tmp_path: Path) -> None:
    truth = _truth()
    # An author who makes one class after the other; what is written must not remember it.
    in_order_of_truth = sorted(truth, key=lambda name: truth[name])
    inputs = {f"clips/{name}": b"RIFF" * 16 for name in in_order_of_truth}
    edition = write(Dataset(public={}, inputs=inputs), tmp_path / "edition")
    rows = _read(sandbox, edition.inputs, tmp_path)

    assert {row["name"] for row in rows} == set(truth)
    assert len({json.dumps(row["same"]) for row in rows}) == 1
    for fact in ("name", "listed", "inode", "changed", "read"):
        assert 0.25 < _separation(rows, truth, lambda row, fact=fact: row[fact]) < 0.75, fact


def test_the_reader_would_find_a_truth_that_the_files_remember(tmp_path: Path) -> None:
    truth = _truth()
    rows = []
    for name in sorted(truth, key=lambda name: truth[name]):
        (tmp_path / name).write_bytes(b"")
        rows.append({"name": name, "inode": (tmp_path / name).stat().st_ino, "listed": len(rows)})
    assert _separation(rows, truth, lambda row: row["listed"]) == 1.0
    assert _separation(rows, truth, lambda row: row["inode"]) > 0.9


def test_the_measure_of_separation_counts_pairs() -> None:
    truth = {"a": 0, "b": 1, "c": 1}
    rows: list[Row] = [{"name": "a", "fact": 1}, {"name": "b", "fact": 1}, {"name": "c", "fact": 2}]
    assert _separation(rows, truth, lambda row: row["fact"]) == 0.75


def _truth() -> dict[str, int]:
    """Return a class for each name; the names themselves are drawn by a hash."""
    return {f"{hashlib.sha256(b'%d' % number).hexdigest()[:8]}.wav": number % 2 for number in range(CLIPS)}


def _read(sandbox: Sandbox, inputs: Path, folder: Path) -> list[Row]:
    work = folder / "work"
    work.mkdir()
    (work / "main.py").write_text(READER)
    result = sandbox.run(RunSpec(work=work, entry="main.py", data=(inputs,), limits=Limits(wall_s=20.0)))
    assert result.outcome is Outcome.FINISHED, result.stderr_tail
    rows: list[Row] = json.loads(result.outputs["rows.json"])
    return rows


def _separation(rows: list[Row], truth: dict[str, int], fact: Callable[[Row], Any]) -> float:
    """Return the share of pairs of the two classes that the fact puts in order; 0.5 says nothing, a tie half."""
    zeros = [fact(row) for row in rows if truth[row["name"]] == 0]
    ones = [fact(row) for row in rows if truth[row["name"]] == 1]
    won = sum(1.0 if low < high else 0.5 if low == high else 0.0 for low in zeros for high in ones)
    return won / (len(zeros) * len(ones))
