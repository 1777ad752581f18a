"""A sound toy challenge of either kind, and how its hand-ins are graded; a broken copy changes something in it."""

from __future__ import annotations

import dataclasses
import io
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from challenges.anchors import evaluate, play
from challenges.audit import Graded
from challenges.errors import Finding, InvalidSubmission
from challenges.evaluation import Evaluation, Truth
from challenges.loader import Challenge
from challenges.minting import Dataset, Minted, Streams
from challenges.referee import Dialogue, Message, Player, Session
from challenges.scoring import score
from challenges.spec import ChallengeSpec, Size


def webp_bytes(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(out, format="WEBP")
    return out.getvalue()


SECRET = b"an audit needs sixteen bytes"
ROWS = 900
SPEC: dict[str, Any] = {
    "slug": "toy",
    "title": "Toy",
    "summary": "Toy",
    "picture": "A wooden horse on wheels, seen from the side.",
    "version": 1,
    "roadmap": ["T-01"],
    "level": "beginner",
    "domain": "toys",
    "kind": "predictions",
    "answer": {
        "format": "csv",
        "file": "submission.csv",
        "ids": ["id"],
        "columns": {"label": {"type": "category", "values": ["no", "yes"]}},
    },
    "metric": {"primary": {"id": "accuracy"}, "secondary": [{"id": "f1", "params": {"positive": "yes"}}]},
}
STATEMENT = """# Toy

Files: `test.csv`.

## What to hand in

`submission.csv` with `id,label`.

## How it is scored

Accuracy. The floor says no, the baseline guesses, the ceiling is the truth.

## What it trains

The project *Toy* (V-01): telling yes from no.
"""
PICTURE = webp_bytes(960, 540)
PROGRAM = """
import csv, os
with open(os.environ["DATA_DIR"] + "/test.csv") as file:
    rows = list(csv.DictReader(file))
with open(os.environ["OUTPUT_DIR"] + "/submission.csv", "w") as file:
    file.write("id,label\\n")
    for row in rows:
        file.write(row["id"] + "," + ("yes" if float(row["x"]) > LIMIT else "no") + "\\n")
"""


@dataclass
class World:
    """One draw of the toy, before it is packed; a broken copy changes something here."""

    x: Any
    yes: Any
    ids: Any
    public: Any
    unit: Any
    columns: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    ceiling: bool = False

    @property
    def label(self) -> Any:
        return np.where(self.yes, "yes", "no")


def draw(streams: Streams, rows: int = ROWS) -> World:
    rng = streams("world")
    x = rng.normal(size=rows).round(3)
    return World(
        x=x,
        yes=x + rng.normal(scale=0.5, size=rows) > 0,
        ids=streams.ids("rows", rows),
        public=streams("split").permutation(rows) < 0.3 * rows,
        unit=np.arange(rows),
    )


def answer_file(ids: Any, labels: Any) -> bytes:
    return ("id,label\n" + "".join(f"{id_},{label}\n" for id_, label in zip(ids, labels, strict=True))).encode()


def pack(world: World) -> Dataset:
    columns = {"id": world.ids, "x": world.x, **world.columns}
    lines = [",".join(columns), *(",".join(map(str, row)) for row in zip(*columns.values(), strict=True))]
    return Dataset(
        public={"test.csv": ("\n".join(lines) + "\n").encode(), **world.files},
        truth=Truth(ids={"id": world.ids}, columns={"label": world.label}, public=world.public, unit=world.unit),
        floor=answer_file(world.ids, ["no"] * len(world.ids)),
        ceiling=answer_file(world.ids, np.where(world.x > 0, "yes", "no")) if world.ceiling else None,
    )


class PlainPipeline:
    """Runs our own programs and grades answers in this process."""

    def produce(self, program: Mapping[str, bytes], *, challenge: Challenge, folders: Sequence[Path]) -> bytes:
        assert challenge.spec.answer is not None
        with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
            patch.setenv("DATA_DIR", str(folders[0]))
            patch.setenv("OUTPUT_DIR", folder)
            try:
                exec(program["main.py"].decode(), {})
            except SystemExit as left:
                raise InvalidSubmission([Finding(code="crashed", message=f"left with {left.code}")]) from left
            return (Path(folder) / challenge.spec.answer.file).read_bytes()

    def grade(self, data: bytes, file_name: str, *, challenge: Challenge, paper: Minted, size: Size) -> Graded:
        try:
            evaluation = evaluate(challenge, paper, data)
        except InvalidSubmission as refused:
            return Graded(verdict="rejected", findings=refused.findings)
        return Graded(verdict="scored", scores=score(challenge.spec.metric, evaluation, seed=paper.digest()))


def toy(
    folder: Path,
    *,
    change: Callable[[World], None] = lambda world: None,
    mint: Callable[[Streams, Size], Dataset] | None = None,
    spec: Mapping[str, Any] | None = None,
    files: Mapping[str, str | None] | None = None,
) -> Challenge:
    contents: dict[str, str | None] = {
        "statement.md": STATEMENT,
        "baseline/main.py": PROGRAM.replace("LIMIT", "0.7"),
        "reference/main.py": PROGRAM.replace("LIMIT", "0.0"),
        "rejected/unknown_category.csv": "id,label\nx,maybe\n",
        **(files or {}),
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "picture.webp").write_bytes(PICTURE)
    for name, text in contents.items():
        if text is not None:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")

    def mint_changed(streams: Streams, size: Size) -> Dataset:
        world = draw(streams)
        change(world)
        return pack(world)

    parsed = ChallengeSpec.model_validate({**SPEC, **(spec or {})})
    return Challenge(spec=parsed, folder=folder, mint_data=mint or mint_changed, referee=None)


class ToyReferee:
    """Asks for the sign of a number; the rows are the questions. Its careless player always says the same."""

    def __init__(self, favourite: int = 0) -> None:
        self.favourite = favourite

    def hold(self, dialogue: Dialogue, episodes: Mapping[str, bytes], size: Size) -> Session:
        numbers = np.array([float(line) for line in episodes["numbers.txt"].decode().split()])
        dialogue.open()
        signs = np.array([dialogue.ask("sign", timeout_s=9, of=number).message["sign"] for number in numbers])
        evaluation = Evaluation(
            truth={"sign": np.sign(numbers)},
            predictions={"sign": signs.astype(float)},
            public=np.arange(len(numbers)) % 3 == 0,
            unit=np.arange(len(numbers)),
        )
        return Session(evaluation=evaluation)

    def floor_player(self, episodes: Mapping[str, bytes]) -> Player:
        return lambda message: {"sign": 0}

    def careless_players(self, episodes: Mapping[str, bytes]) -> Mapping[str, Player]:
        return {"always positive": lambda message: {"sign": self.favourite}}

    def ceiling_player(self, episodes: Mapping[str, bytes]) -> Player | None:
        return None


class PlayingPipeline:
    """Takes a hand-in as the number up to which its player sees signs."""

    def produce(self, program: Mapping[str, bytes], *, challenge: Challenge, folders: Sequence[Path]) -> bytes:
        raise AssertionError("a conversation produces no answer file")

    def grade(self, data: bytes, file_name: str, *, challenge: Challenge, paper: Minted, size: Size) -> Graded:
        if file_name == "crashed.py":
            return Graded(verdict="crashed")
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            least = float(archive.read("main.py"))

        def player(message: Message) -> Message | None:
            return {"sign": int(np.sign(message.get("of", 0.0))) if abs(message.get("of", 0.0)) > least else 0}

        evaluation = play(challenge, paper.episodes(), size, player)
        return Graded(verdict="scored", scores=score(challenge.spec.metric, evaluation, seed=paper.digest()))


def conversation(folder: Path, public: Callable[[bytes], Mapping[str, bytes]]) -> Challenge:
    def mint(streams: Streams, size: Size) -> Dataset:
        numbers = "".join(f"{number:.25f}\n" for number in streams("numbers").normal(size=300)).encode()
        return Dataset(public=public(numbers), referee={"numbers.txt": numbers})

    spec = {**SPEC, "kind": "interactive", "program": {"wall_s": {"small": 9, "full": 9}}}
    spec |= {"metric": {"primary": {"id": "accuracy"}}, "answer": None}
    files = {
        "baseline/main.py": "0.8",
        "reference/main.py": "0.05",
        "rejected/crashed.py": "x",
        "rejected/unknown_category.csv": None,
    }
    challenge = toy(folder, mint=mint, spec=spec, files=files)
    return dataclasses.replace(challenge, referee=ToyReferee())
