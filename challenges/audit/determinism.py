"""Same secret, same bytes, in this process and in a fresh one; another secret, other answers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from challenges.audit.report import Check
from challenges.loader import CATALOG, Challenge
from challenges.minting import Minted, write
from challenges.spec import Size

ROOT = CATALOG.parent.parent

AGAIN = """
import sys
from pathlib import Path
from challenges.loader import load
from challenges.minting import write
from challenges.spec import Size

slug, edition, size, folder = sys.argv[1:]
secret = sys.stdin.buffer.read()
print(write(load(slug).mint(secret, edition=edition, size=Size(size)), Path(folder)).digest())
"""


def check_determinism(
    challenge: Challenge, paper: Minted, other: Minted, *, secret: bytes, size: Size, folder: Path
) -> list[Check]:
    """Return the checks on minting."""
    return [_same_bytes(challenge, paper, secret=secret, size=size, folder=folder), _other_answers(paper, other)]


def _same_bytes(challenge: Challenge, paper: Minted, *, secret: bytes, size: Size, folder: Path) -> Check:
    if challenge.folder.parent == CATALOG:
        digest, where = _digest_elsewhere(challenge, secret=secret, size=size, folder=folder), "in a fresh process"
    else:
        from challenges.audit import EDITION

        digest, where = write(challenge.mint(secret, edition=EDITION, size=size), folder).digest(), "again"
    same = digest == paper.digest()
    return Check(
        "same_secret_same_bytes",
        same,
        f"minted {where}, every byte is {'the same' if same else 'not the same: a clock, a set or a global got in'}",
    )


def _digest_elsewhere(challenge: Challenge, *, secret: bytes, size: Size, folder: Path) -> str:
    """Return the digest from a process in which texts hash otherwise: the order of a set is not to be relied on."""
    from challenges.audit import EDITION

    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", AGAIN, challenge.spec.slug, EDITION, str(size), str(folder)],
        input=secret,
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "12345", "PYTHONPATH": str(ROOT)},
        check=True,
    )
    return done.stdout.decode().strip()


def _other_answers(paper: Minted, other: Minted) -> Check:
    name = "other_secret_other_answers"
    if not (paper.folder / "truth.json").exists():
        differ = paper.episodes() != other.episodes()
        return Check(name, differ, f"under another secret the episodes are {'others' if differ else 'THE SAME'}")
    first, second = paper.truth(), other.truth()
    same_ids = sum(
        len(np.intersect1d(ids.astype(str), second.ids[part].astype(str))) == len(np.unique(ids.astype(str)))
        for part, ids in first.ids.items()
        if ids.dtype.kind == "U"
    )
    same = [
        part
        for part, values in first.columns.items()
        if len(values) == len(second.columns[part])
        and all(np.array_equal(a, b) for a, b in zip(values, second.columns[part], strict=True))
    ]
    if same or same_ids:
        return Check(name, False, f"under another secret these stay the same: {', '.join(same) or 'ids'}")
    return Check(name, True, "under another secret every answer column and every id is drawn anew")
