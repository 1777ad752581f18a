"""Answers that nobody can look up: every hidden figure comes from a secret of the deployment.

    secret, slug, version, edition, size ──> Streams ──> data.mint ──> Dataset ──> write() ──> folder
      ├─ public/         what learners download
      ├─ inputs/         mounted beside it at run time only
      ├─ referee/        episodes that only the referee reads
      ├─ truth.json
      ├─ floor, ceiling  answers in the learner's own format
      └─ manifest.json   digests of all of it

The repository holds the PRIORS of a world, never its values. Same secret, same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from challenges.evaluation import Truth
from challenges.packing import json_bytes
from challenges.spec import Size


@dataclass(frozen=True)
class Streams:
    """Named, independent sources of chance: `streams("structure")`, `streams("audio", 17)`."""

    key: bytes

    @classmethod
    def of(cls, secret: bytes, *, slug: str, version: int, edition: str, size: Size) -> Streams:
        """Return the streams of one edition. Raises ValueError when the secret is too short to protect anything."""
        if len(secret) < 16:
            raise ValueError(f"the minting secret has {len(secret)} bytes; at least 16 are needed")
        return cls(_keyed(secret, f"{slug}|{version}|{edition}|{size}"))

    def __call__(self, part: str, index: int | None = None) -> np.random.Generator:
        """Return a fresh generator for one part; the same part always starts the same."""
        name = part if index is None else f"{part}/{index}"
        return np.random.default_rng(int.from_bytes(_keyed(self.key, name), "big"))

    def ids(self, part: str, count: int) -> NDArray[np.str_]:
        """Return `count` distinct 8-hex ids that tell nothing about the order of what they name."""
        rng = self(f"ids/{part}")
        drawn: dict[str, None] = {}
        while len(drawn) < count:
            drawn[f"{int(rng.integers(0, 2**32)):08x}"] = None
        return np.array(list(drawn), dtype=np.str_)


def _keyed(key: bytes, message: str) -> bytes:
    return hmac.new(key, message.encode(), hashlib.sha256).digest()


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """All that one edition of a challenge consists of, still in memory."""

    public: Mapping[str, bytes]
    """Relative path -> content of the files that learners download."""
    inputs: Mapping[str, bytes] = field(default_factory=dict)
    """Hidden inputs that a program finds in /data beside the public files; they hold no truth."""
    referee: Mapping[str, bytes] = field(default_factory=dict)
    """Episodes of an interactive challenge; no learner's program ever sees these files."""
    truth: Truth | None = None
    """Answers of a predictions or code challenge; None for interactive ones."""
    floor: bytes | None = None
    """An answer file that needs no skill, in the learner's own format (interactive: a player in referee.py)."""
    ceiling: bytes | None = None
    """The best answer that the generator itself allows, or None where it is simply the truth."""


Mint = Callable[[Streams, Size], Dataset]


@dataclass(frozen=True)
class Minted:
    """An edition on disk."""

    folder: Path

    @property
    def public(self) -> Path:
        return self.folder / "public"

    @property
    def inputs(self) -> Path:
        return self.folder / "inputs"

    def episodes(self) -> dict[str, bytes]:
        """Return the referee's files. Name -> content."""
        return _read_tree(self.folder / "referee")

    def truth(self) -> Truth:
        """Return the answers. Raises FileNotFoundError for an interactive challenge."""
        return _truth_from(orjson.loads((self.folder / "truth.json").read_bytes()))

    def floor(self) -> bytes | None:
        return _read_if_there(self.folder / "floor")

    def ceiling(self) -> bytes | None:
        return _read_if_there(self.folder / "ceiling")

    def digest(self) -> str:
        """Return the sha256 over everything that was minted; scores of different digests are never ranked together."""
        manifest: dict[str, Any] = orjson.loads((self.folder / "manifest.json").read_bytes())
        return str(manifest["digest"])

    def public_files(self) -> dict[str, dict[str, Any]]:
        """Return relative path -> {size_bytes, sha256} of what learners download."""
        manifest: dict[str, Any] = orjson.loads((self.folder / "manifest.json").read_bytes())
        return {
            name[len("public/") :]: entry for name, entry in manifest["files"].items() if name.startswith("public/")
        }


def write(dataset: Dataset, folder: Path) -> Minted:
    """Write an edition, whole or not at all: a mint cut short leaves nothing behind that looks finished."""
    files = flatten(dataset)
    digests = {
        name: {"size_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in files.items()
    }
    manifest = {"files": digests, "digest": hashlib.sha256(json_bytes(digests)).hexdigest()}
    partial = folder.with_name(f".{folder.name}.{os.getpid()}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    for part in ("public", "inputs", "referee"):
        (partial / part).mkdir(parents=True)
    for name, data in files.items():
        target = partial / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        os.utime(target, (0, 0))  # file dates tell nothing
    (partial / "manifest.json").write_bytes(json_bytes(manifest))
    shutil.rmtree(folder, ignore_errors=True)
    partial.replace(folder)
    return Minted(folder)


def flatten(dataset: Dataset) -> dict[str, bytes]:
    """Return path -> content of everything in a dataset, as it lies on disk."""
    files = {f"public/{name}": data for name, data in dataset.public.items()}
    files |= {f"inputs/{name}": data for name, data in dataset.inputs.items()}
    files |= {f"referee/{name}": data for name, data in dataset.referee.items()}
    if dataset.truth is not None:
        files["truth.json"] = json_bytes(_truth_to(dataset.truth))
    if dataset.floor is not None:
        files["floor"] = dataset.floor
    if dataset.ceiling is not None:
        files["ceiling"] = dataset.ceiling
    return dict(sorted(files.items()))


def _truth_to(truth: Truth) -> dict[str, Any]:
    return {
        "ids": {name: _listed(values) for name, values in truth.ids.items()},
        "columns": {name: _listed(values) for name, values in truth.columns.items()},
        "facts": {name: _listed(values) for name, values in truth.facts.items()},
        "public": truth.public.tolist(),
        "unit": truth.unit.tolist(),
    }


def _listed(values: NDArray[Any]) -> dict[str, Any]:
    if values.dtype != object:
        return {"dtype": values.dtype.str if values.dtype.kind != "U" else "str", "values": values.tolist()}
    if len(values) and all(isinstance(cell, np.ndarray) and cell.dtype == np.uint8 for cell in values):
        # a hundred pictures are millions of numbers; written out one by one they take seconds to read
        packed = [base64.b64encode(np.ascontiguousarray(cell).data).decode() for cell in values]
        return {"dtype": "bytes", "shapes": [cell.shape for cell in values], "values": packed}
    cells = [cell.tolist() if isinstance(cell, np.ndarray) else cell for cell in values]
    kind = "array" if any(isinstance(cell, np.ndarray) for cell in values) else "object"
    return {"dtype": kind, "values": cells}


def _truth_from(raw: dict[str, Any]) -> Truth:
    return Truth(
        ids={name: _array(entry) for name, entry in raw["ids"].items()},
        columns={name: _array(entry) for name, entry in raw["columns"].items()},
        facts={name: _array(entry) for name, entry in raw["facts"].items()},
        public=np.array(raw["public"], dtype=np.bool_),
        unit=np.array(raw["unit"], dtype=np.int64),
    )


def _array(entry: dict[str, Any]) -> NDArray[Any]:
    if entry["dtype"] not in ("array", "bytes", "object"):
        return np.array(entry["values"], dtype=entry["dtype"])
    cells = np.empty(len(entry["values"]), dtype=object)
    for position, cell in enumerate(entry["values"]):
        if entry["dtype"] == "bytes":
            flat = np.frombuffer(base64.b64decode(cell), dtype=np.uint8)
            cells[position] = flat.reshape(entry["shapes"][position]).astype(np.int64)  # differences may be negative
        else:
            cells[position] = np.array(cell) if entry["dtype"] == "array" else cell
    return cells


def _read_tree(folder: Path) -> dict[str, bytes]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def _read_if_there(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None
