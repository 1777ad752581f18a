"""Shows films frame by frame, as a camera does: a mask and the crossings are due before the next frame comes."""

from __future__ import annotations

import base64
import binascii
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from challenges.catalog.motion_background_subtraction.data import masks_of
from challenges.errors import Finding
from challenges.evaluation import Evaluation
from challenges.referee import Dialogue, Foul, FoulKind, Message, Player, Session
from challenges.spec import Size
from challenges.worlds.yard import CONDITIONS

FRAME_S = 0.1
MOST_CROSSINGS = 50
"""In one answer; more than things fit on the line."""


@dataclass(frozen=True, kw_only=True)
class Film:
    """A live film and its truth."""

    condition: str
    public: bool
    line: tuple[float, ...]
    frames: tuple[bytes, ...]
    masks: NDArray[np.bool_]
    crossings: NDArray[np.int64]
    """(crossings, 2): frame, direction."""


@dataclass(kw_only=True)
class Watched:
    """What the learner's program said of one film."""

    masks: NDArray[np.bool_]
    crossings: list[tuple[int, int]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    late: int = 0


def hold(dialogue: Dialogue, episodes: Mapping[str, bytes], size: Size) -> Session:
    """Show every live film from its first frame to its last."""
    films, fps = _films(episodes)
    dialogue.open(challenge="motion-background-subtraction", films=len(films), frame_s=FRAME_S)
    return _session(films, [_watch(dialogue, number, film, fps) for number, film in enumerate(films)])


def floor_player(episodes: Mapping[str, bytes]) -> Player:
    """Return a player that takes everything for foreground, and sees something cross in every frame."""
    return _shows(_one_mask(episodes, foreground=True), [1])


def careless_players(episodes: Mapping[str, bytes]) -> Mapping[str, Player]:
    """Return players that show one mask for ever, with or without crossings."""
    nothing, everything = (_one_mask(episodes, foreground=foreground) for foreground in (False, True))
    return {
        "nothing moves": _shows(nothing, []),
        "nothing moves, but something crosses in each frame": _shows(nothing, [1]),
        "everything is foreground": _shows(everything, []),
        "everything is foreground, and things cross both ways": _shows(everything, [1, -1]),
    }


def _one_mask(episodes: Mapping[str, bytes], *, foreground: bool) -> str:
    frame = np.full(_films(episodes)[0][0].masks.shape[1:], foreground)
    return base64.b64encode(np.packbits(frame, axis=None).tobytes()).decode()


def _shows(mask: str, crossings: list[int]) -> Player:
    return lambda message: {"mask": mask, "crossings": crossings} if message["type"] == "frame" else None


def ceiling_player(episodes: Mapping[str, bytes]) -> Player:
    """Return a player that knows every outline and every crossing."""
    films, _ = _films(episodes)
    now = 0

    def play(message: Message) -> Message | None:
        nonlocal now
        if message["type"] == "film":
            now = message["film"]
        if message["type"] != "frame":
            return None
        film, t = films[now], message["t"]
        mask = base64.b64encode(np.packbits(film.masks[t], axis=None).tobytes()).decode()
        return {"mask": mask, "crossings": [int(way) for frame, way in film.crossings if frame == t]}

    return play


def foreground_f1(truth: NDArray[np.bool_], found: NDArray[np.bool_]) -> float:
    """Return the F1 of all pixels of a film; the two pixels on either side of an outline do not count."""
    counts = ~_edges(truth)
    shared = np.count_nonzero(truth & found & counts)
    both = np.count_nonzero(truth & counts) + np.count_nonzero(found & counts)
    return 2 * shared / both if both else 1.0


def _edges(masks: NDArray[np.bool_]) -> NDArray[np.bool_]:
    across, down = masks[:, :, 1:] != masks[:, :, :-1], masks[:, 1:] != masks[:, :-1]
    band = np.zeros_like(masks)
    band[:, :, 1:] |= across
    band[:, :, :-1] |= across
    band[:, 1:] |= down
    band[:, :-1] |= down
    return band


def _films(episodes: Mapping[str, bytes]) -> tuple[list[Film], int]:
    live: dict[str, Any] = orjson.loads(episodes["live.json"])
    shape = (live["frames"], live["height"], live["width"])
    films = [
        Film(
            condition=row["condition"],
            public=row["public"],
            line=(row["x0"], row["y0"], row["x1"], row["y1"]),
            frames=_unpacked(episodes[f"{row['film']}.zip"]),
            masks=masks_of(episodes[f"{row['film']}_masks.npz"], shape),
            crossings=np.array(row["crossings"], dtype=np.int64).reshape(-1, 2),
        )
        for row in live["films"]
    ]
    return films, live["fps"]


def _unpacked(data: bytes) -> tuple[bytes, ...]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return tuple(archive.read(name) for name in sorted(archive.namelist()))


def _watch(dialogue: Dialogue, number: int, film: Film, fps: int) -> Watched:
    _, height, width = film.masks.shape
    dialogue.tell("film", film=number, width=width, height=height, fps=fps, line=film.line)
    watched = Watched(masks=np.zeros_like(film.masks))
    for t, jpeg in enumerate(film.frames):
        try:
            reply = dialogue.ask("frame", timeout_s=FRAME_S, t=t, jpeg=base64.b64encode(jpeg).decode())
        except Foul as foul:
            if foul.kind is not FoulKind.LATE:
                raise
            watched.late += 1
            watched.seconds.append(FRAME_S)
            continue
        watched.masks[t] = _mask(reply.message.get("mask"), height, width)
        watched.crossings += [(t, way) for way in _ways(reply.message.get("crossings"))]
        watched.seconds.append(reply.elapsed_s)
    return watched


def _mask(text: Any, height: int, width: int) -> NDArray[np.bool_]:
    expected_bytes = -(-height * width // 8)
    try:
        packed = base64.b64decode(text, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise _garbled("mask: expected base64 of a mask with 8 pixels a byte") from None
    if len(packed) != expected_bytes:
        raise _garbled(f"mask: expected {expected_bytes} bytes for {width} x {height} pixels, found {len(packed)}")
    bits = np.unpackbits(np.frombuffer(packed, dtype=np.uint8), count=height * width)
    return bits.reshape(height, width).astype(np.bool_)


def _ways(ways: Any) -> list[int]:
    if not isinstance(ways, list) or len(ways) > MOST_CROSSINGS or any(type(way) is not int for way in ways):
        raise _garbled(f"crossings: expected a list of at most {MOST_CROSSINGS} numbers, each 1 or -1")
    strange = next((way for way in ways if way not in (1, -1)), None)
    if strange is not None:
        raise _garbled(f"crossings: expected 1 or -1, found {strange}")
    return ways


def _garbled(sentence: str) -> Foul:
    return Foul(FoulKind.GARBLED, Finding(code="garbled", message=sentence))


def _session(films: list[Film], watched: list[Watched]) -> Session:
    truth, found = np.empty(len(films), dtype=object), np.empty(len(films), dtype=object)
    for row, (film, seen) in enumerate(zip(films, watched, strict=True)):
        length = len(film.frames)
        truth[row] = {"length": 4 * length, "onsets": _by_direction(film.crossings.tolist(), length)}
        found[row] = np.array(_by_direction(seen.crossings, length), dtype=np.float64)
    scores = np.array([foreground_f1(film.masks, seen.masks) for film, seen in zip(films, watched, strict=True)])
    public = np.array([film.public for film in films])
    evaluation = Evaluation(
        truth={"outlines": np.ones(len(films)), "crossings": truth},
        predictions={
            "foreground_f1": scores,
            "crossings": found,
            "p99_s": np.array([np.percentile(seen.seconds, 99) for seen in watched]),
        },
        public=public,
        unit=np.arange(len(films), dtype=np.int64),
        facts={name: np.array([int(film.condition == name) for film in films]) for name in CONDITIONS},
    )
    shown = [triple for triple in zip(films, watched, scores.tolist(), strict=True) if triple[0].public]
    return Session(evaluation=evaluation, remarks=_remarks(shown), replay=_replay(shown))


def _by_direction(crossings: list[Any], length: int) -> list[int]:
    """Return one time for each crossing; those to the left come far behind the others, so that no pair mixes them."""
    return [frame if way == 1 else 3 * length + frame for frame, way in crossings]


def _remarks(shown: list[tuple[Film, Watched, float]]) -> tuple[str, ...]:
    late, frames = sum(seen.late for _, seen, _ in shown), sum(len(film.frames) for film, _, _ in shown)
    worst = min(shown, key=lambda triple: triple[2])
    remarks = [f"of the public films, the one of the condition {worst[0].condition!r} went worst: F1 {worst[2]:.2f}"]
    if late:
        remarks.append(f"{late} of {frames} public frames were answered later than {1000 * FRAME_S:.0f} ms: no mask")
    return tuple(remarks)


def _replay(shown: list[tuple[Film, Watched, float]]) -> dict[str, Any]:
    """Return scores and counts by condition, of public films only."""
    return {
        "foreground_f1": {film.condition: round(score, 3) for film, _, score in shown},
        "crossings": {
            film.condition: {"happened": len(film.crossings), "noticed": len(seen.crossings)} for film, seen, _ in shown
        },
    }
